package audit_test

import (
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
)

// Every part of an entry counts in its link, and no part can lend a byte to its neighbour.
func TestLinkHoldsEveryPart(t *testing.T) {
	t.Parallel()
	base := audit.Entry{
		At: time.UnixMilli(1000), Actor: audit.Actor{Kind: "operator", ID: "id", Name: "ana"},
		Action: "app.add", Object: "obj", Outcome: audit.Done, Detail: "detail",
	}
	seen := map[string]string{audit.Link("before", 1, base): "base"}
	see := func(name, link string) {
		if other, ok := seen[link]; ok {
			t.Errorf("%s has the link of %s", name, other)
		}
		seen[link] = name
	}
	see("another before", audit.Link("befor", 1, base))
	see("another number", audit.Link("before", 2, base))
	for name, change := range map[string]func(*audit.Entry){
		"time":    func(e *audit.Entry) { e.At = time.UnixMilli(1001) },
		"kind":    func(e *audit.Entry) { e.Actor.Kind = "system" },
		"id":      func(e *audit.Entry) { e.Actor.ID = "i" },
		"name":    func(e *audit.Entry) { e.Actor.Name = "an" },
		"action":  func(e *audit.Entry) { e.Action = "app.ad" },
		"object":  func(e *audit.Entry) { e.Object = "ob" },
		"outcome": func(e *audit.Entry) { e.Outcome = audit.Failed },
		"detail":  func(e *audit.Entry) { e.Detail = "" },
		"borders": func(e *audit.Entry) { e.Action, e.Object = "app.addo", "bj" },
	} {
		e := base
		change(&e)
		see(name, audit.Link("before", 1, e))
	}
}
