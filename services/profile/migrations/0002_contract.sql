-- Preferences, consents and hidden facts; where each thing that was said came from; the wall between users.

ALTER TABLE facts
    -- Found by an analyzer outside Timbre.
    ADD COLUMN external boolean NOT NULL DEFAULT false,
    -- The user's alone: neither matched nor shown.
    ADD COLUMN hidden   boolean NOT NULL DEFAULT false;

ALTER TABLE tombstones ADD COLUMN external boolean NOT NULL DEFAULT false;

-- Statements that the user hid: an analysis that makes one again finds it hidden. The key is a hash.
CREATE TABLE hidden_statements (
    user_id text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    key     text NOT NULL,
    PRIMARY KEY (user_id, key)
);

ALTER TABLE analyses
    ADD COLUMN typed    boolean NOT NULL DEFAULT false,
    ADD COLUMN external boolean NOT NULL DEFAULT false;
UPDATE analyses
   SET typed = true
 WHERE EXISTS (
       SELECT FROM facts
        WHERE facts.user_id = analyses.user_id AND facts.recording_id = analyses.recording_id AND facts.typed);

ALTER TABLE profiles
    ADD COLUMN headline_typed       boolean,
    ADD COLUMN headline_external    boolean,
    ADD COLUMN preferences          jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN preferences_revision integer NOT NULL DEFAULT 0,
    ADD COLUMN preferences_time     timestamptz;
UPDATE profiles
   SET headline_external = false,
       headline_typed = EXISTS (
           SELECT FROM analyses
            WHERE analyses.user_id = profiles.user_id AND recording_id = headline_recording AND typed)
 WHERE headline_recording IS NOT NULL;
ALTER TABLE profiles
    ADD CHECK (num_nulls(headline_recording, headline_typed, headline_external) IN (0, 3));

ALTER TABLE versions
    ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}',
    -- What the user agreed to at the time, as far as match must know.
    ADD COLUMN matching    boolean NOT NULL DEFAULT true,
    ADD COLUMN share_clips boolean NOT NULL DEFAULT false;
UPDATE versions
   SET card = card || jsonb_build_object(
           'headline_external', false,
           'headline_typed', EXISTS (
               SELECT FROM analyses
                WHERE analyses.user_id = versions.user_id
                  AND recording_id::text = card ->> 'headline_recording' AND typed))
 WHERE card ->> 'headline_recording' IS NOT NULL;

-- Every decision that was ever made; the one with the highest version holds.
CREATE TABLE consents (
    user_id     text NOT NULL REFERENCES profiles ON DELETE CASCADE,
    purpose     text NOT NULL CHECK (purpose IN ('TRANSCRIBE', 'EXTERNAL_ANALYSIS', 'MATCHING', 'SHARE_CLIPS')),
    version     integer NOT NULL CHECK (version > 0),
    granted     boolean NOT NULL,
    terms       text NOT NULL,
    decide_time timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose, version)
);

-- The door remembers requests by what they ask for; here only the fact is, for the moment between the two.
ALTER TABLE requests DROP COLUMN digest;

-- Every other table refers to profiles: nobody is written about whose profile cannot be.
CREATE TRIGGER refuse_erased BEFORE INSERT ON profiles
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_users('user_id');

ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE profiles FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON profiles USING (is_acting_for(user_id));
ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE facts FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON facts USING (is_acting_for(user_id));
ALTER TABLE tombstones ENABLE ROW LEVEL SECURITY;
ALTER TABLE tombstones FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON tombstones USING (is_acting_for(user_id));
ALTER TABLE hidden_statements ENABLE ROW LEVEL SECURITY;
ALTER TABLE hidden_statements FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON hidden_statements USING (is_acting_for(user_id));
ALTER TABLE analyses ENABLE ROW LEVEL SECURITY;
ALTER TABLE analyses FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON analyses USING (is_acting_for(user_id));
ALTER TABLE versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE versions FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON versions USING (is_acting_for(user_id));
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON consents USING (is_acting_for(user_id));
ALTER TABLE requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE requests FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON requests USING (is_acting_for(user_id));
