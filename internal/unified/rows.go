package unified

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// rows are the finished objects of one page: JSON, one after the other with a comma between. Once made they are never changed, so that many
// answers may share them.
type rows struct {
	text  []byte
	all   []row
	keys  []key  // of each row, in a sorted list
	told  int    // objects of the page that the model told
	next  string // what follows the page in Amazon's list
	stamp string // what stands in each row as fetched_at
}

// A row is one object. Its places are ones in text.
type row struct {
	end   int32
	stamp int32 // of fetched_at's value; 0 where the row has none
	nth   int32 // which of the objects that the model told it is
}

// start is where the ith row begins.
func (r *rows) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(r.all[i-1].end) + 1
}

// add finishes an object and keeps it, where the listing does; the row is the object's alone then.
func (r *rows) add(l *listing, p Place, o canon.AdsObject, now time.Time) (one stencil.Row, kept bool, err error) {
	r.told++
	c := o.Common()
	c.ConnectionID, c.FetchedAt = p.Grant.Name, now
	if o.Unify(); !l.keeps(o) {
		return one, false, nil
	}
	c.ETag = canon.AdsETag(o)
	r.between()
	from := len(r.text)
	text, err := l.object(r.text, o)
	if err != nil {
		return one, false, err
	}
	one = stencil.Row{Text: text[from:], Stamp: l.place("fetched_at", text[from:], fetchedAt), Sum: l.place("etag", text[from:], etag)}
	r.end(text, from, one.Stamp)
	if l.sort != nil {
		r.keys = append(r.keys, l.keyOf(o))
	}
	return one, true, nil
}

// between writes what stands between two rows.
func (r *rows) between() {
	if len(r.all) > 0 {
		r.text = append(r.text, ',')
	}
}

// end ends a row of the object that was told last, which stands in text from a place on.
func (r *rows) end(text []byte, from, stamp int) {
	if stamp > 0 {
		stamp += from
	}
	r.text, r.all = text, append(r.all, row{int32(len(text)), int32(stamp), int32(r.told - 1)})
}

// copy writes the row of the object that a text begins with, where there is a stencil for it, and tells how long the text is; else 0.
func (r *rows) copy(by *stencil.Set, text string) int {
	had := len(r.text)
	r.between()
	from := len(r.text)
	row, stamp, n := by.Copy(r.text, text)
	if n == 0 {
		r.text = r.text[:had]
		return 0
	}
	r.told++
	r.end(row, from, stamp)
	return n
}

// place is where the value of a field stands in an object; 0 for nowhere.
func (l *listing) place(field string, text []byte, name string) int {
	if at := bytes.Index(text, []byte(name)); at >= 0 && l.shows(field) {
		return at + len(name)
	}
	return 0
}

// What stands before an object's own time of reading, and before its mark. Neither can stand inside a text, whose quotes are escaped, and what
// the owner or the platform named (tags, ext, raw) stands behind them.
const (
	fetchedAt = `"fetched_at":"`
	etag      = `"etag":"`
)

// A part is a stretch of rows in an answer, and when Amazon told them: rows that were told again are as old as the telling.
type part struct {
	*rows
	from, to int
	stamp    string
}

func (p part) size() int { return int(p.all[p.to-1].end) - p.start(p.from) }

// size is how long the parts are as a JSON array and the end of the line.
func size(parts []part) int64 {
	n := 2 + max(1, len(parts)) // brackets and the end of the line, and a comma before each part but the first
	for _, p := range parts {
		n += p.size()
	}
	return int64(n)
}

// writeParts writes the parts as a JSON array.
func (u *Ads) writeParts(w io.Writer, parts []part) error {
	buffer := u.buffers.Get().(*[]byte)
	defer u.buffers.Put(buffer)
	b := append((*buffer)[:0], '[')
	for i, p := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		if p.stamp == p.rows.stamp && p.size() > cap(b)-len(b) { // as it stands
			if err := writeAll(w, b, p.text[p.start(p.from):p.all[p.to-1].end]); err != nil {
				return err
			}
			b = b[:0]
			continue
		}
		for at := p.from; at < p.to; {
			to := p.fits(at, cap(b)-len(b))
			if to == at && len(b) > 0 {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
				continue
			}
			b = p.appendRows(b, at, max(to, at+1))
			at = max(to, at+1)
		}
	}
	_, err := w.Write(append(b, ']', '\n'))
	return err
}

func writeAll(w io.Writer, all ...[]byte) error {
	for _, b := range all {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
	}
	return nil
}

// fits is how far the rows from one on go into some room.
func (p part) fits(from, room int) (to int) {
	start := p.start(from)
	for to = from; to < p.to && int(p.all[to].end)+1-start <= room; to++ {
	}
	return to
}

// appendRows appends rows, and the comma behind them where more of the part follow, with the time at which they were told.
func (p part) appendRows(b []byte, from, to int) []byte {
	start, end, shift := p.start(from), int(p.all[to-1].end), len(b)-p.start(from)
	b = append(b, p.text[start:end]...)
	if p.stamp != p.rows.stamp {
		for _, one := range p.all[from:to] {
			if one.stamp > 0 {
				copy(b[int(one.stamp)+shift:], p.stamp)
			}
		}
	}
	if to < p.to {
		b = append(b, ',')
	}
	return b
}
