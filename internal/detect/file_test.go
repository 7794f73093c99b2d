package detect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

// TestRemove holds that a secret is taken out of its file every time it stands there, that all else and the permissions stay, also behind
// a link, and that what is spelt in another way is left to the person.
func TestRemove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, ".env"), filepath.Join(dir, "link.env")
	text := string(fill("# keys\nAWS_ACCESS_KEY_ID={akia}\nAWS_SECRET_ACCESS_KEY=\"{awssecret}\"\n# was: {awssecret}\nOTHER=1\nrefresh_token={atzr:%}\n"))
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	items := detect.New(all.Recognisers()).Look([]byte(text)).Items
	n, missed, err := detect.Remove(link, items)
	if err != nil || n != 2 || len(missed) != 1 || missed[0].Kind != "refresh-token" {
		t.Errorf("%d replaced, %d missed, %v", n, len(missed), err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(text, canaries["awssecret"], detect.InPlace), string(got)); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".lockkeeper-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if target, err := os.Readlink(link); err != nil || target != path {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}

// TestWhereabouts holds which files get a warning.
func TestWhereabouts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "repo", ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "repo", "deep", "er"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"plain.csv":             nil,
		".env":                  {"detect.secret_in_env"},
		".env.local":            {"detect.secret_in_env"},
		"prod.env":              {"detect.secret_in_env"},
		"environment.txt":       nil,
		"repo/keys.csv":         {"detect.secret_in_repository"},
		"repo/deep/er/keys.csv": {"detect.secret_in_repository"},
		"repo/deep/.env":        {"detect.secret_in_env", "detect.secret_in_repository"},
	} {
		var got []string
		for _, p := range detect.Whereabouts(filepath.Join(dir, filepath.FromSlash(path))) {
			got = append(got, string(p.Code))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}
