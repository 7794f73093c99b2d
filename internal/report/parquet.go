package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// groupRows is how many rows a row group holds; no more are in memory at once.
const groupRows = 8 << 10

// writeParquet writes one column a key and metric. Counts are INT64, money and ratios DECIMAL(18, 6), days DATE.
func (s *Service) writeParquet(ctx context.Context, j Job, cols columns, to io.Writer) (Reading, error) {
	t := newTable(cols)
	w := parquet.NewWriter(to, t.schema, parquet.Compression(&parquet.Snappy), parquet.PageBufferSize(64<<10), parquet.MaxRowsPerRowGroup(groupRows))
	const batch = 256
	rows := make([]parquet.Row, 0, batch)
	flush := func() error {
		_, err := w.WriteRows(rows)
		rows = rows[:0]
		if err != nil {
			return fmt.Errorf("writing Parquet: %w", err)
		}
		return nil
	}
	out, err := s.Rows(ctx, j, func(r *canon.AdsReportRow) error {
		if len(rows) < cap(rows) {
			rows = rows[:len(rows)+1]
		}
		at := len(rows) - 1
		rows[at] = t.row(rows[at][:0], &j.Ask, r)
		if len(rows) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return out, err // the file has no end, so that nobody can read it
	}
	if err := flush(); err != nil {
		return out, err
	}
	if err := w.Close(); err != nil && !errors.Is(err, io.EOF) {
		return out, fmt.Errorf("writing Parquet: %w", err)
	}
	return out, nil
}

// A table is a report's columns as Parquet has them.
type table struct {
	schema *parquet.Schema
	cells  []cell // in the schema's order
}

// A cell makes one value of a row; null where it reports false.
type cell struct {
	optional bool
	value    func(a *Ask, r *canon.AdsReportRow) (parquet.Value, bool)
}

func newTable(cols columns) table {
	group, cells := parquet.Group{}, map[string]cell{}
	text := func(name string, of func(*canon.AdsReportRow) string) {
		group[name] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		cells[name] = cell{value: func(_ *Ask, r *canon.AdsReportRow) (parquet.Value, bool) {
			return parquet.ByteArrayValue([]byte(of(r))), true
		}}
	}
	day := func(name string, of func(*Ask, *canon.AdsReportRow) canon.Day) {
		group[name] = parquet.Date()
		cells[name] = cell{value: func(a *Ask, r *canon.AdsReportRow) (parquet.Value, bool) {
			return parquet.Int32Value(int32(of(a, r).In(time.UTC).Unix() / 86400)), true
		}}
	}
	for _, k := range cols.keys {
		if k.name == "date" {
			day(k.name, func(_ *Ask, r *canon.AdsReportRow) canon.Day { return r.Date })
			continue
		}
		text(k.name, func(r *canon.AdsReportRow) string { return *k.of(r) })
	}
	if !cols.daily {
		day("start_date", func(a *Ask, _ *canon.AdsReportRow) canon.Day { return a.Start })
		day("end_date", func(a *Ask, _ *canon.AdsReportRow) canon.Day { return a.End })
	}
	text("timezone", func(r *canon.AdsReportRow) string { return r.Timezone })
	text("country", func(r *canon.AdsReportRow) string { return r.Country })
	text("currency", func(r *canon.AdsReportRow) string { return r.Currency })
	text("attribution_basis", func(r *canon.AdsReportRow) string { return r.Attribution.Basis })
	text("attribution_scope", func(r *canon.AdsReportRow) string { return r.Attribution.Scope })
	group["attribution_window_days"] = parquet.Int(32)
	cells["attribution_window_days"] = cell{value: func(_ *Ask, r *canon.AdsReportRow) (parquet.Value, bool) {
		return parquet.Int32Value(int32(r.Attribution.WindowDays)), true
	}}
	truth := func(name string, of func(*canon.AdsReportRow) bool) {
		group[name] = parquet.Leaf(parquet.BooleanType)
		cells[name] = cell{value: func(_ *Ask, r *canon.AdsReportRow) (parquet.Value, bool) { return parquet.BooleanValue(of(r)), true }}
	}
	truth("attribution_default", func(r *canon.AdsReportRow) bool { return r.Attribution.DefaultUsed })
	truth("is_final", func(r *canon.AdsReportRow) bool { return r.IsFinal })
	group["fetched_at"] = parquet.Timestamp(parquet.Millisecond)
	cells["fetched_at"] = cell{value: func(_ *Ask, r *canon.AdsReportRow) (parquet.Value, bool) {
		return parquet.Int64Value(r.FetchedAt.UnixMilli()), true
	}}
	for i := range cols.metrics {
		m := cols.metrics[i]
		if m.Money || m.Ratio {
			group[m.Name] = parquet.Optional(parquet.Decimal(6, 18, parquet.Int64Type))
		} else {
			group[m.Name] = parquet.Optional(parquet.Int(64))
		}
		cells[m.Name] = cell{optional: true, value: func(_ *Ask, r *canon.AdsReportRow) (parquet.Value, bool) {
			n, ok := m.Scaled(&r.Sums, r.Attribution)
			return parquet.Int64Value(n), ok
		}}
	}
	t := table{schema: parquet.NewSchema("report", group)}
	for _, path := range t.schema.Columns() {
		t.cells = append(t.cells, cells[path[0]])
	}
	return t
}

func (t table) row(to parquet.Row, a *Ask, r *canon.AdsReportRow) parquet.Row {
	for i, c := range t.cells {
		v, ok := c.value(a, r)
		level := 0
		switch {
		case !ok:
			v = parquet.NullValue()
		case c.optional:
			level = 1
		}
		to = append(to, v.Level(0, level, i))
	}
	return to
}
