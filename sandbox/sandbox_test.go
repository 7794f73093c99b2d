package sandbox_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestTwenty runs twenty sandboxes in one process at once; each must count its own requests alone.
func TestTwenty(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			s, err := sandbox.New(sandbox.Options{Seed: int64(i), Policy: "strict"})
			if err != nil {
				t.Error(err)
				return
			}
			b := &bench{s, s.Consent(kit.Shop, kit.Advertiser)}
			for range i + 1 {
				if status, _, err := b.refresh(t.Context(), b.consent.RefreshToken()); status != 200 || err != nil {
					t.Errorf("sandbox %d: %d, %v", i, status, err)
				}
			}
			if err := s.Verify(kit.Exactly(int64(i)+1, kit.Filter{Effect: "rotated"}), kit.Never(kit.Filter{Effect: "refused"})); err != nil {
				t.Error(err)
			}
			if got := b.consent.Generation(); got != int64(i)+2 {
				t.Errorf("sandbox %d is at generation %d", i, got)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestInMemory runs a sandbox without a port inside a bubble, where its real clock is the bubble's.
func TestInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{InMemory: true})
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{s, s.Consent(kit.Shop, kit.Advertiser)}
		s.Fault(kit.Fault{Match: token, Do: kit.Slow, Delay: 48 * time.Hour})
		begin := s.Now()
		if status, _, err := b.refresh(t.Context(), b.consent.RefreshToken()); status != 200 || err != nil {
			t.Errorf("%d, %v", status, err)
		}
		if took := s.Now().Sub(begin); took != 48*time.Hour {
			t.Errorf("the sandbox's clock went on by %v", took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestDeterministic: the same seed and the same requests give the same world, tokens and request ids.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	run := func(seed int64) string {
		b := start(t, sandbox.Options{Seed: seed, Policy: "strict"})
		to, err := b.Authorize(t.Context(), "https://www.amazon.com/ap/oa?response_type=code&scope=profile&client_id="+
			b.World().Profile(kit.Shop).ClientID+"&redirect_uri=http://localhost/callback", kit.Advertiser)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := b.Client().PostForm("https://api.amazon.com/auth/o2/token", b.form(b.consent.RefreshToken()))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		_, body, err := b.refresh(t.Context(), b.consent.RefreshToken())
		return fmt.Sprint(to, resp.Header.Get("X-Amz-Rid"), body, err, b.World().User(kit.Advertiser).ID)
	}
	first, again, other := run(5), run(5), run(6)
	if first != again {
		t.Error("two runs of one seed differ")
	}
	if first == other {
		t.Error("two seeds give the same")
	}
}

// TestHosts: Amazon's names and this machine's are served; any other name may be a web page's (DNS rebinding).
func TestHosts(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	for host, want := range map[string]int{
		"api.amazon.com": 405, "API.Amazon.co.uk:443": 405, "localhost:7080": 405, "127.0.0.1": 405, "[::1]:7080": 405, "sandbox.localhost": 405,
		"www.example.test": 421, "amazon.com": 421, "127.0.0.1.evil.example.test": 421, "10.0.0.1": 421, "advertising-api.amazon.com": 404,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL("lwa", "NA")+"/auth/o2/token", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := b.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %s: %d, want %d", host, resp.StatusCode, want)
		}
	}
}

func TestRefusesToBeReachable(t *testing.T) {
	t.Parallel()
	for _, o := range []sandbox.Options{
		{Listen: "0.0.0.0:0"},
		{Listen: ":0"},
		{Listen: "nonsense"},
		{Policy: "lenient"},
		{Switches: map[string]string{"lwa.nothing": "x"}},
		{Switches: map[string]string{"lwa.grace_window": "soon"}},
	} {
		if s, err := sandbox.New(o); err == nil {
			t.Errorf("%+v was started", o)
			_ = s.Close()
		}
	}
}

// TestNoSecretInJournal: after requests that carry secrets in every place, the journal shows none.
func TestNoSecretInJournal(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	p, refresh := b.World().Profile(kit.Shop), b.consent.RefreshToken()
	access := b.consent.Issue("NA").Access
	for _, r := range []struct{ method, url, auth string }{
		{http.MethodGet, "https://api.amazon.com/user/profile/" + access, ""},
		{http.MethodPost, "https://api.amazon.com/auth/o2/token?" + b.form(refresh).Encode(), ""},
		{http.MethodPost, "https://api.amazon.com/auth/o2/token", "Basic " + p.Secret()},
		{http.MethodPost, "https://api.amazon.com/auth/o2/token?grant_type=refresh_token&client_id=" + p.Secret() + "&refresh_token=x", ""},
		{http.MethodGet, "https://api.amazon.com/user/profile", "Bearer " + access},
		{http.MethodGet, "https://api.amazon.com/user/profile", access},
		{http.MethodGet, "https://api.amazon.com/auth/o2/tokeninfo?access_token=" + access, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), r.method, strings.ReplaceAll(r.url, "|", "%7C"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", r.auth)
		resp, err := b.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	text := fmt.Sprintf("%+v", b.Journal().Entries(kit.Filter{})) + fmt.Sprintf("%+v", b.Journal().Counts())
	for _, secret := range []string{p.Secret()[16:], refresh[10:40], access[10:40]} {
		if strings.Contains(text, secret) {
			t.Errorf("the journal shows a secret: %s", text)
		}
	}
	if !strings.Contains(text, "Bearer Atza|sbx...[redacted]") {
		t.Error("the journal does not show how requests were authorised")
	}
}

// TestReadyFile runs what `lockkeeper sandbox` runs.
func TestReadyFile(t *testing.T) {
	t.Parallel()
	s := serve(t)
	info, err := os.Stat(s.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("ready file: %v, %v", info, err)
	}
	if !strings.HasPrefix(s.ready.Token, "sbxctl_") || s.ready.PID != os.Getpid() {
		t.Errorf("ready file says %+v", s.ready)
	}
}
