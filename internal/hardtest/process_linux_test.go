package hardtest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/leaktest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestF5_ProcessTellsNothing looks at a running server from outside, as whoever is on the machine can: command line, environment,
// limits, and whether its memory may be read or dumped.
func TestF5_ProcessTellsNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.write("phrase", phrase+"\n")
	b.set("LOCKKEEPER_KEY", "passphrase-file:"+b.path("phrase"))
	b.init("")
	s := b.serve("", "--with-sandbox")
	shop := kit.DefaultWorld(0, nil).Profile(kit.Shop)
	b.must("", "app", "add", "shop", "--sandbox", "--client-id", shop.ClientID, "--secret-file", b.write("secret", shop.Secret()+"\n"))
	b.must("", "grant", "connect", "acme", "--headless")
	made, err := s.client.AddCaller(context.Background(), api.NewCaller{Name: "reports", Grants: []string{"acme"}})
	if err != nil {
		t.Fatal(err)
	}
	search := leaktest.New(
		leaktest.Canary{Name: "passphrase", Text: phrase}, leaktest.Canary{Name: "password", Text: password},
		leaktest.Canary{Name: "client secret", Text: shop.Secret()}, leaktest.Canary{Name: "pass", Text: made.Pass},
	)
	proc := "/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/"
	for _, name := range []string{"cmdline", "environ", "status", "comm", "maps", "mountinfo"} {
		text, err := os.ReadFile(proc + name)
		if err != nil && (name == "cmdline" || name == "status") { // the others may be refused, which is the point
			t.Errorf("%s: %v", name, err)
		}
		for _, hit := range search.In(name, text) {
			t.Errorf("leak: %s", hit)
		}
	}
	// A process that may not be dumped belongs to root in /proc, whoever runs it (proc(5)), so its user cannot read its memory.
	info, err := os.Stat(proc + "mem")
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 {
		t.Errorf("the server's memory belongs to user %d", owner)
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if strings.HasPrefix(line, "Max core file size") && strings.Join(strings.Fields(line)[4:6], " ") != "0 0" {
			t.Errorf("core dumps are on: %s", line)
		}
	}
	status, err := os.ReadFile(proc + "status")
	if err != nil || !strings.Contains(string(status), "Umask:\t0077") {
		t.Errorf("the server's files are open to others: %v", err)
	}
}

// TestF5_NotDumpable runs the server as a user who is not root, and lets that same user try to read its memory.
func TestF5_NotDumpable(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	if os.Geteuid() == 0 {
		b.user = &syscall.Credential{Uid: nobody, Gid: nobody}
		chown(t, b.dir)
		chown(t, b.path("password"))
	}
	b.init("")
	s := b.serve("")
	for _, name := range []string{"mem", "environ", "maps"} {
		cmd := exec.Command("head", "-c", "1", "/proc/"+strconv.Itoa(s.cmd.Process.Pid)+"/"+name)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("ermission denied")) {
			t.Errorf("the server's own user reads its %s: %v %q", name, err, out)
		}
	}
}

const crash = "LOCKKEEPER_HARDTEST_CRASH"

// TestF5_PanicTextHoldsNoSecret lets a process die with secrets in its hands: as the panic's value, wrapped in an error, in a struct,
// and on the stack of every goroutine.
func TestF5_PanicTextHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const text = "Atzr|sbxEXAMPLEcanary-0123456789-abcdefghij"
	if how := os.Getenv(crash); how != "" {
		die(how, secret.New(text))
	}
	search := leaktest.New(leaktest.Canary{Name: "refresh token", Text: text})
	for _, how := range []string{"value", "error", "struct", "nested", "nil"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestF5_PanicTextHoldsNoSecret$")
		cmd.Env = append(os.Environ(), crash+"="+how, "GOTRACEBACK=all")
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("goroutine")) {
			t.Errorf("%s: it did not die with a trace: %v\n%s", how, err, out)
		}
		for _, hit := range search.In("crash by "+how, out) {
			t.Errorf("leak: %s", hit)
		}
	}
}

// die ends the process with v in many places.
func die(how string, v secret.Value) {
	block := make(chan secret.Value)
	go func(v secret.Value) { block <- v }(v)
	type holder struct {
		Name  string
		Value secret.Value
		Ptr   *secret.Value
	}
	switch how {
	case "value":
		panic(v)
	case "error":
		panic(fmt.Errorf("refreshing with %v %s %q %+v: %w", v, v, v, v, context.Canceled))
	case "struct":
		panic(fmt.Sprintf("%+v %#v", holder{"a", v, &v}, holder{"a", v, &v}))
	case "nested":
		panic(map[string]any{"form": []holder{{"a", v, &v}}})
	}
	var nothing *holder
	_ = nothing.Value
}
