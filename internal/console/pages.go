package console

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

//go:embed pages.html
var pagesText string

//go:embed pages.css
var stylesheet string

// donePage says that a consent worked.
type donePage struct {
	Grant    string
	Accounts int
	Region   string
}

// failPage says what was wrong, in our words and, if there are any, in Amazon's.
type failPage struct {
	Problem problem.Problem
	Said    string // by whoever sent the browser here; may be anything
}

// homePage says where one is.
type homePage struct{}

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"stylesheet": func() template.CSS { return template.CSS(stylesheet) }, // our own file
}).Parse(pagesText))

// policy lets a page show its own stylesheet, by its hash, and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(stylesheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func (c *Console) home(w http.ResponseWriter, _ *http.Request) {
	c.render(w, http.StatusOK, "home", homePage{})
}

func (c *Console) fail(w http.ResponseWriter, p problem.Problem, said string) {
	status := p.Status
	if status < 400 || status > 599 {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Lockkeeper-Problem", string(p.Code))
	c.render(w, status, "fail", failPage{Problem: p, Said: obs.Scrub(said)})
}

// render builds the whole page before it sends a byte, so that a template's failure is not half a page.
func (c *Console) render(w http.ResponseWriter, status int, name string, page any) {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, page); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}
