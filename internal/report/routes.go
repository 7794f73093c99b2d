package report

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// Words of the paths below a grant: {grant}/report, {grant}/report/{id}, {grant}/report/{id}/rows, {grant}/report/jobs and {grant}/report/kept.
const (
	wordKept = "kept"
	wordRows = "rows"
	wordJobs = "jobs"
)

// Places finds the accounts that a request is about; unified's is one.
type Places func(q *unified.Request, organizations []string) ([]unified.Place, error)

// A Status is how a report fares, as it is told.
type Status struct {
	ID          string                   `json:"id"`
	Status      State                    `json:"status"`
	Level       string                   `json:"level"`
	Start       canon.Day                `json:"start_date"`
	End         canon.Day                `json:"end_date"`
	Granularity string                   `json:"granularity"`
	Metrics     []string                 `json:"metrics"`
	Dimensions  []string                 `json:"dimensions"`            // what its rows are told apart by
	Attribution *canon.ReportAttribution `json:"attribution,omitempty"` // each channel's own where it is absent
	Keep        bool                     `json:"keep,omitempty"`        // each day to come is fetched too, until that is stopped
	Parts       int                      `json:"parts"`                 // reports of Amazon's that it takes
	Done        int                      `json:"parts_done"`            // of those, how many are there
	Failed      int                      `json:"parts_failed"`
	Cancelled   int                      `json:"parts_cancelled,omitempty"`
	AtAmazon    *Leavings                `json:"at_amazon,omitempty"`
	Rows        int64                    `json:"rows_fetched"` // by those
	ETA         *int                     `json:"eta_seconds,omitempty"`
	RetryAfter  *int                     `json:"retry_after,omitempty"` // seconds until asking again is worth it
	Missing     []Missing                `json:"missing,omitempty"`     // days that cannot be had
	By          string                   `json:"by,omitempty"`
	Created     time.Time                `json:"created_at"`
	Ended       time.Time                `json:"ended_at,omitzero"`
	Errors      []Trouble                `json:"errors,omitempty"`
}

// Leavings say what becomes at Amazon of the reports that a cancelled job had asked for, and that nobody else here waits for.
type Leavings struct {
	Deleting int `json:"deleting"`
	Deleted  int `json:"deleted"`
	Left     int `json:"left"` // others may wait for them, or Amazon does not delete them: the errors say why
}

func (l *Leavings) with(is AtAmazon) *Leavings {
	if is == "" {
		return l
	}
	if l == nil {
		l = &Leavings{}
	}
	switch is {
	case Deleting:
		l.Deleting++
	case Deleted:
		l.Deleted++
	case Left:
		l.Left++
	}
	return l
}

// A Trouble is what keeps a part from being there, or did.
type Trouble struct {
	OrganizationID string        `json:"organization_id"`
	Channel        canon.Channel `json:"channel"`
	Start          canon.Day     `json:"start_date"`
	End            canon.Day     `json:"end_date"`
	Status         State         `json:"status"`
	Code           problem.Code  `json:"code"`
	Message        string        `json:"message"`
	Fix            string        `json:"fix"`
	Detail         string        `json:"detail,omitempty"`
}

// Tell puts a job into words.
func (s *Service) Tell(ctx context.Context, j Job) Status {
	out := Status{
		ID: string(j.ID), Status: j.State, Level: string(j.Ask.Level), Start: j.Ask.Start, End: j.Ask.End, Parts: len(j.Parts), Missing: j.Missing, By: j.By,
		Created: j.Created, Ended: j.Ended, Granularity: j.Ask.Granularity, Attribution: j.Ask.Attribution, Keep: j.Ask.Keep,
		Metrics: []string{}, Dimensions: []string{},
	}
	if shown, err := columnsOf(j.Ask); err == nil { // it was when the job was begun
		for _, m := range shown.metrics {
			out.Metrics = append(out.Metrics, m.Name)
		}
		for _, k := range shown.keys {
			out.Dimensions = append(out.Dimensions, k.name)
		}
	}
	for _, p := range j.Parts {
		switch p.State {
		case Done:
			out.Done++
			out.Rows += p.Rows
		case Failed:
			out.Failed++
		case Cancelled:
			out.Cancelled++
		}
		out.AtAmazon = out.AtAmazon.with(p.AtAmazon)
		if known, ok := problem.Known(p.Problem); ok {
			out.Errors = append(out.Errors, Trouble{p.Account, p.Channel, p.First, p.Last, p.State, known.Code, known.What, known.Fix, p.Detail})
		}
	}
	if !j.State.Ended() {
		eta := int(math.Ceil(s.ETA(ctx, j).Seconds()))
		again := max(1, min(eta, 60))
		out.ETA, out.RetryAfter = &eta, &again
	}
	return out
}

