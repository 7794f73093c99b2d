package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Many is what became of a change of many objects. A part that was not done is no error of the call: Err tells of it.
type Many[T canon.AdsObject] struct {
	Write    Written   `json:"write"`    // for Undo; empty where nothing was sent, and through All, where Writes has one for each grant
	Writes   []Part    `json:"writes"`   // of a change through All
	Done     int       `json:"done"`     // rows that were done
	Failed   int       `json:"failed"`   // rows that were not
	Unknown  int       `json:"unknown"`  // rows that may have been: no answer came
	Requests []Request `json:"requests"` // of a dry run: what would leave
	Rows     []Row[T]  `json:"results"`  // one for each object, in the order asked
}

// A Part is one grant's part of a change through All.
type Part struct {
	Grant string  `json:"connection_id"`
	Write Written `json:"write"`
}

// A Row is what became of one object.
type Row[T canon.AdsObject] struct {
	Index   int    `json:"index"`
	OK      bool   `json:"ok"`
	Unknown bool   `json:"unknown"` // no answer came: it may have been done
	Same    bool   `json:"same"`    // nothing had to be done
	Final   bool   `json:"final"`   // it was archived: Amazon never gives it back
	ID      string `json:"id"`
	Object  T      `json:"object"` // as it is now, or would be; nil where it was refused
	Error   *Error `json:"error"`  // why it was not done, or is not known to be
}

// A Request is one request to Amazon as it would leave, without its credentials.
type Request struct {
	Operation string            `json:"operation"`
	Method    string            `json:"method"`
	Host      string            `json:"host"`
	Path      string            `json:"path"`
	Header    map[string]string `json:"headers"`
	Body      any               `json:"body"`
	Rows      []int             `json:"rows"` // indexes of the objects that it is about
}

// Err is nil where everything was done. Otherwise it says how much was not, and wraps the first reason.
func (m Many[T]) Err() error {
	if m.Failed+m.Unknown == 0 {
		return nil
	}
	for _, r := range m.Rows {
		if r.Error != nil {
			return fmt.Errorf("changing %d objects: %d not done, %d unknown; row %d: %w", len(m.Rows), m.Failed, m.Unknown, r.Index, r.Error)
		}
	}
	return fmt.Errorf("changing %d objects: %d not done, %d unknown", len(m.Rows), m.Failed, m.Unknown)
}

// CreateMany makes objects. Its error is about the whole; what became of each object stands in its row.
func CreateMany[T canon.AdsObject](ctx context.Context, c *Client, grant string, objects []T, how Change) (Many[T], error) {
	return many[T](ctx, c, http.MethodPost, grant, objects, how)
}

// UpdateMany changes objects to what is given, each named by its ID. An ETag in one must still be its own.
func UpdateMany[T canon.AdsObject](ctx context.Context, c *Client, grant string, objects []T, how Change) (Many[T], error) {
	return many[T](ctx, c, http.MethodPut, grant, objects, how)
}

// PatchMany changes the fields that each patch holds, by RFC 7396. "id" names the object.
func PatchMany[T canon.AdsObject](ctx context.Context, c *Client, grant string, patches []map[string]any, how Change) (Many[T], error) {
	return many[T](ctx, c, http.MethodPatch, grant, patches, how)
}

// RemoveMany archives objects, which is final: Amazon never gives them back.
func RemoveMany[T canon.AdsObject](ctx context.Context, c *Client, grant string, ids []string, how Change) (Many[T], error) {
	return many[T](ctx, c, http.MethodDelete, grant, map[string][]string{"ids": ids}, how)
}

func many[T canon.AdsObject](ctx context.Context, c *Client, method, grant string, in any, how Change) (Many[T], error) {
	var out Many[T]
	query, header := how.parts()
	_, err := c.do(ctx, method, kindPath[T](grant), query, header, in, &out)
	return out, err
}

// An Undoing says how much of a write is taken back, and how. The zero Undoing is all that nobody changed since.
type Undoing struct {
	Rows           []int `json:"rows,omitempty"`            // only these of its rows
	Force          bool  `json:"force,omitempty"`           // also where somebody changed the same since
	ArchiveCreated bool  `json:"archive_created,omitempty"` // what it made is archived, for good
	DryRun         bool  `json:"dry_run,omitempty"`         // nothing is sent
}

// UndoRows reverses what a write did to objects of T's kind, and tells what became of each. What cannot be taken back is refused with the reason.
func UndoRows[T canon.AdsObject](ctx context.Context, c *Client, grant string, w Written, how Undoing) (Many[T], error) {
	var out Many[T]
	_, err := c.do(ctx, http.MethodPost, "/lk/v1/ads/"+url.PathEscape(grant)+"/undo/"+url.PathEscape(string(w)), nil, nil, how, &out)
	return out, err
}
