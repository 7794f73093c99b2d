package sandbox

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

func (c *Control) faults(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, append([]*kit.Armed{}, c.sandbox.Faults().List()...))
}

// A wireFault is a fault whose delay is text, such as "2s".
type wireFault struct {
	kit.Fault
	Delay kit.Duration `json:"delay,omitempty"`
}

func (f wireFault) fault() kit.Fault {
	f.Fault.Delay = time.Duration(f.Delay)
	return f.Fault
}

// addFault arms a fault.
func (c *Control) addFault(w http.ResponseWriter, r *http.Request) {
	var in wireFault
	if !take(w, r, &in) {
		return
	}
	a, err := c.sandbox.Faults().Add(in.fault())
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	reply(w, http.StatusCreated, a)
}

// setFaults arms a list of faults in place of all that were armed, as a replay needs it.
func (c *Control) setFaults(w http.ResponseWriter, r *http.Request) {
	var in []wireFault
	if !take(w, r, &in) {
		return
	}
	c.sandbox.Faults().Clear()
	for _, f := range in {
		if _, err := c.sandbox.Faults().Add(f.fault()); err != nil {
			problem(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	c.faults(w, r)
}

// replay gives the faults that make the journal's happen again: PUT them to /faults of a sandbox with the same seed. A journal that has
// dropped entries cannot tell them.
func (c *Control) replay(w http.ResponseWriter, _ *http.Request) {
	if c.sandbox.Journal().Dropped(0) > 0 {
		problem(w, http.StatusConflict, "replaying: "+kit.ErrDropped.Error())
		return
	}
	all := []wireFault{}
	for _, f := range kit.Replay(c.sandbox.Journal().Entries(kit.Filter{})) {
		all = append(all, wireFault{f, kit.Duration(f.Delay)})
	}
	reply(w, http.StatusOK, all)
}

// verdicts tells what clients did that their users would come to regret.
func (c *Control) verdicts(w http.ResponseWriter, r *http.Request) {
	f := kit.Filter{Match: kit.Match{Program: r.FormValue("program"), Client: r.FormValue("client")}, Agent: r.FormValue("agent")}
	var poll kit.Duration
	if text := r.FormValue("poll"); text != "" && poll.UnmarshalText([]byte(text)) != nil {
		problem(w, http.StatusBadRequest, "poll is no length of time such as 30s")
		return
	}
	reply(w, http.StatusOK, append([]kit.Verdict{}, c.sandbox.Journal().Verdicts(f, time.Duration(poll))...))
}

func (c *Control) clearFaults(w http.ResponseWriter, r *http.Request) {
	c.sandbox.Faults().Clear()
	c.faults(w, r)
}

// armed finds the fault that the path names.
func (c *Control) armed(w http.ResponseWriter, r *http.Request) *kit.Armed {
	a := c.sandbox.Faults().Get(r.PathValue("id"))
	if a == nil {
		problem(w, http.StatusNotFound, "no such fault is armed")
	}
	return a
}

// fault tells what a fault has done. With ?hits=n it waits, at most ?wait= long (30s unless told), until it has acted on n requests.
func (c *Control) fault(w http.ResponseWriter, r *http.Request) {
	a := c.armed(w, r)
	if a == nil {
		return
	}
	if n, err := strconv.Atoi(r.FormValue("hits")); err == nil {
		ctx, cancel := c.patience(r)
		defer cancel()
		_ = a.Wait(ctx, n) // the answer shows whether it came to that
	}
	reply(w, http.StatusOK, a)
}

func (c *Control) removeFault(w http.ResponseWriter, r *http.Request) {
	if a := c.armed(w, r); a != nil {
		a.Remove()
		reply(w, http.StatusOK, a)
	}
}

// releaseFault lets go of what a barrier holds now.
func (c *Control) releaseFault(w http.ResponseWriter, r *http.Request) {
	if a := c.armed(w, r); a != nil {
		a.Release()
		reply(w, http.StatusOK, a)
	}
}

// patience bounds a waiting request.
func (c *Control) patience(r *http.Request) (context.Context, context.CancelFunc) {
	wait, err := time.ParseDuration(r.FormValue("wait"))
	if err != nil {
		wait = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(wait, 10*time.Minute))
	go func() {
		select {
		case <-c.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// journal lists entries. The query's names are the filter's: program, operation, client, user, grant, status, effect, error, after.
// With ?await=n it first waits until n of them have ended.
func (c *Control) journal(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := kit.Filter{
		Match: kit.Match{
			Program: q.Get("program"), Operation: q.Get("operation"), Client: q.Get("client"), User: q.Get("user"),
			Grant: q.Get("grant"), Region: q.Get("region"), Method: q.Get("method"), Path: q.Get("path"),
		},
		Effect: q.Get("effect"), Error: q.Get("error"), Fault: q.Get("fault"), Agent: q.Get("agent"),
	}
	for name, to := range map[string]func(int64){
		"status": func(n int64) { f.Status = int(n) },
		"after":  func(n int64) { f.After = n }, "generation": func(n int64) { f.Generation = n },
	} {
		if text := q.Get(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				problem(w, http.StatusBadRequest, name+" is no number")
				return
			}
			to(n)
		}
	}
	j := c.sandbox.Journal()
	if n, err := strconv.Atoi(q.Get("await")); err == nil {
		ctx, cancel := c.patience(r)
		defer cancel()
		_ = j.Await(ctx, n, f) // the answer shows whether it came to that
	}
	reply(w, http.StatusOK, map[string]any{"last": j.Last(), "dropped": j.Dropped(f.After), "entries": append([]kit.Entry{}, j.Entries(f)...)})
}

func (c *Control) clearJournal(w http.ResponseWriter, _ *http.Request) {
	c.sandbox.Journal().Clear()
	reply(w, http.StatusOK, map[string]int64{"last": c.sandbox.Journal().Last()})
}

func (c *Control) counts(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, append([]kit.Count{}, c.sandbox.Journal().Counts()...))
}

// verify takes a list of expectations. 200 says that all are met, 409 tells which are not, and what came nearest.
func (c *Control) verify(w http.ResponseWriter, r *http.Request) {
	var in []kit.Expectation
	if !take(w, r, &in) {
		return
	}
	if err := c.sandbox.Verify(in...); err != nil {
		reply(w, http.StatusConflict, map[string]any{"ok": false, "error": err.Error(), "unmet": append([]*kit.Unmet{}, kit.Unmets(err)...)})
		return
	}
	reply(w, http.StatusOK, map[string]any{"ok": true})
}
