//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A sandboxed is what was measured of the sandbox as people start it.
type sandboxed struct {
	first, firstCPU []time.Duration // from start to the first answer, with the default world
	resident        int64           // a second later
	load, loadCPU   []time.Duration // the same with the large world
	tokens, lists   []sample
	pages, alone    []sample // of keywords of one ad group, in the large world and in the default one
	reports         []time.Duration
	reportsCPU      []time.Duration // of all accounts, one each
	report          []time.Duration
	reportCPU       []time.Duration // one over all of them
}

// The large world: beside its 500 ad accounts with a hundred thousand keywords there is one whose campaigns fill a page.
const (
	largeProfiles = 500
	largeKeywords = 200
	largeWorld    = `
[[security_profile]]
key = "shop"

[[user]]
key = "advertiser"
consents = ["shop"]

[[ads.profile]]
user = "advertiser"
campaigns = 60

[[ads.profile]]
user = "advertiser"
count = 500
campaigns = 2
keywords = 200
`
	sandboxLoad = 16 // connections
)

// measureSandbox starts the real program with two worlds, and asks it for tokens, lists and reports as clients do.
func measureSandbox(ctx context.Context, s settings, dir string, r *report) error {
	program, scenario := filepath.Join(dir, "lockkeeper"), filepath.Join(dir, "large.toml")
	if err := buildProgram(ctx, program); err != nil {
		return err
	}
	if err := os.WriteFile(scenario, []byte(largeWorld), 0o600); err != nil {
		return err
	}
	large, err := sandbox.ParseScenario(largeWorld)
	if err != nil {
		return err
	}
	r.sandbox = &sandboxed{}
	for range s.rounds {
		if err := r.sandbox.round(ctx, s, program, scenario, large); err != nil {
			return err
		}
	}
	return nil
}

func (m *sandboxed) round(ctx context.Context, s settings, program, scenario string, large *sandbox.ScenarioFile) error {
	small, took, cpu, err := startSandbox(ctx, program)
	if err != nil {
		return err
	}
	defer func() { _ = small.stop(nil) }()
	m.first, m.firstCPU = append(m.first, took), append(m.firstCPU, cpu)
	time.Sleep(time.Second) // what counts is what stays
	if m.resident, err = resident(small.cmd.Process.Pid); err != nil {
		return err
	}
	one, err := newShopper(small.addr, kit.DefaultWorld(0, nil))
	if err != nil {
		return err
	}
	got, err := one.keywords(one.profiles[0], s, small)
	if err != nil {
		return err
	}
	m.alone = append(m.alone, got)

	big, took, cpu, err := startSandbox(ctx, program, "--scenario", scenario, "--switch", "ads.report_progress=at_once")
	if err != nil {
		return err
	}
	defer func() { _ = big.stop(nil) }()
	m.load, m.loadCPU = append(m.load, took), append(m.loadCPU, cpu)
	many, err := newShopper(big.addr, large.World())
	if err != nil {
		return err
	}
	if len(many.profiles) != largeProfiles+1 {
		return fmt.Errorf("the large world has %d ad accounts", len(many.profiles))
	}
	for _, one := range []struct {
		into *[]sample
		get  func() (sample, error)
	}{
		{&m.tokens, func() (sample, error) {
			return load(target{addr: big.addr, request: many.exchange()}, sandboxLoad, 2*s.slice, big)
		}},
		{&m.lists, func() (sample, error) { return many.campaigns(many.profiles[0], s, big) }},
		{&m.pages, func() (sample, error) { return many.keywords(many.profiles[1], s, big) }},
	} {
		got, err := one.get()
		if err != nil {
			return err
		}
		*one.into = append(*one.into, got)
	}
	return m.allReports(many, big)
}

