package server

import (
	"log/slog"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// contained answers for a handler that panics. net/http would write the panic's value into the log, and what a mistake of ours had
// in its hands may be a secret (attack case F5): logged is where it happened, and nothing of what it was about.
func contained(next http.Handler, log *slog.Logger, listener string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &begun{ResponseWriter: w}
		defer func() {
			bug := recover()
			if bug == nil {
				return
			}
			if bug == http.ErrAbortHandler {
				panic(http.ErrAbortHandler)
			}
			log.Error("serving a request: a mistake of ours", "listener", listener, "at", obs.Whence())
			if answer.sent {
				panic(http.ErrAbortHandler) // so that half an answer is not taken for a whole one
			}
			refuse(w, problem.New(problem.APIInternal))
		}()
		next.ServeHTTP(answer, r)
	})
}

// begun notes whether an answer was begun.
type begun struct {
	http.ResponseWriter
	sent bool
}

// WriteHeader implements http.ResponseWriter.
func (b *begun) WriteHeader(status int) {
	b.sent = true
	b.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (b *begun) Write(p []byte) (int, error) {
	b.sent = true
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find the connection.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }
