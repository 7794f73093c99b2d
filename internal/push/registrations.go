package push

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Row is a registration as people list it.
type Row struct {
	Registration string
	Name         string
	Tags         []string
}

// MostRows is how many rows Import takes at once; a longer list comes in parts.
const MostRows = 10_000

// cleanTag reports whether a text may be a tag: 1 to 64 letters, digits and marks. (A regular expression of so many letters takes more time to
// make than a program takes to start.)
func cleanTag(t string) bool {
	for _, c := range t {
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) && !strings.ContainsRune("._:=-", c) {
			return false
		}
	}
	n := utf8.RuneCountInString(t)
	return n >= 1 && n <= 64
}

// CleanTags checks tags, sorts them and drops those that stand twice.
func CleanTags(tags []string) ([]string, error) {
	out := []string{}
	for _, t := range tags {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		if !cleanTag(t) {
			return nil, problem.New(problem.PushBadTag).With("%q", t[:min(len(t), 80)])
		}
		out = append(out, t)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > 32 {
		return nil, problem.New(problem.PushBadTag).With("there are %d", len(out))
	}
	return out, nil
}

// An Imported is what became of a list.
type Imported struct {
	Added   int   `json:"added"`
	Known   int   `json:"known"`   // were there already; name and tags are now those of the list
	Refused []int `json:"refused"` // the rows, from 0, that hold no registration id
}

// Import keeps registrations. A row that cannot be one is told, and does not hold up the others.
func (p *Push) Import(ctx context.Context, grant string, rows []Row) (Imported, error) {
	out := Imported{Refused: []int{}}
	g, err := p.grant(grant)
	if err != nil {
		return out, err
	}
	if len(rows) > MostRows {
		return out, problem.New(problem.PushBadList).With("%d rows at once; %d is the most", len(rows), MostRows)
	}
	now := p.cfg.Now()
	var all []Registration
	seen := map[string]bool{}
	for i, row := range rows {
		tags, err := CleanTags(row.Tags)
		if err != nil {
			return out, err
		}
		text := strings.TrimSpace(row.Registration)
		switch {
		case !adm.CleanRegistration(text), len(row.Name) > 200:
			out.Refused = append(out.Refused, i)
			continue
		case seen[text]:
			continue
		}
		seen[text] = true
		all = append(all, Registration{
			ID: id.New[id.Registration](now), Grant: g.ID, Registration: text, Name: strings.TrimSpace(row.Name), Tags: tags, Added: now,
		})
	}
	inOrder(all)
	if out.Added, err = p.cfg.Store.PutRegistrations(ctx, all); err != nil {
		return out, err
	}
	out.Known = len(all) - out.Added
	return out, nil
}

// inOrder deals the ids of registrations, which were drawn at one time and so in no order, out in the order of the list. Rows that are kept in the
// order of their ids are read in it too, page after page, whenever a broadcast goes through them.
func inOrder(all []Registration) {
	ids := make([]id.Registration, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	slices.Sort(ids)
	for i := range all {
		all[i].ID = ids[i]
	}
}

// Registrations lists a grant's, in the order of ids.
func (p *Push) Registrations(ctx context.Context, grant string, f Filter) ([]Registration, error) {
	g, err := p.grant(grant)
	if err != nil {
		return nil, err
	}
	f.Grant = g.ID
	if f.Tags, err = CleanTags(f.Tags); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	f.Limit = min(f.Limit, MostRows)
	return p.cfg.Store.Registrations(ctx, f)
}

// Count tells how many there are.
func (p *Push) Count(ctx context.Context, grant string) (Count, error) {
	g, err := p.grant(grant)
	if err != nil {
		return Count{}, err
	}
	return p.cfg.Store.CountRegistrations(ctx, g.ID)
}

// Retire takes registrations out, by Amazon's id or by name. It tells how many there were.
func (p *Push) Retire(ctx context.Context, grant string, texts []string) (int, error) {
	g, err := p.grant(grant)
	if err != nil {
		return 0, err
	}
	found, err := p.cfg.Store.RegistrationsNamed(ctx, g.ID, texts)
	if err != nil {
		return 0, err
	}
	var notes []Note
	for _, r := range found {
		if r.Retired.IsZero() {
			notes = append(notes, Note{Registration: r.Registration, Retire: "removed", At: p.cfg.Now()})
		}
	}
	return len(notes), p.cfg.Store.NoteRegistrations(ctx, g.ID, notes)
}
