package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A sentLog remembers which exchanges were about to leave this machine, and which left it whole. An entry is one small write
// into a file whose space was taken beforehand; it is not flushed, since it has to outlive a kill of the process, not a loss of
// power. After a loss of power the boot id differs, and every fate is unknown.
//
// An exchange is marked as begun before its first byte and as sent after its last. A kill in between, or in the microseconds
// after the last byte and before its mark, leaves its fate unknown: it is told as a possible loss, and counts as a send, but
// is no proof that anything left, so no grant is given up for it. A busy machine makes those microseconds long, since the peer
// that the last byte wakes may run first. Each such kill costs one more check of a token that is lost or good by then, and never more.
type sentLog struct {
	mu   sync.Mutex
	file *os.File
	path string
	next int64
}

const (
	sentName  = "sent.log"
	sentEntry = 28   // a ULID, a mark and a line end
	sentHead  = 64   // "boot <id>", padded
	sentRoom  = 8192 // far more than can be under way at once

	begunMark = 'b'
	sentMark  = 's'
)

// readSent returns the fates that the file of the last process tells.
func readSent(dir string) (func(id.Attempt) Fate, error) {
	unknown := func(id.Attempt) Fate { return FateUnknown }
	if dir == "" {
		return unknown, nil
	}
	text, err := os.ReadFile(filepath.Join(dir, sentName))
	if errors.Is(err, fs.ErrNotExist) {
		return unknown, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was sent before: %w", err)
	}
	if len(text) != sentHead+sentRoom*sentEntry {
		return unknown, nil
	}
	marks := map[id.Attempt]byte{}
	for at := sentHead; at+sentEntry <= len(text); at += sentEntry {
		if entry := text[at : at+sentEntry]; entry[0] != 0 {
			a := id.Attempt(entry[:sentEntry-2])
			marks[a] = max(marks[a], entry[sentEntry-2])
		}
	}
	boot := strings.TrimSpace(string(text[:sentHead]))
	same := boot != "" && boot == bootID()
	return func(a id.Attempt) Fate {
		switch mark := marks[a]; {
		case mark == sentMark:
			return SurelySent
		case mark == 0 && same:
			return NeverSent
		}
		return FateUnknown
	}, nil
}

// startSent begins the file anew. It is called after what the old one told is in the store.
func startSent(dir string) (*sentLog, error) {
	if dir == "" {
		return nil, nil
	}
	path := filepath.Join(dir, sentName)
	blank := make([]byte, sentHead+sentRoom*sentEntry)
	copy(blank, bootID())
	copy(blank[len(bootID()):], strings.Repeat(" ", sentHead-1-len(bootID()))+"\n")
	fresh := path + ".new"
	if err := os.WriteFile(fresh, blank, 0o600); err != nil {
		return nil, fmt.Errorf("beginning the log of what is sent: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return nil, fmt.Errorf("beginning the log of what is sent: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("opening the log of what is sent: %w", err)
	}
	return &sentLog{file: f, path: path}, nil
}

// mark records how far a's request has come. Where that cannot be written the file goes, so that no fate is told wrongly.
func (l *sentLog) mark(a id.Attempt, mark byte) {
	if l == nil {
		return
	}
	entry := make([]byte, sentEntry)
	copy(entry, a)
	entry[sentEntry-2], entry[sentEntry-1] = mark, '\n'
	l.mu.Lock()
	defer l.mu.Unlock()
	at := sentHead + (l.next%sentRoom)*sentEntry
	l.next++
	if _, err := l.file.WriteAt(entry, at); err != nil {
		_ = os.Remove(l.path)
	}
}

func (l *sentLog) close() {
	if l != nil {
		_ = l.file.Close()
	}
}

// bootID tells this run of the machine's kernel from every other. Where the system does not say, no fate is ever known.
func bootID() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(text) > sentHead-1 {
		return ""
	}
	return strings.TrimSpace(string(text))
}
