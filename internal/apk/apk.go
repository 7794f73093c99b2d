// Package apk reads what an Android app says of itself: who signed it, its package, and the app key that it holds.
//
// It reads APKs and app bundles (AAB) where they lie: nothing is unpacked to disk, no name in the archive is ever used as a path, and every length that a
// file claims is held against the file and against a limit before memory is taken for it. Signatures are really checked, in the schemes v1 (JAR), v2,
// v3 and v3.1 with its proof of rotation, since "signed with" is a question that a file must not answer by itself. What is found
// is data; internal/appcheck says what it means. Formats: Android's pages "APK Signature Scheme v2" and "v3", the source of its resource
// types (ResourceTypes.h, Resources.proto) and the ZIP appnote; adm 2.1 has the figures that were checked.
package apk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
)

// Why an archive cannot be read.
var (
	ErrTooLarge = errors.New("larger than an APK can be") // 2 GiB, which Android's installers do not pass
	ErrDamaged  = errors.New("damaged")
	ErrNotAnApp = errors.New("an archive that is no app")
	ErrOfApps   = errors.New("an archive of several APKs")
)

// most is the largest archive: sizes in an APK are 31 bits at Android.
const most = 1<<31 - 1

// An App is what an APK or an app bundle says of itself.
type App struct {
	Bundle   bool // an AAB, which a store turns into APKs and signs anew
	Manifest Manifest
	Unread   error // why the manifest could not be read, if so

	Key       *File    // the key's file where devices look for it; nil where there is none
	Misplaced []string // where else files lie that are called like it, as the archive spells it
	Twice     []string // names of files read here that the archive holds more than once

	Schemes []Scheme // newest first; empty where the app is not signed
}

// A File is one file of the archive.
type File struct {
	Path string
	Text []byte
	Err  error // why it could not be read
}

// A Scheme is one signature of the app. Devices use the newest that they know.
type Scheme struct {
	Name    string // "v1", "v2", "v3", "v3.1"
	Signers []Signer
	Broken  string // why it does not hold; "" where it does
}

// A Signer is who signed in one scheme.
type Signer struct {
	Certificate cert.Certificate
	Lineage     []cert.Certificate // with v3 rotation: oldest first, the Certificate last
}

// Identity is the certificate by which devices know the signer: with rotation the oldest, which Android gives to those who ask for an app's
// signatures in the old way, as Amazon's SDK does (adm 1.4.7).
func (s Signer) Identity() cert.Certificate {
	if len(s.Lineage) > 0 {
		return s.Lineage[0]
	}
	return s.Certificate
}

// Identities are the certificates that devices see, each once. Schemes that do not hold count too where no other does, so that there is something
// to compare a key with.
func (a *App) Identities() []cert.Certificate {
	var all []cert.Certificate
	for _, s := range a.holding() {
		for _, signer := range s.Signers {
			all = addOnce(all, signer.Identity())
		}
	}
	return all
}

// Rotated are certificates to which the app was rotated and which are not its identity.
func (a *App) Rotated() []cert.Certificate {
	known := a.Identities()
	n := len(known)
	for _, s := range a.holding() {
		for _, signer := range s.Signers {
			known = addOnce(known, signer.Certificate)
			for _, c := range signer.Lineage {
				known = addOnce(known, c)
			}
		}
	}
	return known[n:]
}

func (a *App) holding() []Scheme {
	var good []Scheme
	for _, s := range a.Schemes {
		if s.Broken == "" {
			good = append(good, s)
		}
	}
	if len(good) == 0 {
		return a.Schemes
	}
	return good
}

func addOnce(all []cert.Certificate, c cert.Certificate) []cert.Certificate {
	for _, d := range all {
		if d.Same(c) {
			return all
		}
	}
	return append(all, c)
}

// IsArchive reports whether a file that begins with head is a ZIP archive, as APK and AAB are.
func IsArchive(head []byte) bool {
	return strings.HasPrefix(string(head), "PK\x03\x04") || strings.HasPrefix(string(head), "PK\x05\x06")
}

// Read reads the app in r, of size bytes. An error means that nothing could be learned; what is wrong with a part stands in that part.
func Read(ctx context.Context, r io.ReaderAt, size int64) (*App, error) {
	if size > most {
		return nil, fmt.Errorf("reading an archive of %d bytes: %w", size, ErrTooLarge)
	}
	z, err := openZip(r, size)
	if err != nil {
		return nil, fmt.Errorf("reading the archive: %w", err)
	}
	a := &App{Misplaced: z.misplaced, Twice: z.twice}
	manifest, key := "AndroidManifest.xml", "assets/api_key.txt"
	switch {
	case z.has(manifest):
	case z.has("base/manifest/AndroidManifest.xml"):
		a.Bundle, manifest, key = true, "base/manifest/AndroidManifest.xml", "base/assets/api_key.txt"
	case z.apks > 0:
		return nil, ErrOfApps
	case !z.has(key):
		return nil, ErrNotAnApp
	}
	a.readManifest(z, manifest)
	if z.has(key) {
		text, err := z.read(key, 64<<10)
		a.Key = &File{Path: key, Text: text, Err: err}
	}
	for _, other := range []string{"assets/api_key.txt", "base/assets/api_key.txt"} { // each is right in one kind of archive only
		if other != key && z.has(other) {
			a.Misplaced = append(a.Misplaced, other)
		}
	}
	if err := a.readBlocks(ctx, z); err != nil {
		return nil, err
	}
	a.readJar(z)
	return a, ctx.Err()
}

// looksLikeKey recognises a key's file by its name, wherever it lies and whatever an editor made of it.
func looksLikeKey(name string) bool {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	base = strings.NewReplacer("-", "", "_", "", " ", "").Replace(base)
	return strings.HasPrefix(base, "apikey") && strings.HasSuffix(base, "txt") && len(base) <= 16
}
