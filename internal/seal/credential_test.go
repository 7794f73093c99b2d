package seal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
)

// A credential of systemd may be of mode 0440, which a file that a person made may not; open to everybody it may never be.
func TestReadCredential(t *testing.T) {
	t.Parallel()
	for mode, want := range map[os.FileMode]struct{ credential, file bool }{
		0o400: {true, true}, 0o440: {true, false}, 0o444: {false, false}, 0o460: {false, false},
	} {
		path := filepath.Join(t.TempDir(), "passphrase")
		if err := os.WriteFile(path, []byte("a passphrase for this EXAMPLE\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if v, err := seal.ReadCredential(path); (err == nil) != want.credential || err == nil && v.Reveal() != "a passphrase for this EXAMPLE" {
			t.Errorf("a credential of mode %04o: %v, want it read: %v", mode, err, want.credential)
		}
		if _, err := seal.ReadPassphraseFile(path); (err == nil) != want.file {
			t.Errorf("a file of mode %04o: %v, want it read: %v", mode, err, want.file)
		}
	}
}
