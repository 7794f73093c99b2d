package push

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A reader reads the pages of a run, and where more first tries follow, the next page while one is being sent to.
type reader struct {
	run   *run
	after id.Registration // the last that was taken up for the first time
	more  bool            // the last page was full, and of first tries
	early chan found      // the page that is read ahead; nil where there is none
}

// found is what a Store says to Targets.
type found struct {
	page []Target
	due  time.Time
	err  error
}

// page returns the next page, once everything before it is settled, or when one is due.
func (n *reader) page() ([]Target, time.Time, error) {
	var f found
	if n.early != nil {
		f = <-n.early
		n.early = nil
		// Only a first try after the page before it is sure not to have been on that page.
		if f.err != nil || len(f.page) == 0 || !f.page[0].Next.IsZero() || f.page[0].Device <= n.after {
			f = n.read()
		}
	} else {
		f = n.read()
	}
	n.more = false
	if size := len(f.page); size > 0 && f.page[size-1].Next.IsZero() {
		n.after, n.more = f.page[size-1].Device, size == n.run.push.cfg.Page
	}
	return f.page, f.due, f.err
}

// read asks the store for a page. While devices are still being written down, only a full page is one.
func (n *reader) read() (f found) {
	p, list := n.run.push, n.run.list
	for {
		all := list.ended()
		f.page, f.due, f.err = p.cfg.Store.Targets(n.run.way, n.run.b.ID, n.after, p.cfg.Now(), p.cfg.Page)
		switch {
		case f.err != nil || len(f.page) == p.cfg.Page:
			return f
		case all:
			f.err = list.err
			return f
		}
		list.more()
	}
}

// ahead begins to read the page after the one that was returned.
func (n *reader) ahead() {
	if !n.more {
		return
	}
	early := make(chan found, 1)
	n.early = early
	at := *n
	go func() { early <- at.read() }()
}

// drop waits for a page that nobody will ask for.
func (n *reader) drop() {
	if n.early != nil {
		<-n.early
	}
}
