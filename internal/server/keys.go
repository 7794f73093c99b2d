package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// Names in the data folder.
const (
	keysetName  = "keyset.json"
	keyFileName = "key"
)

// Ask gets a passphrase from a person. It is nil where nobody is there to ask.
type Ask func(question string) (secret.Value, error)

// keySource reads the setting key. What is wrapped already says which kind it wants, so an empty setting is enough to start again,
// unless the key file lies elsewhere.
func keySource(cfg config.Config, wrapped string, ask Ask) (seal.Source, error) {
	spec := cfg.Key
	if spec == "" {
		spec = wrapped
	}
	kind, where, _ := strings.Cut(spec, ":")
	bad := func(format string, args ...any) (seal.Source, error) {
		return nil, problem.New(problem.ServerKeySource).With(format, args...)
	}
	switch kind {
	case "", "file":
		if where == "" {
			where = filepath.Join(cfg.Data, keyFileName)
		}
		return seal.KeyFile{Path: where}, nil
	case "passphrase":
		if ask == nil {
			return bad("a passphrase is wanted, and there is nobody to ask")
		}
		value, err := ask("Passphrase")
		return seal.Passphrase{Value: value}, err
	case "passphrase-file":
		return passphrase(seal.ReadPassphraseFile(where))
	case "passphrase-fd":
		fd, err := strconv.Atoi(where)
		if err != nil || fd < 0 {
			return bad("passphrase-fd names no file descriptor")
		}
		f := os.NewFile(uintptr(fd), "passphrase")
		if f == nil {
			return bad("file descriptor %d is not open", fd)
		}
		defer func() { _ = f.Close() }()
		return passphrase(seal.ReadPassphrase(f))
	case "credential":
		dir := os.Getenv("CREDENTIALS_DIRECTORY") // systemd's way to hand a service its secrets; it names a folder and holds none
		if dir == "" || where == "" || strings.ContainsAny(where, `/\`) {
			return bad("systemd gave this process no credential %q", where)
		}
		return passphrase(seal.ReadCredential(filepath.Join(dir, where)))
	}
	return bad("the setting names none") // what it holds is not said: somebody may have put a passphrase there
}

func passphrase(value secret.Value, err error) (seal.Source, error) {
	if err != nil {
		return nil, err
	}
	return seal.Passphrase{Value: value}, nil
}

func pathless(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// openKeys opens the keyset of a data folder, before anything in it is touched. The database remembers which keyset sealed its
// rows, so that a missing or exchanged one can be named.
func openKeys(ctx context.Context, cfg config.Config, ask Ask) (*seal.Sealer, error) {
	want, err := wantedKeyset(ctx, cfg)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(cfg.Data, keysetName)
	kind, named := "file", want
	if text, err := os.ReadFile(path); err == nil {
		if print, k, err := seal.Describe(text); err == nil {
			kind = k
			if named == "" {
				named = print
			}
		}
	} else if errors.Is(err, fs.ErrNotExist) && want == "" {
		return nil, problem.New(problem.ServerNotSetUp)
	}
	src, err := keySource(cfg, kind, ask)
	if err != nil {
		return nil, seal.Wanting(err, named)
	}
	return seal.LoadFile(path, src, want)
}

// wantedKeyset reads the fingerprint of the keyset from the database, without changing a byte of the folder.
func wantedKeyset(ctx context.Context, cfg config.Config) (string, error) {
	if _, err := os.Stat(filepath.Join(cfg.Data, "lockkeeper.db")); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	st, err := store.Open(ctx, store.Config{Dir: cfg.Data, ReadOnly: true})
	if err != nil {
		return "", err
	}
	defer func() { _ = st.Close() }()
	return st.Meta(ctx, store.KeyFingerprint)
}
