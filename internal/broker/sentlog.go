package broker

import (
	"bytes"
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

// A sentLog remembers which exchanges left this machine whole, so that a kill between the intent and the send is told from
// one after it. An entry is one small write into a file whose space was taken beforehand; it is not flushed, since it has to
// outlive a kill of the process, not a loss of power. After a loss of power the boot id differs, and every fate is unknown.
//
// The window that is left lies between the socket's write and this one, some microseconds on one goroutine. In it a kill
// makes a sent exchange look unsent; then a second check may present a dead token, and nothing else goes wrong.
type sentLog struct {
	mu   sync.Mutex
	file *os.File
	path string
	next int64
}

const (
	sentName  = "sent.log"
	sentEntry = 27   // a ULID and a line end
	sentHead  = 64   // "boot <id>", padded
	sentRoom  = 8192 // far more than can be under way at once
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
	sent := map[id.Attempt]bool{}
	for line := range bytes.Lines(text[sentHead:]) {
		if line[0] != 0 {
			sent[id.Attempt(bytes.TrimSpace(line))] = true
		}
	}
	boot := strings.TrimSpace(string(text[:sentHead]))
	same := boot != "" && boot == bootID()
	return func(a id.Attempt) Fate {
		switch {
		case sent[a]:
			return SurelySent
		case same:
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

// mark records that a's request left whole. Where that cannot be written the file goes, so that no fate is told wrongly.
func (l *sentLog) mark(a id.Attempt) {
	if l == nil {
		return
	}
	entry := make([]byte, sentEntry)
	copy(entry, a)
	entry[sentEntry-1] = '\n'
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
