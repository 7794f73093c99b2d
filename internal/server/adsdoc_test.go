package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

var update = flag.Bool("update", false, "write the description of the normalised Ads API and the table of what it supports")

const (
	adsSpecFile    = "testdata/ads-openapi.json"
	adsSupportFile = "../../docs/reference/zz_gen_ads_support.md"
)

// held compares text with what a file holds.
func held(t *testing.T, file string, text []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, text) {
		t.Errorf("%s is out of date: go test -run TestAdsDescription ./internal/server -update", file)
	}
}

// The description and the table of support are what the gateway tells of itself, and every list that the table promises answers.
func TestAdsDescription(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	pass := k.Pass("software", "shop")
	status, header, spec := reach(t, k, pass, "GET", "/lk/v1/ads/openapi.json", "")
	if status != 200 || header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %s", status, spec)
	}
	held(t, adsSpecFile, []byte(strings.TrimSuffix(spec, "\n")))
	checkReferences(t, spec)
	if _, err := openapi3.NewLoader().LoadFromData([]byte(spec)); err != nil {
		t.Errorf("the description cannot be read: %v", err)
	}

	status, _, text := reach(t, k, pass, "GET", "/lk/v1/ads/support", "")
	var table []unified.Support
	if err := json.Unmarshal([]byte(text), &table); err != nil || status != 200 || len(table) == 0 {
		t.Fatalf("%d %s", status, text)
	}
	held(t, adsSupportFile, supportPage(table))
	for _, row := range table {
		query := "?limit=1"
		if row.Channel != "" {
			query += "&raw=channel%3D" + string(row.Channel)
		}
		if status, _, body := reach(t, k, pass, "GET", "/lk/v1/ads/shop/"+string(row.Kind)+query, ""); status != 200 {
			t.Errorf("%s of %s: %d %s", row.Kind, row.Channel, status, body)
		}
	}
}

// TestWhatIsDescribedIsThere asks every described operation, and holds that nothing is there for kinds which no description offers.
func TestWhatIsDescribedIsThere(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	pass := k.Pass("software", "shop")
	_, _, spec := reach(t, k, pass, "GET", "/lk/v1/ads/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{grant}", "shop", "{id}", "1", "{path}", "sp/campaigns")
	const one = "?org_id=6535278692395365" // one account, so that the test looks through no others
	offered := func(method, path string) (bool, string) {
		body := ""
		if method != "GET" && !strings.Contains(path, "/passthrough/") {
			body = "[]"
		}
		if !strings.Contains(path, "/history") && !strings.Contains(path, "/support") && !strings.Contains(path, "/jobs") {
			path += one
		}
		if method == "GET" && strings.Contains(path, "/report?") {
			path += "&wait=0"
		}
		status, header, text := reach(t, k, pass, method, path, body, "Content-Type", "application/json")
		switch code := header.Get("Lockkeeper-Problem"); {
		case status == 405, code == "unified.route_unknown", code == "unified.method_refused", code == "writes.not_here", strings.HasPrefix(code, "gateway."):
			return false, text
		}
		return true, text
	}
	asked := 0
	for path, methods := range doc.Paths {
		for method := range methods {
			if ok, text := offered(strings.ToUpper(method), fill.Replace(path)); !ok {
				t.Errorf("%s %s is described: %s", method, path, text)
			}
			asked++
		}
		if kind, ok := strings.CutPrefix(path, "/lk/v1/ads/{grant}/"); ok && canon.NewAds(canon.AdsKind(strings.TrimSuffix(kind, "/{id}"))) != nil {
			for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
				body := map[bool]string{true: `{"name":"x"}`, false: `[{"id":"1","name":"x","organization_id":"6535278692395365"}]`}[strings.HasSuffix(path, "/{id}")]
				if method == "DELETE" {
					body = `{"ids":["1"]}`
				}
				_, described := methods[strings.ToLower(method)]
				status, header, text := reach(t, k, pass, method, fill.Replace(path)+one, body, "Content-Type", "application/json")
				refused := status == 405 || strings.Contains(text, `"writes.not_here"`) || strings.Contains(text, `"writes.which_channel"`) || header.Get("Lockkeeper-Problem") == "unified.method_refused"
				if !described && !refused {
					t.Errorf("%s %s is not described and answers %d %s", method, path, status, text)
				}
			}
		}
	}
	if asked < 60 {
		t.Errorf("%d operations are described", asked)
	}
}

// checkReferences wants every reference of the description to lead somewhere.
func checkReferences(t *testing.T, spec string) {
	t.Helper()
	var doc struct {
		OpenAPI    string `json:"openapi"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatalf("%q %v", doc.OpenAPI, err)
	}
	for _, part := range strings.Split(spec, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if text := doc.Components.Schemas[name]; len(text) == 0 || string(text) == "null" {
			t.Errorf("there is no schema %s", name)
		}
	}
}

func supportPage(table []unified.Support) []byte {
	var b bytes.Buffer
	b.WriteString("<!-- Made by `go test -run TestAdsDescription ./internal/server -update`. Do not edit. -->\n\n# What the normalised Ads API supports\n\n")
	b.WriteString("Made of what the code says that it can, which `GET /lk/v1/ads/support` tells too, with parameters and fields.\n\n")
	b.WriteString("| kind | channel | list, get | create | change | archive | undo | filtered by Amazon itself | fields that a change may touch |\n|---|---|---|---|---|---|---|---|---|\n")
	yes := func(is bool) string {
		if is {
			return "yes"
		}
		return ""
	}
	for _, r := range table {
		m := r.Methods
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Kind, r.Channel, yes(m.List), yes(m.Create), yes(m.Update), yes(m.Remove), yes(m.Undo),
			strings.Join(r.ByAmazon, ", "), strings.Join(r.Changeable, ", "))
	}
	return b.Bytes()
}
