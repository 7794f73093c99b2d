// Package guide says which Amazon key a task needs, and how a person gets it: the guides of all programs, ready to be shown.
//
// The data stands in each program's guide.toml and goes into the binary with it; internal/guide/book reads and writes it. Everything that shows
// a guide (the command line, the console, the pages in docs) takes it from here, so that there is one truth about Amazon's portals. It does no I/O.
package guide

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/guide/book"
)

// The shapes that are shown.
type (
	Guide      = book.Guide
	Step       = book.Step
	Portal     = book.Portal
	Credential = book.Credential
	Retired    = book.Retired
	Field      = book.Field
	Note       = book.Note
	Command    = book.Command
)

// all reads the embedded files once. internal/gen has held them to their form, so a failure here is a broken build.
var all = sync.OnceValue(func() book.Book {
	files := amazon.GuideFiles()
	programs := make([]string, 0, len(files))
	for program := range files {
		programs = append(programs, program)
	}
	slices.Sort(programs)
	parsed := make([]book.File, 0, len(files))
	for _, program := range programs {
		f, err := book.Parse(files[program])
		if err != nil {
			panic(fmt.Sprintf("guide: %s: %v", program, err))
		}
		parsed = append(parsed, f)
	}
	b, err := book.New(parsed)
	if err != nil {
		panic("guide: " + err.Error())
	}
	return b
})

// Tasks returns the names of the tasks, in the order in which people are asked.
func Tasks() []string { return slices.Clone(book.TaskIDs) }

// All returns every task's guide, in that order.
func All() []Guide { return all().Guides() }

// For returns the guide of a task: "ads", "products", "links", "fire" or "aws".
func For(task string) (Guide, bool) { return all().For(task) }

// StepNamed returns a step by its full name, such as "ads.link-security-profile", and the guide that it stands in.
func StepNamed(id string) (Step, Guide, bool) { return all().Step(id) }

// Steps returns the full names of all steps, sorted.
func Steps() []string { return all().Steps() }

// Compare writes all tasks side by side for a terminal: which key each needs, if any.
func Compare(w io.Writer) error { return all().Compare(w) }

// A Comparison is one task among the others.
type Comparison struct {
	Task     string   `json:"task"`
	Want     string   `json:"want"`
	Key      string   `json:"key"`
	NeedsKey bool     `json:"needs_key"`
	From     string   `json:"from"`
	Time     string   `json:"time"`
	Called   []string `json:"called,omitempty"`
}

// Compared returns what Compare writes.
func Compared() []Comparison {
	var out []Comparison
	for _, g := range All() {
		out = append(out, Comparison{Task: g.ID, Want: g.Want, Key: g.Key, NeedsKey: g.NeedsKey, From: g.From, Time: g.Time, Called: g.Called})
	}
	return out
}
