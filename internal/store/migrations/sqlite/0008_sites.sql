-- +goose Up

-- A site is one Site ID of Amazon Associates. Nothing of it is secret. Days are midnights in UTC; 0 is not told.
CREATE TABLE site (
    id         TEXT PRIMARY KEY,
    tag        TEXT NOT NULL UNIQUE,
    country    TEXT NOT NULL,
    signed_up  BIGINT NOT NULL,
    accepted   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE site_tracking (
    tag  TEXT PRIMARY KEY,
    site TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE
);

CREATE TABLE site_sale (
    site  TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    day   BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (site, day)
);

-- +goose Down
DROP TABLE site_sale;
DROP TABLE site_tracking;
DROP TABLE site;
