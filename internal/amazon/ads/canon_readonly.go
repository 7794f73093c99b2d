package ads

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A gatherer lists a collection that no one call tells: as much as the query's size says, from the token on.
type gatherer func(ctx context.Context, p *Program, s amazon.Asker, v *view, q *amazon.AdsQuery, token string) (objects []canon.AdsObject, next string, err error)

// readOnly is the writing half of dialects in which nothing is written.
type readOnly struct{}

var errReadOnly = errors.New("this is Amazon's to say and written by nobody")

// write implements dialect.
func (readOnly) write(*collection, string, []json.RawMessage) (amazon.Call, error) {
	return amazon.Call{}, errReadOnly
}

// outcomes implements dialect.
func (readOnly) outcomes(*collection, string, *amazon.Answer, int) ([]outcome, error) {
	return nil, errReadOnly
}

// decoder makes a collection's reading function of that of a wire's own type, and one that writes nothing.
func decoder[W any, O canon.AdsObject](c *collection, decode func(*W, *view) (O, error)) *collection {
	return codec(c, decode, func(O, *view) (*W, error) { return nil, errReadOnly })
}
