package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
)

func anOperator(name string) operator.Row {
	return operator.Row{
		Operator: operator.Operator{ID: id.New[id.Operator](start()), Name: name, Role: operator.Admin, Created: start()},
		Password: "$argon2id$EXAMPLE",
	}
}

// operators holds that one operator can be first, and that sessions are found by their hash alone until they are deleted.
func operators(t *testing.T, open Open) {
	t.Run("one is first", func(t *testing.T) {
		st := open(t)
		var won atomic.Int64
		var wg sync.WaitGroup
		for _, name := range []string{"ada", "bob", "cat", "dan"} {
			wg.Go(func() {
				switch err := st.CreateOperator(context.Background(), anOperator(name), true); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, operator.ErrNotFirst):
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d were first", won.Load())
		}
	})
	t.Run("sessions", func(t *testing.T) {
		st, ctx := open(t), context.Background()
		row := anOperator("ada")
		must(t, st.CreateOperator(ctx, row, true))
		if err := st.CreateOperator(ctx, anOperator("ada"), false); err == nil {
			t.Error("a name was given twice")
		}
		got, err := st.OperatorNamed(ctx, "ada")
		if err != nil || got.ID != row.ID || got.Password != row.Password || !got.Created.Equal(row.Created) {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := st.OperatorNamed(ctx, "eve"); !errors.Is(err, operator.ErrUnknown) {
			t.Errorf("an unknown name: %v", err)
		}
		s := operator.Session{Hash: [32]byte{1}, Operator: row.ID, Expires: start().Add(time.Hour)}
		must(t, st.SaveSession(ctx, s))
		found, op, err := st.SessionByHash(ctx, s.Hash)
		if err != nil || op.Name != "ada" || !found.Expires.Equal(s.Expires) {
			t.Errorf("%+v, %+v, %v", found, op, err)
		}
		must(t, st.DeleteSession(ctx, s.Hash))
		if _, _, err := st.SessionByHash(ctx, s.Hash); !errors.Is(err, operator.ErrUnknown) {
			t.Errorf("a deleted session: %v", err)
		}
	})
}
