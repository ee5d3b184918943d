-- insert_request --
-- Take a request id; nothing comes back when the owner has used it before.
INSERT INTO recording_requests (owner_id, request_id, request_sha256, recording_id)
VALUES (%(owner_id)s, %(request_id)s, %(request_sha256)s, %(id)s)
ON CONFLICT DO NOTHING
RETURNING recording_id;

-- insert_recording --
-- A new recording.
INSERT INTO recordings (id, owner_id, origin, prompt,
                        content_type, size_bytes, sha256, audio_key, ticket_until, state, stage)
VALUES (%(id)s, %(owner_id)s, %(origin)s, %(prompt)s,
        %(content_type)s, %(size_bytes)s, %(sha256)s, %(audio_key)s, %(ticket_until)s, %(state)s, %(stage)s)
RETURNING *;

-- get_request --
-- What a request id has made.
SELECT request_sha256, recording_id
  FROM recording_requests
 WHERE owner_id = %(owner_id)s AND request_id = %(request_id)s;

-- purge_requests --
-- Forget request ids when the door has forgotten them too.
DELETE FROM recording_requests WHERE create_time < now() - interval '24 hours';

-- extend_ticket --
-- A fresh ticket is out for a recording that is still uploading.
UPDATE recordings
   SET ticket_until = greatest(ticket_until, %(ticket_until)s)
 WHERE id = %(id)s AND owner_id = %(owner_id)s AND state = 'UPLOADING'
RETURNING *;

-- get_recording --
-- One recording, only if it is the owner's.
SELECT * FROM recordings WHERE id = %(id)s AND owner_id = %(owner_id)s;

-- list_recordings --
-- A page, newest first, beginning after the last recording of the page before.
SELECT *
  FROM recordings
 WHERE owner_id = %(owner_id)s
   AND (%(before_time)s::timestamptz IS NULL
        OR (create_time, id) < (%(before_time)s::timestamptz, %(before_id)s::uuid))
 ORDER BY create_time DESC, id DESC
 LIMIT %(limit)s;

-- accept_upload --
-- The audio is there: the recording waits for a worker, and from now on only this content counts.
UPDATE recordings
   SET state = 'QUEUED', stage = 'CHECK', audio_etag = %(etag)s, update_time = now()
 WHERE id = %(id)s AND owner_id = %(owner_id)s AND state = 'UPLOADING'
RETURNING *;

-- refuse_upload --
-- What was uploaded, or that nothing was, ends the recording.
UPDATE recordings
   SET state = 'FAILED', failure = %(failure)s, update_time = now()
 WHERE id = %(id)s AND owner_id = %(owner_id)s AND state = 'UPLOADING'
RETURNING *;

-- delete_recording --
-- Gone for every reader, its transcript with it. Nobody waits for a recogniser any more.
WITH deleted AS (
    DELETE FROM recordings WHERE id = %(id)s AND owner_id = %(owner_id)s RETURNING *
), over AS (
    UPDATE hearings SET forget_time = now()
     WHERE recording_id IN (SELECT id FROM deleted) AND forget_time IS NULL
)
SELECT * FROM deleted;

-- get_transcript --
-- The transcript of a recording, only if it is the owner's.
SELECT t.*
  FROM transcripts AS t JOIN recordings AS r ON r.id = t.recording_id
 WHERE t.recording_id = %(id)s AND r.owner_id = %(owner_id)s;

-- put_transcript --
-- A first transcript. A repeated step may find its own from before.
INSERT INTO transcripts (recording_id, revision, text, segments, language, engine)
VALUES (%(id)s, %(revision)s, %(text)s, %(segments)s, %(language)s, %(engine)s)
ON CONFLICT (recording_id) DO UPDATE
   SET revision = excluded.revision, text = excluded.text, segments = excluded.segments,
       language = excluded.language, engine = excluded.engine, update_time = now();

-- revise_transcript --
-- The next revision, unless somebody else made it first.
UPDATE transcripts
   SET revision = revision + 1, text = %(text)s, segments = %(segments)s, update_time = now()
 WHERE recording_id = %(id)s AND revision = %(revision)s
   AND EXISTS (SELECT FROM recordings WHERE id = %(id)s AND owner_id = %(owner_id)s)
RETURNING *;

-- restart_analysis --
-- The transcript has changed. The next token locks out a worker that still analyzes the old one.
UPDATE recordings
   SET state = 'ANALYZING', stage = 'ANALYZE', progress = 0, failure = NULL, failed_stage = NULL,
       profile_version = NULL, attempts = 0, lease_token = lease_token + 1, lease_until = NULL,
       update_time = now()
 WHERE id = %(id)s AND owner_id = %(owner_id)s;

