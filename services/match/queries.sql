-- known_version --
-- The newest version of a user's profile that arrived, and the one in the index of a space.
SELECT people.version, coalesce(kept.indexed_version, 0) AS indexed_version
  FROM people LEFT JOIN vectors AS kept ON kept.user_id = people.user_id AND kept.space = %(space)s
 WHERE people.user_id = %(user)s

-- save_person --
-- Keep a version of a profile, unless the same or a newer one is there. Nobody's suspension ends with it. Its
-- vectors are those of one space; in the others, the person is behind from now on.
WITH saved AS (
    INSERT INTO people (user_id, version, visible, matching, share_clips, external_analysis, card, facts, preferences,
                        speaks, asks, formats, latitude, longitude, max_distance_km)
    VALUES (%(user)s, %(version)s, %(visible)s, %(matching)s, %(share_clips)s, %(external_analysis)s, %(card)s,
            %(facts)s, %(preferences)s, %(speaks)s, %(asks)s, %(formats)s, %(latitude)s, %(longitude)s,
            %(max_distance_km)s)
    ON CONFLICT (user_id) DO UPDATE
       SET version = EXCLUDED.version, visible = EXCLUDED.visible, matching = EXCLUDED.matching,
           share_clips = EXCLUDED.share_clips, external_analysis = EXCLUDED.external_analysis,
           card = EXCLUDED.card, facts = EXCLUDED.facts, preferences = EXCLUDED.preferences, speaks = EXCLUDED.speaks, asks = EXCLUDED.asks,
           formats = EXCLUDED.formats, latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude,
           max_distance_km = EXCLUDED.max_distance_km, update_time = now()
     WHERE people.version < EXCLUDED.version
 RETURNING user_id, version
)
INSERT INTO vectors AS kept (user_id, space, version, embedded_version, vectors)
SELECT saved.user_id, spaces.space, saved.version,
       CASE WHEN spaces.space = %(space)s THEN saved.version ELSE 0 END,
       CASE WHEN spaces.space = %(space)s THEN %(vectors)s ELSE ''::bytea END
  FROM saved CROSS JOIN index_spaces AS spaces
ON CONFLICT (user_id, space) DO UPDATE
   SET version = EXCLUDED.version, claim_until = 'epoch',
       embedded_version = greatest(kept.embedded_version, EXCLUDED.embedded_version),
       vectors = CASE WHEN EXCLUDED.embedded_version > 0 THEN EXCLUDED.vectors ELSE kept.vectors END

-- drop_judgements --
-- A version makes what was said about the ones before worthless; one without the consent comes as a version, too.
DELETE FROM judgements
 WHERE (user_id = %(user)s AND user_version < %(version)s) OR (other_id = %(user)s AND other_version < %(version)s)

-- put_to_judge --
-- This version is to be judged once it has rested; whoever is judging an older one begins again.
INSERT INTO judge_tasks (user_id, spreads, due_time)
SELECT user_id, true, now() + make_interval(secs => %(rest)s)
  FROM people
 WHERE user_id = %(user)s AND version = %(version)s AND external_analysis AND findable
ON CONFLICT (user_id) DO UPDATE
   SET mark = gen_random_uuid(), spreads = true, attempts = 0, due_time = EXCLUDED.due_time

-- claim_to_judge --
-- The one who has waited longest; for a while no other copy of the service takes them.
UPDATE judge_tasks
   SET claim_until = now() + make_interval(secs => %(lease)s)
 WHERE user_id = (SELECT user_id
                    FROM judge_tasks
                   WHERE due_time <= now() AND claim_until < now()
                   ORDER BY due_time
                   LIMIT 1
                     FOR UPDATE SKIP LOCKED)
RETURNING user_id, mark, spreads, attempts

-- end_judging --
-- Somebody is judged, unless they were put there again meanwhile; then it is another's turn to claim them.
WITH gone AS (DELETE FROM judge_tasks WHERE user_id = %(user)s AND mark = %(mark)s)
UPDATE judge_tasks SET claim_until = 'epoch' WHERE user_id = %(user)s AND mark <> %(mark)s

