-- +goose Up

-- What was learned of a queue at Amazon. window is 0 where nothing was refused yet.
CREATE TABLE report_lane (
    realm    TEXT NOT NULL,
    region   TEXT NOT NULL,
    "window" BIGINT NOT NULL,
    settling BIGINT NOT NULL,
    held_at  BIGINT NOT NULL,
    probe_at BIGINT NOT NULL,
    wait     BIGINT NOT NULL,
    quiet    BIGINT NOT NULL,
    takes    BIGINT NOT NULL,
    PRIMARY KEY (realm, region)
) WITHOUT ROWID;

-- standing: the nights want it, whatever becomes of the jobs that do. found: Amazon made the report before it was asked for here.
-- at_amazon: what becomes there of the report of a part that is wanted no more.
ALTER TABLE report_part ADD COLUMN standing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report_part ADD COLUMN found BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report_part ADD COLUMN at_amazon TEXT NOT NULL DEFAULT '';
CREATE INDEX report_part_drop ON report_part (realm, region, next_at) WHERE at_amazon = 'deleting';

-- +goose Down
DROP INDEX report_part_drop;
ALTER TABLE report_part DROP COLUMN at_amazon;
ALTER TABLE report_part DROP COLUMN found;
ALTER TABLE report_part DROP COLUMN standing;
DROP TABLE report_lane;
