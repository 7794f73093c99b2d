package console

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
)

// How much of the logs one page shows.
const (
	logGrants  = 200 // grants whose exchanges are looked through
	logShown   = 200
	auditShown = 100
)

// refreshLogPage lists the last exchanges of all grants, newest first.
type refreshLogPage struct {
	Rows []refreshRow
	Only bool // those that failed
}

// A refreshRow is one exchange and whose it was.
type refreshRow struct {
	broker.Attempt
	Name string
}

// OK says whether a token came of it.
func (r refreshRow) OK() bool { return r.Outcome == broker.Granted }

func (refreshLogPage) template() string { return "log" }
func (refreshLogPage) title() string    { return "Refresh log" }

func (c *Console) refreshLog(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	p := refreshLogPage{Only: r.URL.Query().Get("only") == "failed"}
	all := judgeAll(c.cfg.Broker.Grants(), c.cfg.Now())
	for _, v := range all[:min(len(all), logGrants)] {
		attempts, err := c.cfg.Broker.Attempts(r.Context(), v.Grant.ID, shownAttempts)
		if err != nil {
			c.fail(w, r, op, asProblem(err), "")
			return
		}
		for _, a := range attempts {
			if row := (refreshRow{a, v.Grant.Name}); !p.Only || !row.OK() {
				p.Rows = append(p.Rows, row)
			}
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b refreshRow) int { return b.At.Compare(a.At) })
	p.Rows = p.Rows[:min(len(p.Rows), logShown)]
	render(c, w, r, op, http.StatusOK, p)
}

// auditPage lists who did what, newest first.
type auditPage struct {
	Rows  []audit.Recorded
	Older int64 // number before which the next page begins; 0 at the end
}

func (auditPage) template() string { return "audit" }
func (auditPage) title() string    { return "Audit" }

func (c *Console) auditLog(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // what is no number means: from the end
	rows, err := c.cfg.Audit.AuditEntries(r.Context(), "", max(before, 0), auditShown)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p := auditPage{Rows: rows}
	if len(rows) == auditShown && rows[len(rows)-1].Seq > 1 {
		p.Older = rows[len(rows)-1].Seq
	}
	render(c, w, r, op, http.StatusOK, p)
}
