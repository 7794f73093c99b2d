package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/lockkeeper-dev/lockkeeper/"

type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Dir          string
	Name         string
}

// short is the path within the module: "internal/seal".
func (p pkg) short() string { return strings.TrimPrefix(p.ImportPath, module) }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Dir,Name", "./...")
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v\n%s", err, stderr.String())
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// ours returns those imports that are packages of this module, shortened.
func ours(imports []string) []string {
	var out []string
	for _, i := range imports {
		if rest, ok := strings.CutPrefix(i, module); ok {
			out = append(out, rest)
		}
	}
	return out
}

// within reports whether path is one of the folders or below one.
func within(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

// mayImport lists, for the packages at the bottom of the house, everything of ours that they may import. The layers above
// are held by mustNotImport.
var mayImport = map[string][]string{
	"internal/secret":   {},
	"internal/id":       {},
	"internal/problem":  {},
	"internal/netguard": {},
	"canon":             {},
	"internal/policy":   {"internal/id", "internal/secret", "internal/audit", "internal/problem"},
	"internal/audit":    {"internal/id", "internal/secret", "internal/problem"},
	"internal/seal":     {"internal/secret", "internal/id", "internal/problem"},
	"internal/stencil":  {"canon"},
	"internal/amazon":   {"canon", "internal/secret", "internal/problem", "internal/id", "internal/stencil"},
	"internal/detect":   {"internal/secret", "internal/problem", "internal/amazon"},
}

var bottom = []string{"internal/secret", "internal/id", "internal/problem", "canon", "internal/netguard", "internal/stencil", "internal/amazon"}

// mustNotImport lists what a package must never import, whatever else it may.
var mustNotImport = []struct {
	who    []string
	except []string
	what   []string
	why    string
}{
	{who: []string{"internal/vault", "internal/broker", "internal/policy"}, what: []string{"internal/store"}, why: "each declares the small interface it needs"},
	{who: []string{"internal/api", "internal/console", "internal/unified"}, what: []string{"internal/store", "internal/seal"}, why: "secrets pass through vault and broker"},
	{who: []string{"internal"}, except: []string{"internal/server", "internal/cli", "internal/keytest", "internal/crash"}, what: []string{"internal/server", "internal/cli"}, why: "only the command line stands above the server"},
	{who: []string{"internal/gateway", "internal/egress"}, what: []string{"internal/store", "internal/vault", "internal/seal"}, why: "the gateway touches no database and opens no seal"},
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		path, imports := p.short(), ours(p.Imports)
		if allowed, ok := mayImport[path]; ok {
			for _, i := range imports {
				if !slices.Contains(allowed, i) {
					t.Errorf("%s imports %s: it may import only %v", path, i, allowed)
				}
			}
		}
		for _, rule := range mustNotImport {
			if !within(path, rule.who...) || within(path, rule.except...) {
				continue
			}
			for _, i := range imports {
				if within(i, rule.what...) {
					t.Errorf("%s imports %s: %s", path, i, rule.why)
				}
			}
		}
		checkPrograms(t, path, imports)
		checkFakes(t, path, imports)
		if within(path, "cmd") && !slices.Equal(imports, []string{"internal/cli"}) {
			t.Errorf("%s imports %v: a command is os.Exit(cli.Main()) and nothing else", path, imports)
		}
	}
}

// checkPrograms holds that an Amazon program imports what is below programs, and never a sibling.
func checkPrograms(t *testing.T, path string, imports []string) {
	t.Helper()
	program, ok := strings.CutPrefix(path, "internal/amazon/")
	if !ok || program == "all" || strings.HasSuffix(path, "fake") {
		return
	}
	own, _, _ := strings.Cut(program, "/")
	for _, i := range imports {
		if !slices.Contains(bottom, i) && i != "internal/amazon/lwa" && !within(i, "internal/amazon/"+own) {
			t.Errorf("%s imports %s: a program imports amazon, lwa, canon, secret, problem, stencil, never a sibling", path, i)
		}
	}
}

// checkFakes holds that what plays Amazon shares nothing with what calls Amazon: what is misspelt on one side must fail on the other.
func checkFakes(t *testing.T, path string, imports []string) {
	t.Helper()
	fake := path == "sandbox/fakelwa" || strings.HasPrefix(path, "internal/amazon/") && strings.HasSuffix(path, "fake")
	for _, i := range imports {
		switch {
		case fake && !within(i, "sandbox/kit"):
			t.Errorf("%s imports %s: a fake imports only sandbox/kit and the standard library", path, i)
		case within(path, "sandbox") && !fake && !within(i, "sandbox") && !strings.HasSuffix(i, "fake"):
			t.Errorf("%s imports %s: the sandbox shares nothing with Lockkeeper", path, i)
		}
	}
}

// TestProductionDoesNotTest holds that nothing but tests imports test helpers, so none of them reaches a user's binary.
func TestProductionDoesNotTest(t *testing.T) {
	t.Parallel()
	helpers := []string{"internal/keytest", "internal/sharedtest", "internal/covered", "internal/apk/apktest", "internal/store/storetest", "internal/seal/sealtest"}
	libraries := []string{"testing", "github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/rogpeppe/go-internal", "github.com/getkin/kin-openapi"}
	for _, p := range packages(t) {
		if within(p.short(), append(helpers, "interop", "bench", "browser", "internal/crash")...) {
			continue
		}
		for _, i := range p.Imports {
			if within(strings.TrimPrefix(i, module), helpers...) || within(i, libraries...) {
				t.Errorf("%s imports %s outside its tests", p.short(), i)
			}
		}
	}
}

// TestOneDoorOut holds that http.Transport is made in egress alone, and that no one uses Go's shared client.
func TestOneDoorOut(t *testing.T) {
	t.Parallel()
	allowed := []string{"internal/egress", "sandbox", "internal/keytest", "bench", "interop", "client", "internal/crash"}
	forbidEverywhereElse(t, allowed, []string{"http.Transport{", "http.DefaultTransport", "http.DefaultClient", "http.Get(", "http.Post(", "&http.Client{", "http.Client{"},
		"calls to Amazon go out by egress only", map[string]string{
			"internal/cli/": "the command line talks to the control socket and to Lockkeeper's own gateway",
		})
}

// TestReveal holds that a secret's bytes come out in few places.
func TestReveal(t *testing.T) {
	t.Parallel()
	forbidEverywhereElse(t, []string{"internal/secret", "internal/seal", "internal/egress"}, []string{".Reveal()"},
		"only seal and egress hand out the bytes", revealers)
}
