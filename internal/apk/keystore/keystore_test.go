package keystore_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/apktest"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/keystore"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const password = "an-EXAMPLE-password"

// generate has keytool make a key in a store.
func generate(b *apktest.Builder, store, kind, alias, algorithm, pass string) string {
	b.Run("keytool", "-genkeypair", "-keystore", store, "-storetype", kind, "-storepass", pass, "-keypass", pass, "-alias", alias,
		"-dname", "CN="+alias+",O=EXAMPLE", "-keyalg", algorithm, "-validity", "9000")
	return filepath.Join(b.Dir, store)
}

// asked are the fingerprints that keytool and openssl give for an alias: SHA-256 of one, MD5 of the other.
func asked(b *apktest.Builder, store, alias string) (md5, sha string) {
	b.Run("keytool", "-exportcert", "-keystore", store, "-storepass", password, "-alias", alias, "-file", alias+".der")
	out := b.Run("openssl", "x509", "-inform", "DER", "-in", alias+".der", "-noout", "-fingerprint", "-md5") +
		b.Run("openssl", "x509", "-inform", "DER", "-in", alias+".der", "-noout", "-fingerprint", "-sha256")
	found := regexp.MustCompile(`Fingerprint=([0-9A-F:]+)`).FindAllStringSubmatch(out, -1)
	return found[0][1], found[1][1]
}

func load(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestStores reads what keytool writes, whatever the file is called, and compares the fingerprints with keytool's and openssl's.
func TestStores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, file, algorithm string }{{"JKS", "release.keystore", "RSA"}, {"PKCS12", "release.jks", "EC"}} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			b := apktest.New(t)
			generate(b, c.file, c.kind, "Release", c.algorithm, password)
			text := load(t, generate(b, c.file, c.kind, "second", c.algorithm, password))
			if kind, ok := keystore.Sniff(text); !ok || string(kind) != c.kind {
				t.Errorf("it is taken for %s", kind)
			}
			entries, err := keystore.Read(text, secret.New(password))
			if err != nil {
				t.Fatal(err)
			}
			if len(keystore.Signing(entries)) != 2 {
				t.Fatalf("%d entries of 2 that can sign", len(keystore.Signing(entries)))
			}
			for _, e := range entries {
				md5, sha := asked(b, c.file, e.Alias)
				if d := cmp.Diff([]string{md5, sha}, []string{e.Certificate.MD5(), e.Certificate.SHA256()}); d != "" {
					t.Errorf("%s (-keytool and openssl +ours):\n%s", e.Alias, d)
				}
				if !strings.EqualFold(e.Certificate.Subject, "CN="+e.Alias+",O=EXAMPLE") {
					t.Errorf("%s is of %s", e.Alias, e.Certificate.Subject)
				}
			}
			if _, err := keystore.Read(text, secret.New("another-EXAMPLE")); !errors.Is(err, keystore.ErrPassword) {
				t.Errorf("another password: %v", err)
			}
			_, err = keystore.Read(text, secret.Value{}) // a JKS shows its certificates to anybody
			if c.kind == "JKS" && err != nil || c.kind == "PKCS12" && !errors.Is(err, keystore.ErrPassword) {
				t.Errorf("no password: %v", err)
			}
			for i := range 40 {
				if _, err := keystore.Read(text[:len(text)*i/40], secret.New(password)); err == nil {
					t.Errorf("cut off at %d of 40 parts it is read", i)
				}
			}
		})
	}
}

// TestDebugStore opens what Android's tools make without being told the password, as keytool and as older openssl write it.
func TestDebugStore(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	k := b.Key("Android Debug", "rsa")
	b.Run("openssl", "pkcs8", "-inform", "DER", "-in", k.KeyFile, "-nocrypt", "-out", "key.pem")
	for name, flags := range map[string][]string{"today": nil, "of old": {"-legacy", "-descert"}, "of old, RC2": {"-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"}} {
		out := strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "") + ".keystore"
		args := append([]string{"pkcs12", "-export", "-inkey", "key.pem", "-in", k.Cert, "-name", "androiddebugkey", "-passout", "pass:android", "-out", out}, flags...)
		b.Run("openssl", args...)
		entries, err := keystore.Read(load(t, filepath.Join(b.Dir, out)), secret.Value{})
		if err != nil || len(entries) != 1 || entries[0].Alias != "androiddebugkey" || !entries[0].Certificate.Debug || !entries[0].Private {
			t.Errorf("%s: %v %+v", name, err, entries)
		}
	}
}

// TestWork holds that a store which asks for hours of hashing is refused at once.
func TestWork(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	k := b.Key("Release", "ec")
	b.Run("openssl", "pkcs8", "-inform", "DER", "-in", k.KeyFile, "-nocrypt", "-out", "key.pem")
	b.Run("openssl", "pkcs12", "-export", "-inkey", "key.pem", "-in", k.Cert, "-passout", "pass:"+password, "-out", "much.p12", "-iter", "70000")
	text := load(t, filepath.Join(b.Dir, "much.p12"))
	if _, err := keystore.Read(text, secret.New(password)); err != nil {
		t.Errorf("70,000 rounds: %v", err)
	}
	rounds := []byte{0x02, 0x03, 0x01, 0x11, 0x70} // 70,000, written as PKCS #12 does
	for _, many := range []string{"\x02\x03\x7f\xff\xff"} {
		if _, err := keystore.Read([]byte(strings.Replace(string(text), string(rounds), many, 1)), secret.New(password)); !errors.Is(err, keystore.ErrDamaged) {
			t.Errorf("eight million rounds: %v", err)
		}
	}
}

// TestOthers holds what is said of stores that are not read.
func TestOthers(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"BKS": "\x00\x00\x00\x02\x00\x00\x00\x14EXAMPLE", "nothing": "", "text": "EXAMPLE"} {
		if _, err := keystore.Read([]byte(text), secret.Value{}); !errors.Is(err, keystore.ErrUnread) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRead holds that no file breaks the readers, nor keeps them busy.
func FuzzRead(f *testing.F) {
	b := apktest.New(f)
	f.Add(load(f, generate(b, "a.jks", "JKS", "release", "EC", password)))
	f.Add(load(f, generate(b, "a.p12", "PKCS12", "release", "EC", "android")))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := keystore.Read(text, secret.Value{})
		if err != nil && entries != nil {
			t.Errorf("entries and an error: %v", err)
		}
		for _, e := range entries {
			if len(e.Certificate.DER) == 0 {
				t.Errorf("%q has no certificate", e.Alias)
			}
		}
	})
}
