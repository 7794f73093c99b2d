package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

type fixture struct {
	*operator.Registry
	now  time.Time
	rows *store.Store
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	st, err := store.Open(context.Background(), store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	f := &fixture{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), rows: st}
	f.Registry = operator.New(operator.Config{Store: st, Audit: st, Now: func() time.Time { return f.now }})
	return f
}

var good = secret.New("an-EXAMPLE-password")

func TestFirst(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), context.Background()
	for _, c := range []struct{ name, password string }{{"", "an-EXAMPLE-password"}, {"Ada L", "an-EXAMPLE-password"}, {"-ada", "an-EXAMPLE-password"}, {"ada", "short"}} {
		if _, err := f.First(ctx, c.name, secret.New(c.password)); err == nil || strings.Contains(err.Error(), c.password) {
			t.Errorf("%q, %q: %v", c.name, c.password, err)
		}
	}
	op, err := f.First(ctx, " Ada ", good)
	if err != nil || op.Name != "ada" || op.Role != operator.Admin {
		t.Fatalf("%+v, %v", op, err)
	}
	if _, err := f.First(ctx, "eve", good); !errors.Is(err, operator.ErrNotFirst) {
		t.Errorf("a second first operator: %v", err)
	}
	row, err := f.rows.OperatorNamed(ctx, "ada")
	if err != nil || !strings.HasPrefix(row.Password, "$argon2id$v=19$m=65536,t=3,p=4$") || strings.Contains(row.Password, good.Reveal()) {
		t.Errorf("the row holds %q, %v", row.Password, err)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), context.Background()
	if _, err := f.First(ctx, "ada", good); err != nil {
		t.Fatal(err)
	}
	token, expires, err := f.SignIn(ctx, "ADA", good)
	if err != nil || !strings.HasPrefix(token.Reveal(), operator.SessionPrefix) || !expires.Equal(f.now.Add(12*time.Hour)) {
		t.Fatalf("signing in: %v until %v", err, expires)
	}
	if op, err := f.Check(ctx, token.Reveal()); err != nil || op.Name != "ada" {
		t.Errorf("checking: %+v, %v", op, err)
	}
	for _, bad := range []string{"", "lko_", "lkp_" + token.Reveal()[4:], token.Reveal() + "x", token.Reveal()[4:]} {
		if _, err := f.Check(ctx, bad); !errors.Is(err, operator.ErrDenied) {
			t.Errorf("a token that is none: %v", err)
		}
	}
	f.now = expires
	if _, err := f.Check(ctx, token.Reveal()); !errors.Is(err, operator.ErrDenied) {
		t.Errorf("a session that has ended: %v", err)
	}
}

// H7: five wrong passwords close a name, in whatever letter case it is written, and no other; also to the right password.
func TestH7_Throttle(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), context.Background()
	if _, err := f.First(ctx, "ada", good); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Add(ctx, audit.Actor{Kind: audit.Operator, Name: "ada"}, "bob", operator.Viewer, good); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ada", "Ada", "ADA ", "aDa", "ada"} {
		if _, _, err := f.SignIn(ctx, name, secret.New("wrong-EXAMPLE")); !errors.Is(err, operator.ErrDenied) {
			t.Fatalf("%q: %v", name, err)
		}
	}
	if _, _, err := f.SignIn(ctx, "ada", good); !errors.Is(err, operator.ErrTooMany) {
		t.Errorf("the sixth try: %v", err)
	}
	if _, _, err := f.SignIn(ctx, "bob", good); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	f.now = f.now.Add(time.Minute)
	if _, _, err := f.SignIn(ctx, "ada", good); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// CVE-2025-6004, H7: wrong passwords that come all at once are as many tries as they are, and the right one among them finds the name closed.
func TestH7_ManyTriesAtOnce(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), context.Background()
	if _, err := f.First(ctx, "ada", good); err != nil {
		t.Fatal(err)
	}
	const all = 40
	answers := make(chan error, all)
	for i := range all {
		go func() {
			_, _, err := f.SignIn(ctx, []string{"ada", "ADA", " Ada "}[i%3], secret.New("a-wrong-EXAMPLE"))
			answers <- err
		}()
	}
	denied := 0
	for range all {
		if err := <-answers; errors.Is(err, operator.ErrDenied) {
			denied++
		} else if !errors.Is(err, operator.ErrTooMany) {
			t.Errorf("a wrong password: %v", err)
		}
	}
	if denied != 5 {
		t.Errorf("%d of %d passwords were looked at", denied, all)
	}
	if _, _, err := f.SignIn(ctx, "ada", good); !errors.Is(err, operator.ErrTooMany) {
		t.Errorf("the right one while the name is closed: %v", err)
	}
	f.now = f.now.Add(61 * time.Second)
	if _, _, err := f.SignIn(ctx, "ada", good); err != nil {
		t.Errorf("the right one a minute later: %v", err)
	}
}
