-- Everybody who has a profile, with all that matching needs of it. The vector index is made from this table.
CREATE TABLE people (
    user_id         text PRIMARY KEY,
    -- What others know somebody by. Random, so it tells nothing, and stable over all versions.
    person_id       uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    version         bigint NOT NULL CHECK (version > 0),
    -- The version the index has; behind `version` between commit and index, or when the index must be remade.
    indexed_version bigint NOT NULL DEFAULT 0 CHECK (indexed_version <= version),
    visible         boolean NOT NULL,
    card            jsonb NOT NULL,
    facts           jsonb NOT NULL,
    -- float16 rows of the vector space named beside: the whole profile, then each fact.
    vectors         bytea NOT NULL,
    space           text NOT NULL,
    update_time     timestamptz NOT NULL DEFAULT now()
);
-- Vectors do not compress; trying costs time on every write.
ALTER TABLE people ALTER COLUMN vectors SET STORAGE EXTERNAL;
CREATE INDEX people_behind ON people (update_time) WHERE indexed_version < version;

CREATE TABLE reactions (
    user_id     text NOT NULL REFERENCES people ON DELETE CASCADE,
    other_id    text NOT NULL REFERENCES people ON DELETE CASCADE,
    -- 1 LIKE, 2 PASS, as in the contract.
    reaction    smallint NOT NULL CHECK (reaction IN (1, 2)),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, other_id),
    CHECK (user_id <> other_id)
);
CREATE INDEX reactions_other ON reactions (other_id);

CREATE TABLE connections (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    first_user  text NOT NULL REFERENCES people ON DELETE CASCADE,
    second_user text NOT NULL REFERENCES people ON DELETE CASCADE,
    create_time timestamptz NOT NULL DEFAULT now(),
    UNIQUE (first_user, second_user),
    CHECK (first_user < second_user)
);
CREATE INDEX connections_second ON connections (second_user);
