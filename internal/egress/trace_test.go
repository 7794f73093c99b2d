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

// The broker learns from the context's trace that a token request has left whole, before its answer is there.
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
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { told <- struct{}{} }})
	if _, err := d.Send(ctx, amazon.Call{Realm: amazon.Sandbox, Host: "api.amazon.com", Method: "POST", Path: "/auth/o2/token"}); err != nil {
		t.Fatal(err)
	}
}
