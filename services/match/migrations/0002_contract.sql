-- What the whole contract needs: filters, consents, suspension, blocks, reports, feedback; and the wall between
-- users' rows.

ALTER TABLE people
    ADD COLUMN matching        boolean NOT NULL DEFAULT true,
    ADD COLUMN share_clips     boolean NOT NULL DEFAULT false,
    -- By a moderator. No profile version changes it.
    ADD COLUMN suspended       boolean NOT NULL DEFAULT false,
    ADD COLUMN preferences     jsonb NOT NULL DEFAULT '{}',
    -- Of card and preferences, what filters look at: primary subtags of languages, formats as in the contract.
    ADD COLUMN speaks          text[] NOT NULL DEFAULT '{}',
    ADD COLUMN asks            text[] NOT NULL DEFAULT '{}',
    ADD COLUMN formats         smallint[] NOT NULL DEFAULT '{}',
    ADD COLUMN latitude        double precision,
    ADD COLUMN longitude       double precision,
    ADD COLUMN max_distance_km integer NOT NULL DEFAULT 0,
    -- Whether others may be shown this person, and whether there is something to match them by.
    ADD COLUMN shown           boolean GENERATED ALWAYS AS (visible AND matching AND NOT suspended) STORED,
    ADD COLUMN findable        boolean GENERATED ALWAYS AS
        (visible AND matching AND NOT suspended AND jsonb_array_length(facts) > 0) STORED;
UPDATE people
   SET speaks = ARRAY(SELECT DISTINCT lower(split_part(code, '-', 1))
                        FROM jsonb_array_elements_text(card -> 'languages') AS code);
-- Counting people by filters reads this index alone.
CREATE INDEX people_findable ON people (user_id)
    INCLUDE (person_id, speaks, formats, latitude, longitude) WHERE findable;

CREATE TABLE blocks (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      text NOT NULL REFERENCES people ON DELETE CASCADE,
    blocked_id   text NOT NULL REFERENCES people ON DELETE CASCADE,
    -- As it was then: what the other does with their name afterwards is none of the blocker's business.
    display_name text NOT NULL,
    create_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, blocked_id),
    CHECK (user_id <> blocked_id)
);
CREATE INDEX blocks_blocked ON blocks (blocked_id);

CREATE TABLE reports (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     text NOT NULL REFERENCES people ON DELETE CASCADE,
    reported_id text NOT NULL REFERENCES people ON DELETE CASCADE,
    -- As in the contract.
    category    smallint NOT NULL CHECK (category BETWEEN 1 AND 7),
    comment     text NOT NULL,
    open        boolean NOT NULL DEFAULT true,
    create_time timestamptz NOT NULL DEFAULT now(),
    CHECK (user_id <> reported_id)
);
CREATE UNIQUE INDEX reports_open ON reports (user_id, reported_id) WHERE open;
CREATE INDEX reports_reported ON reports (reported_id);
CREATE INDEX reports_oldest ON reports (create_time, id);

-- How a report ended. Apart from the report, because it is the moderators' and not the reporter's.
CREATE TABLE resolutions (
    report_id    uuid PRIMARY KEY REFERENCES reports ON DELETE CASCADE,
    -- 1 DISMISSED, 2 SUSPENDED, as in the contract.
    resolution   smallint NOT NULL CHECK (resolution IN (1, 2)),
    note         text NOT NULL,
    resolve_time timestamptz NOT NULL DEFAULT now()
);

-- Whom a search has shown to somebody, and by which facts; not what was asked. It lets them be met again, and
-- reported, though there is no mutual fit.
CREATE TABLE finds (
    user_id   text NOT NULL REFERENCES people ON DELETE CASCADE,
    other_id  text NOT NULL REFERENCES people ON DELETE CASCADE,
    facts     uuid[] NOT NULL,
    find_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, other_id)
);
CREATE INDEX finds_other ON finds (other_id);

-- What somebody's feedback has made of the weight of a facet, in tenths around 1.
CREATE TABLE feedback (
    user_id     text NOT NULL REFERENCES people ON DELETE CASCADE,
    facet       smallint NOT NULL CHECK (facet BETWEEN 1 AND 6),
    tenths      smallint NOT NULL CHECK (tenths BETWEEN -5 AND 5),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, facet)
);
-- Steps that were taken, so that none is taken twice; kept for two days.
CREATE TABLE feedback_calls (
    user_id     text NOT NULL REFERENCES people ON DELETE CASCADE,
    request_id  uuid NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, request_id)
);

-- Points of erased people that the index may still hold. The digest finds them again when the call is repeated.
CREATE TABLE index_leftovers (
    user_sha256 bytea PRIMARY KEY,
    person_id   uuid NOT NULL
);

CREATE TRIGGER refuse_erased BEFORE INSERT ON people
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('user_id');

-- Matching is about others: whoever acts for somebody may read everybody's profile, and write their own.
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON people FOR SELECT USING (current_setting('timbre.user', true) <> '');
CREATE POLICY owner_adds ON people FOR INSERT WITH CHECK (is_acting_for(user_id));
CREATE POLICY owner_changes ON people FOR UPDATE USING (is_acting_for(user_id));
CREATE POLICY owner_removes ON people FOR DELETE USING (is_acting_for(user_id));

-- A reaction is its owner's; the other's LIKE decides about a connection, and a block ends both reactions.
ALTER TABLE reactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE reactions FORCE ROW LEVEL SECURITY;
CREATE POLICY both_read ON reactions FOR SELECT USING (is_acting_for(user_id) OR is_acting_for(other_id));
CREATE POLICY owner_adds ON reactions FOR INSERT WITH CHECK (is_acting_for(user_id));
CREATE POLICY owner_changes ON reactions FOR UPDATE USING (is_acting_for(user_id));
CREATE POLICY both_end ON reactions FOR DELETE USING (is_acting_for(user_id) OR is_acting_for(other_id));

-- A connection is both people's: either may be the second to like, and either may end it.
ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
CREATE POLICY either ON connections USING (is_acting_for(first_user) OR is_acting_for(second_user));

-- A block is its owner's; the other's session reads it in order to show nothing.
ALTER TABLE blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE blocks FORCE ROW LEVEL SECURITY;
CREATE POLICY both_read ON blocks FOR SELECT USING (is_acting_for(user_id) OR is_acting_for(blocked_id));
CREATE POLICY owner_adds ON blocks FOR INSERT WITH CHECK (is_acting_for(user_id));
CREATE POLICY owner_changes ON blocks FOR UPDATE USING (is_acting_for(user_id));
CREATE POLICY owner_removes ON blocks FOR DELETE USING (is_acting_for(user_id));

ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON reports USING (is_acting_for(user_id));

ALTER TABLE finds ENABLE ROW LEVEL SECURITY;
ALTER TABLE finds FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON finds USING (is_acting_for(user_id));

ALTER TABLE feedback ENABLE ROW LEVEL SECURITY;
ALTER TABLE feedback FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON feedback USING (is_acting_for(user_id));

ALTER TABLE feedback_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE feedback_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON feedback_calls USING (is_acting_for(user_id));

-- No user's: only work that says it is for everybody comes here.
ALTER TABLE resolutions ENABLE ROW LEVEL SECURITY;
ALTER TABLE resolutions FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON resolutions USING (is_acting_for('*'));
ALTER TABLE index_leftovers ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_leftovers FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON index_leftovers USING (is_acting_for('*'));
