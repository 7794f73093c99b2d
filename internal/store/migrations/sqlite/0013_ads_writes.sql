-- +goose Up

-- What was asked to be changed at Amazon Ads, by whom. A write with a key is found by it, so that an order that is repeated is not made twice.
CREATE TABLE ads_write (
    id         TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    verb       TEXT NOT NULL,
    by_kind    TEXT NOT NULL,
    by_id      TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0,
    undoes     TEXT NOT NULL DEFAULT '',
    order_key  TEXT NOT NULL DEFAULT '',
    digest     TEXT NOT NULL DEFAULT ''
);

CREATE INDEX ads_write_grant ON ads_write (grant_id, id);
CREATE UNIQUE INDEX ads_write_key ON ads_write (grant_id, by_id, order_key) WHERE order_key <> '';
CREATE INDEX ads_write_open ON ads_write (id) WHERE ended_at = 0;

-- One object of a write: what it was, what it was to become, and what came of it.
CREATE TABLE ads_change (
    write_id  TEXT NOT NULL REFERENCES ads_write (id),
    row_no    BIGINT NOT NULL,
    account   TEXT NOT NULL,
    channel   TEXT NOT NULL,
    object    TEXT NOT NULL DEFAULT '',
    action    TEXT NOT NULL,
    before    TEXT NOT NULL DEFAULT '',
    after     TEXT NOT NULL DEFAULT '',
    state     TEXT NOT NULL,
    same      BIGINT NOT NULL DEFAULT 0,
    refusal   TEXT NOT NULL DEFAULT '',
    undoes    BIGINT NOT NULL DEFAULT 0,
    undone_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (write_id, row_no)
) WITHOUT ROWID;

CREATE INDEX ads_change_object ON ads_change (object, write_id);

-- +goose Down
DROP TABLE ads_change;
DROP TABLE ads_write;
