package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Now tells the sandbox's time. It fits a Now field.
func (s *Server) Now() time.Time { return s.front.World.Now() }

// Clock is the sandbox's clock.
func (s *Server) Clock() *kit.Clock { return s.front.World.Clock }

// Advance moves the sandbox's clock by d and returns its new time.
func (s *Server) Advance(d time.Duration) time.Time { return s.front.World.Clock.Advance(d) }

// Fault makes the next matching requests go wrong. A fault that cannot be meant is a programming error and panics.
func (s *Server) Fault(f kit.Fault) *kit.Armed {
	a, err := s.front.Faults.Add(f)
	if err != nil {
		panic(err)
	}
	return a
}

// Faults are all faults that were armed.
func (s *Server) Faults() *kit.Faults { return s.front.Faults }

// Journal is what happened.
func (s *Server) Journal() *kit.Journal { return s.front.Journal }

// Verify holds expectations against the journal and says which are not met.
func (s *Server) Verify(e ...kit.Expectation) error { return s.front.Journal.Verify(e...) }

// World is who and what exists, with every id and secret.
func (s *Server) World() *kit.World { return s.front.World }

// Switch turns a switch, such as "lwa.policy" to "strict".
func (s *Server) Switch(name, value string) error {
	sw := s.front.Switch(name)
	if sw == nil {
		return fmt.Errorf("turning a switch: there is none called %q", name)
	}
	return sw.Set(value)
}

// Consent makes a user of the world allow a security profile some scopes, without any page or code. Profile and user are
// given by key; naming none of the world is a programming error and panics. Scopes default to those that Lockkeeper asks for.
func (s *Server) Consent(profile, user string, scopes ...string) *kit.Consent {
	p, u := s.World().Profile(profile), s.World().User(user)
	if p == nil || u == nil {
		panic("sandbox: there is no security profile " + profile + " or no user " + user)
	}
	if len(scopes) == 0 {
		scopes = []string{"profile", "advertising::campaign_management"}
	}
	return s.World().Tokens.Consent(p, u, scopes, "NA")
}

// Authorize follows an authorize URL as a browser would in which the user with the given key consents, or, with "cancel",
// declines. It returns the URL that the browser is sent to.
func (s *Server) Authorize(ctx context.Context, authorizeURL, user string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, authorizeURL, nil)
	if err != nil {
		return "", fmt.Errorf("authorising at the sandbox: %w", err)
	}
	r.Header.Set("Sandbox-Consent", user)
	resp, err := s.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("authorising at the sandbox: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusFound {
		return "", fmt.Errorf("authorising at the sandbox: status %d instead of a redirect", resp.StatusCode)
	}
	return resp.Header.Get("Location"), nil
}
