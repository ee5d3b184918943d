-- get_profile --
-- One profile with how many facts it has of each facet.
SELECT profiles.*,
       (SELECT coalesce(jsonb_object_agg(facet, n), '{}')
          FROM (SELECT facet, count(*) AS n FROM facts WHERE user_id = %(user)s GROUP BY facet) AS counts
       ) AS fact_counts
  FROM profiles
 WHERE user_id = %(user)s

-- add_profile --
-- A profile begins to exist with its first change.
INSERT INTO profiles (user_id) VALUES (%(user)s) ON CONFLICT DO NOTHING

-- lock_profile --
-- Lets one change of a user's profile happen at a time.
SELECT *, '{}'::jsonb AS fact_counts, now() AS now FROM profiles WHERE user_id = %(user)s FOR UPDATE

-- save_profile --
-- The next version; the caller holds the lock.
UPDATE profiles
   SET display_name = %(display_name)s,
       own_headline = %(own_headline)s,
       selected_headline = %(selected_headline)s,
       headline_recording = %(headline_recording)s,
       languages = %(languages)s,
       visibility = %(visibility)s,
       version = version + 1,
       update_time = %(now)s
 WHERE user_id = %(user)s
RETURNING version

-- list_facts --
-- One page of facts, newest first, of one facet or of all.
SELECT *
  FROM facts
 WHERE user_id = %(user)s
   AND (%(facet)s::text IS NULL OR facet = %(facet)s)
   AND (%(before)s::bigint IS NULL OR position < %(before)s)
 ORDER BY position DESC
 LIMIT %(limit)s

-- all_facts --
-- Every fact of a user, newest first.
SELECT * FROM facts WHERE user_id = %(user)s ORDER BY position DESC

-- get_fact --
-- One fact, only if it is the user's.
SELECT * FROM facts WHERE user_id = %(user)s AND id = %(id)s

-- save_fact --
-- Insert a fact, or replace the user's fact of that id; a foreign id changes nothing.
INSERT INTO facts (id, user_id, facet, text, source, confidence, analyzer, said_key, recording_id, quote,
                   start_char, end_char, start_ms, end_ms, typed, revision, create_time, update_time)
VALUES (%(id)s, %(user)s, %(facet)s, %(text)s, %(source)s, %(confidence)s, %(analyzer)s, %(said_key)s,
        %(recording_id)s, %(quote)s, %(start_char)s, %(end_char)s, %(start_ms)s, %(end_ms)s, %(typed)s,
        %(revision)s, %(create_time)s, %(update_time)s)
ON CONFLICT (id) DO UPDATE
   SET facet = EXCLUDED.facet, text = EXCLUDED.text, source = EXCLUDED.source,
       confidence = EXCLUDED.confidence, analyzer = EXCLUDED.analyzer, said_key = EXCLUDED.said_key,
       recording_id = EXCLUDED.recording_id, quote = EXCLUDED.quote, start_char = EXCLUDED.start_char,
       end_char = EXCLUDED.end_char, start_ms = EXCLUDED.start_ms, end_ms = EXCLUDED.end_ms,
       typed = EXCLUDED.typed, revision = EXCLUDED.revision, update_time = EXCLUDED.update_time
 WHERE facts.user_id = EXCLUDED.user_id

-- delete_facts --
-- Remove facts of one user.
DELETE FROM facts WHERE user_id = %(user)s AND id = ANY(%(ids)s)

-- all_tombstones --
-- Every statement the user deleted.
SELECT * FROM tombstones WHERE user_id = %(user)s

-- add_tombstone --
-- Remember a deleted statement; the newest place where it was said counts.
INSERT INTO tombstones (user_id, key, recording_id, quote, start_char, end_char, start_ms, end_ms, typed)
VALUES (%(user)s, %(key)s, %(recording_id)s, %(quote)s, %(start_char)s, %(end_char)s, %(start_ms)s, %(end_ms)s,
        %(typed)s)
ON CONFLICT (user_id, key) DO UPDATE
   SET recording_id = EXCLUDED.recording_id, quote = EXCLUDED.quote, start_char = EXCLUDED.start_char,
       end_char = EXCLUDED.end_char, start_ms = EXCLUDED.start_ms, end_ms = EXCLUDED.end_ms,
       typed = EXCLUDED.typed

-- get_analysis --
-- What is remembered of the newest analysis of a recording.
SELECT * FROM analyses WHERE user_id = %(user)s AND recording_id = %(recording)s

