package hardtest_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

const (
	phrase = "canary-EXAMPLE passphrase of many words"
	other  = "canary-EXAMPLE other passphrase of words"
)

// A source is a way to give the key: what init and serve are told, and what is asked on standard input.
type source struct {
	name  string
	key   string
	stdin string
	setup func(b *box)
}

func sources(b *box, text string) []source {
	return []source{
		{name: "prompt", key: "passphrase", stdin: text + "\n"},
		{name: "descriptor", key: "passphrase-fd:3", setup: func(b *box) { b.fd3 = text + "\n" }},
		{name: "file", key: "passphrase-file:" + b.path("phrase"), setup: func(b *box) { b.write("phrase", text+"\n") }},
		{name: "systemd credential", key: "credential:lockkeeper", setup: func(b *box) {
			_ = os.MkdirAll(b.path("creds"), 0o700)
			b.write("creds/lockkeeper", text)
			b.set("CREDENTIALS_DIRECTORY", b.path("creds"))
		}},
	}
}

// TestKeySources sets a folder up by each way to give a key, starts on it, and is refused with another passphrase (attack case R25).
func TestKeySources(t *testing.T) {
	t.Parallel()
	for i := range sources(&box{}, "") {
		b := newBox(t)
		good, wrong := sources(b, phrase)[i], sources(b, other)[i]
		t.Run(good.name, func(t *testing.T) {
			t.Parallel()
			b.t = t
			use := func(s source) {
				if s.setup != nil {
					s.setup(b)
				}
				b.set("LOCKKEEPER_KEY", s.key) // a variable may name where the passphrase is, and never holds it
			}
			use(good)
			want := b.init(good.stdin)
			if r := b.serve(good.stdin); r.stop() != nil || r.status.Key != want {
				t.Fatalf("the server runs on key %s, and init made %s\n%s", r.status.Key, want, r.errs.String())
			}
			before := tree(t, b.data)
			use(wrong)
			b.run(wrong.stdin, "serve").refused(t, "does not open the keyset", want)
			if after := tree(t, b.data); after != before {
				t.Errorf("a wrong passphrase changed the folder from\n%sto\n%s", before, after)
			}
			use(good)
			if err := b.serve(good.stdin).stop(); err != nil {
				t.Errorf("the right passphrase afterwards: %v", err)
			}
		})
	}
}

// TestKeySourceRefused holds what is said where a way to give the key leads nowhere, and that a passphrase which somebody put
// where its place should be named is not shown.
func TestKeySourceRefused(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.write("phrase", phrase+"\n")
	want := b.init("", "--key", "passphrase-file:"+b.path("phrase"))
	open := b.write("open", phrase+"\n")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(b.path("phrase"), b.path("link")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, b.data)
	for _, c := range []struct {
		name, key, stdin string
		words            []string
	}{
		{"passphrase in the variable", "canary-EXAMPLE", "", []string{"key", "passphrase-file:PATH"}},
		{"passphrase behind its kind", "passphrase:canary-EXAMPLE", "", []string{"key", "passphrase-file:PATH"}},
		{"no file", "passphrase-file:" + b.path("nowhere"), "", []string{"missing", want}},
		{"open to others", "passphrase-file:" + open, "", []string{"0600", "0644"}},
		{"a link", "passphrase-file:" + b.path("link"), "", []string{"symbolic link"}},
		{"a folder", "passphrase-file:" + b.dir, "", nil},
		{"no name", "passphrase-file", "", []string{"passphrase-file:PATH"}},
		{"no such descriptor", "passphrase-fd:9", "", nil},
		{"no descriptor", "passphrase-fd:three", "", []string{"passphrase-fd:N"}},
		{"no systemd", "credential:lockkeeper", "", []string{"systemd"}},
		{"nobody there", "passphrase", "", []string{"Passphrase"}},
		{"an empty line", "passphrase", "\n", []string{"at least 8 characters"}},
		{"too short", "passphrase", "short\n", []string{"at least 8 characters"}},
		{"key file for a passphrase", "file", "", []string{"another kind of key source", want}},
	} {
		r := b.run(c.stdin, "serve", "--key", c.key)
		t.Run(c.name, func(t *testing.T) { r.refused(t, c.words...) })
	}
	b.set("LOCKKEEPER_KEY", "canary-EXAMPLE")
	b.run("", "serve").refused(t, "passphrase-file:PATH")
	if after := tree(t, b.data); after != before {
		t.Errorf("the refusals changed the folder from\n%sto\n%s", before, after)
	}
}

