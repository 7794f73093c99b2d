package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// v1Retention is how many days back a report of v1 may begin.
const v1Retention = 95

func (f *fake) v1ReportRoutes() []kit.Route {
	g := guard{media: "application/json"} // the accounts stand in the body, not in a Scope header (ads-lwa 6.5)
	return []kit.Route{
		{Operation: "v1.reports.create", Method: "POST", Pattern: v1Path + "create/reports", Handle: f.guarded(g, f.createV1Report)},
		{Operation: "v1.reports.retrieve", Method: "POST", Pattern: v1Path + "retrieve/reports", Handle: f.guarded(g, func(v *visit) kit.Response { return f.v1Reports(v, false) })},
		{Operation: "v1.reports.delete", Method: "POST", Pattern: v1Path + "delete/reports", Handle: f.guarded(g, func(v *visit) kit.Response { return f.v1Reports(v, true) })},
	}
}

// A v1Field is a field of a v1 report: a column of v3, and what rows are told apart by because of it.
type v1Field struct {
	column string
	grain  grain
	daily  bool
}

// v1Fields are the fields that are served. Their names follow the pattern of the document; the list itself is a guess, see divergences.md.
var v1Fields = map[string]v1Field{
	"date.value":          {column: "date", daily: true},
	"campaign.id":         {column: "campaignId", grain: byCampaignRow},
	"campaign.name":       {column: "campaignName", grain: byCampaignRow},
	"campaign.state":      {column: "campaignStatus", grain: byCampaignRow},
	"adGroup.id":          {column: "adGroupId", grain: byCampaignRow | byGroupRow},
	"adGroup.name":        {column: "adGroupName", grain: byCampaignRow | byGroupRow},
	"ad.id":               {column: "adId", grain: byCampaignRow | byGroupRow | byAdRow},
	"target.id":           {column: "targetingId", grain: byCampaignRow | byGroupRow | byClauseRow},
	"target.value":        {column: "targeting", grain: byCampaignRow | byGroupRow | byClauseRow},
	"searchTerm.value":    {column: "searchTerm", grain: byCampaignRow | byGroupRow | byClauseRow | byTermRow},
	"placement.value":     {column: "placementClassification", grain: byCampaignRow | byPlaceRow},
	"budget.currencyCode": {column: "campaignBudgetCurrencyCode", grain: byCampaignRow},

	"metric.impressions": {column: "impressions"}, "metric.clicks": {column: "clicks"}, "metric.totalCost": {column: "cost"}, "metric.purchases": {column: "purchases"},
	"metric.sales": {column: "sales"}, "metric.unitsSold": {column: "unitsSold"}, "metric.clickThroughRate": {column: "clickThroughRate"},
	"metric.costPerClick": {column: "costPerClick"}, "metric.roas": {column: "roas"}, "metric.detailPageViews": {column: "detailPageViews"},
	"metric.addToCart": {column: "addToCart"}, "metric.viewableImpressions": {column: "viewableImpressions"},
}

// A v1Predicate is a condition on rows.
type v1Predicate struct {
	column column
	not    bool
	values []string
}

// A v1Request is a report that was asked for, as it is repeated in answers.
type v1Request struct {
	Format  string          `json:"format"`
	Periods json.RawMessage `json:"periods"`
	Query   json.RawMessage `json:"query"`
}

// createV1Report serves the create of reports, of which the document allows one at a time.
func (f *fake) createV1Report(v *visit) kit.Response {
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return v1Refusal(v.x, http.StatusBadRequest, err.Error())
	}
	profiles, message := f.v1Accounts(v, o)
	if message != "" {
		return v1Refusal(v.x, http.StatusBadRequest, message)
	}
	if profiles == nil {
		return v1Refusal(v.x, http.StatusForbidden, "There is no access to the account in this region")
	}
	items, _, err := read[[]json.RawMessage](o, "reports", "$")
	if err != nil || len(items) != 1 {
		return v1Refusal(v.x, http.StatusBadRequest, "reports must hold one report")
	}
	item, err := parseObject(items[0], "reports[0]")
	if err != nil {
		return v1Refusal(v.x, http.StatusBadRequest, err.Error())
	}
	request := &v1Request{Periods: compact(item["periods"]), Query: compact(item["query"])}
	queries := make([]*reportQuery, len(profiles))
	var predicates []v1Predicate
	for i, p := range profiles {
		q, conditions, bad := f.v1Asked(p, item, v.x.Now)
		if bad != nil {
			return v1ReportAnswer(v, nil, bad)
		}
		queries[i], predicates = q, conditions
	}
	request.Format, _, _ = read[string](item, "format", "$") // it was read as one of the formats just now
	j := &job{
		id: v.x.UUID(), p: profiles[0], user: v.claims.User.Key, created: v.x.Now, progress: progress{status: pending, updated: v.x.Now}, queue: v.x.Region, v1: request,
		packed: !queries[0].csv, make: func(out func([]byte), now time.Time) { writeReport(out, queries, predicates, now) },
	}
	j.same = j.id // v1 has no duplicates
	if _, full := f.reports.add(f, j, f.is.queue()); full {
		return v1Refusal(v.x, http.StatusTooManyRequests, "Too Many Requests").Set("Retry-After", "60")
	}
	v.x.Effect = "created"
	return v1ReportAnswer(v, f.wireV1Report(v, j, false), nil)
}

