package ads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// assetOp reads one asset, with all its versions.
const assetOp = "assets.get"

// What a registration can say beside the model's own names.
const (
	extBrand  = "brandEntityId" // that sellers must name
	extLinked = "linkedAssetId" // the asset that the file is a new version of
	extNotes  = "versionNotes"
	extKeep   = "skipAssetSubTypesDetection" // do not let Amazon choose the sub types
)

// assets is the collection of the creative asset library, which stands above ad products (Amazon's guides to creating and managing assets,
// July 2026). A search has no filter by id, so that single assets are read one by one. A new one is made of a file: of its content, or of one that
// was put to an upload location before; nothing changes or archives one.
func assets() *collection {
	c := codec(&collection{
		kind: canon.KindAsset, speaks: assetLibrary{}, list: "assetList", id: "assetId", ops: map[string]string{verbList: "assets.search", verbCreate: "assets.register"},
		also: []string{assetOp}, begin: "assets.upload", page: mostAssets, write: 1, filters: map[condition]string{byType: "ASSET_TYPE", byID: "assetId"}, ids: 1,
		fields:    map[string]string{"name": "name", "url": "url", "assetType": "type", "assetSubTypeList": "sub_types", "tags": "labels", "asinList": "promoted"},
		creatable: []string{"name", "status", "type", "content", "mime_type", "url", "sub_types", "labels", "promoted", "ext"}, required: []string{"name", "type", "sub_types"},
		wants: func(q *amazon.AdsQuery) bool { return q.Type == "" || q.Type == "IMAGE" || q.Type == "VIDEO" },
	}, decodeAsset, encodeAsset)
	c.gather = func(ctx context.Context, p *Program, s amazon.Asker, v *view, q *amazon.AdsQuery, token string) ([]canon.AdsObject, string, error) {
		if len(q.IDs) > 0 {
			objects, err := p.asset(ctx, s, v, q)
			return objects, "", err
		}
		size := c.page
		if q.Size > 0 {
			size = min(q.Size, size)
		}
		call, err := c.speaks.list(c, q, token, size)
		if err != nil {
			return nil, "", problem.New(problem.AdsBadNextToken).Because(err)
		}
		answer, err := p.look(ctx, s, v, c.finish(verbList, call))
		if err != nil {
			return nil, "", err
		}
		objects, next, err := c.readPage(answer.Body, v, q, token, size)
		if err != nil || answer.Truncated {
			return nil, "", broken(c, err)
		}
		return objects, next, nil
	}
	return c
}

// asset reads the one asset that a section of a query asks for. One that there is not is none, as in every list.
func (p *Program) asset(ctx context.Context, s amazon.Asker, v *view, q *amazon.AdsQuery) ([]canon.AdsObject, error) {
	c := &collection{list: "asset", operations: map[string]amazon.Operation{verbList: operation(p.Descriptor(), assetOp)}}
	var all []canon.AdsObject
	for _, id := range q.IDs {
		answer, err := p.look(ctx, s, v, c.finish(verbList, amazon.Call{Query: url.Values{"assetId": {id}}}))
		var refusal *amazon.AdsRefusal
		if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		o, err := decodeOneAsset(answer.Body)
		if err != nil || answer.Truncated {
			return nil, broken(c, err)
		}
		if c.claim(o, answer.Body, v); keeps(q, o) {
			all = append(all, o)
		}
	}
	return all, nil
}

// A wireAsset is an asset as a search tells it and, apart from that, as a registration says it.
type wireAsset struct {
	ID       string      `json:"assetId,omitempty"`
	Version  string      `json:"version,omitempty"`
	SubTypes []string    `json:"assetSubTypes,omitempty"`
	Status   string      `json:"status,omitempty"`
	File     *assetFile  `json:"fileMetadata,omitempty"`
	URLs     *assetURLs  `json:"storageLocationUrls,omitempty"`
	Created  json.Number `json:"creationTime,omitempty"`
	Updated  json.Number `json:"lastUpdatedTime,omitempty"`

	Name string   `json:"name,omitempty"` // of both
	Type string   `json:"assetType,omitempty"`
	Tags []string `json:"tags,omitempty"`

	URL        string           `json:"url,omitempty"`
	SubTypesOf []string         `json:"assetSubTypeList,omitempty"`
	ASINs      []string         `json:"asinList,omitempty"`
	Linked     *assetLink       `json:"versionInfo,omitempty"`
	Entities   []assetSubEntity `json:"associatedSubEntityList,omitempty"`
	Keep       bool             `json:"skipAssetSubTypesDetection,omitempty"`
}

