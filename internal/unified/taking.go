package unified

import (
	"context"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A taking makes rows of the objects of one page while they are read. It implements amazon.AdsTaker.
type taking struct {
	ads     *Ads
	listing *listing
	source  *source
	now     time.Time // to the second: all such times are equally long
	rows    *rows
	sum     sum // of the page
	summed  bool
	err     error
}

// Page implements amazon.AdsTaker.
func (t *taking) Page(list string, text []byte) (next string, known bool) {
	if t.ads.cfg.Remember > 0 {
		t.sum, t.summed = t.ads.memo.of(t.listing.said, t.source, list, text)
	}
	if t.summed {
		if kept := t.ads.memo.get(t.sum); kept != nil {
			t.rows = kept
			return kept.next, true
		}
	}
	t.rows.text = make([]byte, 0, len(text)+len(text)/8) // an object here is about as long as Amazon's
	return "", false
}

// Take implements amazon.AdsTaker.
func (t *taking) Take(o canon.AdsObject) {
	if t.err == nil {
		t.err = t.rows.add(t.listing, t.source.Place, o, t.now)
		t.ads.known.note(t.listing.kind, t.source.channel, t.source.Account.ID, o)
	}
}

// End implements amazon.AdsTaker.
func (t *taking) End(next string) {
	if t.rows.next = strings.Clone(next); t.summed && t.err == nil {
		t.ads.memo.put(t.sum, t.rows)
	}
}

// A page is a page of a source in its finished rows.
type page struct {
	part
	next string // the model's token
}

// page reads one page into rows.
func (u *Ads) page(ctx context.Context, l *listing, m *limiter, s *source, query amazon.AdsQuery) (page, error) {
	now := u.cfg.Now().UTC().Truncate(time.Second)
	t := &taking{ads: u, listing: l, source: s, now: now, rows: &rows{stamp: now.Format(time.RFC3339)}}
	query.Taker = t
	told, err := u.read(ctx, m, s, query)
	if err != nil {
		return page{}, err
	}
	for _, o := range told.Objects {
		t.Take(o)
	}
	return page{part{t.rows, 0, len(t.rows.all), now.Format(time.RFC3339)}, told.Next}, t.err
}
