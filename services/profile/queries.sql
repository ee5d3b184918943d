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
-- Lets one change of a user's profile happen at a time; no row before the first.
SELECT *, '{}'::jsonb AS fact_counts, now() AS now FROM profiles WHERE user_id = %(user)s FOR UPDATE

-- save_profile --
-- The next version; the caller holds the lock.
UPDATE profiles
   SET display_name = %(display_name)s,
       own_headline = %(own_headline)s,
       selected_headline = %(selected_headline)s,
       headline_recording = %(headline_recording)s,
       headline_typed = %(headline_typed)s,
       headline_external = %(headline_external)s,
       languages = %(languages)s,
       visibility = %(visibility)s,
       preferences = %(preferences)s,
       preferences_revision = %(preferences_revision)s,
       preferences_time = %(preferences_time)s,
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
                   start_char, end_char, start_ms, end_ms, typed, external, hidden, revision, create_time,
                   update_time)
VALUES (%(id)s, %(user)s, %(facet)s, %(text)s, %(source)s, %(confidence)s, %(analyzer)s, %(said_key)s,
        %(recording_id)s, %(quote)s, %(start_char)s, %(end_char)s, %(start_ms)s, %(end_ms)s, %(typed)s,
        %(external)s, %(hidden)s, %(revision)s, %(create_time)s, %(update_time)s)
ON CONFLICT (id) DO UPDATE
   SET facet = EXCLUDED.facet, text = EXCLUDED.text, source = EXCLUDED.source,
       confidence = EXCLUDED.confidence, analyzer = EXCLUDED.analyzer, said_key = EXCLUDED.said_key,
       recording_id = EXCLUDED.recording_id, quote = EXCLUDED.quote, start_char = EXCLUDED.start_char,
       end_char = EXCLUDED.end_char, start_ms = EXCLUDED.start_ms, end_ms = EXCLUDED.end_ms,
       typed = EXCLUDED.typed, external = EXCLUDED.external, hidden = EXCLUDED.hidden,
       revision = EXCLUDED.revision, update_time = EXCLUDED.update_time
 WHERE facts.user_id = EXCLUDED.user_id

-- delete_facts --
-- Remove facts of one user.
DELETE FROM facts WHERE user_id = %(user)s AND id = ANY(%(ids)s)

-- hidden_keys --
-- Every statement the user hid.
SELECT key FROM hidden_statements WHERE user_id = %(user)s

-- hide_statements --
-- From now on these statements are hidden, whoever makes them again.
INSERT INTO hidden_statements (user_id, key)
SELECT %(user)s, unnest(%(keys)s::text[])
    ON CONFLICT DO NOTHING

-- show_statements --
-- These statements are not hidden any more.
DELETE FROM hidden_statements WHERE user_id = %(user)s AND key = ANY(%(keys)s)

-- all_tombstones --
-- Every statement the user deleted.
SELECT * FROM tombstones WHERE user_id = %(user)s

-- add_tombstone --
-- Remember a deleted statement; the newest place where it was said counts.
INSERT INTO tombstones (user_id, key, recording_id, quote, start_char, end_char, start_ms, end_ms, typed, external)
VALUES (%(user)s, %(key)s, %(recording_id)s, %(quote)s, %(start_char)s, %(end_char)s, %(start_ms)s, %(end_ms)s,
        %(typed)s, %(external)s)
ON CONFLICT (user_id, key) DO UPDATE
   SET recording_id = EXCLUDED.recording_id, quote = EXCLUDED.quote, start_char = EXCLUDED.start_char,
       end_char = EXCLUDED.end_char, start_ms = EXCLUDED.start_ms, end_ms = EXCLUDED.end_ms,
       typed = EXCLUDED.typed, external = EXCLUDED.external

-- lift_tombstones --
-- Deleted statements may be made again.
DELETE FROM tombstones WHERE user_id = %(user)s AND key = ANY(%(keys)s)

-- get_analysis --
-- What is remembered of the newest analysis of a recording.
SELECT * FROM analyses WHERE user_id = %(user)s AND recording_id = %(recording)s

-- save_analysis --
-- Remember an analysis instead of the one before it. One that was forgotten stays forgotten.
INSERT INTO analyses (user_id, recording_id, typed, revision, digest, analyzer, external, version, fact_count,
                      dropped_count, warnings, headline, analyze_time)
