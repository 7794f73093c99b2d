package adsfake

import (
	"bytes"
	"compress/gzip"
	"slices"
	"sync"
	"time"
)

// Statuses of reports and exports.
const (
	pending    = "PENDING"
	processing = "PROCESSING"
	completed  = "COMPLETED"
	failed     = "FAILED"
)

// mostJobs is how many reports and exports are kept; older ones are forgotten.
const mostJobs = 2000

// A job is a report or an export that is made while the client waits.
type job struct {
	id      string
	p       *profile
	created time.Time
	request *reportRequest // of a report
	user    string         // whose, in v1
	v1      *v1Request
	queue   string                                // which others it waits with
	kind    string                                // of an export
	same    string                                // what another request must equal to be a duplicate
	make    func(out func([]byte), now time.Time) // hands out the file before it is compressed
	packed  bool                                  // the file is compressed; CSV is not

	mu sync.Mutex // held for a moment, never while the file is made: others' requests look at the whole queue
	progress
	polls int

	made sync.Once
	file []byte
}

// A progress is how far a job is.
type progress struct {
	status   string
	updated  time.Time
	finished time.Time
}

// jobs are all of one kind.
type jobs struct {
	mu    sync.Mutex
	byID  map[string]*job
	order []*job
}

// find returns a profile's job.
func (q *jobs) find(p *profile, id string) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.byID[id]; j != nil && j.p == p {
		return j
	}
	return nil
}

// add keeps a job unless a live one is the same or its queue is as long as it may be; most below zero is no bound.
func (q *jobs) add(f *fake, j *job, most int) (duplicate *job, full bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := 0
	for _, other := range slices.Backward(q.order) {
		if s := other.look(f, j.created, false).status; s == completed || s == failed {
			continue
		}
		if other.p == j.p && other.same == j.same {
			return other, false
		}
		if other.queue == j.queue {
			waiting++
		}
	}
	if most >= 0 && waiting >= most {
		return nil, true
	}
	if q.byID == nil {
		q.byID = map[string]*job{}
	}
	q.byID[j.id] = j
	q.order = append(q.order, j)
	if len(q.order) > mostJobs {
		delete(q.byID, q.order[0].id)
		q.order = slices.Delete(q.order, 0, 1)
	}
	return nil, false
}

// remove forgets a profile's job.
func (q *jobs) remove(p *profile, id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	j := q.byID[id]
	if j == nil || j.p != p {
		return false
	}
	delete(q.byID, id)
	q.order = slices.DeleteFunc(q.order, func(o *job) bool { return o == j })
	return true
}

// look tells how far a job is, and counts a poll.
func (j *job) look(f *fake, now time.Time, poll bool) progress {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.status == completed || j.status == failed {
		return j.progress
	}
	if poll {
		j.polls++
	}
	step, end := 0, now
	switch f.is.reportProgress.Get() {
	case "polls":
		step = max(0, j.polls-1)
	case "at_once":
		if step = 2; !poll && j.polls == 0 {
			step = 0 // even then the answer to the request itself says PENDING
		}
	default:
		takes, since := f.is.reportTime.Duration(), now.Sub(j.created)
		if since >= takes/3 {
			step++
		}
		if since >= takes {
			step, end = step+1, j.created.Add(takes) // whenever somebody looks
		}
	}
	next := [...]string{pending, processing, completed}[min(step, 2)]
	if next == completed && f.is.reportEnd.Is("failed") {
		next = failed
	}
	if next != j.status {
		j.status, j.updated = next, end
	}
	if next == completed || next == failed {
		j.finished = end
	}
	return j.progress
}

// ended is the status of a job at its end.
func (j *job) ended() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.status
}

// content is the file of a completed job, which is made when it is first asked for.
func (j *job) content(f *fake) []byte {
	j.made.Do(func() {
		j.mu.Lock()
		finished := j.finished
		j.mu.Unlock()
		if j.packed {
			j.file = f.pack(func(out func([]byte)) { j.make(out, finished) })
		} else {
			j.make(func(b []byte) { j.file = append(j.file, b...) }, finished)
		}
	})
	return j.file
}

// pack compresses what fill hands out. The same bytes always give the same file.
func (f *fake) pack(fill func(out func([]byte))) []byte {
	p := f.packers.Get().(*packer)
	defer f.packers.Put(p)
	p.file.Reset()
	p.zip.Reset(&p.file)
	var err error
	fill(func(b []byte) {
		if err == nil {
			_, err = p.zip.Write(b)
		}
	})
	if err == nil {
		err = p.zip.Close()
	}
	if err != nil {
		panic("adsfake: compressing in memory: " + err.Error())
	}
	return bytes.Clone(p.file.Bytes())
}

// A packer compresses one file after the other. Its tables take a megabyte, which would be most of what a small report costs.
type packer struct {
	zip  *gzip.Writer
	file bytes.Buffer
}

func newPacker() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic("adsfake: compressing: " + err.Error())
	}
	return &packer{zip: w}
}
