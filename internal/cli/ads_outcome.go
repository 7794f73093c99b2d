package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

// adsChanged is what became of an order; the server's own fields, with the objects left as they came.
type adsChanged struct {
	Write    string              `json:"write,omitempty"`
	Kind     canon.AdsKind       `json:"kind"`
	DryRun   bool                `json:"dry_run,omitempty"`
	Done     int                 `json:"done"`
	Failed   int                 `json:"failed"`
	Unknown  int                 `json:"unknown"`
	Undo     string              `json:"undo,omitempty"`
	Requests []amazon.AdsRequest `json:"requests,omitempty"`
	Results  []adsRow            `json:"results"`

	// Of an order that was too large for one request, or went through several grants: its parts, each with its own way back.
	Writes []adsPart `json:"writes,omitempty"`
}

// An adsRow is what became of one object.
type adsRow struct {
	Index   int             `json:"index"`
	OK      bool            `json:"ok"`
	Unknown bool            `json:"unknown,omitempty"`
	Same    bool            `json:"same,omitempty"`
	Final   bool            `json:"final,omitempty"`
	ID      string          `json:"id,omitempty"`
	Object  json.RawMessage `json:"object,omitempty"`
	Error   *adsRowError    `json:"error,omitempty"`
}

// An adsRowError is why it was not done.
type adsRowError struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Cause    string `json:"cause"`
	Fix      string `json:"fix"`
	Detail   string `json:"detail,omitempty"`
	Field    string `json:"field,omitempty"`
	Provider *struct {
		Status    int    `json:"status,omitempty"`
		Code      string `json:"code,omitempty"`
		Message   string `json:"message,omitempty"`
		RequestID string `json:"request_id,omitempty"`
	} `json:"provider,omitempty"`
}

// An adsPart is one of several writes that an order became.
type adsPart struct {
	Grant string `json:"connection_id,omitempty"`
	Write string `json:"write"`
	Undo  string `json:"undo,omitempty"`
}

// sendOne changes one object whose mark must be still the same.
func (o *adsChangeOptions) sendOne(cmd *cobra.Command, is, mark string, body any) error {
	c, grant, err := o.reach(cmd)
	if err != nil {
		return err
	}
	var out json.RawMessage
	ask := control.AdsAsk{
		Method: http.MethodPatch, Grant: grant, Path: string(o.noun.kind) + "/" + url.PathEscape(is), Query: o.query(), Body: body,
		Header: http.Header{"If-Match": {`"` + mark + `"`}},
	}
	if err := o.f.working("waiting for Amazon", func() error { return o.ask(cmd, c, ask, &out) }); err != nil {
		return err
	}
	return o.f.show(out, func() { fmt.Fprintf(o.f.Out, "%s  changed\n", is) })
}

func (o *adsChangeOptions) reach(cmd *cobra.Command) (*control.Client, string, error) {
	c, err := o.f.client(cmd)
	if err != nil {
		return nil, "", err
	}
	grant, err := o.through(cmd, c)
	return c, grant, err
}

func (o *adsChangeOptions) ask(cmd *cobra.Command, c *control.Client, ask control.AdsAsk, out any) error {
	if o.key != "" {
		if ask.Header == nil {
			ask.Header = http.Header{}
		}
		ask.Header.Set("Idempotency-Key", o.key)
	}
	a, err := c.Ads(cmd.Context(), ask)
	if err != nil {
		return o.left(err)
	}
	defer func() { _ = a.Body.Close() }()
	if err := json.NewDecoder(a.Body).Decode(out); err != nil {
		return o.left(fmt.Errorf("reading the server's answer: %w", err))
	}
	return nil
}