-- postpone_judging --
-- It did not work out; later it may.
UPDATE judge_tasks
   SET attempts = attempts + 1, claim_until = 'epoch',
       due_time = greatest(due_time, now() + make_interval(secs => %(wait)s))
 WHERE user_id = %(user)s

-- to_be_judged --
-- Of people in these versions, those whom a judge has still to compare with a user, if both agree that words leave.
SELECT other.person_id
  FROM people AS me
  JOIN unnest(%(people)s::uuid[], %(versions)s::bigint[]) AS asked (person_id, version) ON true
  JOIN people AS other ON other.person_id = asked.person_id AND other.version = asked.version
 WHERE me.user_id = %(user)s AND me.version = %(version)s AND me.external_analysis AND me.findable
   AND other.external_analysis AND other.findable
   AND NOT EXISTS (SELECT
                     FROM judgements
                    WHERE user_id = me.user_id AND other_id = other.user_id AND judge = %(judge)s
                      AND user_version = me.version AND other_version = other.version)

-- lock_judged --
-- Both of a pair, if they still are in these versions and agree that words leave; neither changes meanwhile.
SELECT user_id
  FROM people
 WHERE external_analysis
   AND ((user_id = %(user)s AND version = %(version)s)
        OR (person_id = %(person)s AND version = %(other_version)s))
 ORDER BY user_id
   FOR SHARE

-- save_judgement --
-- The first judgement of a pair of versions stays, so that no order changes while it is read in pages.
INSERT INTO judgements (user_id, other_id, user_version, other_version, judge, fit, sentences)
SELECT %(user)s, user_id, %(version)s, %(other_version)s, %(judge)s, %(fit)s, %(sentences)s
  FROM people
 WHERE person_id = %(person)s
ON CONFLICT DO NOTHING

-- put_other_to_judge --
-- The other of a pair is to see sentences, too.
INSERT INTO judge_tasks (user_id)
SELECT user_id FROM people WHERE person_id = %(person)s
ON CONFLICT (user_id) DO UPDATE SET mark = gen_random_uuid()

-- judgements --
-- What a judge had said by then of a user's newest version and others' newest.
SELECT other.person_id, judgements.other_version, judgements.fit, judgements.sentences
  FROM judgements
  JOIN people AS other ON other.user_id = judgements.other_id AND other.version = judgements.other_version
 WHERE judgements.user_id = %(user)s AND judgements.user_version = %(version)s
   AND judgements.judge = %(judge)s AND judgements.create_time <= %(since)s

-- viewer --
-- A user's own profile, what their feedback has made of weights, and whom no list of theirs may show: those they
-- have answered (passed, connected, blocked), and those who block them.
SELECT me.*, mine.vectors, now() AS seen_time,
       ARRAY(SELECT other.person_id
               FROM reactions JOIN people AS other ON other.user_id = reactions.other_id
              WHERE reactions.user_id = me.user_id AND reactions.reaction = 2
              UNION ALL
             SELECT other.person_id
               FROM connections
               JOIN people AS other ON other.user_id IN (connections.first_user, connections.second_user)
              WHERE me.user_id IN (connections.first_user, connections.second_user)
              UNION ALL
             SELECT other.person_id
               FROM blocks JOIN people AS other ON other.user_id = blocks.blocked_id
              WHERE blocks.user_id = me.user_id
       ) AS answered,
       ARRAY(SELECT other.person_id
               FROM blocks JOIN people AS other ON other.user_id = blocks.user_id
              WHERE blocks.blocked_id = me.user_id
       ) AS refused_by,
       (SELECT coalesce(jsonb_object_agg(facet, tenths), '{}') FROM feedback WHERE user_id = me.user_id
       ) AS feedback
  FROM people AS me
  LEFT JOIN vectors AS mine
    ON mine.user_id = me.user_id AND mine.space = %(space)s AND mine.embedded_version = me.version
 WHERE me.user_id = %(user)s

