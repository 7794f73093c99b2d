package ads

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A reportKey takes a column's text into a row.
type reportKey func(r *canon.AdsReportRow, text string)

func reportKeys() map[string]reportKey {
	product := func(r *canon.AdsReportRow, s string) { r.ProductID = s }
	sku := func(r *canon.AdsReportRow, s string) { r.SKU = s }
	target := func(r *canon.AdsReportRow, s string) { // of two columns that name it, one is filled
		if s != "" {
			r.TargetID = s
		}
	}
	text := func(r *canon.AdsReportRow, s string) {
		if s != "" {
			r.TargetText = s
		}
	}
	return map[string]reportKey{
		"date":                       func(r *canon.AdsReportRow, s string) { r.Date = canon.Day(s) },
		"campaignId":                 func(r *canon.AdsReportRow, s string) { r.CampaignID = s },
		"campaignName":               func(r *canon.AdsReportRow, s string) { r.CampaignName = s },
		"campaignBudgetCurrencyCode": func(r *canon.AdsReportRow, s string) { r.Currency = s },
		"portfolioId":                func(r *canon.AdsReportRow, s string) { r.PortfolioID = s },
		"adGroupId":                  func(r *canon.AdsReportRow, s string) { r.GroupID = s },
		"adGroupName":                func(r *canon.AdsReportRow, s string) { r.GroupName = s },
		"adId":                       func(r *canon.AdsReportRow, s string) { r.AdID = s },
		"matchType":                  func(r *canon.AdsReportRow, s string) { r.MatchType = s },
		"searchTerm":                 func(r *canon.AdsReportRow, s string) { r.SearchTerm = s },
		"placementClassification":    func(r *canon.AdsReportRow, s string) { r.Placement = s },
		"advertisedAsin":             product, "promotedAsin": product,
		"advertisedSku": sku, "promotedSku": sku,
		"keywordId": target, "targetingId": target,
		"targeting": text, "keywordText": text, "targetingText": text,
	}
}

// mostReport bounds what a file unpacks to, so that a hostile one cannot fill the disk.
const mostReport = 16 << 30

var (
	errReportLong  = errors.New("reading a report: it unpacks to more than any report has")
	errReportDay   = errors.New("reading a report: a row has no day")
	errReportValue = errors.New("reading a report: a number is none")
)

// AdsReportRows implements amazon.AdsReporter: gzip of one JSON array of flat objects.
func (p *Program) AdsReportRows(file io.Reader, account canon.Account, plan amazon.AdsReportPlan, each func(*canon.AdsReportRow) error) error {
	s := source(plan)
	if s == nil {
		return fmt.Errorf("reading a report: %s has none of level %s", plan.Channel, plan.Level)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("unpacking a report: %w", err)
	}
	limited := &io.LimitedReader{R: unpacked, N: mostReport}
	var row canon.AdsReportRow
	words := newWords()
	begin := func() {
		row = canon.AdsReportRow{Level: plan.Level, Timezone: account.Timezone, Country: account.Country, Currency: account.Currency}
		row.OrganizationID, row.Channel = account.ID, plan.Channel
	}
	begin()
	err = readFlat(limited, flatRows{
		column: func(name string) int {
			for i, c := range plan.Columns {
				if c == name {
					return i
				}
			}
			return -1
		},
		value: func(column int, kind byte, text []byte) error {
			name := plan.Columns[column]
			if sum, ok := s.sums[name]; ok {
				return setSum(&row.Sums, sum, kind, text)
			}
			if kind == 'n' {
				text = nil
			}
			s.keys[name](&row, words.word(text))
			return nil
		},
		end: func() error {
			if _, err := canon.ParseDay(string(row.Date)); err != nil {
				return errReportDay
			}
			if row.Currency == "" {
				row.Currency = account.Currency
			}
			err := each(&row)
			begin()
			return err
		},
	})
	if limited.N <= 0 {
		return errReportLong
	}
	return err
}

// setSum reads a number. Money is exact to a millionth; what a writer's floating-point left behind that is rounded.
func setSum(to *canon.ReportSums, sum canon.ReportSum, kind byte, text []byte) error {
	if kind == 'n' {
		return nil // Amazon does not tell it
	}
	if kind != '0' {
		return errReportValue
	}
	if !sum.Money() {
		if n, ok := digits(text); ok {
			to.Set(sum, n)
			return nil
		}
	}
	n, ok := millionths(text)
	if !ok {
		return errReportValue
	}
	if !sum.Money() {
		n /= 1_000_000
	}
	to.Set(sum, n)
	return nil
}

// digits reads a whole number of up to 18 digits.
func digits(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// millionths reads a decimal number. The usual ones, such as 12.34, need no more than their digits.
func millionths(text []byte) (int64, bool) {
	whole, part := text, []byte(nil)
	for i, c := range text {
		if c == '.' {
			whole, part = text[:i], text[i+1:]
			break
		}
	}
	if w, ok := digits(whole); ok && len(whole) <= 12 && len(part) <= 6 {
		n, scale := w*1_000_000, int64(100_000)
		for _, c := range part {
			if c < '0' || c > '9' {
				return slowMillionths(text)
			}
			n += int64(c-'0') * scale
			scale /= 10
		}
		return n, true
	}
	return slowMillionths(text)
}

func slowMillionths(text []byte) (int64, bool) {
	if len(text) > 40 {
		return 0, false
	}
	if i := indexExponent(text); i >= 0 {
		if e, err := strconv.Atoi(string(text[i+1:])); err != nil || e < -40 || e > 20 {
			return 0, false // what a report has no use for, and what would take long to write out
		}
	}
	r, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	rounded, ok := new(big.Int).SetString(r.FloatString(0), 10)
	if !ok || !rounded.IsInt64() {
		return 0, false
	}
	return rounded.Int64(), true
}

func indexExponent(text []byte) int {
	for i, c := range text {
		if c == 'e' || c == 'E' {
			return i
		}
	}
	return -1
}

// words keep the texts of a report, of which most come again and again, so that a row of a known campaign makes no garbage.
type words struct{ known map[string]string }

const mostWords = 1 << 14

func newWords() *words { return &words{known: map[string]string{}} }

func (w *words) word(text []byte) string {
	if s, ok := w.known[string(text)]; ok {
		return s
	}
	s := string(text)
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	if len(w.known) >= mostWords {
		clear(w.known)
	}
	w.known[s] = s
	return s
}
