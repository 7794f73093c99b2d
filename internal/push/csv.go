package push

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Names of columns that people and other services use. Spelling and letter case do not count.
var columns = map[string][]string{
	"registration": {"registration_id", "registrationid", "registration", "identifier", "device_token", "token", "push_token", "amazon_reg_id", "address", "endpoint_address"},
	"name":         {"name", "device", "external_user_id", "external_id", "user_id", "customuserdata"},
	"tags":         {"tags", "segments", "labels"},
	"type":         {"device_type", "platform", "type", "channeltype"},
}

// A Reader reads registrations from CSV: with a header line, whose columns may stand in any order, or without one, the id being first.
type Reader struct {
	csv     *csv.Reader
	at      map[string]int
	first   []string // a first line that was no header
	Skipped int      // rows of other platforms
}

// NewReader reads the first line, and takes it for a header if it names a column of registration ids.
func NewReader(r io.Reader) (*Reader, error) {
	b := bufio.NewReader(r)
	if head, err := b.Peek(3); err == nil && string(head) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3)
	}
	in := &Reader{csv: csv.NewReader(b), at: map[string]int{}}
	if line, err := b.Peek(min(b.Size(), 4096)); len(line) > 0 && (err == nil || errors.Is(err, io.EOF)) {
		first, _, _ := strings.Cut(string(line), "\n")
		if strings.Count(first, ";") > strings.Count(first, ",") {
			in.csv.Comma = ';' // as spreadsheets of half of Europe write it
		}
	}
	in.csv.FieldsPerRecord, in.csv.TrimLeadingSpace, in.csv.LazyQuotes = -1, true, true
	line, err := in.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, problem.New(problem.PushBadList).With("it is empty")
	}
	if err != nil {
		return nil, unreadable(err)
	}
	for i, name := range line {
		name = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "_"))
		for column, names := range columns {
			if _, twice := in.at[column]; !twice && slices.Contains(names, name) {
				in.at[column] = i
			}
		}
	}
	if _, ok := in.at["registration"]; !ok {
		in.at, in.first = map[string]int{"registration": 0, "name": 1, "tags": 2}, line
	}
	return in, nil
}

// Read returns the next row, or io.EOF. Rows of other platforms (a column says android, ios ...) are passed over and counted.
func (in *Reader) Read() (Row, error) {
	for {
		line := in.first
		if in.first = nil; line == nil {
			var err error
			if line, err = in.csv.Read(); errors.Is(err, io.EOF) {
				return Row{}, io.EOF
			} else if err != nil {
				return Row{}, unreadable(err)
			}
		}
		field := func(column string) string {
			if i, ok := in.at[column]; ok && i < len(line) {
				return strings.TrimSpace(line[i])
			}
			return ""
		}
		// OneSignal's export calls Amazon devices type 2; others say adm or amazon.
		if t := strings.ToLower(field("type")); t != "" && t != "2" && !strings.Contains(t, "adm") && !strings.Contains(t, "amazon") && !strings.Contains(t, "fire") {
			in.Skipped++
			continue
		}
		row := Row{Registration: field("registration"), Name: field("name")}
		row.Tags = strings.FieldsFunc(field("tags"), func(r rune) bool { return r == ' ' || r == '|' || r == ',' || r == ';' })
		if row.Registration == "" && row.Name == "" {
			continue // an empty line
		}
		return row, nil
	}
}

func unreadable(err error) error {
	var at *csv.ParseError
	p := problem.New(problem.PushBadList).Because(err)
	if errors.As(err, &at) {
		return p.With("line %d: %v", at.Line, at.Err)
	}
	return p
}

// Header is the first line of what Record writes, and of what Reader reads back.
func Header() []string {
	return []string{"registration_id", "name", "tags", "added_at", "moved_at", "retired_at", "reason"}
}

// Record is a registration as a line of CSV.
func Record(r Registration) []string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	return []string{r.Registration, r.Name, strings.Join(r.Tags, " "), at(r.Added), at(r.Moved), at(r.Retired), r.Reason}
}
