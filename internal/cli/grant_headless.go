package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
)

// walkConsent plays the browser of somebody who says yes: it opens the console's start page, follows to the sandbox's consent page,
// and comes back to the callback with the cookie that the start page set. It goes to loopback and nowhere else.
func walkConsent(ctx context.Context, c *control.Client, consent api.Consent, user string) (api.Grant, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return api.Grant{}, fmt.Errorf("making a cookie jar: %w", err)
	}
	browser := &http.Client{
		Jar:       jar,
		Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if !config.Loopback(req.URL.Hostname()) {
				return errNotSandbox
			}
			if len(via) > 10 {
				return errors.New("too many redirects")
			}
			autoConsent(req, user)
			return nil
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, consent.Start, nil)
	if err != nil {
		return api.Grant{}, fmt.Errorf("opening the start page: %w", err)
	}
	resp, err := browser.Do(req)
	if errors.Is(err, errNotSandbox) {
		return api.Grant{}, refuse("--headless walks the sandbox's consent only, and this app is registered at Amazon", "leave --headless out: a person must say yes there")
	}
	if err != nil {
		return api.Grant{}, fmt.Errorf("walking the consent: %w", withoutURL(err))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	_ = resp.Body.Close()
	state, err := c.Consent(ctx, consent.ID)
	if err != nil {
		return api.Grant{}, err
	}
	if g, err, done := decided(state); done {
		return g, err
	}
	return api.Grant{}, refuse(fmt.Sprintf("the sandbox's consent page answered with status %d and sent nobody back", resp.StatusCode),
		"`lockkeeper doctor` tells what is wrong with the app")
}

var errNotSandbox = errors.New("not the sandbox")

// autoConsent asks the sandbox's consent page to let one of its people say yes by itself.
func autoConsent(req *http.Request, user string) {
	q := req.URL.Query()
	if q.Get("response_type") == "" {
		return
	}
	if user == "" {
		user = "advertiser"
	}
	q.Set("sandbox_consent", user)
	req.URL.RawQuery = q.Encode()
}

// withoutURL drops the address that net/http puts into its errors: a query may hold a code.
func withoutURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// returnBase is the beginning of the address at which the browser will end up.
func returnBase(authorize string) string {
	u, err := url.Parse(authorize)
	if err != nil {
		return "the return URL"
	}
	return u.Query().Get("redirect_uri")
}

// firstPath is a good first call of a program: one that reads and needs no account.
func firstPath(program string) string {
	if program == "ads" {
		return "/v2/profiles"
	}
	return "/"
}
