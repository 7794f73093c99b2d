package kit_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestNearMisses: an expectation that is not met shows what came nearest, and why that was not it.
func TestNearMisses(t *testing.T) {
	t.Parallel()
	f := front(t, 100)
	call(t, f, "GET", "http://localhost/a", "Client", f.World.Profile(kit.Shop).ClientID)
	call(t, f, "POST", "http://localhost/b/1/c/2", "Client", f.World.Profile(kit.Agency).ClientID)
	call(t, f, "GET", "http://localhost/nothing")
	match := func(operation, client string) kit.Match { return kit.Match{Operation: operation, Client: client} }
	type near struct {
		Seq   int64
		Field []string
	}
	for _, c := range []struct {
		name string
		e    kit.Expectation
		have int64
		near []near
		met  []int64
		text string
	}{
		{
			"another status", kit.Exactly(1, kit.Filter{Match: match("a", kit.Shop), Status: 429}), 0,
			[]near{{1, []string{"status"}}},
			nil, `near it is nr 1: shop, GET localhost/a, a, 200; status is "200", not "429"`,
		},
		{
			"another client", kit.AtLeast(2, kit.Filter{Match: match("b", kit.Shop), Effect: "made"}), 0,
			[]near{{2, []string{"client"}}, {1, []string{"operation", "effect"}}},
			nil, `client is "agency", not "shop"`,
		},
		{
			"one field, misspelt", kit.AtLeast(1, kit.Filter{Match: match("aa", "")}), 0,
			[]near{{1, []string{"operation"}}, {3, []string{"operation"}}, {2, []string{"operation"}}},
			nil, `operation is "a", not "aa"`,
		},
		{"nothing in common", kit.Exactly(1, kit.Filter{Match: match("x", kit.Unlinked), Status: 500}), 0, nil, nil, "the journal has 0"},
		{"too many", kit.Never(kit.Filter{Status: 200}), 2, nil, []int64{2, 1}, "expected no {\"status\":200}, the journal has 2\n  met by nr 2: agency, POST"},
		{
			"out of order", kit.InOrder(kit.Filter{Match: match("b", "")}, kit.Filter{Match: match("a", "")}), 1,
			[]near{{3, []string{"operation"}}},
			[]int64{1},
			"after 1 steps there is no {\"operation\":\"a\",\"after\":2}\n  met by nr 1, before its turn: shop",
		},
	} {
		err := f.Journal.Verify(kit.Never(kit.Filter{Status: 599}), c.e)
		unmets := kit.Unmets(err)
		if len(unmets) != 1 {
			t.Errorf("%s: %d unmet: %v", c.name, len(unmets), err)
			continue
		}
		u := unmets[0]
		var got []near
		for _, m := range u.Nearest {
			n := near{Seq: m.Seq}
			for _, d := range m.Differs {
				n.Field = append(n.Field, d.Field)
			}
			got = append(got, n)
		}
		var met []int64
		for _, m := range u.Met {
			met = append(met, m.Seq)
		}
		if diff := cmp.Diff(c.near, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if diff := cmp.Diff(c.met, met); diff != "" || u.Have != c.have || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: have %d, met %v\n%v", c.name, u.Have, met, err)
		}
	}
	if kit.Unmets(nil) != nil || kit.Unmets(errors.New("other")) != nil {
		t.Error("unmet expectations out of nothing")
	}
}

// TestFilterFields: a filter's fields one by one say the same as the filter, whichever field is set.
func TestFilterFields(t *testing.T) {
	t.Parallel()
	f := front(t, 100)
	call(t, f, "GET", "http://localhost/a", "Client", f.World.Profile(kit.Shop).ClientID)
	text, err := json.Marshal(kit.Filter{
		Match:  kit.Match{Program: "x", Operation: "x", Client: "x", User: "x", Grant: "x", Region: "x", Method: "x", Path: "x"},
		Status: 1, Effect: "x", Error: "x", Generation: 1, Fault: "x", Agent: "x", After: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "after") // says where to look, not for what
	for name, value := range fields {
		one, err := json.Marshal(map[string]any{name: value})
		if err != nil {
			t.Fatal(err)
		}
		var filter kit.Filter
		if err := json.Unmarshal(one, &filter); err != nil {
			t.Fatal(err)
		}
		misses := f.Journal.Nearest(filter, 5)
		if len(misses) != 1 || len(misses[0].Differs) != 1 || misses[0].Differs[0].Field != name || len(f.Journal.Entries(filter)) != 0 {
			t.Errorf("%s: %+v", name, misses)
		}
	}
}
