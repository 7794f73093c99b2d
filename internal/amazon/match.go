package amazon

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Matcher names refusals by the rules in one folder's problems.toml. Entries are tried in file order and the first rule that
// holds wins, so specific entries stand first. What no rule knows is "<folder>.unrecognised" with its evidence: a wrong name for
// a problem sends people the wrong way, and costs more than no name.
type Matcher struct {
	entries      []entry
	unrecognised problem.Problem
}

// An entry is a problem with the rules that recognise it.
type entry struct {
	problem problem.Problem
	retry   time.Duration
	detail  *regexp.Regexp
	rules   []Rule
}

// A Rule recognises a refusal. Every condition given must hold; a list under a condition means "one of", except All and Facts.
// Text is compared in lower case with runs of white space as one space.
type Rule struct {
	Status   []int             `toml:"status"`   // HTTP status; an unknown one (a pasted text) passes if the rule also has a condition on words
	Error    []string          `toml:"error"`    // a machine word of the answer: OAuth's error, Amazon's code, an lwa-... token; with its key ("error:access_denied") where that counts
	Contains []string          `toml:"contains"` // one of these is in the text
	All      []string          `toml:"all"`      // and each of these
	Without  []string          `toml:"without"`  // and none of these
	Facts    []Fact            `toml:"facts"`    // each is known
	Unless   []Fact            `toml:"unless"`   // none of these is known
	Header   map[string]string `toml:"header"`   // header present, holding this text
	Missing  []string          `toml:"missing"`  // header absent
	Kind     []string          `toml:"kind"`     // what the body is: json, html, url, text, empty
}

// NewMatcher reads a problems.toml. Every entry must be in the generated catalogue, and <code>.unrecognised must be among them.
func NewMatcher(code string, text []byte) (*Matcher, error) {
	var file struct {
		Problem []struct {
			Code                          string
			What, Whose, Fix, Docs, Guide string
			Status                        int
			Retry                         string         // how long such a refusal usually lasts, where Amazon does not say
			Detail                        string         // an expression over the folded text; its first group becomes the detail
			Alike                         []string       // problems that Amazon words alike, most often met first
			Alone                         map[string]int // statuses that may mean it where nothing else is known, with its place among such
			Weak                          bool           // recognised by little more than a status, so that it says nothing of who answered
			Match                         []Rule
		}
	}
	meta, err := toml.Decode(string(text), &file)
	if err != nil {
		return nil, fmt.Errorf("reading problems.toml of %s: %w", code, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("reading problems.toml of %s: unknown key %s", code, extra[0])
	}
	m := &Matcher{}
	for _, p := range file.Problem {
		known, ok := problem.Known(problem.Code(p.Code))
		if !ok {
			return nil, fmt.Errorf("reading problems.toml of %s: %s is not in the catalogue; run go run ./internal/gen", code, p.Code)
		}
		for _, r := range p.Match {
			for _, list := range [][]string{r.Contains, r.All, r.Without, r.Error} {
				for i := range list {
					list[i] = fold(list[i])
				}
			}
		}
		e := entry{problem: known, rules: p.Match}
		if p.Retry != "" {
			if e.retry, err = time.ParseDuration(p.Retry); err != nil {
				return nil, fmt.Errorf("reading problems.toml of %s: retry of %s: %w", code, p.Code, err)
			}
		}
		if p.Detail != "" {
			if e.detail, err = regexp.Compile(p.Detail); err != nil || e.detail.NumSubexp() != 1 {
				return nil, fmt.Errorf("reading problems.toml of %s: detail of %s must be an expression with one group: %w", code, p.Code, err)
			}
		}
		if p.Code == code+".unrecognised" {
			m.unrecognised = known
		}
		m.entries = append(m.entries, e)
	}
	if m.unrecognised.Code == "" {
		return nil, fmt.Errorf("reading problems.toml of %s: there is no %s.unrecognised", code, code)
	}
	return m, nil
}

// Match names the refusal that e shows, or says unrecognised.
func (m *Matcher) Match(e Evidence) problem.Problem {
	p, ok := m.Recognise(e)
	if !ok {
		p = m.unrecognised
		p.Evidence = ReadRefusal(e).Summary()
	}
	return p
}

// TokenRefused reports whether code says that the access token itself is no longer good, so that a new one may help. Every program
// calls that problem <program>.token_refused; all its other 401s are told from it, because refreshing would not help them.
func TokenRefused(code problem.Code) bool { return strings.HasSuffix(string(code), ".token_refused") }

// Recognise names the refusal that e shows, if a rule knows it.
func (m *Matcher) Recognise(e Evidence) (problem.Problem, bool) {
	r := ReadRefusal(e)
	for _, entry := range m.entries {
		if i := slices.IndexFunc(entry.rules, func(rule Rule) bool { return rule.holds(r) }); i >= 0 {
			p := entry.problem
			p.Faint = !entry.rules[i].hasWords()
			p.Evidence = r.Summary()
			p.RetryAt = retryAt(e, entry.retry)
			if entry.detail != nil {
				if found := entry.detail.FindStringSubmatch(r.Text); found != nil {
					p.Detail = clip(Redact(found[1]), 80)
				}
			}
			return p, true
		}
	}
	return problem.Problem{}, false
}

// retryAt prefers what Amazon said over what the entry knows of such cases.
func retryAt(e Evidence, usual time.Duration) time.Time {
	if e.Now.IsZero() {
		return time.Time{}
	}
	if wait, ok := RetryAfter(e.Header, e.Now); ok {
		return e.Now.Add(wait)
	}
	if wait, ok := RetryAfterBody(e.Body); ok {
		return e.Now.Add(wait)
	}
	if usual > 0 {
		return e.Now.Add(usual)
	}
	return time.Time{}
}

// hasWords reports whether the rule goes by what an answer says, and not by its status, headers or form alone.
func (r Rule) hasWords() bool { return len(r.Error) > 0 || len(r.Contains) > 0 || len(r.All) > 0 }

// holds reports whether all of the rule's conditions are met.
func (r Rule) holds(e Reading) bool {
	words := r.hasWords()
	has := func(text string) bool { return strings.Contains(e.Text, text) }
	switch {
	case len(r.Status) > 0 && !slices.Contains(r.Status, e.Status) && (e.Status != 0 || !words):
		return false
	case len(r.Error) > 0 && !slices.ContainsFunc(r.Error, func(w string) bool { return slices.Contains(e.Words, w) }):
		return false
	case len(r.Contains) > 0 && !slices.ContainsFunc(r.Contains, has):
		return false
	case slices.ContainsFunc(r.All, func(t string) bool { return !has(t) }), slices.ContainsFunc(r.Without, has):
		return false
	case slices.ContainsFunc(r.Facts, func(f Fact) bool { return !slices.Contains(e.Facts, f) }):
		return false
	case slices.ContainsFunc(r.Unless, func(f Fact) bool { return slices.Contains(e.Facts, f) }):
		return false
	case len(r.Kind) > 0 && !slices.Contains(r.Kind, e.Kind):
		return false
	case slices.ContainsFunc(r.Missing, func(name string) bool { return e.Header.Get(name) != "" }):
		return false
	}
	for name, text := range r.Header {
		if v := e.Header.Get(name); v == "" || !strings.Contains(strings.ToLower(v), strings.ToLower(text)) {
			return false
		}
	}
	return true
}
