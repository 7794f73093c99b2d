package amazon

import (
	"context"
	"io"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// An AdsReporter is a Program whose campaigns it makes reports of. A report is asked for, made while one waits, and fetched as a file.
type AdsReporter interface {
	// AdsReportPlans says by which of Amazon's reports a level is answered: at most one a channel, of the level's grain. None where it has none.
	AdsReportPlans(level canon.ReportLevel) []AdsReportPlan

	// AdsReportCreate asks for a report of days. Where Amazon makes the same one already, that one is returned as the twin. The error is a
	// *SendError or an *AdsRefusal; a twin that Amazon does not name is a refusal of status 425.
	AdsReportCreate(ctx context.Context, s Asker, account canon.Account, plan AdsReportPlan, first, last canon.Day) (AdsReportJob, error)

	// AdsReportPoll asks how a report fares. The errors are as those of AdsReportCreate.
	AdsReportPoll(ctx context.Context, s Asker, account canon.Account, reportID string) (AdsReportJob, error)

	// AdsReportDelete has Amazon forget a report, finished or not. The errors are as those of AdsReportCreate; what Amazon does not know is a
	// refusal of status 404.
	AdsReportDelete(ctx context.Context, s Asker, account canon.Account, reportID string) error

	// AdsReportRows reads a report's file to its end, a row at a time; each must not keep its argument. It fails where the file ends early or
	// holds what the plan did not ask for.
	AdsReportRows(file io.Reader, account canon.Account, plan AdsReportPlan, each func(*canon.AdsReportRow) error) error
}

// An AdsReportPlan is one of Amazon's reports as it is asked for.
type AdsReportPlan struct {
	Channel   canon.Channel
	Level     canon.ReportLevel // a grain
	Type      string            // reportTypeId
	GroupBy   []string
	Columns   []string
	MostDays  int // of one report
	Retention int // days back that Amazon keeps
	Restated  int // days back that Amazon may still change
}

// An AdsReportJob is how a report fares.
type AdsReportJob struct {
	ID     string
	Twin   bool // it was asked for by somebody before
	Done   bool
	Failed bool
	Reason string        // Amazon's word for why it failed
	URL    string        // of the file, once it is done. It is a secret for an hour: never in a log or an error.
	Took   time.Duration // from asked to made, by Amazon's own times; zero where it does not tell
	Bytes  int64         // of the file, where Amazon tells
}

// A Fetcher opens files that a program's answers link to: egress's Asker is one.
type Fetcher interface {
	// Fetch opens the file at an address that Amazon told. Nothing of the grant goes along, since the address itself is what allows it. It leads
	// nowhere but to the program's own hosts for files. The error is a *SendError.
	Fetch(ctx context.Context, region canon.Region, address string) (*File, error)
}

// A File is an answer whose body is read as it comes. Whoever has it must close it.
type File struct {
	Status int
	Length int64 // -1 where Amazon did not say
	Body   io.ReadCloser
}
