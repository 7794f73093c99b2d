-- +goose Up

-- One app on one device that messages may be sent to. A registration that has gone is retired, not deleted: the reason is what people ask for.
CREATE TABLE push_registration (
    id           TEXT PRIMARY KEY,
    grant_id     TEXT NOT NULL REFERENCES grants (id),
    registration TEXT NOT NULL,
    name         TEXT NOT NULL DEFAULT '',
    tags         TEXT NOT NULL DEFAULT ' ',
    added_at     BIGINT NOT NULL,
    moved_at     BIGINT NOT NULL DEFAULT 0,
    retired_at   BIGINT NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT '',
    UNIQUE (grant_id, registration)
);

CREATE INDEX push_registration_live ON push_registration (grant_id, retired_at, id);

CREATE TABLE push_broadcast (
    id           TEXT PRIMARY KEY,
    grant_id     TEXT NOT NULL REFERENCES grants (id),
    message      TEXT NOT NULL,
    tags         TEXT NOT NULL,
    rate         BIGINT NOT NULL DEFAULT 0,
    resend_lost  BIGINT NOT NULL DEFAULT 0,
    state        TEXT NOT NULL,
    problem      TEXT NOT NULL DEFAULT '',
    begun_by     TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    held_until   BIGINT NOT NULL DEFAULT 0,
    lease_owner  TEXT NOT NULL DEFAULT '',
    listed_to    TEXT NOT NULL DEFAULT '',
    listed_until TEXT NOT NULL DEFAULT '',
    mark_device  TEXT NOT NULL DEFAULT '',
    mark_retry   BIGINT NOT NULL DEFAULT 0,
    counts       TEXT NOT NULL DEFAULT '{}'
);

CREATE INDEX push_broadcast_state ON push_broadcast (state, held_until);

-- What became of each device. An empty outcome is still to be sent, not before next_at.
CREATE TABLE push_target (
    broadcast TEXT NOT NULL REFERENCES push_broadcast (id),
    device    TEXT NOT NULL REFERENCES push_registration (id),
    outcome   TEXT NOT NULL DEFAULT '',
    tries     BIGINT NOT NULL DEFAULT 0,
    next_at   BIGINT NOT NULL DEFAULT 0,
    status    BIGINT NOT NULL DEFAULT 0,
    problem   TEXT NOT NULL DEFAULT '',
    at        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (broadcast, device)
) WITHOUT ROWID;

CREATE INDEX push_target_due ON push_target (broadcast, next_at, device) WHERE outcome = '';

-- +goose Down
DROP TABLE push_target;
DROP TABLE push_broadcast;
DROP TABLE push_registration;
