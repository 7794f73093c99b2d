package report

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An Ask is what a report is asked for by.
type Ask struct {
	Level         canon.ReportLevel        `json:"level"`                 // Defaults to CAMPAIGN.
	Start         canon.Day                `json:"start_date"`            // first day, in each organization's own timezone
	End           canon.Day                `json:"end_date"`              // last day, itself part of it
	Granularity   string                   `json:"granularity,omitempty"` // DAY, or SUMMARY for one row of all days. Defaults to DAY.
	Metrics       []string                 `json:"metrics,omitempty"`     // Defaults to the core ones: those of every channel.
	Dimensions    []string                 `json:"dimensions,omitempty"`  // keys by which rows are summed. Defaults to those of the level.
	Organizations []string                 `json:"org_ids,omitempty"`     // Defaults to all that may be asked of.
	Channels      []canon.Channel          `json:"channels,omitempty"`    // Defaults to all that have the level.
	Filters       Filters                  `json:"filters,omitzero"`      // of the rows that are read, not of those that are kept
	Attribution   *canon.ReportAttribution `json:"attribution,omitempty"` // Defaults to each channel's own.
	Keep          bool                     `json:"keep,omitempty"`        // each day to come is fetched too, every night, from now on
	Refresh       bool                     `json:"refresh,omitempty"`     // days that may still change are asked for again, however fresh
}

// Filters say which rows are meant; an empty one means all.
type Filters struct {
	Campaigns []string `json:"campaign_ids,omitempty"`
	Groups    []string `json:"group_ids,omitempty"`
	Ads       []string `json:"ad_ids,omitempty"`
	Targets   []string `json:"target_ids,omitempty"`
}

// A State says how far a job or a part is.
type State string

