package seal_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const passphrase = "canary correct horse battery staple"

// folder is a data folder with a keyset and, where the source is one, a key file.
func folder(t *testing.T, source func(dir string) seal.Source) (keyset, fingerprint string, src seal.Source) {
	t.Helper()
	dir := t.TempDir()
	src = source(dir)
	keyset = filepath.Join(dir, "keyset")
	fingerprint, err := seal.CreateFile(keyset, src)
	if err != nil {
		t.Fatal(err)
	}
	return keyset, fingerprint, src
}

func byPassphrase(string) seal.Source { return sealtest.Cheap(passphrase) }
func byFile(dir string) seal.Source   { return seal.KeyFile{Path: filepath.Join(dir, "key")} }

// contents reads every file of a folder with its mode, to see that nothing was touched.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		info, _ := d.Info()
		all[d.Name()] = info.Mode().String() + " " + info.ModTime().String() + " " + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func TestAKeysetComesBack(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]func(string) seal.Source{"passphrase": byPassphrase, "file": byFile} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keyset, fingerprint, src := folder(t, source)
			first, err := seal.LoadFile(keyset, src, fingerprint)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := first.Seal(place, secret.New(token))
			if err != nil {
				t.Fatal(err)
			}
			second, err := seal.LoadFile(keyset, src, "")
			if err != nil {
				t.Fatal(err)
			}
			if v, err := second.Open(place, sealed); err != nil || v.Reveal() != token {
				t.Errorf("after a restart: %v", err)
			}
			if second.KeysetFingerprint() != fingerprint {
				t.Errorf("fingerprint %s became %s", fingerprint, second.KeysetFingerprint())
			}
		})
	}
}

