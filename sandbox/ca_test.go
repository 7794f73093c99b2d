package sandbox_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// TestAuthorityIsKept: the certificate authority belongs to the folder and to nothing else. A program that was told of it once is served after the next
// start too, whatever the seed; another folder, or none, has another, whatever the seed.
func TestAuthorityIsKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "sandbox")
	open := func(seed int64, folder string) *sandbox.Server {
		s, err := sandbox.New(sandbox.Options{TLS: true, Seed: seed, Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	first := open(1, dir)
	trusted, err := os.ReadFile(first.CAFile())
	if err != nil || !bytes.Equal(trusted, first.CA()) {
		t.Fatalf("the file of the certificate: %v", err)
	}
	_ = first.Close()

	next := open(2, dir)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(trusted)
	client := &http.Client{Transport: &http.Transport{
		DialTLSContext: (&tls.Dialer{Config: &tls.Config{RootCAs: pool, ServerName: "api.amazon.com"}}).DialContext,
	}}
	resp, err := client.Get("https://" + next.TLSAddr() + "/auth/o2/tokeninfo")
	if err != nil {
		t.Fatalf("after the next start: %v", err)
	}
	_ = resp.Body.Close()
	client.CloseIdleConnections()
	if !bytes.Equal(next.CA(), trusted) {
		t.Error("the next start has another authority")
	}
	if other := open(1, t.TempDir()); bytes.Equal(other.CA(), trusted) {
		t.Error("another folder with the same seed has the same authority")
	}
	if loose := open(1, ""); bytes.Equal(loose.CA(), trusted) || loose.CAFile() != "" {
		t.Errorf("a sandbox without folder has an authority in %q", loose.CAFile())
	}

	for name, mode := range map[string]os.FileMode{"": 0o700, "ca.crt": 0o600, "ca.pem": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != mode) {
			t.Errorf("%q has mode %v, want %v: %v", name, info.Mode().Perm(), mode, err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("the folder holds %v: %v", files, err)
	}
	told, err := json.Marshal([]any{next.Ready(), next.Environment()})
	if err != nil || bytes.Contains(told, []byte("PRIVATE")) || bytes.Contains(trusted, []byte("PRIVATE")) {
		t.Errorf("the authority's key is told: %v", err)
	}
	if next.Ready().CAFile != next.CAFile() || next.Environment().CAFile != next.CAFile() {
		t.Error("it is not told where the certificate is")
	}
}

// TestAuthorityRunsOut: an authority serves until a day before its end, in a sandbox that goes on running too, and then another takes its place. One that is damaged,
// or made for other hosts, is replaced at once; one that others could read is refused.
func TestAuthorityRunsOut(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	hosts := []string{"api.amazon.com"}
	open := func(hosts []string) sandbox.Authority {
		a, err := sandbox.NewAuthority(dir, hosts, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	running := open(hosts)
	first := running.PEM()
	if now = now.Add(6*24*time.Hour - time.Minute); open(hosts).PEM() != first || running.PEM() != first {
		t.Error("it is replaced though a day is left of it")
	}
	now = now.Add(2 * time.Minute)
	second := running.PEM()
	if second == first || open(hosts).PEM() != second {
		t.Error("an authority that runs out is not replaced, or not kept")
	}
	block, _ := pem.Decode([]byte(second))
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || c.NotAfter.Sub(now) > 7*24*time.Hour || c.NotAfter.Sub(now) < 7*24*time.Hour-time.Second {
		t.Errorf("the new one ends %v after now: %v", c.NotAfter.Sub(now), err)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "ca.crt")); err != nil || string(kept) != second {
		t.Errorf("the file has another certificate: %v", err)
	}
	third := open([]string{"api.amazon.com", "www.amazon.com"}).PEM()
	if third == second {
		t.Error("it is kept for other hosts")
	}
	now = now.Add(-30 * 24 * time.Hour)
	if open([]string{"api.amazon.com", "www.amazon.com"}).PEM() == third {
		t.Error("one that is not valid yet is kept")
	}
	path := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(hosts)
	if kept, err := os.ReadFile(path); err != nil || !strings.Contains(string(kept), "BEGIN CERTIFICATE") {
		t.Errorf("a damaged authority is not replaced: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Options{TLS: true, Folder: dir}); err == nil || !strings.Contains(err.Error(), "others may read") {
		t.Errorf("an authority that others can read: %v", err)
	}
}

// TestAuthorityIsReplacedWholeOrNot: where another cannot be written down, the old one stays with its certificate; once it can be, both are new.
func TestAuthorityIsReplacedWholeOrNot(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	a, err := sandbox.NewAuthority(dir, []string{"api.amazon.com"}, func() time.Time { return now })
	if err != nil || !a.Serves() {
		t.Fatal(err)
	}
	first := a.PEM()
	public := filepath.Join(dir, "ca.crt")
	if err := os.Remove(public); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(public, 0o700); err != nil { // nothing can be put in its place
		t.Fatal(err)
	}
	now = now.Add(6*24*time.Hour + time.Minute)
	for range 2 {
		if a.PEM() != first || a.Serves() {
			t.Error("an authority is told of that could not be written down whole")
		}
	}
	if err := os.Remove(public); err != nil {
		t.Fatal(err)
	}
	if !a.Serves() || a.PEM() == first {
		t.Error("it is not replaced once it can be")
	}
}

// TestAuthorityIsOne: sandboxes that begin in one folder at the same time have one authority.
func TestAuthorityIsOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	all := make([]string, 8)
	var crew sync.WaitGroup
	for i := range all {
		crew.Go(func() {
			if a, err := sandbox.NewAuthority(dir, []string{"api.amazon.com"}, time.Now); err == nil {
				all[i] = a.PEM()
			}
		})
	}
	crew.Wait()
	for i, one := range all {
		if one == "" || one != all[0] {
			t.Errorf("sandbox %d has another authority", i)
		}
	}
}
