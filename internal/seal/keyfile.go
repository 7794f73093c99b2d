package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A KeyFile is a source that is nothing but a file of mode 0600. It is weak: who can read the file needs no guess.
type KeyFile struct{ Path string }

const keyFileMark = "lockkeeper-key-1"

// Kind implements Source.
func (KeyFile) Kind() string { return "file" }

// Weak implements Source.
func (KeyFile) Weak() string {
	return "the key lies in a file: whoever copies that file and the data folder has everything"
}

// fresh makes the key file. It never takes one that is there: that may be another installation's only key.
func (k KeyFile) fresh() ([]byte, json.RawMessage, error) {
	key := randomBytes(keySize)
	text := base64.RawStdEncoding.EncodeToString(key)
	line := keyFileMark + " " + text + " " + checksum([]byte(text)) + "\n"
	if err := writeNew(k.Path, []byte(line)); err != nil {
		return nil, nil, err
	}
	return key, json.RawMessage(`{}`), nil
}

func (k KeyFile) again(json.RawMessage) ([]byte, error) {
	text, err := readPrivate(k.Path)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text))
	if len(fields) != 3 || fields[0] != keyFileMark || fields[2] != checksum([]byte(fields[1])) {
		return nil, keyDamaged("the key file is not whole")
	}
	key, err := base64.RawStdEncoding.DecodeString(fields[1])
	if err != nil || len(key) != keySize {
		return nil, keyDamaged("the key file is not whole")
	}
	return key, nil
}

// checksum is short and only tells damage from a wrong key.
func checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawStdEncoding.EncodeToString(sum[:9])
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return b
}

// writeNew makes a file with mode 0600 and its content on disk, and refuses where one is.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return keyExists(filepath.Base(path))
	}
	if err != nil {
		return keyUnwritable(err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		_ = os.Remove(path)
		return keyUnwritable(err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("flushing the folder: %w", err)
	}
	defer d.Close()
	return d.Sync()
}

// readPrivate reads a small file that must be this user's alone.
func readPrivate(path string) ([]byte, error) { return readGuarded(path, 0o077) }

// readGuarded reads a small plain file whose mode has none of the forbidden bits.
func readGuarded(path string, forbidden fs.FileMode) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0) // a pipe in its place must not hang the start
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, keyMissing(filepath.Base(path))
	case errors.Is(err, syscall.ELOOP):
		return nil, keyOpenToOthers(filepath.Base(path) + " is a symbolic link")
	case err != nil:
		return nil, keyUnreadable(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, keyUnreadable(err)
	}
	if !info.Mode().IsRegular() {
		return nil, keyOpenToOthers(filepath.Base(path) + " is not a plain file")
	}
	if info.Mode().Perm()&forbidden != 0 {
		return nil, keyOpenToOthers(fmt.Sprintf("%s has mode %04o", filepath.Base(path), info.Mode().Perm()))
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, keyUnreadable(err)
	}
	return b, nil
}

// ReadPassphrase takes a passphrase from a stream: a file descriptor, a file, a pipe. A line break at its end is not part of it.
func ReadPassphrase(r io.Reader) (secret.Value, error) {
	b, err := io.ReadAll(io.LimitReader(r, 4097))
	if err != nil {
		return secret.Value{}, keyUnreadable(err)
	}
	defer clear(b)
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	if len(b) > 4096 || bytes.ContainsAny(b, "\n\r\x00") {
		return secret.Value{}, problem.New(problem.SealPassphraseUnusable)
	}
	return secret.New(string(b)), nil
}

// ReadPassphraseFile takes it from a file of mode 0600; an environment variable may name the file, and never hold the passphrase.
func ReadPassphraseFile(path string) (secret.Value, error) {
	b, err := readPrivate(path)
	if err != nil {
		return secret.Value{}, err
	}
	return ReadPassphrase(bytes.NewReader(b))
}

// ReadCredential takes it from a credential that systemd handed over. For a service with a user of its own that file is root's
// and readable to the service by an access list, which shows as mode 0440 (systemd issues 29096 and 29435); the folder that it
// lies in is open to nobody else.
func ReadCredential(path string) (secret.Value, error) {
	b, err := readGuarded(path, 0o037)
	if err != nil {
		return secret.Value{}, err
	}
	return ReadPassphrase(bytes.NewReader(b))
}
