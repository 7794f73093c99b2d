package appcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/keystore"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// look finds out what an input is.
func (w *work) look(ctx context.Context, in Input) error {
	head := make([]byte, min(in.Size, 512))
	if _, err := in.R.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading it: %w", err)
	}
	if apk.IsArchive(head) {
		return w.lookApp(ctx, in)
	}
	if in.Size > keystore.Most {
		w.see(in.Name, "unknown")
		w.add(in.Name, problem.New(problem.AppkeyFileTooLarge).With("%d MB, and it is no APK or AAB", in.Size>>20))
		return nil
	}
	text := make([]byte, in.Size)
	if _, err := in.R.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading it: %w", err)
	}
	if kind, ok := keystore.Sniff(text); ok {
		w.lookStore(in.Name, string(kind), text)
		return nil
	}
	if certs, ok := cert.Parse(text); ok {
		s := w.see(in.Name, "certificate")
		for i, c := range certs {
			name := in.Name
			if i > 0 {
				name = fmt.Sprintf("%s, number %d", in.Name, i+1)
			}
			w.stores = append(w.stores, named{name, c})
			s.Certificates = append(s.Certificates, viewCertificate(name, c))
		}
		return nil
	}
	if !isText(text) {
		w.see(in.Name, "unknown")
		w.add(in.Name, problem.New(problem.AppkeyFileUnknown).With("it begins with the bytes % x", text[:min(len(text), 8)]))
		return nil
	}
	w.lookKey(in, text)
	return nil
}

// see notes what an input is.
func (w *work) see(name, kind string) *Seen {
	w.seen = append(w.seen, Seen{Name: name, Kind: kind})
	return &w.seen[len(w.seen)-1]
}

// isText reports whether bytes are text, in UTF-8 or with the mark of UTF-16.
func isText(b []byte) bool {
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return true
	}
	return utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0 })
}

func (w *work) lookKey(in Input, text []byte) {
	key, found, ok := appkey.Decode(text, in.Pasted)
	s := w.see(in.Name, "app key")
	if !ok {
		s.Kind = "text"
		w.add(in.Name, found.Problems...)
		w.add(in.Name, found.Notes...)
		return
	}
	s.Key = viewKey("", key)
	w.keys = append(w.keys, shownKey{name: in.Name, key: key, text: found, app: -1})
}

func (w *work) lookStore(name, kind string, text []byte) {
	s := w.see(name, "keystore ("+kind+")")
	entries, err := keystore.Read(text, w.req.Password)
	switch {
	case errors.Is(err, keystore.ErrPassword):
		w.add(name, problem.New(problem.AppkeyKeystorePassword))
	case errors.Is(err, keystore.ErrUnread):
		w.add(name, problem.New(problem.AppkeyKeystoreUnread).With("%s", kind))
	case err != nil:
		w.add(name, problem.New(problem.AppkeyFileDamaged).With("%v", err))
	}
	if err != nil {
		return
	}
	entries = keystore.Signing(entries)
	if w.req.Alias != "" {
		var names []string
		entries = slices.DeleteFunc(entries, func(e keystore.Entry) bool {
			names = append(names, e.Alias)
			return !strings.EqualFold(e.Alias, w.req.Alias) // keytool writes them in small letters (adm 2.1)
		})
		if len(entries) == 0 {
			w.add(name, problem.New(problem.AppkeyKeystoreUnread).With("it has no alias %q, but %s", w.req.Alias, strings.Join(names, ", ")))
			return
		}
	}
	if len(entries) == 0 {
		w.add(name, problem.New(problem.AppkeyKeystoreUnread).With("it is empty"))
	}
	for _, e := range entries {
		alias := e.Alias
		if alias == "" {
			alias = "certificate"
		}
		w.stores = append(w.stores, named{fmt.Sprintf("%q of %s", alias, name), e.Certificate})
		s.Certificates = append(s.Certificates, viewCertificate(alias, e.Certificate))
	}
}

func (w *work) lookApp(ctx context.Context, in Input) error {
	a, err := apk.Read(ctx, in.R, in.Size)
	if err != nil {
		w.see(in.Name, "archive")
		switch {
		case ctx.Err() != nil:
			return err
		case errors.Is(err, apk.ErrTooLarge):
			w.add(in.Name, problem.New(problem.AppkeyFileTooLarge).With("%d MB", in.Size>>20))
		case errors.Is(err, apk.ErrOfApps):
			w.add(in.Name, problem.New(problem.AppkeyArchiveOfApps))
		case errors.Is(err, apk.ErrNotAnApp):
			w.add(in.Name, problem.New(problem.AppkeyFileUnknown).With("a ZIP archive without a manifest of an app"))
		default:
			w.add(in.Name, problem.New(problem.AppkeyFileDamaged).With("%s", sentence(err)))
		}
		return nil
	}
	s := w.see(in.Name, "APK")
	if a.Bundle {
		s.Kind = "app bundle"
	}
	s.Package = a.Manifest.Package
	for _, scheme := range a.Schemes {
		s.Signed = append(s.Signed, scheme.Name)
	}
	for _, c := range a.Identities() {
		s.Certificates = append(s.Certificates, viewCertificate("signs it", c))
	}
	for _, c := range a.Rotated() {
		s.Certificates = append(s.Certificates, viewCertificate("signs it since a rotation", c))
	}
	w.apps = append(w.apps, shownApp{in.Name, a})
	w.lookInside(in.Name, a)
	if n := len(w.keys); n > 0 && w.keys[n-1].app == len(w.apps)-1 {
		s.Key = viewKey(w.keys[n-1].name, w.keys[n-1].key)
	}
	return nil
}

// lookInside looks for the key in an app: at its place, then where older SDKs also look, then elsewhere (adm 1.4.1).
func (w *work) lookInside(name string, a *apk.App) {
	for _, twice := range a.Twice {
		w.add(name, problem.New(problem.AppkeyNameTwice).With("%s", twice))
	}
	text, where, inManifest := []byte(nil), "", false
	switch {
	case a.Key != nil && a.Key.Err != nil:
		w.add(name, problem.New(problem.AppkeyFileDamaged).With("%s: %s", a.Key.Path, sentence(a.Key.Err)))
		return
	case a.Key != nil:
		text, where = a.Key.Text, a.Key.Path
	case a.Manifest.Key != "" && !strings.HasPrefix(a.Manifest.Key, "@"):
		text, where, inManifest = []byte(a.Manifest.Key), "AndroidManifest.xml", true
		w.add(name, problem.New(problem.AppkeyInManifest))
	}
	if len(a.Misplaced) > 0 {
		w.add(name, problem.New(problem.AppkeyFileMisplaced).With("%s", clean(strings.Join(a.Misplaced, ", "))))
	}
	if where == "" {
		if len(a.Misplaced) == 0 {
			w.add(name, problem.New(problem.AppkeyFileMissing))
		}
		return
	}
	key, found, ok := appkey.Decode(text, inManifest)
	if !ok {
		w.add(name+", "+where, found.Problems...)
		w.add(name+", "+where, found.Notes...)
		return
	}
	w.keys = append(w.keys, shownKey{name: where, key: key, text: found, app: len(w.apps) - 1})
}

// sentence is an error's text without the sentinel that begins it.
func sentence(err error) string {
	text := err.Error()
	for _, cut := range []string{"reading the archive: ", "damaged: "} {
		text = strings.TrimPrefix(text, cut)
	}
	return text
}

// clean makes a name from an archive showable.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || r >= 0x202a && r <= 0x202e {
			return '?'
		}
		return r
	}, s)
}