// v1Accounts finds the profiles of the accounts in the request, in the called region; none stands for no access.
func (f *fake) v1Accounts(v *visit, o object) (profiles []*profile, message string) {
	list, _, err := read[[]json.RawMessage](o, "accessRequestedAccounts", "$")
	if err != nil || len(list) == 0 || len(list) > 2000 {
		return nil, "accessRequestedAccounts must hold between 1 and 2000 accounts"
	}
	known := f.adsAccounts(v.claims.User.Key)
	for i, raw := range list {
		at := "accessRequestedAccounts[" + strconv.Itoa(i) + "]"
		a, err := parseObject(raw, at)
		if err != nil {
			return nil, err.Error()
		}
		id, sent, err := read[string](a, "advertiserAccountId", at)
		if err != nil || !sent {
			return nil, at + ".advertiserAccountId is required"
		}
		n := slices.IndexFunc(known, func(k *adsAccount) bool { return k.ID == id })
		if n < 0 {
			return nil, ""
		}
		for _, alternate := range known[n].Alternate {
			if p := f.roster().byID[alternate.ProfileID]; p != nil && p.country.region == v.x.Region && !slices.Contains(profiles, p) {
				profiles = append(profiles, p)
			}
		}
	}
	return profiles, ""
}

// v1Asked makes a query of a report's item.
func (f *fake) v1Asked(p *profile, item object, now time.Time) (*reportQuery, []v1Predicate, *itemError) {
	bad := func(at, message string) (*reportQuery, []v1Predicate, *itemError) {
		return nil, nil, &itemError{kind: "rangeError", reason: "INVALID_ENUM_VALUE", message: message, at: "reports[0]." + at}
	}
	format, _, err := read[string](item, "format", "$")
	if err != nil || !slices.Contains([]string{"CSV", "GZIP_JSON", "PARTITIONED_CSV", "PARTITIONED_GZIP_JSON"}, format) {
		return bad("format", "There is no such format")
	}
	q := &reportQuery{f: f, p: p, kind: &reportType{id: "v1", product: "ALL", range_: v1Retention, retention: v1Retention}, csv: strings.HasSuffix(format, "CSV")}
	var fields []string
	if json.Unmarshal(dig(item, "query", "fields"), &fields) != nil || len(fields) == 0 {
		return bad("query.fields", "Fields are needed")
	}
	columns := f.reportTables().columns
	for i, name := range fields {
		field, ok := v1Fields[name]
		if !ok || slices.Contains(fields[:i], name) {
			return bad("query.fields["+strconv.Itoa(i)+"]", "There is no such field, or it stands twice: "+name)
		}
		q.grain |= field.grain
		q.daily = q.daily || field.daily
		q.columns = append(q.columns, columns[field.column])
	}
	q.names = fields
	q.need()
	r := &reportRequest{}
	_ = json.Unmarshal(dig(item, "periods", "datePeriod", "startDate"), &r.start) // what is no string is no date either
	_ = json.Unmarshal(dig(item, "periods", "datePeriod", "endDate"), &r.end)
	if err := q.span(r, p.dayOf(now)); err != nil {
		return bad("periods[0].datePeriod", err.Error())
	}
	predicates, message := v1Conditions(dig(item, "query", "filter"), columns, q.grain, 0)
	if message != "" {
		return bad("query.filter", message)
	}
	return q, predicates, nil
}

