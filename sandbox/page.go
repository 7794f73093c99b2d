package sandbox

import (
	"embed"
	"net/http"
)

//go:embed page
var pageFiles embed.FS

// The page for people: the world, the journal as it grows, switches, faults and the clock. Its files hold nothing of this sandbox; what
// it shows it asks for with the token, which stands in the part of its address that browsers never send.
func pages(m *http.ServeMux) {
	for path, file := range map[string]struct{ name, kind string }{
		"GET /{$}":      {"page/index.html", "text/html; charset=utf-8"},
		"GET /page.css": {"page/page.css", "text/css; charset=utf-8"},
		"GET /page.js":  {"page/page.js", "text/javascript; charset=utf-8"},
	} {
		text, err := pageFiles.ReadFile(file.name)
		if err != nil {
			panic(err) // it is embedded
		}
		m.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", file.kind)
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write(text) // a browser that has gone needs no page
		})
	}
}

// Page is the address of the control side's page for people. It holds the token, so it is for this user's browser alone.
func (r Ready) Page() string { return r.Control + "/#" + r.Token }
