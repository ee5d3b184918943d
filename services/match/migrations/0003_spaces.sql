-- A person has vectors in every space that is kept: the one that serves, and perhaps one that is prepared or was left.

-- The migration is work for everybody, in whose rows it moves vectors.
SELECT set_config('timbre.user', '*', true);

CREATE TABLE index_spaces (
    -- As the embedder names it.
    space       text PRIMARY KEY,
    -- The URL that opens the embedder; empty until the first start after this migration.
    embeddings  text NOT NULL,
    -- Which collection holds it; a rebuild beside the old one makes the next.
    generation  integer NOT NULL DEFAULT 1,
    -- Another generation that there is: a rebuild fills it, or has still to drop it. Whoever is erased leaves it, too.
    other       integer,
    state       text NOT NULL CHECK (state IN ('PREPARING', 'SERVING', 'RETIRED', 'DROPPED')),
    change_time timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX index_spaces_serving ON index_spaces (state) WHERE state = 'SERVING';
INSERT INTO index_spaces (space, embeddings, state)
SELECT space, '', 'SERVING' FROM people GROUP BY space ORDER BY count(*) DESC LIMIT 1;

CREATE TABLE vectors (
    user_id          text NOT NULL REFERENCES people ON DELETE CASCADE,
    space            text NOT NULL REFERENCES index_spaces ON DELETE CASCADE,
    -- That of the person; kept here so that those who are behind are found without a look at everybody.
    version          bigint NOT NULL,
    -- The version that these vectors were made from.
    embedded_version bigint NOT NULL DEFAULT 0 CHECK (embedded_version <= version),
    -- The version that the index of this space has.
    indexed_version  bigint NOT NULL DEFAULT 0 CHECK (indexed_version <= version),
    -- Whoever is making vectors has until then.
    claim_until      timestamptz NOT NULL DEFAULT 'epoch',
    -- float16 rows: the whole profile, then each fact.
    vectors          bytea NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, space)
);
-- Vectors do not compress; trying costs time on every write.
ALTER TABLE vectors ALTER COLUMN vectors SET STORAGE EXTERNAL;
INSERT INTO vectors (user_id, space, version, embedded_version, indexed_version, vectors)
SELECT user_id, space, version, version, indexed_version, vectors
  FROM people
 WHERE space IN (SELECT space FROM index_spaces);
CREATE INDEX vectors_unembedded ON vectors (space) WHERE embedded_version < version;
CREATE INDEX vectors_behind ON vectors (space) WHERE indexed_version < version;

ALTER TABLE people DROP COLUMN vectors, DROP COLUMN space, DROP COLUMN indexed_version;

-- As for people: matching is about others.
ALTER TABLE vectors ENABLE ROW LEVEL SECURITY;
ALTER TABLE vectors FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON vectors FOR SELECT USING (current_setting('timbre.user', true) <> '');
CREATE POLICY owner_adds ON vectors FOR INSERT WITH CHECK (is_acting_for(user_id));
CREATE POLICY owner_changes ON vectors FOR UPDATE USING (is_acting_for(user_id));
CREATE POLICY owner_removes ON vectors FOR DELETE USING (is_acting_for(user_id));

-- No user's. Whoever saves a profile has to know in which spaces it is kept.
ALTER TABLE index_spaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_spaces FORCE ROW LEVEL SECURITY;
CREATE POLICY known ON index_spaces FOR SELECT USING (true);
CREATE POLICY everybody_adds ON index_spaces FOR INSERT WITH CHECK (is_acting_for('*'));
CREATE POLICY everybody_changes ON index_spaces FOR UPDATE USING (is_acting_for('*'));
CREATE POLICY everybody_removes ON index_spaces FOR DELETE USING (is_acting_for('*'));