-- save_analysis --
-- Remember an analysis instead of the one before it. One that was forgotten stays forgotten.
INSERT INTO analyses (user_id, recording_id, revision, digest, analyzer, version, fact_count, dropped_count,
                      warnings, headline, analyze_time)
VALUES (%(user)s, %(recording)s, %(revision)s, %(digest)s, %(analyzer)s, %(version)s, %(fact_count)s,
        %(dropped_count)s, %(warnings)s, %(headline)s, %(now)s)
ON CONFLICT (user_id, recording_id) DO UPDATE
   SET revision = EXCLUDED.revision, digest = EXCLUDED.digest, analyzer = EXCLUDED.analyzer,
       version = EXCLUDED.version, fact_count = EXCLUDED.fact_count, dropped_count = EXCLUDED.dropped_count,
       warnings = EXCLUDED.warnings, headline = EXCLUDED.headline, analyze_time = EXCLUDED.analyze_time
 WHERE NOT analyses.forgotten

-- forget_analysis --
-- Nothing of the recording may come back.
INSERT INTO analyses (user_id, recording_id, forgotten)
VALUES (%(user)s, %(recording)s, true)
ON CONFLICT (user_id, recording_id) DO UPDATE
   SET digest = '', analyzer = '', fact_count = 0, dropped_count = 0, warnings = '{}', headline = '',
       forgotten = true

-- newest_headline --
-- The selected sentence of the newest recording that has one.
SELECT headline, recording_id
  FROM analyses
 WHERE user_id = %(user)s AND headline <> '' AND recording_id IS DISTINCT FROM %(except)s
 ORDER BY analyze_time DESC, recording_id
 LIMIT 1

-- clear_tombstones --
-- What was said in a forgotten recording is not kept; the key, a hash, is.
UPDATE tombstones
   SET recording_id = NULL, quote = NULL, start_char = NULL, end_char = NULL, start_ms = NULL, end_ms = NULL,
       typed = NULL
 WHERE user_id = %(user)s AND recording_id = %(recording)s

-- versions_about --
-- Versions in which a recording is quoted.
SELECT version, card, facts
  FROM versions
 WHERE user_id = %(user)s
   AND (card ->> 'headline_recording' = %(recording)s::text
        OR facts @> jsonb_build_array(
               jsonb_build_object('evidence', jsonb_build_object('recording_id', %(recording)s::text))))

-- rewrite_version --
-- History loses what a deleted recording had said.
UPDATE versions SET facts = %(facts)s, card = %(card)s WHERE user_id = %(user)s AND version = %(version)s

-- add_version --
-- The profile as it is after a change.
INSERT INTO versions (user_id, version, cause, card, facts, create_time)
VALUES (%(user)s, %(version)s, %(cause)s, %(card)s, %(facts)s, %(now)s)

-- list_versions --
-- One page of history, newest first.
SELECT *
  FROM versions
 WHERE user_id = %(user)s AND (%(before)s::bigint IS NULL OR version < %(before)s)
 ORDER BY version DESC
 LIMIT %(limit)s

-- newest_version --
-- The newest version, and how far the index is.
SELECT versions.*, profiles.indexed_version
  FROM profiles
  JOIN versions ON versions.user_id = profiles.user_id AND versions.version = profiles.version
 WHERE profiles.user_id = %(user)s

-- mark_indexed --
-- The index has at least this version; whoever waits for it is told.
UPDATE profiles
   SET indexed_version = least(version, greatest(indexed_version, %(version)s))
 WHERE user_id = %(user)s
RETURNING pg_notify('profile_indexed', user_id)

-- users_behind --
-- Users whose newest version is not indexed though nobody is about to do it.
SELECT user_id
  FROM profiles
 WHERE indexed_version < version
   AND update_time < now() - make_interval(secs => %(older_than)s)
   AND NOT EXISTS (
       SELECT 1
         FROM procrastinate_jobs
        WHERE task_name = 'index_profile'
          AND status IN ('todo', 'doing')
          AND args ->> 'user_id' = profiles.user_id)
 ORDER BY update_time
 LIMIT 100
   FOR UPDATE SKIP LOCKED

-- get_request --
-- What a request_id was used for.
SELECT digest, fact_id FROM requests WHERE user_id = %(user)s AND request_id = %(request)s

-- add_request --
-- Remember what a request_id is used for.
INSERT INTO requests (user_id, request_id, digest, fact_id)
VALUES (%(user)s, %(request)s, %(digest)s, %(fact)s)
