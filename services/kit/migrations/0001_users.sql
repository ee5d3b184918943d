-- What every service keeps about users beside its own data, and how its tables are walled off.

-- True for rows of the user for whom the session acts, and for work that is for everybody. Every table with
-- rows of users has a policy with it: the second wall, behind the owner in each query.
CREATE FUNCTION is_acting_for(owner text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('timbre.user', true) IN (owner, '*');

-- Users who are erased: the SHA-256 of the id, which brings nobody back, and by which nobody comes back.
CREATE TABLE erased_users (
    user_sha256 bytea PRIMARY KEY,
    erase_time  timestamptz NOT NULL DEFAULT now()
);

-- Trigger BEFORE INSERT on the tables where a user's data begins; its argument is the column of the user.
-- The shared lock makes `bury_user` wait for the transactions it cannot see yet, and those that come later
-- find the tombstone: whatever the order, nothing outlives it.
CREATE FUNCTION refuse_erased_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner text;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO owner USING NEW;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('erase ' || owner, 0));
    IF EXISTS (SELECT FROM erased_users WHERE user_sha256 = sha256(convert_to(owner, 'UTF8'))) THEN
        RAISE EXCEPTION 'this user is erased' USING ERRCODE = 'TB001';
    END IF;
    RETURN NEW;
END;
$$;

-- Let nothing be written for a user any more. The first step of the transaction that erases them.
CREATE FUNCTION bury_user(owner text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('erase ' || owner, 0));
    INSERT INTO erased_users (user_sha256) VALUES (sha256(convert_to(owner, 'UTF8'))) ON CONFLICT DO NOTHING;
$$;

-- Answers to calls with a request id, so that a repeated call has no second effect. Kept for 24 hours.
CREATE TABLE request_ids (
    user_id     text NOT NULL,
    request_id  uuid NOT NULL,
    -- SHA-256 of the method and the request without its id.
    fingerprint bytea NOT NULL,
    -- False while the first call is being served; whoever serves it has until `serve_until`.
    done        boolean NOT NULL DEFAULT false,
    serve_until timestamptz NOT NULL,
    -- The answer; NULL for methods whose answers hold secrets, which are made anew.
    response    bytea,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, request_id)
);
CREATE INDEX request_ids_oldest ON request_ids (create_time);
CREATE TRIGGER refuse_erased BEFORE INSERT ON request_ids
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('user_id');
ALTER TABLE request_ids ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_ids FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON request_ids USING (is_acting_for(user_id));
