package adsfake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types of the creative asset library (Amazon's document "Creative Asset Library" 3.0, by a client generated from it).
const (
	assetGot        = "application/vnd.creativeassetsgetresponse.v3+json"
	assetsFound     = "application/vnd.creativeassetssearchassetsresponse.v3+json"
	assetLocation   = "application/vnd.creativeassetsuploadresponse.v3+json"
	assetRegistered = "application/vnd.creativeassetsregisterresponse.v3+json"
	assetsBatch     = "application/vnd.assetsbatchregisterrequest.v1+json"
	assetsBatched   = "application/vnd.assetsbatchregisterresponse.v1+json"
	assetsBatchTold = "application/vnd.creativeassetsgetbatchregisterresponse.v3+json"
)

const (
	image = "IMAGE"
	video = "VIDEO"
)

// assetSubTypes are those that each type of asset can have.
var assetSubTypes = map[string][]string{
	image: {"LOGO", "PRODUCT_IMAGE", "AUTHOR_IMAGE", "LIFESTYLE_IMAGE", "OTHER_IMAGE"},
	video: {"BACKGROUND_VIDEO"},
}

// working is how long an asset is PROCESSING by its type: shorter than Amazon's, for people who wait.
var working = map[string]time.Duration{image: 10 * time.Second, video: time.Minute}

// The routes of the library. Its requests may be of any media type: Amazon's own examples send JSON as text/plain, or with no type.
func (f *fake) assetRoutes() []kit.Route {
	read, write := guard{scoped: true}, guard{scoped: true, write: true}
	many := write
	many.media = assetsBatch
	return []kit.Route{
		{Operation: "assets.get", Method: "GET", Pattern: "/assets", Handle: f.guarded(read, f.getAsset)},
		{Operation: "assets.search", Method: "POST", Pattern: "/assets/search", Handle: f.guarded(read, f.searchAssets)},
		{Operation: "assets.upload", Method: "POST", Pattern: "/assets/upload", Handle: f.guarded(write, f.locateAsset)},
		{Operation: "assets.register", Method: "POST", Pattern: "/assets/register", Handle: f.guarded(write, f.registerAsset)},
		{Operation: "assets.batch.create", Method: "POST", Pattern: "/assets/batchRegister", Handle: f.guarded(many, f.registerAssets)},
		{Operation: "assets.batch.get", Method: "GET", Pattern: "/assets/batchRegister/{requestId}", Handle: f.guarded(read, f.getBatch)},
		{Operation: "files.put", Method: "PUT", Pattern: uploadPath + "{file}", Handle: f.putFile},
	}
}

// An asset is a picture or a film of an advertiser, in one version or several.
type asset struct {
	id       string
	kind     string
	versions []*assetVersion // the last is the newest
}

// An assetVersion is one file of an asset.
type assetVersion struct {
	number   int
	name     string
	subTypes []string
	tags     []string
	asins    []string
	notes    string
	file     assetFile
	made     time.Time
	by       string
}

// An assetFile is what is known of a file's content.
type assetFile struct {
	name          string // with its extension
	contentType   string
	size          int64
	width, height int
	seconds       float64
	sum           string // of its content
	broken        bool   // it is not what its type says
}

func (a *asset) newest() *assetVersion { return a.versions[len(a.versions)-1] }

func (v *assetVersion) id() string { return "version_v" + strconv.Itoa(v.number) }

// extension is what the file's name ends with, as filters name it.
func (v *assetVersion) extension() string {
	_, ext, _ := strings.Cut(v.file.name, ".")
	return strings.ToUpper(ext)
}

// status is what an asset of a type does at a time.
func (v *assetVersion) status(kind string, now time.Time) string {
	switch {
	case now.Before(v.made.Add(working[kind])):
		return "PROCESSING"
	case v.file.broken:
		return "INACTIVE"
	}
	return "ACTIVE"
}

// A library holds what was registered. What the world begins with is worked out each time.
type library struct {
	mu      sync.Mutex
	made    []*asset
	batches map[string][]batchOutcome
}

// assetID is the id of one of the assets that a profile begins with.
func (f *fake) assetID(p *profile, label string) string {
	return assetPrefix + f.world.Letters("ads asset "+label+" "+p.id, "0123456789abcdef", 32)
}

// displayAssetID is that of a picture of an ad group of Sponsored Display: its logo, or the other one.
func (f *fake) displayAssetID(group string, logo bool) string {
	n := "1"
	if logo {
		n = "0"
	}
	return assetPrefix + f.world.Letters("ads creative asset "+n+group, "0123456789abcdef", 32)
}

const assetPrefix = "amzn1.assetlibrary.asset1."

// assets are all of a profile, in the order in which they were made. Held by the library's lock. Those that the world begins with are what its
// creatives name: pictures and a film of Sponsored Brands, two pictures of each ad group of Sponsored Display.
func (f *fake) assets(p *profile) []*asset {
	var all []*asset
	seed := func(id, kind, sub, name string, made time.Time, file assetFile) {
		file.contentType, file.size = "image/png", int64(20_000+f.world.Number("ads asset size "+id, 400_000))
		file.name = strings.ReplaceAll(name, " ", "_") + ".png"
		if kind == video {
			file.contentType, file.name, file.seconds, file.size = "video/mp4", strings.ReplaceAll(name, " ", "_")+".mp4", 15, file.size*40
		}
		file.sum = f.world.Letters("ads asset sum "+id, "0123456789abcdef", 32)
		v := &assetVersion{number: 1, name: name, subTypes: []string{sub}, file: file, made: made, by: p.name}
		all = append(all, &asset{id, kind, []*assetVersion{v}})
	}
	if ads := p.things[sbAds].all(); len(ads) > 0 {
		made := ads[0].created.Add(-time.Hour)
		seed(f.assetID(p, "logo"), image, "LOGO", "brand logo", made, assetFile{width: 400, height: 400})
		seed(f.assetID(p, "image"), image, "LIFESTYLE_IMAGE", "brand story", made, assetFile{width: 1200, height: 628})
		seed(f.assetID(p, "film"), video, "BACKGROUND_VIDEO", "brand film", made, assetFile{width: 1920, height: 1080})
	}
	for _, g := range p.things[sdGroups].all() {
		seed(f.displayAssetID(g.id, true), image, "LOGO", g.name+" logo", g.created, assetFile{width: 600, height: 100})
		seed(f.displayAssetID(g.id, false), image, "LIFESTYLE_IMAGE", g.name+" image", g.created, assetFile{width: 1200, height: 1200})
	}
	all = append(all, p.library.made...)
	slices.SortStableFunc(all, func(a, b *asset) int {
		return cmp.Compare(a.versions[0].made.UnixMilli(), b.versions[0].made.UnixMilli())
	})
	return all
}

// assetRefusal refuses as the library does: a message and nothing else.
func assetRefusal(x *kit.Exchange, status int, message string) kit.Response {
	x.Error, x.Effect = "assets", "refused"
	return answer(x, status, rawBody{message}, true)
}
