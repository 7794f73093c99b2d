//go:build linux

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// largeApp is the size of the APK that is checked, in bytes; a second and 64 MB of memory is what was promised for it.
const largeApp = 100 << 20

// An appRun is one look at the APK.
type appRun struct {
	took, cpu time.Duration
	memory    int64
}

// measureAppKey checks a large APK with the real program, and beside it has Android's own apksigner verify it and print its certificates, which is
// the larger part of the same work.
func measureAppKey(ctx context.Context, s settings, dir string, r *report) error {
	program := filepath.Join(dir, "lockkeeper")
	if err := buildProgram(ctx, program); err != nil {
		return err
	}
	app, err := buildLargeApp(ctx, dir)
	if err != nil {
		return err
	}
	r.appkey = map[string][]appRun{}
	for range s.rounds {
		for _, c := range []struct {
			name, holds string
			exit        int
			cmd         []string
		}{
			{"lockkeeper appkey check", "appkey.file_missing", 3, []string{program, "appkey", "check", "--apk", app}},
			{"apksigner verify --print-certs", "SHA-256 digest", 0, []string{"apksigner", "verify", "--print-certs", app}},
		} {
			cmd := exec.CommandContext(ctx, c.cmd[0], c.cmd[1:]...)
			began := time.Now()
			out, err := cmd.Output()
			run := appRun{took: time.Since(began)}
			var code *exec.ExitError
			if err != nil && !errors.As(err, &code) {
				return fmt.Errorf("running %s: %w", c.name, err)
			}
			if cmd.ProcessState.ExitCode() != c.exit || !strings.Contains(string(out), c.holds) || strings.Contains(string(out), "appkey.signature_broken") {
				return fmt.Errorf("%s ended with %d and printed %s", c.name, cmd.ProcessState.ExitCode(), out)
			}
			run.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				run.memory = use.Maxrss * 1024
			}
			r.appkey[c.name] = append(r.appkey[c.name], run)
		}
	}
	for _, runs := range r.appkey {
		slices.SortFunc(runs, func(a, b appRun) int { return int(a.took - b.took) })
	}
	return nil
}

// buildLargeApp builds an APK without a key in it, full of what does not compress, and signs it in three schemes.
func buildLargeApp(ctx context.Context, dir string) (string, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "EXAMPLE"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, private.Public(), private)
	if err != nil {
		return "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", err
	}
	manifest := `<manifest xmlns:android="http://schemas.android.com/apk/res/android" xmlns:amazon="http://schemas.amazon.com/apk/res/android" package="com.example.reader">
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="29"/>
<application><amazon:enable-feature android:name="com.amazon.device.messaging" android:required="false"/></application></manifest>`
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.MkdirAll(in("assets"), 0o700); err != nil {
		return "", err
	}
	if err := writeNoise(in("assets/noise.bin"), largeApp); err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{
		"AndroidManifest.xml": []byte(manifest), "key.pk8": key,
		"cert.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	} {
		if err := os.WriteFile(in(name), text, 0o600); err != nil {
			return "", err
		}
	}
	for _, args := range [][]string{
		{"aapt", "package", "-f", "-M", in("AndroidManifest.xml"), "-I", "/usr/share/android-framework-res/framework-res.apk", "-A", in("assets"), "-F", in("plain.apk")},
		{"apksigner", "sign", "--v4-signing-enabled=false", "--key", in("key.pk8"), "--cert", in("cert.pem"), "--out", in("large.apk"), in("plain.apk")},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("running %s: %w\n%s", args[0], err, out)
		}
	}
	return in("large.apk"), nil
}

// writeNoise fills a file with what does not compress. It passes through little memory, since a child's peak counts its parent's as well.
func writeNoise(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, rand.Reader, size)
	return errors.Join(err, f.Close())
}

// apps writes what was measured.
func (r *report) apps(b *strings.Builder) {
	if len(r.appkey) == 0 {
		return
	}
	fmt.Fprintf(b, "## App keys\n\nAn APK of %d MB, signed in v1, v2 and v3, from the start of the process to its answer; the file is in the system's cache.\n\n| | time | CPU | memory at most |\n|---|--:|--:|--:|\n", largeApp>>20)
	for _, name := range []string{"lockkeeper appkey check", "apksigner verify --print-certs"} {
		runs := r.appkey[name]
		most := slices.MaxFunc(runs, func(a, b appRun) int { return int(a.memory - b.memory) })
		m := runs[len(runs)/2]
		fmt.Fprintf(b, "| `%s` | %.2f s | %.2f s | %.0f MB |\n", name, m.took.Seconds(), m.cpu.Seconds(), float64(most.memory)/1e6)
	}
	fmt.Fprintln(b)
}
