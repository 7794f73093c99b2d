package keypair

import (
	"context"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// When a key is called unused, and when old.
const (
	unusedAfter = 90 * 24 * time.Hour
	oldAfter    = 365 * 24 * time.Hour
)

// A Finding is one thing that the doctor found of a grant's keys.
type Finding struct {
	Name    string // of the check
	Detail  string
	Problem *problem.Problem // nil where all is well
}

// Examine asks AWS whose the grant's pair is and what became of the user's keys.
func (k *Keeper) Examine(ctx context.Context, g id.Grant) []Finding {
	key, _, err := k.key(g)
	if err != nil {
		return []Finding{finding("key", "", err)}
	}
	who, err := k.cfg.AWS.CallerIdentity(ctx, key)
	if err != nil {
		return []Finding{finding("key", "", err)}
	}
	out := []Finding{{Name: "key", Detail: "AWS knows it as " + who.ARN}}
	if who.Root() {
		out = append(out, finding("root", who.Account, problem.New(problem.AWSRootKey)))
	}
	all, err := k.Sync(ctx, g)
	if err != nil {
		return append(out, finding("keys", "", err))
	}
	return append(out, Judge(all, k.cfg.Now())...)
}

// Judge says which keys nobody uses, and which are old.
func Judge(all []Key, now time.Time) []Finding {
	var out []Finding
	for _, o := range all {
		if !o.Deleted.IsZero() {
			continue
		}
		last, never := o.Used, o.Used.IsZero()
		if never {
			last = o.Created
		}
		switch {
		case o.UseKnown && o.Status == aws.Active && now.Sub(last) >= unusedAfter:
			detail := fmt.Sprintf("%s, last used %s", o.ID, last.Format(time.DateOnly))
			if never {
				detail = fmt.Sprintf("%s, never used since it was made on %s", o.ID, last.Format(time.DateOnly))
			}
			out = append(out, finding("unused", detail, problem.New(problem.AWSKeyUnused)))
		case o.Status == aws.Active && now.Sub(o.Created) >= oldAfter:
			out = append(out, finding("old", fmt.Sprintf("%s, made on %s", o.ID, o.Created.Format(time.DateOnly)), problem.New(problem.AWSKeyOld)))
		default:
			out = append(out, Finding{Name: "keys", Detail: fmt.Sprintf("%s is %s", o.ID, o.Status)})
		}
	}
	return out
}

func finding(name, detail string, err error) Finding {
	p, ok := problem.Of(err)
	if !ok {
		p = problem.New(problem.AWSUnreachable).Because(err)
	}
	if detail != "" {
		p = p.With("%s", detail)
	}
	return Finding{Name: name, Detail: detail, Problem: &p}
}
