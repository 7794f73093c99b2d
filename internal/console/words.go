package console

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// words are the functions that templates speak with.
var words = template.FuncMap{
	"span": span, "stamp": stamp, "clock": clock, "turn": turn, "join": func(s []string) string { return strings.Join(s, ", ") },
	"count": count, "iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) }, "countries": countries,
	"code": codeMarks, "tab": tabOf, "trouble": troubleOf, "kind": detect.Word, "deref": func(b *bool) bool { return b != nil && *b },
}

// span is a length of time as people say it: its largest unit, and the next where the first is small.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 10*time.Hour && int(d.Minutes())%60 != 0:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// stamp is a moment, in UTC since a server's own zone says nothing to a reader elsewhere.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// turn says whose turn it is.
func turn(w problem.Whose) string {
	switch w {
	case problem.OperatorsOwn:
		return "Your turn"
	case problem.AccountOwnersOwn:
		return "The Amazon account's owner's turn"
	case problem.AmazonsOwn:
		return "Amazon's turn; Lockkeeper tries again by itself"
	case problem.CallersOwn:
		return "The calling software's turn"
	case problem.LockkeepersOwn:
		return "Lockkeeper's fault"
	}
	return "Nobody's turn"
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// countries lists where accounts are, each once, in the order in which they come.
func countries(accounts []canon.Account) string {
	seen, out := map[string]bool{}, []string{}
	for _, a := range accounts {
		if !seen[a.Country] {
			seen[a.Country] = true
			out = append(out, a.Country)
		}
	}
	return strings.Join(out, " ")
}

// A part is a stretch of text that is code or not.
type part struct {
	Text string
	Code bool
}

// codeMarks splits a sentence of the catalogue at its back quotes, which stand around commands.
func codeMarks(s string) []part {
	var out []part
	for i, t := range strings.Split(s, "`") {
		if t != "" {
			out = append(out, part{t, i%2 == 1})
		}
	}
	return out
}

// A tab is one entry of the navigation.
type tab struct {
	To, Text string
	Here     bool
}

func tabOf(to, text, here, pages string) tab {
	return tab{to, text, slices.Contains(strings.Fields(pages), here)}
}

// A trouble is a verdict with what its template needs to know of the page around it.
type trouble struct {
	V    verdict
	Now  time.Time
	Acts bool
}

func troubleOf(v verdict, now time.Time, acts bool) trouble { return trouble{v, now, acts} }