// Serve answers the paths of reports below a grant.
func (s *Service) Serve(ctx context.Context, q *unified.Request, places Places) (unified.Answer, error) {
	read := q.Method == http.MethodGet || q.Method == http.MethodHead
	switch {
	case len(q.Rest) == 0 && q.Method == http.MethodPost:
		return s.servePost(ctx, q, places)
	case len(q.Rest) == 0 && read:
		return s.serveLong(ctx, q, places)
	case len(q.Rest) == 1 && q.Rest[0] == wordJobs && read:
		return s.serveJobs(ctx, q)
	case len(q.Rest) == 1 && q.Rest[0] == wordKept && (read || q.Method == http.MethodDelete):
		return s.serveKept(ctx, q, places)
	case len(q.Rest) == 1 && (read || q.Method == http.MethodDelete), len(q.Rest) == 2 && q.Rest[1] == wordRows && read:
		return s.serveJob(ctx, q)
	case len(q.Rest) > 2 || len(q.Rest) == 2 && q.Rest[1] != wordRows:
		return unified.Answer{}, problem.New(problem.UnifiedRouteUnknown)
	}
	return unified.Answer{}, problem.New(problem.UnifiedMethodRefused)
}

const mostBody = 1 << 20

func (s *Service) servePost(ctx context.Context, q *unified.Request, places Places) (unified.Answer, error) {
	body, err := io.ReadAll(io.LimitReader(q.Body, mostBody+1))
	if err != nil || len(body) > mostBody {
		return unified.Answer{}, problem.New(problem.ReportBadRequest).With("its body could not be read, or is longer than a mebibyte")
	}
	var ask Ask
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil || d.More() {
		detail := "the body is no JSON object of the fields that a report has"
		if err != nil && strings.Contains(err.Error(), "unknown field") {
			_, name, _ := strings.Cut(err.Error(), "unknown field ")
			detail = none("field", strings.Trim(name, `"`), fields())
		}
		return unified.Answer{}, problem.New(problem.ReportBadRequest).With("%.400s", detail)
	}
	at, err := s.allowed(q, places, ask.Organizations, "reports.create")
	if err != nil {
		return unified.Answer{}, err
	}
	j, err := s.Begin(ctx, q.By, at, ask)
	if err != nil {
		return unified.Answer{}, err
	}
	return s.accepted(ctx, q, j), nil
}

// accepted says that a job is under way, or done at once.
func (s *Service) accepted(ctx context.Context, q *unified.Request, j Job) unified.Answer {
	told := s.Tell(ctx, j)
	a := unified.Answer{Status: http.StatusAccepted, Body: told}.With("Location", q.Base+"/"+q.Grant+"/report/"+string(j.ID))
	if told.RetryAfter != nil {
		return a.With("Retry-After", strconv.Itoa(*told.RetryAfter))
	}
	return a
}

// allowed are the accounts on which an operation may be made. Those that were named must all be; of others, what may not is left out.
func (s *Service) allowed(q *unified.Request, places Places, organizations []string, operation string) ([]Place, error) {
	all, err := places(q, organizations)
	if err != nil {
		return nil, err
	}
	var may []Place
	var refused error
	for _, p := range all {
		if err := q.Access.Allow(p.Grant, p.Account, operation); err != nil {
			if len(organizations) > 0 {
				return nil, err
			}
			refused = err
			continue
		}
		may = append(may, Place{p.Grant, p.Account})
	}
	if len(may) == 0 {
		if refused != nil {
			return nil, refused
		}
		return nil, problem.New(problem.ReportNoAccount)
	}
	return may, nil
}