type assetFile struct {
	ContentType string      `json:"contentType,omitempty"`
	Size        json.Number `json:"fileSize,omitempty"`
	Width       json.Number `json:"width,omitempty"`
	Height      json.Number `json:"height,omitempty"`
}

type assetURLs struct {
	Default string `json:"defaultUrl,omitempty"`
}

type assetLink struct {
	ID    string `json:"linkedAssetId,omitempty"`
	Notes string `json:"versionNotes,omitempty"`
}

type assetSubEntity struct {
	Brand string `json:"brandEntityId,omitempty"`
}

func decodeAsset(w *wireAsset, _ *view) (*canon.AdsAsset, error) {
	a := &canon.AdsAsset{Type: w.Type, SubTypes: w.SubTypes, Version: w.Version}
	a.ID, a.Name = w.ID, w.Name
	if len(w.Tags) > 0 {
		a.Labels = w.Tags
	}
	switch a.Status = statusOf(w.Status); {
	case w.Status == "ACTIVE":
		a.Status = canon.StatusActive
	case w.Status == "PROCESSING":
		a.Status, a.EffectiveStatus, a.EffectiveReasons = canon.StatusActive, canon.EffectivePending, []string{w.Status}
	case w.Status != "" && a.Status == "":
		a.Status, a.EffectiveStatus, a.EffectiveReasons = canon.StatusActive, canon.EffectiveNotEligible, []string{w.Status}
	}
	if w.URLs != nil {
		a.URL = w.URLs.Default
	}
	var err error
	if f := w.File; f != nil {
		a.MIMEType = f.ContentType
		for _, n := range []struct {
			from json.Number
			to   func(int64)
		}{{f.Size, func(n int64) { a.FileSize = n }}, {f.Width, func(n int64) { a.Width = int(n) }}, {f.Height, func(n int64) { a.Height = int(n) }}} {
			whole, err := wholeNumber(n.from)
			if err != nil {
				return nil, err
			}
			n.to(whole)
		}
	}
	if a.CreatedAt, err = millis(w.Created); err != nil {
		return nil, err
	}
	a.UpdatedAt, err = millis(w.Updated)
	return a, err
}

// wholeNumber reads a count that the wire may write as a double, such as 1280.0 or 1.5E7.
func wholeNumber(n json.Number) (int64, error) {
	if n == "" {
		return 0, nil
	}
	m, err := canon.ParseMoney(n.String(), "")
	return m.Micros / 1_000_000, err
}

func encodeAsset(a *canon.AdsAsset, v *view) (*wireAsset, error) {
	w := &wireAsset{Name: a.Name, Type: a.Type, Tags: a.Labels}
	if v.told {
		w.ID, w.Version, w.SubTypes, w.URLs = a.ID, a.Version, a.SubTypes, &assetURLs{a.URL}
		w.File = &assetFile{a.MIMEType, count(a.FileSize), count(int64(a.Width)), count(int64(a.Height))}
		w.Created, w.Updated = wireMillis(a.CreatedAt), wireMillis(a.UpdatedAt)
		if w.Status = string(a.Status); len(a.EffectiveReasons) > 0 {
			w.Status = a.EffectiveReasons[0]
		}
		return w, nil
	}
	if a.Type != "IMAGE" && a.Type != "VIDEO" {
		return nil, fmt.Errorf("assets of Amazon are IMAGE and VIDEO, not %q", a.Type)
	}
	if a.Status != "" && a.Status != canon.StatusActive {
		return nil, fmt.Errorf("an asset is never %s", a.Status)
	}
	f, err := fileOf(a)
	if err != nil {
		return nil, err
	}
	if w.URL, w.SubTypesOf = a.URL, a.SubTypes; f != nil {
		w.URL = located
	}
	for _, p := range a.Promoted {
		if p.Type != "ASIN" {
			return nil, fmt.Errorf("an asset is found by ASINs, not by %s", p.Type)
		}
		w.ASINs = append(w.ASINs, p.ID)
	}
	return w, w.more(a.Ext)
}

// more takes what ext says of a registration.
func (w *wireAsset) more(ext map[string]any) error {
	for _, key := range sortedKeys(ext) {
		text, isText := ext[key].(string)
		flag, isFlag := ext[key].(bool)
		switch {
		case key == extBrand && isText:
			w.Entities = []assetSubEntity{{text}}
		case (key == extLinked || key == extNotes) && isText:
			if w.Linked == nil {
				w.Linked = &assetLink{}
			}
			*map[string]*string{extLinked: &w.Linked.ID, extNotes: &w.Linked.Notes}[key] = text
		case key == extKeep && isFlag:
			w.Keep = flag
		default:
			return fmt.Errorf("ext.%s is nothing that an asset can be registered with", key)
		}
	}
	return nil
}

func count(n int64) json.Number {
	if n == 0 {
		return ""
	}
	return json.Number(strconv.FormatInt(n, 10))
}

// decodeOneAsset reads an asset with its versions as the newest of them: the last, since Amazon appends.
func decodeOneAsset(body []byte) (*canon.AdsAsset, error) {
	var w struct {
		Global   wireAsset `json:"assetGlobal"`
		Versions []struct {
			wireAsset
			Identifier struct {
				Version string `json:"version"`
			} `json:"assetIdentifier"`
			State      string `json:"assetStatus"`
			Moderation []struct {
				Results []struct {
					Policy string `json:"policyName"`
					Status string `json:"moderationStatus"`
				} `json:"adPolicyModerationResultList"`
			} `json:"moderationContentList"`
		} `json:"assetVersionList"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, err
	}
	if len(w.Versions) == 0 || w.Global.ID == "" {
		return nil, errors.New("an asset without id or version")
	}
	last := w.Versions[len(w.Versions)-1]
	last.ID, last.Type, last.Version, last.Status = w.Global.ID, w.Global.Type, last.Identifier.Version, last.State
	if last.URLs == nil {
		last.URLs = &assetURLs{last.URL}
	}
	a, err := decodeAsset(&last.wireAsset, nil)
	if err != nil {
		return nil, err
	}
	verdicts := map[string][]string{}
	for _, m := range last.Moderation {
		for _, r := range m.Results {
			verdicts[r.Status] = append(verdicts[r.Status], r.Policy)
		}
	}
	a.Review = assetReview(verdicts, last.Identifier.Version)
	return a, nil
}

// assetReview is what moderation says as a whole: anything waiting is PENDING; what some policies turned down and others let pass is LIMITED. A word
// of Amazon's that is not known says itself.
func assetReview(verdicts map[string][]string, version string) *canon.Review {
	r := &canon.Review{Version: version, Reasons: slices.Compact(slices.Sorted(slices.Values(verdicts["REJECTED"])))}
	switch {
	case len(verdicts) == 0:
		return nil
	case len(verdicts["PENDING"]) > 0:
		r.Status = "PENDING"
	case len(r.Reasons) > 0 && len(verdicts["APPROVED"]) > 0:
		r.Status = "LIMITED"
	case len(r.Reasons) > 0:
		r.Status = "REJECTED"
	default:
		r.Status = "APPROVED"
		for _, word := range slices.Sorted(maps.Keys(verdicts)) {
			if word != "APPROVED" {
				r.Status = word
			}
		}
	}
	return r
}

// mostAssets is the most of a page of a search.
const mostAssets = 500

// assetLibrary is the dialect of the library. A page is named by its number and a token together.
type assetLibrary struct{}

// list implements dialect.
func (assetLibrary) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	page := map[string]any{"size": size}
	if token != "" {
		number, theirs, _ := strings.Cut(token, ".")
		n, err := strconv.ParseUint(number, 10, 31)
		if err != nil {
			return amazon.Call{}, err
		}
		page["identifier"] = map[string]any{"pageNumber": n, "token": theirs}
	}
	body := map[string]any{"pageCriteria": page, "sortCriteria": map[string]string{"field": "CREATED_TIME", "order": "ASC"}}
	if q.Type != "" {
		body["filterCriteria"] = map[string]any{"valueFilters": []any{map[string]any{"valueField": c.filters[byType], "values": []string{q.Type}}}}
	}
	text, err := json.Marshal(body)
	return amazon.Call{Body: text}, err
}

// read implements dialect.
func (assetLibrary) read(c *collection, answer []byte, token string, _ int) ([]json.RawMessage, string, error) {
	items, _, err := page(answer, c.list)
	if err != nil {
		return nil, "", err
	}
	var said struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || said.Token == "" || len(items) == 0 {
		return items, "", err
	}
	number, _, _ := strings.Cut(token, ".")
	n, _ := strconv.Atoi(number) // the first page has none
	return items, strconv.Itoa(n+1) + "." + said.Token, nil
}

// write implements dialect: one registration a request.
func (assetLibrary) write(_ *collection, _ string, items []json.RawMessage) (amazon.Call, error) {
	return amazon.Call{Body: items[0]}, nil
}

// outcomes implements dialect.
func (assetLibrary) outcomes(_ *collection, _ string, answer *amazon.Answer, _ int) ([]outcome, error) {
	var said struct {
		ID string `json:"assetId"`
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil || said.ID == "" {
		return nil, err
	}
	return []outcome{{id: said.ID}}, nil
}
