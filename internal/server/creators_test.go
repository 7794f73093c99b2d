package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// shopKeeper is a Lockkeeper with a Creators API grant called shop, at a sandbox whose clock stands still.
func shopKeeper(t *testing.T, credential string) *keytest.Key {
	t.Helper()
	k := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Clock: kit.FrozenClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}})
	if credential != "" {
		keepShop(t, k, credential, "")
	}
	return k
}

func keepShop(t *testing.T, k *keytest.Key, credential, version string) api.Grant {
	t.Helper()
	c := k.Sandbox.World().Affiliates.Credential(credential)
	in := api.NewApp{Name: "shop", Program: "creators", Realm: "sandbox", ClientID: c.ID, ClientSecret: c.Secret, Version: version}
	if _, err := k.Client.AddApp(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	made, err := k.Client.Connect(t.Context(), api.Connect{Name: "shop", App: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	return *made.Grant
}

// untilShop waits until the grant is as expected. The clock of the sandbox stands still meanwhile; what is waited for is the server's own work.
func untilShop(t *testing.T, k *keytest.Key, what string, is func(api.Grant) bool) api.Grant {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		g, err := k.Client.Grant(ctx, "shop")
		if err == nil && is(g) {
			return g
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s was not seen: health %s, version %s, problem %v, %v", what, g.Health, g.Version, g.Problem, err)
		case <-tick.C:
		}
	}
}

// askItems asks for products through the gateway, as software does.
func askItems(t *testing.T, k *keytest.Key, pass, site, body string) (status int, problemCode string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.Status.Gateway+"/catalog/v1/searchItems", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pass+", Version 2.1") // as clients of 2.x do
	req.Header.Set("X-Marketplace", site)
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("Lockkeeper-Problem"), resp.Header
}

const searchLock = `{"partnerTag":"sbxreviews-20","keywords":"lock"}`

// TestEligibility loses it, as a call shows, and has it come back: by the next call that is answered, or by asking again when nobody calls.
func TestEligibility(t *testing.T) {
	t.Parallel()
	k := shopKeeper(t, "creators-3.1")
	pass := k.Pass("site", "shop")
	if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 200 || code != "" {
		t.Fatalf("a call of an eligible account: %d %s", status, code)
	}
	turn := func(to string) {
		if err := k.Sandbox.Switch("creators.eligibility", to); err != nil {
			t.Fatal(err)
		}
	}
	turn("lost")
	if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 403 || code != string(problem.CreatorsNotEligible) {
		t.Fatalf("a call of one that is not: %d %s", status, code)
	}
	lost := untilShop(t, k, "the loss", func(g api.Grant) bool { return g.Health == "ineligible" })
	if !lost.Since.Equal(k.Sandbox.Now()) || lost.Problem == nil || lost.Problem.Code != problem.CreatorsNotEligible {
		t.Errorf("lost since %s, %v", lost.Since, lost.Problem)
	}
	// The token is kept alive meanwhile, calls go out, and since when stays what it was.
	k.Sandbox.Advance(58 * time.Minute)
	after := untilShop(t, k, "a refresh of an ineligible grant", func(g api.Grant) bool { return g.Generation > lost.Generation })
	if after.Health != "ineligible" || !after.Since.Equal(lost.Since) {
		t.Errorf("after a refresh it is %s since %s", after.Health, after.Since)
	}
	turn("kept")
	if status, _, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 200 {
		t.Fatalf("a call of an eligible account again: %d", status)
	}
	untilShop(t, k, "the return, by a call", func(g api.Grant) bool { return g.Health == "ok" && g.Problem == nil })

	turn("lost")
	askItems(t, k, pass, "www.amazon.com", searchLock)
	untilShop(t, k, "the second loss", func(g api.Grant) bool { return g.Health == "ineligible" })
	turn("kept")
	k.Sandbox.Advance(6*time.Hour + time.Minute)
	untilShop(t, k, "the return, unasked", func(g api.Grant) bool { return g.Health == "ok" })
}

// TestPendingCredential keeps a credential that Amazon does not know yet, tries it on a schedule, and has it work by itself.
func TestPendingCredential(t *testing.T) {
	t.Parallel()
	k := shopKeeper(t, "")
	if _, err := k.Sandbox.World().Affiliates.AddCredential(kit.NewCreatorsCredential{Key: "fresh", App: "site v3", Delay: 30 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	g := keepShop(t, k, "fresh", "3.1")
	if g.Health != "pending" || g.Problem == nil || g.Problem.Code != problem.CreatorsCredentialPending {
		t.Fatalf("a credential that is too new: %s %v", g.Health, g.Problem)
	}
	k.Sandbox.Advance(20 * time.Minute)
	untilShop(t, k, "another try", func(g api.Grant) bool { return g.Health == "pending" && len(g.Attempts) >= 2 })
	k.Sandbox.Advance(30 * time.Hour)
	if g = untilShop(t, k, "the activation", func(g api.Grant) bool { return g.Health == "ok" }); g.Generation != 1 || g.Version != "3.1" {
		t.Errorf("it works with token number %d, version %s", g.Generation, g.Version)
	}
}

// TestHandOver replaces a credential while it is used: the new one is not known for a while, and no call fails meanwhile.
func TestHandOver(t *testing.T) {
	t.Parallel()
	k := shopKeeper(t, "creators-2.1")
	pass := k.Pass("site", "shop")
	works := func(when string) {
		t.Helper()
		if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 200 {
			t.Errorf("%s: %d %s", when, status, code)
		}
	}
	works("before")
	world := k.Sandbox.World().Affiliates
	fresh, err := world.AddCredential(kit.NewCreatorsCredential{Key: "fresh", App: "site v3", Delay: 3 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	in := api.NewSecret{ClientID: fresh.ID, ClientSecret: fresh.Secret, Version: "3.1"}
	if _, err := k.Client.RotateApp(t.Context(), "shop", in); err != nil {
		t.Fatal(err)
	}
	works("just after")
	before, err := k.Client.Grant(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	k.Sandbox.Advance(56 * time.Minute)
	g := untilShop(t, k, "a refresh while the new one is unknown", func(g api.Grant) bool { return g.Generation > before.Generation })
	if g.Version != "2.1" || g.Health != "ok" {
		t.Errorf("while Amazon does not know the new credential: %s, version %s", g.Health, g.Version)
	}
	works("with the old credential's next token")
	k.Sandbox.Advance(3 * time.Hour)
	untilShop(t, k, "the take-over", func(g api.Grant) bool { return g.Version == "3.1" && g.ClientID == fresh.ID && g.Health == "ok" })
	world.DeleteCredential("creators-2.1")
	works("after the old one was deleted")
	k.Sandbox.Advance(56 * time.Minute)
	untilShop(t, k, "a refresh without the old one", func(g api.Grant) bool { return g.Health == "ok" && g.Generation > before.Generation+2 })
	works("at the end")
}

// TestMarketplaceSelector refuses a marketplace of another region here, and finds the grant among several by it.
func TestMarketplaceSelector(t *testing.T) {
	t.Parallel()
	k := shopKeeper(t, "creators-3.1")
	c := k.Sandbox.World().Affiliates.Credential("creators-3.2")
	if _, err := k.Client.AddApp(t.Context(), api.NewApp{Name: "europe", Program: "creators", Realm: "sandbox", ClientID: c.ID, ClientSecret: c.Secret}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Client.Connect(t.Context(), api.Connect{Name: "europe", App: "europe"}); err != nil {
		t.Fatal(err)
	}
	one, both := k.Pass("one", "shop"), k.Pass("both", "shop", "europe")
	if status, code, _ := askItems(t, k, one, "www.amazon.de", searchLock); status != 400 || code != string(problem.CreatorsMarketplaceOtherRegion) {
		t.Errorf("another region's marketplace: %d %s", status, code)
	}
	if status, code, _ := askItems(t, k, both, "www.amazon.de", `{"partnerTag":"sbxreviews-21","keywords":"lock"}`); status != 200 {
		t.Errorf("the marketplace chooses the grant: %d %s", status, code)
	}
	if status, code, _ := askItems(t, k, both, "www.amazon.com", searchLock); status != 200 {
		t.Errorf("the marketplace chooses the grant: %d %s", status, code)
	}
	if status, _, _ := askItems(t, k, both, "www.amazon.test", searchLock); status == 200 {
		t.Error("a marketplace that is none was taken")
	}
}

// TestThrottleToldInTheBody leaves an account alone for as long as the body of a 429 says, and not longer.
func TestThrottleToldInTheBody(t *testing.T) {
	t.Parallel()
	k := shopKeeper(t, "creators-3.1")
	pass := k.Pass("site", "shop")
	if err := k.Sandbox.Switch("creators.calls_per_second", "1"); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 200 {
		t.Fatalf("the first call: %d", status)
	}
	if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 429 || code != string(problem.CreatorsThrottled) {
		t.Fatalf("the second: %d %s", status, code)
	}
	count := func() int {
		return len(k.Sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Operation: "searchItems"}}))
	}
	seen := count()
	if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 429 || count() != seen {
		t.Errorf("while it must wait, a call was answered %d %s, and Amazon saw %d more", status, code, count()-seen)
	}
	k.Sandbox.Advance(2100 * time.Millisecond)
	if status, code, _ := askItems(t, k, pass, "www.amazon.com", searchLock); status != 200 {
		t.Errorf("after the wait: %d %s", status, code)
	}
}
