package push_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A child is what a process that works on a broadcast is told, in its environment.
type child struct {
	Dir       string
	URL       string
	Token     string
	Broadcast id.Broadcast
}

// devices is how many devices there are in TestKilledAndResumed; what holds for 10,000 was held for 100,000 too, on 22 November 2026.
var devices = flag.Int("devices", 10_000, "how many devices the broadcast that is killed has")

const childEnv = "LOCKKEEPER_PUSH_CHILD"

// TestChild is the process that is killed: this binary, told so in its environment. Otherwise there is nothing for it to do.
func TestChild(t *testing.T) {
	text := os.Getenv(childEnv)
	if text == "" {
		return
	}
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	c.work(t)
}

// work works on the broadcast until it has ended, or this process is killed.
func (c child) work(t *testing.T) {
	fast := kit.ScaledClock(time.Now(), 1000)
	w := build(t, c.Dir, c.URL, fast.Now, func() string { return c.Token })
	stop := w.run()
	p := w.await(c.Broadcast, ended)
	stop()
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p.Counts)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nended %s %s\n", p.State, text)
}

// run starts a child and kills it once the sandbox has seen so many more messages. With 0 it lets the child end, and returns what it said.
func (c child) run(t *testing.T, w *world, messages int64) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env, cmd.Stderr = append(os.Environ(), childEnv+"="+string(text)), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	seen := w.amz.Journal().Last()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 16)
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said <- lines.Text()
		}
	}()
	if messages > 0 {
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		for ctx.Err() == nil && w.amz.Journal().Last() < seen+messages {
			time.Sleep(time.Millisecond) // another process: nothing here can be waited for but what the sandbox has seen
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	last := ""
	for line := range said {
		if strings.HasPrefix(line, "ended ") {
			last = line
		}
	}
	_ = cmd.Wait() // killed, or ended with a line that tells
	return last
}

// TestKilledAndResumed kills the process twice, with messages under way, and then lets a third end the broadcast. Every device is accounted
// for, and none that Amazon answered for was sent to again.
func TestKilledAndResumed(t *testing.T) {
	t.Parallel()
	n := *devices
	w := start(t, nil)
	w.devices(n, map[string]int{"moved": n / 100, "unregistered": n / 100, "throttled": n / 100, "flaky": n / 100, "reset": n / 100})
	b := w.begin(push.NewBroadcast{})
	dir := w.store.Dir()
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	token, ok := w.tokens.snapshot.Token(grantID)
	if !ok {
		t.Fatal("no token")
	}
	c := child{Dir: dir, URL: "http://" + w.amz.Addr(), Token: token.Access.Reveal(), Broadcast: b}
	if said := c.run(t, w, int64(n/3)); said != "" {
		t.Fatalf("the first process was to be killed in the middle, and said %s", said)
	}
	if said := c.run(t, w, int64(n/3)); said != "" {
		t.Fatalf("the second process was to be killed in the middle, and said %s", said)
	}
	said := c.run(t, w, 0)
	text, ok := strings.CutPrefix(said, "ended done ")
	if !ok {
		t.Fatalf("the third process said %q", said)
	}
	var counts map[string]int
	if err := json.Unmarshal([]byte(text), &counts); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", counts)
	all := 0
	for _, m := range counts {
		all += m
	}
	share, underWay := n/100, 2*32
	switch {
	case all != n || counts[push.Waiting] != 0:
		t.Errorf("%d of %d devices are accounted for: %v", all, n, counts)
	case counts["lost"] < share || counts["lost"] > share+underWay:
		t.Errorf("%d fates are unknown; %d answers were cut off, and at most %d were under way", counts["lost"], share, underWay)
	}
	r := w.receipts(true)
	if len(r.Twice) != 0 {
		t.Errorf("sent to again after an answer: %v", r.Twice)
	}
	taken := 0
	for _, d := range r.Each {
		if d.Accepted > 1 {
			t.Errorf("%s took %d messages", d.Key, d.Accepted)
		}
		taken += d.Accepted
	}
	if told := counts["accepted"] + counts["moved"]; taken < told || taken > told+counts["lost"] {
		t.Errorf("devices took %d; %d are told and %d unknown", taken, told, counts["lost"])
	}
}
