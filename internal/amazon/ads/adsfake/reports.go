package adsfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types of Reporting v3 (ads-lwa 5.1).
const (
	reportCreate  = "application/vnd.createasyncreportrequest.v3+json"
	reportCreated = "application/vnd.createasyncreportresponse.v3+json"
	reportGot     = "application/vnd.getasyncreportresponse.v3+json"
	reportDeleted = "application/vnd.deleteasyncreportresponse.v3+json"
)

// reportInstant is how reports write times.
const reportInstant = "2006-01-02T15:04:05.000Z"

// A reportTable is everything about reports that is the same for all profiles.
type reportTable struct {
	types   map[string]*reportType
	columns map[string]column
}

func readReportTables() reportTable {
	return reportTable{parseReportTypes(reportTypesText), reportColumns()}
}

func (f *fake) reportRoutes() []kit.Route {
	g := guard{scoped: true}
	create := guard{scoped: true, media: reportCreate, plain: true}
	return []kit.Route{
		{Operation: "reports.create", Method: "POST", Pattern: "/reporting/reports", Handle: f.guarded(create, f.createReport)},
		{Operation: "reports.get", Method: "GET", Pattern: "/reporting/reports/{reportId}", Handle: f.guarded(g, f.getReport)},
		{Operation: "reports.delete", Method: "DELETE", Pattern: "/reporting/reports/{reportId}", Handle: f.guarded(g, f.deleteReport)},
		{Operation: "files.get", Method: "GET", Pattern: bucketPath + "{file}", Handle: f.download},
	}
}

// reportDetail is what Reporting v3 says when it refuses: detail, not details (ads-lwa 5.1).
type reportDetail struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func reportRefusal(x *kit.Exchange, status int, detail string) kit.Response {
	code := strconv.Itoa(status)
	x.Error, x.Effect = code, "refused"
	return answer(x, status, reportDetail{code, detail}, true)
}

// A wireReport is a report as answers tell of it: keys in the order of the alphabet, nulls present (ads-lwa 5.1).
type wireReport struct {
	Configuration *reportRequest `json:"configuration"`
	CreatedAt     string         `json:"createdAt"`
	EndDate       string         `json:"endDate"`
	FailureReason *string        `json:"failureReason"`
	FileSize      *int           `json:"fileSize"`
	GeneratedAt   *string        `json:"generatedAt"`
	Name          *string        `json:"name"`
	ReportID      string         `json:"reportId"`
	StartDate     string         `json:"startDate"`
	Status        string         `json:"status"`
	UpdatedAt     string         `json:"updatedAt"`
	URL           *string        `json:"url"`
	URLExpiresAt  *string        `json:"urlExpiresAt"`
}

// createReport serves POST /reporting/reports.
func (f *fake) createReport(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	request, err := parseReport(v.x.Body)
	if err != nil {
		return reportRefusal(v.x, http.StatusBadRequest, err.Error())
	}
	q, err := f.report(v.profile, request, v.x.Now)
	if err != nil {
		return reportRefusal(v.x, http.StatusBadRequest, err.Error())
	}
	same, err := json.Marshal(request)
	if err != nil {
		panic("adsfake: a report's request is no JSON: " + err.Error())
	}
	j := &job{
		id: v.x.UUID(), p: v.profile, created: v.x.Now, progress: progress{status: pending, updated: v.x.Now}, queue: v.profile.country.region, request: request, packed: !q.csv,
		same: string(same) + request.start + request.end,
		make: func(out func([]byte), now time.Time) { writeReport(out, []*reportQuery{q}, nil, now) },
	}
	duplicate, full := f.reports.add(f, j, f.is.queue())
	switch {
	case duplicate != nil:
		return reportRefusal(v.x, http.StatusTooEarly, "The Request is a duplicate of : "+duplicate.id)
	case full:
		return reportRefusal(v.x, http.StatusTooManyRequests, "Too Many Requests").Set("Retry-After", "60")
	}
	v.x.Effect = "created"
	return f.tellReport(v, j, reportCreated, false)
}

// getReport serves GET /reporting/reports/{reportId}.
func (f *fake) getReport(v *visit) kit.Response {
	j := f.reports.find(v.profile, v.x.Var("reportId"))
	if j == nil {
		return reportRefusal(v.x, http.StatusNotFound, "Report not found")
	}
	return f.tellReport(v, j, reportGot, true)
}

// deleteReport serves DELETE /reporting/reports/{reportId}.
func (f *fake) deleteReport(v *visit) kit.Response {
	id := v.x.Var("reportId")
	j := f.reports.find(v.profile, id)
	if j == nil {
		return reportRefusal(v.x, http.StatusNotFound, "Report not found")
	}
	if f.is.reportDelete.Is("pending") {
		if how := j.look(f, v.x.Now, false); how.status != pending {
			return reportRefusal(v.x, http.StatusBadRequest, "Report cannot be deleted in status "+how.status)
		}
	}
	if !f.reports.remove(v.profile, id) { // another call was faster
		return reportRefusal(v.x, http.StatusNotFound, "Report not found")
	}
	v.x.Effect = "deleted"
	return remapped(v.x, http.StatusOK, reportDeleted, struct {
		Code     string `json:"code"`
		Detail   string `json:"detail"`
		ReportID string `json:"reportId"`
	}{"200", "Report deleted", id})
}

func (f *fake) tellReport(v *visit, j *job, media string, poll bool) kit.Response {
	if poll {
		v.x.Note(kit.NotePoll, j.id)
	}
	how := j.look(f, v.x.Now, poll)
	r := j.request
	w := wireReport{
		Configuration: r, CreatedAt: j.created.UTC().Format(reportInstant), EndDate: r.end, Name: r.name, ReportID: j.id, StartDate: r.start,
		Status: how.status, UpdatedAt: how.updated.UTC().Format(reportInstant),
	}
	switch how.status {
	case completed:
		size, made := len(j.content(f)), how.finished.UTC().Format(reportInstant)
		address, expires := f.link(v.x, j, "report")
		until := expires.UTC().Format(reportInstant)
		w.FileSize, w.GeneratedAt, w.URL, w.URLExpiresAt = &size, &made, &address, &until
	case failed:
		reason := "INTERNAL_ERROR"
		w.FailureReason = &reason
	}
	v.x.Note("status", how.status)
	return remapped(v.x, http.StatusOK, media, w)
}
