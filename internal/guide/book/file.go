// Package book is the setup guides as data: which key a task needs, who may have one, and every step, portal, menu path and field on the way.
//
// Each program's guide.toml holds its own steps, credentials, portals and retired instructions, and the tasks that people come with; a task may
// use another program's steps by their full name, such as "lwa.create-security-profile". This package reads those files, holds them to what exists
// elsewhere, and writes them as text and as Markdown, so the command line, the console and the pages in docs say the same. It does no I/O and
// imports nothing that is generated: internal/gen stands on it.
package book

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// A File is one program's guide.toml. Ids are short in the file and full ("ads.authorise") once parsed.
type File struct {
	Program     string       `toml:"program"` // the folder's name
	Name        string       `toml:"name"`    // what people call it
	Checked     string       `toml:"checked"` // the day on which the facts were last compared with their sources
	Portals     []Portal     `toml:"portal"`
	Credentials []Credential `toml:"credential"`
	Steps       []Step       `toml:"step"`
	Retired     []Retired    `toml:"retired"`
	Tasks       []Task       `toml:"task"`
}

// A Portal is a web site of Amazon's, or of another company, at which steps are done.
type Portal struct {
	ID   string `toml:"id" json:"id"`
	Name string `toml:"name" json:"name"`
	URL  string `toml:"url" json:"url"`
	Note string `toml:"note" json:"note,omitempty"`
}

// A Credential is one thing that a person ends up with.
type Credential struct {
	ID     string `toml:"id" json:"id"`
	Name   string `toml:"name" json:"name"`
	For    string `toml:"for" json:"for"`                 // its role
	Lives  string `toml:"lives" json:"lives"`             // how long it is good
	Shown  string `toml:"shown" json:"shown,omitempty"`   // once, or whenever one likes
	Looks  string `toml:"looks" json:"looks,omitempty"`   // its form
	Header string `toml:"header" json:"header,omitempty"` // the HTTP header that carries it
	Secret bool   `toml:"secret" json:"secret"`
}

// A Step is one thing to do at one place.
type Step struct {
	ID       string   `toml:"id" json:"id"`
	Title    string   `toml:"title" json:"title"`
	Portal   string   `toml:"portal" json:"portal,omitempty"`
	Path     []string `toml:"path" json:"path,omitempty"` // the menus, from left to right
	Do       []string `toml:"do" json:"do,omitempty"`
	Fields   []Field  `toml:"field" json:"fields,omitempty"`
	Gives    string   `toml:"gives" json:"gives,omitempty"` // what comes out
	Wait     string   `toml:"wait" json:"wait,omitempty"`
	Mind     []string `toml:"mind" json:"mind,omitempty"` // what goes wrong here, and where accounts differ
	Checks   []string `toml:"checks" json:"checks,omitempty"`
	Avoids   []string `toml:"avoids" json:"avoids,omitempty"` // codes of problems that do not happen to who does this step
	Commands []string `toml:"commands" json:"commands,omitempty"`
}

// A Field is one thing to fill in, choose or copy.
type Field struct {
	Name  string `toml:"name" json:"name"`
	Enter string `toml:"enter" json:"enter"`
}

// A Retired instruction is one that older pages give, and what holds today.
type Retired struct {
	ID    string `toml:"id" json:"id"`
	Old   string `toml:"old" json:"old"`
	Today string `toml:"today" json:"today"`
	Since string `toml:"since" json:"since"` // a day, a month, or where it is not known, how far back it is known to hold
}

// A Task is what a person wants to do, and what it takes. Its lists name steps, credentials and retired instructions of any program.
type Task struct {
	ID          string    `toml:"id" json:"task"`
	Title       string    `toml:"title" json:"title"`
	Want        string    `toml:"want" json:"want"`               // "I want to ..."
	Key         string    `toml:"key" json:"key"`                 // which credential, in a few words
	NeedsKey    bool      `toml:"needs_key" json:"needs_key"`     // false where no key is needed
	From        string    `toml:"from" json:"from"`               // where it comes from
	Time        string    `toml:"time" json:"time"`               // how long until it works
	Called      []string  `toml:"called" json:"called,omitempty"` // what other pages call it
	Answer      []string  `toml:"answer" json:"answer"`
	Apply       []string  `toml:"apply" json:"apply,omitempty"`     // who may have it
	Refused     []string  `toml:"refused" json:"refused,omitempty"` // who does not get it
	Before      []string  `toml:"before" json:"before,omitempty"`   // what must be at hand first
	Waits       []string  `toml:"waits" json:"waits,omitempty"`
	Steps       []string  `toml:"steps" json:"-"`
	Credentials []string  `toml:"credentials" json:"-"`
	Retired     []string  `toml:"retired" json:"-"`
	Notes       []Note    `toml:"note" json:"notes,omitempty"`
	Here        []string  `toml:"here" json:"here,omitempty"` // what Lockkeeper does with it today, and what is done by hand
	Next        []Command `toml:"next" json:"next,omitempty"`
}

// A Note is good to know, under a title.
type Note struct {
	Title string   `toml:"title" json:"title"`
	Lines []string `toml:"lines" json:"lines"`
}

// A Command is one of Lockkeeper's, and what it is good for here.
type Command struct {
	Run string `toml:"run" json:"run"`
	Why string `toml:"why" json:"why"`
}

// Parse reads one guide.toml strictly: a key that is not of the form is a mistake.
func Parse(text []byte) (File, error) {
	var f File
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&f)
	if err != nil {
		return File{}, fmt.Errorf("reading the guide: %w", err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return File{}, fmt.Errorf("reading the guide: unknown key %s", extra[0])
	}
	f.qualify()
	return f, nil
}

// qualify gives every id its full name.
func (f *File) qualify() {
	full := func(id *string) {
		if *id != "" && !strings.Contains(*id, ".") {
			*id = f.Program + "." + *id
		}
	}
	each := func(ids []string) {
		for i := range ids {
			full(&ids[i])
		}
	}
	for i := range f.Portals {
		full(&f.Portals[i].ID)
	}
	for i := range f.Credentials {
		full(&f.Credentials[i].ID)
	}
	for i := range f.Steps {
		full(&f.Steps[i].ID)
		full(&f.Steps[i].Portal)
	}
	for i := range f.Retired {
		full(&f.Retired[i].ID)
	}
	for i := range f.Tasks {
		each(f.Tasks[i].Steps)
		each(f.Tasks[i].Credentials)
		each(f.Tasks[i].Retired)
	}
}
