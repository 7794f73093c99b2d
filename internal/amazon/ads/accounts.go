package ads

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Accounts implements amazon.AccountLister.
func (p *Program) Accounts(ctx context.Context, s amazon.Asker, regions []canon.Region) ([]canon.Account, []problem.Problem, error) {
	return nil, nil, nil
}
