package hardtest_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestF6_FilesAreTheOwnersAlone sets up and works with the widest umask there is: whatever the data folder holds, at any time, is its
// owner's alone, and nothing is left anywhere else.
func TestF6_FilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.set("TMPDIR", b.path("tmp"))
	if err := os.Mkdir(b.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := func(args ...string) *exec.Cmd {
		cmd := exec.Command("sh", append([]string{"-c", `umask 000; exec "$@"`, "sh", program()}, args...)...)
		cmd.Env, cmd.Dir = b.env, b.dir
		return cmd
	}
	if out, err := open("init", "--operator", person, "--password-file", b.path("password")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	holdModes(t, b.data)
	s := b.serve("", "--with-sandbox")
	shop := kit.DefaultWorld(0, nil).Profile(kit.Shop)
	b.must("", "app", "add", "shop", "--sandbox", "--client-id", shop.ClientID, "--secret-file", b.write("secret", shop.Secret()+"\n"))
	b.must("", "grant", "connect", "acme", "--headless")
	if out, err := open("caller", "add", "reports", "--grant", "acme", "--pass-file", b.path("pass")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	holdModes(t, b.data)
	if info, err := os.Stat(b.path("pass")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the pass's file: %v %v", info.Mode(), err)
	}
	s.kill()
	holdModes(t, b.data)
	if left, err := os.ReadDir(b.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files were left: %v %v", left, err)
	}
	dev := open("dev", "--once", "--data", b.path("dev"))
	if out, err := dev.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	holdModes(t, b.path("dev"))
}

func holdModes(t *testing.T, dir string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n++
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
		return err
	})
	if err != nil || n < 4 {
		t.Errorf("%d files were looked at: %v", n, err)
	}
}

// TestF6_LinksAreNotFollowed puts links in the places of the folder and of each of its files: none is followed, and what they point to
// is not touched.
func TestF6_LinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	for _, name := range []string{"lockkeeper.db", "lockkeeper.db-wal", "lockkeeper.db-shm", "keyset.json", "key", "lock"} {
		t.Run(name, func(t *testing.T) {
			path, away := filepath.Join(b.data, name), b.path("away-"+name)
			err := os.Rename(path, away)
			if os.IsNotExist(err) {
				err = os.WriteFile(away, []byte("somebody's"), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(away, path); err != nil {
				t.Fatal(err)
			}
			before := tree(t, b.dir)
			b.run("", "serve").refused(t)
			if after := tree(t, b.dir); after != before {
				t.Errorf("there was\n%sand is\n%s", before, after)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(name, "lockkeeper.db-") {
				if err := os.Rename(away, path); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	link := b.path("link")
	if err := os.Symlink(b.data, link); err != nil {
		t.Fatal(err)
	}
	b.run("", "serve", "--data", link).refused(t, "symbolic link")
	if err := b.serve("").stop(); err != nil {
		t.Error(err)
	}
}
