package egress

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// fetchTime bounds the whole download of a file, which may be of hundreds of megabytes.
const fetchTime = time.Hour

// Fetch implements amazon.Fetcher. The address comes out of an answer's body, so it is held against the program's hosts for files before
// anything is dialled; a sandbox's may lead to the sandbox itself too. No header of the grant goes along: S3 refuses two ways of authorising
// (ads-lwa 5.1).
func (a *asker) Fetch(ctx context.Context, region canon.Region, address string) (*amazon.File, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || u.Path == "" {
		return nil, &amazon.SendError{Err: errHost.With("the file's address is none")}
	}
	files := a.program.Descriptor().Files
	host, own := u.Host, false
	for _, h := range files {
		own = own || h == host
	}
	if !own && a.grant.Realm == amazon.Sandbox && host != "" && host == a.door.play {
		host, own = files[region], true
	} else if u.Scheme != "https" {
		own = false
	}
	if !own || host == "" {
		return nil, &amazon.SendError{Err: errHost.With("the file is not where program %s keeps files", a.grant.Program)}
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
