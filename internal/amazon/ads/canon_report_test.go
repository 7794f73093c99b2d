package ads_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestReportsOfEveryLevel asks the sandbox for each report that levels are answered by, fetches its file and reads it to the end.
func TestReportsOfEveryLevel(t *testing.T) {
	t.Parallel()
	amz, a := asker(t, kit.Shop, kit.Advertiser, map[string]string{"ads.report_progress": "at_once"})
	p := ads.New()
	accounts, _, err := p.Accounts(t.Context(), a, []canon.Region{canon.NA})
	if err != nil {
		t.Fatal(err)
	}
	account := accounts[0]
	place, err := time.LoadLocation(account.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	last := canon.DayOf(amz.Now(), place).Add(-1)
	total, seen := map[canon.Channel]map[canon.ReportLevel]int64{}, map[canon.ReportLevel]bool{}
	for _, level := range canon.ReportLevels() {
		plans := p.AdsReportPlans(level)
		if len(plans) == 0 {
			t.Errorf("%s: no report", level)
		}
		if seen[level.Grain()] {
			continue
		}
		seen[level.Grain()] = true
		for _, plan := range plans {
			job, err := p.AdsReportCreate(t.Context(), a, account, plan, last.Add(-6), last)
			if err != nil {
				t.Fatalf("%s of %s: %v", level, plan.Channel, err)
			}
			if done, err := p.AdsReportPoll(t.Context(), a, account, job.ID); err != nil {
				t.Fatal(err)
			} else if job = done; !job.Done {
				t.Fatalf("it is not done: %+v", job)
			}
			file, err := a.(amazon.Fetcher).Fetch(t.Context(), account.Region, job.URL)
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			err = p.AdsReportRows(file.Body, account, plan, func(r *canon.AdsReportRow) error {
				rows++
				n, ok := r.Sums.Get(canon.SumImpressions)
				if !ok || r.CampaignID == "" || r.Currency != account.Currency || r.Date < last.Add(-6) || r.Date > last {
					t.Errorf("%s of %s: %+v", level, plan.Channel, r)
				}
				if total[plan.Channel] == nil {
					total[plan.Channel] = map[canon.ReportLevel]int64{}
				}
				total[plan.Channel][plan.Level] += n
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if file.Body.Close(); rows == 0 && plan.Channel == canon.SponsoredProducts {
				t.Errorf("%s of %s: no rows", level, plan.Channel)
			}
		}
	}
	if n := total[canon.SponsoredProducts]; n[canon.LevelCampaign] == 0 || n[canon.LevelCampaign] != n[canon.LevelGroup] {
		t.Errorf("impressions by level: %v", n)
	}
}

func TestATwinIsTakenUp(t *testing.T) {
	t.Parallel()
	amz, a := asker(t, kit.Shop, kit.Advertiser, nil)
	p := ads.New()
	accounts, _, err := p.Accounts(t.Context(), a, []canon.Region{canon.NA})
	if err != nil {
		t.Fatal(err)
	}
	day := canon.DayOf(amz.Now(), time.UTC).Add(-3)
	plan := p.AdsReportPlans(canon.LevelCampaign)[0]
	first, err := p.AdsReportCreate(t.Context(), a, accounts[0], plan, day, day)
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.AdsReportCreate(t.Context(), a, accounts[0], plan, day, day)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Twin || second.ID != first.ID {
		t.Errorf("got %+v, want the twin %s", second, first.ID)
	}
}

func pack(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readRows(file []byte) ([]canon.AdsReportRow, error) {
	p := ads.New()
	var rows []canon.AdsReportRow
	err := p.AdsReportRows(bytes.NewReader(file), canon.Account{ID: "1", Currency: "EUR", Timezone: "Europe/Berlin"}, p.AdsReportPlans(canon.LevelCampaign)[0],
		func(r *canon.AdsReportRow) error { rows = append(rows, *r); return nil })
	return rows, err
}

func TestReportRowsAreExact(t *testing.T) {
	t.Parallel()
	rows, err := readRows(pack(t, ` [ {"date":"2026-11-01","campaignId":123456789012345678,"campaignName":"a \"b\" ü","impressions":7,"clicks":2.0,
		"cost":0.1,"sales7d":0.30000000000000004,"purchases7d":null,"sales14d":1e2,"other":true} ]`))
	if err != nil {
		t.Fatal(err)
	}
	r := rows[0]
	for _, c := range []struct {
		sum  canon.ReportSum
		want int64
	}{{canon.SumImpressions, 7}, {canon.SumClicks, 2}, {canon.SumCost, 100_000}, {canon.SumSales + 1, 300_000}, {canon.SumSales + 2, 100_000_000}} {
		if got, ok := r.Sums.Get(c.sum); !ok || got != c.want {
			t.Errorf("sum %d is %d, %v, want %d", c.sum, got, ok, c.want)
		}
	}
	if _, ok := r.Sums.Get(canon.SumPurchases + 1); ok {
		t.Error("null is a number")
	}
	if r.CampaignID != "123456789012345678" || r.CampaignName != `a "b" ü` || r.Currency != "EUR" {
		t.Errorf("got %+v", r.ReportKeys)
	}
	seven := canon.ReportAttribution{WindowDays: 7, Basis: "CLICK", Scope: "ALL"}
	want := map[string]canon.Decimal{"ctr": "0.285714", "cpc": "0.05", "cpm": "14.285714", "acos": "0.333333", "roas": "3", "cost": "0.10", "conversion_value": "0.30", "impressions": "7", "clicks": "2"}
	got := map[string]canon.Decimal{}
	for _, m := range canon.ReportMetrics() {
		if v, ok := m.Value(&r.Sums, seven); ok && want[m.Name] != "" {
			got[m.Name] = v
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestABrokenReportIsNoReport(t *testing.T) {
	t.Parallel()
	whole := pack(t, `[{"date":"2026-11-01","campaignId":1,"impressions":7}]`)
	for name, file := range map[string][]byte{
		"empty": {}, "no gzip": []byte(`[]`), "cut": whole[:len(whole)-9], "without its checksum": whole[:len(whole)-4],
		"no array": pack(t, `{}`), "cut inside": pack(t, `[{"date":"2026-11-01"`), "not closed": pack(t, `[{"date":"2026-11-01"}`), "nested": pack(t, `[{"date":{}}]`),
		"no day": pack(t, `[{"impressions":1}]`), "no number": pack(t, `[{"date":"2026-11-01","impressions":"many"}]`), "more": pack(t, `[] []`),
		"long number": pack(t, `[{"date":"2026-11-01","cost":1e9999999}]`), "endless number": pack(t, `[{"date":"2026-11-01","cost":`+strings.Repeat("9", 100)+`}]`),
	} {
		if _, err := readRows(file); err == nil {
			t.Errorf("%s: read without a word", name)
		}
	}
	if rows, err := readRows(pack(t, "[]\n")); err != nil || len(rows) != 0 {
		t.Errorf("the empty report: %d rows, %v", len(rows), err)
	}
}

// FuzzReportRows holds our reader against encoding/json: what it takes, that takes too, with as many rows.
func FuzzReportRows(f *testing.F) {
	f.Add(`[{"date":"2026-11-01","campaignId":1,"cost":1.5,"campaignName":"\u00e4"},{"date":"2026-11-02"}]`)
	f.Add(`[{"date":"2026-11-01","impressions":1e3}]`)
	f.Add("[]")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readRows(pack(t, text))
		if err != nil {
			return
		}
		var all []map[string]any
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatalf("taken, and is no JSON: %v", err)
		}
		if len(all) != len(rows) {
			t.Errorf("%d rows, encoding/json has %d", len(rows), len(all))
		}
	})
}

// endless is a report of more rows than anybody could hold, made while it is read.
type endless struct {
	packed bytes.Buffer
	zip    *gzip.Writer
	made   int
	most   int
}

func (e *endless) Read(b []byte) (int, error) {
	for e.packed.Len() == 0 {
		switch {
		case e.zip == nil:
			e.zip = gzip.NewWriter(&e.packed)
			_, _ = e.zip.Write([]byte("[")) // a buffer takes everything
		case e.made == e.most:
			_, _ = e.zip.Write([]byte("]"))
			_ = e.zip.Close()
			return e.packed.Read(b)
		default:
			if e.made > 0 {
				_, _ = e.zip.Write([]byte(","))
			}
			e.made++
			_, _ = fmt.Fprintf(e.zip, `{"date":"2026-11-01","campaignId":%d,"impressions":1}`, e.made)
			_ = e.zip.Flush()
		}
	}
	return e.packed.Read(b)
}

// TestRowsComeWhileTheFileDoes holds that each row is handed out soon after it was read, and none is waited for.
func TestRowsComeWhileTheFileDoes(t *testing.T) {
	t.Parallel()
	p, file, rows, most := ads.New(), &endless{most: 100_000}, 0, 0
	err := p.AdsReportRows(file, canon.Account{ID: "1", Currency: "EUR", Timezone: "Europe/Berlin"}, p.AdsReportPlans(canon.LevelCampaign)[0], func(*canon.AdsReportRow) error {
		rows++
		most = max(most, file.made-rows)
		return nil
	})
	if err != nil || rows != file.most {
		t.Fatalf("%d rows, %v", rows, err)
	}
	if most > 5000 {
		t.Errorf("%d rows had been read before they were handed out", most)
	}
}
