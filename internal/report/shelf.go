package report

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// A Shelf is what is kept of one source.
type Shelf struct {
	Source
	First, Last canon.Day // empty where no day is kept yet
	Days        int
	Final       int // of those, how many will not change
	Rows        int64
	AsOf        time.Time // when the oldest of them was fetched
	Follow      bool      // days to come are fetched too
	Next        time.Time // when it is looked at again; zero for never
}

// A Shelved is a Shelf as it is told.
type Shelved struct {
	Organization string            `json:"organization_id"`
	Channel      canon.Channel     `json:"channel"`
	Level        canon.ReportLevel `json:"level"` // the grain: ORG and PORTFOLIO are read from CAMPAIGN, PRODUCT from AD
	First        canon.Day         `json:"start_date,omitempty"`
	Last         canon.Day         `json:"end_date,omitempty"`
	Days         int               `json:"days"`
	Final        int               `json:"days_final"` // of those, how many will not change
	Rows         int64             `json:"rows"`
	AsOf         time.Time         `json:"as_of,omitzero"` // when the oldest of them was fetched
	Keep         bool              `json:"keep"`           // days to come are fetched too, every night
	Next         time.Time         `json:"next_at,omitzero"`
}

func (k *Shelf) told() Shelved {
	return Shelved{k.Account, k.Channel, k.Level, k.First, k.Last, k.Days, k.Final, k.Rows, k.AsOf, k.Follow, k.Next}
}

// serveKept tells what is kept, or ends the fetching of days to come. What is kept stays, and is read again until it is final.
func (s *Service) serveKept(ctx context.Context, q *unified.Request, places Places) (unified.Answer, error) {
	list := func(name string) []string {
		return strings.FieldsFunc(q.Query.Get(name), func(r rune) bool { return r == ',' || r == ' ' })
	}
	if err := only(q.Query, "org_id", "channel", "level"); err != nil {
		return unified.Answer{}, err
	}
	var channels, levels []string
	for _, c := range list("channel") {
		if c = strings.ToUpper(c); !slices.Contains(canon.Channels(), canon.Channel(c)) {
			return unified.Answer{}, problem.New(problem.ReportBadRequest).With("%s", none("channel", c, wordsOf(canon.Channels())))
		}
		channels = append(channels, c)
	}
	for _, l := range list("level") {
		if l = strings.ToUpper(l); !slices.Contains(canon.ReportLevels(), canon.ReportLevel(l)) {
			return unified.Answer{}, problem.New(problem.ReportBadRequest).With("%s", none("level", l, wordsOf(canon.ReportLevels())))
		}
		levels = append(levels, string(canon.ReportLevel(l).Grain()))
	}
	operation := "reports.get"
	if q.Method == http.MethodDelete {
		operation = "reports.delete"
	}
	may, err := s.allowed(q, places, list("org_id"), operation)
	if err != nil {
		return unified.Answer{}, err
	}
	type owner struct {
		realm   amazon.Realm
		account string
	}
	seen := map[owner]bool{}
	for _, p := range may {
		seen[owner{p.Grant.Realm, p.Account.ID}] = true
	}
	all, err := s.cfg.Store.ReportShelves(ctx)
	if err != nil {
		return unified.Answer{}, err
	}
	out, ended := []Shelved{}, []Source{}
	for _, k := range all {
		switch {
		case !seen[owner{k.Realm, k.Account}]:
		case len(channels) > 0 && !slices.Contains(channels, string(k.Channel)):
		case len(levels) > 0 && !slices.Contains(levels, string(k.Level)):
		case q.Method != http.MethodDelete:
			out = append(out, k.told())
		case k.Follow:
			k.Follow = false
			out, ended = append(out, k.told()), append(ended, k.Source)
		}
	}
	if len(ended) > 0 {
		e := audit.Entry{
			At: s.cfg.Now(), Actor: q.By, Action: "ads.report_stop", Object: q.Grant, Outcome: audit.Done,
			Detail: fmt.Sprintf("no more days of %d accounts and channels", len(ended)),
		}
		if err := s.cfg.Store.StopSeries(ctx, ended, e); err != nil {
			return unified.Answer{}, err
		}
	}
	return unified.OK(out), nil
}
