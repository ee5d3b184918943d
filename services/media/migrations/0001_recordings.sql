-- A recording and how far it has come. The row is the truth about the work on it: jobs only say "look here".
CREATE TABLE recordings (
    id              uuid PRIMARY KEY,
    owner_id        text NOT NULL,
    origin          text NOT NULL CHECK (origin IN ('SPOKEN', 'TYPED')),
    prompt          text NOT NULL,

    -- Idempotence of CreateRecording: the client's id and what it asked for.
    request_id      uuid,
    request_sha256  bytea,

    -- The audio: what was announced, until when it may be uploaded, and the content that was accepted.
    content_type    text,
    size_bytes      bigint,
    sha256          text,
    audio_key       text UNIQUE,
    ticket_until    timestamptz,
    audio_etag      text,
    duration_ms     integer,

    state           text NOT NULL
                    CHECK (state IN ('UPLOADING', 'QUEUED', 'TRANSCRIBING', 'ANALYZING', 'READY', 'FAILED')),
    stage           text CHECK (stage IN ('CHECK', 'TRANSCRIBE', 'ANALYZE', 'INDEX')),
    progress        real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    partial_text    text NOT NULL DEFAULT '',
    failure         text,

    -- The profile version that contains the result, from the end of ANALYZE on.
    profile_version bigint,

    -- Who works on the stage: each claim takes the next token, and only its holder may write a result.
    -- All times are the database's.
    attempts        integer NOT NULL DEFAULT 0,
    lease_token     bigint NOT NULL DEFAULT 0,
    lease_until     timestamptz,

    create_time     timestamptz NOT NULL DEFAULT now(),
    update_time     timestamptz NOT NULL DEFAULT now(),

    CHECK ((failure IS NOT NULL) = (state = 'FAILED')),
    CHECK ((stage IS NULL) = (state IN ('UPLOADING', 'READY', 'FAILED'))),
    CHECK ((audio_key IS NOT NULL) = (origin = 'SPOKEN'))
);

CREATE UNIQUE INDEX recordings_request ON recordings (owner_id, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX recordings_newest ON recordings (owner_id, create_time DESC, id DESC);
CREATE INDEX recordings_at_work ON recordings (lease_until) WHERE stage IS NOT NULL;
CREATE INDEX recordings_uploading ON recordings (ticket_until) WHERE state = 'UPLOADING';

-- The words of a recording, at their latest revision.
CREATE TABLE transcripts (
    recording_id uuid PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
    revision     integer NOT NULL CHECK (revision >= 1),
    text         text NOT NULL,
    -- [[text, [[word, start_ms, end_ms, confidence], ...]], ...]
    segments     jsonb NOT NULL,
    language     text NOT NULL,
    engine       text NOT NULL,
    update_time  timestamptz NOT NULL DEFAULT now()
);

-- What a deleted recording leaves to be cleaned up elsewhere. A row goes when everything is gone.
CREATE TABLE removals (
    recording_id uuid PRIMARY KEY,
    owner_id     text NOT NULL,
    audio_key    text,
    ticket_until timestamptz,
    create_time  timestamptz NOT NULL DEFAULT now()
);

-- Tells watchers that there is something to read. Renewing a lease leaves update_time alone and is no news.
CREATE FUNCTION recordings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('media_recordings', OLD.id::text);
    RETURN NULL;
END;
$$;

CREATE TRIGGER recordings_updated AFTER UPDATE ON recordings
    FOR EACH ROW WHEN (OLD.update_time IS DISTINCT FROM NEW.update_time) EXECUTE FUNCTION recordings_changed();
CREATE TRIGGER recordings_deleted AFTER DELETE ON recordings
    FOR EACH ROW EXECUTE FUNCTION recordings_changed();
