package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// numbers count what store and broker tell. Labels are programs, outcomes and healths, of which there are few; a grant's or an
// app's name is never one, since it may be a customer's.
type numbers struct {
	writes    prometheus.Counter
	commits   *prometheus.CounterVec // outcome
	flush     prometheus.Histogram
	exchanges *prometheus.CounterVec   // program, kind, outcome
	seconds   *prometheus.HistogramVec // program
	changes   *prometheus.CounterVec   // program, health
	load      *prometheus.GaugeVec     // state
}

func newNumbers(reg prometheus.Registerer) *numbers {
	opts := func(part, name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "lockkeeper", Subsystem: part, Name: name, Help: help}
	}
	counter := func(part, name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts(opts(part, name, help)), labels)
	}
	n := &numbers{
		writes:  prometheus.NewCounter(prometheus.CounterOpts(opts("store", "writes_total", "Changes made to the database."))),
		commits: counter("store", "commits_total", "Shared transactions, by outcome.", "outcome"),
		flush: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "lockkeeper", Subsystem: "store", Name: "commit_seconds", Help: "How long a commit took, its flush to disk included.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}),
		exchanges: counter("refresh", "exchanges_total", "Exchanges with token endpoints, by outcome.", "program", "kind", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "lockkeeper", Subsystem: "refresh", Name: "seconds", Help: "How long a token endpoint took.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"program"}),
		changes: counter("grant", "health_changes_total", "Grants whose health became another, by the new one.", "program", "health"),
		load:    prometheus.NewGaugeVec(prometheus.GaugeOpts(opts("refresh", "load", "Exchanges that wait, are under way, or are not saved yet.")), []string{"state"}),
	}
	reg.MustRegister(n.writes, n.commits, n.flush, n.exchanges, n.seconds, n.changes, n.load)
	return n
}

// committed is told of every shared transaction by the store.
func (n *numbers) committed(b store.Batch) {
	outcome := "done"
	if b.Err != nil {
		outcome = "failed"
	} else {
		n.writes.Add(float64(b.Writes))
	}
	n.commits.WithLabelValues(outcome).Inc()
	n.flush.Observe(b.Commit.Seconds())
}

// Exchanged implements broker.Observer.
func (n *numbers) Exchanged(g broker.Grant, a broker.Attempt) {
	n.exchanges.WithLabelValues(g.Program, a.Kind, string(a.Outcome)).Inc()
	n.seconds.WithLabelValues(g.Program).Observe(a.Took.Seconds())
}

// HealthChanged implements broker.Observer.
func (n *numbers) HealthChanged(g broker.Grant) {
	health, _, _ := g.Standing()
	n.changes.WithLabelValues(g.Program, string(health)).Inc()
}

// Load implements broker.Observer.
func (n *numbers) Load(queued, underway, unsaved int) {
	n.load.WithLabelValues("waiting").Set(float64(queued))
	n.load.WithLabelValues("underway").Set(float64(underway))
	n.load.WithLabelValues("unsaved").Set(float64(unsaved))
}

var _ broker.Observer = (*numbers)(nil)
