-- A model outside may judge pairs of people, in the background: what it said, and for whom it is still to be asked.

ALTER TABLE people
    -- Whether the person agrees that their words leave Timbre; profile says so with every version.
    ADD COLUMN external_analysis boolean NOT NULL DEFAULT false;

CREATE TABLE judgements (
    user_id       text NOT NULL REFERENCES people ON DELETE CASCADE,
    other_id      text NOT NULL REFERENCES people ON DELETE CASCADE,
    user_version  bigint NOT NULL,
    other_version bigint NOT NULL,
    -- Which model, told what.
    judge         text NOT NULL,
    fit           smallint NOT NULL CHECK (fit BETWEEN 0 AND 100),
    -- Of each pair of facts that has one: direction, both ids, the sentence.
    sentences     jsonb NOT NULL,
    create_time   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, other_id, user_version, other_version, judge),
    CHECK (user_id <> other_id)
);
CREATE INDEX judgements_other ON judgements (other_id);

CREATE TABLE judge_tasks (
    user_id     text PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    -- Another one each time the user is put here, so that whoever is at it finds out.
    mark        uuid NOT NULL DEFAULT gen_random_uuid(),
    -- Whether those with whom the user is compared are put here in turn.
    spreads     boolean NOT NULL DEFAULT false,
    attempts    integer NOT NULL DEFAULT 0,
    due_time    timestamptz NOT NULL DEFAULT now(),
    -- Whoever is at it has until then.
    claim_until timestamptz NOT NULL DEFAULT 'epoch'
);
CREATE INDEX judge_tasks_due ON judge_tasks (due_time);

-- A judgement is told to its user; both may end it, because it is made of both people's words. Only work for
-- everybody writes it: it has to hold both people's rows meanwhile.
ALTER TABLE judgements ENABLE ROW LEVEL SECURITY;
ALTER TABLE judgements FORCE ROW LEVEL SECURITY;
CREATE POLICY both_read ON judgements FOR SELECT USING (is_acting_for(user_id) OR is_acting_for(other_id));
CREATE POLICY everybody_adds ON judgements FOR INSERT WITH CHECK (is_acting_for('*'));
CREATE POLICY both_end ON judgements FOR DELETE USING (is_acting_for(user_id) OR is_acting_for(other_id));

ALTER TABLE judge_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE judge_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON judge_tasks USING (is_acting_for(user_id));