// R25, F1: a wrong, short, empty, missing, swapped, truncated or damaged key is refused by name, with the fingerprint that was
// wanted, and no file is touched.
func TestR25_AnUnusableKeyIsRefused(t *testing.T) {
	t.Parallel()
	cut := func(name string, n int) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, name), b[:len(b)-n])
		}
	}
	flip := func(name, at string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			i := bytes.Index(b, []byte(at)) + len(at) + 5
			b[i] = map[bool]byte{true: 'B', false: 'A'}[b[i] == 'A']
			write(t, filepath.Join(dir, name), b)
		}
	}
	cases := []struct {
		name   string
		source func(string) seal.Source
		given  func(dir string) seal.Source
		spoil  func(t *testing.T, dir string)
		want   problem.Code
		silent bool // the file that names the fingerprint is the one that is unreadable
	}{
		{name: "wrong passphrase", source: byPassphrase, given: func(string) seal.Source { return sealtest.Cheap("canary another one") }, want: problem.SealKeyWrong},
		{name: "short passphrase", source: byPassphrase, given: func(string) seal.Source { return sealtest.Cheap("short") }, want: problem.SealPassphraseShort},
		{name: "empty passphrase", source: byPassphrase, given: func(string) seal.Source { return sealtest.Cheap("") }, want: problem.SealPassphraseShort},
		{name: "other kind of source", source: byPassphrase, given: byFile, want: problem.SealKeySource},
		{name: "keyset missing", source: byPassphrase, spoil: remove("keyset"), want: problem.SealKeyMissing},
		{name: "keyset empty", source: byPassphrase, spoil: func(t *testing.T, dir string) { write(t, filepath.Join(dir, "keyset"), nil) }, want: problem.SealKeyDamaged, silent: true},
		{name: "keyset truncated", source: byPassphrase, spoil: cut("keyset", 40), want: problem.SealKeyDamaged, silent: true},
		{name: "bit flip in the sealed part", source: byPassphrase, spoil: flip("keyset", `"sealed": "`), want: problem.SealKeyDamaged},
		{name: "bit flip in the salt", source: byPassphrase, spoil: flip("keyset", `"salt": "`), want: problem.SealKeyDamaged},
		{name: "keyset swapped", source: byPassphrase, spoil: func(t *testing.T, dir string) {
			text, _, err := seal.Create(sealtest.Cheap(passphrase))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "keyset"), text)
		}, want: problem.SealKeySwapped},
		{name: "keyset readable by others", source: byPassphrase, spoil: chmod("keyset", 0o640), want: problem.SealKeyOpenToOthers},
		{name: "key file missing", source: byFile, spoil: remove("key"), want: problem.SealKeyMissing},
		{name: "key file truncated", source: byFile, spoil: cut("key", 20), want: problem.SealKeyDamaged},
		{name: "key file damaged", source: byFile, spoil: flip("key", "key-1 "), want: problem.SealKeyDamaged},
		{name: "key file readable by others", source: byFile, spoil: chmod("key", 0o644), want: problem.SealKeyOpenToOthers},
		{name: "key file swapped", source: byFile, spoil: func(t *testing.T, dir string) {
			other := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
			if _, _, err := seal.Create(other); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(other.Path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "key"), b)
		}, want: problem.SealKeyWrong},
		{name: "key file is a link", source: byFile, spoil: func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "key"), filepath.Join(dir, "elsewhere")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("elsewhere", filepath.Join(dir, "key")); err != nil {
				t.Fatal(err)
			}
		}, want: problem.SealKeyOpenToOthers},
		{name: "key file is a folder", source: byFile, spoil: func(t *testing.T, dir string) {
			remove("key")(t, dir)
			if err := os.Mkdir(filepath.Join(dir, "key"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, want: problem.SealKeyOpenToOthers},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			keyset, fingerprint, src := folder(t, c.source)
			dir := filepath.Dir(keyset)
			if c.given != nil {
				src = c.given(dir)
			}
			if c.spoil != nil {
				c.spoil(t, dir)
			}
			before := contents(t, dir)
			_, err := seal.LoadFile(keyset, src, fingerprint)
			if got := codeOf(t, err); got != c.want {
				t.Errorf("%v is %s, want %s", err, got, c.want)
			}
			if !strings.Contains(err.Error(), fingerprint) && !c.silent {
				t.Errorf("%q does not name %s", err, fingerprint)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("%q shows the passphrase", err)
			}
			if !same(before, contents(t, dir)) {
				t.Error("a refusal touched a file")
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func chmod(name string, mode fs.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// R25: what is there is never overwritten, neither the keyset nor the key file.
func TestR25_CreateNeverOverwrites(t *testing.T) {
	t.Parallel()
	keyset, _, src := folder(t, byFile)
	dir := filepath.Dir(keyset)
	before := contents(t, dir)
	for name, try := range map[string]func() error{
		"keyset there": func() error {
			_, err := seal.CreateFile(keyset, seal.KeyFile{Path: filepath.Join(dir, "new-key")})
			return err
		},
		"key file there": func() error { _, err := seal.CreateFile(filepath.Join(dir, "new-keyset"), src); return err },
	} {
		if err := try(); codeOf(t, err) != problem.SealKeyExists {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !same(before, contents(t, dir)) {
		t.Error("a refusal touched or made a file")
	}
}

// F6: both files are 0600 from the moment that they are there.
func TestF6_KeyFilesArePrivate(t *testing.T) {
	t.Parallel()
	keyset, _, src := folder(t, byFile)
	for _, path := range []string{keyset, src.(seal.KeyFile).Path} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(path), info.Mode(), err)
		}
	}
}

// A source is changed, or a rotation stored, by wrapping anew and putting the file in place.
func TestReplaceFile(t *testing.T) {
	t.Parallel()
	keyset, fingerprint, src := folder(t, byPassphrase)
	s, err := seal.LoadFile(keyset, src, fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := s.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	next := sealtest.Cheap("canary-next-passphrase")
	text, err := rotated.Wrap(next)
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.ReplaceFile(keyset, text[:len(text)/2]); codeOf(t, err) != problem.SealKeyDamaged {
		t.Errorf("half a keyset was put in place: %v", err)
	}
	if err := seal.ReplaceFile(keyset, text); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadFile(keyset, src, fingerprint); codeOf(t, err) != problem.SealKeyWrong {
		t.Errorf("the old passphrase still works: %v", err)
	}
	again, err := seal.LoadFile(keyset, next, fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if again.PrimaryKeyID() != rotated.PrimaryKeyID() {
		t.Error("the rotation was lost")
	}
}

func TestReadPassphrase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"one line\n": "one line", "dos\r\n": "dos", "none": "none", " kept \n": " kept "} {
		if v, err := seal.ReadPassphrase(strings.NewReader(in)); err != nil || v.Reveal() != want {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"two\nlines\n", "nul\x00", strings.Repeat("x", 5000)} {
		if _, err := seal.ReadPassphrase(strings.NewReader(in)); codeOf(t, err) != problem.SealPassphraseUnusable {
			t.Errorf("%.10q: %v", in, err)
		}
	}
	path := filepath.Join(t.TempDir(), "credential")
	write(t, path, []byte(passphrase+"\n"))
	if v, err := seal.ReadPassphraseFile(path); err != nil || v.Reveal() != passphrase {
		t.Error(err)
	}
	chmod("credential", 0o644)(t, filepath.Dir(path))
	if _, err := seal.ReadPassphraseFile(path); codeOf(t, err) != problem.SealKeyOpenToOthers {
		t.Error(err)
	}
}

// FuzzLoad: no keyset file, however made, opens without its key, panics or takes all memory.
func FuzzLoad(f *testing.F) {
	src := sealtest.Cheap(passphrase)
	good, _, err := seal.Create(src)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":"lockkeeper-keyset-1","params":{"kdf":"argon2id","time":4294967295,"memory_kib":4294967295,"threads":255}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := seal.Load(text, src)
		if err == nil {
			var a, b any
			if json.Unmarshal(text, &a) != nil || json.Unmarshal(good, &b) != nil || s.KeysetFingerprint() == "" {
				t.Error("opened what was never wrapped")
			}
		}
	})
}
