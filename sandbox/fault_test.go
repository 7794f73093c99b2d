package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// bench is a sandbox and one consent that a test refreshes.
type bench struct {
	*sandbox.Server
	consent *kit.Consent
}

func start(t *testing.T, o sandbox.Options) *bench {
	t.Helper()
	if o.Clock == nil {
		o.Clock = kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	}
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bench{s, s.Consent(kit.Shop, kit.Advertiser)}
}

func (b *bench) form(refresh string) url.Values {
	p := b.World().Profile(kit.Shop)
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {p.ClientID}, "client_secret": {p.Secret()}}
}

// refresh presents a refresh token on a connection of its own and returns status, body and what went wrong.
func (b *bench) refresh(ctx context.Context, refresh string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.amazon.com/auth/o2/token", strings.NewReader(b.form(refresh).Encode()))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Close = true
	resp, err := b.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// last returns the latest journal entry, once it has ended.
func (b *bench) last(t *testing.T) kit.Entry {
	t.Helper()
	f := kit.Filter{After: b.Journal().Last() - 1}
	if err := b.Journal().Await(t.Context(), 1, f); err != nil {
		t.Fatal(err)
	}
	return b.Journal().Entries(f)[0]
}

var token = kit.Match{Program: "lwa", Operation: "token"}

// TestFaults tries each fault at each point and holds what the client sees and what took effect.
func TestFaults(t *testing.T) {
	t.Parallel()
	isReset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	for _, test := range []struct {
		name      string
		fault     kit.Fault
		status    int // that the client sees; 0 for none
		body      string
		broken    func(error) bool // nil: the answer is whole
		effect    string
		delivered int // -1 for all
	}{
		{"500", kit.Fault{Do: kit.Status, Status: 500}, 500, `{"error_description":"The server encountered a runtime error.","error":"ServerError"}`, nil, "", -1},
		{"503", kit.Fault{Do: kit.Status, Status: 503}, 503, `"error":"temporarily_unavailable"`, nil, "", -1},
		{"429", kit.Fault{Do: kit.Status, Status: 429}, 429, `"error":"TooManyRequests"`, nil, "", -1},
		{"401", kit.Fault{Do: kit.Status, Status: 401}, 401, `"error":"invalid_client"`, nil, "", -1},
		{"400 by name", kit.Fault{Do: kit.Status, Status: 400, Error: "unauthorized_client"}, 400, `"error":"unauthorized_client"`, nil, "", -1},
		{"own body", kit.Fault{Do: kit.Status, Status: 418, Body: "tea"}, 418, "tea", nil, "", -1},
		{"502 after the effect", kit.Fault{Do: kit.Status, Status: 502, At: kit.AfterEffect}, 502, "Bad Gateway", nil, "rotated", -1},
		{"reset before", kit.Fault{Do: kit.Reset}, 0, "", isReset, "", 0},
		{"reset after", kit.Fault{Do: kit.Reset, At: kit.AfterEffect}, 0, "", isReset, "rotated", 0},
		{"reset in the body", kit.Fault{Do: kit.Reset, At: kit.MidBody}, 200, "", isReset, "rotated", 580},
		{"truncated", kit.Fault{Do: kit.Truncate, Bytes: 17}, 200, "", func(err error) bool { return err == io.ErrUnexpectedEOF }, "rotated", 17},
		{"empty", kit.Fault{Do: kit.Empty}, 200, "", nil, "rotated", -1},
		{"html", kit.Fault{Do: kit.HTML}, 200, "<html>", nil, "rotated", -1},
		{"html before", kit.Fault{Do: kit.HTML, At: kit.BeforeEffect}, 200, "<html>", nil, "", -1},
		{"slow", kit.Fault{Do: kit.Slow, Delay: time.Millisecond}, 200, "Atzr|sbx", nil, "rotated", -1},
		{"slow body", kit.Fault{Do: kit.Slow, Delay: time.Millisecond, At: kit.MidBody}, 200, "Atzr|sbx", nil, "rotated", -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, sandbox.Options{Policy: "strict"})
			test.fault.Match = token
			a := b.Fault(test.fault)
			status, body, err := b.refresh(t.Context(), b.consent.RefreshToken())
			if (test.broken == nil && err != nil) || (test.broken != nil && !test.broken(err)) {
				t.Errorf("the client sees %v", err)
			}
			// After an RST the client may lose what had arrived, so the status is not certain there.
			if status != test.status && !(test.broken != nil && status == 0) {
				t.Errorf("the client sees status %d", status)
			}
			if err == nil && (!strings.Contains(body, test.body) || (test.body == "" && body != "")) {
				t.Errorf("the client sees the body %q", body)
			}
			e := b.last(t)
			if test.delivered < 0 {
				test.delivered = len(body)
			}
			if e.Effect != test.effect || e.Fault != a.ID || a.Hits() != 1 || abs(e.Delivered-test.delivered) > 8 {
				t.Errorf("journal: effect %q, fault %q, delivered %d of %d; hits %d", e.Effect, e.Fault, e.Delivered, e.Length, a.Hits())
			}
			status, _, err = b.refresh(t.Context(), b.consent.RefreshToken())
			if status != 200 || err != nil {
				t.Errorf("the fault acts more than once: %d, %v", status, err)
			}
		})
	}
}

func abs(n int) int { return max(n, -n) }

// TestExactlyTheNext holds counting: skip, times, and matching by client, program and path.
func TestExactlyTheNext(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	b.Fault(kit.Fault{Match: kit.Match{Client: kit.Agency}, Do: kit.Status, Status: 500, Times: -1})
	b.Fault(kit.Fault{Match: kit.Match{Program: "ads"}, Do: kit.Status, Status: 500, Times: -1})
	b.Fault(kit.Fault{
		Match: kit.Match{Path: "/AUTH/*", Client: b.World().Profile(kit.Shop).ClientID, Region: "NA", User: kit.Advertiser},
		Do:    kit.Status, Status: 429, Skip: 1, Times: 2,
	})
	var got []int
	for range 5 {
		status, _, err := b.refresh(t.Context(), b.consent.RefreshToken())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, status)
	}
	if want := [5]int{200, 429, 429, 200, 200}; [5]int(got) != want {
		t.Errorf("statuses %v, want %v", got, want)
	}
	for _, bad := range []kit.Fault{
		{Do: "explode"},
		{Do: kit.Status},
		{Do: kit.Slow},
		{Do: kit.Status, Status: 500, At: kit.MidBody},
		{Do: kit.Truncate, At: kit.BeforeEffect},
		{Do: kit.Hold, At: "never"},
		{Do: kit.Hold, Skip: -1},
	} {
		if _, err := b.Faults().Add(bad); err == nil {
			t.Errorf("fault %+v was armed", bad)
		}
	}
}

// TestRetryAfter: a 429 with and without the header.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 429, RetryAfter: "7"})
	b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 429})
	for _, want := range []string{"7", ""} {
		resp, err := b.Client().PostForm("https://api.amazon.com/auth/o2/token", b.form(b.consent.RefreshToken()))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := resp.Header.Get("Retry-After"); got != want || resp.StatusCode != 429 {
			t.Errorf("%d with Retry-After %q, want %q", resp.StatusCode, got, want)
		}
	}
}
