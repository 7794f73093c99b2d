package report

import (
	"context"
	"fmt"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A sink is a Store that takes rows, and counts them.
type sink struct {
	Store
	writes, bytes int
}

func (s *sink) AddReportRows(_ context.Context, _ id.ReportPart, chunks []Chunk) error {
	s.writes++
	for _, c := range chunks {
		s.bytes += len(c.Body)
	}
	return nil
}

// TestRowsAreNotHeld hands a writer many more rows than it may hold, and looks at what it holds after each.
func TestRowsAreNotHeld(t *testing.T) {
	t.Parallel()
	const days = 31
	to := &sink{}
	w := &writer{ctx: t.Context(), store: to, part: "01JD00000000000000000000PA", days: map[canon.Day]*page{}}
	var row canon.AdsReportRow
	written := 0
	for n := range 200_000 {
		row.Date = canon.Day("2026-10-01").Add(n % days)
		row.CampaignID, row.SearchTerm = fmt.Sprint(100_000_000_000_000+n*7919), fmt.Sprintf("%x and %x", n*104729, n*n)
		before := len(w.days)
		if err := w.add(&row); err != nil {
			t.Fatal(err)
		}
		written += len(row.CampaignID) + len(row.SearchTerm)
		if n%100 != 0 && before == len(w.days) {
			continue
		}
		held := w.size
		for _, p := range w.days {
			held += len(p.raw)
		}
		if most := days*chunkSize + writeSize + chunkSize; held > most {
			t.Fatalf("after %d rows %d bytes are held, of at most %d", n, held, most)
		}
	}
	if to.writes == 0 || written < 2*(days*chunkSize+writeSize) {
		t.Errorf("%d writes, of %d bytes: too few to tell", to.writes, written)
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	var rows int64
	for _, p := range w.days {
		if len(p.raw) > 0 {
			t.Errorf("%d bytes are left", len(p.raw))
		}
		rows += p.rows
	}
	if rows != 200_000 {
		t.Errorf("%d rows", rows)
	}
}
