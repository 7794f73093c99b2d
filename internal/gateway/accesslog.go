package gateway

import (
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// An accessLog takes one line a request. Requests append to a buffer in memory, and one flusher writes it out: the disk
// never holds a request up. What does not fit is lost, counted, and named in a line of its own as soon as one fits again.
type accessLog struct {
	out    io.Writer
	most   int
	onLost func(n int)

	full atomic.Bool

	mu      sync.Mutex
	filling []byte
	lost    int

	flushing sync.Mutex
	writing  []byte // what the flusher could not write yet; guarded by flushing
	held     atomic.Int64
}

func newAccessLog(out io.Writer, most int, onLost func(n int)) *accessLog {
	return &accessLog{out: out, most: most, onLost: onLost}
}

// A line is one request in the access log, written by hand into one buffer: slog takes about as long for it as the rest of the
// gateway takes for the request. The form is slog's, so that one reader serves all logs.
type line struct{ b []byte }

func newLine(buf []byte, at time.Time, msg string) line {
	b := append(buf, `{"time":"`...)
	b = at.AppendFormat(b, time.RFC3339Nano)
	return line{append(append(append(b, `","msg":"`...), msg...), '"')}
}

// text adds a value that needs no escapes: an id, a name of ours, or one that was checked. What is none is left out whole.
func (l *line) text(key, value string) {
	for i := 0; i < len(value); i++ {
		if c := value[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			value = ""
		}
	}
	l.key(key)
	l.b = append(append(append(l.b, '"'), value...), '"')
}

func (l *line) number(key string, value int64) {
	l.key(key)
	l.b = strconv.AppendInt(l.b, value, 10)
}

func (l *line) bool(key string, value bool) {
	l.key(key)
	l.b = strconv.AppendBool(l.b, value)
}

func (l *line) key(key string) {
	l.b = append(append(append(l.b, `,"`...), key...), `":`...)
}

// end returns the whole line.
func (l *line) end() []byte { return append(l.b, "}\n"...) }

// add takes one whole line. One that does not fit is counted as lost.
func (l *accessLog) add(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.filling)+len(line)+int(l.held.Load()) > l.most {
		l.lost++
		l.full.Store(true)
		l.onLost(1)
		return
	}
	l.filling = append(l.filling, line...)
}

// flush writes out what waits. Where the writer fails, all of it stays and is tried again.
func (l *accessLog) flush(now time.Time) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	l.mu.Lock()
	if len(l.writing) == 0 {
		l.writing, l.filling = l.filling, l.writing[:0]
	} else {
		l.writing, l.filling = append(l.writing, l.filling...), l.filling[:0]
	}
	lost := l.lost
	l.held.Store(int64(len(l.writing)))
	l.mu.Unlock()
	if len(l.writing) > 0 {
		n, err := l.out.Write(l.writing)
		l.writing = append(l.writing[:0], l.writing[max(n, 0):]...)
		l.held.Store(int64(len(l.writing)))
		if err != nil {
			return err
		}
	}
	l.full.Store(false)
	if lost == 0 {
		return nil
	}
	l.mu.Lock()
	l.lost -= lost
	l.mu.Unlock()
	named := newLine(nil, now, "lines lost")
	named.number("lost", int64(lost))
	l.add(named.end())
	return nil
}
