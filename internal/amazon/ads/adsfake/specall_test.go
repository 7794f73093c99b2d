package adsfake_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// everyAnswer holds what this package's tests are answered to Amazon's specifications, whatever the tests are about. Only of answers that are alike
// some are enough.
var everyAnswer = &answers{seen: map[string]int{}}

const alike = 30

type answers struct {
	once    sync.Once
	routers []routers.Router
	reasons string // divergences.md
	mu      sync.Mutex
	seen    map[string]int
}

// A deviation is a way in which answers differ from the specifications on purpose. divergences.md has its reason.
type deviation struct {
	name   string
	method string // empty: any
	path   *regexp.Regexp
	status *regexp.Regexp
	body   *regexp.Regexp // that the answer must have
	breaks *regexp.Regexp // what the specification says against it
}

// deviations are all that any test may meet. The order counts: the first that fits is it.
var deviations = []deviation{
	{"D4", "", regexp.MustCompile(``), regexp.MustCompile(`^403$`), regexp.MustCompile(`^\{"message":".*missing equal-sign`), regexp.MustCompile(``)},
	{"D6", "", regexp.MustCompile(`^/s[pb]/`), regexp.MustCompile(`^400$`), regexp.MustCompile(`^\{"code":"400","details":" The request input`), regexp.MustCompile(``)},
	{"D7", "", regexp.MustCompile(``), regexp.MustCompile(`^404$`), regexp.MustCompile(`Could not find resource for full path`), regexp.MustCompile(`status is not supported`)},
	{"D2", "", regexp.MustCompile(``), regexp.MustCompile(`^401$`), regexp.MustCompile(`^\{"code":"[A-Z0-9_]+","details":"`), regexp.MustCompile(``)},
	{"D2", "", regexp.MustCompile(``), regexp.MustCompile(`^400$`), regexp.MustCompile(`^\{"code":"400","details":"[^"]*","requestId":"`), regexp.MustCompile(``)},
	{"D2", "", regexp.MustCompile(`^/v2/profiles`), regexp.MustCompile(`^(400|403|404|415|429)$`), regexp.MustCompile(`^\{"code":"[A-Z0-9_]+","details":"`), regexp.MustCompile(`status is not supported`)},
	{"D3", "PUT", regexp.MustCompile(`^/v2/profiles$`), regexp.MustCompile(`^207$`), regexp.MustCompile(`^\[`), regexp.MustCompile(`status is not supported`)},
	{"D5", "", regexp.MustCompile(`^/managerAccounts`), regexp.MustCompile(`^415$`), regexp.MustCompile(`Cannot consume content type`), regexp.MustCompile(`status is not supported`)},
	{"D8", "POST", regexp.MustCompile(`^/reporting/reports$`), regexp.MustCompile(`^415$`), regexp.MustCompile(`^\{"code":"415","detail":`), regexp.MustCompile(`status is not supported`)},
	{"D11", "", regexp.MustCompile(`^/adsApi/v1/`), regexp.MustCompile(`^207$`), regexp.MustCompile(`"index":[1-9]`), regexp.MustCompile(`at "/error/\d+/index": number must be at most 0`)},
	{"D12", "POST", regexp.MustCompile(`^/(campaigns|adGroups|ads|targets)/export$`), regexp.MustCompile(`^429$`), regexp.MustCompile(`^\{"code":"THROTTLED"`), regexp.MustCompile(`status is not supported`)},
	{"D13", "", regexp.MustCompile(`^/reporting/reports`), regexp.MustCompile(`^200$`), regexp.MustCompile(`"format":"CSV"`), regexp.MustCompile(`at "/configuration/format": value is not one of the allowed values \["GZIP_JSON"\]`)},
	{"D14", "", regexp.MustCompile(``), regexp.MustCompile(`^429$`), regexp.MustCompile(`^<html>`), regexp.MustCompile(``)},
	{"D15", "POST", regexp.MustCompile(`^/portfolios/budget/usage$`), regexp.MustCompile(`^415$`), regexp.MustCompile(`Cannot consume content type`), regexp.MustCompile(`status is not supported`)},
	{"D10", "POST", regexp.MustCompile(`^/testAccounts$`), regexp.MustCompile(`^401$`), regexp.MustCompile(``), regexp.MustCompile(``)},
}

