-- By which a service sees how far behind a replica is: it writes the time here every second, and looks when the
-- replica shows it. Written only where a replica is used.
CREATE TABLE heartbeats (
    copy_id    uuid PRIMARY KEY,
    beat       bigint NOT NULL,
    beat_time  timestamptz NOT NULL DEFAULT now()
);
