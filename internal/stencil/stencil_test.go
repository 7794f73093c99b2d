package stencil_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// thing is what items of these tests are, and a told one what rows are made of.
type thing struct {
	ID    string      `json:"id"`
	Name  string      `json:"name"`
	Price json.Number `json:"price"`
	Kind  string      `json:"kind"`
	More  any         `json:"more"`
}

type told struct {
	ID     string `json:"id"`
	Stamp  string `json:"stamp"`
	Sum    string `json:"sum"`
	Title  string `json:"title,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Cents  string `json:"cents,omitempty"`
	Dear   bool   `json:"dear,omitempty"`
	Longer any    `json:"longer,omitempty"`
}

const stamp = "2026-11-22"

// A reader reads things, and counts how many.
type reader struct{ read int }

func cents(price string) (said [2]string, ok bool) {
	m, err := canon.ParseMoney(price, "")
	return [2]string{strconv.FormatInt(m.Micros/10_000, 10), m.Amount()}, err == nil
}

// row reads an item. What is said of a dear thing differs from what is said of others, so its price alone does not tell.
func (r *reader) row(item string) (stencil.Row, bool) {
	r.read++
	var t thing
	if err := json.Unmarshal([]byte(item), &t); err != nil || t.ID == "" || t.Kind == "none" {
		return stencil.Row{}, false
	}
	is := told{ID: t.ID, Stamp: stamp, Title: t.Name, Kind: strings.ToLower(t.Kind), Longer: t.More}
	sum := canon.AdsMark(canon.MarkedID, 0, t.ID) + canon.AdsMark(canon.MarkedKeyword, 0, t.Kind)
	if t.Price != "" {
		said, ok := cents(t.Price.String())
		if !ok {
			return stencil.Row{}, false
		}
		is.Cents, is.Dear = said[0], t.Kind == "picky" && t.Price == "7"
		sum += canon.AdsMark(canon.MarkedAmount, 0, said[0])
	}
	is.Sum = string(canon.AppendETag(nil, sum))
	text, err := json.Marshal(is)
	if err != nil {
		return stencil.Row{}, false
	}
	place := func(name string) int { return strings.Index(string(text), name) + len(name) }
	return stencil.Row{Text: text, Stamp: place(`"stamp":"`), Sum: place(`"sum":"`)}, true
}

func newSet() *stencil.Set {
	s := stencil.New([]stencil.Hole{
		{Key: "id", Own: true, Mark: canon.MarkedID, Sample: func(nth int) string { return fmt.Sprint("id-", nth) }},
		{Key: "name", Sample: func(nth int) string { return fmt.Sprint("name-", nth) }},
		{Key: "price", Number: true, Says: cents, Mark: canon.MarkedAmount, Few: true, Sample: func(nth int) string { return fmt.Sprintf("73100%d.25", nth) }},
	})
	s.Stamp = stamp
	return s
}

// list makes the rows of items as a list does, and tells how many were copied.
func list(t testing.TB, items ...string) (rows []string, copied int) {
	t.Helper()
	s, r := newSet(), &reader{}
	for i, item := range items {
		before := "{},"
		b, at, n := s.Copy([]byte(before), item+`,{"id":"next"}`)
		if n == 0 {
			if string(b) != before {
				t.Fatalf("what is not copied left %s", b)
			}
			row, ok := r.row(item)
			if !ok {
				rows = append(rows, "")
				continue
			}
			rows = append(rows, string(row.Text))
			s.Learn(item, row, r.row)
			continue
		}
		copied++
		row := string(b[len(before):])
		if n != len(item) || row[at:at+len(stamp)] != stamp {
			t.Fatalf("item %d is %d long instead of %d, or its stamp is not where it is said: %s", i, n, len(item), row)
		}
		rows = append(rows, row)
	}
	return rows, copied
}

// hold holds rows against those that reading makes.
func hold(t testing.TB, items ...string) (copied int) {
	t.Helper()
	rows, copied := list(t, items...)
	for i, item := range items {
		row, _ := (&reader{}).row(item)
		if rows[i] != string(row.Text) {
			t.Errorf("%s\nbecame  %s\ninstead %s", item, rows[i], row.Text)
		}
	}
	return copied
}

func TestItemsThatAreAlikeAreCopied(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		items  []string
		copied int
	}{
		"values":            {[]string{`{"id":"1","name":"a","price":1.5}`, `{"id":"22","name":"bb","price":100}`, `{"id":"333","name":"a","price":0.25}`}, 2},
		"other constants":   {[]string{`{"id":"1","kind":"A"}`, `{"id":"2","kind":"B"}`, `{"id":"3","kind":"A"}`, `{"id":"4","kind":"B"}`}, 2},
		"fewer values":      {[]string{`{"id":"1","name":"a"}`, `{"id":"2"}`, `{"id":"3","name":"b"}`, `{"id":"4"}`}, 2},
		"empty":             {[]string{`{"id":"1","name":"a"}`, `{"id":"2","name":""}`, `{"id":"3","name":""}`, `{"id":"4","name":"b"}`}, 2},
		"null":              {[]string{`{"id":"1","name":"a"}`, `{"id":"2","name":null}`, `{"id":"3","name":null}`}, 1},
		"escapes":           {[]string{`{"id":"1","name":"a"}`, `{"id":"2","name":"\u0041"}`, `{"id":"3","name":"a\"b"}`, `{"id":"4","name":"<b>"}`, `{"id":"5","name":"\u2028"}`}, 0},
		"other letters":     {[]string{`{"id":"1","name":"a"}`, `{"id":"2","name":"é 日本"}`}, 1},
		"learned of those":  {[]string{`{"id":"1","name":"a\"b"}`, `{"id":"2","name":"b"}`}, 1},
		"blanks":            {[]string{`{"id": "1", "price": 2}`, `{"id":"2","price":2}`, `{"id": "3", "price": 4}`}, 1},
		"number or text":    {[]string{`{"id":"1","price":2}`, `{"id":"2","price":"2"}`, `{"id":"3","price":3}`, `{"id":"4","price":"2"}`}, 2},
		"what another said": {[]string{`{"price":1.5,"id":"1"}`, `{"price":1.5,"id":"2"}`, `{"id":"a","kind":"1.50"}`, `{"price":7,"id":"3"}`, `{"id":"b","kind":"1.50"}`}, 3},
		"of no row":         {[]string{`{"id":"1","kind":"none"}`, `{"id":"2","kind":"none"}`}, 0},
		"twice":             {[]string{`{"id":"1","name":"a","name":"b"}`, `{"id":"2","name":"c","name":"d"}`}, 1},
		"deeper":            {[]string{`{"id":"1","more":{"name":"x","of":["id",{"name":"y"}]}}`, `{"id":"2","more":{"name":"z","of":["id",{"name":"w"}]}}`}, 1},
		"sums of others":    {[]string{`{"id":"1","more":{"id":"x"}}`, `{"id":"2","more":{"id":"z"}}`}, 0},
		"a sample's value":  {[]string{`{"id":"1","kind":"id-0"}`, `{"id":"2","kind":"id-0"}`}, 0},
		"no rule":           {[]string{`{"id":"1","kind":"picky","price":7}`, `{"id":"2","kind":"picky","price":7}`}, 0},
		"what is no number": {[]string{`{"id":"1","price":7}`, `{"id":"2","price":1e99}`, `{"id":"3","price":+1}`}, 0},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if copied := hold(t, c.items...); copied != c.copied {
				t.Errorf("%d were copied, want %d", copied, c.copied)
			}
		})
	}
}

// Lists in which nothing is alike cost little more than reading them.
func TestLearningEnds(t *testing.T) {
	t.Parallel()
	s, r := newSet(), &reader{}
	for i := range 1000 {
		item := fmt.Sprintf(`{"id":"%d","kind":"%d"}`, i, i)
		row, _ := (&reader{}).row(item)
		s.Learn(item, row, r.row)
	}
	if r.read > 100 {
		t.Errorf("%d samples were read for 1000 items that nothing was copied of", r.read)
	}
}

// The id is that of the item copied last, and belongs to it.
func TestSetTellsTheID(t *testing.T) {
	t.Parallel()
	s, r := newSet(), &reader{}
	row, _ := r.row(`{"name":"a","id":"1"}`)
	s.Learn(`{"name":"a","id":"1"}`, row, r.row)
	if _, _, n := s.Copy(nil, `{"name":"b","id":"234"}`); n == 0 || s.ID != "234" {
		t.Errorf("copied %d bytes of the item %q", n, s.ID)
	}
}

// FuzzCopy holds that what is copied is what reading makes, whatever the items are.
func FuzzCopy(f *testing.F) {
	for _, s := range []string{
		`{"id":"1","name":"a","price":1.5}` + "\n" + `{"id":"2","name":"b","price":2}`, `{"id":"1","more":[1,{"price":2}]}` + "\n" + `{"id":"1","more":[1,{"price":3}]}`,
		`{"id":"1","name":"\\"}` + "\n" + `{"id":"2","name":"\\"}`, `{"name":"name-0","id":"id-0"}` + "\n" + `{"name":"id-0","id":"name-0"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var items []string
		for item := range strings.SplitSeq(text, "\n") {
			if json.Valid([]byte(item)) && strings.HasPrefix(item, "{") && strings.HasSuffix(item, "}") && !strings.Contains(item, "picky") {
				items = append(items, item)
			}
		}
		hold(t, items...)
	})
}
