package adsfake

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	stdimage "image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A file is put to a bucket of its own by a URL that lives for 15 minutes (guide to creating assets). Here the bucket is part of the sandbox.
const (
	uploadLives = 15 * time.Minute
	uploadPath  = "/asset-upload/"
	mostUploads = 10_000 // that the sandbox remembers
)

// uploadHost is the bucket's host in a region: NA's as the guide names it, EU's as a client's example of 2022 does, FE's after the first [guess].
func uploadHost(region string) string {
	switch region {
	case "EU":
		return "al-eu-726f4d26-7fdb.s3-accelerate.amazonaws.com"
	case "FE":
		return "al-fe-184b9306-7f8a.s3.amazonaws.com"
	}
	return "al-na-184b9306-7f8a.s3.amazonaws.com"
}

// uploadName is what a file may be called (document of the library).
var uploadName = regexp.MustCompile(`(?i)^[\w. -]{1,200}\.(jpg|jpeg|png|gif|mp4|mov|wmv|avi)$`)

// An upload is a place for one file.
type upload struct {
	profile *profile
	name    string
	at      time.Time
	file    *assetFile // nil until it is put
}

// uploads are the places that were given out, the oldest first.
type uploads struct {
	mu    sync.Mutex
	all   map[string]*upload
	order []string
}

// locateAsset serves POST /assets/upload.
func (f *fake) locateAsset(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	var said struct {
		FileName string `json:"fileName"` // the guide spells it filename, and readers of Amazon's kind take either
	}
	if err := json.Unmarshal(v.x.Body, &said); err != nil || !uploadName.MatchString(said.FileName) {
		return assetRefusal(v.x, http.StatusBadRequest, "fileName must be a name with one of the extensions jpg, jpeg, png, gif, mp4, mov, wmv, avi")
	}
	id := v.x.UUID()
	f.uploads.mu.Lock()
	defer f.uploads.mu.Unlock()
	if len(f.uploads.order) >= mostUploads {
		delete(f.uploads.all, f.uploads.order[0])
		f.uploads.order = f.uploads.order[1:]
	}
	f.uploads.all[id], f.uploads.order = &upload{profile: v.profile, name: said.FileName, at: v.x.Now}, append(f.uploads.order, id)
	at := v.x.Now.UTC().Format(amzTime)
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + url.QueryEscape(signerKeyID+"/"+at[:8]+"/us-east-1/s3/aws4_request") + "&X-Amz-Date=" + at +
		"&X-Amz-Expires=" + strconv.Itoa(int(uploadLives/time.Second)) + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + f.signature("put "+id, at)
	v.x.Effect = "created"
	return remapped(v.x, http.StatusOK, assetLocation, map[string]string{"url": v.x.Link(uploadHost(v.x.Region), uploadPath+id) + "?" + query})
}

// putFile takes a file, as S3 would.
func (f *fake) putFile(x *kit.Exchange) kit.Response {
	id, at := x.Var("file"), x.Query().Get("X-Amz-Date")
	signed, err := time.Parse(amzTime, at)
	switch {
	case len(x.Header["Authorization"]) > 0:
		x.Note(kit.NoteClient, kit.RuleDownloadToken)
		return storageRefusal(x, http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	case err != nil || !hmac.Equal([]byte(x.Query().Get("X-Amz-Signature")), []byte(f.signature("put "+id, at))):
		return storageRefusal(x, http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	case !x.Now.Before(signed.Add(uploadLives)):
		return storageRefusal(x, http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	f.uploads.mu.Lock()
	defer f.uploads.mu.Unlock()
	u := f.uploads.all[id]
	if u == nil {
		return storageRefusal(x, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	u.file = inspect(u.name, x.Header.Get("Content-Type"), x.Body)
	x.Effect = "created"
	h := http.Header{"Server": {"AmazonS3"}, "X-Amz-Request-Id": {x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16)}, "Etag": {`"` + u.file.sum + `"`}}
	return kit.Response{Status: http.StatusOK, Header: h}
}

// inspect is what a file's content tells: of a picture its size in pixels, of a film nothing.
func inspect(name, contentType string, content []byte) *assetFile {
	sum := sha256.Sum256(content)
	file := &assetFile{name: name, contentType: mediaType(contentType), size: int64(len(content)), sum: hex.EncodeToString(sum[:16])}
	config, _, err := stdimage.DecodeConfig(bytes.NewReader(content))
	switch {
	case err == nil:
		file.width, file.height = config.Width, config.Height
	case strings.HasPrefix(file.contentType, "video/"):
		file.broken = len(content) == 0
	default:
		file.broken = true
	}
	return file
}

// located finds the place that a URL leads to, if it is this profile's and a file was put there.
func (f *fake) located(p *profile, address string) *assetFile {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	f.uploads.mu.Lock()
	defer f.uploads.mu.Unlock()
	place := f.uploads.all[strings.TrimPrefix(u.Path, uploadPath)]
	if place == nil || place.profile != p {
		return nil
	}
	return place.file
}
