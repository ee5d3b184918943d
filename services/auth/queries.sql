-- lock_revocations --
-- One change of the list at a time: revisions become visible in their order.
SELECT pg_advisory_xact_lock(hashtextextended('auth revocations', 0));

-- revoke --
-- A new entry, or a stronger one. ERASED is for ever, and signing out changes nothing for who is disabled:
-- then nothing comes back.
INSERT INTO revocations AS known (user_sha256, state, revoke_time, revision)
VALUES (%(user_sha256)s, %(state)s, clock_timestamp(), nextval('revocation_revisions'))
ON CONFLICT (user_sha256) DO UPDATE
   SET state = EXCLUDED.state, revoke_time = EXCLUDED.revoke_time, revision = EXCLUDED.revision,
       settle_time = NULL
 WHERE known.state <> 'ERASED' AND NOT (known.state = 'DISABLED' AND EXCLUDED.state = 'SIGNED_OUT')
RETURNING *;

-- enable --
-- Let a user in again whose session begins after now; nothing comes back when the user is erased.
INSERT INTO revocations AS known (user_sha256, state, revoke_time, settle_time, enable_time, revision)
VALUES (%(user_sha256)s, 'SIGNED_OUT', clock_timestamp(), clock_timestamp(), clock_timestamp(),
        nextval('revocation_revisions'))
ON CONFLICT (user_sha256) DO UPDATE
   SET state = EXCLUDED.state, revoke_time = EXCLUDED.revoke_time, revision = EXCLUDED.revision,
       settle_time = EXCLUDED.settle_time, enable_time = EXCLUDED.enable_time
 WHERE known.state <> 'ERASED'
RETURNING *;

-- settle --
-- Cognito has done its part for this change; a later change has to wait for its own.
UPDATE revocations
   SET settle_time = clock_timestamp()
 WHERE user_sha256 = %(user_sha256)s AND revision = %(revision)s;

-- disabled_elsewhere --
-- Of the users Cognito lists as disabled, those the list lets in. Its answer may be older than an enabling
-- of just now.
SELECT listed.user_sha256
  FROM unnest(%(user_sha256s)s::bytea[]) AS listed (user_sha256)
  LEFT JOIN revocations AS known USING (user_sha256)
 WHERE known.state IS NULL
    OR (known.state = 'SIGNED_OUT'
        AND coalesce(known.enable_time < now() - make_interval(secs => %(doubt_seconds)s), true));

-- revocations_in_force --
-- The whole list. What Cognito has settled for longer than any access token lives refuses nobody any more.
SELECT user_sha256, state, extract(epoch FROM revoke_time)::float8 AS revoke_time, revision
  FROM revocations
 WHERE settle_time IS NULL OR settle_time > now() - make_interval(hours => %(kept_hours)s);

-- revocations_since --
-- What is new or has changed.
SELECT user_sha256, state, extract(epoch FROM revoke_time)::float8 AS revoke_time, revision
  FROM revocations
 WHERE revision > %(revision)s;

-- get_revocation --
-- The entry of one user.
SELECT * FROM revocations WHERE user_sha256 = %(user_sha256)s;

-- lock_exports_of --
-- One export of a user at a time: two calls at once start one.
SELECT pg_advisory_xact_lock(hashtextextended('export ' || %(user_id)s, 0));

-- repeat_export --
-- The export that a request id was answered with before.
SELECT * FROM exports
 WHERE user_id = %(user_id)s AND request_ids @> ARRAY[%(request_id)s::uuid];

-- reuse_export --
-- An export that is being packed, or was packed a moment ago, is good for another call.
UPDATE exports
   SET request_ids = array_cat(request_ids, array_remove(ARRAY[%(request_id)s::uuid], NULL))
 WHERE id = (SELECT id FROM exports
              WHERE user_id = %(user_id)s
                AND (state = 'RUNNING'
                     OR (state = 'READY'
                         AND create_time > now() - make_interval(secs => %(fresh_seconds)s)))
              ORDER BY create_time DESC LIMIT 1)
RETURNING *;

-- insert_export --
-- A new export, to be packed.
INSERT INTO exports (id, user_id, request_ids)
VALUES (%(id)s, %(user_id)s, array_remove(ARRAY[%(request_id)s::uuid], NULL))
RETURNING *;

-- get_export --
-- One export, only if it is the owner's and its day is not over.
SELECT * FROM exports
 WHERE id = %(id)s AND user_id = %(user_id)s
   AND create_time > now() - make_interval(secs => %(kept_seconds)s);

-- list_exports --
-- All exports of a user, newest first.
SELECT * FROM exports WHERE user_id = %(user_id)s ORDER BY create_time DESC;

