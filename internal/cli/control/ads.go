package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An AdsAsk is one request to the normalised Ads API on the operator's side.
type AdsAsk struct {
	Method string
	Grant  string // name, or "-" for all
	Path   string // behind the grant: "campaign/123"
	Query  url.Values
	Header http.Header
	Body   any // as JSON; nil for none
}

// An AdsAnswer is its answer, of any status below 400.
type AdsAnswer struct {
	Status int
	Header http.Header
	Body   io.ReadCloser // to be closed
}

// Ads asks. A refusal is an *Error.
func (c *Client) Ads(ctx context.Context, a AdsAsk) (*AdsAnswer, error) {
	var body io.Reader
	if a.Body != nil {
		text, err := json.Marshal(a.Body)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	target := "http://control/api/v1/ads/" + url.PathEscape(a.Grant) + "/" + a.Path
	if len(a.Query) > 0 {
		target += "?" + a.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, a.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	if a.Header != nil {
		req.Header = a.Header
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking the server: %w", err)
	}
	if resp.StatusCode < 400 {
		return &AdsAnswer{resp.StatusCode, resp.Header, resp.Body}, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, adsError(resp)
}

// adsError reads a refusal in the words of that API.
func adsError(resp *http.Response) error {
	var f struct {
		problem.Problem
		Message  string `json:"message"`
		Cause    string `json:"cause"`
		Provider *struct {
			Code      string `json:"code"`
			Message   string `json:"message"`
			RequestID string `json:"request_id"`
		} `json:"provider"`
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("reading the server's answer: %w", err)
	}
	e := &Error{Status: resp.StatusCode}
	if json.Unmarshal(text, &f) != nil || f.Message == "" && f.What == "" {
		e.Problem.What = fmt.Sprintf("the server answered with status %d", resp.StatusCode)
		return e
	}
	e.Problem = f.Problem
	if f.Message != "" {
		e.Problem.What = f.Message
	}
	if p := f.Provider; p != nil && e.Problem.Detail == "" {
		e.Problem.Detail = p.Code
		if p.Message != "" {
			e.Problem.Detail = p.Message
		}
	}
	return e
}
