package ads_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// picture is a grey PNG of a size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// logo is a new asset with its file in it.
func logo(content []byte) *canon.AdsAsset {
	return &canon.AdsAsset{
		AdsCommon: canon.AdsCommon{Name: "our logo (größer)", Ext: map[string]any{"brandEntityId": "ENTITYEXAMPLE"}}, Type: "IMAGE", SubTypes: []string{"LOGO"},
		Content: base64.StdEncoding.EncodeToString(content),
	}
}

// TestAssetIsMadeOfContent puts a picture into the library by the model alone, in every region, and holds the three requests of a dry run.
func TestAssetIsMadeOfContent(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	content := picture(t, 640, 480)
	made := m.one(t, nil, logo(content))
	q := amazon.AdsQuery{Kind: canon.KindAsset, IDs: []string{made.ID}}
	got := m.all(t, q)
	if len(got) != 1 {
		t.Fatalf("%d assets of id %s", len(got), made.ID)
	}
	if a := got[0].(*canon.AdsAsset); a.Name != "our logo (größer)" || a.Width != 640 || a.Height != 480 || a.FileSize != int64(len(content)) || a.MIMEType != "image/png" || a.Content != "" {
		t.Errorf("%+v", a)
	}
	film := logo([]byte("any bytes"))
	film.Type, film.SubTypes, film.MIMEType = "VIDEO", []string{"BACKGROUND_VIDEO"}, "video/quicktime"
	requests, refused := m.AdsPlan(m.account, []amazon.AdsChange{{After: film}})
	var said []string
	for _, r := range requests {
		said = append(said, fmt.Sprintf("%s %s %s%s %s %v %s", r.Operation, r.Method, r.Host, r.Path, r.Header["Content-Type"], r.Rows, r.Body))
	}
	want := []string{
		`assets.upload POST advertising-api.amazon.com/assets/upload application/json [0] {"fileName":"our_logo__gr__er_.mov"}`,
		`files.put PUT al-na-184b9306-7f8a.s3.amazonaws.com/{the upload location} video/quicktime [0] `,
		`assets.register POST advertising-api.amazon.com/assets/register application/json [0] {"assetSubTypeList":["BACKGROUND_VIDEO"],"assetType":"VIDEO","associatedSubEntityList":[{"brandEntityId":"ENTITYEXAMPLE"}],"name":"our logo (größer)","url":"{the upload location}"}`,
	}
	if diff := cmp.Diff(want, said); diff != "" || len(refused) > 0 {
		t.Errorf("requests (-want +got):\n%s%v", diff, refused)
	}
	if can := m.AdsCan(canon.KindAsset, ""); fmt.Sprint(can.Operations["create"]) != "[assets.register assets.upload]" {
		t.Errorf("policy is asked for %v", can.Operations["create"])
	}
}

// TestContentThatIsNoFile holds what is refused before Amazon is asked.
func TestContentThatIsNoFile(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*canon.AdsAsset){
		"made of a file":                                   func(a *canon.AdsAsset) { a.Content = "" },
		"each name a file":                                 func(a *canon.AdsAsset) { a.URL = "https://example.com/x" },
		"was put there with its own":                       func(a *canon.AdsAsset) { a.Content, a.URL, a.MIMEType = "", "https://example.com/x", "image/png" },
		"no file in base64":                                func(a *canon.AdsAsset) { a.Content = "a picture" },
		"more than 10 MiB":                                 func(a *canon.AdsAsset) { a.Content = base64.StdEncoding.EncodeToString(make([]byte, 10<<20+3)) },
		"its first bytes tell":                             func(a *canon.AdsAsset) { a.Content = base64.StdEncoding.EncodeToString([]byte{0, 1, 2}) },
		`"image/svg+xml" are none`:                         func(a *canon.AdsAsset) { a.MIMEType = "image/svg+xml" },
		"type video/mp4 is no IMAGE":                       func(a *canon.AdsAsset) { a.MIMEType = "video/mp4" },
		"type image/png is no VIDEO":                       func(a *canon.AdsAsset) { a.Type = "VIDEO" },
		`assets of Amazon are IMAGE and VIDEO, not "TEXT"`: func(a *canon.AdsAsset) { a.Type = "TEXT" },
	} {
		a := logo(picture(t, 4, 4))
		change(a)
		requests, refused := ads.New().AdsPlan(berlin(), []amazon.AdsChange{{After: a}})
		if r := refused[0]; len(requests) > 0 || r.Problem.Code != problem.AdsUnsayable || !strings.Contains(r.Problem.Detail, want) {
			t.Errorf("want %q: %+v", want, r.Problem)
		}
	}
}

