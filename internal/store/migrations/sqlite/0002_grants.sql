-- +goose Up

-- A grant's cold part. Its row and its name stay after it was revoked.
CREATE TABLE grants (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    program    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    realm      TEXT NOT NULL,
    app        TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    region     TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX grants_app ON grants (app);

-- What a grant opens, as last verified with Amazon.
CREATE TABLE account (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    place    BIGINT NOT NULL,
    account  TEXT NOT NULL,
    region   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    PRIMARY KEY (grant_id, place)
);

-- A grant's hot part: all that a refresh reads and writes, and nothing that anything else counts.
CREATE TABLE grant_token (
    grant_id           TEXT PRIMARY KEY REFERENCES grants (id),
    rev                BIGINT NOT NULL,
    generation         BIGINT NOT NULL,
    health             TEXT NOT NULL,
    problem            TEXT NOT NULL DEFAULT '',
    since              BIGINT NOT NULL,
    failures           BIGINT NOT NULL DEFAULT 0,
    obtained_at        BIGINT NOT NULL,
    expires_at         BIGINT NOT NULL,
    refresh_at         BIGINT NOT NULL,
    forced_at          BIGINT NOT NULL DEFAULT 0,
    rotated_at         BIGINT NOT NULL DEFAULT 0,
    lease_owner        TEXT NOT NULL DEFAULT '',
    lease_epoch        BIGINT NOT NULL DEFAULT 0,
    lease_until        BIGINT NOT NULL DEFAULT 0,
    intent_attempt     TEXT NOT NULL DEFAULT '',
    intent_at          BIGINT NOT NULL DEFAULT 0,
    intent_deadline    BIGINT NOT NULL DEFAULT 0,
    intent_fingerprint TEXT NOT NULL DEFAULT '',
    sends              BIGINT NOT NULL DEFAULT 0,
    wrote              BIGINT NOT NULL DEFAULT 0,
    lost_at            BIGINT NOT NULL DEFAULT 0,
    version            BIGINT NOT NULL DEFAULT 0,
    fingerprint        TEXT NOT NULL DEFAULT '',
    refresh            BYTEA,
    access             BYTEA,
    previous           BYTEA,
    previous_version   BIGINT NOT NULL DEFAULT 0,
    previous_at        BIGINT NOT NULL DEFAULT 0,
    attempts           BIGINT NOT NULL DEFAULT 0,
    last_good          TEXT NOT NULL DEFAULT ''
);

-- The last exchanges of each grant: a ring of slots, so that nothing has to be swept away.
CREATE TABLE attempt (
    grant_id     TEXT NOT NULL REFERENCES grants (id),
    slot         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    id           TEXT NOT NULL,
    at           BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    status       BIGINT NOT NULL,
    amazon_error TEXT NOT NULL,
    problem      TEXT NOT NULL,
    took_us      BIGINT NOT NULL,
    rotated      BIGINT NOT NULL,
    checked      BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    PRIMARY KEY (grant_id, slot)
) WITHOUT ROWID;

-- Consents that were begun. The state and the binding are here as keyed fingerprints only.
CREATE TABLE consent (
    state      TEXT PRIMARY KEY,
    id         TEXT NOT NULL,
    binding    TEXT NOT NULL,
    verifier   BYTEA NOT NULL,
    name       TEXT NOT NULL,
    grant_id   TEXT NOT NULL,
    app        TEXT NOT NULL,
    program    TEXT NOT NULL,
    region     TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    return_url TEXT NOT NULL,
    begun_by   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX consent_expires ON consent (expires_at);

-- +goose Down
DROP TABLE consent;
DROP TABLE attempt;
DROP TABLE grant_token;
DROP TABLE account;
DROP TABLE grants;
