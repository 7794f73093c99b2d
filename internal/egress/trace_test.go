package egress_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
)

// The broker learns from the context's trace that a token request is about to leave, and that it has, before its answer is there.
func TestWroteRequestIsTold(t *testing.T) {
	t.Parallel()
	told := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-told }))
	t.Cleanup(srv.Close)
	d, err := egress.New(egress.Config{SandboxURL: srv.URL, Hosts: []string{"api.amazon.com"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	begun := false
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { begun = true },
		WroteRequest: func(httptrace.WroteRequestInfo) {
			if !begun {
				t.Error("the request had left before it was told that it would")
			}
			told <- struct{}{}
		},
	})
	if _, err := d.Send(ctx, amazon.Call{Realm: amazon.Sandbox, Host: "api.amazon.com", Method: "POST", Path: "/auth/o2/token"}); err != nil {
		t.Fatal(err)
	}
}
