package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// BenchmarkExchange is one refresh under policy strict, without and with the network.
func BenchmarkExchange(b *testing.B) {
	b.Run("handler", func(b *testing.B) {
		s, err := sandbox.New(sandbox.Options{InMemory: true, Policy: "strict"})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			c := s.Consent(kit.Shop, kit.Advertiser)
			for pb.Next() {
				form := (&bench{s, c}).form(c.RefreshToken()).Encode()
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://api.amazon.com/auth/o2/token", strings.NewReader(form))
				rec := httptest.NewRecorder()
				s.Handler().ServeHTTP(rec, r)
				if rec.Code != http.StatusOK {
					b.Fatal(rec.Body)
				}
			}
		})
	})
	b.Run("loopback", func(b *testing.B) {
		s, err := sandbox.New(sandbox.Options{Policy: "strict"})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		b.ReportAllocs()
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			c := s.Consent(kit.Shop, kit.Advertiser)
			for pb.Next() {
				resp, err := s.Client().PostForm(s.URL("lwa", "NA")+"/auth/o2/token", (&bench{s, c}).form(c.RefreshToken()))
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	})
}

// BenchmarkNew is a sandbox from nothing to its first answer.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		s, err := sandbox.New(sandbox.Options{})
		if err != nil {
			b.Fatal(err)
		}
		resp, err := s.Client().Get(s.URL("lwa", "NA") + "/auth/o2/token")
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
		_ = s.Close()
	}
}
