package unified_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// A faulty model makes a mistake in one account, with a secret in its hands.
type faulty struct{ *world }

func (m faulty) AdsList(ctx context.Context, s amazon.Asker, a canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	if a.ID == "1002" {
		panic("Atza|sbx-canary")
	}
	return m.world.AdsList(ctx, s, a, q)
}

// TestMistakesEndNoProcess: where reading or changing what is in one account goes wrong by a mistake of ours, that account's part fails, whichever
// goroutine did it; what the mistake had in its hands is neither told nor logged.
func TestMistakesEndNoProcess(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := small()
	w.account("other", "1003", canon.NA, 1, 0)
	u, err := unified.New(unified.Config{
		Model: faulty{w}, Asker: func(*snapshot.Grant) amazon.Asker { return nil }, Log: slog.New(slog.NewTextHandler(&log, nil)), Width: 1,
		Writer: writes.New(writes.Config{Store: paper{}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := []row{{"id": "1002SP", "organization_id": "1002", "name": "x"}, {"id": "10031000", "organization_id": "1003", "name": "x"}}
	for name, answer := range map[string]string{
		"list":   w.ask(t, u, "/-/campaign", nil).Body.String(),
		"sorted": w.ask(t, u, "/-/campaign", url.Values{"sort": {"name"}}).Body.String(),
		"write":  w.send(t, u, "PATCH", "/-/campaign", nil, rows).Body.String(),
	} {
		if !strings.Contains(answer, "10031000") || strings.Contains(answer, "canary") {
			t.Errorf("%s: %s", name, answer)
		}
	}
	if r := w.ask(t, u, "/-/campaign/none", nil); r.Code != 500 || !strings.Contains(r.Body.String(), "gateway.internal") {
		t.Errorf("one: %d %s", r.Code, r.Body)
	}
	if s := log.String(); !strings.Contains(s, "faulty") || strings.Contains(s, "canary") {
		t.Errorf("logged: %s", s)
	}
}
