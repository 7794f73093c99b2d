-- +goose Up

-- Nearly every device of a broadcast is settled at its first try, in the order of the primary key. The index is of those alone that were told
-- to wait, so that settling the others need not touch it.
DROP INDEX push_target_due;
CREATE INDEX push_target_again ON push_target (broadcast, next_at, device) WHERE outcome = '' AND next_at > 0;

-- +goose Down
DROP INDEX push_target_again;
CREATE INDEX push_target_due ON push_target (broadcast, next_at, device) WHERE outcome = '';
