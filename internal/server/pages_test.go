package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

// firstColumn returns the first cell of each row of a reference page's tables, and the second beside it.
func firstColumn(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", name))
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		cells[m[1]] = strings.Trim(m[2], " `")
	}
	return cells
}

// TestMetricsPage holds docs/reference/metrics.md against what is registered: names and labels.
func TestMetricsPage(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	found := make(chan *prometheus.Desc, 1000)
	k.Server.Metrics().Describe(found)
	close(found)
	form := regexp.MustCompile(`fqName: "(lockkeeper_[a-z_]+)".*variableLabels: \{([^}]*)\}`)
	registered := map[string]string{}
	for d := range found {
		if m := form.FindStringSubmatch(d.String()); m != nil {
			registered[m[1]] = strings.ReplaceAll(m[2], ",", ", ")
		}
	}
	registered["lockkeeper_build_info"] = "version" // a label that is always the same
	if d := cmp.Diff(registered, firstColumn(t, "metrics.md")); d != "" {
		t.Errorf("docs/reference/metrics.md is out of date (-registered +page):\n%s", d)
	}
}

// TestAccessLogPage holds docs/reference/access-log.md against a line of the log.
func TestAccessLogPage(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.Status.Gateway+"/v2/profiles", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+k.Pass("report", "acme"))
	req.Header.Set("Lockkeeper-Region", "EU")
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	k.Stop() // hands on what waits
	var line map[string]any
	if err := json.Unmarshal([]byte(k.Access.String()), &line); err != nil {
		t.Fatalf("the access log holds something else than one line for one request: %v\n%s", err, k.Access)
	}
	fields, page := slices.Sorted(maps.Keys(line)), slices.Sorted(maps.Keys(firstColumn(t, "access-log.md")))
	if d := cmp.Diff(fields, page); d != "" {
		t.Errorf("docs/reference/access-log.md is out of date (-logged +page):\n%s", d)
	}
}

// TestAuditPage holds docs/reference/audit-log.md against the actions that the code writes down.
func TestAuditPage(t *testing.T) {
	t.Parallel()
	writes := regexp.MustCompile(`Action:|entry\(|permit\(|record\(|setHealth\(|const (?:action|retire)|action, status`)
	action := regexp.MustCompile(`"((?:installation|operator|site|app|credential|grant|consent|caller|pass|call|api|console|ads|push)\.[a-z_]*)"`)
	found := map[string]bool{}
	for _, pkg := range []string{"vault", "broker", "policy", "operator", "server", "gateway", "api", "console", "sites", "unified/writes", "report", "push"} {
		files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("reading package %s: %v", pkg, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				if m := action.FindStringSubmatch(line); m != nil && writes.MatchString(line) {
					found[m[1]] = true
				}
			}
		}
	}
	delete(found, "call.") // an effect follows
	found["call.write"], found["call.spend"] = true, true
	actions, page := slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(firstColumn(t, "audit-log.md")))
	if d := cmp.Diff(actions, page); d != "" {
		t.Errorf("docs/reference/audit-log.md is out of date (-written +page):\n%s", d)
	}
}
