package server

import (
	"context"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// examineStore reads the whole database and walks the audit log's chain: what a start leaves out where the folder is large.
func (s *Server) examineStore(ctx context.Context) []api.Finding {
	readable := api.Finding{Check: "store.readable", Object: "data folder", OK: true, Detail: "every page was read"}
	if err := s.store.Check(ctx); err != nil {
		p, ok := problem.Of(err)
		if !ok {
			p = problem.New(problem.StoreDamaged).Because(err)
		}
		readable.OK, readable.Detail, readable.Problem = false, "", &p
	}
	chain := api.Finding{Check: "store.audit", Object: "audit log", OK: true}
	length, _, err := s.store.VerifyAudit(ctx)
	if err != nil {
		p := problem.New(problem.StoreAuditBroken).With("entry %d does not fit", length+1).Because(err)
		chain.OK, chain.Problem = false, &p
	} else {
		chain.Detail = fmt.Sprintf("%d entries, none missing or changed", length)
	}
	return []api.Finding{readable, chain}
}
