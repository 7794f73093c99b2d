-- +goose Up

-- Some of Amazon's credentials come in versions, such as 3.1 of the Creators API, that decide how they are used. There a new credential
-- has an id of its own too, so each version of a secret may keep the id and the version that belong to it; empty means those of the app.
ALTER TABLE app ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE credential_version ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE credential_version ADD COLUMN amazon_version TEXT NOT NULL DEFAULT '';

-- A grant has the client id and version of the credential that gave its token. Eligibility is apart from the token's health: the token is good
-- and Amazon still answers nothing.
ALTER TABLE grants ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN ineligible TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN ineligible_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN eligibility_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE grants DROP COLUMN eligibility_at;
ALTER TABLE grants DROP COLUMN ineligible_at;
ALTER TABLE grants DROP COLUMN ineligible;
ALTER TABLE grants DROP COLUMN version;
ALTER TABLE credential_version DROP COLUMN amazon_version;
ALTER TABLE credential_version DROP COLUMN client_id;
ALTER TABLE app DROP COLUMN version;
