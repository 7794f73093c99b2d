package keytest_test

import (
	"context"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// When a key was last used is copied from AWS each day, though nobody asks.
func TestLastUseIsCopiedEachDay(t *testing.T) {
	t.Parallel()
	k := keyed(t, kit.AWSStream, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range 2 {
		asked := kit.Filter{Match: kit.Match{Program: "aws"}, After: k.Sandbox.Journal().Last()}
		k.Sandbox.Advance(25 * time.Hour)
		if err := k.Sandbox.Journal().Await(ctx, 2, asked); err != nil { // the keys, and the use of the one that there is
			t.Fatalf("AWS was not asked within a day: %v", err)
		}
		for _, e := range k.Sandbox.Journal().Entries(asked) {
			if e.Status != 200 {
				t.Errorf("%+v", e)
			}
		}
	}
}
