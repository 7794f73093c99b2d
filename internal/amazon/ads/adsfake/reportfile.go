package adsfake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"time"
)

// A rowWriter writes rows of a report's file, which is one JSON array or CSV.
type rowWriter struct {
	q          *reportQuery
	predicates []v1Predicate // rows that any of these is against are left out
	b          []byte        // what is written, each row of an array after a comma; of CSV, one value
	names      [][]byte      // of the columns, as JSON
	scratch    []byte

	table  bytes.Buffer // CSV
	commas *csv.Writer
	record []string
}

func (q *reportQuery) writer(predicates []v1Predicate) *rowWriter {
	w := &rowWriter{q: q, predicates: predicates, names: make([][]byte, len(q.names))}
	for i, name := range q.names {
		w.names[i] = append(appendString(append([]byte{}, ','), name), ':')
	}
	w.names[0][0] = '{'
	if q.csv {
		w.commas, w.record = csv.NewWriter(&w.table), make([]string, len(q.names))
	}
	return w
}

func (w *rowWriter) row(r *reportRow) {
	for i := range w.predicates {
		p := &w.predicates[i]
		if w.scratch = p.column.append(w.scratch[:0], r); slices.Contains(p.values, plainText(w.scratch)) == p.not {
			return
		}
	}
	if w.commas != nil {
		w.tableRow(r)
		return
	}
	b := append(w.b, ',')
	for i := range w.q.columns {
		b = w.q.columns[i].append(append(b, w.names[i]...), r)
	}
	w.b = append(b, '}')
}

func (w *rowWriter) tableRow(r *reportRow) {
	for i := range w.q.columns {
		w.b = w.q.columns[i].append(w.b[:0], r)
		if w.record[i] = string(w.b); len(w.b) > 0 && w.b[0] == '"' {
			_ = json.Unmarshal(w.b, &w.record[i]) // it was written as a JSON string just now
		} else if w.record[i] == "null" {
			w.record[i] = ""
		}
	}
	_ = w.commas.Write(w.record) // a buffer takes everything
}

// taken hands out what was written since the last time; it is good until the next row.
func (w *rowWriter) taken() []byte {
	if w.commas == nil {
		b := w.b
		w.b = w.b[:0]
		return b
	}
	w.commas.Flush()
	b := w.table.Bytes()
	w.table.Reset()
	return b
}

// writeReport hands out the whole file of a report, over one profile or several.
func writeReport(out func([]byte), queries []*reportQuery, predicates []v1Predicate, now time.Time) {
	q := queries[0]
	if q.csv {
		head := q.writer(nil)
		_ = head.commas.Write(q.names)
		out(head.taken())
		inOrder(pieces(queries, predicates, now), out)
		return
	}
	open := []byte{'['}
	inOrder(pieces(queries, predicates, now), func(b []byte) {
		if open != nil && len(b) > 0 { // in place of the first row's comma
			b[0], open = '[', nil
		}
		out(b)
	})
	out(append(open, ']'))
}
