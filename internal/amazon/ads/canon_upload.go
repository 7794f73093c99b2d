package ads

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A new asset that has its file in content takes three calls (Amazon's guide to creating assets, July 2026): the library is asked for an upload
// location, the file is put there, and the location is registered. Only the third makes anything that stays.
const (
	verbLocate = "locate"

	// mostContent is the most bytes of a file: with base64's third it fits into a request with room for the rest.
	mostContent = 10 << 20

	// located stands in a planned registration for the address that Amazon will tell.
	located = "{the upload location}"
)

// fileTypes are the media types of files that the library takes, with the endings by which it knows them.
var fileTypes = map[string]string{
	"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "video/mp4": "mp4", "video/quicktime": "mov", "video/x-ms-wmv": "wmv", "video/x-msvideo": "avi", "video/avi": "avi",
}

// A file is what is put to an upload location.
type file struct {
	name, contentType string
	content           []byte
}

// fileOf reads the file of a new asset. It is nil where the asset names the location of one that was put there before.
func fileOf(a *canon.AdsAsset) (*file, error) {
	switch {
	case a.Content == "" && a.URL == "":
		return nil, errors.New("an asset is made of a file: in content as base64, or at the upload location that url names")
	case a.Content != "" && a.URL != "":
		return nil, errors.New("content and url each name a file, and an asset is made of one")
	case a.Content == "" && a.MIMEType != "":
		return nil, errors.New("mime_type is said of content; a file at an upload location was put there with its own")
	case a.Content == "":
		return nil, nil
	case len(a.Content) > base64.StdEncoding.EncodedLen(mostContent):
		return nil, fmt.Errorf("content has more than %d MiB; put a larger file to an upload location, and give that as url", mostContent>>20)
	}
	content, err := base64.StdEncoding.DecodeString(a.Content)
	if err != nil || len(content) == 0 {
		return nil, errors.New("content is no file in base64")
	}
	said := a.MIMEType
	if said == "" {
		said = http.DetectContentType(content)
	}
	kind, _, err := mime.ParseMediaType(said)
	ending := fileTypes[kind]
	switch {
	case (err != nil || ending == "") && a.MIMEType == "":
		return nil, errors.New("content is of no kind that its first bytes tell: give mime_type, such as image/png or video/quicktime")
	case err != nil || ending == "":
		return nil, fmt.Errorf("files of type %.60q are none that the library takes: PNG, JPEG, GIF, MP4, MOV, WMV and AVI are", a.MIMEType)
	case !strings.EqualFold(strings.SplitN(kind, "/", 2)[0], a.Type):
		return nil, fmt.Errorf("a file of type %s is no %s", kind, a.Type)
	}
	return &file{fileName(a.Name) + "." + ending, kind, content}, nil
}

// fileName makes of an asset's name what the library takes for a file's.
func fileName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	return plain[:min(len(plain), 100)]
}

// locate makes the call for an upload location.
func (f *file) locate(c *collection) amazon.Call {
	return c.finish(verbLocate, amazon.Call{Body: []byte(`{"fileName":"` + f.name + `"}`), Limit: pageLimit})
}

// requests are those that go before a registration, for a dry run. What address the file goes to is known when Amazon has told it.
func (f *file) requests(p *Program, w planned, a canon.Account) []amazon.AdsRequest {
	call := f.locate(w.collection)
	header := map[string]string{scopeHeader: a.ID}
	for name := range call.Header {
		header[name] = call.Header.Get(name)
	}
	d := p.Descriptor()
	put := amazon.AdsRequest{Operation: "files.put", Method: http.MethodPut, Path: "/" + located, Rows: w.rows, Header: map[string]string{"Content-Type": f.contentType, "Content-Length": strconv.Itoa(len(f.content))}}
	if hosts := d.Uploads[a.Region]; len(hosts) > 0 {
		put.Host = hosts[0]
	}
	return []amazon.AdsRequest{{Operation: w.collection.begin, Method: call.Method, Host: d.Hosts[a.Region], Path: call.Path, Header: header, Body: call.Body, Rows: w.rows}, put}
}

// upload asks for a location and puts the file of a planned registration there, whose request then names it. Where that fails there is no asset, and
// nothing is left that anybody has to clear away: a location that is not registered goes by itself. What stops is as for send.
func (p *Program) upload(ctx context.Context, s amazon.Asker, v *view, w *planned) (refusal *amazon.AdsRefusal, stop bool) {
	failed := func(step string, err error) *amazon.AdsRefusal {
		r := ownRefusal(problem.New(problem.AdsUploadFailed).With("%s", step).Because(err), "content")
		if known, ok := problem.Of(err); ok {
			r.Problem = r.Problem.With("%s: %s", step, known.What)
			r.Problem.RetryAt = known.RetryAt
		}
		return &r
	}
	answer, err := s.Ask(ctx, v.account.Region, w.file.locate(w.collection), scope(v.account))
	switch {
	case err != nil:
		if r, wrote := lost(err); !wrote { // as with every other request that never left
			return r, true
		}
		return failed("asking for an upload location", err), false // which makes nothing, whether or not it was heard
	case answer.Status >= 300:
		r := p.refused(answer, v.account, amazon.IsWrite)
		return r, answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden || answer.Status == http.StatusTooManyRequests
	}
	var said struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil || said.URL == "" || answer.Truncated {
		return failed("asking for an upload location: Amazon's answer names none", nil), false
	}
	putter, ok := s.(amazon.Putter)
	if !ok {
		return failed("putting the file there: this way to Amazon takes no files", nil), false
	}
	answer, err = putter.Put(ctx, v.account.Region, said.URL, w.file.contentType, w.file.content)
	if err != nil {
		return failed("putting the file to its upload location", err), false
	}
	if answer.Status >= 300 {
		var why struct {
			Code, Message string
		}
		_ = xml.Unmarshal(answer.Body, &why) // what is no XML says nothing
		r := failed("putting the file to its upload location", nil)
		r.Status, r.Code, r.Message, r.RequestID = answer.Status, why.Code, why.Message, requestID(answer)
		return r, false
	}
	at, err := json.Marshal(said.URL)
	if err != nil {
		return failed("asking for an upload location: it cannot be written", nil), false
	}
	w.call.Body = []byte(strings.Replace(string(w.call.Body), strconv.Quote(located), string(at), 1))
	return nil, false
}

// left says of a registration that was not done what became of its file. There is none of what has no file.
func (f *file) left(r *amazon.AdsRefusal) {
	if f == nil || r.Problem.Detail != "" {
		return
	}
	r.Problem = r.Problem.With("its file was put to an upload location, which goes by itself where it is not registered")
}
