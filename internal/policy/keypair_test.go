package policy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// mirror seals by turning a text around; what was moved to another pass does not open.
type mirror struct{}

func (mirror) SealPass(p id.Pass, v secret.Value) ([]byte, error) {
	return []byte(string(p) + turned(v.Reveal())), nil
}

func (mirror) OpenPass(p id.Pass, sealed []byte) (secret.Value, error) {
	text, ok := strings.CutPrefix(string(sealed), string(p))
	if !ok {
		return secret.Value{}, errors.New("it does not open")
	}
	return secret.New(turned(text)), nil
}

func turned(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// keeping is a Store that gives back what it was given.
type keeping struct {
	memory
	all []policy.Caller
}

func (k *keeping) AddCaller(_ context.Context, c policy.Caller, _ audit.Entry) error {
	c.Passes = append([]policy.Pass(nil), c.Passes...)
	c.Passes[0].Secret = secret.Value{} // a database has no place for it
	k.all = append(k.all, c)
	return nil
}

func (k *keeping) Callers(context.Context) ([]policy.Caller, error) { return k.all, nil }

// TestSigV4PassesAreKeptSealed: id and secret have the forms of Amazon's, the store sees the sealed secret alone, and it opens again for its
// own pass only.
func TestSigV4PassesAreKeptSealed(t *testing.T) {
	t.Parallel()
	k := &keeping{}
	n := policy.NewCaller{Name: "site", Kind: policy.SigV4, Rules: []policy.Rule{{Grants: []id.Grant{id.New[id.Grant](time.Now())}}}}
	r := policy.New(policy.Config{Store: k, Sealer: mirror{}})
	c, text, err := r.Add(ctx, by, n)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Passes[0]; !policy.IsKeyID(p.KeyID) || text.Len() != 40 || !p.Secret.Equal(text) || p.Sealed != nil || policy.WellFormed(text.Reveal()) {
		t.Errorf("%+v", p)
	}
	if stored := k.all[0].Passes[0]; stored.KeyID == "" || strings.Contains(string(stored.Sealed), text.Reveal()) || len(stored.Sealed) == 0 {
		t.Errorf("stored %+v", stored)
	}
	again, pub := k, &published{}
	if err := policy.New(policy.Config{Store: again, Sealer: mirror{}, Publisher: pub}).Load(ctx); err != nil {
		t.Fatal(err)
	}
	if p := pub.last.Passes[0]; !p.Secret.Equal(text) || p.Sealed != nil {
		t.Errorf("published %+v", p)
	}
	k.all[0].Passes[0].ID = id.New[id.Pass](time.Now())
	if err := policy.New(policy.Config{Store: k, Sealer: mirror{}}).Load(ctx); err == nil {
		t.Error("a secret that was moved to another pass opens")
	}
	var p problem.Problem
	if _, _, err := policy.New(policy.Config{Store: k}).Add(ctx, by, n); !errors.As(err, &p) || p.Code != problem.PolicyKindForm {
		t.Errorf("without a sealer: %v", err)
	}
	for _, text := range []string{"", "AKIALOCK", "AKIAEXAMPLESBX000001", "AKIALOCK22222222222a", "AKIALOCK2222222222222"} {
		if policy.IsKeyID(text) {
			t.Errorf("%q is taken for one of ours", text)
		}
	}
}