-- others --
-- People as one user may come to see them. What does not change within a version is sent only to those who
-- do not hold that version yet.
SELECT person.person_id, person.version, person.shown AS visible, person.update_time,
       known.version = person.version AS is_known,
       CASE WHEN known.version = person.version THEN NULL ELSE person.card END AS card,
       CASE WHEN known.version = person.version THEN NULL ELSE person.facts END AS facts,
       CASE WHEN known.version = person.version THEN NULL ELSE theirs.vectors END AS vectors,
       CASE WHEN known.version = person.version THEN NULL ELSE person.preferences END AS preferences,
       person.share_clips,
       coalesce(reactions.reaction, 0) AS reaction,
       connections.id IS NOT NULL AS connected,
       EXISTS (SELECT
                 FROM blocks
                WHERE (user_id, blocked_id) IN ((%(user)s, person.user_id), (person.user_id, %(user)s))
       ) AS blocked,
       coalesce(finds.facts, '{}') AS found
  FROM unnest(%(people)s::uuid[], %(versions)s::bigint[]) AS known (person_id, version)
  JOIN people AS person ON person.person_id = known.person_id
  JOIN vectors AS theirs ON theirs.user_id = person.user_id AND theirs.space = %(space)s
                        AND theirs.embedded_version = person.version
  LEFT JOIN reactions ON reactions.user_id = %(user)s AND reactions.other_id = person.user_id
  LEFT JOIN connections ON connections.first_user = least(%(user)s, person.user_id)
                       AND connections.second_user = greatest(%(user)s, person.user_id)
  LEFT JOIN finds ON finds.user_id = %(user)s AND finds.other_id = person.user_id
 WHERE person.user_id <> %(user)s

-- user_of --
-- Which user a person is.
SELECT user_id FROM people WHERE person_id = %(person)s

-- note_found --
-- A search has shown these facts of these people to a user.
INSERT INTO finds (user_id, other_id, facts)
SELECT %(user)s, person.user_id, array_agg(shown.fact)
  FROM unnest(%(people)s::uuid[], %(facts)s::uuid[]) AS shown (person_id, fact)
  JOIN people AS person ON person.person_id = shown.person_id
 GROUP BY person.user_id
 ORDER BY person.user_id
ON CONFLICT (user_id, other_id) DO UPDATE
   SET facts = ARRAY(SELECT unnest(finds.facts) UNION SELECT unnest(EXCLUDED.facts)), find_time = now()
 WHERE NOT finds.facts @> EXCLUDED.facts

-- count_by_filters --
-- How many people pass how many of a user's own filters, in the order of the contract: 0 lost by languages, 1 by
-- formats, 2 by distance, 3 because they were answered, 4 left. What others ask for plays no part.
SELECT CASE
           WHEN NOT ((cardinality(%(speaks)s::text[]) = 0 OR cardinality(speaks) = 0 OR speaks && %(speaks)s::text[])
                     AND (cardinality(%(asks)s::text[]) = 0 OR speaks && %(asks)s::text[])) THEN 0
           WHEN NOT (cardinality(%(formats)s::smallint[]) = 0 OR cardinality(formats) = 0
                     OR formats && %(formats)s::smallint[]) THEN 1
           WHEN %(limit_km)s::int > 0 AND NOT coalesce(
               2 * 6371.0088 * asin(least(1, sqrt(
                   sin(radians(latitude - %(latitude)s::float8) / 2) ^ 2
                   + cos(radians(%(latitude)s::float8)) * cos(radians(latitude))
                     * sin(radians(longitude - %(longitude)s::float8) / 2) ^ 2))) <= %(limit_km)s::int, false) THEN 2
           WHEN person_id = ANY(%(answered)s::uuid[]) THEN 3
           ELSE 4
       END AS kept, count(*) AS people
  FROM people
 WHERE findable AND user_id <> %(user)s
 GROUP BY kept

-- lock_pair --
-- Two people decide about each other one after the other, so that two LIKEs always see each other.
SELECT pg_advisory_xact_lock(hashtextextended(least(%(user)s, user_id) || ' ' || greatest(%(user)s, user_id), 0)),
       user_id AS other
  FROM people
 WHERE person_id = %(person)s