// left says of an order whose answer did not come that it may be carried out all the same: the server brings to its end what it began.
func (o *adsChangeOptions) left(err error) error {
	var answered *control.Error
	var dial *net.OpError
	if o.dry || errors.As(err, &answered) || errors.Is(err, control.ErrDenied) || errors.As(err, &dial) && dial.Op == "dial" {
		return err
	}
	what := "the server's answer did not come, and it may go on with the changes"
	if errors.Is(err, context.Canceled) {
		what = "interrupted, and the server goes on with the changes that it began"
	}
	return &Refusal{What: what, Hint: "`lockkeeper ads history` tells what became of them; look there before anything is repeated", Exit: exitFailed, Err: err}
}

// showChanged shows what became of an order. Where a row was not done the command's exit code says so.
func (f *Factory) showChanged(out adsChanged, n adsNoun) error {
	if err := f.show(out, func() { f.sayChanged(out, n) }); err != nil {
		return err
	}
	if out.Failed+out.Unknown > 0 {
		return errFound
	}
	return nil
}

func (f *Factory) sayChanged(out adsChanged, n adsNoun) {
	for _, r := range out.Results {
		what := "done"
		switch {
		case r.Error != nil:
			what = strings.TrimSuffix(r.Error.Message, ".")
			if more := cmp.Or(r.Error.Detail, r.Error.Field); more != "" {
				what += " (" + more + ")"
			}
			if p := r.Error.Provider; p != nil && (p.Code != "" || p.Message != "") {
				what += "; Amazon: " + strings.TrimSpace(p.Code+" "+p.Message)
			}
			what = fmt.Sprintf("%s. Who must act: %s. %s", what, r.Error.Cause, r.Error.Fix)
		case r.Same:
			what = "as it was already"
		case r.Final && out.DryRun:
			what = "would be archived for good"
		case r.Final:
			what = "archived for good"
		case out.DryRun:
			what = "would be done"
		}
		is := r.ID
		if is == "" {
			is = fmt.Sprintf("row %d", r.Index+1)
		}
		about := ""
		if o := canon.NewAds(n.kind); o != nil && len(r.Object) > 0 && json.Unmarshal(r.Object, o) == nil {
			if about = adsSubject(o); n.amounts && r.Error == nil {
				about += moneyText(amountOf(o)) + "  "
			}
		}
		fmt.Fprintf(f.Out, "%s  %s%s\n", is, about, what)
	}
	for _, r := range out.Requests {
		fmt.Fprintf(f.Out, "\n%s https://%s%s\n", r.Method, r.Host, r.Path)
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			fmt.Fprintf(f.Out, "%s: %s\n", name, r.Header[name])
		}
		fmt.Fprintf(f.Out, "\n%s\n", r.Body)
	}
	if out.DryRun {
		fmt.Fprintf(f.Out, "\n%d would be done, %d not. Nothing was sent.\n", out.Done, out.Failed)
		return
	}
	fmt.Fprintf(f.Out, "\n%d done, %d not, %d unknown.\n", out.Done, out.Failed, out.Unknown)
	type way struct{ grant, more string }
	var order []way
	back := map[way][]string{}
	for _, part := range append([]adsPart{{Write: out.Write, Undo: out.Undo}}, out.Writes...) {
		if part.Undo == "" {
			continue
		}
		w := way{grant: part.Grant}
		if strings.Contains(part.Undo, "?") {
			w.more = " --archive-created, which archives for good"
		}
		if back[w] == nil {
			order = append(order, w)
		}
		back[w] = append(back[w], part.Write)
	}
	for _, w := range order {
		through := ""
		if w.grant != "" {
			through = " --grant " + w.grant
		}
		fmt.Fprintf(f.Out, "Taken back by: lockkeeper ads undo %s%s%s\n", strings.Join(back[w], " "), through, w.more)
	}
}

// adsSubject is what people know an object by: its name or, where Amazon gives none, what it aims at or advertises.
func adsSubject(o canon.AdsObject) string {
	text := o.Common().Name
	switch t := o.(type) {
	case *canon.AdsTarget:
		if text == "" {
			return targetText(t) + "  "
		}
	case *canon.AdsAd:
		if text == "" {
			text = promotedText(t.Promoted)
		}
	}
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%q  ", text)
}
