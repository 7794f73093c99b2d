//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// The world of listings: one account with as many campaigns as one list may give.
const (
	listedCampaigns = 10_000
	listedPage      = 1000 // campaigns of one of Amazon's pages, by either way
	listedWorld     = `
[[security_profile]]
key = "shop"

[[user]]
key = "advertiser"
consents = ["shop"]

[[ads.profile]]
user = "advertiser"
campaigns = 10000
`
)

// A listed is one way of listing all campaigns once.
type listed struct {
	cpu, amazon, took time.Duration // of the gateway's process, of the sandbox's, and of the clock
	got               int64         // bytes that the client got
}

// measureListing lists all campaigns of an account through the model and, page by page, through the plain gateway: the same pass, the same
// process, the same bytes of Amazon's.
func measureListing(ctx context.Context, s settings, dir string, r *report) error {
	program, scenario := filepath.Join(dir, "lockkeeper"), filepath.Join(dir, "world.toml")
	if err := buildProgram(ctx, program); err != nil {
		return err
	}
	if err := os.WriteFile(scenario, []byte(listedWorld), 0o600); err != nil {
		return err
	}
	world, err := sandbox.ParseScenario(listedWorld)
	if err != nil {
		return err
	}
	amz, _, _, err := startSandbox(ctx, program, "--scenario", scenario)
	if err != nil {
		return err
	}
	defer func() { _ = amz.stop(nil) }()
	shop, err := newShopper(amz.addr, world.World())
	if err != nil {
		return err
	}
	if _, err := certificate(dir); err != nil {
		return err
	}
	gate, err := self(ctx, alone, "gateway", dir, dir, "http://"+amz.addr, shop.id, shop.profiles[0], shop.token)
	if err != nil {
		return err
	}
	l := &lister{gate: gate, amazon: amz, profile: shop.profiles[0], client: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	all := map[string][]listed{}
	sent, read := 0, int64(0)
	for round := range s.rounds + 1 { // the first one warms up
		for name, list := range map[string]func(context.Context) (int64, error){"plain": l.plain, "first": l.first, "again": l.again} {
			one, times, err := l.times(ctx, 4*s.slice, list)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if round > 0 {
				all[name] = append(all[name], one)
			}
			if name == "plain" {
				sent, read = sent+times*listedCampaigns/listedPage, one.got
			} else {
				sent += times
			}
		}
	}
	var c count
	if err := gate.stop(&c); err != nil {
		return err
	}
	if c.Access < sent || c.Metrics < sent || c.Usage < sent {
		return fmt.Errorf("%d requests were sent, but the access log has %d, the metrics %d and the counts of use %d", sent, c.Access, c.Metrics, c.Usage)
	}
	if c.Listings == 0 || c.Read != int64(c.Listings)*read {
		return fmt.Errorf("the model read %d bytes of Amazon's in %d listings, the plain gateway moved %d in each", c.Read, c.Listings, read)
	}
	r.listing = map[string]listed{}
	for name := range all {
		r.listing[name] = medianListed(all[name])
	}
	r.listedBytes = read
	return nil
}

// A lister is a client that lists campaigns, over one connection.
type lister struct {
	gate, amazon *process
	profile      string
	client       *http.Client
}

// times lists for a while, and returns what one listing took.
func (l *lister) times(ctx context.Context, length time.Duration, list func(context.Context) (int64, error)) (listed, int, error) {
	var one listed
	times, began, gate, amz := 0, time.Now(), l.gate.cpu(), l.amazon.cpu()
	for ; times == 0 || time.Since(began) < length; times++ {
		got, err := list(ctx)
		if err != nil {
			return one, times, err
		}
		one.got = got
	}
	n := time.Duration(times)
	one.cpu, one.amazon, one.took = (l.gate.cpu()-gate)/n, (l.amazon.cpu()-amz)/n, time.Since(began)/n
	return one, times, nil
}

// plain lists by Amazon's own paths. What is read of an answer is its token and the number of its campaigns.
func (l *lister) plain(ctx context.Context) (int64, error) {
	var all, campaigns int64
	for token := ""; ; {
		body := fmt.Sprintf(`{"adProductFilter":{"include":["SPONSORED_PRODUCTS"]},"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]},"maxResults":%d`, listedPage)
		if token != "" {
			body += `,"nextToken":"` + token + `"`
		}
		text, err := l.ask(ctx, http.MethodPost, "/adsApi/v1/query/campaigns", body+"}")
		if err != nil {
			return 0, err
		}
		all, campaigns = all+int64(len(text)), campaigns+int64(bytes.Count(text, []byte(`"campaignId":`)))
		_, rest, more := bytes.Cut(text, []byte(`"nextToken":"`))
		if !more {
			break
		}
		end := bytes.IndexByte(rest, '"')
		if end <= 0 {
			break
		}
		token = string(rest[:end])
	}
	if campaigns != listedCampaigns {
		return 0, fmt.Errorf("the pages have %d campaigns", campaigns)
	}
	return all, nil
}

// Where the child mounts the normalised Ads API: as the server does, and so that it remembers no page and reads each as for the first time.
const (
	remembering = "/lk/v1/ads"
	forgetting  = "/lk/v1/ads-forgetting"
)

func (l *lister) first(ctx context.Context) (int64, error) { return l.model(ctx, forgetting) }
func (l *lister) again(ctx context.Context) (int64, error) { return l.model(ctx, remembering) }

// model lists by the normalised Ads API.
func (l *lister) model(ctx context.Context, base string) (int64, error) {
	text, err := l.ask(ctx, http.MethodGet, fmt.Sprintf(base+"/%s/campaign?channel=SPONSORED_PRODUCTS&status=ACTIVE,PAUSED,ARCHIVED&limit=%d", grantName, listedCampaigns), "")
	if err != nil {
		return 0, err
	}
	if n := bytes.Count(text, []byte(`"budget_amount":`)); n != listedCampaigns {
		return 0, fmt.Errorf("the list has %d campaigns", n)
	}
	return int64(len(text)), nil
}

func (l *lister) ask(ctx context.Context, method, path, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+l.gate.addr+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"Authorization": {"Bearer " + l.gate.pass}, "User-Agent": {"bench/1"}, "Accept": {"application/json"}}
	if body != "" {
		req.Header["Content-Type"], req.Header["Amazon-Advertising-API-Scope"] = []string{"application/json"}, []string{l.profile}
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", resp.Status, text)
	}
	return text, err
}

