package aws

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Where IAM and the first STS are (contract 5.2).
const (
	home    = "us-east-1"
	iamHost = "iam.amazonaws.com"
	stsHost = "sts.us-east-1.amazonaws.com"

	iamVersion = "2010-05-08"
	stsVersion = "2011-06-15"
)

// A Key is a key pair in use. Session is of session credentials only.
type Key struct {
	Realm   amazon.Realm
	ID      string
	Secret  secret.Value
	Session secret.Value
	Fresh   bool // made a moment ago: a refusal may mean that AWS does not know it yet
}

// A Client asks IAM and STS. Every error is a problem.Problem; one that says the request may have arrived all the same is told by Uncertain.
type Client struct {
	Sender amazon.Sender
	Now    func() time.Time // Defaults to time.Now.
}

// Uncertain reports whether a failed call may have taken effect at AWS: nothing that says otherwise came back.
func Uncertain(err error) bool {
	var s *amazon.SendError
	return errors.As(err, &s) && s.Wrote
}

// query sends one call and reads the result into out, which may be nil.
func (c *Client) query(ctx context.Context, k Key, service, action string, in url.Values, out any) error {
	if in == nil {
		in = url.Values{}
	}
	host, version := iamHost, iamVersion
	if service == "sts" {
		host, version = stsHost, stsVersion
	}
	in.Set("Action", action)
	in.Set("Version", version)
	answer, err := c.Sender.Send(ctx, amazon.Call{
		Realm: k.Realm, Host: host, Method: "POST", Path: "/", Body: []byte(in.Encode()), Timeout: 15 * time.Second,
		Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}},
		Inject: amazon.Injection{SigV4: &amazon.SigV4{KeyID: k.ID, Secret: k.Secret, Session: k.Session, Service: service, Region: home}},
	})
	if err != nil {
		return problem.New(problem.AWSUnreachable).Because(err)
	}
	if answer.Truncated {
		return problem.New(problem.AWSBrokenAnswer).Because(&amazon.SendError{Wrote: true, Err: errors.New("the answer was cut short")})
	}
	if answer.Status != 200 {
		return c.refused(answer, k)
	}
	if err := readResult(answer.Body, action, out); err != nil {
		return problem.New(problem.AWSBrokenAnswer).Because(&amazon.SendError{Wrote: true, Err: err})
	}
	return nil
}

// refused names a refusal. A failure of AWS's own may have happened after the operation took effect.
func (c *Client) refused(a *amazon.Answer, k Key) error {
	e := amazon.Evidence{Status: a.Status, Header: a.Header, Body: a.Body}
	if k.Fresh {
		e.Facts = append(e.Facts, FreshKey)
	}
	if c.Now != nil {
		e.Now = c.Now()
	} else {
		e.Now = time.Now()
	}
	p, _ := New().Classify(e)
	if a.Status >= 500 {
		return p.Because(&amazon.SendError{Wrote: true, Err: errors.New("AWS failed on its own side")})
	}
	return p
}
