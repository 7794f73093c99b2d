package ads_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// An eavesdropper keeps the calls that pass.
type eavesdropper struct {
	amazon.Asker
	mu    sync.Mutex
	calls []amazon.Call
}

func (e *eavesdropper) Ask(ctx context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	e.mu.Lock()
	e.calls = append(e.calls, c)
	e.mu.Unlock()
	return e.Asker.Ask(ctx, region, c, selectors...)
}

// A book is Amazon's specifications of what the model calls.
type book []*openapi3.T

func openBook(t *testing.T) book {
	t.Helper()
	var all book
	for _, name := range []string{"ads-v1-all.json", "sponsored-products-v3.json", "sponsored-brands-v4.json", "sponsored-display-v3.yaml", "portfolios-v3.json"} {
		doc, err := openapi3.NewLoader().LoadFromFile(sharedtest.Path(t, "specs", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"TargetingExpression", "CreateTargetingExpression"} { // its alternatives overlap, so that one of them is never all
			if s := doc.Components.Schemas[name]; s != nil && s.Value.Items != nil {
				s.Value.Items.Value.AnyOf, s.Value.Items.Value.OneOf = s.Value.Items.Value.OneOf, nil
			}
		}
		all = append(all, doc)
	}
	return all
}

// operation finds what is called.
func (b book) operation(method, path string) *openapi3.Operation {
	parts := strings.Split(path, "/")
	for _, doc := range b {
		for template, item := range doc.Paths.Map() {
			if slices.EqualFunc(strings.Split(template, "/"), parts, func(want, is string) bool { return want == is || strings.HasPrefix(want, "{") && is != "" }) {
				if op := item.GetOperation(method); op != nil {
					return op
				}
			}
		}
	}
	return nil
}

// hold compares a request with its specification. It reports whether there is one.
func (b book) hold(t *testing.T, method, path, media string, body []byte) bool {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	op := b.operation(method, path)
	if op == nil {
		return false
	}
	if op.RequestBody == nil {
		if len(body) > 0 {
			t.Errorf("%s %s takes no body, and gets %.200s", method, path, body)
		}
		return true
	}
	content := op.RequestBody.Value.Content
	wanted := content[media]
	if wanted == nil {
		var names []string
		for name := range content {
			names = append(names, name)
		}
		t.Errorf("%s %s is sent as %s, and takes %v", method, path, media, names)
		return true
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Errorf("%s %s: %v in %.200s", method, path, err, body)
		return true
	}
	if err := wanted.Schema.Value.VisitJSON(v, openapi3.VisitAsRequest(), openapi3.MultiErrors()); err != nil {
		t.Errorf("%s %s %.400s\nis not what Amazon's document says: %v", method, path, body, err)
	}
	return true
}

// TestRequestsFitTheSpecifications lists all that an account has by each wire, and plans to make, change and archive it: every request is as
// Amazon's own document says.
func TestRequestsFitTheSpecifications(t *testing.T) {
	t.Parallel()
	documents := openBook(t)
	for _, w := range []ads.Wire{ads.V1, ads.V3} {
		m := newModel(t, ads.New().Speaking(w))
		ears := &eavesdropper{Asker: m.asker}
		m.asker = ears
		held := map[string]int{}
		for _, kind := range []canon.AdsKind{canon.KindPortfolio, canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget} {
			for _, channel := range m.AdsChannels(kind) {
				can := m.AdsCan(kind, channel)
				q := amazon.AdsQuery{Kind: kind, Channel: channel}
				all := m.all(t, q)
				if len(all) == 0 {
					t.Errorf("no %s of %s", kind, channel)
				}
				for _, o := range all {
					var changes []amazon.AdsChange
					x, is := o.(*canon.AdsTarget)
					if can.Create && !(is && x.Type == "THEME") { // Amazon makes those of automatic targeting itself, and says so of others'
						changes = append(changes, amazon.AdsChange{After: asNew(t, o)})
					}
					if can.Update {
						changes = append(changes, amazon.AdsChange{Before: o, After: turned(t, o)})
					}
					if can.Archive {
						changes = append(changes, amazon.AdsChange{Before: o})
					}
					requests, _ := m.AdsPlan(m.account, changes)
					for _, r := range requests {
						if documents.hold(t, r.Method, r.Path, r.Header["Content-Type"], r.Body) {
							held[string(kind)+" "+string(channel)]++
						}
					}
				}
				older := kind == canon.KindTarget && channel == canon.SponsoredBrands // of v3, of which there is no document
				if held[string(kind)+" "+string(channel)] == 0 && !older {
					t.Errorf("%s of %s by %s: no request was compared", kind, channel, w)
				}
			}
		}
		lists := 0
		for _, c := range ears.calls {
			if documents.hold(t, c.Method, c.Path, c.Header.Get("Content-Type"), c.Body) {
				lists++
			}
		}
		if lists < 10 {
			t.Errorf("only %d of %d calls were compared", lists, len(ears.calls))
		}
	}
}

// asNew is an object as somebody would make it who wants another like it.
func asNew(t *testing.T, o canon.AdsObject) canon.AdsObject {
	t.Helper()
	out := canon.NewAds(o.AdsKind())
	text, err := json.Marshal(written(t, o))
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// turned is an object paused where it is active, and active where it is not.
func turned(t *testing.T, o canon.AdsObject) canon.AdsObject {
	t.Helper()
	out := asNew(t, o)
	out.Common().ID, out.Common().OrganizationID = o.Common().ID, o.Common().OrganizationID
	if out.Common().Status = canon.StatusPaused; o.Common().Status == canon.StatusPaused {
		out.Common().Status = canon.StatusActive
	}
	return out
}
