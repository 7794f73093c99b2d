package paapi

import (
	"encoding/json"
	"errors"
	"slices"
)

// deepest bounds how far values may be nested: browse nodes have their ancestors within them.
const deepest = 64

var errJSON = errors.New("turning an answer around: it is no JSON")

// special are the members whose PA-API names differ by more than a capital at the beginning (creators-paapi-aws 3.4). An empty name drops the
// member: PA-API never had it.
var special = map[string]string{
	"asin": "ASIN", "parentASIN": "ParentASIN", "detailPageURL": "DetailPageURL", "searchURL": "SearchURL", "url": "URL",
	"violatesMAP": "ViolatesMAP", "eans": "EANs", "isbns": "ISBNs", "upcs": "UPCs", "hiRes": "",
}

// A turner writes the Creators API's JSON as PA-API's in one pass: every member renamed, and those that are null left out, with what held
// nothing else (PA-API omits, 2.4).
type turner struct {
	in  []byte
	at  int
	out []byte
	end int // where the list of errors ends in out; 0 while there is none
}

// turn returns an answer in PA-API's names, with further errors at the end of its own. An answer is an object; anything else is refused.
func turn(in []byte, more []detail) ([]byte, error) {
	t := turner{in: in, out: make([]byte, 0, len(in)+len(in)/8)}
	t.space()
	if t.at == len(t.in) || t.in[t.at] != '{' {
		return nil, errJSON
	}
	some, err := t.value(0, false)
	if err != nil {
		return nil, err
	}
	if t.space(); t.at != len(t.in) {
		return nil, errJSON
	}
	if !some {
		t.out = append(t.out[:0], "{}"...)
	}
	if len(more) == 0 {
		return t.out, nil
	}
	return t.with(more), nil
}

// with puts errors behind those that the answer has.
func (t *turner) with(more []detail) []byte {
	list, err := json.Marshal(more)
	if err != nil {
		return t.out // texts of our own: they can be marshalled
	}
	list = list[1 : len(list)-1]
	switch {
	case t.end > 0 && t.out[t.end-1] != '[':
		return slices.Insert(t.out, t.end, append([]byte{','}, list...)...)
	case t.end > 0:
		return slices.Insert(t.out, t.end, list...)
	}
	out := t.out[:len(t.out)-1]
	if len(out) > 1 {
		out = append(out, ',')
	}
	return append(append(append(out, `"Errors":[`...), list...), "]}"...)
}

// value writes one value and reports whether there was anything to write. failure says that it is one of the answer's errors.
func (t *turner) value(depth int, failure bool) (some bool, err error) {
	t.space()
	if t.at == len(t.in) || depth > deepest {
		return false, errJSON
	}
	switch c := t.in[t.at]; {
	case c == '{':
		return t.object(depth, failure)
	case c == '[':
		return t.array(depth, failure)
	case c == '"':
		text, err := t.text()
		t.out = append(t.out, text...)
		return true, err
	case c == 'n':
		return false, t.word("null")
	case c == 't':
		t.out = append(t.out, "true"...)
		return true, t.word("true")
	case c == 'f':
		t.out = append(t.out, "false"...)
		return true, t.word("false")
	}
	return true, t.number()
}

// object writes an object. One whose members are all null is none itself.
func (t *turner) object(depth int, failure bool) (some bool, err error) {
	t.at++
	start, members := len(t.out), 0
	t.out = append(t.out, '{')
	if failure {
		t.out = append(t.out, `"__type":"com.amazon.paapi5#ErrorData"`...)
	}
	if t.space(); t.at < len(t.in) && t.in[t.at] == '}' {
		t.at++
		t.out = append(t.out, '}')
		return true, nil
	}
	for {
		t.space()
		if t.at == len(t.in) || t.in[t.at] != '"' {
			return false, errJSON
		}
		key, err := t.text()
		if err != nil {
			return false, err
		}
		if t.space(); t.at == len(t.in) || t.in[t.at] != ':' {
			return false, errJSON
		}
		t.at++
		before := len(t.out)
		if t.out[before-1] != '{' {
			t.out = append(t.out, ',')
		}
		known := t.name(key[1 : len(key)-1])
		errs := depth == 0 && string(key) == `"errors"`
		value := len(t.out)
		some, err := t.value(depth+1, errs)
		if err != nil {
			return false, err
		}
		if failure && string(key) == `"code"` && string(t.out[value:]) == `"ItemNotFound"` { // PA-API says so of whatever it does not know
			t.out = append(t.out[:value], `"InvalidParameterValue"`...)
		}
		if some && known {
			if errs && t.out[len(t.out)-1] == ']' {
				t.end = len(t.out) - 1
			}
			members++
		} else {
			t.out = t.out[:before]
		}
		if t.space(); t.at == len(t.in) {
			return false, errJSON
		}
		switch t.at++; t.in[t.at-1] {
		case ',':
		case '}':
			if members == 0 {
				t.out = t.out[:start]
				return false, nil
			}
			t.out = append(t.out, '}')
			return true, nil
		default:
			return false, errJSON
		}
	}
}

// name writes a member's name and the colon, and reports whether PA-API has it.
func (t *turner) name(key []byte) bool {
	t.out = append(t.out, '"')
	other, odd := special[string(key)]
	switch {
	case odd:
		t.out = append(t.out, other...)
	case len(key) > 0 && key[0] >= 'a' && key[0] <= 'z':
		t.out = append(append(t.out, key[0]-'a'+'A'), key[1:]...)
	default:
		t.out = append(t.out, key...)
	}
	t.out = append(t.out, '"', ':')
	return !odd || other != ""
}

// array writes a list without what is null in it. An empty list stays one.
func (t *turner) array(depth int, failure bool) (some bool, err error) {
	t.at++
	t.out = append(t.out, '[')
	if t.space(); t.at < len(t.in) && t.in[t.at] == ']' {
		t.at++
		t.out = append(t.out, ']')
		return true, nil
	}
	for {
		before := len(t.out)
		if t.out[before-1] != '[' {
			t.out = append(t.out, ',')
		}
		some, err := t.value(depth+1, failure)
		if err != nil {
			return false, err
		}
		if !some {
			t.out = t.out[:before]
		}
		if t.space(); t.at == len(t.in) {
			return false, errJSON
		}
		switch t.at++; t.in[t.at-1] {
		case ',':
		case ']':
			t.out = append(t.out, ']')
			return true, nil
		default:
			return false, errJSON
		}
	}
}
