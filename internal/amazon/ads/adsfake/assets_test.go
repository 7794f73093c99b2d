package adsfake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	stdimage "image"
	"image/png"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A found is an asset as a search tells it, spelt out a second time.
type found struct {
	AssetID, Version, Name, AssetType, Status string
	AssetSubTypes, Tags                       []string
	CreationTime                              int64
	FileMetadata                              struct {
		ContentType, Extension, AspectRatio string
		FileSize, Width, Height             float64
	}
	StorageLocationURLs struct{ DefaultURL string } `json:"storageLocationUrls"`
}

type searched struct {
	TotalRecords int
	AssetList    []found
	Token        string
}

func (c *caller) searched(t testing.TB, body string) searched {
	t.Helper()
	w := c.do("POST", "/assets/search", body)
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", body, w.Code, w.Body)
	}
	return read[searched](t, w)
}

// place asks for an upload location and tells its path and query.
func (c *caller) place(t testing.TB, name string) (address, path string) {
	t.Helper()
	w := c.with("Content-Type", "text/plain").do("POST", "/assets/upload", `{"fileName":"`+name+`"}`)
	u, err := url.Parse(read[struct{ URL string }](t, w).URL)
	if err != nil || w.Code != 200 || u.Path == "" {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return u.String(), u.RequestURI()
}

func (c *caller) put(path, contentType, content string) *httptest.ResponseRecorder {
	return c.without("Authorization").with("Content-Type", contentType).do("PUT", strings.TrimPrefix(path, "/"+c.region), content)
}

func picture(t testing.TB, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, stdimage.NewGray(stdimage.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type registered struct {
	AssetID, VersionID string
	FailedSpecChecks   []any
}

// TestAssetIsRegistered puts a picture to a place of its own, registers it and a second version, and reads both back as time goes by.
func TestAssetIsRegistered(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	address, path := c.place(t, "our logo.png")
	register := func(more string) *httptest.ResponseRecorder {
		return c.do("POST", "/assets/register", `{"url":"`+address+`","name":"our logo","assetType":"IMAGE","assetSubTypeList":["LOGO"],"tags":["spring"],"asinList":["B000000001"],`+
			`"associatedSubEntityList":[{"brandEntityId":"ENTITYEXAMPLE"}]`+more+`}`)
	}
	if w := register(""); w.Code != 400 || !strings.Contains(w.Body.String(), `{"message":"there is no file`) {
		t.Errorf("before there is a file: %d %s", w.Code, w.Body)
	}
	if w := c.put(path, "image/png", picture(t, 400, 300)); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w := register("")
	one := read[registered](t, w)
	if w.Code != 200 || !strings.HasPrefix(one.AssetID, "amzn1.assetlibrary.asset1.") || one.VersionID != "version_v1" || one.FailedSpecChecks == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	of := func(id, more string) *httptest.ResponseRecorder {
		return c.get("/assets?assetId=" + url.QueryEscape(id) + more)
	}
	type version struct {
		AssetIdentifier     struct{ AssetID, Version string }
		Name, AssetStatus   string
		FileMetadata        struct{ Width, Height, FileSize float64 }
		StorageLocationURLs struct{ DefaultURL string } `json:"storageLocationUrls"`
	}
	type got struct {
		AssetGlobal      struct{ AssetID, AssetType string }
		AssetVersionList []version
	}
	if g := read[got](t, of(one.AssetID, "")); len(g.AssetVersionList) != 1 || g.AssetVersionList[0].AssetStatus != "PROCESSING" || g.AssetVersionList[0].FileMetadata.Width != 400 || g.AssetGlobal.AssetType != "IMAGE" {
		t.Errorf("just registered: %+v", g)
	}
	s.world.Clock.Advance(time.Minute)
	hits := c.searched(t, `{"text":"SPRING"}`)
	if len(hits.AssetList) != 1 || hits.TotalRecords != 1 || hits.Token != "" {
		t.Fatalf("by a tag: %+v", hits)
	}
	hit := hits.AssetList[0]
	if hit.AssetID != one.AssetID || hit.Status != "ACTIVE" || hit.FileMetadata.AspectRatio != "4:3" || hit.FileMetadata.Extension != "PNG" || hit.FileMetadata.ContentType != "image/png" || hit.StorageLocationURLs.DefaultURL == "" {
		t.Errorf("%+v", hit)
	}
	if again := read[registered](t, register(`,"versionInfo":{"linkedAssetId":"`+one.AssetID+`"}`)); again.VersionID != "version_v1" {
		t.Errorf("the same file is a new version: %+v", again)
	}
	address, path = c.place(t, "logo2.png")
	c.put(path, "image/png", picture(t, 500, 500))
	if two := read[registered](t, register(`,"versionInfo":{"linkedAssetId":"`+one.AssetID+`","versionNotes":"square"}`)); two.AssetID != one.AssetID || two.VersionID != "version_v2" {
		t.Errorf("%+v", two)
	}
	if g := read[got](t, of(one.AssetID, "")); len(g.AssetVersionList) != 2 || g.AssetVersionList[1].FileMetadata.Width != 500 {
		t.Errorf("both versions: %+v", g)
	}
	if g := read[got](t, of(one.AssetID, "&version=version_v1")); len(g.AssetVersionList) != 1 || g.AssetVersionList[0].AssetIdentifier.Version != "version_v1" {
		t.Errorf("one version: %+v", g)
	}
	for path, want := range map[string]int{"/assets": 400, "/assets?assetId=x": 404, "/assets?assetId=" + one.AssetID + "&version=version_v9": 404} {
		if w := c.get(path); w.Code != want || !strings.HasPrefix(w.Body.String(), `{"message":"`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, bad := range []string{
		`{`, `{}`, `{"url":"` + address + `","name":"x","assetType":"TEXT","assetSubTypeList":["LOGO"]}`, `{"url":"` + address + `","name":"x","assetType":"VIDEO","assetSubTypeList":["LOGO"]}`,
		`{"url":"` + address + `","name":"x","assetType":"IMAGE","assetSubTypeList":["LOGO"]}`,
		`{"url":"` + address + `","name":"x","assetType":"IMAGE","assetSubTypeList":["LOGO"],"associatedSubEntityList":[{"brandEntityId":"E"}],"versionInfo":{"linkedAssetId":"none"}}`,
	} {
		if w := c.do("POST", "/assets/register", bad); w.Code != 400 {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
	other := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "DE", "vendor"))
	if w := other.do("POST", "/assets/register", `{"url":"`+address+`","name":"x","assetType":"IMAGE","assetSubTypeList":["LOGO"]}`); w.Code != 400 {
		t.Errorf("with another account's file: %d %s", w.Code, w.Body)
	}
}

// TestUploadLocations holds that a place takes a file for a quarter of an hour, from whoever has its URL and no token.
func TestUploadLocations(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	for _, name := range []string{"", "logo", "logo.exe", "a/b.png"} {
		if w := c.do("POST", "/assets/upload", fmt.Sprintf(`{"fileName":%q}`, name)); w.Code != 400 {
			t.Errorf("%q: %d %s", name, w.Code, w.Body)
		}
	}
	_, path := c.place(t, "film.mp4")
	for what, w := range map[string]*httptest.ResponseRecorder{
		"SignatureDoesNotMatch": c.put(strings.Replace(path, "X-Amz-Signature=", "X-Amz-Signature=0", 1), "video/mp4", "x"),
		"InvalidArgument":       c.with("Content-Type", "video/mp4").do("PUT", strings.TrimPrefix(path, "/"+c.region), "x"),
	} {
		if !strings.Contains(w.Body.String(), "<Code>"+what+"</Code>") {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
	s.world.Clock.Advance(15 * time.Minute)
	if w := c.put(path, "video/mp4", "x"); w.Code != 403 || !strings.Contains(w.Body.String(), "Request has expired") {
		t.Errorf("too late: %d %s", w.Code, w.Body)
	}
	if w := s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")).do("POST", "/assets/upload", `{"fileName":"a.png"}`); w.Code != 403 {
		t.Errorf("by a viewer: %d %s", w.Code, w.Body)
	}
}

// TestAssetBatch registers two files at once, of which one is not there, and asks what became of them. A file that is no picture is of no use.
func TestAssetBatch(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	address, path := c.place(t, "broken.png")
	c.put(path, "image/png", "no picture")
	b := c.with("Content-Type", "application/vnd.assetsbatchregisterrequest.v1+json")
	item := `{"url":%q,"name":"from a batch","assetType":"IMAGE","assetSubTypeList":["OTHER_IMAGE"],"tagList":["many"]}`
	w := b.do("POST", "/assets/batchRegister", `{"assetDetailsList":[`+fmt.Sprintf(item, address)+`,`+fmt.Sprintf(item, "https://example.com/none")+`]}`)
	id := read[struct{ RequestID string }](t, w).RequestID
	told := read[struct {
		RegistrationStatus           string
		SuccessfullyRegisteredAssets []struct {
			AssetIdentifier struct{ AssetID, Version string }
		}
		FailedAssetDetails []struct{ URL, FailureReason string }
	}](t, c.get("/assets/batchRegister/"+id))
	if told.RegistrationStatus != "COMPLETE" || len(told.SuccessfullyRegisteredAssets) != 1 || len(told.FailedAssetDetails) != 1 || told.FailedAssetDetails[0].URL != "https://example.com/none" {
		t.Errorf("%s: %+v", w.Body, told)
	}
	s.world.Clock.Advance(2 * time.Minute)
	if hits := c.searched(t, `{"filterCriteria":{"valueFilters":[{"valueField":"TAG","values":["many"]}]}}`).AssetList; len(hits) != 1 || hits[0].Status != "INACTIVE" {
		t.Errorf("%+v", hits)
	}
	if w := c.get("/assets/batchRegister/none"); w.Code != 400 || !strings.Contains(w.Body.String(), "No request exists for the requestId") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, body := range []string{`{}`, `{"assetDetailsList":[]}`, `{"assetDetailsList":[null]}`, `[]`} {
		if w := b.do("POST", "/assets/batchRegister", body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

// TestAssetSearch holds that pages give each asset once in the order asked for, that filters select, and that every asset that a creative of the
// world names is there.
func TestAssetSearch(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	all := c.searched(t, `{"pageCriteria":{"size":500}}`)
	ids := func(list []found) (out []string) {
		for _, a := range list {
			out = append(out, a.AssetID)
		}
		return out
	}
	if len(all.AssetList) < 7 || all.TotalRecords != len(all.AssetList) {
		t.Fatalf("%+v", all)
	}
	if diff := cmp.Diff(ids(all.AssetList), ids(c.searched(t, "").AssetList)); diff != "" {
		t.Errorf("without a body (-want +got):\n%s", diff)
	}
	for _, order := range []string{`"sortCriteria":{"field":"SIZE","order":"DESC"},`, ``} {
		want := c.searched(t, `{`+order+`"pageCriteria":{"size":500}}`).AssetList
		if order != "" && !slices.IsSortedFunc(want, func(a, b found) int { return int(b.FileMetadata.FileSize - a.FileMetadata.FileSize) }) {
			t.Errorf("by size: %+v", want)
		}
		var got []found
		page := `"pageCriteria":{"size":2}`
		for n := 1; ; n++ {
			some := c.searched(t, `{`+order+page+`}`)
			if got = append(got, some.AssetList...); some.Token == "" {
				break
			}
			page = fmt.Sprintf(`"pageCriteria":{"size":2,"identifier":{"pageNumber":%d,"token":%q}}`, n, some.Token)
		}
		if diff := cmp.Diff(ids(want), ids(got)); diff != "" {
			t.Errorf("%s in pages of two (-want +got):\n%s", order, diff)
		}
	}
	for filter, keeps := range map[string]func(found) bool{
		`"valueFilters":[{"valueField":"ASSET_TYPE","values":["VIDEO"]}]`:                               func(a found) bool { return a.AssetType == "VIDEO" },
		`"valueFilters":[{"valueField":"ASSET_SUB_TYPE","values":["LOGO","BACKGROUND_VIDEO"]}]`:         func(a found) bool { return a.AssetSubTypes[0] != "LIFESTYLE_IMAGE" },
		`"valueFilters":[{"valueField":"ASSET_EXTENSION","values":["MP4"]}]`:                            func(a found) bool { return a.FileMetadata.Extension == "MP4" },
		`"rangeFilters":[{"rangeField":"IMAGE_WIDTH","ranges":[{"start":"1","end":"600"}]}]`:            func(a found) bool { return a.FileMetadata.Width <= 600 },
		`"rangeFilters":[{"rangeField":"SIZE","ranges":[]}]`:                                            func(found) bool { return false },
		`"valueFilters":[{"valueField":"PROGRAM","values":["SB"]},{"valueField":"TAG","values":["x"]}]`: func(found) bool { return false },
	} {
		var want []string
		for _, a := range all.AssetList {
			if keeps(a) {
				want = append(want, a.AssetID)
			}
		}
		if diff := cmp.Diff(want, ids(c.searched(t, `{"filterCriteria":{`+filter+`}}`).AssetList)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filter, diff)
		}
	}
	for _, bad := range []string{
		`[]`, `{"pageCriteria":{"size":0}}`, `{"pageCriteria":{"size":501}}`, `{"pageCriteria":{"identifier":{"pageNumber":1,"token":"x"}}}`, `{"sortCriteria":{"field":"LUCK"}}`,
		`{"sortCriteria":{"field":"NAME","order":"UP"}}`, `{"filterCriteria":{"valueFilters":[{"valueField":"LUCK"}]}}`, `{"filterCriteria":{"rangeFilters":[{"rangeField":"SIZE","ranges":[{"start":"a"}]}]}}`,
	} {
		if w := c.do("POST", "/assets/search", bad); w.Code != 400 {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
	named := 0
	for _, text := range []string{c.of(brands[2]).do("POST", "/sb/v4/ads/list", `{}`).Body.String(), c.get("/sd/creatives").Body.String()} {
		if !json.Valid([]byte(text)) {
			t.Fatal(text)
		}
		for _, word := range strings.Split(text, `"`) {
			if strings.HasPrefix(word, "amzn1.assetlibrary.") {
				if named++; !slices.Contains(ids(all.AssetList), word) {
					t.Errorf("a creative names %s, which is not in the library", word)
				}
			}
		}
	}
	if named < 8 {
		t.Errorf("creatives name %d assets", named)
	}
}
