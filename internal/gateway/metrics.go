package gateway

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the gateway's. Every label has few values: operations come from the descriptors, codes from the catalogue.
type metrics struct {
	requests *prometheus.CounterVec   // operation, class
	refused  *prometheus.CounterVec   // code
	seconds  *prometheus.HistogramVec // program
	amazon   *prometheus.HistogramVec // program
	inFlight prometheus.Gauge
	retries  *prometheus.CounterVec // reason
	vended   *prometheus.CounterVec // outcome
	lost     *prometheus.CounterVec // kind
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	name := func(n string) prometheus.Opts {
		return prometheus.Opts{Namespace: "lockkeeper", Subsystem: "gateway", Name: n}
	}
	counter := func(n, help string, labels ...string) *prometheus.CounterVec {
		o := name(n)
		o.Help = help
		return prometheus.NewCounterVec(prometheus.CounterOpts(o), labels)
	}
	histogram := func(n, help string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "lockkeeper", Subsystem: "gateway", Name: n, Help: help,
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"program"})
	}
	o := name("in_flight")
	o.Help = "Requests being served."
	m := &metrics{
		requests: counter("requests_total", "Requests answered, by operation and class of status.", "operation", "class"),
		refused:  counter("refused_total", "Requests that Lockkeeper refused itself, by problem.", "code"),
		seconds:  histogram("seconds", "From a request's first line to the end of its answer."),
		amazon:   histogram("amazon_seconds", "From sending to Amazon to the head of its answer."),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(o)),
		retries:  counter("retries_total", "Calls sent a second time, by reason.", "reason"),
		vended:   counter("tokens_total", "Token requests, by outcome.", "outcome"),
		lost:     counter("records_lost_total", "Access log lines and usage counts that could not be kept.", "kind"),
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.refused, m.seconds, m.amazon, m.inFlight, m.retries, m.vended, m.lost} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// counters hold an operation's own counters once they were needed, one a class of status.
type counters [6]atomic.Pointer[prometheus.Counter]

func (m *metrics) count(op *operation, status int) {
	class := status / 100
	if class < 1 || class > 5 {
		class = 0
	}
	c := op.counts[class].Load()
	if c == nil {
		made := m.requests.WithLabelValues(op.name, strconv.Itoa(class)+"xx")
		c = &made
		op.counts[class].Store(c)
	}
	(*c).Inc()
}

// A timing is a program's own histograms.
type timing struct{ whole, amazon prometheus.Observer }

func (m *metrics) timing(program string) timing {
	return timing{m.seconds.WithLabelValues(program), m.amazon.WithLabelValues(program)}
}
