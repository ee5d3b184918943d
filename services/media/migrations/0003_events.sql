-- News that has been taken from the queue, so that what is delivered again changes nothing. Ids only. A row goes
-- with its recording, and after five days: the queue has forgotten the news after four.
CREATE TABLE inbox (
    event_id     text PRIMARY KEY,
    recording_id uuid REFERENCES recordings ON DELETE CASCADE,
    outcome      text NOT NULL,
    receive_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_oldest ON inbox (receive_time);
CREATE INDEX inbox_recording ON inbox (recording_id) WHERE recording_id IS NOT NULL;

ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON inbox
    USING (is_acting_for('*')
           OR EXISTS (SELECT FROM recordings AS r WHERE r.id = recording_id AND is_acting_for(r.owner_id)));

-- How many jobs a recogniser elsewhere was given for the recording; each has a name with its number.
ALTER TABLE recordings ADD COLUMN hearing_epoch integer NOT NULL DEFAULT 0;

-- Jobs that a recogniser elsewhere may have. A row is there before the job is, and until the job and what it
-- wrote are gone: it outlives its recording, and then keeps of the owner what `erased_users` keeps too.
CREATE TABLE hearings (
    name         text PRIMARY KEY,
    recording_id uuid NOT NULL,
    owner_sha256 bytea NOT NULL,
    audio_key    text NOT NULL,
    create_time  timestamptz NOT NULL DEFAULT now(),
    -- When we last asked for it to be started; the call may be on its way for a while.
    try_time     timestamptz NOT NULL DEFAULT now(),
    started      boolean NOT NULL DEFAULT false,
    -- The news has come that it ended.
    ended        boolean NOT NULL DEFAULT false,
    asked        integer NOT NULL DEFAULT 0,
    -- When to try next to remove it; NULL while the recording waits for it.
    forget_time  timestamptz
);
CREATE UNIQUE INDEX hearings_current ON hearings (recording_id) WHERE forget_time IS NULL;
CREATE INDEX hearings_over ON hearings (forget_time) WHERE forget_time IS NOT NULL;

ALTER TABLE hearings ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearings FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON hearings
    USING (is_acting_for('*')
           OR owner_sha256 = sha256(convert_to(current_setting('timbre.user', true), 'UTF8')));