func (a *answers) load(t testing.TB) {
	specs, ok := sharedtest.Find(t, "specs")
	if !ok {
		return // TestSpec says so, and fails under CI
	}
	reasons, err := os.ReadFile("divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	a.reasons = string(reasons)
	for _, name := range []string{
		"profiles-v2.yaml", "manager-accounts.json", "sponsored-products-v3.json", "portfolios-v3.json", "reporting-v3.json", "sponsored-brands-v4.json",
		"sponsored-display-v3.yaml", "exports.json", "test-accounts.json", "ads-v1-all.json",
	} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(specs, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range doc.Paths.Map() {
			for _, op := range path.Operations() {
				for _, answer := range op.Responses.Map() {
					for media := range answer.Value.Content {
						decode(media)
					}
				}
			}
		}
		a.routers = append(a.routers, readable(t, doc))
	}
}

// decode has bodies of a vendor's media type read as the JSON that they are.
func decode(media string) {
	media, _, _ = strings.Cut(media, ";")
	if strings.HasSuffix(media, "json") && openapi3filter.RegisteredBodyDecoder(media) == nil {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.RegisteredBodyDecoder("application/json"))
	}
}

func (a *answers) hold(t testing.TB, c *caller, method, path, body string, w *httptest.ResponseRecorder) {
	switch t.(type) {
	case *testing.F, *testing.B:
		return // the targets of the one cannot tell of it, the other measures
	}
	t.Helper()
	a.once.Do(func() { a.load(t) })
	if len(a.routers) == 0 || w.Body.Len() > 1<<16 {
		return
	}
	done := c.s.front.Journal
	for _, e := range done.Entries(kit.Filter{After: done.Last() - 1}) {
		if e.Fault != "" {
			return // the test asked for it
		}
	}
	place, _, _ := strings.Cut(path, "?")
	key := method + place + strconv.Itoa(w.Code)
	a.mu.Lock()
	a.seen[key]++
	n := a.seen[key]
	a.mu.Unlock()
	if n > alike {
		return
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header = c.header.Clone()
	for _, router := range a.routers {
		if _, _, err := router.FindRoute(r); err != nil {
			continue
		}
		if err := validateAnswer(r, w, router); err != nil {
			a.excuse(t, r.Method, place, w, err, func(w *httptest.ResponseRecorder) error { return validateAnswer(r, w, router) })
		}
		return
	}
}

// excuse looks whether an answer breaks its specification on purpose.
func (a *answers) excuse(t testing.TB, method, path string, w *httptest.ResponseRecorder, err error, again func(*httptest.ResponseRecorder) error) {
	t.Helper()
	if strings.HasPrefix(path, "/sb/v4/") && w.Code == 207 { // D9: it is right but for parts that are empty
		var whole map[string]map[string]json.RawMessage
		if json.Unmarshal(w.Body.Bytes(), &whole) == nil {
			for _, parts := range whole {
				for name, part := range parts {
					if string(part) == "[]" {
						delete(parts, name)
					}
				}
			}
			text, _ := json.Marshal(whole) // it was JSON just now
			lean := httptest.NewRecorder()
			for name, values := range w.Header() {
				lean.Header()[name] = values
			}
			lean.WriteHeader(w.Code)
			_, _ = lean.Write(text)
			if again(lean) == nil {
				a.named(t, "D9")
				return
			}
		}
	}
	for _, d := range deviations {
		if d.method != "" && d.method != method || !d.path.MatchString(path) || !d.status.MatchString(strconv.Itoa(w.Code)) || !d.body.Match(w.Body.Bytes()) {
			continue
		}
		fits := true
		for _, one := range apart(err) {
			fits = fits && d.breaks.MatchString(one)
		}
		if fits {
			a.named(t, d.name)
			return
		}
	}
	t.Errorf("%s %s\n%d %.600s\nbreaks the specification, and no deviation allows it: %v", method, path, w.Code, w.Body, err)
}

// apart splits what a specification says against an answer.
func apart(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), " | ")
}

// named holds that a deviation has its reason.
func (a *answers) named(t testing.TB, name string) {
	t.Helper()
	if !strings.Contains(a.reasons, "| "+name+" |") {
		t.Errorf("deviation %s has no reason in divergences.md", name)
	}
}