// TestUploadThatBreaksOff breaks each of the three calls, and holds that nothing counts as made that is not, that what may have been made is called
// unknown, and that the next attempt works.
func TestUploadThatBreaksOff(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	listed := func() int { return len(m.all(t, amazon.AdsQuery{Kind: canon.KindAsset})) }
	before := listed()
	for _, c := range []struct {
		operation string
		fault     kit.Fault
		want      string
		amazons   string
		unknown   bool
		more      int // assets, after it
	}{
		{"assets.upload", kit.Fault{Do: kit.Status, Status: 500}, "ads.server_error", "500 INTERNAL_ERROR Internal error", false, 0},
		{"assets.upload", kit.Fault{Do: kit.Status, Status: 429}, "ads.throttled_without_time", "429 THROTTLED Too Many Requests", false, 0},
		{"assets.upload", kit.Fault{Do: kit.Reset, At: kit.AfterEffect}, "ads.upload_failed", "0", false, 0},
		{"assets.upload", kit.Fault{Do: kit.Status, Status: 200, Body: `{"url":"https://example.com/elsewhere?secret=canary"}`}, "ads.upload_failed", "0", false, 0},
		{"assets.upload", kit.Fault{Do: kit.Status, Status: 200, Body: `{}`}, "ads.upload_failed", "0", false, 0},
		{"files.put", kit.Fault{Do: kit.Status, Status: 403, Body: `<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`}, "ads.upload_failed", "403 AccessDenied Request has expired", false, 0},
		{"files.put", kit.Fault{Do: kit.Reset}, "ads.upload_failed", "0", false, 0},
		{"files.put", kit.Fault{Do: kit.Reset, At: kit.AfterEffect}, "ads.upload_failed", "0", false, 0},
		{"assets.register", kit.Fault{Do: kit.Status, Status: 400, Body: `{"message":"No"}`}, "ads.invalid_argument", "400  No", false, 0},
		{"assets.register", kit.Fault{Do: kit.Reset, At: kit.AfterEffect}, "ads.outcome_unknown", "0", true, 1},
	} {
		c.fault.Match = kit.Match{Program: "ads", Operation: c.operation}
		m.amz.Fault(c.fault)
		two := []amazon.AdsChange{{After: logo(picture(t, 400+before, 300))}}
		r := m.AdsWrite(t.Context(), m.asker, m.account, two)[0]
		name := fmt.Sprintf("%s, %s %d %s", c.operation, c.fault.Do, c.fault.Status, c.fault.At)
		if r.OK || r.Refusal == nil {
			t.Fatalf("%s: %+v", name, r)
		}
		got := strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Refusal.Status, r.Refusal.Code, r.Refusal.Message))
		if string(r.Refusal.Problem.Code) != c.want || got != c.amazons || r.Unknown != c.unknown {
			t.Errorf("%s: %s (%s), Amazon's %q, unknown %v", name, r.Refusal.Problem.Code, r.Refusal.Problem.Detail, got, r.Unknown)
		}
		if text := fmt.Sprintf("%+v %v", r.Refusal.Problem, r.Refusal.Error()); strings.Contains(text, "canary") || strings.Contains(text, "X-Amz-Signature") {
			t.Errorf("%s: the address is told: %s", name, text)
		}
		if n := listed(); n != before+c.more {
			t.Errorf("%s: %d assets, of %d before", name, n, before)
		} else {
			before = n
		}
		if detail := r.Refusal.Problem.Detail; c.operation == "assets.register" && !strings.Contains(detail, "its file") {
			t.Errorf("%s: it does not say what became of the file: %q", name, detail)
		}
		m.amz.Advance(10 * time.Second) // past what a 429 holds back
	}
	m.one(t, nil, logo(picture(t, 999, 300)))
	if n := listed(); n != before+1 {
		t.Errorf("%d assets, of %d before", n, before)
	}
}
