package adsfake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"time"
)

// A rowWriter writes the file of a report: one JSON array, or CSV.
type rowWriter struct {
	q     *reportQuery
	b     []byte
	n     int
	names [][]byte // of the columns, as JSON

	table  bytes.Buffer // CSV
	commas *csv.Writer
	record []string
}

func (q *reportQuery) writer() *rowWriter {
	w := &rowWriter{q: q, b: []byte{'['}, names: make([][]byte, len(q.names))}
	for i, name := range q.names {
		w.names[i] = append(appendString(nil, name), ':')
	}
	if q.csv {
		w.commas, w.record = csv.NewWriter(&w.table), make([]string, len(q.names))
		_ = w.commas.Write(q.names) // a buffer takes everything
	}
	return w
}

func (w *rowWriter) row(r *reportRow) {
	if w.commas != nil {
		for i := range w.q.columns {
			w.b = w.q.columns[i].append(w.b[:0], r)
			if w.record[i] = string(w.b); len(w.b) > 0 && w.b[0] == '"' {
				_ = json.Unmarshal(w.b, &w.record[i]) // it was written as a JSON string just now
			} else if w.record[i] == "null" {
				w.record[i] = ""
			}
		}
		_ = w.commas.Write(w.record)
		return
	}
	w.b = append(comma(w.b, w.n), '{')
	for i := range w.q.columns {
		w.b = w.q.columns[i].append(append(comma(w.b, i), w.names[i]...), r)
	}
	w.b = append(w.b, '}')
	w.n++
}

func (w *rowWriter) end() []byte {
	if w.commas != nil {
		w.commas.Flush()
		return w.table.Bytes()
	}
	return append(w.b, ']')
}

// file writes the whole report.
func (q *reportQuery) file(now time.Time) []byte {
	w := q.writer()
	q.run(now, w.row)
	return w.end()
}
