// Package apktest builds Android apps for tests with the tools that developers use: aapt, aapt2 and apksigner as Debian has them.
//
// What these tools write is what is read in the field, so nothing of an APK is made up here. Keys and certificates are made anew for each test and
// are worth nothing. Where a tool is missing the test fails and says how it is installed; nothing is skipped.
package apktest

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Framework is where Debian's package android-framework-res keeps the resources that every app is built against.
const Framework = "/usr/share/android-framework-res/framework-res.apk"

// A Builder builds in a folder of its own.
type Builder struct {
	tb  testing.TB
	Dir string
	n   int
}

// New returns a Builder.
func New(tb testing.TB) *Builder {
	tb.Helper()
	return &Builder{tb: tb, Dir: tb.TempDir()}
}

// Run runs a tool and returns what it prints.
func (b *Builder) Run(name string, args ...string) string {
	b.tb.Helper()
	cmd := exec.CommandContext(b.tb.Context(), name, args...)
	cmd.Dir = b.Dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.tb.Fatalf("running %s %s (tools/install check installs it): %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// File writes a file and returns its path.
func (b *Builder) File(name string, text []byte) string {
	b.tb.Helper()
	path := filepath.Join(b.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.tb.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.tb.Fatal(err)
	}
	return path
}

func (b *Builder) name(suffix string) string {
	b.n++
	return fmt.Sprintf("%d%s", b.n, suffix)
}

// A Key is a private key with its certificate, as files that apksigner takes.
type Key struct {
	DER           []byte // of the certificate
	Private       crypto.Signer
	KeyFile, Cert string
}

// Key makes a key and a certificate for a name such as "Release". The kinds are "rsa" (2048 bits), "rsa4096" and "ec".
func (b *Builder) Key(cn, kind string) Key {
	b.tb.Helper()
	var k Key
	var err error
	switch kind {
	case "ec":
		k.Private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa4096":
		k.Private, err = rsa.GenerateKey(rand.Reader, 4096)
	default:
		k.Private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		b.tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn, Organization: []string{"EXAMPLE"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(30, 0, 0),
	}
	if k.DER, err = x509.CreateCertificate(rand.Reader, template, template, k.Private.Public(), k.Private); err != nil {
		b.tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k.Private)
	if err != nil {
		b.tb.Fatal(err)
	}
	stem := b.name("")
	k.KeyFile = b.File(stem+".pk8", private)
	k.Cert = b.File(stem+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.DER}))
	return k
}

// An App says what is in an app.
type App struct {
	Package   string
	Key       string            // text of assets/api_key.txt; "" for none
	Assets    map[string]string // other files below assets
	NoFeature bool              // without <amazon:enable-feature>
	Receiver  bool              // with a receiver of Device Messaging
	SignsIn   bool              // with the activity of the Login with Amazon SDK
	MetaKey   string            // key in the manifest
	Debug     bool
	MinSDK    int // Defaults to 21.
	Fill      int // bytes of an asset that does not compress, to make the app large
}

// manifest writes AndroidManifest.xml.
func (a App) manifest() []byte {
	minimum := a.MinSDK
	if minimum == 0 {
		minimum = 21
	}
	var in strings.Builder
	if !a.NoFeature {
		in.WriteString(`<amazon:enable-feature android:name="com.amazon.device.messaging" android:required="false"/>`)
	}
	if a.Receiver {
		in.WriteString(`<receiver android:name=".R" android:exported="true"><intent-filter><action android:name="com.amazon.device.messaging.intent.RECEIVE"/></intent-filter></receiver>`)
	}
	if a.SignsIn {
		in.WriteString(`<activity android:name="com.amazon.identity.auth.device.workflow.WorkflowActivity"/>`)
	}
	if a.MetaKey != "" {
		fmt.Fprintf(&in, `<meta-data android:name="APIKey" android:value="%s"/>`, a.MetaKey)
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" xmlns:amazon="http://schemas.amazon.com/apk/res/android" package="%s">
<uses-sdk android:minSdkVersion="%d" android:targetSdkVersion="29"/>
<application android:label="EXAMPLE" android:debuggable="%t">%s</application></manifest>`, a.Package, minimum, a.Debug, in.String())
}

// files are the assets.
func (a App) files() map[string][]byte {
	all := map[string][]byte{"about.txt": []byte("EXAMPLE")}
	if a.Key != "" {
		all["api_key.txt"] = []byte(a.Key)
	}
	for name, text := range a.Assets {
		all[name] = []byte(text)
	}
	if a.Fill > 0 {
		noise := make([]byte, a.Fill)
		_, _ = rand.Read(noise)
		all["noise.bin"] = noise
	}
	return all
}

// Unsigned builds an APK with aapt, without a signature.
func (b *Builder) Unsigned(a App) string {
	b.tb.Helper()
	stem := b.name("")
	for name, text := range a.files() {
		b.File(filepath.Join(stem, "assets", name), text)
	}
	manifest := b.File(filepath.Join(stem, "AndroidManifest.xml"), a.manifest())
	out := filepath.Join(b.Dir, stem+".apk")
	b.Run("aapt", "package", "-f", "-M", manifest, "-I", Framework, "-A", filepath.Join(b.Dir, stem, "assets"), "-F", out)
	return out
}

// Bundle builds an app bundle as bundletool lays it out, its manifest made by aapt2.
func (b *Builder) Bundle(a App) string {
	b.tb.Helper()
	stem := b.name("")
	manifest := b.File(filepath.Join(stem, "AndroidManifest.xml"), a.manifest())
	linked := filepath.Join(b.Dir, stem+".linked")
	b.Run("aapt2", "link", "--proto-format", "-o", linked, "--manifest", manifest, "-I", Framework)
	z, err := zip.OpenReader(linked)
	if err != nil {
		b.tb.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	f, err := z.Open("AndroidManifest.xml")
	if err != nil {
		b.tb.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		b.tb.Fatal(err)
	}
	files := map[string][]byte{"BundleConfig.pb": {}, "base/manifest/AndroidManifest.xml": text}
	for name, text := range a.files() {
		files["base/assets/"+name] = text
	}
	return b.Zip(stem+".aab", files)
}

// Zip writes an archive.
func (b *Builder) Zip(name string, files map[string][]byte) string {
	b.tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			b.tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.tb.Fatal(err)
	}
	return b.File(name, out.Bytes())
}

// Schemes are apksigner's flags for exactly these schemes.
func Schemes(v1, v2, v3 bool) []string {
	return []string{fmt.Sprintf("--v1-signing-enabled=%t", v1), fmt.Sprintf("--v2-signing-enabled=%t", v2), fmt.Sprintf("--v3-signing-enabled=%t", v3), "--v4-signing-enabled=false"}
}

// Sign signs a copy of an app with apksigner.
func (b *Builder) Sign(app string, flags []string, keys ...Key) string {
	b.tb.Helper()
	out := filepath.Join(b.Dir, b.name(filepath.Ext(app)))
	args := append([]string{"sign"}, flags...)
	for i, k := range keys {
		if i > 0 {
			args = append(args, "--next-signer")
		}
		args = append(args, "--key", k.KeyFile, "--cert", k.Cert)
	}
	b.Run("apksigner", append(args, "--out", out, app)...)
	return out
}

// Lineage makes apksigner's proof that a key was rotated from one to the next.
func (b *Builder) Lineage(keys ...Key) string {
	b.tb.Helper()
	from := ""
	for i := 1; i < len(keys); i++ {
		out := filepath.Join(b.Dir, b.name(".lineage"))
		args := []string{"rotate", "--out", out}
		if from != "" {
			args = append(args, "--in", from)
		}
		b.Run("apksigner", append(args, "--old-signer", "--key", keys[i-1].KeyFile, "--cert", keys[i-1].Cert, "--new-signer", "--key", keys[i].KeyFile, "--cert", keys[i].Cert)...)
		from = out
	}
	return from
}
