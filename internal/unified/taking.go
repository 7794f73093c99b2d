package unified

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
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
	text    []byte   // of the page
	long    bool     // rows that are like others are written unread
	kind    uint64   // what the hashes of the objects' ids begin with
	seen    []uint64 // those hashes
	err     error
}

// Page implements amazon.AdsTaker.
func (t *taking) Page(list string, text []byte) (next string, known bool) {
	t.text = text
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
	t.rows.all, t.seen = make([]row, 0, len(text)/512), make([]uint64, 0, len(text)/512)
	if len(text) >= t.ads.cfg.Alike && t.listing.alike() {
		t.long = true
	}
	return "", false
}

// Copy implements amazon.AdsTaker.
func (t *taking) Copy(list, text string) int {
	by := t.source.copies[list]
	if by == nil || !t.long || t.err != nil {
		return 0
	}
	by.Stamp = t.rows.stamp
	n := t.rows.copy(by, text)
	if n > 0 {
		t.note(by.ID)
	}
	return n
}

// Take implements amazon.AdsTaker.
func (t *taking) Take(o canon.AdsObject, from amazon.AdsOrigin) {
	if t.err != nil {
		return
	}
	row, kept, err := t.rows.add(t.listing, t.source.Place, o, t.now)
	t.err = err
	t.note(o.Common().ID)
	if kept && t.long && from.Read != nil {
		by := t.source.by(from)
		by.Stamp = t.rows.stamp
		by.Learn(from.Text, row, func(text string) (stencil.Row, bool) {
			return t.sample(from.Read(text))
		})
	}
}

// sample makes a row of an object that there is none of.
func (t *taking) sample(o canon.AdsObject) (stencil.Row, bool) {
	if o == nil {
		return stencil.Row{}, false
	}
	var apart rows
	row, kept, err := apart.add(t.listing, t.source.Place, o, t.now)
	return row, kept && err == nil
}

func (t *taking) note(id string) {
	t.seen = append(t.seen, t.ads.known.hash(t.kind, id))
}

// End implements amazon.AdsTaker.
func (t *taking) End(next string) {
	if t.rows.next = strings.Clone(next); t.summed && t.err == nil {
		if len(t.rows.text) < cap(t.rows.text)/2 { // few of the page's objects are kept
			t.rows.text = bytes.Clone(t.rows.text)
		}
		t.ads.memo.put(t.sum, t.rows)
	}
}

// alike reports whether rows of the list that are like others can be written unread: whether an object is told must not depend on what it
// differs by, nor be anything but its row wanted of it.
func (l *listing) alike() bool {
	return len(l.tests) == 0 && l.sort == nil && !l.query.Raw
}

// A page is a page of a source in its finished rows.
type page struct {
	part
	next string // the model's token
}

// page reads one page into rows.
func (u *Ads) page(ctx context.Context, l *listing, m *limiter, s *source, query amazon.AdsQuery) (page, error) {
	now := u.cfg.Now().UTC().Truncate(time.Second)
	t := &taking{ads: u, listing: l, source: s, now: now, kind: u.known.of(l.kind), rows: &rows{stamp: now.Format(time.RFC3339)}}
	room := u.rooms.Get().(*[]byte)
	defer u.rooms.Put(room)
	query.Taker, query.Room = t, *room
	told, err := u.read(ctx, m, s, query)
	if err != nil {
		*room = nil // what went wrong may be told in the answer's own words
		return page{}, err
	}
	if cap(t.text) > cap(*room) {
		*room = t.text[:0]
	}
	for _, o := range told.Objects {
		t.Take(o, amazon.AdsOrigin{})
	}
	if len(t.seen) > 0 {
		u.known.note(s.Account.ID, s.channel, t.seen...)
	}
	return page{part{t.rows, 0, len(t.rows.all), now.Format(time.RFC3339)}, told.Next}, t.err
}
