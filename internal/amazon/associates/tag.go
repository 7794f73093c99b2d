package associates

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// LongestID is the most characters that Amazon's API takes for an id (creators-paapi-aws 4.1).
const LongestID = 64

// MostTrackingIDs is how many an account may have without asking (creators-paapi-aws 4.1).
const MostTrackingIDs = 100

// A Note is something that is wrong with a link or an id. A Minor one is worth knowing and no reason to refuse.
type Note struct {
	Code   problem.Code
	Detail string
	Minor  bool
}

// Problem is the note as an entry of the catalogue.
func (n Note) Problem() problem.Problem {
	p := problem.New(n.Code)
	p.Detail = n.Detail
	return p
}

// sound reports whether an id is made of the characters that Amazon uses. Only these may be put into an address.
func sound(id string) bool {
	if id == "" || len(id) > LongestID {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return id[0] != '-' && id[0] != '_'
}

// ending returns the digits after the last dash, if there are two.
func ending(id string) string {
	if i := strings.LastIndexByte(id, '-'); i > 0 && len(id) == i+3 && digit(id[i+1]) && digit(id[i+2]) {
		return id[i+1:]
	}
	return ""
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// CheckID says what is wrong with an id by its form alone, and with m also by its country; m may be nil. A sound id has no note. What is
// not Minor cannot be right.
func CheckID(id string, m *Marketplace) (Note, bool) {
	if !sound(id) {
		return Note{Code: problem.AssociatesTagMalformed, Detail: fmt.Sprintf("%d characters", len(id))}, false
	}
	end := ending(id)
	if m == nil {
		if end == "" || end[0] != '2' {
			return Note{Code: problem.AssociatesTagMalformed, Detail: id + " has no usual ending", Minor: true}, false
		}
		return Note{}, true
	}
	switch {
	case end == m.Ending:
		return Note{}, true
	case m.Sure && (end == "20" || end == "21" || end == "22"):
		return Note{Code: problem.AssociatesTagWrongCountry, Detail: fmt.Sprintf("%s on %s: ids there end in -%s, and -%s is %s", id, m.Domain, m.Ending, end, countries(end))}, false
	case end == "":
		return Note{Code: problem.AssociatesTagMalformed, Detail: id + " has no usual ending", Minor: true}, false
	}
	return Note{Code: problem.AssociatesTagEndingUnsure, Detail: fmt.Sprintf("%s on %s, where -%s is usual", id, m.Domain, m.Ending), Minor: true}, false
}

// countries names the countries of an ending, as far as that is a short list.
func countries(end string) string {
	codes := withEnding(end)
	if len(codes) > 5 {
		return strings.Join(codes[:5], ", ") + " and others"
	}
	return strings.Join(codes, ", ")
}
