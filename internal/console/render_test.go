package console_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/console"
)

// Every page renders with nothing and with something in every field, for a viewer and an operator, and no text becomes markup (E3).
func TestEveryPageRenders(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, s := range console.Samples() {
		seen = append(seen, s.Name)
		var out bytes.Buffer
		if err := s.Render(&out); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		page := out.String()
		for _, no := range []string{`<script>alert`, "<style", " style=", " onclick", "ZgotmplZ", "%!", "<no value>"} {
			if strings.Contains(page, no) {
				t.Errorf("%s holds %q", s.Name, no)
			}
		}
	}
	parts := []string{"", "top", "tab", "bottom", "sentence", "problem", "time", "fixes", "trouble", "tasks", "kinds", "attempt", "regions", "pasteditem"}
	for _, name := range console.TemplateNames() {
		if !strings.HasSuffix(name, ".html") && !slices.Contains(parts, name) && !slices.Contains(seen, name) {
			t.Errorf("no test renders the template %s", name)
		}
	}
}
