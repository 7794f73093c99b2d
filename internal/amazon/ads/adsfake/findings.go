package adsfake

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// findings gathers what is wrong with one item of a write.
type findings struct{ errors []itemError }

func (k *findings) fail(e itemError) { k.errors = append(k.errors, e) }

// enum checks a value against the allowed ones.
func (k *findings) enum(value *string, at string, allowed []string) {
	if value != nil && !slices.Contains(allowed, *value) {
		k.fail(notInEnum(at, *value, allowed))
	}
}

// text checks the form of a name or a keyword.
func (k *findings) text(value *string, at string, most int) {
	if value == nil {
		return
	}
	s := *value
	switch {
	case strings.TrimSpace(s) == "":
		k.fail(malformed("BLANK", at, s, "The value is blank"))
	case strings.TrimSpace(s) != s:
		e := malformed("LEADING_OR_TRAILING_WHITESPACE", at, s, "The value begins or ends with white space")
		e.extra = []tag{{"fragment", s}}
		k.fail(e)
	case utf8.RuneCountInString(s) > most:
		k.fail(malformed("TOO_LONG", at, s, fmt.Sprintf("The value has more than %d characters", most)))
	default:
		k.clean(s, at, unicode.IsControl)
	}
}

// clean checks that a value has no character that is forbidden.
func (k *findings) clean(s, at string, forbidden func(rune) bool) {
	if i := strings.IndexFunc(s, forbidden); i >= 0 {
		e := malformed("FORBIDDEN_CHARS", at, s, "The value has characters that are not allowed")
		r, _ := utf8.DecodeRuneInString(s[i:])
		e.extra = []tag{{"fragment", string(r)}}
		k.fail(e)
	}
}

// writeState checks a state that a write asks for. Archiving is what delete is for; proposing needs a right that nobody
// here has.
func (k *findings) writeState(entity string, state *string, at string) {
	if state == nil {
		return
	}
	e := itemError{
		kind: "entityStateError", reason: "INVALID_TARGET_STATE", message: "Nothing can be brought into this state by a write",
		at: at, trigger: *state, extra: []tag{{"entityType", entity}},
	}
	switch {
	case *state == "PROPOSED":
		e.message = "The advertiser has no right to propose"
		k.fail(e)
	case slices.Contains(writeStates, *state):
	case slices.Contains(readStates, *state):
		k.fail(e)
	default:
		k.fail(notInEnum(at, *state, writeStates))
	}
}
