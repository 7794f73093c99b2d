-- +goose Up

-- What a key pair signs, as JSON; empty for grants that have tokens.
ALTER TABLE grants ADD COLUMN signs TEXT NOT NULL DEFAULT '';

-- The access keys of a grant's user, as its cloud last told of them: the grant's own, and others. A key that is gone keeps its row.
CREATE TABLE access_key (
    grant_id      TEXT NOT NULL REFERENCES grants (id),
    key_id        TEXT NOT NULL,
    user_name     TEXT NOT NULL,
    status        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    deleted_at    BIGINT NOT NULL DEFAULT 0,
    used_at       BIGINT NOT NULL DEFAULT 0,
    used_region   TEXT NOT NULL DEFAULT '',
    used_service  TEXT NOT NULL DEFAULT '',
    use_known     BIGINT NOT NULL DEFAULT 0,
    seen_at       BIGINT NOT NULL,
    PRIMARY KEY (grant_id, key_id)
) WITHOUT ROWID;

-- One replacement of a grant's key pair. Each step is written before the next one begins, and what was begun is written before it is done.
-- A grant has at most one that has not ended.
CREATE TABLE rotation (
    id           TEXT PRIMARY KEY,
    grant_id     TEXT NOT NULL REFERENCES grants (id),
    step         TEXT NOT NULL,
    user_name    TEXT NOT NULL,
    old_key      TEXT NOT NULL,
    new_key      TEXT NOT NULL DEFAULT '',
    sealed       BYTEA,
    known        TEXT NOT NULL DEFAULT '[]',
    attempt      TEXT NOT NULL,
    begun_by     TEXT NOT NULL,
    begun_at     BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL DEFAULT 0,
    proved_at    BIGINT NOT NULL DEFAULT 0,
    published_at BIGINT NOT NULL DEFAULT 0,
    inactive_at  BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,
    tries        BIGINT NOT NULL DEFAULT 0,
    problem      TEXT NOT NULL DEFAULT '',
    detail       TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX rotation_open ON rotation (grant_id) WHERE ended_at = 0;
CREATE INDEX rotation_due ON rotation (ended_at, next_at);

-- +goose Down
DROP TABLE rotation;
DROP TABLE access_key;
ALTER TABLE grants DROP COLUMN signs;
