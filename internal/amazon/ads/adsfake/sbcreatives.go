package adsfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// sbCreativeMedia is the media type of creatives of Sponsored Brands v4 (OAS).
const sbCreativeMedia = "application/vnd.sbAdCreativeResource.v4+json"

// creativeStatuses are where a version can be on its way, by the switch ads.moderation.
var creativeStatuses = map[string]string{"published": "PUBLISHED", "pending": "PENDING_MODERATION_REVIEW", "rejected": "REJECTED_BY_MODERATION"}

// A creativeVersion is one version of an ad's creative, in the words of the ad.
type creativeVersion struct {
	status  string
	content json.RawMessage
	made    time.Time
}

// brandCreatives are the routes by which the creative of an ad gets another version, and by which its versions are listed.
func (f *fake) brandCreatives() []kit.Route {
	g := guard{scoped: true, media: sbCreativeMedia, accept: true, plain: true}
	all := []kit.Route{{Operation: "sb.ads.creatives.list", Method: "POST", Pattern: "/sb/ads/creatives/list", Handle: f.guarded(g, f.listVersions)}}
	g.write = true
	for _, form := range []string{"video", "brandVideo", "productCollection", "productCollectionExtended", "storeSpotlight"} {
		all = append(all, kit.Route{Operation: "sb.ads.creatives." + form, Method: "POST", Pattern: "/sb/ads/creatives/" + form, Handle: f.guarded(g, func(v *visit) kit.Response { return f.newVersion(v, form) })})
	}
	return all
}

func creativeRefusal(x *kit.Exchange, status int, code, message string) kit.Response {
	x.Error, x.Effect = code, "refused"
	return remapped(x, status, sbCreativeMedia, serviceBody{code, message})
}

// creativeNeeds are what the creative of each form must have (OAS).
var creativeNeeds = map[string][]string{
	"video": {"videoAssetIds"}, "brandVideo": {"asins", "brandLogoAssetId", "brandName", "headline", "videoAssetIds"},
	"productCollection": {"asins", "brandLogoAssetId", "brandName", "headline"}, "productCollectionExtended": {"asins", "brandLogoAssetId", "brandName", "headline", "customImages"},
	"storeSpotlight": {"brandLogoAssetId", "brandName", "headline", "subpages"},
}

// newVersion serves the creates: what is sent becomes the ad's creative, and what a film's lacks stays.
func (f *fake) newVersion(v *visit, form string) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
	}
	id, _, err := read[string](o, "adId", "$")
	sent, ok, err2 := readObject(o, "creative", "$")
	if err != nil || err2 != nil || id == "" || !ok {
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "adId and creative are required")
	}
	for _, key := range creativeNeeds[form] {
		if !sent.has(key) {
			return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "$.creative."+key+" is required")
		}
	}
	var r kit.Response
	v.profile.change(v.x.Now, func(b *batch) { r = f.addVersion(v, b, id, form, sent) })
	return r
}

