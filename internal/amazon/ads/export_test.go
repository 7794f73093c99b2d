package ads

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// RoundTrip puts an object into the words of its wire, with all that Amazon alone tells, and reads it back.
func (p *Program) RoundTrip(a canon.Account, o canon.AdsObject) (canon.AdsObject, []byte, error) {
	for _, c := range p.of(o.AdsKind(), canon.ChannelOf(o)) {
		if c.holds != nil && !c.holds(o) {
			continue
		}
		v := p.view(a)
		v.told = true
		w, err := c.encode(o, v)
		if err != nil {
			return nil, nil, err
		}
		text, err := json.Marshal(w)
		if err != nil {
			return nil, nil, err
		}
		back, err := c.object(text, v)
		return back, text, err
	}
	return nil, nil, fmt.Errorf("no collection holds %s of %s", o.AdsKind(), canon.ChannelOf(o))
}

// Collections names the collections, and Read reads an item of one.
func (p *Program) Collections() (names []string) {
	for _, c := range p.collections {
		names = append(names, c.list)
	}
	return names
}

// Read reads an item of the nth collection.
func (p *Program) Read(n int, a canon.Account, item []byte) (canon.AdsObject, error) {
	return p.collections[n].object(item, p.view(a))
}

// ReadAnswers reads a page and the answer to a write as those of the nth collection.
func (p *Program) ReadAnswers(n int, body []byte) (items, outcomes int) {
	c := p.collections[n]
	page, _, err := c.speaks.read(c, body, "", 10)
	if err == nil {
		items = len(page)
	}
	for _, verb := range []string{verbCreate, verbUpdate, verbArchive} {
		if all, err := c.speaks.outcomes(c, verb, &amazon.Answer{Status: 207, Body: body}, 3); err == nil {
			outcomes += len(all)
		}
	}
	return items, outcomes
}

// ReadOneAsset reads an asset that is told with its versions.
func ReadOneAsset(text string) (*canon.AdsAsset, error) { return decodeOneAsset([]byte(text)) }

// Instant reads an instant of v1.
func Instant(s string) (time.Time, error) { return instant(s) }

// InstantAsSaid reports whether one is copied as it stands.
func InstantAsSaid(s string) bool { return instantAsSaid(s) }