-- reanalyze --
-- What may be derived from transcripts has changed: all that have come to an end behind theirs start there again.
UPDATE recordings
   SET state = 'ANALYZING', stage = 'ANALYZE', progress = 0, failure = NULL, failed_stage = NULL,
       profile_version = NULL, attempts = 0, lease_token = lease_token + 1, lease_until = NULL,
       update_time = now()
 WHERE owner_id = %(owner_id)s
   AND (state = 'READY' OR (state = 'FAILED' AND coalesce(failed_stage, 'ANALYZE') IN ('ANALYZE', 'INDEX')))
   AND EXISTS (SELECT FROM transcripts WHERE recording_id = recordings.id)
RETURNING id;

-- retry --
-- Back to the step that failed. The next token locks out whoever still believes to work on it.
UPDATE recordings AS r
   SET state = CASE again.stage WHEN 'CHECK' THEN 'QUEUED' WHEN 'TRANSCRIBE' THEN 'TRANSCRIBING' ELSE 'ANALYZING' END,
       stage = again.stage, progress = 0, failure = NULL, failed_stage = NULL,
       attempts = 0, lease_token = lease_token + 1, lease_until = NULL, update_time = now()
  FROM (SELECT coalesce(failed_stage, CASE WHEN EXISTS (SELECT FROM transcripts WHERE recording_id = %(id)s)
                                           THEN 'ANALYZE' ELSE 'CHECK' END) AS stage
          FROM recordings WHERE id = %(id)s AND owner_id = %(owner_id)s) AS again
 WHERE r.id = %(id)s AND r.owner_id = %(owner_id)s AND r.state = 'FAILED' AND r.failure = %(failure)s
RETURNING r.*;

-- claim --
-- Take the stage of a recording for a lease, unless it is done, gone, or in other hands.
UPDATE recordings
   SET state = %(state)s, attempts = attempts + 1, lease_token = lease_token + 1,
       lease_until = now() + make_interval(secs => %(lease_seconds)s), update_time = now()
 WHERE id = %(id)s AND stage = %(stage)s AND (lease_until IS NULL OR lease_until < now())
RETURNING *;

-- renew_lease --
-- The holder is alive. Returns nothing once another token is out.
UPDATE recordings
   SET lease_until = now() + make_interval(secs => %(lease_seconds)s)
 WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
RETURNING id;

-- note_progress --
-- How far the stage is. Neither progress nor the partial text ever shrinks, even when a step starts again.
UPDATE recordings
   SET progress = greatest(progress, %(progress)s),
       partial_text = CASE WHEN length(%(partial_text)s) > length(partial_text)
                           THEN %(partial_text)s ELSE partial_text END,
       lease_until = now() + make_interval(secs => %(lease_seconds)s), update_time = now()
 WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
RETURNING id;

-- advance --
-- The holder has finished its stage: on to the next one, or to READY when there is none. A recogniser elsewhere
-- has done its work.
WITH advanced AS (
    UPDATE recordings
       SET stage = %(stage)s, state = %(state)s, progress = 0, attempts = 0, lease_until = NULL, update_time = now(),
           partial_text = CASE WHEN %(state)s = 'TRANSCRIBING' THEN partial_text ELSE '' END,
           duration_ms = coalesce(%(duration_ms)s, duration_ms),
           profile_version = coalesce(%(profile_version)s, profile_version)
     WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
    RETURNING id
), over AS (
    UPDATE hearings SET forget_time = now()
     WHERE recording_id IN (SELECT id FROM advanced) AND forget_time IS NULL
)
SELECT id FROM advanced;

-- fail --
-- The holder has found out that this cannot succeed. A retry gives a recogniser elsewhere another job.
WITH failed AS (
    UPDATE recordings
       SET state = 'FAILED', failure = %(failure)s, failed_stage = CASE WHEN %(retryable)s THEN stage END,
           stage = NULL, progress = 0, partial_text = '',
           lease_until = NULL, update_time = now()
     WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
    RETURNING id
), over AS (
    UPDATE hearings SET forget_time = now()
     WHERE recording_id IN (SELECT id FROM failed) AND forget_time IS NULL
)
SELECT id FROM failed;

-- release --
-- The holder gives the stage back; an interrupted attempt does not count.
UPDATE recordings
   SET lease_until = NULL, attempts = attempts - %(uncounted)s
 WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
RETURNING id;

-- abandoned --
-- Recordings at work that nobody works on: no lease holds, and no job will look at them.
SELECT id, stage
  FROM recordings
 WHERE stage IS NOT NULL
   AND (lease_until IS NULL OR lease_until < now())
   AND NOT EXISTS (SELECT FROM procrastinate_jobs AS job
                    WHERE job.status IN ('todo', 'doing') AND job.args ->> 'recording_id' = recordings.id::text)
 LIMIT 100;

