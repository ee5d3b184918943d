-- known_version --
-- The newest version of a user's profile that arrived, and the one in the index.
SELECT version, indexed_version FROM people WHERE user_id = %(user)s

-- save_person --
-- Keep a version of a profile, unless the same or a newer one is there.
INSERT INTO people (user_id, version, visible, card, facts, vectors, space)
VALUES (%(user)s, %(version)s, %(visible)s, %(card)s, %(facts)s, %(vectors)s, %(space)s)
ON CONFLICT (user_id) DO UPDATE
   SET version = EXCLUDED.version, visible = EXCLUDED.visible, card = EXCLUDED.card, facts = EXCLUDED.facts,
       vectors = EXCLUDED.vectors, space = EXCLUDED.space, update_time = now()
 WHERE people.version < EXCLUDED.version

-- viewer --
-- A user's own profile, and whom no list of theirs may show: passed, connected, themselves.
SELECT me.*, now() AS seen_time,
       ARRAY(SELECT other.person_id
               FROM reactions JOIN people AS other ON other.user_id = reactions.other_id
              WHERE reactions.user_id = me.user_id AND reactions.reaction = 2
              UNION ALL
             SELECT other.person_id
               FROM connections
               JOIN people AS other ON other.user_id IN (connections.first_user, connections.second_user)
              WHERE me.user_id IN (connections.first_user, connections.second_user)
       ) AS without
  FROM people AS me
 WHERE me.user_id = %(user)s

-- others --
-- People as one user may come to see them. What does not change within a version is sent only to those who
-- do not hold that version yet.
SELECT person.person_id, person.version, person.visible, person.update_time,
       known.version = person.version AS is_known,
       CASE WHEN known.version = person.version THEN NULL ELSE person.card END AS card,
       CASE WHEN known.version = person.version THEN NULL ELSE person.facts END AS facts,
       CASE WHEN known.version = person.version THEN NULL ELSE person.vectors END AS vectors,
       coalesce(reactions.reaction, 0) AS reaction,
       connections.id IS NOT NULL AS connected
  FROM unnest(%(people)s::uuid[], %(versions)s::bigint[]) AS known (person_id, version)
  JOIN people AS person ON person.person_id = known.person_id
  LEFT JOIN reactions ON reactions.user_id = %(user)s AND reactions.other_id = person.user_id
  LEFT JOIN connections ON connections.first_user = least(%(user)s, person.user_id)
                       AND connections.second_user = greatest(%(user)s, person.user_id)
 WHERE person.user_id <> %(user)s AND person.space = %(space)s

-- lock_pair --
-- Two people decide about each other one after the other, so that two LIKEs always see each other.
SELECT pg_advisory_xact_lock(hashtextextended(least(%(user)s, user_id) || ' ' || greatest(%(user)s, user_id), 0)),
       user_id AS other
  FROM people
 WHERE person_id = %(person)s

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
-- One page of a user's connections, newest first, with the others' cards of now.
SELECT connections.id, connections.create_time, other.person_id, other.card
  FROM connections
  JOIN people AS other
    ON other.user_id = CASE connections.first_user WHEN %(user)s THEN connections.second_user
                                                   ELSE connections.first_user END
 WHERE %(user)s IN (connections.first_user, connections.second_user)
   AND (%(before_time)s::timestamptz IS NULL
        OR (connections.create_time, connections.id) < (%(before_time)s::timestamptz, %(before_id)s::uuid))
 ORDER BY connections.create_time DESC, connections.id DESC
 LIMIT %(limit)s

-- lock_behind --
-- Some of those whose index entry is behind; copies of the service take different ones.
SELECT *
  FROM people
 WHERE indexed_version < version
 ORDER BY update_time
 LIMIT %(limit)s
   FOR UPDATE SKIP LOCKED

-- lock_one_behind --
-- One user, if their index entry is behind; waits for whoever is at it.
SELECT * FROM people WHERE user_id = %(user)s AND indexed_version < version FOR UPDATE

-- mark_indexed --
-- The index has the newest version of these users; the caller holds their locks.
UPDATE people SET indexed_version = version WHERE user_id = ANY(%(users)s)

-- save_vectors --
-- The same profile in another vector space; the caller holds the lock.
UPDATE people SET vectors = %(vectors)s, space = %(space)s WHERE user_id = %(user)s

-- mark_foreign --
-- Vectors of another space cannot be compared with today's: everybody who has some is to be embedded again.
UPDATE people SET indexed_version = 0 WHERE space <> %(space)s AND indexed_version > 0

-- supposed --
-- Who should be in the index, with which version.
SELECT person_id, version FROM people WHERE visible AND jsonb_array_length(facts) > 0

-- mark_behind --
-- These people's index entries are missing or wrong.
UPDATE people SET indexed_version = 0 WHERE person_id = ANY(%(people)s)
