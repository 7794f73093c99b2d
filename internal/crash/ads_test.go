//go:build crash

package crash_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type object = map[string]any

// ads sends a request to the normalised Ads API of the grant, and reads the answer. The status is 0 where none came.
func (s *stage) ads(method, path string, in, out any, key string) int {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			s.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+strings.TrimPrefix(s.status.Gateway, "http://")+"/lk/v1/ads/"+grantName+"/"+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.pass)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return 0
	}
	return resp.StatusCode
}

// killHeld kills the server while Amazon holds a call back, then lets Amazon go on, and starts the server anew. Amazon may act on what it has
// of a client that is gone, as it does here.
func (s *stage) killHeld(f kit.Fault, begin func()) {
	s.t.Helper()
	armed := s.sbx.Fault(f)
	go begin()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := armed.Wait(ctx, 1); err != nil {
		s.fail("%v was not come to: %v", f.Match, err)
	}
	s.kill()
	armed.Remove()
	s.start()
}

// account is the grant's account in a country.
func (s *stage) account(country string) string {
	s.t.Helper()
	g, err := s.client.Grant(ctx10(s.t), grantName)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range g.Accounts {
		if a.Country == country {
			return a.ID
		}
	}
	s.t.Fatalf("there is no account in %s", country)
	return ""
}

// TestD1_KilledInABulkWrite kills the server when Amazon has a part of an order: before it acts, after, and in its answer. Nothing is sent
// again, what was lost is called unknown, and the same key gets the same answer.
func TestD1_KilledInABulkWrite(t *testing.T) {
	binary := server(t, "")
	const rows = 1200
	for name, at := range map[string]kit.Point{"before the effect": kit.BeforeEffect, "after the effect": kit.AfterEffect, "in the answer": kit.MidBody} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, binary, "static")
			org := s.account("DE")
			var order []object
			for i := range rows {
				order = append(order, object{
					"organization_id": org, "name": fmt.Sprintf("bulk %d", i), "channel": "SPONSORED_PRODUCTS", "targeting_mode": "MANUAL",
					"budget_amount": 10, "budget_period": "DAILY", "start_date": "2030-01-01",
				})
			}
			create := kit.Match{Program: "ads", Path: "/adsApi/v1/create/campaigns"}
			s.killHeld(kit.Fault{Match: create, Skip: 1, Do: kit.Hold, At: at}, func() { s.ads("POST", "campaign", order, &object{}, "bulk") })
			type outcome struct {
				Write                 string
				Done, Failed, Unknown int
				Results               []struct {
					Index       int
					OK, Unknown bool
					ID          string
					Error       *struct{ Code string }
				}
			}
			sent := s.number(kit.Filter{Match: create})
			var first, second outcome
			if status := s.ads("POST", "campaign", order, &first, "bulk"); status != http.StatusMultiStatus || len(first.Results) != rows {
				t.Fatalf("%d, %d results", status, len(first.Results))
			}
			s.ads("POST", "campaign", order, &second, "bulk")
			if d := cmp.Diff(first, second); d != "" {
				t.Errorf("the same key has two answers: %s", d)
			}
			if n := s.number(kit.Filter{Match: create}); n != sent || sent != 2 {
				t.Errorf("%d calls before the kill and %d after it", sent, n-sent)
			}
			if first.Done == 0 || first.Unknown == 0 || first.Failed == 0 || first.Done+first.Unknown+first.Failed != rows {
				t.Errorf("%d done, %d unknown, %d not, of %d", first.Done, first.Unknown, first.Failed, rows)
			}
			var there []struct{ Name string }
			if status := s.ads("GET", "campaign?limit=5000&query=bulk&org_id="+org, nil, &there, ""); status != 200 {
				t.Fatal(status)
			}
			count := map[string]int{}
			for _, c := range there {
				count[c.Name]++
			}
			for i, r := range first.Results {
				n := count[fmt.Sprintf("bulk %d", i)]
				if fits := r.OK && n == 1 || r.Unknown && n <= 1 || !r.OK && !r.Unknown && n == 0; !fits {
					t.Fatalf("row %d, done %v, unknown %v: Amazon has %d of it", i, r.OK, r.Unknown, n)
				}
			}
			s.report(t)
			fmt.Printf("| bulk write           %-18s %d done, %d unknown, %d not sent; %d calls\n", name, first.Done, first.Unknown, first.Failed, sent)
		})
	}
}

func (s *stage) number(f kit.Filter) int64 {
	s.t.Helper()
	n, err := s.sbx.Journal().Number(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestD1_KilledInAReport kills the server at each step of a report. It goes on where it was: Amazon makes each report once, and its rows count
// once.
func TestD1_KilledInAReport(t *testing.T) {
	binary := server(t, "")
	type status struct {
		ID, Status string
		Parts      int
		Rows       int64 `json:"rows_fetched"`
	}
	type row struct {
		Date       string
		CampaignID string `json:"campaign_id"`
		Metrics    struct{ Impressions int64 }
	}
	// made has a report made, by a server that is killed at these steps of it.
	made := func(t *testing.T, steps ...kit.Fault) (*stage, status, []row) {
		s := newStage(t, binary, "static")
		if err := s.sbx.Switch("ads.report_progress", "at_once"); err != nil {
			t.Fatal(err)
		}
		day := func(n int) string { return s.sbx.Now().AddDate(0, 0, n).Format(time.DateOnly) }
		ask := object{"org_ids": []string{s.account("DE")}, "channels": []string{"SPONSORED_PRODUCTS"}, "start_date": day(-5), "end_date": day(-2)}
		var is status
		begin := func() {
			if is.ID == "" {
				s.ads("POST", "report", ask, &is, "")
			}
		}
		for i, f := range steps {
			armed := s.sbx.Fault(f)
			if i == 0 {
				begin()
			} else {
				s.start()
			}
			ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
			if err := armed.Wait(ctx, 1); err != nil {
				s.fail("%v was not come to: %v", f.Match, err)
			}
			cancel()
			s.kill()
			armed.Remove()
		}
		if len(steps) > 0 {
			s.start()
		}
		begin()
		for end := time.Now().Add(time.Minute); is.Status == "running" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			s.ads("GET", "report/"+is.ID, nil, &is, "")
		}
		var rows []row
		if code := s.ads("GET", "report/"+is.ID+"/rows", nil, &rows, ""); code != 200 || is.Status != "done" || len(rows) == 0 {
			t.Fatalf("%d %+v, %d rows", code, is, len(rows))
		}
		return s, is, rows
	}
	_, calm, want := made(t)
	s, is, got := made(
		t,
		kit.Fault{Match: kit.Match{Operation: "reports.create"}, Do: kit.Hold, At: kit.AfterEffect},
		kit.Fault{Match: kit.Match{Operation: "reports.get"}, Do: kit.Hold, At: kit.AfterEffect},
		kit.Fault{Match: kit.Match{Operation: "files.get"}, Do: kit.Hold, At: kit.MidBody},
	)
	if d := cmp.Diff(want, got); d != "" || is.Rows != calm.Rows {
		t.Errorf("%d rows, want %d: %s", is.Rows, calm.Rows, d)
	}
	n := s.number(kit.Filter{Match: kit.Match{Operation: "reports.create"}, Effect: "created"})
	if n != int64(is.Parts) {
		t.Errorf("Amazon made %d reports for %d parts", n, is.Parts)
	}
	s.report(t)
	fmt.Printf("| report               killed at each step  %d parts, %d made, %d rows\n", is.Parts, n, is.Rows)
}
