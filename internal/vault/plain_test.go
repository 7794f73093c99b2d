package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// G1, R28: after everything that a vault does with secrets, no file of the data folder holds one, raw or encoded: not the
// database, not its log while the store is open, not the keyset or its key file.
func TestG1_NothingPlainOnDisk(t *testing.T) {
	t.Parallel()
	var src seal.KeyFile
	const passphrase = "canary-passphrase-on-disk"
	k := newKit(t, nil)
	src.Path = filepath.Join(k.dir, "key")
	if _, err := seal.CreateFile(filepath.Join(k.dir, "keyset"), src); err != nil {
		t.Fatal(err)
	}
	byPhrase := seal.Passphrase{Value: secret.New(passphrase), Cost: seal.Cost{Time: 1, Memory: 64, Threads: 1}}
	if _, err := seal.CreateFile(filepath.Join(k.dir, "keyset-2"), byPhrase); err != nil {
		t.Fatal(err)
	}
	a := k.add(t)
	for _, n := range []string{"2", "3"} {
		if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret(n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.AppSecrets(t.Context(), a.ID, vault.Use{Region: "EU", Program: "ads"}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reveal(t.Context(), ana, a.Credential, 0); err != nil {
		t.Fatal(err)
	}
	if err := k.RetireVersion(t.Context(), ana, a.Credential, 1, true); err != nil {
		t.Fatal(err)
	}
	if err := k.FlushUsed(t.Context()); err != nil {
		t.Fatal(err)
	}
	canaries := []string{passphrase}
	for _, n := range []string{"1", "2", "3"} {
		canaries = append(canaries, clientSecret(n).Reveal())
	}
	wal := search(t, k.dir, canaries)
	if !wal {
		t.Error("the database's log was not there to be searched")
	}
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	search(t, k.dir, canaries)
}

// search fails for every file that holds one of the secrets in some usual spelling, and checks that it can find what is there.
func search(t *testing.T, dir string, secrets []string) (wal bool) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		wal = wal || filepath.Ext(path) == ".db-wal"
		found = found || bytes.Contains(b, []byte("acme-eu"))
		for _, s := range secrets {
			for _, spelt := range []string{
				s, s[4:], url.QueryEscape(s), hex.EncodeToString([]byte(s)),
				base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
			} {
				if bytes.Contains(b, []byte(spelt)) {
					t.Errorf("%s holds a secret", d.Name())
				}
			}
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("F6: %s has mode %04o", d.Name(), info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Error("the search does not even find the app's name")
	}
	return wal
}
