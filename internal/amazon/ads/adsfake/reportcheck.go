package adsfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A reportRequest is a request for a report as it is repeated in answers: the keys in the order of the alphabet, as on the wire.
type reportRequest struct {
	Product string         `json:"adProduct"`
	Columns []string       `json:"columns"`
	Filters []reportFilter `json:"filters"` // null where there are none
	Format  string         `json:"format"`
	GroupBy []string       `json:"groupBy"`
	Type    string         `json:"reportTypeId"`
	Unit    string         `json:"timeUnit"`

	name       *string
	start, end string
}

type reportFilter struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
}

// parseReport reads a request's body. The error is what Amazon would answer.
func parseReport(body []byte) (*reportRequest, error) {
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, err
	}
	c, ok, err := readObject(o, "configuration", "$")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("configuration is required")
	}
	r := &reportRequest{}
	if r.name, err = optional[string](o, "name", "$"); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		in  object
		key string
		to  *string
	}{
		{o, "startDate", &r.start},
		{o, "endDate", &r.end},
		{c, "adProduct", &r.Product},
		{c, "format", &r.Format},
		{c, "reportTypeId", &r.Type},
		{c, "timeUnit", &r.Unit},
	} {
		if *f.to, ok, err = read[string](f.in, f.key, "$"); err != nil {
			return nil, err
		} else if !ok {
			return nil, fmt.Errorf("%s is required", f.key)
		}
	}
	for _, f := range []struct {
		key string
		to  *[]string
	}{{"columns", &r.Columns}, {"groupBy", &r.GroupBy}} {
		if *f.to, _, err = read[[]string](c, f.key, "$.configuration"); err != nil {
			return nil, err
		} else if len(*f.to) == 0 {
			return nil, fmt.Errorf("configuration %s must not be empty", f.key)
		}
	}
	return r, r.parseFilters(c)
}

func (r *reportRequest) parseFilters(c object) error {
	list, ok, err := read[[]json.RawMessage](c, "filters", "$.configuration")
	if err != nil || !ok {
		return err
	}
	r.Filters = []reportFilter{}
	for i, raw := range list {
		at := fmt.Sprintf("$.configuration.filters[%d]", i)
		o, err := parseObject(raw, at)
		if err != nil {
			return err
		}
		var f reportFilter
		if f.Field, _, err = read[string](o, "field", at); err != nil {
			return err
		}
		if f.Values, _, err = read[[]string](o, "values", at); err != nil {
			return err
		}
		r.Filters = append(r.Filters, f)
	}
	return nil
}

// report checks a request against its type and makes a query of it.
func (f *fake) report(p *profile, r *reportRequest, now time.Time) (*reportQuery, error) {
	tables := f.reportTables()
	t := tables.types[r.Type]
	if t == nil {
		return nil, fmt.Errorf("configuration reportTypeId is invalid: %s. Allowed values: (%s)", r.Type, strings.Join(slices.Sorted(maps.Keys(tables.types)), ", "))
	}
	q := &reportQuery{f: f, p: p, kind: t, daily: r.Unit == "DAILY", csv: r.Format == "CSV", grain: typeGrains[t.id]}
	switch {
	case t.product != r.Product:
		return nil, fmt.Errorf("configuration adProduct is invalid for reportTypeId %s: it must be %s", t.id, t.product)
	case r.Unit != "DAILY" && r.Unit != "SUMMARY":
		return nil, fmt.Errorf("configuration timeUnit is invalid: it must be DAILY or SUMMARY")
	case q.daily && t.summaryOnly:
		return nil, fmt.Errorf("configuration timeUnit is invalid for reportTypeId %s: it must be SUMMARY", t.id)
	case !slices.Contains(t.formats, r.Format) || r.Format == "XLSX":
		return nil, fmt.Errorf("configuration format is invalid for reportTypeId %s", t.id)
	}
	if err := q.group(r); err != nil {
		return nil, err
	}
	if err := q.choose(r, tables.columns); err != nil {
		return nil, err
	}
	if err := q.filter(r); err != nil {
		return nil, err
	}
	return q, q.span(r, p.dayOf(now))
}

func (q *reportQuery) group(r *reportRequest) error {
	for i, name := range r.GroupBy {
		if q.kind.groups[name] == nil || slices.Contains(r.GroupBy[:i], name) {
			return fmt.Errorf("configuration groupBy includes invalid values: (%s). Allowed values: (%s)", name, strings.Join(q.kind.order, ", "))
		}
		q.grain |= grains[name]
	}
	return nil
}

func (q *reportQuery) choose(r *reportRequest, columns map[string]column) error {
	allowed := maps.Clone(q.kind.columns)
	for _, name := range r.GroupBy {
		maps.Copy(allowed, q.kind.groups[name].columns)
	}
	var bad []string
	for i, name := range r.Columns {
		if !allowed[name] || slices.Contains(r.Columns[:i], name) {
			bad = append(bad, name)
		}
	}
	if bad != nil {
		return fmt.Errorf("configuration columns includes invalid values: (%s). Allowed values: (%s)", strings.Join(bad, ", "),
			strings.Join(slices.Sorted(maps.Keys(allowed)), ", "))
	}
	if q.daily && !slices.Contains(r.Columns, "date") {
		return fmt.Errorf("configuration columns must include date with timeUnit DAILY")
	}
	for _, name := range r.Columns {
		if q.daily && (name == "startDate" || name == "endDate") {
			return fmt.Errorf("configuration columns: %s goes with timeUnit SUMMARY, date with DAILY", name)
		}
		if !q.daily && name == "date" {
			return fmt.Errorf("configuration columns: date goes with timeUnit DAILY, startDate and endDate with SUMMARY")
		}
		q.columns = append(q.columns, columns[name])
	}
	q.names = r.Columns
	q.need()
	return nil
}

func (q *reportQuery) filter(r *reportRequest) error {
	q.filters = map[string][]string{}
	for _, filter := range r.Filters {
		for _, name := range r.GroupBy {
			values, ok := q.kind.groups[name].filters[filter.Field]
			if !ok {
				return fmt.Errorf("configuration filters: groupBy %s does not support the filter %q", name, filter.Field)
			}
			for _, v := range filter.Values {
				if len(values) > 0 && !slices.Contains(values, v) {
					return fmt.Errorf("configuration filters: %s includes invalid values: (%s). Allowed values: (%s)", filter.Field, v, strings.Join(values, ", "))
				}
			}
		}
		if len(filter.Values) == 0 {
			return fmt.Errorf("configuration filters: %s has no values", filter.Field)
		}
		q.filters[filter.Field] = filter.Values
	}
	return nil
}

// span checks the dates against what is kept and what one report may hold.
func (q *reportQuery) span(r *reportRequest, today int) error {
	var okFirst, okLast bool
	q.first, okFirst = dayNumber(r.start)
	q.last, okLast = dayNumber(r.end)
	switch {
	case !okFirst || !okLast:
		return fmt.Errorf("startDate and endDate must be of the form YYYY-MM-DD")
	case q.first > q.last:
		return fmt.Errorf("startDate must not be after endDate")
	case q.last > today:
		return fmt.Errorf("endDate is in the future")
	case q.last-q.first >= q.kind.range_:
		return fmt.Errorf("the range of startDate and endDate must not be longer than %d days for reportTypeId %s", q.kind.range_, q.kind.id)
	case q.first < today-q.kind.retention:
		return fmt.Errorf("startDate is too far in the past: reportTypeId %s keeps %d days", q.kind.id, q.kind.retention)
	}
	return nil
}
