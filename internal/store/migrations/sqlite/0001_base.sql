-- +goose Up

-- meta holds what the installation knows about itself: its id, and the fingerprint of the key that seals its rows.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- An app is what is registered at Amazon. Its name may be given up; its id never is.
CREATE TABLE app (
    id                  TEXT PRIMARY KEY,
    name                TEXT NOT NULL UNIQUE,
    program             TEXT NOT NULL,
    realm               TEXT NOT NULL,
    region              TEXT NOT NULL,
    client_id           TEXT NOT NULL,
    security_profile_id TEXT NOT NULL DEFAULT '',
    return_url          TEXT NOT NULL DEFAULT '',
    credential          TEXT NOT NULL,
    created_at          BIGINT NOT NULL,
    removed_at          BIGINT NOT NULL DEFAULT 0
);

-- A name is not reused after removal: policies and logs may still speak of it.
CREATE INDEX app_live ON app (removed_at, name);

CREATE TABLE credential (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    label      TEXT NOT NULL,
    realm      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX credential_owner ON credential (owner, kind);

CREATE TABLE credential_version (
    credential   TEXT NOT NULL REFERENCES credential (id),
    version      BIGINT NOT NULL,
    status       TEXT NOT NULL,
    sealed       BYTEA,
    fingerprint  TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    last_region  TEXT NOT NULL DEFAULT '',
    last_program TEXT NOT NULL DEFAULT '',
    destroyed_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (credential, version)
) WITHOUT ROWID;

-- Audit entries are only ever added. Each holds the hash of the one before it, so that a gap or a change shows.
CREATE TABLE audit (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    detail     TEXT NOT NULL,
    hash       TEXT NOT NULL
);

CREATE INDEX audit_object ON audit (object, seq);

-- +goose Down
DROP TABLE audit;
DROP TABLE credential_version;
DROP TABLE credential;
DROP TABLE app;
DROP TABLE meta;
