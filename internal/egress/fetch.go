package egress

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// fetchTime bounds the whole download of a file, which may be of hundreds of megabytes; putTime the sending of one, which was in memory.
const (
	fetchTime = time.Hour
	putTime   = 10 * time.Minute
	putAnswer = 64 << 10 // bytes of what a store says of a file
)

// Fetch implements amazon.Fetcher. The address comes out of an answer's body, so it is held against the program's hosts for files before
// anything is dialled; a sandbox's may lead to the sandbox itself too. No header of the grant goes along: S3 refuses two ways of authorising
// (ads-lwa 5.1).
func (a *asker) Fetch(ctx context.Context, region canon.Region, address string) (*amazon.File, error) {
	files := a.program.Descriptor().Files
	u, host, err := a.linked(address, slices.Collect(maps.Values(files)), files[region])
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	reply, err := a.door.Stream(ctx, Stream{
		Call:     amazon.Call{Realm: a.grant.Realm, Host: host, Method: http.MethodGet, Path: u.EscapedPath(), Header: http.Header{"Accept": {"*/*"}}},
		RawQuery: u.RawQuery, Whole: fetchTime,
	})
	if err != nil {
		return nil, err
	}
	return &amazon.File{Status: reply.Status, Length: reply.Length, Body: reply.Body}, nil
}

// Put implements amazon.Putter, under the rules of Fetch: the hosts are those that the program lists for files which it takes.
func (a *asker) Put(ctx context.Context, region canon.Region, address, contentType string, content []byte) (*amazon.Answer, error) {
	places := a.program.Descriptor().Uploads
	first := ""
	if here := places[region]; len(here) > 0 {
		first = here[0]
	}
	u, host, err := a.linked(address, slices.Concat(slices.Collect(maps.Values(places))...), first)
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	began := time.Now()
	reply, err := a.door.Stream(ctx, Stream{
		Call:     amazon.Call{Realm: a.grant.Realm, Host: host, Method: http.MethodPut, Path: u.EscapedPath(), Header: http.Header{"Content-Type": {contentType}}, Timeout: putTime},
		RawQuery: u.RawQuery, Body: bytes.NewReader(content), Length: int64(len(content)), Whole: putTime,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(reply.Body, putAnswer+1))
	if err != nil {
		return nil, &amazon.SendError{Wrote: true, Err: fmt.Errorf("reading what the store says: %w", err)}
	}
	cut := len(body) > putAnswer
	return &amazon.Answer{Status: reply.Status, Header: reply.Header, Body: body[:min(len(body), putAnswer)], Truncated: cut, Took: time.Since(began)}, nil
}

// linked reads the address of a file and finds the host to call: one of those allowed, over TLS, or the sandbox itself in its own realm, which
// stands for the host given last.
func (a *asker) linked(address string, allowed []string, played string) (*url.URL, string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.User != nil || u.Fragment != "" || u.Path == "":
		return nil, "", errHost.With("the file's address is none")
	case u.Host != "" && u.Scheme == "https" && slices.Contains(allowed, u.Host):
		return u, u.Host, nil
	case a.grant.Realm == amazon.Sandbox && u.Host != "" && u.Host == a.door.play && played != "":
		return u, played, nil
	}
	return nil, "", errHost.With("the file's address is none of program %s's hosts for files", a.grant.Program)
}