// v1Conditions reads a filter: one comparison, or several that must all hold.
func v1Conditions(raw json.RawMessage, columns map[string]column, of grain, depth int) (all []v1Predicate, message string) {
	if raw == nil {
		return nil, ""
	}
	o, err := parseObject(raw, "filter")
	if err != nil || depth > 10 {
		return nil, "The filter is not valid"
	}
	if o.has("and") {
		var inner struct{ Filters []json.RawMessage }
		if json.Unmarshal(o["and"], &inner) != nil || len(inner.Filters) == 0 || len(inner.Filters) > 10 {
			return nil, "and wants between 1 and 10 filters"
		}
		for _, raw := range inner.Filters {
			more, message := v1Conditions(raw, columns, of, depth+1)
			if message != "" {
				return nil, message
			}
			all = append(all, more...)
		}
		return all, ""
	}
	var on struct {
		Field, ComparisonOperator string
		Not                       bool
		Values                    []string
	}
	if !o.has("on") || json.Unmarshal(o["on"], &on) != nil {
		return nil, "A filter is one of and, on"
	}
	field, ok := v1Fields[on.Field]
	switch {
	case !ok || strings.HasPrefix(on.Field, "metric.") || on.Field == "date.value":
		return nil, fmt.Sprintf("%q cannot be filtered by", on.Field)
	case field.grain&^of != 0:
		return nil, fmt.Sprintf("%q is not among the fields that rows are told apart by", on.Field)
	case on.ComparisonOperator != "EQUALS" && on.ComparisonOperator != "IN":
		return nil, "comparisonOperator must be EQUALS or IN"
	case len(on.Values) == 0:
		return nil, "values must not be empty"
	}
	return []v1Predicate{{columns[field.column], on.Not, on.Values}}, ""
}

// v1Reports serves retrieve and delete, by one id.
func (f *fake) v1Reports(v *visit, remove bool) kit.Response {
	ids, refusal := v1Items[string](v.x, "reportIds")
	if ids == nil {
		return refusal
	}
	if len(ids) != 1 {
		return v1Refusal(v.x, http.StatusBadRequest, "reportIds must hold one id")
	}
	f.reports.mu.Lock()
	j := f.reports.byID[ids[0]]
	f.reports.mu.Unlock()
	if j == nil || j.v1 == nil || j.user != v.claims.User.Key || j.p.country.region != v.x.Region {
		return v1ReportAnswer(v, nil, &itemError{kind: "entityNotFoundError", message: "There is no such report", at: "reportIds[0]"})
	}
	w := f.wireV1Report(v, j, !remove)
	if remove {
		f.reports.remove(j.p, j.id)
		v.x.Effect = "deleted"
	}
	return v1ReportAnswer(v, w, nil)
}

// A v1Report is a report as answers of v1 tell of it.
type v1Report struct {
	ID        string   `json:"reportId"`
	Status    string   `json:"status"`
	Created   string   `json:"creationDateTime"`
	Updated   string   `json:"lastUpdatedDateTime"`
	Completed string   `json:"completedDateTime,omitempty"`
	Parts     []v1Part `json:"completedReportParts"`
	Code      string   `json:"failureCode,omitempty"`
	Reason    string   `json:"failureReason,omitempty"`
	*v1Request
}

type v1Part struct {
	Size    int    `json:"sizeInBytes"`
	URL     string `json:"url"`
	Expires string `json:"urlExpirationDateTime"`
}

func (f *fake) wireV1Report(v *visit, j *job, poll bool) *v1Report {
	if poll {
		v.x.Note(kit.NotePoll, j.id)
	}
	how := j.look(f, v.x.Now, poll)
	w := &v1Report{
		ID: j.id, Status: how.status, Created: j.created.UTC().Format(reportInstant), Updated: how.updated.UTC().Format(reportInstant), Parts: []v1Part{}, v1Request: j.v1,
	}
	switch how.status {
	case completed:
		address, expires := f.link(v.x, j, "report")
		w.Completed = how.finished.UTC().Format(reportInstant)
		w.Parts = append(w.Parts, v1Part{len(j.content(f)), address, expires.UTC().Format(reportInstant)})
	case failed:
		w.Code, w.Reason = "INTERNAL_ERROR", "The report could not be made"
	}
	v.x.Note("status", how.status)
	return w
}

func v1ReportAnswer(v *visit, w *v1Report, bad *itemError) kit.Response {
	if bad != nil {
		v.x.Note("failed_items", "1")
		b := bad.appendV1([]byte(`{"success":[],"error":[{"index":0,"errors":[`))
		return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(""), Body: append(b, `]}]}`...)}
	}
	type success struct {
		Index  int       `json:"index"`
		Report *v1Report `json:"report"`
	}
	return answer(v.x, http.StatusMultiStatus, struct {
		Success []success `json:"success"`
		Error   []string  `json:"error"`
	}{[]success{{0, w}}, []string{}}, true)
}