-- overdue_uploads --
-- Recordings whose ticket is over, with a minute for an upload that was under way.
SELECT * FROM recordings
 WHERE state = 'UPLOADING' AND ticket_until < now() - interval '1 minute'
 ORDER BY ticket_until
 LIMIT 20;

-- insert_removal --
-- Remember what is to be cleaned up, in the transaction that deletes the recording. Even if no ticket is out any
-- more, a clip may be on its way to the store.
INSERT INTO removals (recording_id, owner_id, audio_key, ticket_until)
VALUES (%(id)s, %(owner_id)s, %(audio_key)s,
        CASE WHEN %(audio_key)s::text IS NOT NULL THEN greatest(%(ticket_until)s::timestamptz, now()) END);

-- get_removal --
-- What is to be cleaned up, and for how many seconds more its ticket may still let an upload in.
SELECT *, greatest(0, ceil(extract(epoch FROM ticket_until + interval '1 minute' - now())))::int AS wait_seconds
  FROM removals WHERE recording_id = %(id)s;

-- delete_removal --
-- Everything is gone, and with it the jobs that ended without success, which still name the recording.
WITH jobs AS (
    DELETE FROM procrastinate_jobs
     WHERE args ->> 'recording_id' = %(id)s::text AND status IN ('failed', 'cancelled', 'aborted')
)
DELETE FROM removals WHERE recording_id = %(id)s;

-- forgotten_removals --
-- Removals that no job will look at.
SELECT recording_id
  FROM removals
 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs AS job
                    WHERE job.status IN ('todo', 'doing')
                      AND job.args ->> 'recording_id' = removals.recording_id::text)
 LIMIT 100;

-- due_late_uploads --
-- Prefixes of erased users to be emptied now, each taken by one sweep; `over` when nothing can arrive any more.
UPDATE late_uploads
   SET sweep_time = now() + interval '15 seconds'
 WHERE sweep_time <= now()
RETURNING key_prefix, until <= now() AS over;

-- delete_late_upload --
-- Nothing can arrive there any more, and it is empty.
DELETE FROM late_uploads WHERE key_prefix = %(key_prefix)s;

-- export_recordings --
-- Everything that is known of a user's recordings.
SELECT * FROM recordings WHERE owner_id = %(owner_id)s ORDER BY create_time, id;

-- export_requests --
-- The request ids that have made recordings, also those that were deleted since.
SELECT * FROM recording_requests WHERE owner_id = %(owner_id)s ORDER BY create_time, request_id;

-- export_removals --
-- Deleted recordings that are not gone from every store yet.
SELECT * FROM removals WHERE owner_id = %(owner_id)s ORDER BY create_time, recording_id;

-- bury --
-- Let nothing be written for the user any more.
SELECT bury_user(%(owner_id)s);

-- lock_recordings --
-- Wait for those who change the user's recordings just now; recordings are locked before transcripts everywhere.
SELECT id FROM recordings WHERE owner_id = %(owner_id)s ORDER BY id FOR UPDATE;

-- was_buried --
-- Whether the user was erased before.
SELECT EXISTS (SELECT FROM erased_users
                WHERE user_sha256 = sha256(convert_to(%(owner_id)s, 'UTF8'))) AS buried;

-- erase_inbox --
-- News about recordings of the user.
DELETE FROM inbox
 WHERE recording_id IN (SELECT id FROM recordings WHERE owner_id = %(owner_id)s)
RETURNING event_id;

-- erase_hearings --
-- Every job of the user's is to go from the recogniser. A row stays until it has gone.
UPDATE hearings SET forget_time = now() + interval '15 seconds'
 WHERE owner_sha256 = sha256(convert_to(%(owner_id)s, 'UTF8'))
RETURNING name, audio_key, try_time > now() - interval '1 minute' AS young;

-- erase_transcripts --
-- Every transcript of the user.
DELETE FROM transcripts
 WHERE recording_id IN (SELECT id FROM recordings WHERE owner_id = %(owner_id)s)
RETURNING recording_id;

-- erase_recordings --
-- Every recording of the user, and where its audio lies.
DELETE FROM recordings WHERE owner_id = %(owner_id)s RETURNING id, audio_key, ticket_until;

-- erase_removals --
-- What was left of deleted recordings of the user.
DELETE FROM removals WHERE owner_id = %(owner_id)s RETURNING recording_id AS id, audio_key, ticket_until;

-- erase_recording_requests --
-- What the user's request ids have made.
DELETE FROM recording_requests WHERE owner_id = %(owner_id)s RETURNING recording_id AS id;

