package cli_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	linkForm    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	codeForm    = regexp.MustCompile("`[^`]*`")
	anchorForm  = regexp.MustCompile(`<a id="([^"]+)"`)
	headingForm = regexp.MustCompile(`^#{1,6} (.*)$`)
)

// TestLinks follows every link of the documentation that stays within the repository, with its anchor.
func TestLinks(t *testing.T) {
	t.Parallel()
	followed := 0
	for _, p := range pages(t) {
		text, _ := p.split(t)
		for n, line := range text {
			for _, m := range linkForm.FindAllStringSubmatch(codeForm.ReplaceAllString(line, "``"), -1) {
				to := m[1]
				if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
					continue
				}
				followed++
				file, anchor, _ := strings.Cut(to, "#")
				target := p.path
				if file != "" {
					target = path.Join(path.Dir(p.path), file)
				}
				if strings.HasPrefix(target, "../") || path.IsAbs(file) {
					t.Errorf("%s:%d: the link %s leaves the repository", p.path, n, to)
					continue
				}
				if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(target))); err != nil {
					t.Errorf("%s:%d: the link %s leads nowhere", p.path, n, to)
					continue
				}
				if anchor != "" && !anchors(t, target)[anchor] {
					t.Errorf("%s:%d: %s has no anchor %q", p.path, n, target, anchor)
				}
			}
		}
	}
	if followed < 20 {
		t.Errorf("only %d links were followed", followed)
	}
}

// anchors are what a link may point at within a page: its headings as a forge spells them, and anchors set by hand.
func anchors(t *testing.T, target string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	text, _ := readPage(t, target).split(t)
	for _, line := range text {
		for _, m := range anchorForm.FindAllStringSubmatch(line, -1) {
			found[m[1]] = true
		}
		if m := headingForm.FindStringSubmatch(line); m != nil {
			found[slug(m[1])] = true
		}
	}
	return found
}

func slug(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		}
	}
	return b.String()
}
