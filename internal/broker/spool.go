package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// An answer that the store did not take until the process had to end is kept as a file of the data folder. The tokens in it
// are sealed for their own row, as the store would have had them; the rest tells which generation was presented, so that the
// next start merges it by the same compare-and-swap as any commit.
const (
	spoolPrefix = "unsaved-"
	spoolSuffix = ".sealed"
)

var errNoFolder = errors.New("spooling an answer: there is no data folder")

// writeSpool is durable when it returns: the file, its name and its content.
func writeSpool(dir string, s Settlement) error {
	if dir == "" {
		return errNoFolder
	}
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("spooling an answer: %w", err)
	}
	name := filepath.Join(dir, spoolPrefix+string(s.Attempt.ID)+spoolSuffix)
	f, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("spooling an answer: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(name+".new", name)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("spooling an answer: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// mergeSpool stores what earlier processes left, and removes each file once its content is durable or known to be overtaken.
// A file that cannot be read is left where it is and told: Lockkeeper deletes no credential by itself.
func (b *Broker) mergeSpool(ctx context.Context) error {
	if b.cfg.Dir == "" {
		return nil
	}
	entries, err := os.ReadDir(b.cfg.Dir)
	if err != nil {
		return fmt.Errorf("looking for answers that were not stored: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), spoolPrefix) || !strings.HasSuffix(e.Name(), spoolSuffix) {
			continue
		}
		path := filepath.Join(b.cfg.Dir, e.Name())
		text, err := os.ReadFile(path)
		var s Settlement
		if err == nil {
			err = json.Unmarshal(text, &s)
		}
		if err != nil || s.Tokens == nil {
			b.log.Error("an answer saved at the last shutdown cannot be read; the file is left", "file", e.Name(), "error", err)
			continue
		}
		if _, _, err := b.cfg.Store.GrantByID(ctx, s.Grant); errors.Is(err, ErrNoGrant) { // an older or another store was put in its place
			b.log.Error("an answer saved at the last shutdown is of a grant that this store does not know; the file is left", "file", e.Name())
			continue
		}
		settled, err := b.cfg.Store.Settle(ctx, []Settlement{s})
		if err != nil {
			return fmt.Errorf("storing an answer saved at the last shutdown: %w", err)
		}
		b.log.Info("stored an answer saved at the last shutdown", "grant", s.Grant, "first", settled[0].Won)
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing a stored answer's file: %w", err)
		}
	}
	return nil
}
