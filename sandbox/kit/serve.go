package kit

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// A turn is one exchange on its way through the Front.
type turn struct {
	front   *Front
	w       http.ResponseWriter
	r       *http.Request
	fake    *mounted
	x       Exchange
	entry   *Entry // as the journal has it now
	fault   *Armed
	started time.Time
	gone    int64  // the tick at which the client was seen to have gone away
	wait    string // the answer's Retry-After
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.inside.enter() {
		panic(http.ErrAbortHandler)
	}
	defer f.inside.leave()

	host, region, base, path, fakes, ok := f.locate(r)
	t := &turn{front: f, w: w, r: r, started: time.Now(), x: Exchange{
		World: f.World, Region: region, Host: host, Authority: r.Host, Base: base, Method: r.Method, Path: path, Header: r.Header,
		Now: f.World.Now(), Seq: f.Journal.seq.Add(1), secure: r.TLS != nil, rawQuery: r.URL.RawQuery,
	}}
	x := &t.x
	t.entry = &Entry{
		Seq: x.Seq, At: x.Now, Began: f.Journal.tick.Add(1), Region: region, Host: short(host), Method: short(r.Method),
		Path: mask(path), Agent: mask(First(r.Header, "User-Agent")), Auth: f.shown.auth(r.Header), arrived: t.started,
	}
	if !ok {
		f.Journal.open(t.entry)
		t.write(Text(http.StatusMisdirectedRequest, "text/plain; charset=utf-8",
			"lockkeeper sandbox: this host name is neither Amazon's nor this machine's\n"))
		return
	}
	var route *Route
	t.fake, route, x.vars = find(fakes, r.Method, path)
	if t.fake != nil {
		x.Program = t.fake.Program
	}
	if route != nil {
		x.Operation = route.Operation
	}
	t.entry.Program, t.entry.Operation = x.Program, x.Operation
	if x.rawQuery != "" && x.Operation != "tokeninfo" && secretInURL(x.rawQuery) {
		x.Note(NoteClient, RuleSecretInURL)
	}
	f.Journal.open(t.entry)
	if !t.read() {
		return
	}
	if t.fake != nil && t.fake.Identify != nil {
		t.fake.Identify(x)
	}
	var err error
	if t.fault, err = asked(r.Header); err != nil {
		t.write(Text(http.StatusBadRequest, "text/plain; charset=utf-8", "lockkeeper sandbox: "+err.Error()+"\n"))
		return
	}
	if t.fault == nil {
		t.fault = f.Faults.take(x)
	}
	if t.fault != nil {
		t.note(func(*Entry) {})
	}
	t.run(route)
}

// read takes in the request's body. A body that does not arrive whole has no effect.
func (t *turn) read() bool {
	if t.r.ContentLength == 0 {
		return true
	}
	var err error
	if n := t.r.ContentLength; n > 0 && n <= t.front.maxBody {
		t.x.Body = make([]byte, n)
		_, err = io.ReadFull(t.r.Body, t.x.Body)
	} else {
		t.x.Body, err = io.ReadAll(http.MaxBytesReader(t.w, t.r.Body, t.front.maxBody))
	}
	if err == nil {
		return true
	}
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		t.write(Text(http.StatusRequestEntityTooLarge, "text/plain; charset=utf-8", ""))
		return false
	}
	t.end(func(e *Entry) { e.Error, e.Gone = "the request was cut short", true })
	panic(http.ErrAbortHandler)
}

// run takes the exchange through the three points at which a fault can act.
func (t *turn) run(route *Route) {
	if t.at(BeforeEffect) {
		if answer, on := t.act(Response{}); !on {
			return
		} else if answer != nil {
			t.write(*answer)
			return
		}
	}
	resp := t.handle(route)
	if t.fault != nil {
		if t.fault.Do == Twice {
			t.fault.hit()
			resp = t.handle(route)
		}
		resp = resp.unfold()
	}
	if t.at(AfterEffect) {
		answer, on := t.act(resp)
		if !on {
			return
		}
		if answer != nil {
			resp = *answer
		}
	}
	if resp.Reset {
		t.cut(len(resp.Body), 0, 0, true)
		return
	}
	t.write(resp)
}

