//go:build crash

package crash_test

import (
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// exchanges are the refreshes that the sandbox saw since the grant was there. One that was cut short took no effect.
func (s *stage) exchanges() []kit.Entry {
	var all []kit.Entry
	for _, e := range s.sbx.Journal().Entries(kit.Filter{After: s.from, Match: kit.Match{Operation: "token"}}) {
		if e.Generation > 0 {
			all = append(all, e)
		}
	}
	return all
}

func acted(e kit.Entry) bool { return e.Effect == "issued" || e.Effect == "rotated" }

func dead(e kit.Entry) bool { return e.Error == "invalid_grant" }

// check ends the server and holds the invariants of refresh-protocol against journal and store.
func (s *stage) check() {
	s.t.Helper()
	if s.cmd != nil {
		s.terminate()
	}
	g, attempts := s.inspect()
	all := s.exchanges()
	deads, shown := 0, int64(0)
	for i, e := range all {
		for _, f := range all[:i] {
			// An exchange whose client was killed ends, for the client, with the kill.
			if e.Grant == f.Grant && !f.Gone && (f.Ended == 0 || f.Ended > e.Began) {
				s.fail("I1: exchanges %d and %d overlap", f.Seq, e.Seq)
			}
		}
		if e.Grant != s.mine {
			continue // of a consent that was replaced
		}
		if e.Generation < shown {
			s.fail("I2: exchange %d presents generation %d after %d", e.Seq, e.Generation, shown)
		}
		shown = e.Generation
		if dead(e) {
			deads++
		}
	}
	if deads > s.losses {
		s.fail("I3: %d dead tokens presented for %d losses", deads, s.losses)
	}
	if g.Health == snapshot.Blocked {
		s.checkBlock(g, attempts, all)
	}
	if s.policy == "static" && g.Health == snapshot.Blocked {
		s.fail("I7: blocked although the token stays good")
	}
	if g.Intent.Open() {
		s.fail("an intent is still open")
	}
}

// checkBlock holds I6: a loss is told by its attempt, and nothing is sent after the block.
func (s *stage) checkBlock(g broker.Grant, attempts []broker.Attempt, all []kit.Entry) {
	if len(all) == 0 {
		s.fail("blocked without a single exchange")
	}
	if g.Problem != problem.BrokerAnswerLost {
		s.fail("I6: the loss is told as %s", g.Problem)
	}
	told := false
	for _, a := range attempts {
		told = told || a.Outcome == broker.Ambiguous && a.ID != ""
	}
	if !told || g.LostAt.IsZero() {
		s.fail("I6: no attempt tells of the loss")
	}
	refused := map[int64]int{}
	for _, e := range all {
		if e.Grant != s.mine {
			continue // of a consent that was replaced: its refusal blocked nothing
		}
		// A process that is killed hears of no refusal. The next one blocks at once if there is proof that the server saw the lost
		// exchange or the check; it may check once more for each kill that left no proof of either.
		if refused[e.Generation] > max(0, s.unnoted[e.Generation]-1) {
			s.fail("I6: exchange %d after the block", e.Seq)
		}
		if dead(e) {
			refused[e.Generation]++
		}
	}
}

// note is an entry of the log of what was sent: the attempt, and b before its first byte or s after its last.
var note = regexp.MustCompile(`([0-9A-Z]{26})([bs])\n`)

// readNotes looks after a kill whether the exchange under way was noted as sent. It is counted only where the server saw it whole.
func (s *stage) readNotes() {
	text, err := os.ReadFile(filepath.Join(s.dir, "sent.log"))
	if err != nil {
		s.fail("no log of what was sent: %v", err)
		return
	}
	notes := note.FindAllSubmatch(text, -1)
	seen := s.exchanges()[min(s.before, len(s.exchanges())):]
	sent := 0
	for _, n := range notes {
		if n[2][0] == 's' {
			sent++
		}
	}
	if len(seen) > sent {
		s.unnoted[seen[len(seen)-1].Generation]++
	}
}

// newest holds I4: the newest token that was received and stored is the one in use. It makes one exchange more.
func (s *stage) newest() {
	s.t.Helper()
	g, err := s.client.Grant(ctx10(s.t), grantName)
	if err != nil || g.Health != "ok" {
		return
	}
	before := s.exchanges()
	last := int64(1)
	for _, e := range before {
		if acted(e) && e.Grant == s.mine && e.Given > last {
			last = e.Given
		}
	}
	s.refresh()
	s.settle(g.Generation + 1)
	after := s.exchanges()
	if len(after) == len(before) {
		s.fail("I4: no exchange was made")
		return
	}
	e := after[len(before)]
	if e.Grant != s.mine {
		s.fail("I4: exchange %d presents the token of a consent that was replaced", e.Seq)
	} else if e.Generation != last || dead(e) {
		s.fail("I4: exchange %d presents generation %d, the newest stored is %d", e.Seq, e.Generation, last)
	}
}

// plain finds tokens of the sandbox as they are, escaped for URLs and JSON.
var plain = regexp.MustCompile(`(?i)At(za|zr|c)(\||%7c|\\u007c)sbx`)

// searchPlain holds I9: no token in any file of the data folder, nor in what the server wrote.
func (s *stage) searchPlain() {
	s.t.Helper()
	hidden := []string{s.sbx.World().Profile(kit.Shop).Secret()}
	if s.pass != "" {
		hidden = append(hidden, s.pass)
	}
	for _, begin := range []string{"Atza|sbx", "Atzr|sbx"} {
		for skip := range 3 { // base64 has three alignments
			text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", skip) + begin))
			hidden = append(hidden, strings.TrimRight(text, "=")[skip+2:len(strings.TrimRight(text, "="))-2])
		}
	}
	look := func(where, text string) {
		if m := plain.FindString(text); m != "" {
			s.fail("I9: %s in %s", m, where)
		}
		for _, h := range hidden {
			if strings.Contains(text, h) {
				s.fail("I9: a secret in %s", where)
			}
		}
	}
	look("the log", s.out.String())
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			look(filepath.Base(path), string(text))
		}
		return nil
	})
}
