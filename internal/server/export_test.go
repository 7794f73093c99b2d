package server

import (
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics is the server's registry, for the test that holds the page of metrics against it.
func (s *Server) Metrics() *prometheus.Registry { return s.metrics }

// Behind is a listener limited to a proxy's networks, for tests of whom it lets in.
func Behind(l net.Listener, networks ...string) net.Listener { return behindProxy(l, networks) }

// Contained is a handler that a mistake of ours does not get out of.
func Contained(h http.Handler, log *slog.Logger) http.Handler { return contained(h, log, "test") }

// ControlSocket is the listener of the command line's way in.
func ControlSocket(dir string) (net.Listener, error) { return controlSocket(dir) }

// PlainToOthers says which listeners only a proxy may use.
func PlainToOthers(metrics bool, host, cert string) bool { return plainToOthers(metrics, host, cert) }

// MayEnter says who is let in there.
func MayEnter(uid, own int) bool { return mayEnter(uid, own) }
