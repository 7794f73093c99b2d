package server_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
)

// F5: a handler that crashes with a secret in its hands, as plain text even, tells nobody: not the log, not whoever asked.
func TestF5_CrashingHandler(t *testing.T) {
	t.Parallel()
	const secret = "canary-EXAMPLE-in-plain-text"
	for _, c := range []struct {
		name   string
		crash  func(http.ResponseWriter)
		status int // 0: cut off
	}{
		{"text", func(http.ResponseWriter) { panic("opening " + secret) }, 500},
		{"error", func(http.ResponseWriter) { panic(errors.New(secret)) }, 500},
		{"index", func(http.ResponseWriter) { _ = []byte(secret)[len(secret)+len(t.Name())] }, 500},
		{"after the answer began", func(w http.ResponseWriter) { _, _ = w.Write([]byte("half")); panic(secret) }, 0},
		{"aborted", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			h := server.Contained(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.crash(w) }), slog.New(slog.NewTextHandler(&log, nil)))
			w := httptest.NewRecorder()
			cut := false
			func() {
				defer func() { cut = recover() == http.ErrAbortHandler }()
				h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			}()
			if cut != (c.status == 0) || !cut && (w.Code != c.status || w.Header().Get("Lockkeeper-Problem") != string(problem.APIInternal)) {
				t.Errorf("cut off: %t, status %d, problem %q", cut, w.Code, w.Header().Get("Lockkeeper-Problem"))
			}
			if strings.Contains(log.String()+w.Body.String(), "canary") {
				t.Errorf("the crash tells the secret: %s%s", log.String(), w.Body)
			}
			if c.name != "aborted" && !strings.Contains(log.String(), "mishap_test") && !strings.Contains(log.String(), "TestF5_CrashingHandler") {
				t.Errorf("the log does not say where: %s", log.String())
			}
		})
	}
}
