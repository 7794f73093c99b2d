package seal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/crypto/chacha20poly1305"
)

// wrapped is the keyset's file. All of it but the sealed part is readable, so that a refusal can name what it wanted; the
// sealed part authenticates the rest.
type wrapped struct {
	Format      string          `json:"format"`
	Fingerprint string          `json:"fingerprint"`
	Source      string          `json:"source"`
	Params      json.RawMessage `json:"params"`
	Sealed      []byte          `json:"sealed,omitempty"`
	Checksum    string          `json:"checksum,omitempty"` // tells a damaged file from a wrong key; protects nothing
}

const wrapFormat = "lockkeeper-keyset-1"

// Create makes a new keyset and wraps it. A KeyFile source makes its file too, and refuses to overwrite one.
func Create(src Source) (wrapped []byte, fingerprint string, err error) {
	k, err := newKeys()
	if err != nil {
		return nil, "", err
	}
	s, err := k.sealer()
	if err != nil {
		return nil, "", err
	}
	text, err := s.Wrap(src)
	return text, s.fingerprint, err
}

// Wrap wraps the keyset for a source with a fresh wrapping key. Use it after Rotate, and to change the source.
func (s *Sealer) Wrap(src Source) ([]byte, error) {
	plain, err := s.keys.marshal()
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	key, params, err := src.fresh()
	if err != nil {
		return nil, err
	}
	defer clear(key)
	w := wrapped{Format: wrapFormat, Fingerprint: s.fingerprint, Source: src.Kind(), Params: params}
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("wrapping the keyset: %w", err)
	}
	head, err := w.head()
	if err != nil {
		return nil, err
	}
	nonce := randomBytes(a.NonceSize())
	w.Sealed = a.Seal(nonce, nonce, plain, head)
	w.Checksum = checksum(append(head, w.Sealed...))
	text, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the keyset: %w", err)
	}
	return append(text, '\n'), nil
}

// Load opens a wrapped keyset. It changes nothing, whatever the outcome.
func Load(text []byte, src Source) (*Sealer, error) {
	w, head, err := parseWrapped(text)
	if err != nil {
		return nil, Wanting(err, w.Fingerprint)
	}
	if src.Kind() != w.Source {
		return nil, keySource(w.Fingerprint, w.Source, src.Kind())
	}
	key, err := src.again(w.Params)
	if err != nil {
		return nil, Wanting(err, w.Fingerprint)
	}
	defer clear(key)
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("opening the keyset: %w", err)
	}
	if len(w.Sealed) < a.NonceSize() {
		return nil, Wanting(keyDamaged("the keyset is too short"), w.Fingerprint)
	}
	nonce, sealed := w.Sealed[:a.NonceSize()], w.Sealed[a.NonceSize():]
	plain, err := a.Open(nil, nonce, sealed, head)
	if err != nil {
		return nil, keyWrong(w.Fingerprint)
	}
	defer clear(plain)
	k, err := parseKeys(plain)
	if err != nil {
		return nil, Wanting(keyDamaged(err.Error()), w.Fingerprint)
	}
	s, err := k.sealer()
	if err != nil {
		return nil, err
	}
	if s.fingerprint != w.Fingerprint {
		return nil, keySwapped(w.Fingerprint, s.fingerprint)
	}
	return s, nil
}

// Describe tells a wrapped keyset's fingerprint and the kind of source it wants, without opening it.
func Describe(text []byte) (fingerprint, source string, err error) {
	w, _, err := parseWrapped(text)
	return w.Fingerprint, w.Source, Wanting(err, w.Fingerprint)
}

func parseWrapped(text []byte) (wrapped, []byte, error) {
	var w wrapped
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil || dec.More() || w.Format != wrapFormat {
		return wrapped{}, nil, keyDamaged("the keyset file cannot be read")
	}
	head, err := w.head()
	if err != nil || w.Checksum != checksum(append(bytes.Clone(head), w.Sealed...)) {
		return w, nil, keyDamaged("the keyset file is not whole")
	}
	return w, head, nil
}

// head is everything that is readable, as one text.
func (w wrapped) head() ([]byte, error) {
	w.Sealed, w.Checksum = nil, ""
	head, err := json.Marshal(w) // compacts Params, so indentation does not count
	if err != nil {
		return nil, fmt.Errorf("writing the keyset: %w", err)
	}
	return head, nil
}

// CreateFile makes a new keyset at path, with mode 0600. It refuses where there is a file.
func CreateFile(path string, src Source) (fingerprint string, err error) {
	if _, err := os.Lstat(path); err == nil {
		return "", keyExists(filepath.Base(path)) // before the source makes a file of its own
	}
	text, fingerprint, err := Create(src)
	if err != nil {
		return "", err
	}
	if err := writeNew(path, text); err != nil {
		if k, ok := src.(KeyFile); ok {
			_ = os.Remove(k.Path) // made a moment ago for this keyset; left behind it would stop the next try
		}
		return "", err
	}
	return fingerprint, nil
}

// LoadFile opens the keyset at path. Where want is not empty, the keyset must be the one of that fingerprint: the database
// remembers which one sealed its rows. What a file that is damaged or another's says of itself does not count then.
func LoadFile(path string, src Source, want string) (*Sealer, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, Wanting(err, want)
	}
	if want != "" {
		w, _, err := parseWrapped(text)
		if err != nil {
			return nil, Wanting(err, want)
		}
		if w.Fingerprint != want {
			return nil, keySwapped(want, w.Fingerprint)
		}
	}
	s, err := Load(text, src)
	if err != nil {
		return nil, err
	}
	if want != "" && s.fingerprint != want {
		return nil, keySwapped(want, s.fingerprint)
	}
	return s, nil
}

// ReplaceFile puts a newly wrapped keyset in the old one's place, whole or not at all.
func ReplaceFile(path string, text []byte) error {
	if _, _, err := parseWrapped(text); err != nil {
		return err
	}
	next := path + ".new"
	if err := os.Remove(next); err != nil && !os.IsNotExist(err) {
		return keyUnwritable(err)
	}
	if err := writeNew(next, text); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return keyUnwritable(err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return keyUnwritable(err)
	}
	return nil
}