// startSandbox runs `lockkeeper sandbox` and waits for its first answer.
func startSandbox(ctx context.Context, program string, args ...string) (*process, time.Duration, time.Duration, error) {
	addr := freePort()
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", "0-" + strconv.Itoa(onlineCores()-1), program, "sandbox", "--listen", addr, "--control", "127.0.0.1:0", "--tls", "127.0.0.1:0"}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, 0, 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, 0, err
	}
	p := &process{cmd: cmd, stdin: stdin, addr: addr}
	if _, err := await(ctx, 20*time.Second, func() bool { return answers(addr) }); err != nil {
		return nil, 0, 0, errors.Join(fmt.Errorf("waiting for lockkeeper sandbox: %w", err), p.stop(nil))
	}
	return p, time.Since(began), p.cpu(), nil
}

// A shopper is a client of one sandbox, signed in for the world's advertiser.
type shopper struct {
	addr     string
	form     string // that refreshes
	id       string
	token    string
	profiles []string
}

// newShopper signs in. The world is one that has the same seed as the sandbox's, so that its refresh tokens are good there.
func newShopper(addr string, w *kit.World) (*shopper, error) {
	shop := w.Profile(kit.Shop)
	consent := w.Tokens.Consent(shop, w.User(kit.Advertiser), []string{"advertising::campaign_management"}, "NA")
	s := &shopper{addr: addr, id: shop.ClientID, form: url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {consent.RefreshToken()}, "client_id": {shop.ClientID}, "client_secret": {shop.Secret()},
	}.Encode()}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := s.ask(s.exchange(), &granted); err != nil {
		return nil, fmt.Errorf("getting a token of the sandbox: %w", err)
	}
	s.token = granted.AccessToken
	var profiles []struct{ ProfileID json.Number }
	if err := s.ask(s.request("GET", "/v2/profiles", "", "", ""), &profiles); err != nil {
		return nil, fmt.Errorf("listing the sandbox's ad accounts: %w", err)
	}
	for _, p := range profiles {
		s.profiles = append(s.profiles, p.ProfileID.String())
	}
	return s, nil
}

