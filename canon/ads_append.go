package canon

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendAds appends an object as JSON, in the very bytes of encoding/json. What is listed by the thousand is written by hand, since that costs
// a fifth of what reflection does; all else is left to encoding/json.
func AppendAds(b []byte, o AdsObject) ([]byte, error) {
	w := writer{b: b}
	switch o := o.(type) {
	case *AdsCampaign:
		w.campaign(o)
	default:
		w.any(o)
	}
	return w.b, w.err
}

// A writer appends JSON. Its first error stays.
type writer struct {
	b     []byte
	inner bool // a member was written in the object under way
	err   error
}

// open and end enclose the members of an object.
func (w *writer) open() (outer bool) {
	w.b = append(w.b, '{')
	w.inner = false
	return true
}

func (w *writer) end() {
	w.b = append(w.b, '}')
	w.inner = true
}

// name begins a member, whose value follows.
func (w *writer) name(name string) {
	if w.inner {
		w.b = append(w.b, ',')
	}
	w.inner = true
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}