-- is_blocked --
-- Whether one of two people blocks the other.
SELECT EXISTS (SELECT
                 FROM blocks
                WHERE (user_id, blocked_id) IN ((%(user)s, %(other)s), (%(other)s, %(user)s))
       ) AS blocked

-- save_reaction --
-- The last reaction counts.
INSERT INTO reactions (user_id, other_id, reaction)
VALUES (%(user)s, %(other)s, %(reaction)s)
ON CONFLICT (user_id, other_id) DO UPDATE SET reaction = EXCLUDED.reaction, update_time = now()
 WHERE reactions.reaction <> EXCLUDED.reaction

-- connect --
-- Two LIKEs are a connection, once and from then on.
INSERT INTO connections (first_user, second_user)
SELECT least(%(user)s, %(other)s), greatest(%(user)s, %(other)s)
 WHERE 2 = (SELECT count(*)
              FROM reactions
             WHERE reaction = 1
               AND (user_id, other_id) IN ((%(user)s, %(other)s), (%(other)s, %(user)s)))
ON CONFLICT DO NOTHING

-- is_connected --
-- Whether two people are connected.
SELECT EXISTS (SELECT
                 FROM connections
                WHERE first_user = least(%(user)s, %(other)s) AND second_user = greatest(%(user)s, %(other)s)
       ) AS connected

-- list_connections --
-- One page of a user's connections, newest first, with the others' cards of now. Who was suspended, or does not
-- agree to be matched any more, is not among them.
SELECT connections.id, connections.create_time, other.person_id, other.card
  FROM connections
  JOIN people AS other
    ON other.user_id = CASE connections.first_user WHEN %(user)s THEN connections.second_user
                                                   ELSE connections.first_user END
 WHERE %(user)s IN (connections.first_user, connections.second_user)
   AND other.matching AND NOT other.suspended
   AND (%(before_time)s::timestamptz IS NULL
        OR (connections.create_time, connections.id) < (%(before_time)s::timestamptz, %(before_id)s::uuid))
 ORDER BY connections.create_time DESC, connections.id DESC
 LIMIT %(limit)s

-- lock_behind --
-- Some of those whose entry in the index of a space is behind; copies of the service take different ones.
SELECT people.*, kept.vectors
  FROM people JOIN vectors AS kept ON kept.user_id = people.user_id AND kept.version = people.version
 WHERE kept.space = %(space)s AND kept.indexed_version < kept.version AND kept.embedded_version = kept.version
 LIMIT %(limit)s
   FOR UPDATE OF people, kept SKIP LOCKED

-- lock_one_behind --
-- One user, if their index entry is behind; waits for whoever is at it.
SELECT people.*, kept.vectors
  FROM people JOIN vectors AS kept ON kept.user_id = people.user_id AND kept.version = people.version
 WHERE people.user_id = %(user)s
   AND kept.space = %(space)s AND kept.indexed_version < kept.version AND kept.embedded_version = kept.version
   FOR UPDATE OF people, kept

-- mark_indexed --
-- The index of a space has the newest version of these users; the caller holds their locks.
UPDATE vectors SET indexed_version = version WHERE space = %(space)s AND user_id = ANY(%(users)s)

-- save_vectors --
-- Vectors of a version, unless there is a newer one by now.
UPDATE vectors
   SET vectors = %(vectors)s, embedded_version = version, claim_until = 'epoch'
 WHERE user_id = %(user)s AND space = %(space)s AND version = %(version)s AND embedded_version < version

-- claim_unembedded --
-- Some of those who have no vectors in a space yet; for a while no other copy of the service takes them.
UPDATE vectors
   SET claim_until = now() + interval '30 seconds'
  FROM people
 WHERE vectors.space = %(space)s
   AND vectors.user_id IN (SELECT user_id
                             FROM vectors
                            WHERE space = %(space)s AND embedded_version < version AND claim_until < now()
                            LIMIT %(limit)s
                              FOR UPDATE SKIP LOCKED)
   AND people.user_id = vectors.user_id
RETURNING people.user_id, people.version, people.facts

-- supposed --
-- Who should be in the index, with which version.
SELECT person_id, version FROM people WHERE findable

