package adsfake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestWorld holds what the world is to begin with: twelve profiles of seller and vendor in three regions, forty
// campaigns spread over them, ids that JavaScript can hold.
func TestWorld(t *testing.T) {
	t.Parallel()
	s := start(t)
	regions, types, campaigns, n := map[string]int{}, map[string]int{}, 0, 0
	ids := map[string]bool{}
	for _, p := range s.profiles() {
		if ids[p.ID] || len(p.ID) > 16 || p.ID > "9007199254740991" {
			t.Errorf("profile id %s", p.ID)
		}
		ids[p.ID] = true
		if !slices.Contains(p.Users, kit.Advertiser) {
			continue
		}
		n++
		regions[p.Region]++
		types[p.Kind]++
		own := 0
		for _, k := range p.Campaigns {
			own += k
		}
		if campaigns += own; own == 0 {
			t.Errorf("%s %s has no campaign", p.Country, p.Kind)
		}
	}
	if n != 12 || campaigns != 40 || len(regions) != 3 || types["seller"] == 0 || types["vendor"] == 0 {
		t.Errorf("%d profiles, %d campaigns, %v, %v", n, campaigns, regions, types)
	}
}

// TestSeed holds that a seed makes the same world again, byte by byte, and another seed another.
func TestSeed(t *testing.T) {
	t.Parallel()
	describe := func(seed int64) string {
		w := kit.DefaultWorld(seed, kit.FrozenClock(began))
		s := &sbx{t: t, world: w}
		var err error
		if s.front, err = kit.NewFront(kit.FrontConfig{World: w, Fakes: []kit.Fake{adsfake.New(w)}}); err != nil {
			t.Fatal(err)
		}
		defer s.front.Close()
		var all strings.Builder
		for _, region := range []string{"na", "eu", "fe"} {
			for _, user := range w.Users() {
				all.WriteString(s.as(user.Key).at(region).get("/v2/profiles?accessLevel=view").Body.String())
			}
		}
		for _, p := range s.profiles() {
			if slices.Contains(p.Users, kit.Advertiser) {
				all.WriteString(s.as(kit.Advertiser).on(p).list(`{"includeExtendedDataFields":true}`).Body.String())
			}
		}
		return all.String()
	}
	if diff := cmp.Diff(describe(7), describe(7)); diff != "" {
		t.Errorf("the same seed differs:\n%s", diff)
	}
	if describe(7) == describe(8) {
		t.Error("two seeds make one world")
	}
}

