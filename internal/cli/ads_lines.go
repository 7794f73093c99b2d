package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// adsFound is a list, and what could not be read of it.
type adsFound struct {
	objects []canon.AdsObject
	missing []string
}

// adsPage is the most that one answer has.
const adsPage = 10_000

// An adsLine is one line of a list that is told while it is read.
type adsLine struct {
	Object   json.RawMessage `json:"object"`
	Progress *struct {
		Done int64 `json:"done"`
		Of   int64 `json:"of"`
	} `json:"progress"`
	Failure *adsFailure `json:"failure"`
	Error   *struct {
		Code    problem.Code `json:"code"`
		Message string       `json:"message"`
		Fix     string       `json:"fix"`
		Detail  string       `json:"detail"`
	} `json:"error"`
	End *struct {
		Next string `json:"next"`
	} `json:"end"`
}

// An adsFailure is one account's list that could not be read.
type adsFailure struct {
	Grant        string `json:"connection_id"`
	Organization string `json:"organization_id"`
	Channel      string `json:"channel"`
	Error        struct {
		Message string `json:"message"`
		Fix     string `json:"fix"`
	} `json:"error"`
}

// adsList reads a list to its end, or to limit where that is not 0, with a bar over the accounts that it comes from.
func (f *Factory) adsList(ctx context.Context, c *control.Client, grant string, n adsNoun, q url.Values, limit int) (adsFound, error) {
	found := adsFound{objects: []canon.AdsObject{}}
	var progress *bar
	defer func() {
		if progress != nil {
			progress.end()
		}
	}()
	for {
		most := adsPage
		if limit > 0 {
			most = min(most, limit-len(found.objects))
		}
		q.Set("limit", strconv.Itoa(most))
		a, err := c.Ads(ctx, control.AdsAsk{Method: http.MethodGet, Grant: grant, Path: string(n.kind), Query: q, Header: http.Header{"Accept": {"application/x-ndjson"}}})
		if err != nil {
			return found, err
		}
		next, err := readLines(a.Body, func(l adsLine) error {
			switch {
			case l.Object != nil:
				o := canon.NewAds(n.kind)
				if err := json.Unmarshal(l.Object, o); err != nil {
					return fmt.Errorf("reading the server's list: %w", err)
				}
				found.objects = append(found.objects, o)
			case l.Failure != nil:
				where := l.Failure.Organization
				if l.Failure.Channel != "" {
					where += " " + channelText(canon.Channel(l.Failure.Channel))
				}
				found.missing = append(found.missing, fmt.Sprintf("%s of %s: %s %s", where, l.Failure.Grant, l.Failure.Error.Message, l.Failure.Error.Fix))
			case l.Progress != nil:
				if progress == nil {
					progress = f.bar("reading "+n.many, l.Progress.Of)
				}
				progress.add(l.Progress.Done-progress.done, func() string {
					return fmt.Sprintf("%d of %d lists, %d found", l.Progress.Done, l.Progress.Of, len(found.objects))
				})
			}
			return nil
		})
		if err != nil || next == "" || limit > 0 && len(found.objects) >= limit {
			return found, err
		}
		q.Set("cursor", next)
	}
}

// readLines reads the lines of a list and gives the cursor of what follows. A list whose end did not come is not whole.
func readLines(body io.ReadCloser, each func(adsLine) error) (next string, err error) {
	defer func() { _ = body.Close() }()
	d := json.NewDecoder(body)
	for {
		var l adsLine
		if err := d.Decode(&l); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return "", fmt.Errorf("reading the server's list: %w", err)
		}
		switch {
		case l.Error != nil:
			return "", &control.Error{Problem: problem.Problem{Code: l.Error.Code, What: l.Error.Message, Fix: l.Error.Fix, Detail: l.Error.Detail}}
		case l.End != nil:
			return l.End.Next, nil
		}
		if err := each(l); err != nil {
			return "", err
		}
	}
}