-- mark_behind --
-- These people's entries in the index of a space are missing or wrong.
UPDATE vectors
   SET indexed_version = 0
  FROM people
 WHERE people.user_id = vectors.user_id AND vectors.space = %(space)s AND people.person_id = ANY(%(people)s)

-- mark_own --
-- One user's index entries are to be made anew.
WITH marked AS (UPDATE vectors SET indexed_version = 0 WHERE user_id = %(user)s RETURNING user_id)
SELECT count(DISTINCT user_id) AS people FROM marked

-- mark_everybody --
-- All index entries are to be made anew.
WITH marked AS (UPDATE vectors SET indexed_version = 0 RETURNING user_id)
SELECT count(DISTINCT user_id) AS people FROM marked

-- index_spaces --
-- The spaces that are kept, the serving one first.
SELECT space, embeddings, generation, other, state FROM index_spaces ORDER BY state = 'SERVING' DESC

-- lock_spaces --
-- Spaces change one at a time.
SELECT pg_advisory_xact_lock(hashtextextended('index spaces', 0))

-- try_alone --
-- One command at a time; the lock ends with the session.
SELECT pg_try_advisory_lock(hashtextextended('index commands', 0)) AS alone

-- add_space --
-- Another space is kept.
INSERT INTO index_spaces (space, embeddings, state) VALUES (%(space)s, %(embeddings)s, %(state)s)

-- name_embeddings --
-- The embedder of a space is opened by this URL.
UPDATE index_spaces SET embeddings = %(embeddings)s WHERE space = %(space)s AND embeddings <> %(embeddings)s

-- set_space_state --
-- What a space is for from now on.
UPDATE index_spaces SET state = %(state)s, change_time = now() WHERE space = %(space)s

-- set_other --
-- There is this generation beside the one in use, or none.
UPDATE index_spaces SET other = %(other)s, change_time = now() WHERE space = %(space)s

-- set_generation --
-- A space is in this generation from now on; the one before has still to be dropped.
UPDATE index_spaces SET other = generation, generation = %(generation)s, change_time = now() WHERE space = %(space)s

-- drop_space --
-- A space, and everybody's vectors in it.
DELETE FROM index_spaces WHERE space = %(space)s

-- stop_savers --
-- Whoever saves a profile waits until the transaction ends, and then knows of its spaces.
LOCK TABLE people IN SHARE MODE

-- add_missing --
-- Everybody has a place in a space, with vectors or without.
INSERT INTO vectors (user_id, space, version)
SELECT user_id, %(space)s, version FROM people
ON CONFLICT DO NOTHING

-- count_space --
-- How many people there are, and of how many a space lacks the vectors or the index entry.
SELECT count(*) AS people,
       count(*) FILTER (WHERE kept.embedded_version IS DISTINCT FROM people.version) AS unembedded,
       count(*) FILTER (WHERE kept.indexed_version IS DISTINCT FROM people.version) AS behind
  FROM people LEFT JOIN vectors AS kept ON kept.user_id = people.user_id AND kept.space = %(space)s

-- settled --
-- Who should be in the index of a space, with which version, and whether the entry is known to be behind.
SELECT people.person_id, people.version, people.findable,
       kept.indexed_version IS DISTINCT FROM people.version AS behind
  FROM people LEFT JOIN vectors AS kept ON kept.user_id = people.user_id AND kept.space = %(space)s

-- lock_page --
-- The next people by user id who have vectors in a space; nobody changes or erases them meanwhile.
SELECT people.*, kept.vectors
  FROM people JOIN vectors AS kept ON kept.user_id = people.user_id
 WHERE people.user_id > %(after)s AND people.findable
   AND kept.space = %(space)s AND kept.embedded_version = people.version
 ORDER BY people.user_id
 LIMIT %(limit)s
   FOR SHARE OF people, kept

-- sample --
-- Some people who can be matched.
SELECT user_id FROM people WHERE findable ORDER BY random() LIMIT %(limit)s

-- block --
-- A user blocks somebody, once; the name stays what it was the first time.
INSERT INTO blocks (user_id, blocked_id, display_name)
SELECT %(user)s, user_id, card ->> 'display_name' FROM people WHERE user_id = %(other)s
ON CONFLICT (user_id, blocked_id) DO NOTHING