// serveJob tells of one job, writes its rows, or ends it.
func (s *Service) serveJob(ctx context.Context, q *unified.Request) (unified.Answer, error) {
	j, err := s.Job(ctx, id.Report(q.ID()))
	if err != nil {
		return unified.Answer{}, err
	}
	if s.may(q, j, "reports.get") != nil {
		return unified.Answer{}, problem.New(problem.ReportNotFound) // what exists and may not be seen is told like what does not exist
	}
	if len(q.Rest) == 2 {
		return s.serveRows(ctx, q, j)
	}
	if q.Method == http.MethodDelete {
		if err := s.may(q, j, "reports.delete"); err != nil {
			return unified.Answer{}, err
		}
		if err := s.Cancel(ctx, q.By, j.ID); err != nil {
			return unified.Answer{}, err
		}
		if j, err = s.Job(ctx, j.ID); err != nil {
			return unified.Answer{}, err
		}
	}
	return unified.OK(s.Tell(ctx, j)), nil
}

// may asks whether an operation may be made on all that a job is about.
func (s *Service) may(q *unified.Request, j Job, operation string) error {
	grants := q.Access.Grants()
	for i, g := range j.Grants {
		at := slices.IndexFunc(grants, func(one unifiedGrant) bool { return one.ID == g })
		if at < 0 || q.Grant != unified.All && grants[at].Name != q.Grant && string(g) != q.Grant {
			return problem.New(problem.ReportNotFound)
		}
		a, ok := account(grants[at].Accounts, j.Sources[i].Account)
		if !ok || !q.Access.Account(grants[at], a.ID) {
			return problem.New(problem.ReportNotFound)
		}
		if err := q.Access.Allow(grants[at], a, operation); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) serveRows(ctx context.Context, q *unified.Request, j Job) (unified.Answer, error) {
	if err := only(q.Query, "format"); err != nil {
		return unified.Answer{}, err
	}
	f := Format(strings.ToLower(q.Query.Get("format")))
	if f == "" {
		f = JSON
	}
	if f.Type() == "" {
		return unified.Answer{}, errFormat(f)
	}
	if !j.State.Ended() {
		wait := max(time.Second, s.ETA(ctx, j)).Round(time.Second)
		p := problem.New(problem.ReportNotDone).With("about %s to go", wait)
		p.RetryAt = s.cfg.Now().Add(wait)
		return unified.Answer{}, p
	}
	a := unified.Answer{Type: f.Type(), Stream: func(w io.Writer) error {
		_, err := s.Write(ctx, j, f, w)
		return err
	}}
	if j.State != Done || len(j.Missing) > 0 {
		a = a.With("X-Lockkeeper-Partial", "true")
	}
	if f != JSON {
		a = a.With("Content-Disposition", `attachment; filename="report-`+string(j.ID)+"."+string(f)+`"`)
	}
	return a, nil
}

// serveJobs lists the newest jobs that the asker may see.
func (s *Service) serveJobs(ctx context.Context, q *unified.Request) (unified.Answer, error) {
	if err := only(q.Query, "limit"); err != nil {
		return unified.Answer{}, err
	}
	limit, err := strconv.Atoi(q.Query.Get("limit"))
	if err != nil || limit <= 0 || limit > 1000 {
		limit = 50
	}
	all, err := s.Jobs(ctx, 1000)
	if err != nil {
		return unified.Answer{}, err
	}
	out := []Status{}
	for _, j := range all {
		if len(out) == limit {
			break
		}
		if s.may(q, j, "reports.get") != nil {
			continue
		}
		if j, err = s.Job(ctx, j.ID); err != nil {
			return unified.Answer{}, err
		}
		out = append(out, s.Tell(ctx, j))
	}
	return unified.OK(out), nil
}
