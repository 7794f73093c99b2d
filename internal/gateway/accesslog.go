package gateway

import (
	"context"
	"io"
	"log/slog"
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
	logger *slog.Logger

	full atomic.Bool

	mu      sync.Mutex
	filling []byte
	lost    int

	flushing sync.Mutex
	writing  []byte // what the flusher could not write yet; guarded by flushing
	held     atomic.Int64
}

func newAccessLog(out io.Writer, most int, onLost func(n int)) *accessLog {
	l := &accessLog{out: out, most: most, onLost: onLost}
	l.logger = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{ReplaceAttr: plainKeys}))
	return l
}

// plainKeys leaves the level out, which is the same in every line.
func plainKeys(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return a
}

// Write takes one whole line from slog. It never fails: a line that does not fit is counted as lost.
func (l *accessLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.filling)+len(line)+int(l.held.Load()) > l.most {
		l.lost++
		l.full.Store(true)
		l.onLost(1)
		return len(line), nil
	}
	l.filling = append(l.filling, line...)
	return len(line), nil
}

// add formats one line at the time at.
func (l *accessLog) add(at time.Time, attrs ...slog.Attr) {
	r := slog.NewRecord(at, slog.LevelInfo, "request", 0)
	r.AddAttrs(attrs...)
	_ = l.logger.Handler().Handle(context.Background(), r)
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
	r := slog.NewRecord(now, slog.LevelInfo, "lines lost", 0)
	r.AddAttrs(slog.Int("lost", lost))
	return l.logger.Handler().Handle(context.Background(), r)
}