-- end_reactions --
-- Nothing that two people said to each other counts any more.
DELETE FROM reactions WHERE (user_id, other_id) IN ((%(user)s, %(other)s), (%(other)s, %(user)s))

-- end_connection --
-- Two people are not connected any more.
DELETE FROM connections
 WHERE first_user = least(%(user)s, %(other)s) AND second_user = greatest(%(user)s, %(other)s)

-- get_block --
-- A user's block of one person.
SELECT blocks.id, blocks.display_name, blocks.create_time, person.person_id
  FROM blocks JOIN people AS person ON person.user_id = blocks.blocked_id
 WHERE blocks.user_id = %(user)s AND person.person_id = %(person)s

-- list_blocks --
-- One page of a user's blocks, newest first.
SELECT blocks.id, blocks.display_name, blocks.create_time, person.person_id
  FROM blocks JOIN people AS person ON person.user_id = blocks.blocked_id
 WHERE blocks.user_id = %(user)s
   AND (%(before_time)s::timestamptz IS NULL
        OR (blocks.create_time, blocks.id) < (%(before_time)s::timestamptz, %(before_id)s::uuid))
 ORDER BY blocks.create_time DESC, blocks.id DESC
 LIMIT %(limit)s

-- unblock --
-- A user's block ends.
DELETE FROM blocks WHERE user_id = %(user)s AND id = %(block)s RETURNING id

-- report --
-- A user reports somebody, once while a report is open.
INSERT INTO reports (user_id, reported_id, category, comment)
VALUES (%(user)s, %(other)s, %(category)s, %(comment)s)
ON CONFLICT (user_id, reported_id) WHERE open DO NOTHING

-- open_report --
-- A user's open report about somebody.
SELECT reports.id, reports.category, reports.comment, reports.create_time, person.person_id
  FROM reports JOIN people AS person ON person.user_id = reports.reported_id
 WHERE reports.user_id = %(user)s AND reports.reported_id = %(other)s AND reports.open

-- list_reports --
-- One page of reports for a moderator, oldest first, with the people they are about; none is about the moderator.
SELECT reports.id, reports.category, reports.comment, reports.create_time, person.person_id,
       person.card, person.facts, resolutions.resolution, resolutions.resolve_time, resolutions.note,
       (SELECT count(DISTINCT every.user_id) FROM reports AS every WHERE every.reported_id = reports.reported_id
       ) AS report_count
  FROM reports
  JOIN people AS person ON person.user_id = reports.reported_id
  LEFT JOIN resolutions ON resolutions.report_id = reports.id
 WHERE reports.reported_id <> %(moderator)s AND (reports.open OR %(resolved_too)s)
   AND (%(after_time)s::timestamptz IS NULL
        OR (reports.create_time, reports.id) > (%(after_time)s::timestamptz, %(after_id)s::uuid))
 ORDER BY reports.create_time, reports.id
 LIMIT %(limit)s

-- get_report --
-- One report for a moderator.
SELECT reports.id, reports.category, reports.comment, reports.create_time, reports.reported_id, person.person_id,
       person.suspended, person.card, person.facts, resolutions.resolution, resolutions.resolve_time, resolutions.note,
       (SELECT count(DISTINCT every.user_id) FROM reports AS every WHERE every.reported_id = reports.reported_id
       ) AS report_count
  FROM reports
  JOIN people AS person ON person.user_id = reports.reported_id
  LEFT JOIN resolutions ON resolutions.report_id = reports.id
 WHERE reports.id = %(report)s

-- lock_report --
-- One report, for the moderator who ends it; others wait.
SELECT open FROM reports WHERE id = %(report)s FOR UPDATE

-- resolve --
-- A report ends. Of two moderators at once, the one who suspended is right: it has happened.
INSERT INTO resolutions (report_id, resolution, note)
VALUES (%(report)s, %(resolution)s, %(note)s)
ON CONFLICT (report_id) DO UPDATE
   SET resolution = EXCLUDED.resolution, note = EXCLUDED.note, resolve_time = now()
 WHERE resolutions.resolution <> EXCLUDED.resolution