func (s *shopper) exchange() []byte {
	return fmt.Appendf(nil, "POST /auth/o2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(s.form), s.form)
}

func (s *shopper) request(method, path, profile, media, body string) []byte {
	head := method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + s.token + "\r\nAmazon-Advertising-API-ClientId: " + s.id + "\r\n"
	if profile != "" {
		head += "Amazon-Advertising-API-Scope: " + profile + "\r\n"
	}
	if media != "" {
		head += "Content-Type: " + media + "\r\nAccept: " + media + "\r\n"
	}
	if body != "" {
		head += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return []byte(head + "\r\n" + body)
}

// ask sends one request and reads its JSON.
func (s *shopper) ask(request []byte, into any) error {
	l, err := target{addr: s.addr}.dial()
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if _, err := l.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(l.r, nil)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusMultiStatus {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return errors.Join(err, json.Unmarshal(text, into))
}

// campaigns lists forty campaigns again and again.
func (s *shopper) campaigns(profile string, all settings, p *process) (sample, error) {
	request := s.request("POST", "/sp/campaigns/list", profile, "application/vnd.spCampaign.v3+json", `{"maxResults":40}`)
	var page struct{ Campaigns []json.RawMessage }
	if err := s.ask(request, &page); err != nil || len(page.Campaigns) != 40 {
		return sample{}, errors.Join(err, fmt.Errorf("a page of campaigns has %d", len(page.Campaigns)))
	}
	return load(target{addr: s.addr, request: request}, sandboxLoad, 2*all.slice, p)
}

// keywords lists the keywords of one ad group, four on a page, again and again.
func (s *shopper) keywords(profile string, all settings, p *process) (sample, error) {
	const media = "application/vnd.spKeyword.v3+json"
	var page struct{ Keywords []struct{ AdGroupID string } }
	if err := s.ask(s.request("POST", "/sp/keywords/list", profile, media, `{"maxResults":1}`), &page); err != nil || len(page.Keywords) == 0 {
		return sample{}, errors.Join(err, errors.New("there is no keyword"))
	}
	body := `{"maxResults":4,"adGroupIdFilter":{"include":["` + page.Keywords[0].AdGroupID + `"]}}`
	request := s.request("POST", "/sp/keywords/list", profile, media, body)
	if err := s.ask(request, &page); err != nil || len(page.Keywords) != 4 {
		return sample{}, errors.Join(err, fmt.Errorf("a page of keywords has %d", len(page.Keywords)))
	}
	return load(target{addr: s.addr, request: request}, sandboxLoad, 2*all.slice, p)
}

// allReports has reports of 31 days made on all keywords of the large world: one an account, as v3 has them, and then a single one over all of them, as v1
// has. What is measured is from the first request until the last report says that it is there; whether each has its rows is looked at afterwards.
func (m *sandboxed) allReports(s *shopper, p *process) error {
	const media = "application/vnd.createasyncreportrequest.v3+json"
	last := time.Now().UTC().AddDate(0, 0, -2)
	dates := `"startDate":"` + last.AddDate(0, 0, -30).Format(time.DateOnly) + `","endDate":"` + last.Format(time.DateOnly) + `"`
	body := `{` + dates + `,"configuration":{"adProduct":"SPONSORED_PRODUCTS","groupBy":["targeting"],"columns":["keywordId","keyword","matchType","impressions","clicks","cost",
		"purchases7d","sales7d"],"reportTypeId":"spTargeting","timeUnit":"SUMMARY","format":"GZIP_JSON"}}`
	made := make([]struct{ ReportID, Status, URL string }, largeProfiles)
	began, used := time.Now(), p.cpu()
	var crew sync.WaitGroup
	errs := make([]error, 2)
	for n := range errs {
		crew.Go(func() {
			for i := n; i < len(made) && errs[n] == nil; i += len(errs) {
				if errs[n] = s.ask(s.request("POST", "/reporting/reports", s.profiles[1+i], media, body), &made[i]); errs[n] != nil {
					return
				}
				errs[n] = s.ask(s.request("GET", "/reporting/reports/"+made[i].ReportID, s.profiles[1+i], "", ""), &made[i])
			}
		})
	}
	crew.Wait()
	m.reports, m.reportsCPU = append(m.reports, time.Since(began)), append(m.reportsCPU, p.cpu()-used)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("waiting for the reports: %w", err)
	}
	for _, r := range made {
		if r.Status != "COMPLETED" {
			return errors.New("a report is not made")
		}
		if err := s.holds(r.URL, `"keywordId"`, largeKeywords*9/10); err != nil {
			return err
		}
	}
	return m.oneReport(s, p, dates)
}

// oneReport asks for one report over all ad accounts, which are one advertiser's.
func (m *sandboxed) oneReport(s *shopper, p *process, dates string) error {
	const media = "application/vnd.listaccountsresource.v1+json"
	var known struct {
		AdsAccounts []struct {
			AdsAccountID string
			AlternateIDs []json.RawMessage
		}
	}
	if err := s.ask(s.request("POST", "/adsAccounts/list", "", media, "{}"), &known); err != nil {
		return fmt.Errorf("listing the ads accounts: %w", err)
	}
	if len(known.AdsAccounts) != 1 || len(known.AdsAccounts[0].AlternateIDs) < largeProfiles {
		return errors.New("the large world is not one advertiser's")
	}
	type answer struct {
		Success []struct {
			Report struct {
				ReportID, Status     string
				CompletedReportParts []struct{ URL string }
			}
		}
	}
	ask := func(verb, body string) (answer, error) {
		var a answer
		err := s.ask(s.request("POST", "/adsApi/v1/"+verb+"/reports", "", "application/json", body), &a)
		if err == nil && len(a.Success) != 1 {
			err = errors.New("a report over all accounts is refused")
		}
		return a, err
	}
	began, used := time.Now(), p.cpu()
	a, err := ask("create", `{"accessRequestedAccounts":[{"advertiserAccountId":"`+known.AdsAccounts[0].AdsAccountID+`"}],"reports":[{"format":"GZIP_JSON","periods":[{"datePeriod":{`+dates+`}}],
		"query":{"fields":["target.id","target.value","metric.impressions","metric.clicks","metric.totalCost","metric.purchases","metric.sales"]}}]}`)
	if err == nil {
		a, err = ask("retrieve", `{"reportIds":["`+a.Success[0].Report.ReportID+`"]}`)
	}
	m.report, m.reportCPU = append(m.report, time.Since(began)), append(m.reportCPU, p.cpu()-used)
	if err != nil {
		return err
	}
	if r := a.Success[0].Report; r.Status != "COMPLETED" || len(r.CompletedReportParts) != 1 {
		return errors.New("the report over all accounts is not made")
	}
	return s.holds(a.Success[0].Report.CompletedReportParts[0].URL, `"target.id"`, largeProfiles*largeKeywords*9/10)
}

// holds checks that a report has as many rows as it must at least, by what each of them has once.
func (s *shopper) holds(address, each string, least int) error {
	text, err := s.rows(address)
	if err != nil {
		return fmt.Errorf("downloading a report: %w", err)
	}
	if n := bytes.Count(text, []byte(each)); n < least {
		return fmt.Errorf("a report has %d rows", n)
	}
	return nil
}

// rows downloads a report.
func (s *shopper) rows(address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	l, err := target{addr: s.addr}.dial()
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }()
	if _, err := fmt.Fprintf(l, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", u.RequestURI()); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(l.r, nil)
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resp.Status, err)
	}
	return io.ReadAll(unpacked)
}