// handle has the operation take effect.
func (t *turn) handle(route *Route) Response {
	if route == nil {
		return unknown(t.fake, &t.x)
	}
	return route.Handle(&t.x)
}

func (t *turn) at(p Point) bool { return t.fault != nil && t.fault.At == p }

// act does what the fault says, outside of a body. It returns an answer to be sent instead, if any, and whether the
// exchange goes on.
func (t *turn) act(meant Response) (answer *Response, on bool) {
	a := t.fault
	switch a.Do {
	case Hold:
		return nil, t.hold()
	case Slow:
		a.hit()
		return nil, t.sleep(a.Delay)
	case Reset:
		a.hit()
		t.cut(len(meant.Body), 0, 0, true)
		return nil, false
	}
	switch a.Do {
	case Truncate, Drip, BadChunk, Twice:
		return nil, true // write does it, or it is done
	}
	a.hit()
	r := Response{Status: http.StatusOK, Header: meant.Header.Clone()}
	switch a.Do {
	case Status:
		r = refuse(t.fake, &t.x, a)
	case WrongType:
		meant.Header = meant.Header.Clone()
		meant = meant.Set("Content-Type", a.Type)
		return &meant, true
	case HTML:
		if a.Status != 0 {
			r.Status = a.Status
		}
		r = r.Set("Content-Type", "text/html; charset=utf-8")
		if wait := a.retryAfter(&t.x); wait != "" {
			r = r.Set("Retry-After", wait)
		}
		r.Header.Del("Content-Length")
		r.Body = []byte("<!DOCTYPE html>\n<html><head><title>Amazon.com</title></head><body><p>Sorry! Something went wrong on our end.</p></body></html>\n")
	case Empty:
		if r.Header != nil {
			r.Header.Del("Content-Length")
		}
	}
	return &r, true
}

// hold stops the exchange until the fault is released. It reports whether it goes on.
func (t *turn) hold() bool {
	a := t.fault
	leave := a.At != BeforeEffect || a.Drop
	ok := a.hold(t.r.Context().Done(), t.front.stop, leave, func() {
		t.gone = t.front.Journal.tick.Add(1)
		t.note(func(e *Entry) { e.Ended, e.Gone = t.gone, true })
	})
	if !ok {
		t.cut(0, 0, 0, false)
	}
	return ok
}

// sleep waits in real time. It reports whether the exchange goes on.
func (t *turn) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-t.r.Context().Done():
	case <-t.front.stop:
	}
	t.cut(0, 0, 0, false)
	return false
}

// note replaces the entry by one that shows what is known by now.
func (t *turn) note(f func(*Entry)) {
	x, e := &t.x, *t.entry
	e.Operation = x.Operation
	e.Client, e.User, e.Grant, e.Generation = mask(t.front.World.clientKey(x.Client)), x.User, x.Grant, x.Generation
	e.Wait = t.wait
	e.Given, e.Effect, e.Error, e.Received = x.Given, x.Effect, mask(x.Error), len(x.Body)
	if t.fault != nil {
		e.Fault, e.did = t.fault.ID, &t.fault.Fault
	}
	if len(x.notes) > 0 {
		e.Notes = make([]Note, len(x.notes))
		for i, n := range x.notes {
			e.Notes[i] = Note{n.Name, mask(n.Value)}
		}
	}
	f(&e)
	old := t.entry
	t.entry = &e
	t.front.Journal.replace(old, &e)
}

// end records the end of the exchange and counts it.
func (t *turn) end(f func(*Entry)) {
	t.note(func(e *Entry) {
		e.Took = Duration(time.Since(t.started))
		if e.Ended = t.gone; t.gone == 0 {
			e.Ended = t.front.Journal.tick.Add(1)
		}
		e.Gone = t.gone != 0
		f(e)
	})
	t.front.Journal.count(t.entry)
}