VALUES (%(user)s, %(recording_id)s, %(typed)s, %(revision)s, %(digest)s, %(analyzer)s, %(external)s, %(version)s,
        %(fact_count)s, %(dropped_count)s, %(warnings)s, %(headline)s, %(now)s)
ON CONFLICT (user_id, recording_id) DO UPDATE
   SET typed = EXCLUDED.typed, revision = EXCLUDED.revision, digest = EXCLUDED.digest,
       analyzer = EXCLUDED.analyzer, external = EXCLUDED.external, version = EXCLUDED.version, fact_count = EXCLUDED.fact_count, dropped_count = EXCLUDED.dropped_count,
       warnings = EXCLUDED.warnings, headline = EXCLUDED.headline, analyze_time = EXCLUDED.analyze_time
 WHERE NOT analyses.forgotten

-- forget_analysis --
-- Nothing of the recording may come back.
INSERT INTO analyses (user_id, recording_id, forgotten)
VALUES (%(user)s, %(recording)s, true)
ON CONFLICT (user_id, recording_id) DO UPDATE
   SET digest = '', analyzer = '', fact_count = 0, dropped_count = 0, warnings = '{}', headline = '',
       forgotten = true

-- clear_analyses --
-- What was derived without being allowed any more is not kept; the transcripts can be analyzed anew.
UPDATE analyses
   SET digest = '', analyzer = '', fact_count = 0, dropped_count = 0, warnings = '{}', headline = '',
       external = false
 WHERE user_id = %(user)s
   AND (%(recording_id)s::uuid IS NULL OR recording_id = %(recording_id)s)
   AND (%(typed)s::boolean IS NULL OR typed = %(typed)s)
   AND (%(external)s::boolean IS NULL OR external = %(external)s)

-- newest_headline --
-- The selected sentence of the newest recording that has one.
SELECT headline, recording_id AS headline_recording, typed AS headline_typed, external AS headline_external
  FROM analyses
 WHERE user_id = %(user)s AND headline <> '' AND recording_id IS DISTINCT FROM %(except)s
 ORDER BY analyze_time DESC, recording_id
 LIMIT 1

-- clear_tombstones --
-- What was said is not kept; the key, a hash, is.
UPDATE tombstones
   SET recording_id = NULL, quote = NULL, start_char = NULL, end_char = NULL, start_ms = NULL, end_ms = NULL,
       typed = NULL, external = false
 WHERE user_id = %(user)s
   AND (%(recording_id)s::uuid IS NULL OR recording_id = %(recording_id)s)
   AND (%(typed)s::boolean IS NULL OR typed = %(typed)s)
   AND (%(external)s::boolean IS NULL OR external = %(external)s)

-- clear_versions --
-- History loses what was said there: the analyzer's facts go, the user's own lose their evidence.
UPDATE versions
   SET card = CASE WHEN card @> %(card)s AND card ->> 'headline_recording' IS NOT NULL
                   THEN card || '{"headline": "", "headline_recording": null, "headline_typed": null,
                                  "headline_external": null}'
                   ELSE card END,
       facts = (SELECT coalesce(jsonb_agg(CASE WHEN fact @> %(fact)s AND fact -> 'evidence' <> 'null'
                                               THEN fact || '{"evidence": null, "external": false}'
                                               ELSE fact END ORDER BY place), '[]')
                  FROM jsonb_array_elements(facts) WITH ORDINALITY AS each (fact, place)
                 WHERE NOT (fact @> %(fact)s AND fact ->> 'source' = 'ANALYZER'))
 WHERE user_id = %(user)s AND (card @> %(card)s OR facts @> jsonb_build_array(%(fact)s))

-- add_version --
-- The profile as it is after a change.
INSERT INTO versions (user_id, version, cause, card, facts, preferences, matching, share_clips, external_analysis,
                      create_time)
VALUES (%(user)s, %(version)s, %(cause)s, %(card)s, %(facts)s, %(preferences)s, %(matching)s, %(share_clips)s,
        %(external_analysis)s, %(now)s)

