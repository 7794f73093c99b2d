package cli_test

import (
	"bytes"
	"context"
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
