package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestInterruptedChangeGoesOn presses ^C while Amazon has a change. A raise by a percentage that is repeated then would raise twice: so it is said
// that the server goes on, and where that can be read. What only reads was harmless to interrupt.
func TestInterruptedChangeGoesOn(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "lk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	k := keytest.Start(t, keytest.Options{Data: data})
	k.Grant("shop")
	run := func(ctx context.Context, args ...string) (int, string) {
		var screen bytes.Buffer
		code := cli.Run(ctx, cli.Screen(strings.NewReader(""), &screen, data), args)
		return code, screen.String()
	}
	interrupted := func(operation string, args ...string) (int, string) {
		held := k.Sandbox.Fault(kit.Fault{Match: kit.Match{Program: "ads", Operation: operation}, At: kit.AfterEffect, Do: kit.Hold})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			_ = held.Wait(t.Context(), 1)
			cancel()
		}()
		code, text := run(ctx, args...)
		held.Release()
		return code, text
	}
	if code, text := interrupted("v1.campaigns.query", "ads", "campaign", "list"); code != 1 || !strings.Contains(text, "nothing was lost") {
		t.Errorf("a list: %d %s", code, text)
	}
	code, text := interrupted("v1.campaigns.update", "ads", "campaign", "set-budget", "+10%", "835784376000001")
	if code != 1 || !strings.Contains(text, "the server goes on with the changes") || !strings.Contains(text, "lockkeeper ads history") || strings.Contains(text, "nothing was lost") {
		t.Errorf("a change: %d %s", code, text)
	}
	updates := kit.Filter{Match: kit.Match{Program: "ads", Operation: "v1.campaigns.update"}}
	if err := k.Sandbox.Journal().Await(t.Context(), 1, updates); err != nil {
		t.Fatal(err)
	}
	if code, text := run(t.Context(), "ads", "campaign", "get", "835784376000001"); code != 0 || !strings.Contains(text, `"22.00"`) {
		t.Errorf("what became of it: %d %s", code, text)
	}
	if n := len(k.Sandbox.Journal().Entries(updates)); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

// TestMoreThanOneRequestTakes changes more objects than the server takes at once: every one is told of, in its order, and what was done has its way
// back.
func TestMoreThanOneRequestTakes(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "lk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	k := keytest.Start(t, keytest.Options{Data: data})
	k.Grant("shop")
	const first, last = "660367789000002", "835784376000001" // campaigns of the sandbox's
	ids := []string{first}
	for i := range 5000 {
		ids = append(ids, fmt.Sprint(700000000000000+i))
	}
	ids = append(ids, last)
	var screen bytes.Buffer
	args := []string{"ads", "campaign", "set-budget", "22", "-", "--org", "6535278692395365", "--json", "--idempotency-key", "many"}
	if code := cli.Run(t.Context(), cli.Screen(strings.NewReader(strings.Join(ids, "\n")), &screen, data), args); code != 3 {
		t.Fatalf("%d %s", code, screen.String())
	}
	var out struct {
		Done, Failed, Unknown int
		Writes                []struct{ Write, Undo string }
		Results               []struct {
			Index int
			OK    bool
			ID    string
		}
	}
	if err := json.Unmarshal(screen.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if out.Done != 2 || out.Failed != 5000 || out.Unknown != 0 || len(out.Writes) != 2 || len(out.Results) != len(ids) {
		t.Fatalf("%d done, %d not, %d writes, %d results", out.Done, out.Failed, len(out.Writes), len(out.Results))
	}
	for i, r := range out.Results {
		if r.Index != i || r.ID != ids[i] || r.OK != (ids[i] == first || ids[i] == last) {
			t.Fatalf("row %d: %+v, want %s", i, r, ids[i])
		}
	}
	undo := []string{"ads", "undo", out.Writes[0].Write, out.Writes[1].Write}
	if code := cli.Run(t.Context(), cli.Screen(strings.NewReader(""), &screen, data), undo); code != 0 || out.Writes[0].Undo == "" || out.Writes[1].Undo == "" {
		t.Errorf("undoing %+v: %d", out.Writes, code)
	}
	for is, budget := range map[string]string{first: "30.00", last: "20.00"} {
		screen.Reset()
		if code := cli.Run(t.Context(), cli.Screen(strings.NewReader(""), &screen, data), []string{"ads", "campaign", "get", is}); code != 0 || !strings.Contains(screen.String(), `"`+budget+`"`) {
			t.Errorf("undone: %d %s", code, screen.String())
		}
	}
}
