package cli

import (
	"fmt"
	"strings"
	"time"
)

// working runs do and, if it takes more than a second, says what is under way: on a terminal as a line that counts the seconds and
// goes away, elsewhere as one line every ten seconds.
func (f *Factory) working(what string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	began := time.Now()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	shown := 0
	for {
		select {
		case err := <-done:
			if shown > 0 && f.Terminal.Err {
				fmt.Fprintf(f.Err, "\r%s\r", strings.Repeat(" ", shown))
			}
			return err
		case <-timer.C:
			if f.flags.json {
				continue
			}
			text := fmt.Sprintf("%s ... %d s", what, int(time.Since(began).Seconds()))
			if f.Terminal.Err {
				fmt.Fprintf(f.Err, "\r%s", text)
				timer.Reset(time.Second)
			} else {
				fmt.Fprintln(f.Err, text)
				timer.Reset(10 * time.Second)
			}
			shown = len(text)
		}
	}
}
