// Package client is how Go software uses a Lockkeeper: with the gateway's address and a pass, which is all that it holds.
//
// Advertising objects are read and written in the shapes of package canon; Amazon's own APIs are called through the passthrough, which puts on
// token, host, account header and media type. Nothing is retried that may have had an effect: a request that changes something can carry a key,
// with which the same request may be sent again. An answer of which a part is missing is never returned without saying so.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config is what a Client needs.
type Config struct {
	URL  string // of the gateway: "http://127.0.0.1:7071"
	Pass string // that `lockkeeper caller add` showed

	// HTTP makes the calls. It must not follow redirects. Defaults to a client that follows none and gives an answer two minutes.
	HTTP *http.Client
}

// A Client talks to one gateway as one caller. It is safe for concurrent use.
type Client struct {
	url, pass string
	http      *http.Client
}

// New returns a Client.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("making a client: the URL is not that of a gateway, such as http://127.0.0.1:7071")
	}
	if cfg.Pass == "" {
		return nil, errors.New("making a client: the pass is missing")
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Client{strings.TrimSuffix(cfg.URL, "/"), cfg.Pass, cfg.HTTP}, nil
}

// An Error is a refusal, in the words of Lockkeeper's catalogue and, where Amazon refused, in Amazon's.
type Error struct {
	Status   int       `json:"-"`                  // of the answer
	Code     string    `json:"code"`               // "unified.object_unknown"
	Message  string    `json:"message"`            // one sentence
	Cause    string    `json:"cause"`              // who must act: you, operator, account-owner, amazon, lockkeeper
	Fix      string    `json:"fix"`                // what to do
	Detail   string    `json:"detail,omitempty"`   // what was seen this time
	Docs     string    `json:"docs,omitempty"`     // where to read on
	Field    string    `json:"field,omitempty"`    // which field it is about
	RetryAt  time.Time `json:"retry_at,omitzero"`  // when it can be tried again, where that is known
	Provider *Provider `json:"provider,omitempty"` // what Amazon said
}

// A Provider is what Amazon said.
type Provider struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// Error implements error.
func (e *Error) Error() string {
	text := e.Message
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}

const answerMost = 256 << 20

// send makes a request and returns its answer, whose body is to be closed. A status from 400 on is an *Error.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	target := c.url + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+c.pass)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking the gateway: %w", err)
	}
	if resp.StatusCode < 400 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, refused(resp)
}

// refused reads a refusal, in the words of the normalised API or of the gateway itself (RFC 9457).
func refused(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // what came of a broken answer is all there is
	var f struct {
		Error
		Title string `json:"title"`
		Whose string `json:"whose"`
	}
	if json.Unmarshal(text, &f) != nil || f.Message == "" && f.Title == "" {
		return &Error{Status: resp.StatusCode, Code: resp.Header.Get("Lockkeeper-Problem"), Message: fmt.Sprintf("the gateway answered with status %d", resp.StatusCode)}
	}
	e := f.Error
	e.Status = resp.StatusCode
	if e.Message == "" {
		e.Message, e.Cause = f.Title, f.Whose
	}
	return &e
}

// do sends in as JSON, if it is not nil, and reads the answer into out.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, header http.Header, in, out any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(text)
		header = header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Content-Type", "application/json")
	}
	resp, err := c.send(ctx, method, path, query, header, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMost))
	if err != nil {
		return nil, fmt.Errorf("reading the gateway's answer: %w", err)
	}
	if out == nil || len(text) == 0 {
		return resp, nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return nil, fmt.Errorf("reading the gateway's answer: %w", err)
	}
	return resp, nil
}

// Passthrough calls one of Amazon's own paths, such as "/sp/campaigns/list", with a grant. Token, host, account header and media type are put
// on by the gateway; account, an Ads profile's id, may be empty where the grant opens one alone. The answer is Amazon's, its body to be closed;
// a status from 400 on is an *Error.
func (c *Client) Passthrough(ctx context.Context, method, grant, path, account string, query url.Values, body io.Reader) (*http.Response, error) {
	all := url.Values{}
	for name, values := range query {
		all[name] = values
	}
	if account != "" {
		all.Set("org_id", account)
	}
	header := http.Header{}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	return c.send(ctx, method, "/lk/v1/passthrough/"+url.PathEscape(grant)+"/"+strings.TrimPrefix(path, "/"), all, header, body)
}