-- erase_answers --
-- The answers the door remembers.
DELETE FROM request_ids WHERE user_id = %(owner_id)s RETURNING request_id;

-- erase_names_in_jobs --
-- Jobs of these recordings, whatever their state, are left to look at a recording that never was.
UPDATE procrastinate_jobs
   SET args = jsonb_build_object('recording_id', gen_random_uuid()), queueing_lock = NULL
 WHERE args ->> 'recording_id' = ANY(%(recording_ids)s)
RETURNING id;

-- erase_jobs --
-- Of these jobs, those that nobody works on; the others end by themselves.
DELETE FROM procrastinate_jobs WHERE id = ANY(%(job_ids)s) AND status <> 'doing';

-- insert_late_upload --
-- Note where uploads, and clips on their way, may still arrive.
INSERT INTO late_uploads (key_prefix, until, sweep_time)
VALUES (%(key_prefix)s, greatest(%(ticket_until)s::timestamptz, now()) + interval '1 minute',
        now() + interval '30 seconds')
ON CONFLICT DO NOTHING;

-- alive --
-- The database answers.
SELECT true AS alive;

-- find_recording --
-- One recording, whoever owns it: work for everybody.
SELECT * FROM recordings WHERE id = %(id)s;

-- find_upload --
-- Whose audio has this key. Held against deletion and erasure until the transaction ends.
SELECT id, state FROM recordings WHERE audio_key = %(key)s FOR KEY SHARE;

-- find_hearing --
-- Which recording waits for this job. Held as above.
SELECT r.id
  FROM hearings AS h JOIN recordings AS r ON r.id = h.recording_id
 WHERE h.name = %(name)s AND h.forget_time IS NULL
   FOR KEY SHARE OF r;

-- insert_inbox --
-- Take a piece of news; nothing comes back when it was taken before.
INSERT INTO inbox (event_id, recording_id, outcome)
VALUES (%(event_id)s, %(recording_id)s, %(outcome)s)
ON CONFLICT DO NOTHING
RETURNING event_id;

-- purge_inbox --
-- Forget news that the queue has forgotten too.
DELETE FROM inbox WHERE receive_time < now() - interval '5 days';

-- end_hearing --
-- The news has come that the job ended.
UPDATE hearings SET ended = true WHERE name = %(name)s;

-- current_hearing --
-- The job that the recording waits for.
SELECT name, started, ended, asked,
       extract(epoch FROM now() - create_time)::float8 AS age_seconds
  FROM hearings
 WHERE recording_id = %(id)s AND forget_time IS NULL;

-- number_hearing --
-- The holder may give the recogniser a job. Returns its number, never the same twice.
UPDATE recordings SET hearing_epoch = hearing_epoch + 1
 WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
RETURNING hearing_epoch;

-- insert_hearing --
-- Note the job before it is made: nothing that a recogniser keeps is ever unknown here.
INSERT INTO hearings (name, recording_id, owner_sha256, audio_key)
VALUES (%(name)s, %(id)s, sha256(convert_to(%(owner_id)s, 'UTF8')), %(audio_key)s);

-- try_hearing --
-- The holder is about to ask for the job. Returns nothing once nobody waits for it any more.
UPDATE hearings SET try_time = now()
 WHERE name = %(name)s AND forget_time IS NULL
RETURNING name;

-- await_hearing --
-- The holder has asked, and the job is not done. Returns whether the news has come that it ended.
UPDATE hearings SET started = started OR %(started)s, asked = asked + 1
 WHERE name = %(name)s
RETURNING ended;

-- await_recording --
-- The holder gives the recording back until there is news of the job; waiting is no attempt.
UPDATE recordings
   SET lease_until = NULL, attempts = attempts - 1, progress = greatest(progress, %(progress)s), update_time = now()
 WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL
RETURNING id;

-- end_current_hearing --
-- The holder has no use for the job any more.
UPDATE hearings SET forget_time = now()
 WHERE recording_id = %(id)s AND forget_time IS NULL
   AND EXISTS (SELECT FROM recordings
                WHERE id = %(id)s AND lease_token = %(token)s AND lease_until IS NOT NULL);

-- due_hearings --
-- Jobs to be removed from the recogniser now, each taken by one sweep.
UPDATE hearings SET forget_time = now() + interval '15 seconds'
 WHERE name IN (SELECT name FROM hearings WHERE forget_time <= now() ORDER BY forget_time LIMIT 20 FOR UPDATE SKIP LOCKED)
RETURNING name, audio_key, try_time > now() - interval '1 minute' AS young;

-- delete_hearing --
-- The job is gone, and what it wrote.
DELETE FROM hearings WHERE name = %(name)s AND forget_time IS NOT NULL;
