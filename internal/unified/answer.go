package unified

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// An Answer is what is said to an Ask.
type Answer struct {
	Status int         // Defaults to 200.
	Header http.Header // besides Content-Type. May be nil.
	Body   any         // written as JSON; nil for none
	Text   []byte      // Body as JSON, where it is written already. May be nil.
	Stream func(w io.Writer) error
	Length int64  // of what Stream writes, where that is known. Defaults to unknown.
	Type   string // of what Stream writes, or Body where it is no plain JSON. Defaults to application/json.
}

// With returns the answer with one header more.
func (a Answer) With(name, value string) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Add(name, value)
	return a
}

// OK is an answer of 200.
func OK(body any) Answer { return Answer{Status: http.StatusOK, Body: body} }

// WriteTo writes the answer. The error is of writing; the status has then left already.
func (a Answer) WriteTo(w http.ResponseWriter, head bool) error {
	h := w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	kind := a.Type
	if kind == "" {
		kind = "application/json"
	}
	switch {
	case a.Stream != nil:
		h.Set("Content-Type", kind)
		if a.Length > 0 {
			h.Set("Content-Length", strconv.FormatInt(a.Length, 10))
		}
		w.WriteHeader(status)
		if head {
			return nil
		}
		return a.Stream(w)
	case a.Body == nil:
		w.WriteHeader(status)
		return nil
	}
	text, err := a.Text, error(nil)
	if text == nil {
		if text, err = json.Marshal(a.Body); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return err
		}
	}
	text = append(text, '\n')
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	if head {
		return nil
	}
	_, err = w.Write(text)
	return err
}
