//go:build linux

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

var (
	connections = []int{1, 16, 64}
	subjects    = []string{"direct", "nginx", "haproxy", "Caddy", "ReverseProxy", "gateway"}
	methods     = []string{"GET", "POST"}
)

// A cell is one line of the tables: who, over what, how.
type cell struct {
	subject string
	secure  bool // TLS to the upstream
	method  string
	conns   int
}

// requestFor is a GET of the kind that a listing is, or a POST of two kilobytes.
func requestFor(method, pass string) []byte {
	head := "Host: localhost\r\nAuthorization: Bearer " + pass + "\r\nAmazon-Advertising-API-Scope: " + profileID +
		"\r\nAmazon-Advertising-API-ClientId: anything\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n"
	if method == "GET" {
		return []byte("GET /sp/budgetRules?pageSize=10 HTTP/1.1\r\n" + head + "\r\n")
	}
	body := `{"nameFilter":{"include":["` + strings.Repeat("y", 2000) + `"]}}`
	return fmt.Appendf(nil, "POST /sp/campaigns/list HTTP/1.1\r\n%sContent-Type: application/vnd.spCampaign.v3+json\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// measureGateway holds the gateway against direct calls, nginx, haproxy and a tuned ReverseProxy, with and without TLS upstream.
func measureGateway(ctx context.Context, s settings, dir string, r *report) error {
	roots, err := certificate(dir)
	if err != nil {
		return err
	}
	up, err := self(ctx, beside, "upstream", dir)
	if err != nil {
		return err
	}
	samples := map[cell][]sample{}
	for _, secure := range []bool{false, true} {
		if err := measureSide(ctx, s, filepath.Join(dir, fmt.Sprint(secure)), dir, up, roots, secure, samples, r); err != nil {
			return err
		}
	}
	r.cells = map[cell]sample{}
	for c, all := range samples {
		r.cells[c] = median(all)
	}
	return up.stop(nil)
}

func measureSide(ctx context.Context, s settings, dir, certs string, up *process, roots *x509.CertPool, secure bool, samples map[cell][]sample, r *report) (err error) {
	address, scheme := up.addr, "http://"
	direct := target{addr: up.addr}
	if secure {
		address, scheme = up.tls, "https://"
		direct = target{addr: up.tls, roots: roots}
	}
	procs := map[string]*process{}
	for _, name := range []string{"nginx", "haproxy", "Caddy", "gateway"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return err
		}
	}
	var errs [5]error
	procs["nginx"], errs[0] = startNginx(ctx, filepath.Join(dir, "nginx"), certs, address, secure)
	procs["haproxy"], errs[1] = startHaproxy(ctx, filepath.Join(dir, "haproxy"), certs, address, secure)
	procs["ReverseProxy"], errs[2] = self(ctx, alone, "proxy", certs, scheme+address)
	procs["gateway"], errs[3] = self(ctx, alone, "gateway", certs, filepath.Join(dir, "gateway"), scheme+address)
	if _, err := binary("caddy"); err == nil { // some systems do not serve it
		procs["Caddy"], errs[4] = startCaddy(ctx, filepath.Join(dir, "Caddy"), certs, address, secure)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	sent := 0
	for round := range s.rounds + 1 { // the first one warms up
		for _, method := range methods {
			for _, conns := range connections {
				for _, name := range subjects {
					if s.only != "" && s.only != name || name != "direct" && procs[name] == nil {
						continue
					}
					t := direct
					if name != "direct" {
						t = target{addr: procs[name].addr}
					}
					t.request = requestFor(method, procs["gateway"].pass)
					length := s.slice
					if round == 0 {
						length /= 3
					}
					got, err := load(t, conns, length, procs[name])
					if err != nil {
						return fmt.Errorf("%s, %s, %d connections: %w", name, method, conns, err)
					}
					if name == "gateway" {
						sent += got.sent
					}
					if c := (cell{name, secure, method, conns}); round > 0 {
						samples[c] = append(samples[c], got)
					}
				}
			}
		}
	}
	if secure {
		extra, err := measureExtras(s, procs, r)
		if err != nil {
			return err
		}
		sent += extra
	}
	return stopSide(procs, sent, r)
}

// stopSide ends the competitors and holds what the gateway wrote down against what was sent.
func stopSide(procs map[string]*process, sent int, r *report) error {
	var c count
	err := procs["gateway"].stop(&c)
	for name, p := range procs {
		if name != "gateway" {
			err = errors.Join(err, p.stop(nil))
		}
	}
	if err != nil {
		return err
	}
	if c.Access < sent || c.Metrics < sent || c.Usage < sent {
		return fmt.Errorf("%d requests were sent, but the access log has %d, the metrics %d and the counts of use %d: these figures would be of something else",
			sent, c.Access, c.Metrics, c.Usage)
	}
	r.sent += sent
	return nil
}

// vendedBody is as long as an answer of the gateway's token endpoint.
const vendedBody = `{"access_token":"lkt_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE","refresh_token":"shop","token_type":"bearer","expires_in":3600}`

// measureVending holds the gateway's token endpoint against nginx that returns a fixed text.
func measureVending(ctx context.Context, s settings, dir string, r *report) error {
	if _, err := certificate(dir); err != nil {
		return err
	}
	for _, name := range []string{"nginx", "gateway"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return err
		}
	}
	nginx, err := startNginx(ctx, filepath.Join(dir, "nginx"), dir, "127.0.0.1:9", false)
	if err != nil {
		return err
	}
	gate, err := self(ctx, alone, "gateway", dir, filepath.Join(dir, "gateway"), "http://127.0.0.1:9")
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {grantName}, "client_id": {callerName}, "client_secret": {gate.pass}}.Encode()
	request := fmt.Appendf(nil, "POST /auth/o2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
	all := map[string][]sample{}
	sent := 0
	for round := range s.rounds + 1 {
		for name, p := range map[string]*process{"nginx": nginx, "gateway": gate} {
			got, err := load(target{addr: p.addr, request: request}, 16, 2*s.slice, p)
			if err != nil {
				return err
			}
			if name == "gateway" {
				sent += got.sent
			}
			if round > 0 {
				all[name] = append(all[name], got)
			}
		}
	}
	r.vend = map[string]sample{"nginx": median(all["nginx"]), "gateway": median(all["gateway"])}
	var c count
	if err := errors.Join(nginx.stop(nil), gate.stop(&c)); err != nil {
		return err
	}
	if c.Access < sent {
		return fmt.Errorf("%d tokens were asked for, but the access log has %d lines", sent, c.Access)
	}
	return nil
}

// slowFlush is what a flush costs more on a disk that does not flatter.
const slowFlush = 5 * time.Millisecond

// measureRefresh counts durable refreshes with a rotated token each, on this disk and on one that flushes slowly.
func measureRefresh(ctx context.Context, s settings, dir string, r *report) error {
	for flush, into := range map[time.Duration]*refreshed{0: &r.refresh, slowFlush: &r.refreshSlow} {
		sbx, err := self(ctx, everywhere, "sandbox")
		if err != nil {
			return err
		}
		p, err := self(ctx, everywhere, "refresh", filepath.Join(dir, flush.String()), (8 * s.slice).String(), sbx.addr, strconv.Itoa(sbx.cmd.Process.Pid), flush.String())
		if err != nil {
			return err
		}
		if err := p.hear(into); err != nil {
			return err
		}
		if into.Rotated < into.Refreshes {
			return fmt.Errorf("%d refreshes brought %d generations", into.Refreshes, into.Rotated)
		}
		if err := errors.Join(p.stop(nil), sbx.stop(nil)); err != nil {
			return err
		}
	}
	return nil
}

// await polls until f is true.
func await(ctx context.Context, most time.Duration, f func() bool) (time.Duration, error) {
	began := time.Now()
	for !f() {
		if time.Since(began) > most || ctx.Err() != nil {
			return 0, errors.New("it took too long")
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(began), nil
}
