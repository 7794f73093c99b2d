package push

import "context"

// A list is the writing down of a broadcast's devices, which goes on while messages leave for the first of them.
type list struct {
	step chan struct{} // holds one when more are written down than before
	done chan struct{} // closed when nothing more will be
	err  error         // why that is not all of them; to be read once done is closed
}

// list begins, or goes on with, the list of a broadcast. Only a stop of the server or a failure ends it early.
func (p *Push) list(ctx context.Context, b Broadcast) *list {
	l := &list{step: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for way := context.WithoutCancel(ctx); b.State == Listing && l.err == nil && ctx.Err() == nil; {
			b, l.err = p.cfg.Store.ListTargets(way, b.ID, listStep)
			select {
			case l.step <- struct{}{}:
			default:
			}
		}
	}()
	return l
}

// ended reports whether nothing more will be written down.
func (l *list) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// more waits until more devices are written down, or no more will be.
func (l *list) more() {
	select {
	case <-l.step:
	case <-l.done:
	}
}

// end waits until nothing more is written down. A broadcast is neither ended nor held before.
func (l *list) end() error {
	<-l.done
	return l.err
}
