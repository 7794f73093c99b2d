package adsfake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// How the library tells of an asset. A search tells of the newest version alone, flat; a get tells of the asset and a list of its versions.

// A wireFile is the file's metadata.
type wireFile struct {
	ContentType string  `json:"contentType"`
	Extension   string  `json:"extension"`
	Size        int64   `json:"fileSize"`
	Width       int     `json:"width,omitempty"`
	Height      int     `json:"height,omitempty"`
	Ratio       string  `json:"aspectRatio,omitempty"`
	Duration    float64 `json:"duration,omitempty"`
}

type wireURLs struct {
	Default   string         `json:"defaultUrl"`
	Processed map[string]any `json:"processedUrls"`
}

// A wireFound is an asset as a search tells it.
type wireFound struct {
	ID           string   `json:"assetId"`
	Version      string   `json:"version"`
	Name         string   `json:"name"`
	Type         string   `json:"assetType"`
	SubTypes     []string `json:"assetSubTypes"`
	Status       string   `json:"status"`
	File         wireFile `json:"fileMetadata"`
	URLs         wireURLs `json:"storageLocationUrls"`
	Tags         []string `json:"tags"`
	Marketplaces []string `json:"marketplaces"`
	Accounts     []string `json:"associatedAccountIds"`
	Programs     []string `json:"specCheckApprovedPrograms"`
	Created      int64    `json:"creationTime"`
	CreatedBy    string   `json:"createdBy"`
	Updated      int64    `json:"lastUpdatedTime"`
	UpdatedBy    string   `json:"lastUpdatedBy"`
}

// A wireVersion is a version as a get tells it.
type wireVersion struct {
	Identifier struct {
		ID      string `json:"assetId"`
		Version string `json:"version"`
	} `json:"assetIdentifier"`
	Name       string           `json:"name"`
	URL        string           `json:"url"`
	SubTypes   []string         `json:"assetSubTypes"`
	Status     string           `json:"assetStatus"`
	File       wireFile         `json:"fileMetadata"`
	URLs       wireURLs         `json:"storageLocationUrls"`
	Notes      *string          `json:"versionNotes"`
	Failed     []string         `json:"failedSpecChecks"`
	Programs   []string         `json:"specCheckApprovedPrograms"`
	Moderation []wireModeration `json:"moderationContentList"`
	Created    int64            `json:"creationTime"`
	CreatedBy  string           `json:"createdBy"`
	Updated    int64            `json:"lastUpdatedTime"`
	UpdatedBy  string           `json:"lastUpdatedBy"`
}

type wireModeration struct {
	SubType string       `json:"assetSubType"`
	Status  string       `json:"moderationContentStatus"`
	Results []wirePolicy `json:"adPolicyModerationResultList"`
}

type wirePolicy struct {
	Marketplace string `json:"marketplaceId"`
	Policy      string `json:"policyName"`
	Status      string `json:"moderationStatus"`
}

func (v *assetVersion) wireFile() wireFile {
	f := wireFile{ContentType: v.file.contentType, Extension: v.extension(), Size: v.file.size, Width: v.file.width, Height: v.file.height, Duration: v.file.seconds}
	if w, h := v.file.width, v.file.height; w > 0 && h > 0 {
		d := gcd(w, h)
		f.Ratio = strconv.Itoa(w/d) + ":" + strconv.Itoa(h/d)
	}
	return f
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// urls are where a version can be seen. Nothing lies there.
func (a *asset) urls(v *assetVersion) wireURLs {
	return wireURLs{"https://m.media-amazon.com/images/S/" + strings.TrimPrefix(a.id, assetPrefix) + "/" + v.id() + "/" + v.file.name, map[string]any{}}
}

// programs are those whose checks a version passes.
func (a *asset) programs() []string {
	if a.kind == video {
		return []string{"SPONSORED_BRANDS_VIDEO", "SPONSORED_DISPLAY_VIDEO"}
	}
	return []string{}
}

func (a *asset) found(p *profile, now time.Time) wireFound {
	v, first := a.newest(), a.versions[0]
	return wireFound{
		ID: a.id, Version: v.id(), Name: v.name, Type: a.kind, SubTypes: v.subTypes, Status: v.status(a.kind, now), File: v.wireFile(), URLs: a.urls(v),
		Tags: slices.Concat([]string{}, v.tags), Marketplaces: []string{p.country.marketplace}, Accounts: []string{p.entity}, Programs: a.programs(),
		Created: first.made.UnixMilli(), CreatedBy: first.by, Updated: v.made.UnixMilli(), UpdatedBy: v.by,
	}
}

func (a *asset) version(p *profile, v *assetVersion, now time.Time) wireVersion {
	w := wireVersion{
		Name: v.name, URL: a.urls(v).Default, SubTypes: v.subTypes, Status: v.status(a.kind, now), File: v.wireFile(), URLs: a.urls(v), Failed: []string{}, Programs: a.programs(),
		Moderation: []wireModeration{}, Created: v.made.UnixMilli(), CreatedBy: v.by, Updated: v.made.UnixMilli(), UpdatedBy: v.by,
	}
	w.Identifier.ID, w.Identifier.Version = a.id, v.id()
	if v.notes != "" {
		w.Notes = &v.notes
	}
	verdict, status := "COMPLETED", "APPROVED"
	if w.Status == "PROCESSING" {
		verdict, status = "IN_PROGRESS", "PENDING"
	}
	for _, sub := range v.subTypes {
		w.Moderation = append(w.Moderation, wireModeration{sub, verdict, []wirePolicy{{p.country.marketplace, "STORES_MODERATION", status}}})
	}
	return w
}

// getAsset serves GET /assets: all versions of an asset, or one.
func (f *fake) getAsset(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	q, p := v.x.Query(), v.profile
	id, wanted := q.Get("assetId"), q.Get("version")
	if id == "" {
		return assetRefusal(v.x, http.StatusBadRequest, "assetId is missing")
	}
	p.library.mu.Lock()
	defer p.library.mu.Unlock()
	all := f.assets(p)
	i := slices.IndexFunc(all, func(a *asset) bool { return a.id == id })
	if i < 0 {
		return assetRefusal(v.x, http.StatusNotFound, "There is no asset "+id)
	}
	a := all[i]
	versions := []wireVersion{}
	for _, one := range a.versions {
		if wanted == "" || wanted == one.id() {
			versions = append(versions, a.version(p, one, v.x.Now))
		}
	}
	if len(versions) == 0 {
		return assetRefusal(v.x, http.StatusNotFound, "There is no such version of "+id)
	}
	return remapped(v.x, http.StatusOK, assetGot, map[string]any{
		"assetGlobal":      map[string]any{"assetId": a.id, "assetType": a.kind, "accountIds": []string{p.entity}, "marketplaceId": []string{p.country.marketplace}},
		"assetVersionList": versions,
	})
}
