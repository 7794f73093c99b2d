-- +goose Up

-- A caller is a piece of software that uses Lockkeeper. Its row stays when it is revoked: a name is not used twice.
CREATE TABLE caller (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    rules      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);

-- A pass is kept as the SHA-256 of its text, in hex.
CREATE TABLE pass (
    id         TEXT PRIMARY KEY,
    caller     TEXT NOT NULL REFERENCES caller (id),
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    vend       BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL DEFAULT 0,
    revoked_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX pass_caller ON pass (caller);

-- usage counts calls by the minute. No foreign keys: what was used stays known after it is gone.
CREATE TABLE usage (
    minute    BIGINT NOT NULL,
    pass      TEXT NOT NULL,
    grant_id  TEXT NOT NULL,
    operation TEXT NOT NULL,
    status    BIGINT NOT NULL,
    calls     BIGINT NOT NULL,
    PRIMARY KEY (minute, pass, grant_id, operation, status)
);

-- +goose Down
DROP TABLE usage;
DROP TABLE pass;
DROP TABLE caller;
