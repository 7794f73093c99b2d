-- +goose Up

-- An operator is a person who administers Lockkeeper. The password is an Argon2id hash in PHC form.
CREATE TABLE operator (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    password   TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A session is a sign-in to the control API. The token itself is never kept, only its SHA-256.
CREATE TABLE operator_session (
    hash       BYTEA PRIMARY KEY,
    operator   TEXT NOT NULL REFERENCES operator (id),
    expires_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE operator_session;
DROP TABLE operator;
