package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// terminal is a person at a terminal: what is written to him, and what he answers.
type terminal struct {
	out, err bytes.Buffer
	answer   func(question, shown string) string
}

func (p *terminal) Line(question string) (string, error) {
	return p.answer(question, p.err.String()), nil
}

func (p *terminal) Secret(question string) (secret.Value, error) {
	return secret.New(p.answer(question, p.err.String())), nil
}

// run runs a command line against k as that person, whose browser is open.
func run(t *testing.T, k *keytest.Key, p *terminal, open func(string) error, args ...string) int {
	t.Helper()
	f := &cli.Factory{
		In: strings.NewReader(""), Out: &p.out, Err: &p.err, Getenv: func(string) string { return "" }, OpenBrowser: open, Prompter: p,
		Now: time.Now, Version: "test",
	}
	return cli.Run(context.Background(), f, append(args, "--data", k.Status.Data))
}

var address = regexp.MustCompile(`(?m)^http\S+$`)

// Over ssh: no browser here, so the person opens the printed address elsewhere and pastes where it ended. The address is on a
// line of its own and whole (users, 27).
func TestConnectByPaste(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	p := &terminal{answer: func(_, shown string) string {
		to, err := k.Sandbox.Authorize(context.Background(), address.FindString(shown), kit.Advertiser)
		if err != nil {
			t.Error(err)
		}
		return "  " + to + "\n"
	}}
	none := func(string) error { return errors.New("this is an ssh session") }
	if code := run(t, k, p, none, "grant", "connect", "acme"); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.err.String())
	}
	if !strings.Contains(p.out.String(), `Connected "acme": 12 accounts`) {
		t.Errorf("it said %q", p.out.String())
	}
}

// On a desktop: the browser is opened at the console, goes to Amazon and comes back by itself; the command sees it.
func TestConnectByBrowser(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	p := &terminal{}
	open := func(start string) error {
		go browse(t, start)
		return nil
	}
	if code := run(t, k, p, open, "grant", "connect", "acme"); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.err.String())
	}
	if !strings.Contains(p.out.String(), `Connected "acme": 12 accounts`) {
		t.Errorf("it said %q", p.out.String())
	}
}

// browse does what a person's browser does: it follows, keeps cookies, and its person says yes.
func browse(t *testing.T, start string) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Error(err)
		return
	}
	b := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/ap/oa") {
			r.URL.RawQuery += "&" + url.Values{"sandbox_consent": {kit.Advertiser}}.Encode()
		}
		return nil
	}}
	resp, err := b.Get(start)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the browser ended with status %d: %s %v", resp.StatusCode, body, err)
	}
}
