package push

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A sentLog remembers, between two flushes to disk, which devices a message was about to leave for and what was answered. Entries are
// small writes, not flushed: they outlive a kill of the process, not a loss of power. After a kill, a device without an entry was never
// sent to; one that was begun and has no answer has an unknown fate; an answer counts. After a loss of power the boot id differs, and
// the fate of every device that was taken up and is not in the store is unknown (Mark).
type sentLog struct {
	mu   sync.Mutex
	file *os.File // nil where there is no folder
	path string
	line []byte // what is being written
}

// An entry is one line: begun where Fate is nil.
type entry struct {
	Device id.Registration `json:"d"`
	Fate   *fate           `json:"f,omitempty"`
}

// A fate is the part of a Target that an answer decides.
type fate struct {
	Fate    string `json:"f"`
	Tries   int    `json:"t"`
	Next    int64  `json:"n,omitempty"`
	Status  int    `json:"s,omitempty"`
	Problem string `json:"p,omitempty"`
	At      int64  `json:"a"`
	New     string `json:"i,omitempty"`
}

func sentPath(dir string, b id.Broadcast) string { return filepath.Join(dir, "push-"+string(b)+".log") }

// readSent returns what the last process that worked on b wrote: the last entry of each device, in the order of first mention. It reports
// false where there is no log of this run of the machine, so that nothing is known.
func readSent(dir string, b id.Broadcast) ([]entry, bool, error) {
	if dir == "" {
		return nil, false, nil
	}
	text, err := os.ReadFile(sentPath(dir, b))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading what was sent before: %w", err)
	}
	boot, rest, _ := bytes.Cut(text, []byte("\n"))
	if string(boot) == "" || string(boot) != bootID() {
		return nil, false, nil
	}
	return parseSent(rest), true, nil
}

// parseSent reads entries. The last line may be cut short by the kill; then its write had not ended, and it counts as not written.
func parseSent(text []byte) []entry {
	var all []entry
	at := map[id.Registration]int{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 64<<10)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Device == "" {
			continue
		}
		if i, known := at[e.Device]; known {
			all[i] = e
			continue
		}
		at[e.Device] = len(all)
		all = append(all, e)
	}
	return all
}

// startSent begins the log anew, after what an older one told is in the store.
func startSent(dir string, b id.Broadcast) (*sentLog, error) {
	if dir == "" {
		return &sentLog{}, nil
	}
	l := &sentLog{path: sentPath(dir, b)}
	var err error
	if l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, fmt.Errorf("beginning the log of what is sent: %w", err)
	}
	return l, l.restart()
}

// restart forgets the entries once they are in the store.
func (l *sentLog) restart() error {
	if l.file == nil {
		return nil
	}
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("restarting the log of what is sent: %w", err)
	}
	_, err := l.file.WriteString(bootID() + "\n")
	return err
}

// note writes down what became of one device, and that a message is about to leave for another; either may be nil. It reports false where that
// could not be written: nothing may leave then, and the fate is unknown after a kill, as it would be without its line.
func (l *sentLog) note(done, begun *Target) bool {
	if l.file == nil || done == nil && begun == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = l.line[:0]
	if done != nil {
		l.line = appendEnd(l.line, done)
	}
	if begun != nil {
		l.line = append(append(append(l.line, `{"d":"`...), begun.Device...), "\"}\n"...)
	}
	_, err := l.file.Write(l.line)
	return err == nil
}

// appendEnd writes the line of a fate. An id of Amazon's is the one part that may need care, and it is rare.
func appendEnd(b []byte, t *Target) []byte {
	if t.New != "" {
		line, err := json.Marshal(entry{t.Device, &fate{t.Fate, t.Tries, millis(t.Next), t.Status, string(t.Problem), millis(t.At), t.New}})
		if err != nil {
			return b
		}
		return append(append(b, line...), '\n')
	}
	b = append(append(append(b, `{"d":"`...), t.Device...), `","f":{"f":"`...)
	b = strconv.AppendInt(append(append(b, t.Fate...), `","t":`...), int64(t.Tries), 10)
	if next := millis(t.Next); next != 0 {
		b = strconv.AppendInt(append(b, `,"n":`...), next, 10)
	}
	if t.Status != 0 {
		b = strconv.AppendInt(append(b, `,"s":`...), int64(t.Status), 10)
	}
	if t.Problem != "" {
		b = append(append(append(b, `,"p":"`...), t.Problem...), '"')
	}
	return append(strconv.AppendInt(append(b, `,"a":`...), millis(t.At), 10), "}}\n"...)
}

// close ends the log. It is removed where everything is in the store.
func (l *sentLog) close(stored bool) {
	if l.file == nil {
		return
	}
	_ = l.file.Close()
	if stored {
		_ = os.Remove(l.path)
	}
}

// bootID tells this run of the machine's kernel from every other. Where the system does not say, no fate is ever known.
func bootID() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
