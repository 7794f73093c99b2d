package cli

import (
	"fmt"
	"strings"
	"time"
)

// A bar shows how far long work has come: on a terminal as a bar that goes away, elsewhere as one line every ten seconds. What takes less
// than a second shows nothing.
type bar struct {
	f           *Factory
	what        string
	total, done int64
	began, next time.Time
	shown       int
	told        bool // detail says how long it still takes, so that the bar guesses nothing
}

// barWidth is the bar's length in characters.
const barWidth = 24

func (f *Factory) bar(what string, total int64) *bar {
	now := f.Now()
	return &bar{f: f, what: what, total: total, began: now, next: now.Add(time.Second)}
}

// add says that n more are done; detail is what else to show, such as how many were found.
func (b *bar) add(n int64, detail func() string) {
	b.done += n
	now := b.f.Now()
	if now.Before(b.next) || b.f.flags.json {
		return
	}
	if !b.f.Terminal.Err {
		b.next = now.Add(10 * time.Second)
		b.f.say("%s ... %d %%, %s", b.what, b.percent(), detail())
		return
	}
	b.next = now.Add(100 * time.Millisecond)
	full := int(b.percent()) * barWidth / 100
	text := fmt.Sprintf("%s [%s%s] %3d %%, %s%s", b.what, strings.Repeat("█", full), strings.Repeat("░", barWidth-full), b.percent(), detail(), b.left(now))
	n2 := len([]rune(text))
	fmt.Fprintf(b.f.Err, "\r%s%s", text, strings.Repeat(" ", max(0, b.shown-n2)))
	b.shown = n2
}

func (b *bar) percent() int64 {
	if b.total <= 0 {
		return 0
	}
	return min(100, b.done*100/b.total)
}

// left guesses how long it still takes.
func (b *bar) left(now time.Time) string {
	if b.told || b.done <= 0 || b.total <= b.done {
		return ""
	}
	rest := time.Duration(float64(now.Sub(b.began)) * float64(b.total-b.done) / float64(b.done))
	return fmt.Sprintf(", %s left", rest.Round(time.Second))
}

// end takes the bar away.
func (b *bar) end() {
	if b.shown > 0 {
		fmt.Fprintf(b.f.Err, "\r%s\r", strings.Repeat(" ", b.shown))
		b.shown = 0
	}
}