-- running_export --
-- One export that is to be packed, for the worker.
SELECT * FROM exports WHERE id = %(id)s AND state = 'RUNNING';

-- finish_export --
-- The archive lies in the bucket.
UPDATE exports SET state = 'READY', size_bytes = %(size_bytes)s
 WHERE id = %(id)s AND state = 'RUNNING'
RETURNING id;

-- fail_export --
-- It could not be packed.
UPDATE exports SET state = 'FAILED' WHERE id = %(id)s AND state = 'RUNNING';

-- expired_exports --
-- Exports whose day is over.
SELECT * FROM exports WHERE create_time < now() - make_interval(secs => %(kept_seconds)s) LIMIT 100;

-- forgotten_exports --
-- Exports that are to be packed and have no job (any more).
SELECT export.*
  FROM exports AS export
 WHERE state = 'RUNNING'
   AND NOT EXISTS (SELECT FROM procrastinate_jobs AS job
                    WHERE job.status IN ('todo', 'doing') AND job.args ->> 'export_id' = export.id::text);

-- delete_export --
-- Nothing is left of it.
DELETE FROM exports WHERE id = %(id)s;

-- stop_exports --
-- Exports of an erased user: those that are being packed notice that nobody wants them any more.
UPDATE exports SET state = 'FAILED' WHERE user_id = %(user_id)s AND state = 'RUNNING';

-- delete_export_jobs --
-- Queue rows of a user's exports, but those at work.
DELETE FROM procrastinate_jobs
 WHERE status <> 'doing'
   AND args ->> 'export_id' IN (SELECT id::text FROM exports WHERE user_id = %(user_id)s)
RETURNING id;

-- busy_exports --
-- Whether a worker packs for the user at this moment.
SELECT 1 FROM procrastinate_jobs
 WHERE status = 'doing'
   AND args ->> 'export_id' IN (SELECT id::text FROM exports WHERE user_id = %(user_id)s)
 LIMIT 1;

-- delete_exports_of --
-- The user's exports; their objects are gone.
DELETE FROM exports WHERE user_id = %(user_id)s RETURNING id;

-- delete_request_ids_of --
-- The remembered calls of a user.
DELETE FROM request_ids WHERE user_id = %(user_id)s RETURNING request_id;

-- bury_user --
-- From now on nothing can be written for this user.
SELECT bury_user(%(user_id)s);

-- insert_erasure --
-- A new erasure; nothing comes back when the user has one.
INSERT INTO erasures (id, user_sha256, user_id)
VALUES (%(id)s, %(user_sha256)s, %(user_id)s)
ON CONFLICT (user_sha256) DO NOTHING
RETURNING *;

-- erasure_of --
-- The one erasure of a user.
SELECT * FROM erasures WHERE user_sha256 = %(user_sha256)s;

-- get_erasure --
-- An erasure by its secret name.
SELECT * FROM erasures WHERE id = %(id)s;

-- lock_erasure --
-- The erasure of a user that still runs, held until the transaction ends.
SELECT * FROM erasures WHERE user_sha256 = %(user_sha256)s AND complete_time IS NULL FOR UPDATE;

-- erasure_steps --
-- What was done, in order.
SELECT step, counts FROM erasure_steps WHERE erasure_id = %(id)s ORDER BY create_time;

-- insert_erasure_step --
-- One step is done.
INSERT INTO erasure_steps (erasure_id, step, counts) VALUES (%(id)s, %(step)s, %(counts)s);

-- complete_erasure --
-- Everything is gone, and so is the user id.
UPDATE erasures
   SET complete_time = %(complete_time)s, payload = %(payload)s, signature = %(signature)s,
       public_key = %(public_key)s, user_id = NULL
 WHERE id = %(id)s;

-- delete_erasure_steps --
-- The receipt says it all.
DELETE FROM erasure_steps WHERE erasure_id = %(id)s;

-- settle_erasure --
-- The account is gone at Cognito. The entry stays in the list for as long as its last token can live.
UPDATE revocations
   SET settle_time = clock_timestamp()
 WHERE user_sha256 = %(user_sha256)s;

-- now --
-- The clock by which everything is dated.
SELECT clock_timestamp() AS now;

-- forgotten_erasures --
-- Erasures that run and have no job (any more).
SELECT user_sha256
  FROM erasures AS erasure
 WHERE complete_time IS NULL
   AND NOT EXISTS (SELECT FROM procrastinate_jobs AS job
                    WHERE job.status IN ('todo', 'doing')
                      AND job.args ->> 'user_sha256' = encode(erasure.user_sha256, 'hex'));

-- delete_finished_jobs --
-- Jobs that were given up; whatever is to be done about them, their rows say.
DELETE FROM procrastinate_jobs WHERE status IN ('failed', 'cancelled', 'aborted');
