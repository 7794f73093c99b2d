package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestMain is also the process that is killed: told a folder, it does one thing there and ends, or is ended by itself with SIGKILL between
// two steps.
func TestMain(m *testing.M) {
	if os.Getenv("ROTATION_DIR") == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child() error {
	now, err := time.Parse(time.RFC3339, os.Getenv("ROTATION_NOW"))
	if err != nil {
		return err
	}
	r, err := open(os.Getenv("ROTATION_DIR"), os.Getenv("ROTATION_URL"), func() time.Time { return now }, func(name string) {
		if name == os.Getenv("ROTATION_KILL") {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it takes effect
		}
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	if os.Getenv("ROTATION_DO") == "add" {
		_, err := r.add(kit.NewWorld(0, nil), kit.AWSStream, 1)
		return errors.Join(err, r.close())
	}
	if err := r.alive(); err != nil {
		return fmt.Errorf("the grant's key is dead: %w", err)
	}
	g, _ := r.broker.GrantNamed("g")
	if os.Getenv("ROTATION_DO") == "begin" {
		if _, err := r.rotator.Begin(ctx, by, g.ID); err != nil {
			return err
		}
	}
	due, _, err := r.rotator.Due(ctx, now)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := r.rotator.Work(ctx, d); err != nil {
			return err
		}
	}
	if err := r.alive(); err != nil {
		return fmt.Errorf("the grant's key is dead afterwards: %w", err)
	}
	rot, err := r.rotator.Of(ctx, g.ID)
	fmt.Println(rot.Step, rot.Problem)
	return errors.Join(err, r.close())
}

// A stage runs such processes on one folder.
type stage struct {
	t   *testing.T
	s   *sandbox.Server
	dir string
}

// run returns what the process printed, and whether it was killed.
func (s stage) run(do, kill string) (string, bool) {
	s.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ROTATION_DIR="+s.dir, "ROTATION_URL=http://"+s.s.Addr(), "ROTATION_NOW="+s.s.Now().Format(time.RFC3339), "ROTATION_DO="+do, "ROTATION_KILL="+kill)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled() {
		return "", true
	}
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", do, err, out)
	}
	return strings.TrimSpace(string(out)), false
}

// R14: kill -9 between every two steps. The next process goes on; the grant's key works at every moment, AWS never has more than two keys,
// and in the end there is exactly one, which is the grant's.
func TestR14_KilledBetweenEveryTwoSteps(t *testing.T) {
	t.Parallel()
	for _, point := range []string{
		string(rotation.Begun), "asking", "made", string(rotation.Asked), string(rotation.Created), "in use", string(rotation.Proved),
		"inactive", string(rotation.Published), "deleted", string(rotation.Retired),
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := stage{t, world(t, nil), t.TempDir()}
			s.run("add", "")
			killed := 0
			last := ""
			for turn := 0; turn < 12 && !strings.HasPrefix(last, string(rotation.Done)); turn++ {
				do, kill := "work", ""
				if turn == 0 {
					do = "begin"
				}
				if killed == 0 {
					kill = point
				}
				var died bool
				if last, died = s.run(do, kill); died {
					killed++
				} else {
					s.s.Advance(26 * time.Hour)
				}
			}
			if killed != 1 || !strings.HasPrefix(last, string(rotation.Done)) {
				t.Fatalf("killed %d times, and it ended as %q", killed, last)
			}
			r, err := open(s.dir, "http://"+s.s.Addr(), s.s.Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.close() }()
			g, _ := r.broker.GrantNamed("g")
			keys, err := r.keys.Sync(t.Context(), g.ID)
			if err != nil {
				t.Fatal(err)
			}
			there := 0
			for _, k := range keys {
				if k.Deleted.IsZero() {
					there++
					if k.ID != g.ClientID || k.Status != "Active" {
						t.Errorf("%s is %s, and the grant uses %s", k.ID, k.Status, g.ClientID)
					}
				}
			}
			if there != 1 || g.ClientID == s.s.World().AWSKey(kit.AWSStream, 1).ID {
				t.Errorf("%d keys are there", there)
			}
		})
	}
}
