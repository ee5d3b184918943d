-- One row for each user who has changed anything; the row is also the lock that orders a user's changes.
CREATE TABLE profiles (
    user_id           text PRIMARY KEY,
    display_name      text NOT NULL DEFAULT '',
    own_headline      text NOT NULL DEFAULT '',
    selected_headline text NOT NULL DEFAULT '',
    -- Where the selected headline was said.
    headline_recording uuid,
    languages         text[] NOT NULL DEFAULT '{}',
    visibility        text NOT NULL DEFAULT 'VISIBLE' CHECK (visibility IN ('VISIBLE', 'HIDDEN')),
    version           bigint NOT NULL DEFAULT 0,
    indexed_version   bigint NOT NULL DEFAULT 0,
    update_time       timestamptz,
    CHECK (indexed_version <= version)
);
CREATE INDEX profiles_behind ON profiles (update_time) WHERE indexed_version < version;

CREATE TABLE facts (
    id           uuid PRIMARY KEY,
    user_id      text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    -- Newer facts have higher positions; of one analysis, what was said first has the highest.
    position     bigint GENERATED ALWAYS AS IDENTITY,
    facet        text NOT NULL,
    text         text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 300),
    source       text NOT NULL CHECK (source IN ('ANALYZER', 'USER')),
    confidence   real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    analyzer     text NOT NULL DEFAULT '',
    -- What the analyzer had proposed, recognised again after an edit; empty when it proposed nothing.
    said_key     text NOT NULL DEFAULT '',
    recording_id uuid,
    quote        text,
    start_char   integer,
    end_char     integer,
    start_ms     integer,
    end_ms       integer,
    typed        boolean,
    revision     integer NOT NULL DEFAULT 1,
    create_time  timestamptz NOT NULL,
    update_time  timestamptz NOT NULL,
    -- Evidence is complete or absent, and whatever the analyzer claims has some.
    CHECK (num_nulls(recording_id, quote, start_char, end_char, start_ms, end_ms, typed) IN (0, 7)),
    CHECK (source = 'USER' OR recording_id IS NOT NULL)
);
CREATE INDEX facts_by_user ON facts (user_id, position DESC);

-- Statements that the user deleted: no analysis may bring them back.
CREATE TABLE tombstones (
    user_id      text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    key          text NOT NULL,
    recording_id uuid,
    quote        text,
    start_char   integer,
    end_char     integer,
    start_ms     integer,
    end_ms       integer,
    typed        boolean,
    create_time  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);

-- The newest analysis of each recording with its outcome, or the fact that the recording was forgotten.
CREATE TABLE analyses (
    user_id       text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    recording_id  uuid NOT NULL,
    revision      integer NOT NULL DEFAULT 0,
    digest        text NOT NULL DEFAULT '',
    analyzer      text NOT NULL DEFAULT '',
    version       bigint NOT NULL DEFAULT 0,
    fact_count    integer NOT NULL DEFAULT 0,
    dropped_count integer NOT NULL DEFAULT 0,
    warnings      text[] NOT NULL DEFAULT '{}',
    headline      text NOT NULL DEFAULT '',
    forgotten     boolean NOT NULL DEFAULT false,
    analyze_time  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, recording_id)
);

-- The profile as it was after each change; what match is told is the newest of these.
CREATE TABLE versions (
    user_id     text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    version     bigint NOT NULL,
    cause       text NOT NULL,
    card        jsonb NOT NULL,
    facts       jsonb NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (user_id, version)
);

-- What a request_id was used for.
CREATE TABLE requests (
    user_id     text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    request_id  uuid NOT NULL,
    digest      text NOT NULL,
    fact_id     uuid NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, request_id)
);
