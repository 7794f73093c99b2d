package appcheck

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// compare holds apps against what devices want, and keys against apps.
func (w *work) compare() {
	for _, a := range w.apps {
		w.checkApp(a)
		if a.app.Bundle {
			w.checkUpload(a)
		}
	}
	for i, k := range w.keys {
		w.add(w.keyName(k), k.text.Problems...)
		w.add(w.keyName(k), k.text.Notes...)
		for j, a := range w.apps {
			if k.app == j || k.app < 0 {
				w.checkKey(k, w.appOf(a))
			}
		}
		if len(w.apps) == 0 {
			w.checkKey(k, w.appOfStores())
		}
		for _, other := range w.keys[:i] {
			if other.key.Text != k.key.Text && (other.app < 0) != (k.app < 0) {
				w.add("", problem.New(problem.AppkeyTwoKeys))
			}
		}
	}
}

func (w *work) keyName(k shownKey) string {
	if k.app >= 0 {
		return w.apps[k.app].name + ", " + k.name
	}
	return k.name
}

// checkApp asks what concerns the app alone.
func (w *work) checkApp(a shownApp) {
	if a.app.Unread != nil {
		w.add(a.name, problem.New(problem.AppkeyManifestUnreadable).With("%s", sentence(a.app.Unread)))
	}
	m := a.app.Manifest
	if a.app.Unread == nil && !m.Messaging && (m.Receives || !m.SignsIn) { // who only signs people in needs no messages
		w.add(a.name, problem.New(problem.AppkeyFeatureMissing))
	}
	if w.req.Package != "" && m.Package != "" && w.req.Package != m.Package {
		w.add(a.name, problem.New(problem.AppkeyPackageMismatch).With("the app is %s, and --package says %s", m.Package, w.req.Package))
	}
	if len(a.app.Schemes) == 0 && !a.app.Bundle {
		w.add(a.name, problem.New(problem.AppkeyNotSigned))
		return
	}
	var seen []cert.Certificate
	for _, s := range a.app.Schemes {
		if s.Broken != "" {
			w.add(a.name, problem.New(problem.AppkeySignatureBroken).With("%s: %s", s.Name, strings.TrimPrefix(s.Broken, "damaged: ")))
			continue
		}
		var ids []cert.Certificate
		for _, signer := range s.Signers {
			ids = append(ids, signer.Identity())
		}
		if seen != nil && !same(seen, ids) {
			w.add(a.name, problem.New(problem.AppkeySchemesDiffer))
		}
		seen = ids
	}
	for _, c := range a.app.Identities() {
		if c.Debug && !m.Debug && !a.app.Bundle {
			w.add(a.name, problem.New(problem.AppkeyDebugCertificate).With("%s", c.Subject))
		}
	}
}

func same(a, b []cert.Certificate) bool {
	for _, c := range a {
		found := false
		for _, d := range b {
			found = found || c.Same(d)
		}
		if !found {
			return false
		}
	}
	return len(a) == len(b)
}

// checkKey holds a key against an app. What makes comparing senseless is not compared.
func (w *work) checkKey(k shownKey, a appkey.App) {
	found := k.key.Check(a)
	w.add(w.keyName(k), found.Problems...)
	w.add(w.keyName(k), found.Notes...)
	for _, p := range found.Problems {
		if p.Code == problem.AppkeyMd5Mismatch || p.Code == problem.AppkeySha256Mismatch {
			w.saySource(k)
			return
		}
	}
}

// saySource completes a mismatch by the certificate that the key was made for, where one of those shown is it.
func (w *work) saySource(k shownKey) {
	for _, s := range w.stores {
		if len(w.apps) == 0 || !sameText(k.key.MD5, s.cert.MD5()) && !sameText(k.key.SHA256, s.cert.SHA256()) {
			continue
		}
		for i, p := range w.found.Problems {
			if p.Code == problem.AppkeyMd5Mismatch || p.Code == problem.AppkeySha256Mismatch {
				w.found.Problems[i].Detail = fmt.Sprintf("%s; the key was made for %s", p.Detail, s.name)
			}
		}
		return
	}
}

func sameText(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// base is what keys are held against where nothing but the request says it.
func (w *work) base() appkey.App {
	a := appkey.App{Package: w.req.Package, ClientID: w.req.ClientID, IOS: w.req.IOS, Signer: appkey.Amazon}
	if w.req.Sandbox {
		a.Signer = appkey.Sandbox
	}
	return a
}

// appOf is an app as its key is held against it.
func (w *work) appOf(s shownApp) appkey.App {
	a := w.base()
	if s.app.Manifest.Package != "" {
		a.Package = s.app.Manifest.Package
	}
	if s.app.Bundle { // what devices get is signed by the store
		a.Certificates = w.storeCertificates()
		return a
	}
	for _, c := range s.app.Identities() {
		a.Certificates = append(a.Certificates, asShown(signedBy(s.app, c), c))
	}
	for _, c := range s.app.Rotated() {
		a.Newer = append(a.Newer, asShown("signs since a rotation", c))
	}
	return a
}

// checkUpload says of a bundle that its certificate decides nothing.
func (w *work) checkUpload(s shownApp) {
	if len(w.storeCertificates()) > 0 {
		return
	}
	detail := "so the key's certificate cannot be compared"
	for _, c := range s.app.Identities() {
		for _, k := range w.keys {
			if sameText(k.key.MD5, c.MD5()) || sameText(k.key.SHA256, c.SHA256()) {
				detail = "and the key is for the upload certificate"
			}
		}
	}
	w.add(s.name, problem.New(problem.AppkeyUploadCertificate).With("%s", detail))
}

// appOfStores is an app that is known only by what signs it.
func (w *work) appOfStores() appkey.App {
	a := w.base()
	a.Certificates = w.storeCertificates()
	return a
}

func (w *work) storeCertificates() []appkey.Certificate {
	var all []appkey.Certificate
	for _, s := range w.stores {
		all = append(all, asShown(s.name, s.cert))
	}
	return all
}

func asShown(name string, c cert.Certificate) appkey.Certificate {
	return appkey.Certificate{MD5: c.MD5(), SHA256: c.SHA256(), Debug: c.Debug, Name: name}
}

// signedBy names a certificate of an app by its subject and the schemes that carry it.
func signedBy(a *apk.App, c cert.Certificate) string {
	var schemes []string
	for _, s := range a.Schemes {
		for _, signer := range s.Signers {
			if signer.Identity().Same(c) {
				schemes = append(schemes, s.Name)
				break
			}
		}
	}
	name := c.Subject
	if name == "" {
		name = "a certificate"
	}
	return name + ", " + strings.Join(schemes, " ")
}