func medianListed(all []listed) listed {
	pick := func(of func(*listed) *time.Duration) time.Duration {
		v := make([]time.Duration, len(all))
		for i := range all {
			v[i] = *of(&all[i])
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return listed{
		cpu: pick(func(l *listed) *time.Duration { return &l.cpu }), amazon: pick(func(l *listed) *time.Duration { return &l.amazon }),
		took: pick(func(l *listed) *time.Duration { return &l.took }), got: all[0].got,
	}
}

// A reader counts what the model reads of Amazon's.
type reader struct {
	door     *egress.Door
	snapshot *snapshot.Snapshot
	model    *ads.Program
	bytes    atomic.Int64
	listings atomic.Int64
}

// A counted asker is a grant's, whose answers are counted.
type countedAsker struct {
	amazon.Asker
	bytes *atomic.Int64
}

// Ask implements amazon.Asker.
func (a countedAsker) Ask(ctx context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	answer, err := a.Asker.Ask(ctx, region, c, selectors...)
	if err == nil {
		a.bytes.Add(int64(len(answer.Body)))
	}
	return answer, err
}

// service is the normalised Ads API at a path, with so many bytes of pages remembered.
func (r *reader) service(base string, remember int) (gateway.Service, error) {
	api, err := unified.New(unified.Config{Model: r.model, Remember: remember, Asker: func(g *snapshot.Grant) amazon.Asker {
		return countedAsker{r.door.For(*g, r.model, func() (snapshot.Token, bool) { return r.snapshot.Token(g.ID) }), &r.bytes}
	}})
	return gateway.Service{Path: base, Program: unified.ProgramCode, Stream: func(w http.ResponseWriter, a gateway.StreamAsk) {
		r.listings.Add(1)
		_ = api.Serve(a.Request.Context(), unified.Ask{
			By: audit.Actor{Kind: audit.Caller, Name: a.Caller}, RequestID: a.RequestID(), Path: a.Path, Body: a.Body, Access: a, Base: base,
			Method: a.Request.Method, Query: a.Request.URL.Query(), Header: http.Header{},
		}).WriteTo(w, false)
	}}, err
}

// listings is the report's part.
func (r *report) listings(b *strings.Builder) {
	if r.listing == nil {
		return
	}
	plain, first, again := r.listing["plain"], r.listing["first"], r.listing["again"]
	fmt.Fprintf(b, "## Listing through the model\n\n%d campaigns of Sponsored Products, %.1f MB of Amazon's answers in pages of %d, by one pass over one connection: as `GET /lk/v1/ads/{grant}/campaign`, which tells "+
		"each object in the words of the model and marks it, and as `POST /adsApi/v1/query/campaigns` through the plain gateway, which moves the same bytes unread. Read for the first time is with a model that remembers nothing: "+
		"of each form of campaign it reads one, and writes the others after it; "+
		"read again is with one that has read the same pages before, asks Amazon for them all the same, and finds no byte changed. CPU is of the whole process of the gateway, with its access log, counts and metrics; "+
		"the sandbox's, apart, is of what stands for Amazon.\n\n| | gateway's CPU, ms | µs a campaign | sandbox's CPU, ms | clock, ms | answered, MB |\n|---|--:|--:|--:|--:|--:|\n",
		listedCampaigns, float64(r.listedBytes)/1e6, listedPage)
	for _, row := range []struct {
		name string
		of   listed
	}{{"plain gateway", plain}, {"through the model, read for the first time", first}, {"through the model, unchanged and read again", again}} {
		ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
		fmt.Fprintf(b, "| %s | %.1f | %.2f | %.1f | %.1f | %.1f |\n", row.name, ms(row.of.cpu), float64(row.of.cpu)/1e3/listedCampaigns, ms(row.of.amazon), ms(row.of.took), float64(row.of.got)/1e6)
	}
	times := func(l listed) float64 { return float64(l.cpu) / float64(plain.cpu) }
	fmt.Fprintf(b, "\nThat is %.1f times the CPU for the first time and %.1f times again; wanted are 2.\n\n", times(first), times(again))
}
