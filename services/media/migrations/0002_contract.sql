-- The step that failed, which a retry starts again. NULL where nobody may retry, and for what failed before this
-- column was there: then the first step that has something to do.
ALTER TABLE recordings
    ADD COLUMN failed_stage text CHECK (failed_stage IN ('CHECK', 'TRANSCRIBE', 'ANALYZE', 'INDEX')),
    ADD CHECK (failed_stage IS NULL OR state = 'FAILED');

-- What each request id of CreateRecording has made. In a table of its own, because it outlives the recording:
-- a call that is repeated after the deletion must not record again. Kept for 24 hours.
CREATE TABLE recording_requests (
    owner_id       text NOT NULL,
    request_id     uuid NOT NULL,
    -- SHA-256 of what was asked for.
    request_sha256 bytea NOT NULL,
    recording_id   uuid NOT NULL,
    create_time    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, request_id)
);
CREATE INDEX recording_requests_oldest ON recording_requests (create_time);
INSERT INTO recording_requests (owner_id, request_id, request_sha256, recording_id, create_time)
SELECT owner_id, request_id, request_sha256, id, create_time FROM recordings WHERE request_id IS NOT NULL;
ALTER TABLE recordings DROP COLUMN request_id, DROP COLUMN request_sha256;

-- Jobs that failed still name recordings that are gone.
DELETE FROM procrastinate_jobs
 WHERE status IN ('failed', 'cancelled', 'aborted')
   AND NOT EXISTS (SELECT FROM recordings AS r WHERE r.id::text = args ->> 'recording_id')
   AND NOT EXISTS (SELECT FROM removals AS r WHERE r.recording_id::text = args ->> 'recording_id');

-- Where something may still arrive after its user is erased, through tickets that are out: emptied again and
-- again until then. The prefix is an HMAC; it names nobody.
CREATE TABLE late_uploads (
    key_prefix text PRIMARY KEY,
    until      timestamptz NOT NULL,
    -- When to look next.
    sweep_time timestamptz NOT NULL
);

CREATE TRIGGER refuse_erased BEFORE INSERT ON recordings
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('owner_id');
CREATE TRIGGER refuse_erased BEFORE INSERT ON recording_requests
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('owner_id');

ALTER TABLE recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON recordings USING (is_acting_for(owner_id));

ALTER TABLE transcripts ENABLE ROW LEVEL SECURITY;
ALTER TABLE transcripts FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON transcripts
    USING (EXISTS (SELECT FROM recordings AS r WHERE r.id = recording_id AND is_acting_for(r.owner_id)));

ALTER TABLE removals ENABLE ROW LEVEL SECURITY;
ALTER TABLE removals FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON removals USING (is_acting_for(owner_id));

ALTER TABLE recording_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON recording_requests USING (is_acting_for(owner_id));

-- Whoever is erased leaves a row, and only the sweep, which works for everybody, ever sees it.
ALTER TABLE late_uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE late_uploads FORCE ROW LEVEL SECURITY;
CREATE POLICY sweep ON late_uploads USING (is_acting_for('*'));
CREATE POLICY leave ON late_uploads FOR INSERT WITH CHECK (true);