func (f *fake) addVersion(v *visit, b *batch, id, form string, sent object) kit.Response {
	old, _, ok := b.p.things[sbAds].find(id)
	if !ok {
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "There is no ad "+id)
	}
	at := old.kind.at("creative")
	is := object{}
	_ = json.Unmarshal(old.values[at], &is) // it was read as an object when it was sent
	switch {
	case plainText(is["type"]) != creativeTypes[form]:
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "The ad's creative is of the form "+plainText(is["type"]))
	case old.state == archived || b.p.things[sbGroups].work[old.groupAt].state == archived || b.p.things[sbCampaigns].work[old.campaignAt].state == archived:
		return creativeRefusal(v.x, http.StatusConflict, "CONFLICT_STATE", "The ad, or what it belongs to, is archived")
	}
	next := object{"type": is["type"]}
	for key, value := range sent {
		if key == "brandLogoAssetId" { // as ads spell it
			key = "brandLogoAssetID"
		}
		if key != "landingPage" && !isNull(value) {
			next[key] = compact(value)
		}
	}
	if form == "video" && is["asins"] != nil { // its product stays
		next["asins"] = is["asins"]
	}
	t := *old
	t.values, t.versions = slices.Clone(old.values), slices.Clone(old.versions)
	if t.versions == nil {
		t.versions = []creativeVersion{{"PUBLISHED", old.values[at], old.created}}
	}
	made := creativeVersion{creativeStatuses[f.is.moderation.Get()], mustJSON(next), b.now}
	t.versions = append(t.versions, made)
	number := strconv.Itoa(len(t.versions))
	next["creativeVersion"], next["creativeStatus"] = appendString(nil, number), appendString(nil, made.status)
	t.values[at], t.updated = mustJSON(next), b.now
	b.p.things[sbAds].put(b, &t)
	v.x.Effect = "updated"
	return remapped(v.x, http.StatusOK, sbCreativeMedia, map[string]string{"adId": id, "creativeVersion": number})
}

// listVersions serves the list: the versions of an ad.
func (f *fake) listVersions(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	var said struct {
		AdID     string   `json:"adId"`
		Types    []string `json:"creativeTypeFilter"`
		Versions []string `json:"creativeVersionFilter"`
		Statuses []string `json:"creativeStatusFilter"`
		Token    string   `json:"nextToken"`
		Most     *int32   `json:"maxResults"`
	}
	if err := json.Unmarshal(v.x.Body, &said); err != nil || said.AdID == "" {
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "adId is required, in an object of JSON")
	}
	most, q := 100, &filter{token: said.Token, texts: []textTest{{values: slices.Concat([]string{said.AdID}, said.Types, said.Versions, said.Statuses)}}}
	if said.Most != nil {
		most = int(*said.Most)
	}
	from, ok := f.openToken(v.profile, sbCreativeMedia, q)
	if !ok || most < 1 || most > 100 {
		return creativeRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "nextToken or maxResults is not valid")
	}
	var all []map[string]any
	for _, ad := range v.profile.things[sbAds].all() {
		if said.AdID != ad.id {
			continue
		}
		for i, one := range ad.creatives() {
			entry := one.entry(ad, i+1)
			in := func(all []string, key string) bool { return len(all) == 0 || slices.Contains(all, entry[key].(string)) }
			if in(said.Types, "creativeType") && in(said.Versions, "creativeVersion") && in(said.Statuses, "creativeStatus") {
				all = append(all, entry)
			}
		}
	}
	answer := map[string]any{"totalResults": len(all), "creatives": []any{}}
	if all = all[min(int(from), len(all)):]; len(all) > most {
		all, answer["nextToken"] = all[:most], f.sealToken(v.profile, sbCreativeMedia, q, from+uint64(most))
	}
	if len(all) > 0 {
		answer["creatives"] = all
	}
	return remapped(v.x, http.StatusOK, sbCreativeMedia, answer)
}

// creatives are the versions of an ad's creative: one, until it got another.
func (t *thing) creatives() []creativeVersion {
	if t.versions != nil {
		return t.versions
	}
	return []creativeVersion{{"PUBLISHED", t.values[t.kind.at("creative")], t.created}}
}

// entry is a version as the list tells it.
func (v *creativeVersion) entry(ad *thing, number int) map[string]any {
	is, properties := object{}, map[string]any{}
	_ = json.Unmarshal(v.content, &is) // it was read as an object when it was sent
	for key, value := range is {
		if key != "type" {
			properties[strings.Replace(key, "brandLogoAssetID", "brandLogoAssetId", 1)] = value
		}
	}
	return map[string]any{
		"adId": ad.id, "creativeType": plainText(is["type"]), "creativeVersion": strconv.Itoa(number), "creativeStatus": v.status, "creativeProperties": properties,
		"creationTime": v.made.UnixMilli(), "lastUpdateTime": v.made.UnixMilli(),
	}
}