// TestKeyDamage holds that the server does not start with a key or keyset that is missing, cut off, damaged, exchanged or open to
// others, that it names the keyset it wanted, and that no byte of the folder is another afterwards (attack cases F1, R25).
func TestKeyDamage(t *testing.T) {
	t.Parallel()
	b, twin := newBox(t), newBox(t)
	want, theirs := b.init(""), twin.init("")
	killed := b.serve("") // its log was never folded into the database
	killed.kill()
	const key, keyset = "data/key", "data/keyset.json"
	flip := func(text []byte, mark string) []byte {
		out := bytes.Clone(text)
		i := bytes.Index(out, []byte(mark))
		if i < 0 {
			t.Fatalf("no %q to damage", mark)
		}
		i += len(mark) + 20
		out[i] ^= 1
		return out
	}
	put := func(name string, text []byte) {
		t.Helper()
		if err := os.Remove(b.path(name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if text != nil {
			b.write(name, string(text))
		}
	}
	goodKey, goodSet := b.read(key), b.read(keyset)
	twinKey, twinSet := twin.read(key), twin.read(keyset)
	for _, c := range []struct {
		name        string
		key, keyset []byte // nil: missing
		words       []string
	}{
		{"key missing", nil, goodSet, []string{"missing", want}},
		{"key empty", []byte{}, goodSet, []string{"damaged", want}},
		{"key cut off", goodKey[:len(goodKey)/2], goodSet, []string{"damaged", want}},
		{"key damaged", flip(goodKey, "lockkeeper-key-1"), goodSet, []string{"damaged", want}},
		{"key of another", twinKey, goodSet, []string{"does not open", want}},
		{"keyset missing", goodKey, nil, []string{"missing", want}},
		{"keyset empty", goodKey, []byte{}, []string{"damaged", want}},
		{"keyset cut off", goodKey, goodSet[:len(goodSet)-40], []string{"damaged", want}},
		{"keyset damaged", goodKey, flip(goodSet, `"sealed": "`), []string{"damaged", want}},
		{"keyset's fingerprint changed", goodKey, bytes.Replace(goodSet, []byte(want), []byte(theirs), 1), []string{"damaged", want}},
		{"keyset of another", goodKey, twinSet, []string{"wanted: " + want}},
		{"both of another", twinKey, twinSet, []string{"wanted: " + want, "found: " + theirs}},
		{"keyset no JSON", goodKey, []byte("key = 1\n"), []string{"damaged", want}},
	} {
		t.Run(c.name, func(t *testing.T) {
			put(key, c.key)
			put(keyset, c.keyset)
			before := tree(t, b.data)
			b.run("", "serve").refused(t, c.words...)
			if after := tree(t, b.data); after != before {
				t.Errorf("the folder was\n%sand is\n%s", before, after)
			}
			if r := b.run("", "init", "--operator", "eve", "--password-file", b.path("password")); r.code == 0 {
				t.Error("init made a new key for old data")
			} else {
				r.refused(t, "holds an installation already")
			}
			if after := tree(t, b.data); after != before {
				t.Errorf("init changed the folder: it was\n%sand is\n%s", before, after)
			}
		})
	}
	for _, c := range []struct {
		name string
		mode os.FileMode
	}{{key, 0o644}, {key, 0o640}, {keyset, 0o604}} {
		put(key, goodKey)
		put(keyset, goodSet)
		if err := os.Chmod(b.path(c.name), c.mode); err != nil {
			t.Fatal(err)
		}
		before := tree(t, b.data)
		b.run("", "serve").refused(t, "0600", want)
		if after := tree(t, b.data); after != before {
			t.Errorf("with %s at %o the folder was\n%sand is\n%s", c.name, c.mode, before, after)
		}
	}
	put(key, goodKey)
	put(keyset, goodSet)
	r := b.serve("")
	if err := r.stop(); err != nil || r.status.Key != want {
		t.Errorf("with everything put back: key %s, wanted %s: %v", r.status.Key, want, err)
	}
	if strings.Contains(r.errs.String(), string(goodKey)) {
		t.Error("the log holds the key")
	}
}
