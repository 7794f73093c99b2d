package adsfake

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A registration makes an asset of a file that was put, or a new version of one.
type registration struct {
	URL      string   `json:"url"`
	Name     string   `json:"name"`
	Type     string   `json:"assetType"`
	SubTypes []string `json:"assetSubTypeList"`
	ASINs    []string `json:"asinList"`
	Tags     []string `json:"tags"`
	TagList  []string `json:"tagList"` // what batches call tags
	Version  struct {
		Linked string `json:"linkedAssetId"`
		Notes  string `json:"versionNotes"`
	} `json:"versionInfo"`
	Entities []struct {
		Brand string `json:"brandEntityId"`
	} `json:"associatedSubEntityList"`
}

var (
	errAssetNeeds  = errors.New("url, name, assetType and assetSubTypeList are required, and must go together")
	errAssetFile   = errors.New("there is no file at the url: it was not given out for this account, or nothing was put there")
	errAssetBrand  = errors.New("associatedSubEntityList with a brandEntityId is required for sellers")
	errAssetLinked = errors.New("there is no asset of this type with the linkedAssetId")
)

// register makes the asset or the version. Held by the library's lock. The same file once more is what there is already.
func (f *fake) register(v *visit, r *registration, batch bool) (*asset, *assetVersion, error) {
	p := v.profile
	file := f.located(p, r.URL)
	known := assetSubTypes[r.Type]
	switch {
	case strings.TrimSpace(r.Name) == "" || known == nil || len(r.SubTypes) == 0 || slices.ContainsFunc(r.SubTypes, func(s string) bool { return !slices.Contains(known, s) }):
		return nil, nil, errAssetNeeds
	case file == nil:
		return nil, nil, errAssetFile
	case p.kind == "seller" && !batch && (len(r.Entities) == 0 || r.Entities[0].Brand == ""):
		return nil, nil, errAssetBrand
	}
	made := &assetVersion{
		number: 1, name: r.Name, subTypes: r.SubTypes, tags: slices.Concat(r.Tags, r.TagList), asins: r.ASINs, notes: r.Version.Notes, file: *file, made: v.x.Now, by: v.claims.User.Key,
	}
	if r.Version.Linked == "" {
		a := &asset{id: assetPrefix + v.x.Random("0123456789abcdef", 32), kind: r.Type, versions: []*assetVersion{made}}
		p.library.made = append(p.library.made, a)
		return a, made, nil
	}
	i := slices.IndexFunc(p.library.made, func(a *asset) bool { return a.id == r.Version.Linked && a.kind == r.Type })
	if i < 0 {
		return nil, nil, errAssetLinked
	}
	a := p.library.made[i]
	last := a.newest()
	if last.file.sum == file.sum {
		return a, last, nil
	}
	made.number, made.tags, made.asins = last.number+1, union(last.tags, made.tags), union(last.asins, made.asins)
	a.versions = append(a.versions, made)
	return a, made, nil
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// registerAsset serves POST /assets/register.
func (f *fake) registerAsset(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	r := &registration{}
	if err := json.Unmarshal(v.x.Body, r); err != nil {
		return assetRefusal(v.x, http.StatusBadRequest, "The request is not valid: "+err.Error())
	}
	v.profile.library.mu.Lock()
	defer v.profile.library.mu.Unlock()
	a, made, err := f.register(v, r, false)
	if err != nil {
		return assetRefusal(v.x, http.StatusBadRequest, err.Error())
	}
	v.x.Effect = "created"
	return remapped(v.x, http.StatusOK, assetRegistered, map[string]any{"assetId": a.id, "versionId": made.id(), "failedSpecChecks": []string{}, "programPolicyValidationsList": nil})
}

// mostRegistered is the most that one batch registers.
const mostRegistered = 50

// A batchOutcome is what became of one registration of a batch.
type batchOutcome struct{ url, id, version, failure string }

// registerAssets serves POST /assets/batchRegister, whose outcome is asked for by the id that it answers.
func (f *fake) registerAssets(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	var said struct {
		All []*registration `json:"assetDetailsList"`
	}
	if err := json.Unmarshal(v.x.Body, &said); err != nil || len(said.All) == 0 || len(said.All) > mostRegistered || slices.Contains(said.All, nil) {
		return assetRefusal(v.x, http.StatusBadRequest, "assetDetailsList must have between 1 and 50 entries")
	}
	l := &v.profile.library
	l.mu.Lock()
	defer l.mu.Unlock()
	var outcomes []batchOutcome
	for _, r := range said.All {
		o := batchOutcome{url: r.URL}
		if a, made, err := f.register(v, r, true); err != nil {
			o.failure = err.Error()
		} else {
			o.id, o.version = a.id, made.id()
		}
		outcomes = append(outcomes, o)
	}
	if l.batches == nil {
		l.batches = map[string][]batchOutcome{}
	}
	id := v.x.UUID()
	l.batches[id], v.x.Effect = outcomes, "created"
	return remapped(v.x, http.StatusOK, assetsBatched, map[string]string{"requestId": id})
}

// getBatch serves GET /assets/batchRegister/{requestId}.
func (f *fake) getBatch(v *visit) kit.Response {
	l := &v.profile.library
	l.mu.Lock()
	defer l.mu.Unlock()
	outcomes, known := l.batches[v.x.Var("requestId")]
	if !known {
		return assetRefusal(v.x, http.StatusBadRequest, "AARServiceBadRequestException: No request exists for the requestId")
	}
	good, bad, status := []any{}, []any{}, "FAILED"
	for _, o := range outcomes {
		if o.failure != "" {
			bad = append(bad, map[string]string{"url": o.url, "failureReason": o.failure})
			continue
		}
		good, status = append(good, map[string]any{"url": o.url, "assetIdentifier": map[string]string{"assetId": o.id, "version": o.version}}), "COMPLETE"
	}
	return remapped(v.x, http.StatusOK, assetsBatchTold, map[string]any{
		"registrationStatus": status, "successfullyRegisteredAssets": good, "inProgressAssetDetails": []any{}, "failedAssetDetails": bad,
	})
}
