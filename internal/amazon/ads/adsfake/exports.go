package adsfake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// mostExports is how many exports of one kind a profile may have under way (ads-lwa 5.3).
const mostExports = 5

// An exportKind is one of the four exports.
type exportKind struct {
	operation string
	path      string
	media     string
	letter    string // at the end of what an exportId holds
}

var exportKinds = []exportKind{
	{"campaigns.export", "/campaigns/export", "application/vnd.campaignsexport.v1+json", "C"},
	{"adGroups.export", "/adGroups/export", "application/vnd.adgroupsexport.v1+json", "A"},
	{"ads.export", "/ads/export", "application/vnd.adsexport.v1+json", "R"},
	{"targets.export", "/targets/export", "application/vnd.targetsexport.v1+json", "T"},
}

func (f *fake) exportRoutes() []kit.Route {
	var all []kit.Route
	for _, k := range exportKinds {
		all = append(all, kit.Route{
			Operation: k.operation, Method: "POST", Pattern: k.path,
			Handle: f.guarded(guard{scoped: true, media: k.media}, func(v *visit) kit.Response { return f.createExport(v, k) }),
		})
	}
	return append(all, kit.Route{Operation: "exports.get", Method: "GET", Pattern: "/exports/{exportId}", Handle: f.guarded(guard{scoped: true}, f.getExport)})
}

// An exportFilter says what an export holds.
type exportFilter struct {
	letter   string
	products []string
	states   []string
	types    []string // of targets
	levels   []string
	negative []bool
}

// Values of the filters (OAS).
var exportTargetTypes = []string{"AUDIENCE", "AUTO", "KEYWORD", "PRODUCT", "PRODUCT_AUDIENCE", "PRODUCT_CATEGORY", "PRODUCT_CATEGORY_AUDIENCE", "THEME"}

func parseExport(body []byte, letter string) (*exportFilter, error) {
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, err
	}
	q := &exportFilter{
		letter: letter, products: adProducts, states: []string{enabled, paused}, types: exportTargetTypes, levels: []string{"AD_GROUP", "CAMPAIGN"}, negative: []bool{false, true},
	}
	for _, f := range []struct {
		key     string
		to      *[]string
		allowed []string
	}{
		{"adProductFilter", &q.products, adProducts},
		{"stateFilter", &q.states, []string{archived, enabled, paused}},
		{"targetTypeFilter", &q.types, exportTargetTypes},
		{"targetLevelFilter", &q.levels, q.levels},
	} {
		if strings.HasPrefix(f.key, "target") && letter != "T" {
			continue
		}
		values, sent, err := read[[]string](o, f.key, "$")
		if err != nil {
			return nil, err
		}
		if !sent {
			continue
		}
		if len(values) == 0 || len(values) > len(f.allowed) || slices.ContainsFunc(values, func(s string) bool { return !slices.Contains(f.allowed, s) }) {
			return nil, fmt.Errorf("%s must hold some of %s", f.key, strings.Join(f.allowed, ", "))
		}
		*f.to = values
	}
	if raw := o["negativeFilter"]; letter == "T" && o.has("negativeFilter") {
		if err := json.Unmarshal(raw, &q.negative); err != nil || len(q.negative) == 0 || len(q.negative) > 2 {
			return nil, &shapeError{"$.negativeFilter", "an array of one or two booleans"}
		}
	}
	return q, nil
}

// createExport serves the four POSTs.
func (f *fake) createExport(v *visit, k exportKind) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	if !accepts(v.x.Header["Accept"], k.media, f.is.accept.Is("lenient")) {
		return exportRefusal(v.x, http.StatusNotAcceptable, "NOT_ACCEPTABLE", "Accept must be "+k.media)
	}
	q, err := parseExport(v.x.Body, k.letter)
	if err != nil {
		return exportRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
	}
	p := v.profile
	id := base64.StdEncoding.EncodeToString([]byte(v.x.UUID() + "," + k.letter))
	j := &job{
		id: id, same: id, p: p, queue: k.letter + p.id, created: v.x.Now, progress: progress{status: pending, updated: v.x.Now}, packed: true, kind: k.letter,
		make: func(out func([]byte), now time.Time) { out(p.export(q, now)) },
	}
	if _, full := f.exports.add(f, j, mostExports); full {
		return exportRefusal(v.x, http.StatusTooManyRequests, "THROTTLED", "Too many exports are in progress").Set("Retry-After", "30")
	}
	v.x.Effect = "created"
	return f.tellExport(v, j, http.StatusAccepted, k.media, false)
}

// getExport serves GET /exports/{exportId}, whose Accept must be that of the kind of export.
func (f *fake) getExport(v *visit) kit.Response {
	j := f.exports.find(v.profile, v.x.Var("exportId"))
	if j == nil {
		return exportRefusal(v.x, http.StatusNotFound, "NOT_FOUND", "Export not found")
	}
	k := exportKinds[slices.IndexFunc(exportKinds, func(k exportKind) bool { return k.letter == j.kind })]
	if !accepts(v.x.Header["Accept"], k.media, f.is.accept.Is("lenient")) {
		return exportRefusal(v.x, http.StatusNotAcceptable, "NOT_ACCEPTABLE", "Accept must be "+k.media)
	}
	return f.tellExport(v, j, http.StatusOK, k.media, true)
}

func exportRefusal(x *kit.Exchange, status int, code, message string) kit.Response {
	x.Effect = "refused"
	return serviceRefusal(x, status, code, message)
}

// tellExport tells how far an export is. Exports do answer with their own media type (ads-lwa 2.3).
func (f *fake) tellExport(v *visit, j *job, status int, media string, poll bool) kit.Response {
	if poll {
		v.x.Note(kit.NotePoll, j.id)
	}
	how := j.look(f, v.x.Now, poll)
	w := struct {
		ID        string `json:"exportId"`
		Status    string `json:"status"`
		Created   string `json:"createdAt,omitempty"`
		Generated string `json:"generatedAt,omitempty"`
		URL       string `json:"url,omitempty"`
		Expires   string `json:"urlExpiresAt,omitempty"`
		Size      int    `json:"fileSize,omitempty"`
		Error     any    `json:"error,omitempty"`
	}{ID: j.id, Status: processing}
	if poll {
		w.Created = j.created.UTC().Format(reportInstant)
	}
	switch how.status {
	case completed:
		address, expires := f.link(v.x, j, "export")
		w.Status, w.Generated, w.URL, w.Expires, w.Size = how.status, how.finished.UTC().Format(reportInstant), address, expires.UTC().Format(reportInstant), len(j.content(f))
	case failed:
		w.Status, w.Error = how.status, map[string]string{"errorCode": "INTERNAL_ERROR", "message": "The export could not be made"}
	}
	v.x.Note("status", w.Status)
	return typed(v.x, status, media, w)
}