// sandboxes is the report's part.
func (r *report) sandboxes(b *strings.Builder) {
	m := r.sandbox
	if m == nil {
		return
	}
	middle := func(all []time.Duration) time.Duration { return slices.Sorted(slices.Values(all))[len(all)/2] }
	ms := func(all []time.Duration) string { return strconv.FormatInt(middle(all).Milliseconds(), 10) + " ms" }
	fmt.Fprintf(b, "## The sandbox\n\n`lockkeeper sandbox` as people start it, with a large world of %d ad accounts and %d keywords where that is said; load and sandbox share %d cores.\n\n| | | CPU | wanted |\n|---|--:|--:|--:|\n",
		largeProfiles, largeProfiles*largeKeywords, onlineCores())
	fmt.Fprintf(b, "| start to first answer | %s | %s | 50 ms |\n| resident with the default world | %.1f MB | | 40 MB |\n", ms(m.first), ms(m.firstCPU), float64(m.resident)/(1<<20))
	fmt.Fprintf(b, "| start to first answer, large world | %s | %s | 2 s |\n| reports of 31 days on all its keywords, one an account | %s | %s | 1 s |\n| one report of 31 days on all its keywords | %s | %s | 1 s |\n\n",
		ms(m.load), ms(m.loadCPU), ms(m.reports), ms(m.reportsCPU), ms(m.report), ms(m.reportCPU))
	fmt.Fprintf(b, "%d connections, one kind of request each:\n\n| | requests/s | CPU us each | p99 us | wanted |\n|---|--:|--:|--:|--:|\n", sandboxLoad)
	for _, row := range []struct {
		name   string
		all    []sample
		wanted string
	}{
		{"token exchange", m.tokens, "20,000/s"},
		{"list of 40 campaigns", m.lists, "10,000/s, p99 30,000 us"},
		{"4 keywords of an ad group, default world", m.alone, ""},
		{"4 keywords of an ad group, large world", m.pages, "as before"},
	} {
		s := median(row.all)
		fmt.Fprintf(b, "| %s | %.0f | %.1f | %.0f | %s |\n", row.name, s.rate, s.cpu, s.p99, row.wanted)
	}
	b.WriteString("\n")
}
