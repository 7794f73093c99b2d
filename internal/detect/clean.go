package detect

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// InPlace is what stands in a file where a secret stood.
const InPlace = "kept-by-lockkeeper"

// Remove takes the items' secrets out of a file, every time they stand there, by writing the file anew beside itself and putting that in
// its place: whoever reads it sees the old whole or the new whole, and its permissions stay. It returns how many it replaced; items that
// are not found as they were read (broken over lines, escaped) are returned too, so that a person can look.
func Remove(path string, items []Item) (replaced int, missed []Item, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return 0, nil, fmt.Errorf("finding the file: %w", err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return 0, nil, fmt.Errorf("looking at the file: %w", err)
	}
	text, err := os.ReadFile(real)
	if err != nil {
		return 0, nil, fmt.Errorf("reading the file: %w", err)
	}
	for _, i := range items {
		found := false
		for r, v := range i.text {
			if r == amazon.TheID || r == amazon.TheWhole && i.Kind != "refresh-token" && i.Kind != "access-token" {
				continue
			}
			secret := []byte(v.Reveal())
			if n := bytes.Count(text, secret); n > 0 && len(secret) >= 8 {
				text, found = bytes.ReplaceAll(text, secret, []byte(InPlace)), true
				replaced += n
			}
		}
		if !found {
			missed = append(missed, i)
		}
	}
	if replaced == 0 {
		return 0, missed, nil
	}
	return replaced, missed, replace(real, text, info.Mode().Perm())
}

func replace(path string, text []byte, mode os.FileMode) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".lockkeeper-*")
	if err != nil {
		return fmt.Errorf("making the new file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if err = tmp.Chmod(mode); err != nil {
		return fmt.Errorf("setting the new file's permissions: %w", err)
	}
	if _, err = tmp.Write(text); err != nil {
		return fmt.Errorf("writing the new file: %w", err)
	}
	if err = tmp.Sync(); err != nil {
		return fmt.Errorf("writing the new file out: %w", err)
	}
	if err = tmp.Close(); err != nil {
		return fmt.Errorf("closing the new file: %w", err)
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("putting the new file in its place: %w", err)
	}
	return nil
}
