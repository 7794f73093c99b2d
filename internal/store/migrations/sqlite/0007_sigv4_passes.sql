-- +goose Up

-- A pass of kind sigv4 has a key id, which is no secret, and a secret, which is sealed. Its hash is that of the key id.
ALTER TABLE pass ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pass ADD COLUMN sealed BYTEA;

-- +goose Down
ALTER TABLE pass DROP COLUMN sealed;
ALTER TABLE pass DROP COLUMN key_id;
