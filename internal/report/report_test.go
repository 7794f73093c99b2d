package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

func TestAReportIsFetchedKeptAndNotAskedForAgain(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	two := []string{w.places[0].Account.ID, w.places[1].Account.ID}
	j := w.ended(w.begin(report.Ask{Organizations: two}, 40)) // longer than one report of Amazon's
	if j.State != report.Done || len(j.Parts) < 2 {
		t.Fatalf("state %s, %d parts: %+v", j.State, len(j.Parts), w.Tell(t.Context(), j))
	}
	rows := w.rows(j)
	if len(rows) == 0 || total(rows, canon.SumImpressions) == 0 {
		t.Fatalf("%d rows", len(rows))
	}
	asked := w.calls("reports.create")
	if asked < int64(len(j.Parts)) {
		t.Fatalf("%d parts, and %d reports were asked for", len(j.Parts), asked)
	}
	again := w.ended(w.begin(report.Ask{Granularity: "SUMMARY", Level: canon.LevelOrg, Organizations: two, Start: j.Ask.Start, End: j.Ask.End}, 40))
	if n := w.calls("reports.create"); n != asked {
		t.Errorf("%d more reports were asked for, though all days are kept", n-asked)
	}
	sums := w.rows(again)
	for _, s := range []canon.ReportSum{canon.SumImpressions, canon.SumClicks, canon.SumCost} {
		if a, b := total(rows, s), total(sums, s); a != b {
			t.Errorf("sum %d is %d by days and %d over all", s, a, b)
		}
	}
	if len(sums) >= len(rows) {
		t.Errorf("%d sums of %d rows", len(sums), len(rows))
	}
}

func TestFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	ask := report.Ask{Level: canon.LevelTarget, Metrics: []string{"clicks", "cost", "conversions", "ctr", "purchases_30d"}}
	j := w.ended(w.begin(ask, 5))
	var out [3]bytes.Buffer
	for i, f := range []report.Format{report.JSON, report.CSV, report.Parquet} {
		if _, err := w.Write(t.Context(), j, f, &out[i]); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
	}
	var objects []struct {
		Date     string                     `json:"date"`
		TargetID string                     `json:"target_id"`
		Metrics  map[string]json.RawMessage `json:"metrics"`
		Final    bool                       `json:"is_final"`
	}
	if err := json.Unmarshal(out[0].Bytes(), &objects); err != nil {
		t.Fatalf("%v in %.300s", err, out[0].String())
	}
	records, err := csv.NewReader(&out[1]).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(out[2].Bytes()), int64(out[2].Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) == 0 || len(records)-1 != len(objects) || file.NumRows() != int64(len(objects)) {
		t.Fatalf("JSON has %d rows, CSV %d, Parquet %d", len(objects), len(records)-1, file.NumRows())
	}
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	var clicks int64
	for i, o := range objects {
		got := map[string]string{}
		for name, v := range o.Metrics {
			got[name] = strings.Trim(string(v), `"`)
		}
		want := map[string]string{}
		for _, name := range ask.Metrics {
			if v := records[i+1][at[name]]; v != "" {
				want[name] = v
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("row %d: %s", i, d)
		}
		n := int64(0)
		if err := json.Unmarshal(o.Metrics["clicks"], &n); err != nil {
			t.Fatal(err)
		}
		clicks += n
	}
	var inFile int64
	column, _ := file.Schema().Lookup("clicks")
	for _, g := range file.RowGroups() {
		rows := g.Rows()
		buf := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buf)
			for _, r := range buf[:n] {
				for _, v := range r {
					if v.Column() == column.ColumnIndex && !v.IsNull() {
						inFile += v.Int64()
					}
				}
			}
			if err != nil {
				break
			}
		}
		_ = rows.Close()
	}
	if clicks != inFile || clicks == 0 {
		t.Errorf("%d clicks in JSON, %d in Parquet", clicks, inFile)
	}
}
