package adsfake

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// A thing is a campaign of Sponsored Brands or Sponsored Display, or anything in one. What a thing has is in the table of its kind; values
// are kept as the JSON that they were sent as.
type thing struct {
	head
	kind       *thingKind
	campaign   string // id, and where it is among the profile's
	campaignAt int
	group      string
	groupAt    int
	values     []json.RawMessage // by the kind's fields; nil where there is none
	versions   []creativeVersion // of an ad of Sponsored Brands; nil while there is one alone
}

// A thingKind is what tells one collection of things from another.
type thingKind struct {
	shape
	n        int // its place in thingKinds
	mark     byte
	product  string
	inside   int  // nothing, inCampaign or inGroup
	numeric  bool // the older dialect: ids are numbers, states in lower case
	quoted   bool // ids are texts all the same
	wantsIDs bool // a write must name the campaign also where the ad group tells it
	fields   []thingField
	unique   []string // fields that no sibling may have the same of
	quota    int
	campaign int // which kinds its parents are of
	group    int
	alive    string // what serving statuses begin with, and that of one that serves
	status   string
	fixed    string // what every one of them has on the wire
}

const (
	nothing = iota
	inCampaign
	inGroup
)

// A thingField is one field of a kind.
type thingField struct {
	key     string
	form    int
	need    bool
	stays   bool     // an update cannot change it
	allowed []string // of an enum
	most    int      // characters of a text, elements of a list
	shown   string   // the value of one that was not sent; Defaults to none
}

// Forms of fields.
const (
	fText = iota
	fWord // one of allowed
	fMoney
	fDate
	fFlag
	fList
	fObject
	fID // of something else, such as a portfolio
)

// at finds a field's place.
func (k *thingKind) at(key string) int {
	return slices.IndexFunc(k.fields, func(f thingField) bool { return f.key == key })
}

// text is the value of a field that is a string.
func (t *thing) text(key string) string {
	if i := t.kind.at(key); i >= 0 && t.values[i] != nil {
		var s string
		if json.Unmarshal(t.values[i], &s) == nil {
			return s
		}
		return string(t.values[i])
	}
	return ""
}

// amount is the value of a field that is a number.
func (t *thing) amount(key string) float64 {
	f, _ := strconv.ParseFloat(t.text(key), 64)
	return f
}

func (t *thing) value(f field) string {
	switch f {
	case byName:
		return t.name
	case byCampaign:
		if t.kind.inside == nothing {
			return t.id
		}
		return t.campaign
	case byGroup:
		return t.group
	case byPortfolio:
		return t.text("portfolioId")
	case byLocale:
		return t.text("nativeLanguageLocale")
	case byASIN:
		if t.kind.mark == 't' || t.kind.mark == 'T' {
			if p := t.predicates(); len(p) > 0 && (p[0].kind == "ASIN_SAME_AS" || p[0].kind == "ASIN_EXPANDED_FROM") {
				return p[0].value
			}
		}
	}
	return ""
}

func (t *thing) parent() string {
	switch t.kind.inside {
	case inGroup:
		return t.group
	case inCampaign:
		return t.campaign
	}
	return ""
}

func (t *thing) tally() tally { return tally{t.kind.product + t.parent(), t.kind.mark} }

// unique is what makes the thing differ from its siblings; what is archived gives way, but for names.
func (t *thing) unique() string {
	if t.kind.unique == nil || (t.state == archived && t.kind.inside == inGroup) {
		return ""
	}
	parts := []string{t.parent()}
	for _, key := range t.kind.unique {
		parts = append(parts, strings.ToLower(string(t.values[t.kind.at(key)])))
	}
	return strings.Join(parts, "\x00")
}

// seal writes the thing's JSON.
func (t *thing) seal() {
	k := t.kind
	b := k.appendID(append(appendString(append(make([]byte, 0, 240), '{'), k.key), ':'), t.id)
	if k.inside != nothing {
		b = k.appendID(append(b, `,"campaignId":`...), t.campaign)
	}
	if k.inside == inGroup {
		b = k.appendID(append(b, `,"adGroupId":`...), t.group)
	}
	for i, f := range k.fields {
		if t.values[i] != nil {
			b = append(appendString(append(b, ','), f.key), ':')
			b = append(b, t.values[i]...)
			if f.key == "expression" {
				b = append(append(b, `,"resolvedExpression":`...), t.values[i]...)
			}
		}
	}
	b = append(b, k.fixed...)
	state := t.state
	if k.numeric {
		state = strings.ToLower(state)
	}
	b = appendString(append(b, `,"state":`...), state)
	t.wire = slices.Clip(b)
}

func (k *thingKind) appendID(b []byte, id string) []byte {
	if k.numeric && !k.quoted {
		return append(b, id...)
	}
	return appendString(b, id)
}

// compact is a value without white space, in bytes of its own.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, bytes.ToValidUTF8(raw, []byte("\uFFFD"))); err != nil {
		return nil // it was read as JSON just now
	}
	return b.Bytes()
}
