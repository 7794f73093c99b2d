package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A Control is a sandbox's control side: HTTP with JSON on a listener of its own, for those who are in another process
// than the sandbox. Every request needs the token, which only the ready file tells.
type Control struct {
	URL   string // "http://127.0.0.1:7081"
	Token string // for Authorization: Bearer

	sandbox *Server
	http    *http.Server
	done    chan struct{}
	stop    chan struct{}
	once    sync.Once
}

// NewControl opens the control side of a sandbox. Close ends it; the sandbox goes on.
func NewControl(s *Server, addr string) (*Control, error) {
	l, err := listen(addr, false) // never beyond loopback, forced or not
	if err != nil {
		return nil, err
	}
	var random [24]byte
	if _, err := rand.Read(random[:]); err != nil { // never from the seed
		return nil, errors.Join(fmt.Errorf("drawing the control token: %w", err), l.Close())
	}
	c := &Control{
		URL: "http://" + l.Addr().String(), Token: "sbxctl_" + base64.RawURLEncoding.EncodeToString(random[:]),
		sandbox: s, done: make(chan struct{}), stop: make(chan struct{}),
	}
	c.http = &http.Server{Handler: c.guard(c.routes()), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		defer close(c.done)
		_ = c.http.Serve(l) // ends with ErrServerClosed
	}()
	return c, nil
}

// Close ends the control side.
func (c *Control) Close() error {
	c.once.Do(func() { close(c.stop) })
	err := c.http.Close()
	<-c.done
	return err
}

// routes are the control side's page and its whole API.
func (c *Control) routes() *http.ServeMux {
	m := http.NewServeMux()
	pages(m)
	m.HandleFunc("GET /world", c.world)
	m.HandleFunc("GET /env", c.environment)
	m.HandleFunc("POST /consents", c.makeConsent)
	m.HandleFunc("POST /consents/revoke", c.revokeConsents)
	m.HandleFunc("POST /profiles/{key}", c.changeProfile)
	m.HandleFunc("GET /programs/{program}", c.controls)
	m.HandleFunc("POST /programs/{program}/{name}", c.control)
	m.HandleFunc("GET /clock", c.clock)
	m.HandleFunc("POST /clock", c.moveClock)
	m.HandleFunc("GET /switches", c.switches)
	m.HandleFunc("POST /switches", c.turnSwitches)
	m.HandleFunc("GET /faults", c.faults)
	m.HandleFunc("PUT /faults", c.setFaults)
	m.HandleFunc("POST /faults", c.addFault)
	m.HandleFunc("DELETE /faults", c.clearFaults)
	m.HandleFunc("GET /faults/{id}", c.fault)
	m.HandleFunc("DELETE /faults/{id}", c.removeFault)
	m.HandleFunc("POST /faults/{id}/release", c.releaseFault)
	m.HandleFunc("GET /journal", c.journal)
	m.HandleFunc("DELETE /journal", c.clearJournal)
	m.HandleFunc("GET /journal/counts", c.counts)
	m.HandleFunc("GET /journal/faults", c.replay)
	m.HandleFunc("GET /journal/verdicts", c.verdicts)
	m.HandleFunc("POST /journal/verify", c.verify)
	return m
}

// guard lets nobody in but a local program that has read the ready file: no web page but our own (Host, Origin), no one without the token,
// which the files of our own page alone do not need.
func (c *Control) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !kit.Loopback(kit.HostName(r.Host)):
			problem(w, http.StatusMisdirectedRequest, "this host name is not this machine's")
		case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host:
			problem(w, http.StatusForbidden, "other web pages have no business here")
		case r.Method == http.MethodGet && (r.URL.Path == "/" || r.URL.Path == "/page.css" || r.URL.Path == "/page.js"):
			next.ServeHTTP(w, r)
		case !ok || subtle.ConstantTimeCompare([]byte(token), []byte(c.Token)) != 1:
			problem(w, http.StatusUnauthorized, "send the token of the ready file as Authorization: Bearer")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
			next.ServeHTTP(w, r)
		}
	})
}

// reply answers with JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that has gone needs no answer
}

func problem(w http.ResponseWriter, status int, text string) {
	reply(w, status, map[string]string{"error": text})
}

// take reads a request's JSON strictly. It reports whether the handler goes on.
func take(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		problem(w, http.StatusBadRequest, "reading the request: "+err.Error())
		return false
	}
	return true
}
