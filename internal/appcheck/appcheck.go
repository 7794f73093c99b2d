// Package appcheck says why an app on Amazon's devices is refused its key, from whatever is shown to it.
//
// It takes any mix of files and texts (app key, APK, app bundle, keystore, certificate), tells them apart by content and never by name, and holds one against
// another: each key against the app that holds it, the certificates that really signed that app, and a security profile. The answer is a list of
// problems with their sentences and the one thing to do next. Everything happens here: no server, no network, and nothing is unpacked to disk.
package appcheck

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// An Input is one thing that is shown.
type Input struct {
	Name string // for people: a file's name, or "the text given"
	R    io.ReaderAt
	Size int64

	// Pasted says that white space around it means nothing, since it is not the file that goes into the app. Defaults to false.
	Pasted bool
}

// A Request is what is to be checked.
type Request struct {
	Inputs  []Input
	Package string // of the app, where no APK tells it

	Profile  string // name of the security profile that sends, for people
	ClientID string // of that profile

	IOS      bool             // the key is for an iOS app
	Sandbox  bool             // keys are the sandbox's
	Alias    string           // the keystore's entry that is meant. Defaults to all that can sign.
	Password secret.Value     // of keystores. Defaults to those that Android's tools set.
	Now      func() time.Time // Defaults to time.Now.
}

// A Report is the answer. Its JSON is what `lockkeeper appkey check --json` prints.
type Report struct {
	OK       bool              `json:"ok"`
	Problems []problem.Problem `json:"problems"`
	Notes    []problem.Problem `json:"notes,omitempty"` // stop nothing
	Next     string            `json:"next"`            // the one thing to do
	Seen     []Seen            `json:"seen"`
}

// Seen is what one input was found to be.
type Seen struct {
	Name         string        `json:"name"`
	Kind         string        `json:"kind"` // "app key", "APK", "app bundle", "keystore (JKS)", "certificate", ...
	Key          *Key          `json:"key,omitempty"`
	Package      string        `json:"package,omitempty"`
	Signed       []string      `json:"signed,omitempty"` // by which schemes
	Certificates []Certificate `json:"certificates,omitempty"`
}

// A Key is what an app key says.
type Key struct {
	Where    string    `json:"where,omitempty"` // inside an app: the file
	Signer   string    `json:"signer"`          // "amazon", "sandbox" or ""
	Version  string    `json:"version"`
	Package  string    `json:"package,omitempty"`
	Bundle   string    `json:"bundle,omitempty"`
	MD5      string    `json:"md5,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	ClientID string    `json:"client_id,omitempty"`
	ID       string    `json:"id,omitempty"`
	Issued   time.Time `json:"issued,omitzero"`
}

// A Certificate with its fingerprints in the form that the console takes.
type Certificate struct {
	Name    string    `json:"name"` // alias, or scheme of the signature
	Subject string    `json:"subject,omitempty"`
	MD5     string    `json:"md5"`
	SHA1    string    `json:"sha1"`
	SHA256  string    `json:"sha256"`
	Ends    time.Time `json:"ends,omitzero"`
	Debug   bool      `json:"debug,omitempty"`
}

// work is a check under way.
type work struct {
	req   Request
	found appkey.Findings
	seen  []Seen

	keys   []shownKey
	apps   []shownApp
	stores []named // certificates of keystores and certificate files
}

type shownKey struct {
	name string
	key  appkey.Key
	text appkey.Findings // what is wrong with the text and the token
	app  int             // index of the app that holds it, or -1
}

type shownApp struct {
	name string
	app  *apk.App
}

// named is a certificate with its name for people.
type named struct {
	name string
	cert cert.Certificate
}

// Check looks at everything that is shown. It fails only where ctx ends.
func Check(ctx context.Context, req Request) (Report, error) {
	w := &work{req: req}
	for _, in := range req.Inputs {
		if err := w.look(ctx, in); err != nil {
			return Report{}, fmt.Errorf("checking %s: %w", in.Name, err)
		}
	}
	w.compare()
	r := Report{Problems: w.found.Problems, Notes: w.found.Notes, Seen: w.seen}
	r.OK = len(r.Problems) == 0
	if r.Problems == nil {
		r.Problems = []problem.Problem{}
	}
	r.Next = w.next()
	return r, nil
}

// Look only says what each input is, with its certificates and keys, and what could not be read of it. It fails only where ctx ends.
func Look(ctx context.Context, req Request) ([]Seen, []problem.Problem, error) {
	w := &work{req: req}
	for _, in := range req.Inputs {
		if err := w.look(ctx, in); err != nil {
			return nil, nil, fmt.Errorf("looking at %s: %w", in.Name, err)
		}
	}
	unread := slices.DeleteFunc(w.found.Problems, func(p problem.Problem) bool { return !slices.Contains(unreadable, p.Code) })
	return w.seen, unread, nil
}

// unreadable are the problems that leave nothing to look at.
var unreadable = []problem.Code{
	problem.AppkeyFileDamaged, problem.AppkeyFileUnknown, problem.AppkeyFileTooLarge, problem.AppkeyArchiveOfApps, problem.AppkeyKeystorePassword,
	problem.AppkeyKeystoreUnread,
}

// add notes problems, with the thing that they are about where there is more than one.
func (w *work) add(about string, ps ...problem.Problem) {
	for _, p := range ps {
		if about != "" && len(w.req.Inputs) > 1 {
			if p.Detail == "" {
				p.Detail = about
			} else {
				p.Detail = about + ": " + p.Detail
			}
		}
		w.found.Add(p)
	}
}

// has reports whether one of the problems was found.
func (w *work) has(codes ...problem.Code) bool {
	return slices.ContainsFunc(w.found.Problems, func(p problem.Problem) bool { return slices.Contains(codes, p.Code) })
}

func viewCertificate(name string, c cert.Certificate) Certificate {
	return Certificate{Name: name, Subject: c.Subject, MD5: c.MD5(), SHA1: c.SHA1(), SHA256: c.SHA256(), Ends: c.Ends, Debug: c.Debug}
}

func viewKey(where string, k appkey.Key) *Key {
	return &Key{
		Where: where, Signer: string(k.Signer), Version: k.Version, Package: k.Package, Bundle: k.Bundle, MD5: k.MD5, SHA256: k.SHA256, ClientID: k.ClientID, ID: k.ID,
		Issued: k.Issued,
	}
}
