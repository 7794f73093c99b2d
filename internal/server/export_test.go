package server

import "github.com/prometheus/client_golang/prometheus"

// Metrics is the server's registry, for the test that holds the page of metrics against it.
func (s *Server) Metrics() *prometheus.Registry { return s.metrics }
