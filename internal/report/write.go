package report

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Format is a form in which rows are written.
type Format string

// The formats.
const (
	JSON    Format = "json"    // an array of objects
	CSV     Format = "csv"     // with a line of names
	Parquet Format = "parquet" // counts as integers, money and ratios as decimals of six places
)

// Type is the format's media type; empty for one that is none.
func (f Format) Type() string {
	return map[Format]string{JSON: "application/json", CSV: "text/csv; charset=utf-8", Parquet: "application/vnd.apache.parquet"}[f]
}

// ErrFormat refuses a format that is none.
func errFormat(f Format) error {
	return problem.New(problem.ReportBadRequest).With("format %.40q is none of json, csv and parquet", string(f))
}

// Write writes a job's rows, as far as they are kept, a row at a time.
func (s *Service) Write(ctx context.Context, j Job, f Format, to io.Writer) (Reading, error) {
	cols, err := columnsOf(j.Ask)
	if err != nil {
		return Reading{}, err
	}
	switch f {
	case JSON:
		return s.writeJSON(ctx, j, cols, to)
	case CSV:
		return s.writeCSV(ctx, j, cols, to)
	case Parquet:
		return s.writeParquet(ctx, j, cols, to)
	}
	return Reading{}, errFormat(f)
}

// columns are what a report's rows show.
type columns struct {
	keys    []key
	metrics []canon.ReportMetric
	daily   bool
}

func columnsOf(a Ask) (columns, error) {
	by, err := a.keys()
	if err != nil {
		return columns{}, err
	}
	shown, err := metrics(a.Metrics)
	c := columns{keys: by, metrics: shown}
	for _, k := range by {
		c.daily = c.daily || k.name == "date"
	}
	return c, err
}

// names are the columns of a table.
func (c columns) names() []string {
	var all []string
	for _, k := range c.keys {
		all = append(all, k.name)
	}
	if !c.daily {
		all = append(all, "start_date", "end_date")
	}
	all = append(all, "timezone", "country", "currency")
	for _, m := range c.metrics {
		all = append(all, m.Name)
	}
	return append(all, "attribution_window_days", "attribution_basis", "attribution_scope", "attribution_default", "is_final", "fetched_at")
}

func (s *Service) writeCSV(ctx context.Context, j Job, cols columns, to io.Writer) (Reading, error) {
	w := csv.NewWriter(to)
	names := cols.names()
	if err := w.Write(names); err != nil {
		return Reading{}, err
	}
	record := make([]string, 0, len(names))
	out, err := s.Rows(ctx, j, func(r *canon.AdsReportRow) error {
		record = record[:0]
		for _, k := range cols.keys {
			record = append(record, plain(*k.of(r)))
		}
		if !cols.daily {
			record = append(record, string(j.Ask.Start), string(j.Ask.End))
		}
		record = append(record, r.Timezone, r.Country, r.Currency)
		for i := range cols.metrics {
			v, _ := cols.metrics[i].Value(&r.Sums, r.Attribution)
			record = append(record, string(v))
		}
		record = append(record, strconv.Itoa(r.Attribution.WindowDays), r.Attribution.Basis, r.Attribution.Scope,
			strconv.FormatBool(r.Attribution.DefaultUsed), strconv.FormatBool(r.IsFinal), r.FetchedAt.UTC().Format(time.RFC3339))
		return w.Write(record)
	})
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return out, err
}

// plain keeps a spreadsheet from taking a shopper's words for a formula.
func plain(s string) string {
	if s != "" {
		switch s[0] {
		case '=', '+', '-', '@', '\t', '\r':
			return "'" + s
		}
	}
	return s
}

func (s *Service) writeJSON(ctx context.Context, j Job, cols columns, to io.Writer) (Reading, error) {
	w := bufio.NewWriterSize(to, 64<<10)
	_ = w.WriteByte('[') // Flush tells
	var b []byte
	n := 0
	out, err := s.Rows(ctx, j, func(r *canon.AdsReportRow) error {
		b = b[:0]
		if n++; n > 1 {
			b = append(b, ",\n"...)
		}
		b = cols.appendJSON(b, &j.Ask, r)
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return out, err // the array is left open, so that nobody takes a part for the whole
	}
	_, _ = w.WriteString("]\n")
	return out, w.Flush()
}

func (c columns) appendJSON(b []byte, a *Ask, r *canon.AdsReportRow) []byte {
	b = append(b, '{')
	field := func(name, value string) {
		if len(b) > 0 && b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendText(append(appendText(b, name), ':'), value)
	}
	for _, k := range c.keys {
		field(k.name, *k.of(r))
	}
	if !c.daily {
		field("start_date", string(a.Start))
		field("end_date", string(a.End))
	}
	field("level", string(r.Level))
	field("timezone", r.Timezone)
	field("country", r.Country)
	field("currency", r.Currency)
	b = append(b, `,"metrics":{`...)
	first := true
	for i := range c.metrics {
		m := &c.metrics[i]
		v, ok := m.Value(&r.Sums, r.Attribution)
		if !ok {
			continue // not told, or over zero: not the same as zero
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendText(b, m.Name), ':')
		if m.Money { // exact, as all money of this API
			b = append(append(append(b, '"'), v...), '"')
		} else {
			b = append(b, v...)
		}
	}
	b = append(b, `},"attribution":{"window_days":`...)
	b = strconv.AppendInt(b, int64(r.Attribution.WindowDays), 10)
	field("basis", r.Attribution.Basis)
	field("scope", r.Attribution.Scope)
	b = strconv.AppendBool(append(b, `,"default_used":`...), r.Attribution.DefaultUsed)
	b = strconv.AppendBool(append(b, `},"is_final":`...), r.IsFinal)
	b = append(b, `,"fetched_at":"`...)
	b = r.FetchedAt.UTC().AppendFormat(b, time.RFC3339)
	return append(b, `"}`...)
}

func appendText(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			text, err := json.Marshal(s)
			if err != nil {
				text = []byte(`""`) // strings can always be written
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
