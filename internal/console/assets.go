package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

//go:embed static
var staticFiles embed.FS

// An asset is a file that pages load. Its address holds its hash, so a browser may keep it for good and an update is seen at once.
type asset struct {
	hash string
	kind string
	text []byte
}

type assets map[string]asset

func readAssets() assets {
	all := assets{}
	for name, kind := range map[string]string{"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"} {
		text, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			panic(fmt.Sprintf("console: %v", err)) // embedded: a broken build
		}
		sum := sha256.Sum256(text)
		all[name] = asset{hex.EncodeToString(sum[:8]), kind, text}
	}
	return all
}

func (a assets) path(name string) string { return "/static/" + a[name].hash + "/" + name }

func (c *Console) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := c.assets[r.PathValue("name")]
	if !ok || a.hash != r.PathValue("hash") {
		http.NotFound(w, r)
		return
	}
	secure(w.Header())
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.text))
}
