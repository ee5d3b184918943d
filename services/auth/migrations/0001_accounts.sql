-- Who may not come in any more, by the SHA-256 of the user id: the list names nobody, and outlives accounts.
-- Not walled off by user: every copy of auth reads the whole list.
CREATE SEQUENCE revocation_revisions;
CREATE TABLE revocations (
    user_sha256 bytea PRIMARY KEY CHECK (octet_length(user_sha256) = 32),
    state       text NOT NULL CHECK (state IN ('SIGNED_OUT', 'DISABLED', 'ERASED')),
    -- Sessions that began at or before it are refused; in the other states all are.
    revoke_time timestamptz NOT NULL,
    -- Since when Cognito, too, gives those sessions no new tokens. NULL: it has not said so yet.
    settle_time timestamptz,
    -- When the account was last made ACTIVE again.
    enable_time timestamptz,
    -- In the order of commits, because every change is made under one lock: who has seen a revision has
    -- seen all before it.
    revision    bigint NOT NULL UNIQUE
);
CREATE INDEX revocations_unsettled ON revocations (user_sha256) WHERE settle_time IS NULL;
CREATE INDEX revocations_settled ON revocations (settle_time);

-- Archives that people asked for. Removed after a day, with their objects.
CREATE TABLE exports (
    id          uuid PRIMARY KEY,
    user_id     text NOT NULL,
    state       text NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'READY', 'FAILED')),
    size_bytes  bigint CHECK (size_bytes > 0),
    -- Every request id that was answered with this export.
    request_ids uuid[] NOT NULL DEFAULT '{}',
    create_time timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'READY') = (size_bytes IS NOT NULL))
);
CREATE INDEX exports_newest ON exports (user_id, create_time DESC);
CREATE INDEX exports_oldest ON exports (create_time);
CREATE TRIGGER refuse_erased BEFORE INSERT ON exports
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('user_id');
ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON exports USING (is_acting_for(user_id));

-- Like is_acting_for, for rows that know their user by the SHA-256 alone.
CREATE FUNCTION is_acting_for_sha256(owner bytea) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('timbre.user', true) = '*'
    OR owner = sha256(convert_to(current_setting('timbre.user', true), 'UTF8'));

CREATE TABLE erasures (
    -- Nobody can guess it; whoever knows it may read the receipt.
    id            text PRIMARY KEY CHECK (octet_length(id) = 43),
    user_sha256   bytea NOT NULL UNIQUE,
    -- Whom to erase. It is the last thing of the user that is removed.
    user_id       text,
    create_time   timestamptz NOT NULL DEFAULT now(),
    complete_time timestamptz,
    -- The receipt, as it was signed.
    payload       text,
    signature     bytea,
    public_key    text,
    CHECK ((complete_time IS NULL) = (user_id IS NOT NULL)),
    CHECK ((complete_time IS NULL) = (payload IS NULL)),
    CHECK ((complete_time IS NULL) = (signature IS NULL)),
    CHECK ((complete_time IS NULL) = (public_key IS NULL))
);
CREATE INDEX erasures_running ON erasures (create_time) WHERE complete_time IS NULL;
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON erasures USING (is_acting_for_sha256(user_sha256));

-- What each run of a step has removed. A step that was run twice has two rows: both counts are true.
CREATE TABLE erasure_steps (
    erasure_id  text NOT NULL REFERENCES erasures ON DELETE CASCADE,
    step        text NOT NULL,
    -- {"media": {"s3.object_versions": 21}}
    counts      jsonb NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erasure_steps_of ON erasure_steps (erasure_id);
ALTER TABLE erasure_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON erasure_steps USING (EXISTS (SELECT FROM erasures WHERE id = erasure_id));
