package ads_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestAssets reads what the library of an account holds, in pages of all sizes, by type and one by one, and finds there what creatives name.
func TestAssets(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	q := amazon.AdsQuery{Kind: canon.KindAsset}
	all := m.all(t, q)
	if len(all) < 7 {
		t.Fatalf("%d assets", len(all))
	}
	ids := func(all []canon.AdsObject) (out []string) {
		for _, o := range all {
			out = append(out, o.Common().ID)
		}
		return out
	}
	for _, size := range []int{1, 2, 3} {
		q.Size = size
		if diff := cmp.Diff(ids(all), ids(m.all(t, q))); diff != "" {
			t.Errorf("in pages of %d (-want +got):\n%s", size, diff)
		}
	}
	q.Size = 0
	for kind, n := range map[string]int{"IMAGE": 0, "VIDEO": 0, "TEXT": 0} {
		for _, o := range all {
			if o.(*canon.AdsAsset).Type == kind {
				n++
			}
		}
		q.Type = kind
		if got := m.all(t, q); len(got) != n || n == 0 && kind != "TEXT" {
			t.Errorf("%d of type %s, want %d", len(got), kind, n)
		}
	}
	q.Type = ""
	for _, o := range all {
		want := o.(*canon.AdsAsset)
		if want.Name == "" || want.URL == "" || want.Width == 0 || want.Height == 0 || want.FileSize == 0 || want.MIMEType == "" || want.Version != "version_v1" || want.CreatedAt.IsZero() || want.Status != canon.StatusActive {
			t.Errorf("%+v", want)
		}
		q.IDs = []string{want.ID}
		got := m.all(t, q)
		if len(got) != 1 {
			t.Fatalf("%d of id %s", len(got), want.ID)
		}
		one := *got[0].(*canon.AdsAsset)
		if one.Review == nil || one.Review.Status != "APPROVED" || one.Review.Version != "version_v1" {
			t.Errorf("the review %+v", one.Review)
		}
		one.Review = nil
		if diff := cmp.Diff(want, &one); diff != "" {
			t.Errorf("by its id (-as listed +got):\n%s", diff)
		}
	}
	q.IDs = []string{"amzn1.assetlibrary.asset1.none", all[1].Common().ID, all[0].Common().ID}
	if got := m.all(t, q); len(got) != 2 {
		t.Errorf("two of three: %v", ids(got))
	}
	for _, channel := range []canon.Channel{canon.SponsoredBrands, canon.SponsoredDisplay} {
		for _, o := range m.all(t, amazon.AdsQuery{Kind: canon.KindCreative, Channel: channel}) {
			for _, id := range o.(*canon.AdsCreative).AssetIDs {
				if !slices.Contains(ids(all), id) {
					t.Errorf("a creative of %s names %s, which is not in the library", channel, id)
				}
			}
		}
	}
}

// TestAssetIsMadeOfAFile asks for an upload location, puts a picture there, registers it through the model, and reads it back.
func TestAssetIsMadeOfAFile(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	answer, err := m.asker.Ask(t.Context(), m.account.Region, amazon.Call{Method: "POST", Path: "/assets/upload", Body: []byte(`{"fileName":"lock.png"}`), Header: http.Header{}}, amazon.Plain("Amazon-Advertising-API-Scope", m.account.ID))
	if err != nil || answer.Status != 200 {
		t.Fatal(answer, err)
	}
	var location struct{ URL string }
	if err := json.Unmarshal(answer.Body, &location); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 640, 480))); err != nil {
		t.Fatal(err)
	}
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, location.URL, &b)
	if err != nil {
		t.Fatal(err)
	}
	put.Header.Set("Content-Type", "image/png")
	size := put.ContentLength
	if r, err := http.DefaultClient.Do(put); err != nil || r.StatusCode != 200 {
		t.Fatal(r, err)
	} else {
		_ = r.Body.Close()
	}
	want := &canon.AdsAsset{
		AdsCommon: canon.AdsCommon{Name: "a lock", Labels: []string{"spring"}, Ext: map[string]any{"brandEntityId": "ENTITYEXAMPLE", "skipAssetSubTypesDetection": true}},
		Type:      "IMAGE", SubTypes: []string{"LIFESTYLE_IMAGE"}, URL: location.URL, Promoted: []canon.PromotedRef{{ID: "B000000001", Type: "ASIN"}},
	}
	made := m.one(t, nil, want)
	q := amazon.AdsQuery{Kind: canon.KindAsset, IDs: []string{made.ID}}
	got := m.all(t, q)[0].(*canon.AdsAsset)
	if got.Name != "a lock" || got.Width != 640 || got.Height != 480 || got.FileSize != size || got.MIMEType != "image/png" || got.EffectiveStatus != canon.EffectivePending || got.Review.Status != "PENDING" {
		t.Errorf("%+v %+v", got, got.Review)
	}
	m.amz.Advance(time.Minute)
	if got := m.all(t, q)[0].(*canon.AdsAsset); got.EffectiveStatus != "" || got.Review.Status != "APPROVED" {
		t.Errorf("a minute later: %+v", got)
	}
	for _, c := range []struct {
		change amazon.AdsChange
		want   string
	}{
		{amazon.AdsChange{After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "x"}, Type: "TEXT", SubTypes: []string{"LOGO"}, URL: "u"}}, "ads.unsayable "},
		{amazon.AdsChange{After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "x"}, Type: "IMAGE", URL: "u"}}, "ads.field_missing sub_types"},
		{amazon.AdsChange{After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "x"}, Type: "IMAGE", SubTypes: []string{"LOGO"}, URL: "u", Width: 5}}, "ads.field_not_writable width"},
		{amazon.AdsChange{After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "x", Ext: map[string]any{"luck": 1}}, Type: "IMAGE", SubTypes: []string{"LOGO"}, URL: "u"}}, "ads.unsayable "},
		{amazon.AdsChange{Before: got, After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "y"}}}, "ads.not_offered "},
		{amazon.AdsChange{Before: got}, "ads.not_offered "},
	} {
		_, refused := m.AdsPlan(m.account, []amazon.AdsChange{c.change})
		if got := string(refused[0].Problem.Code) + " " + refused[0].Field; got != c.want {
			t.Errorf("refused %q, want %q", got, c.want)
		}
	}
	results := m.AdsWrite(t.Context(), m.asker, m.account, []amazon.AdsChange{{After: &canon.AdsAsset{AdsCommon: canon.AdsCommon{Name: "x"}, Type: "IMAGE", SubTypes: []string{"LOGO"}, URL: "https://example.com/nothing"}}, {After: want}})
	if results[0].OK || results[0].Unknown || !strings.Contains(results[0].Refusal.Message, "no file") || !results[1].OK {
		t.Errorf("%+v %+v", results[0], results[1])
	}
}

