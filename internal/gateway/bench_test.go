package gateway_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
)

// stillDoor answers at once, so that what is measured is the gateway alone, with everything on.
type stillDoor struct{}

func (stillDoor) Stream(context.Context, egress.Stream) (*egress.Reply, error) {
	const body = `[{"campaignId":"1"}]`
	return &egress.Reply{
		Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "X-Amz-Rid": {"P2P44C0QBZ2R94JRS99Z"}},
		Length: int64(len(body)), Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

func (stillDoor) Throttled(egress.LimitKey) time.Time { return time.Time{} }
func (stillDoor) Hold(egress.LimitKey, time.Time)     {}

func benchHouse(b *testing.B) *house {
	h := newHouse(b, func(c *gateway.Config) {
		c.Door, c.Access, c.Now = stillDoor{}, io.Discard, time.Now
		c.LogBuffer = 64 << 20
	})
	h.clock = time.Now()
	h.token(h.shop, 2, accessNA)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- h.gate.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-ended
	})
	return h
}

func benchCalls(b *testing.B, h *house, credential string) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := h.request("GET", "/v2/profiles")
		for pb.Next() {
			r.Header = http.Header{
				"Authorization": {"Bearer " + credential}, "Lockkeeper-Region": {"NA"}, "Accept": {"*/*"}, "User-Agent": {"bench"},
			}
			w := newRecorder()
			h.gate.ServeHTTP(w, r)
			if w.status != 200 {
				b.Error(w.status)
				return
			}
		}
	})
}

// BenchmarkPass is a whole request by pass, without network: pass check, policy, hygiene, access log, usage and metrics.
func BenchmarkPass(b *testing.B) {
	h := benchHouse(b)
	benchCalls(b, h, h.pass)
}

// BenchmarkToken is the same by a token of ours.
func BenchmarkToken(b *testing.B) {
	h := benchHouse(b)
	token, a := h.tokenFor("reporter", h.pass, "shop")
	if token == "" {
		b.Fatal(a.body)
	}
	benchCalls(b, h, token)
}

// BenchmarkVend is a token request.
func BenchmarkVend(b *testing.B) {
	h := benchHouse(b)
	target := "/auth/o2/token?grant_type=refresh_token&refresh_token=shop&client_id=reporter&client_secret=" + h.pass
	b.ReportAllocs()
	for b.Loop() {
		w := newRecorder()
		h.gate.ServeHTTP(w, h.request("POST", target))
		if w.status != 200 {
			b.Fatal(w.status)
		}
	}
}