// TestFaultBodies holds that a failure which a fault asks for has the body of whoever would answer (ads-lwa 8.1).
func TestFaultBodies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		fault  kit.Fault
		body   string
		header map[string]string
	}{
		{"/sp/campaigns/list", kit.Fault{Status: 429, RetryAfter: "7"}, `{"code":"THROTTLED","message":"Too Many Requests"}`, map[string]string{"Retry-After": "7"}},
		{"/v2/profiles", kit.Fault{Status: 429}, `{"code":"429","details":"Too Many Requests","requestId":"`, map[string]string{"Retry-After": ""}},
		{"/sp/campaigns/list", kit.Fault{Status: 429, Error: "html"}, "<html>\r\n<head><title>429 Too Many Requests</title>", map[string]string{"Content-Type": "text/html"}},
		{"/sp/campaigns/list", kit.Fault{Status: 401}, `{"code":"401","details":"Authentication failed","requestId":"`, nil},
		{"/sp/campaigns/list", kit.Fault{Status: 403}, `{"code":"ACCESS_DENIED","message":"Access denied"}`, nil},
		{"/v2/profiles", kit.Fault{Status: 403}, `{"code":"403","details":"Forbidden","requestId":"`, nil},
		{"/sp/campaigns/list", kit.Fault{Status: 400}, `{"code":"INVALID_ARGUMENT","message":"The request is not valid"}`, nil},
		{"/sp/campaigns/list", kit.Fault{Status: 415}, `{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Cannot consume content type"}`, nil},
		{"/v2/profiles", kit.Fault{Status: 415}, `{"code":"415","details":"Cannot consume content type","requestId":"`, nil},
		{"/sp/campaigns/list", kit.Fault{Status: 500}, `{"code":"INTERNAL_ERROR","message":"Internal error"}`, nil},
		{"/sp/campaigns/list", kit.Fault{Status: 503}, `{"code":"SERVICE_UNAVAILABLE","message":"Service Unavailable"}`, nil},
		{"/v2/profiles", kit.Fault{Status: 502}, "<html>\r\n<head><title>502 Bad Gateway</title>", nil},
		{"/sp/campaigns/list", kit.Fault{Status: 403, Error: "NOT_AUTHORIZED"}, `{"code":"NOT_AUTHORIZED","message":"Access denied"}`, nil},
	} {
		s := start(t)
		tt.fault.Do = kit.Status
		if _, err := s.front.Faults.Add(tt.fault); err != nil {
			t.Fatal(err)
		}
		method := map[bool]string{true: "GET", false: "POST"}[tt.path == "/v2/profiles"]
		w := s.shop().do(method, tt.path, "")
		if w.Code != tt.fault.Status || !strings.HasPrefix(w.Body.String(), tt.body) {
			t.Errorf("%s %+v: %d %s", tt.path, tt.fault, w.Code, w.Body)
		}
		for _, name := range slices.Sorted(maps.Keys(tt.header)) {
			if got := w.Header().Get(name); got != tt.header[name] {
				t.Errorf("%s %+v: %s is %q", tt.path, tt.fault, name, got)
			}
		}
	}
}

// TestManyAtOnce lists while others write; the race detector watches. In the end every name is there once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	before := read[wireList](t, c.list("")).TotalResults
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := range 10 {
				made := read[multiStatus](t, c.do("POST", "/sp/campaigns", item(fmt.Sprintf(`name:"w%d n%d"`, w, n), fmt.Sprintf(`tags:{"n":"%d"}`, n))))
				c.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+made.Campaigns.Success[0].CampaignID+`","state":"PAUSED"}]}`)
				c.do("POST", "/sp/campaigns", item(`name:"only one"`))
			}
		})
		wg.Go(func() {
			for range 20 {
				if got := c.list(`{"includeExtendedDataFields":true}`); got.Code != 200 || !json.Valid(got.Body.Bytes()) {
					t.Errorf("%d %s", got.Code, got.Body)
				}
			}
		})
	}
	wg.Wait()
	if got := read[wireList](t, c.list("")); got.TotalResults != before+41 {
		t.Errorf("%d campaigns, want %d", got.TotalResults, before+41)
	}
}

// BenchmarkList serves pages of forty campaigns over loopback connections, as a client would have them.
func BenchmarkList(b *testing.B) {
	s := start(b)
	c := s.shop()
	var more []string
	for n := range 40 {
		more = append(more, strings.TrimSuffix(strings.TrimPrefix(item(fmt.Sprintf(`name:"bench %d"`, n)), `{"campaigns":[`), `]}`))
	}
	c.do("POST", "/sp/campaigns", `{"campaigns":[`+strings.Join(more, ",")+`]}`)
	if got := read[wireList](b, c.list(`{"maxResults":40}`)); len(got.Campaigns) != 40 {
		b.Fatalf("%d campaigns on the page", len(got.Campaigns))
	}
	server := httptest.NewServer(s.front)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest("POST", server.URL+"/sp/campaigns/list", bytes.NewReader([]byte(`{"maxResults":40}`)))
			r.Header = c.header.Clone()
			resp, err := client.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 200 {
				b.Fatal(resp.Status)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lists/s")
}

// BenchmarkHandle is the same without the network.
func BenchmarkHandle(b *testing.B) {
	s := start(b)
	c := s.shop()
	b.ReportAllocs()
	for b.Loop() {
		if w := c.list(""); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