-- list_versions --
-- One page of history, newest first.
SELECT *
  FROM versions
 WHERE user_id = %(user)s AND (%(before)s::bigint IS NULL OR version < %(before)s)
 ORDER BY version DESC
 LIMIT %(limit)s

-- get_versions --
-- The versions of these numbers.
SELECT * FROM versions WHERE user_id = %(user)s AND version = ANY(%(numbers)s)

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

-- open_fact_counts --
-- How many facts there are of each facet that the user does not hide.
SELECT facet, count(*) AS n FROM facts WHERE user_id = %(user)s AND NOT hidden GROUP BY facet

-- held_consents --
-- The newest decision about every purpose that was decided about.
SELECT DISTINCT ON (purpose) * FROM consents WHERE user_id = %(user)s ORDER BY purpose, version DESC

-- add_consent --
-- One more decision; those before it stay.
INSERT INTO consents (user_id, purpose, version, granted, terms, decide_time)
VALUES (%(user)s, %(purpose)s, %(version)s, %(granted)s, %(terms)s, %(now)s)

-- get_request --
-- The fact that a request_id made within a day.
SELECT fact_id
  FROM requests
 WHERE user_id = %(user)s AND request_id = %(request)s AND create_time > now() - interval '24 hours'

-- add_request --
-- Remember what a request_id made.
INSERT INTO requests (user_id, request_id, fact_id) VALUES (%(user)s, %(request)s, %(fact)s)

-- remove_old_requests --
-- An id is good for a day.
DELETE FROM requests WHERE user_id = %(user)s AND create_time <= now() - interval '24 hours'

-- export_profile --
-- Everything in a user's profile but the facts.
SELECT * FROM profiles WHERE user_id = %(user)s

-- export_facts --
-- Every fact, oldest first.
SELECT * FROM facts WHERE user_id = %(user)s ORDER BY position

-- export_deleted_statements --
-- Every statement the user deleted, oldest first.
SELECT * FROM tombstones WHERE user_id = %(user)s ORDER BY create_time, key

-- export_hidden_statements --
-- The keys of every statement the user hid.
SELECT * FROM hidden_statements WHERE user_id = %(user)s ORDER BY key

-- export_analyses --
-- What came of every recording, oldest first.
SELECT * FROM analyses WHERE user_id = %(user)s ORDER BY analyze_time, recording_id

-- export_consents --
-- Every decision, oldest first.
SELECT * FROM consents WHERE user_id = %(user)s ORDER BY decide_time, purpose, version

-- export_requests --
-- The calls that made facts within a day, oldest first.
SELECT * FROM requests WHERE user_id = %(user)s ORDER BY create_time, request_id

-- export_versions --
-- The next versions of the history, oldest first.
SELECT * FROM versions WHERE user_id = %(user)s AND version > %(after)s ORDER BY version LIMIT %(limit)s

-- bury_user --
-- Nothing is written for the user any more.
SELECT bury_user(%(user)s)

-- hold_profile --
-- Waits for the change that is being made, if any.
SELECT FROM profiles WHERE user_id = %(user)s FOR UPDATE

-- erase_versions --
-- The whole history.
DELETE FROM versions WHERE user_id = %(user)s

-- erase_facts --
-- Every fact.
DELETE FROM facts WHERE user_id = %(user)s

-- erase_tombstones --
-- Every deleted statement.
DELETE FROM tombstones WHERE user_id = %(user)s

-- erase_hidden_statements --
-- Every hidden statement.
DELETE FROM hidden_statements WHERE user_id = %(user)s

-- erase_analyses --
-- What came of every recording.
DELETE FROM analyses WHERE user_id = %(user)s

-- erase_consents --
-- Every decision.
DELETE FROM consents WHERE user_id = %(user)s

-- erase_requests --
-- Which call made which fact.
DELETE FROM requests WHERE user_id = %(user)s

-- erase_profiles --
-- The profile itself.
DELETE FROM profiles WHERE user_id = %(user)s

-- erase_request_ids --
-- The remembered answers.
DELETE FROM request_ids WHERE user_id = %(user)s

-- erase_jobs --
-- Whatever was to be done for the user, in whatever state it is.
DELETE FROM procrastinate_jobs WHERE args ->> 'user_id' = %(user)s
