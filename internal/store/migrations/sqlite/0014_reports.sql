-- +goose Up

-- A report as somebody asked for it. ask, sources, grants and missing are JSON.
CREATE TABLE report_job (
    id         TEXT PRIMARY KEY,
    ask        TEXT NOT NULL,
    sources    TEXT NOT NULL,
    grants     TEXT NOT NULL,
    missing    TEXT NOT NULL,
    state      TEXT NOT NULL,
    begun_by   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);

-- One of Amazon's reports: a row that is leased while it is worked at.
CREATE TABLE report_part (
    id          TEXT PRIMARY KEY,
    realm       TEXT NOT NULL,
    account     TEXT NOT NULL,
    channel     TEXT NOT NULL,
    level       TEXT NOT NULL,
    grant_id    TEXT NOT NULL,
    region      TEXT NOT NULL,
    first_day   TEXT NOT NULL,
    last_day    TEXT NOT NULL,
    state       TEXT NOT NULL,
    report_id   TEXT NOT NULL DEFAULT '',
    tries       BIGINT NOT NULL DEFAULT 0,
    polls       BIGINT NOT NULL DEFAULT 0,
    remade      BIGINT NOT NULL DEFAULT 0,
    asked_at    BIGINT NOT NULL DEFAULT 0,
    next_at     BIGINT NOT NULL DEFAULT 0,
    ended_at    BIGINT NOT NULL DEFAULT 0,
    rows        BIGINT NOT NULL DEFAULT 0,
    problem     TEXT NOT NULL DEFAULT '',
    detail      TEXT NOT NULL DEFAULT '',
    lease_owner TEXT NOT NULL DEFAULT ''
);

-- The same part is made once at a time.
CREATE UNIQUE INDEX report_part_open ON report_part (realm, account, channel, level, first_day, last_day) WHERE state IN ('waiting', 'asked');
CREATE INDEX report_part_due ON report_part (region, state, next_at, id) WHERE state IN ('waiting', 'asked');

CREATE TABLE report_job_part (
    job  TEXT NOT NULL REFERENCES report_job (id),
    part TEXT NOT NULL REFERENCES report_part (id),
    PRIMARY KEY (job, part)
) WITHOUT ROWID;

CREATE INDEX report_job_part_part ON report_job_part (part);

-- Which part's rows a day has.
CREATE TABLE report_day (
    realm      TEXT NOT NULL,
    account    TEXT NOT NULL,
    channel    TEXT NOT NULL,
    level      TEXT NOT NULL,
    day        TEXT NOT NULL,
    version    TEXT NOT NULL,
    rows       BIGINT NOT NULL,
    final      BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (realm, account, channel, level, day)
) WITHOUT ROWID;

-- Rows of a day, packed. Those of a part that has not ended belong to no day yet.
CREATE TABLE report_rows (
    id      INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    day     TEXT NOT NULL,
    body    BLOB NOT NULL
);

CREATE INDEX report_rows_of ON report_rows (version, day, id);

-- What is looked at every night.
CREATE TABLE report_series (
    realm    TEXT NOT NULL,
    account  TEXT NOT NULL,
    channel  TEXT NOT NULL,
    level    TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    follow   BIGINT NOT NULL,
    next_at  BIGINT NOT NULL,
    PRIMARY KEY (realm, account, channel, level)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE report_series;
DROP TABLE report_rows;
DROP TABLE report_day;
DROP TABLE report_job_part;
DROP TABLE report_part;
DROP TABLE report_job;
