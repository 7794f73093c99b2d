// Package console serves the pages that a browser sees: for now the two that a consent needs.
//
// /oauth/start/{ticket} binds a browser to a consent by a cookie and sends it to Amazon; /oauth/callback takes it back. The
// pages are html/template, load nothing, run no script, and go nowhere that a request asks them to go: there is no parameter
// for a next page, so there is no open redirect. Everything that came from outside is escaped and named as such.
package console

import (
	"context"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
)

// Broker is what the console needs of *broker.Broker.
type Broker interface {
	Finish(ctx context.Context, c broker.Callback) (broker.Grant, error)
}

// Config is what a Console needs.
type Config struct {
	Broker Broker
	Now    func() time.Time

	// Secure marks cookies for https only. Set it where browsers reach the console by https. Defaults to false.
	Secure bool
}

// Console serves the pages, and knows how each consent that was begun here fares.
type Console struct {
	cfg      Config
	consents consents
}

// New returns a Console.
func New(cfg Config) *Console {
	return &Console{cfg: cfg, consents: consents{byID: map[string]*consent{}}}
}

// Routes puts the pages on mux. This is the site map.
func (c *Console) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /oauth/start/{ticket}", onlyGet(c.start))
	mux.HandleFunc("GET /oauth/callback", onlyGet(c.callback))
	mux.HandleFunc("GET /{$}", c.home)
}

// onlyGet refuses HEAD, which ServeMux takes for GET: who only looks at a link, as scanners of messages do, shall not use it up.
func onlyGet(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		h(w, r)
	}
}
