package creatorsfake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators/creatorsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A shop is a fake alone behind its front, asked with a credential's token.
type shop struct {
	t     *testing.T
	world *kit.World
	front *kit.Front
	token string
	site  string
}

func newShop(t *testing.T, seed int64, switches map[string]string) *shop {
	t.Helper()
	w := kit.DefaultWorld(seed, kit.FrozenClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)))
	front, err := kit.NewFront(kit.FrontConfig{World: w, Fakes: []kit.Fake{creatorsfake.New(w)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	for name, value := range switches {
		if err := front.Switch(name).Set(value); err != nil {
			t.Fatal(err)
		}
	}
	token, _ := w.Affiliates.IssueToken(w.Affiliates.Credential("creators-3.1"))
	return &shop{t, w, front, token, "www.amazon.com"}
}

func (s *shop) ask(path, body string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://creatorsapi.amazon"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("x-marketplace", s.site)
	w := &answer{header: http.Header{}}
	s.front.ServeHTTP(w, r)
	out := map[string]any{}
	if err := json.Unmarshal(w.body.Bytes(), &out); err != nil {
		s.t.Fatalf("%s answered %d %s", path, w.status, w.body.String())
	}
	return w.status, out
}

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// TestCatalogue holds that the catalogue has 200 products, is the same for the same seed and another for another, and is sold everywhere.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	list := func(seed int64) string {
		s := newShop(t, seed, nil)
		var all []string
		for page := 1; page <= 10; page++ {
			text, _ := json.Marshal(map[string]any{"partnerTag": "sbxreviews-20", "searchIndex": "All", "availability": "IncludeOutOfStock", "itemPage": page})
			status, out := s.ask("/catalog/v1/searchItems", string(text))
			if status != 200 {
				t.Fatalf("page %d: %d %v", page, status, out)
			}
			result := out["searchResult"].(map[string]any)
			if result["totalResultCount"].(float64) != 200 {
				t.Fatalf("%v products", result["totalResultCount"])
			}
			for _, one := range result["items"].([]any) {
				all = append(all, one.(map[string]any)["asin"].(string))
			}
		}
		return strings.Join(all, " ")
	}
	if seven, again := list(7), list(7); seven != again || seven == list(8) {
		t.Error("the catalogue does not follow the seed")
	}
	regions := map[string]string{"NA": "3.1", "EU": "3.2", "FE": "3.3"}
	sites := map[string][]string{
		"NA": {"www.amazon.ca", "www.amazon.com.mx", "www.amazon.com.br"}, "EU": {"www.amazon.eg", "www.amazon.co.uk", "www.amazon.in", "www.amazon.se"},
		"FE": {"www.amazon.sg", "www.amazon.com.au", "www.amazon.co.jp"},
	}
	s := newShop(t, 7, nil)
	for region, version := range regions {
		s.token, _ = s.world.Affiliates.IssueToken(s.world.Affiliates.Credential("creators-" + version))
		for _, site := range sites[region] {
			s.site = site
			if status, out := s.ask("/catalog/v1/searchItems", `{"keywords":"lock"}`); status != 200 {
				t.Errorf("%s: %d %v", site, status, out)
			}
		}
	}
}

// TestNulls holds that what was not asked for is null, or with the switch turned is left out.
func TestNulls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		there bool
	}{{"explicit", true}, {"omit", false}} {
		s := newShop(t, 1, map[string]string{"creators.nulls": c.value})
		_, out := s.ask("/catalog/v1/searchItems", `{"partnerTag":"sbxreviews-20","keywords":"lock"}`)
		item := out["searchResult"].(map[string]any)["items"].([]any)[0].(map[string]any)
		offers, there := item["offersV2"]
		if there != c.there || offers != nil {
			t.Errorf("%s: offersV2 is there %t, %v", c.value, there, offers)
		}
		if _, ok := out["errors"]; ok {
			t.Errorf("%s: errors without any", c.value)
		}
	}
}

// TestDownload serves a feed by its address alone, for five minutes.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := newShop(t, 1, nil)
	_, out := s.ask("/catalog/v1/getFeed", `{"feedName":"sbx-us-products"}`)
	fetch := func() (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(out["url"].(string), "https://", "http://", 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		w := &answer{header: http.Header{}}
		s.front.ServeHTTP(w, r)
		text, _ := io.ReadAll(&w.body)
		return w.status, string(text)
	}
	if status, text := fetch(); status != 200 || strings.Count(text, "\n") < 150 || !strings.HasPrefix(text, "asin,title,price,currency\n") {
		t.Errorf("a feed: %d %.60q", status, text)
	}
	s.world.Clock.Advance(6 * time.Minute)
	if status, _ := fetch(); status != 403 {
		t.Errorf("an address that is too old: %d", status)
	}
}

// TestLimits counts calls for each account, whichever credential they come with, by the sandbox's clock.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := newShop(t, 1, map[string]string{"creators.calls_per_second": "2", "creators.calls_per_day": "20"})
	other, _ := s.world.Affiliates.IssueToken(s.world.Affiliates.Credential("creators-2.1"))
	_ = other
	answered := 0
	for range 30 {
		if status, out := s.ask("/catalog/v1/listFeeds", "{}"); status == 200 {
			answered++
		} else if status != 429 || out["type"] != "ThrottleException" || out["retryAfterSeconds"].(float64) < 1 {
			t.Fatalf("%d %v", status, out)
		}
		s.world.Clock.Advance(400 * time.Millisecond)
	}
	if answered != 20 {
		t.Errorf("%d calls were answered in a day that allows 20", answered)
	}
	s.world.Clock.Advance(24 * time.Hour)
	s.token, _ = s.world.Affiliates.IssueToken(s.world.Affiliates.Credential("creators-3.1"))
	if status, _ := s.ask("/catalog/v1/listFeeds", "{}"); status != 200 {
		t.Errorf("the next day: %d", status)
	}
}

// TestConsole holds the limits of Associates Central: two applications a store, two credentials each.
func TestConsole(t *testing.T) {
	t.Parallel()
	a := newShop(t, 1, nil).world.Affiliates
	add := func(key, app string) error {
		_, err := a.AddCredential(kit.NewCreatorsCredential{Key: key, App: app})
		return err
	}
	if err := add("second", "site v3"); err != nil {
		t.Error(err)
	}
	if err := add("third", "site v3"); err != kit.ErrManyCredentials {
		t.Errorf("a third credential: %v", err)
	}
	if err := add("elsewhere", "another site"); err != kit.ErrManyApps {
		t.Errorf("a third application: %v", err)
	}
	a.DeleteCredential("creators-3.1")
	if err := add("third", "site v3"); err != nil {
		t.Errorf("after one was deleted: %v", err)
	}
}