// The states. A part waits, is asked of Amazon, then done or failed; a job runs, and is partial where some of its parts failed.
const (
	Running   State = "running"
	Waiting   State = "waiting"
	Asked     State = "asked"
	Done      State = "done"
	Partial   State = "partial"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Ended reports whether nothing more will be done.
func (s State) Ended() bool { return s == Done || s == Partial || s == Failed || s == Cancelled }

// A Source is where days are kept: one channel of one account at one grain.
type Source struct {
	Realm   amazon.Realm
	Account string
	Channel canon.Channel
	Level   canon.ReportLevel // a grain
}

// A Job is a report as somebody asked for it.
type Job struct {
	ID      id.Report
	Grants  []id.Grant // one for each of Sources
	Ask     Ask
	Sources []Source
	State   State
	By      string // who asked
	Created time.Time
	Ended   time.Time
	Missing []Missing // days that cannot be had

	Parts []Part // where asked for one job: how its parts fare
}

// A Missing is a stretch of days that cannot be had: Amazon keeps them no more and they were not kept here in time, or they are still to come.
type Missing struct {
	Organization string        `json:"organization_id"`
	Channel      canon.Channel `json:"channel"`
	Start        canon.Day     `json:"start_date"`
	End          canon.Day     `json:"end_date"`
	Why          string        `json:"why,omitempty"` // retention or future
}

// Why days cannot be had.
const (
	WhyRetention = "retention"
	WhyFuture    = "future"
)

// A Part is one of Amazon's reports.
type Part struct {
	Source
	ID          id.ReportPart
	Grant       id.Grant
	Region      canon.Region
	First, Last canon.Day
	State       State
	ReportID    string // Amazon's, once it was asked for
	Tries       int    // of the step under way, without luck
	Remade      int    // how often a report of it failed or was lost
	Asked       time.Time
	Next        time.Time // not before
	Ended       time.Time
	Rows        int64
	Problem     problem.Code
	Detail      string
	Found       bool     // Amazon made the report before it was asked for here, so that others may wait for it
	AtAmazon    AtAmazon // of a part that is wanted no more
}

// An AtAmazon says what becomes at Amazon of a report that is wanted no more; empty where there is none.
type AtAmazon string

// What becomes of it.
const (
	Deleting AtAmazon = "deleting"
	Deleted  AtAmazon = "deleted"
	Left     AtAmazon = "left" // others wait for it, or it cannot be deleted
)

// Learned is what is known of a lane, so that a process after this one need not learn it anew.
type Learned struct {
	Lane
	Window   int  // how many unfinished reports it takes; 0 where it has refused none
	Settling bool // it refused, and what it took is yet to be counted
	Held     time.Time
	Probe    time.Time
	Wait     time.Duration
	Quiet    time.Duration
	Takes    time.Duration
}

func (p *Part) lane() Lane { return Lane{p.Realm, p.Region} }

// A Kept is one day of a source as it is kept.
type Kept struct {
	Day     canon.Day
	Version id.ReportPart // whose rows it has
	Rows    int64
	Final   bool
	Fetched time.Time
}

// A Series is a source that is looked at every night.
type Series struct {
	Source
	Grant  id.Grant
	Follow bool // days to come are fetched too
	Next   time.Time
}

// A Chunk is rows of one day, packed.
type Chunk struct {
	Day  canon.Day
	Body []byte
}

// ErrNotFound is a Store's word for what it does not have.
var ErrNotFound = errors.New("looking it up: there is none")

// Store is what reports need of a database. Each changing method is one transaction and durable when it returns.
type Store interface {
	// AddReport writes a job, its parts and the entry of it. A part that is under way already, of the same source and days, is joined in place of a new one.
	AddReport(ctx context.Context, j Job, parts []Part, e audit.Entry) error
	// JoinParts writes parts that the nights want, unless they are under way already. They go on whatever becomes of jobs that want them too.
	JoinParts(ctx context.Context, parts []Part) error
	Report(ctx context.Context, j id.Report) (Job, error)
	Reports(ctx context.Context, limit int) ([]Job, error)                       // the newest first, without parts
	SettleReport(ctx context.Context, j id.Report, now time.Time) (State, error) // ends a job whose parts all have

	// CancelReport ends a job at the entry's time. A part that neither another job nor the nights wait for ends too, at once or when it is saved
	// next; its report is to be deleted. A job that has ended stays as it is, without an entry.
	CancelReport(ctx context.Context, j id.Report, e audit.Entry) error
	// DueReportDrops lists parts whose reports are to be deleted at Amazon.
	DueReportDrops(ctx context.Context, now time.Time) (due []id.ReportPart, next time.Time, err error)
	// ClaimReportDrop leases one of them. One that is wanted again, by a part under way of the same source and days, is left instead.
	ClaimReportDrop(ctx context.Context, p id.ReportPart, owner string) (Part, bool, error)

	ReportLanes(ctx context.Context) ([]Learned, error)
	SaveReportLane(ctx context.Context, l Learned) error

	FreeReportParts(ctx context.Context) error
	// DueReportParts lists parts that may be worked at, of each lane no more to be asked for than there is room, and those that are leased already.
	DueReportParts(ctx context.Context, now time.Time, room func(Lane, Load) int) (due []id.ReportPart, next time.Time, err error)
	ClaimReportPart(ctx context.Context, p id.ReportPart, owner string) (Part, bool, error) // drops rows that a part before its end had written
	SaveReportPart(ctx context.Context, p Part) error                                       // gives the lease back; ends jobs that waited for it alone
	AddReportRows(ctx context.Context, p id.ReportPart, chunks []Chunk) error
	// EndReportPart writes the last rows, makes all that were written under the part those of its days, drops what was there before, and saves the
	// part, and when to look at its source again unless that is nil.
	EndReportPart(ctx context.Context, p Part, last []Chunk, days []Kept, again *Series) error
	// ReportQueue tells when the parts of a lane that Amazon has were asked for, and how many wait up to one of those that do.
	ReportQueue(ctx context.Context, lane Lane, last id.ReportPart) (asked []time.Time, waiting int, err error)

	ReportDays(ctx context.Context, s Source, first, last canon.Day) ([]Kept, error) // in their order
	ReportRows(ctx context.Context, v id.ReportPart, day canon.Day, each func(body []byte) error) error

	SaveSeries(ctx context.Context, s Series) error // Follow once set stays, until it is stopped or dropped
	DropSeries(ctx context.Context, s Source) error
	StopSeries(ctx context.Context, of []Source, e audit.Entry) error // they follow no more
	ReportShelves(ctx context.Context) ([]Shelf, error)               // of each source that is kept or looked at, in their order
	DueSeries(ctx context.Context, now time.Time) (due []Series, next time.Time, err error)
	LastDay(ctx context.Context, s Source) (canon.Day, error) // the latest that is kept; empty for none
}
