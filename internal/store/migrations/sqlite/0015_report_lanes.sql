-- +goose Up

-- What is due is counted and found by the index alone: of each lane what is leased, then what waits longest.
DROP INDEX report_part_due;
CREATE INDEX report_part_due ON report_part (realm, region, state, lease_owner, next_at, id) WHERE state IN ('waiting', 'asked');
ALTER TABLE report_part DROP COLUMN polls;

-- +goose Down
ALTER TABLE report_part ADD COLUMN polls BIGINT NOT NULL DEFAULT 0;
DROP INDEX report_part_due;
CREATE INDEX report_part_due ON report_part (region, state, next_at, id) WHERE state IN ('waiting', 'asked');