-- resolve_others --
-- The open reports about the same person end in the same way.
INSERT INTO resolutions (report_id, resolution, note)
SELECT other.id, %(resolution)s, %(note)s
  FROM reports JOIN reports AS other ON other.reported_id = reports.reported_id AND other.open
 WHERE reports.id = %(report)s
ON CONFLICT DO NOTHING

-- close_resolved --
-- What has a resolution is not open, for this report and others about the same person.
UPDATE reports
   SET open = false
  FROM resolutions, reports AS resolved
 WHERE resolved.id = %(report)s AND reports.reported_id = resolved.reported_id
   AND resolutions.report_id = reports.id AND reports.open

-- suspend --
-- Nobody is shown this person any more.
WITH hidden AS (
    UPDATE people SET suspended = true, update_time = now()
     WHERE user_id = %(user)s AND NOT suspended
 RETURNING user_id
)
UPDATE vectors SET indexed_version = 0 FROM hidden WHERE vectors.user_id = hidden.user_id

-- begin_feedback --
-- A call that adjusts weights begins, unless the same call was made before. Old calls are forgotten.
WITH old AS (
    DELETE FROM feedback_calls WHERE user_id = %(user)s AND create_time < now() - interval '2 days'
)
INSERT INTO feedback_calls (user_id, request_id) VALUES (%(user)s, %(request)s)
ON CONFLICT DO NOTHING
RETURNING request_id

-- give_feedback --
-- One step of one weight, within its bounds.
INSERT INTO feedback (user_id, facet, tenths) VALUES (%(user)s, %(facet)s, %(step)s)
ON CONFLICT (user_id, facet) DO UPDATE
   SET tenths = greatest(-5, least(5, feedback.tenths + EXCLUDED.tenths)), update_time = now()

-- reset_feedback --
-- All weights are what they were without feedback.
DELETE FROM feedback WHERE user_id = %(user)s

-- get_weights --
-- What a user prefers, and what feedback adds.
SELECT me.preferences,
       (SELECT coalesce(jsonb_object_agg(facet, tenths), '{}') FROM feedback WHERE user_id = me.user_id
       ) AS feedback
  FROM people AS me
 WHERE me.user_id = %(user)s

-- export_person --
-- What matching knows of a user.
SELECT person_id, version, visible, matching, share_clips, external_analysis, suspended, shown, findable, card, facts,
       preferences, speaks, asks, formats, latitude, longitude, max_distance_km, update_time
  FROM people
 WHERE user_id = %(user)s

-- export_reactions --
-- What a user said to others.
SELECT other.person_id, other.card ->> 'display_name' AS display_name, reactions.reaction, reactions.update_time
  FROM reactions JOIN people AS other ON other.user_id = reactions.other_id
 WHERE reactions.user_id = %(user)s
 ORDER BY reactions.update_time

-- export_finds --
-- Whom a user's searches have shown.
SELECT other.person_id, other.card ->> 'display_name' AS display_name, finds.facts, finds.find_time
  FROM finds JOIN people AS other ON other.user_id = finds.other_id
 WHERE finds.user_id = %(user)s
 ORDER BY finds.find_time

-- export_judgements --
-- What a model said of a user and others.
SELECT other.person_id, other.card ->> 'display_name' AS display_name, judgements.user_version,
       judgements.other_version, judgements.judge, judgements.fit, judgements.sentences, judgements.create_time
  FROM judgements JOIN people AS other ON other.user_id = judgements.other_id
 WHERE judgements.user_id = %(user)s
 ORDER BY judgements.create_time

-- export_connections --
-- With whom a user is connected.
SELECT connections.id, other.person_id, other.card ->> 'display_name' AS display_name, connections.create_time
  FROM connections
  JOIN people AS other
    ON other.user_id = CASE connections.first_user WHEN %(user)s THEN connections.second_user
                                                   ELSE connections.first_user END
 WHERE %(user)s IN (connections.first_user, connections.second_user)
 ORDER BY connections.create_time

