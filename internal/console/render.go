package console

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are read when the first page is asked for: no command should wait for them.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(words).ParseFS(templateFiles, "templates/*.html"))
})

// A page is the struct of one page, which knows the template that shows it.
type page interface {
	template() string
	title() string
}

// A Frame is what stands around every page.
type Frame struct {
	Title  string
	Style  string // path of the stylesheet
	Script string
	Name   string // of the operator; empty where nobody is signed in
	Acts   bool   // whether he may change things
	Here   string // the page's part of the site
	Notice string
	Now    time.Time
}

// A view is what a template is given.
type view[T page] struct {
	Frame
	Page T
}

// notices are what a page can be told, by a word in its address, to say at its top.
var notices = map[string]string{
	"password":   "Your password was changed, and every session ended. Sign in with the new one.",
	"refreshed":  "Amazon gave a new access token.",
	"verified":   "Amazon was asked again; these are the accounts.",
	"looked":     "AWS was asked again; these are the keys.",
	"rotating":   "The key is being replaced; below is how far it is.",
	"revoked":    "Revoked. Its tokens are destroyed here.",
	"shut-out":   "Shut out. Its passes stop at the next call.",
	"pass-out":   "The pass was revoked and stops at the next call.",
	"disabled":   "Switched off. Nothing is sent for it until it is switched on again.",
	"enabled":    "Switched on again.",
	"forgotten":  "Forgotten. Nothing of it was kept.",
	"app-added":  "Kept. The next thing is somebody's consent.",
	"site-added": "Kept. Links of its country get it from now on.",
	"sales-set":  "Noted.",
	"site-gone":  "Forgotten.",
}

// contentPolicy lets a page load our own files and send forms to us, and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// render builds the whole page before it sends a byte, so that a template's failure is not half a page.
func render[T page](c *Console, w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p T) {
	v := view[T]{Frame: Frame{
		Title: p.title(), Style: c.assets.path("console.css"), Script: c.assets.path("console.js"),
		Name: op.Name, Acts: op.Role == operator.Admin, Here: p.template(), Notice: notices[r.URL.Query().Get("done")], Now: c.cfg.Now(),
	}, Page: p}
	var buf bytes.Buffer
	if err := templates().ExecuteTemplate(&buf, p.template(), v); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	secure(h)
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

// secure sets what every answer of the console carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// failPage says what was wrong, in our words and, if there are any, in Amazon's.
type failPage struct {
	Problem problem.Problem
	Said    string // by whoever sent the browser here; may be anything
}

func (failPage) template() string { return "fail" }
func (failPage) title() string    { return "Something is wrong" }

func (c *Console) fail(w http.ResponseWriter, r *http.Request, op operator.Operator, p problem.Problem, said string) {
	w.Header().Set("Lockkeeper-Problem", string(p.Code))
	render(c, w, r, op, status(p), failPage{Problem: p, Said: obs.Scrub(said)})
}

func (c *Console) nothingHere(w http.ResponseWriter, r *http.Request) {
	c.fail(w, r, operator.Operator{}, problem.New(problem.APIUnknown).With("this page"), "")
}

// status is the HTTP status under which a problem is told.
func status(p problem.Problem) int {
	if p.Status < 400 || p.Status > 599 {
		return http.StatusInternalServerError
	}
	return p.Status
}

// done leads a browser on after something was done, so that reloading does not do it again.
func done(w http.ResponseWriter, r *http.Request, to, what string) {
	if what != "" {
		to += "?done=" + what
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