func (d draw) asset() canon.AdsObject {
	c := d.common()
	a := &canon.AdsAsset{Type: d.one("IMAGE", "VIDEO"), SubTypes: []string{d.one("LOGO", "LIFESTYLE_IMAGE")}, Version: "version_v2", URL: "https://m.media-amazon.com/" + d.id(), MIMEType: d.one("", "image/png")}
	a.ID, a.Provider, a.OrganizationID, a.Name, a.Status, a.CreatedAt, a.UpdatedAt = c.ID, c.Provider, c.OrganizationID, d.text(), canon.StatusActive, c.CreatedAt, c.UpdatedAt
	a.Width, a.Height, a.FileSize = rapid.IntRange(0, 9000).Draw(d.T, "width"), rapid.IntRange(0, 9000).Draw(d.T, "height"), rapid.Int64Range(0, 1<<40).Draw(d.T, "size")
	switch d.one("ACTIVE", "PROCESSING", "INACTIVE", "ARCHIVED") {
	case "PROCESSING":
		a.EffectiveStatus, a.EffectiveReasons = canon.EffectivePending, []string{"PROCESSING"}
	case "INACTIVE":
		a.EffectiveStatus, a.EffectiveReasons = canon.EffectiveNotEligible, []string{"INACTIVE"}
	case "ARCHIVED":
		a.Status = canon.StatusArchived
	}
	if d.some() {
		a.Labels = []string{d.text(), "spring"}
	}
	return a
}

// TestAssetsLoseNothing is TestRoundTrips for assets.
func TestAssetsLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := draw{T: r}.asset()
		got, text, err := ads.New().RoundTrip(berlin(), want)
		if err != nil {
			r.Fatalf("%v\n%s", err, asJSON(r, want))
		}
		if diff := cmp.Diff(asJSON(r, want), asJSON(r, got)); diff != "" {
			r.Fatalf("by %s (-want +got):\n%s", text, diff)
		}
	})
}

// TestModerationOfAnAsset holds what several verdicts come to, and that none of which nothing is known lets an asset pass.
func TestModerationOfAnAsset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verdicts []string
		want     *canon.Review
	}{
		{nil, nil},
		{[]string{"APPROVED", "APPROVED"}, &canon.Review{Status: "APPROVED", Version: "v2"}},
		{[]string{"APPROVED", "PENDING"}, &canon.Review{Status: "PENDING", Version: "v2"}},
		{[]string{"APPROVED", "REJECTED"}, &canon.Review{Status: "LIMITED", Version: "v2", Reasons: []string{"policy 1"}}},
		{[]string{"REJECTED", "REJECTED"}, &canon.Review{Status: "REJECTED", Version: "v2", Reasons: []string{"policy 0", "policy 1"}}},
		{[]string{"APPROVED", "ESCALATED"}, &canon.Review{Status: "ESCALATED", Version: "v2"}},
		{[]string{"ESCALATED", "REJECTED"}, &canon.Review{Status: "REJECTED", Version: "v2", Reasons: []string{"policy 1"}}},
	} {
		var results []string
		for i, v := range c.verdicts {
			results = append(results, fmt.Sprintf(`{"policyName":"policy %d","moderationStatus":%q}`, i, v))
		}
		got, err := ads.ReadOneAsset(`{"assetGlobal":{"assetId":"1"},"assetVersionList":[{"assetIdentifier":{"version":"v2"},"moderationContentList":[{"adPolicyModerationResultList":[` + strings.Join(results, ",") + `]}]}]}`)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.Review); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.verdicts, diff)
		}
	}
}
