package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// Setup is what a new installation needs to be told.
type Setup struct {
	Config   config.Config
	Operator string       // name of the first operator
	Password secret.Value // of the first operator
	Ask      Ask          // for a passphrase, where the key source is one
	Now      func() time.Time

	// Cost of deriving a key from a passphrase. Defaults to RFC 9106's second recommendation.
	Cost seal.Cost
}

// Made is what Init made.
type Made struct {
	Data     string `json:"data"`
	Operator string `json:"operator"`
	Key      string `json:"key" doc:"kind of key source"`
	Print    string `json:"fingerprint"`
	Weak     string `json:"weak,omitempty"`
}

// Init makes a new installation: the keyset, the store and the first operator. It refuses where one is. If it fails half way it
// takes away what it made, so that it can be run again.
func Init(ctx context.Context, s Setup) (_ Made, err error) {
	path := filepath.Join(s.Config.Data, keysetName)
	if err := CheckFresh(s.Config.Data); err != nil {
		return Made{}, err
	}
	src, err := keySource(s.Config, "file", s.Ask)
	if err != nil {
		return Made{}, err
	}
	if p, ok := src.(seal.Passphrase); ok {
		p.Cost = s.Cost
		src = p
	}
	st, err := store.Open(ctx, store.Config{Dir: s.Config.Data})
	if err != nil {
		return Made{}, err
	}
	made := &unmaking{dir: s.Config.Data}
	defer func() {
		_ = st.Close()
		if err != nil {
			made.undo()
		}
	}()
	// Asked again under the folder's lock: another Init may have been quicker, and nothing of its may be touched.
	if print, err := st.Meta(ctx, store.KeyFingerprint); err != nil || print != "" {
		return Made{}, errors.Join(err, problem.New(problem.ServerSetUpAlready))
	}
	if _, err := os.Lstat(path); err == nil {
		return Made{}, problem.New(problem.ServerSetUpAlready)
	}
	made.names = append(made.names, "lockkeeper.db", "lockkeeper.db-wal", "lockkeeper.db-shm")
	print, err := seal.CreateFile(path, src)
	if err != nil {
		return Made{}, err
	}
	made.names = append(made.names, keysetName)
	if k, ok := src.(seal.KeyFile); ok {
		made.key = k.Path
	}
	if err := st.SetMeta(ctx, store.KeyFingerprint, print); err != nil {
		return Made{}, fmt.Errorf("noting the keyset: %w", err)
	}
	people := operator.New(operator.Config{Store: st, Audit: st, Now: s.Now})
	op, err := people.First(ctx, s.Operator, s.Password)
	if err != nil {
		return Made{}, err
	}
	entry := audit.Entry{At: s.Now(), Actor: op.Actor(), Action: "installation.init", Object: print, Outcome: audit.Done, Detail: "key source " + src.Kind()}
	if err := st.Record(ctx, entry); err != nil {
		return Made{}, fmt.Errorf("writing the audit log: %w", err)
	}
	return Made{Data: s.Config.Data, Operator: op.Name, Key: src.Kind(), Print: print, Weak: src.Weak()}, nil
}

// CheckFresh refuses a data folder that holds an installation already, before anybody is asked for anything.
func CheckFresh(data string) error {
	for _, name := range []string{keysetName, "lockkeeper.db"} {
		if _, err := os.Lstat(filepath.Join(data, name)); err == nil {
			return problem.New(problem.ServerSetUpAlready)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("looking at the data folder: %w", pathless(err))
		}
	}
	return nil
}

// unmaking remembers what an Init made, so that one that fails takes away that and nothing else.
type unmaking struct {
	dir   string
	names []string
	key   string
}

func (u *unmaking) undo() {
	for _, name := range u.names {
		_ = os.Remove(filepath.Join(u.dir, name))
	}
	if u.key != "" {
		_ = os.Remove(u.key)
	}
}
