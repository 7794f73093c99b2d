package ads

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

var _ amazon.AdsReporter = (*Program)(nil)

const reportCreateType = "application/vnd.createasyncreportrequest.v3+json"

// reportIDs are what reports are called in a refusal of a second one (ads-lwa 5.1).
var reportIDs = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

type wireReportRequest struct {
	Name          string            `json:"name"`
	StartDate     canon.Day         `json:"startDate"`
	EndDate       canon.Day         `json:"endDate"`
	Configuration wireReportOptions `json:"configuration"`
}

type wireReportOptions struct {
	AdProduct canon.Channel `json:"adProduct"`
	GroupBy   []string      `json:"groupBy"`
	Columns   []string      `json:"columns"`
	Type      string        `json:"reportTypeId"`
	TimeUnit  string        `json:"timeUnit"`
	Format    string        `json:"format"`
}

type wireReport struct {
	ReportID      string    `json:"reportId"`
	Status        string    `json:"status"`
	URL           string    `json:"url"`
	FailureReason string    `json:"failureReason"`
	FileSize      *float64  `json:"fileSize"`
	CreatedAt     time.Time `json:"createdAt"`
	GeneratedAt   time.Time `json:"generatedAt"`
}

// AdsReportCreate implements amazon.AdsReporter. Every report is asked for by day: sums over days are ours to make, and days are what is kept.
func (p *Program) AdsReportCreate(
	ctx context.Context, s amazon.Asker, account canon.Account, plan amazon.AdsReportPlan, first, last canon.Day,
) (amazon.AdsReportJob, error) {
	body, err := json.Marshal(wireReportRequest{
		Name: fmt.Sprintf("%s %s", plan.Channel, plan.Level), StartDate: first, EndDate: last,
		Configuration: wireReportOptions{
			AdProduct: plan.Channel, GroupBy: plan.GroupBy, Columns: plan.Columns, Type: plan.Type, TimeUnit: "DAILY", Format: "GZIP_JSON",
		},
	})
	if err != nil {
		return amazon.AdsReportJob{}, fmt.Errorf("writing a report's request: %w", err)
	}
	answer, err := s.Ask(ctx, account.Region, amazon.Call{
		Method: http.MethodPost, Path: "/reporting/reports", Body: body,
		Header: http.Header{"Content-Type": {reportCreateType}, "Accept": {"application/json"}},
	}, amazon.Plain(scopeHeader, account.ID))
	if err != nil {
		return amazon.AdsReportJob{}, err
	}
	if answer.Status == http.StatusTooEarly {
		if twin := reportIDs.Find(answer.Body); twin != nil {
			return amazon.AdsReportJob{ID: string(twin), Twin: true}, nil
		}
	}
	return p.readReport(answer, account)
}

// AdsReportPoll implements amazon.AdsReporter.
func (p *Program) AdsReportPoll(ctx context.Context, s amazon.Asker, account canon.Account, reportID string) (amazon.AdsReportJob, error) {
	answer, err := s.Ask(ctx, account.Region, amazon.Call{
		Method: http.MethodGet, Path: "/reporting/reports/" + url.PathEscape(reportID),
		Header: http.Header{"Accept": {"application/json"}, "Content-Type": {reportCreateType}},
	}, amazon.Plain(scopeHeader, account.ID))
	if err != nil {
		return amazon.AdsReportJob{}, err
	}
	return p.readReport(answer, account, ReportPoll)
}

// AdsReportDelete implements amazon.AdsReporter.
func (p *Program) AdsReportDelete(ctx context.Context, s amazon.Asker, account canon.Account, reportID string) error {
	answer, err := s.Ask(ctx, account.Region, amazon.Call{
		Method: http.MethodDelete, Path: "/reporting/reports/" + url.PathEscape(reportID), Header: http.Header{"Accept": {"application/json"}},
	}, amazon.Plain(scopeHeader, account.ID))
	switch {
	case err != nil:
		return err
	case answer.Status != http.StatusOK:
		return p.refused(answer, account)
	}
	return nil
}

// readReport reads what an answer tells of a report.
func (p *Program) readReport(answer *amazon.Answer, account canon.Account, facts ...amazon.Fact) (amazon.AdsReportJob, error) {
	if answer.Status != http.StatusOK {
		return amazon.AdsReportJob{}, p.refused(answer, account, facts...)
	}
	var w wireReport
	if err := json.Unmarshal(bytes.TrimSpace(answer.Body), &w); err != nil || answer.Truncated || w.ReportID == "" {
		return amazon.AdsReportJob{}, &amazon.AdsRefusal{
			Problem: problem.New(problem.AdsBrokenAnswer).With("what it says of a report cannot be read"), Status: answer.Status, RequestID: requestID(answer),
		}
	}
	job := amazon.AdsReportJob{ID: w.ReportID, Done: w.Status == "COMPLETED" && w.URL != "", Failed: w.Status == "FAILED", Reason: w.FailureReason, URL: w.URL}
	if w.FileSize != nil {
		job.Bytes = int64(*w.FileSize)
	}
	if job.Done && !w.GeneratedAt.IsZero() && !w.CreatedAt.IsZero() {
		job.Took = w.GeneratedAt.Sub(w.CreatedAt)
	}
	return job, nil
}