-- export_blocks --
-- Whom a user blocks.
SELECT blocks.id, person.person_id, blocks.display_name, blocks.create_time
  FROM blocks JOIN people AS person ON person.user_id = blocks.blocked_id
 WHERE blocks.user_id = %(user)s
 ORDER BY blocks.create_time

-- export_reports --
-- What a user told the moderators.
SELECT reports.id, person.person_id, person.card ->> 'display_name' AS display_name, reports.category,
       reports.comment, reports.open, reports.create_time
  FROM reports JOIN people AS person ON person.user_id = reports.reported_id
 WHERE reports.user_id = %(user)s
 ORDER BY reports.create_time

-- export_feedback --
-- What a user's feedback has made of their weights.
SELECT facet, tenths, update_time FROM feedback WHERE user_id = %(user)s ORDER BY facet

-- export_feedback_calls --
-- The calls by which a user gave feedback in the last days.
SELECT request_id, create_time FROM feedback_calls WHERE user_id = %(user)s ORDER BY create_time

-- bury --
-- Nothing is written for this user any more.
SELECT bury_user(%(user)s)

-- lock_person --
-- A user's person, to be removed; whoever is putting it into the index ends first.
SELECT person_id FROM people WHERE user_id = %(user)s FOR UPDATE

-- leave_point --
-- The index still has to let go of this person.
INSERT INTO index_leftovers (user_sha256, person_id)
VALUES (sha256(convert_to(%(user)s, 'UTF8')), %(person)s)
ON CONFLICT DO NOTHING

-- leftover_point --
-- What the index still has to let go of for an erased user.
SELECT person_id FROM index_leftovers WHERE user_sha256 = sha256(convert_to(%(user)s, 'UTF8'))

-- point_removed --
-- The index has let go.
DELETE FROM index_leftovers WHERE user_sha256 = sha256(convert_to(%(user)s, 'UTF8'))

-- erase_reactions --
-- What a user said to others, and others to them.
WITH gone AS (DELETE FROM reactions WHERE %(user)s IN (user_id, other_id) RETURNING user_id)
SELECT count(*) AS rows FROM gone

-- erase_connections --
-- All connections of a user.
WITH gone AS (DELETE FROM connections WHERE %(user)s IN (first_user, second_user) RETURNING id)
SELECT count(*) AS rows FROM gone

-- erase_blocks --
-- Blocks by a user and of them.
WITH gone AS (DELETE FROM blocks WHERE %(user)s IN (user_id, blocked_id) RETURNING id)
SELECT count(*) AS rows FROM gone

-- erase_reports --
-- Reports by a user and about them.
WITH gone AS (DELETE FROM reports WHERE %(user)s IN (user_id, reported_id) RETURNING id)
SELECT count(*) AS rows FROM gone

-- erase_finds --
-- Whom a user has found, and who has found them.
WITH gone AS (DELETE FROM finds WHERE %(user)s IN (user_id, other_id) RETURNING user_id)
SELECT count(*) AS rows FROM gone

-- erase_feedback --
-- A user's feedback.
WITH calls AS (DELETE FROM feedback_calls WHERE user_id = %(user)s),
     gone AS (DELETE FROM feedback WHERE user_id = %(user)s RETURNING facet)
SELECT count(*) AS rows FROM gone

-- erase_judgements --
-- What a model said of a user and others, whoever it was said to; and that it was to say more.
WITH tasks AS (DELETE FROM judge_tasks WHERE user_id = %(user)s),
     gone AS (DELETE FROM judgements WHERE %(user)s IN (user_id, other_id) RETURNING user_id)
SELECT count(*) AS rows FROM gone

-- erase_answers --
-- Remembered answers to a user's calls, and answers to others' calls that show this person.
WITH gone AS (
    DELETE FROM request_ids
     WHERE user_id = %(user)s OR position(convert_to(%(person)s::uuid::text, 'UTF8') IN response) > 0
 RETURNING request_id
)
SELECT count(*) AS rows FROM gone

-- erase_person --
-- A user's profile.
WITH gone AS (DELETE FROM people WHERE user_id = %(user)s RETURNING user_id)
SELECT count(*) AS rows FROM gone
