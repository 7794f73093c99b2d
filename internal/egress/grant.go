package egress

import (
	"context"
	"fmt"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// asker makes the authorised calls of one grant.
type asker struct {
	door    *Door
	grant   snapshot.Grant
	program amazon.Program
	tokens  func() (snapshot.Token, bool)
}

// For returns the Asker of a grant: Lockkeeper's own calls for it, such as the listing of its accounts. tokens is asked for the
// token at each call. While Amazon throttles the grant in a region, calls are answered here with the time to try again.
func (d *Door) For(g snapshot.Grant, p amazon.Program, tokens func() (snapshot.Token, bool)) amazon.Asker {
	return &asker{door: d, grant: g, program: p, tokens: tokens}
}

// Ask implements amazon.Asker.
func (a *asker) Ask(ctx context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	key := a.key(region, c.Method, c.Path)
	token, err := a.may(key)
	if err == nil {
		err = a.fill(&c, region, token, selectors)
	}
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	answer, err := a.door.send(ctx, c, key)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", c.Host, err)
	}
	return answer, nil
}

// may returns the token, unless Amazon throttles the grant or there is none.
func (a *asker) may(key LimitKey) (snapshot.Token, error) {
	if until := a.door.limits.until(key); !until.IsZero() {
		p := errThrottled.With("grant %s, region %s", a.grant.Name, key.Region)
		p.RetryAt = until
		return snapshot.Token{}, p
	}
	token, ok := a.tokens()
	if !ok || !token.Good(a.door.cfg.Now()) {
		return token, errNoToken.With("grant %s", a.grant.Name)
	}
	return token, nil
}

// fill puts on a call what the grant decides: host, realm and injection.
func (a *asker) fill(c *amazon.Call, region canon.Region, token snapshot.Token, selectors []amazon.Field) error {
	host, ok := a.program.Descriptor().Hosts[region]
	if !a.grant.Signs.IsZero() {
		host, ok = a.grant.Signs.Host, true
	}
	switch {
	case !ok:
		return errRequest.With("program %s has no host in region %q", a.grant.Program, region)
	case c.Host != "" && c.Host != host:
		return errHost.With("the call names another host than its region's")
	}
	c.Host, c.Realm = host, a.grant.Realm
	own := c.Inject // a secret that the call itself carries in its body
	c.Inject = a.program.Inject(amazon.Material{ClientID: token.Client(&a.grant), Signs: a.grant.Signs, Version: a.grant.Version, Access: token.Access, Selectors: selectors})
	c.Inject.Form, c.Inject.JSON = append(c.Inject.Form, own.Form...), append(c.Inject.JSON, own.JSON...)
	if c.Method == "" {
		c.Method = http.MethodGet
	}
	return nil
}

// key is what a call is limited by: with the others of its region, and with its operation's queue where that has one.
func (a *asker) key(region canon.Region, method, path string) LimitKey {
	queues := a.door.queues[a.grant.Program]
	for i := range queues {
		if queues[i].Is(method, path) {
			return LimitKey{a.grant.ID, region, queues[i].Queue}
		}
	}
	return LimitKey{Grant: a.grant.ID, Region: region}
}
