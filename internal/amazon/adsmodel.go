package amazon

import (
	"context"
	"encoding/json"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// An AdsModel is a Program whose campaigns can be read and written in the words of canon. Its caller sees nothing of which of Amazon's wires
// was spoken. All calls are of one account, whose profile id the program puts into the selector.
type AdsModel interface {
	// AdsChannels tells through which channels a kind of object can be read; one empty channel where a kind stands above them.
	AdsChannels(kind canon.AdsKind) []canon.Channel

	// AdsCan tells what can be done to a kind in a channel, and which fields a change may name. What it lists is what works.
	AdsCan(kind canon.AdsKind, channel canon.Channel) AdsAbility

	// AdsList reads one page. All conditions of the query hold for what comes back, whether or not the wire knows them. The error is a
	// problem; where Amazon refused, it is also an *AdsRefusal.
	AdsList(ctx context.Context, s Asker, account canon.Account, q AdsQuery) (AdsPage, error)

	// AdsPlan makes the exact requests of changes without sending them. A change that cannot be made has a refusal of its own in
	// refused, under its index, and is in no request.
	AdsPlan(account canon.Account, changes []AdsChange) (requests []AdsRequest, refused map[int]AdsRefusal)

	// AdsRaw says in fields of canon, by their JSON names, what members of Amazon's own object mean: by their paths, such as
	// "autoCreationSettings.autoCreateTargets". A member that the wire does not know, or that no change may name, is returned as unknown.
	AdsRaw(account canon.Account, kind canon.AdsKind, channel canon.Channel, raw map[string]string) (fields map[string]json.RawMessage, unknown string)

	// AdsWrite makes changes, all of one kind and channel, and returns as many results in their order. Nothing is sent a second time that
	// may have had an effect: where no answer came, the result says that it is unknown.
	AdsWrite(ctx context.Context, s Asker, account canon.Account, changes []AdsChange) []AdsResult
}

// An AdsAbility is what can be done to one kind of object in one channel.
type AdsAbility struct {
	List, Create, Update, Archive bool

	Operations map[string][]string // of "list", "create", "update", "archive": ids of the program's operations, all of which it may take, for policy
	Filters    []string            // that the wire itself applies, e.g. "campaign_id"
	Creatable  []string            // JSON names of the fields that a new one may have
	Updatable  []string            // JSON names of the fields that a change may touch
	Required   []string            // JSON names of the fields that a new one must have
}

// An AdsQuery asks for one page of one account's objects.
type AdsQuery struct {
	Kind    canon.AdsKind
	Channel canon.Channel // one of AdsChannels(Kind)

	// Conditions. An empty one is none.
	IDs, Campaigns, Groups, Portfolios []string
	Statuses                           []canon.AdsStatus // Defaults to all but ARCHIVED.
	Type                               string            // of targets, target options, promoted and assets

	Page string // Next of the page before; empty for the first
	Size int    // Most objects of a page. Defaults to the most that the wire gives.
	Raw  bool   // with Amazon's own object in Raw

	Taker AdsTaker // is given the objects that the page would have, as far as the model can. Defaults to none.
	Room  []byte   // for Amazon's answer, of which nothing is left but what the page's objects refer to. Defaults to room of its own.
}

// An AdsTaker takes objects while their page is read, and so spares a long list the memory of all of them.
type AdsTaker interface {
	// Page is told of the bytes of a page before they are read, and of the list that they are of; what the objects depend on besides is the
	// query and the account. Where it knows what they hold, known is true, next is what End was told of them, and they are not read.
	Page(list string, text []byte) (next string, known bool)

	// Copy takes the object that a text begins with unread, where ones of the same of Amazon's lists that are like it were taken before. It
	// returns the length of that object's text, or 0 where it has to be read.
	Copy(list, text string) int

	// Take takes one object. Neither the object nor what it refers to is good for longer than the call; its texts are parts of the page.
	Take(o canon.AdsObject, from AdsOrigin)

	// End says that the page that Page was told of is read to its end, and what follows it.
	End(next string)
}

// An AdsOrigin is what an object was read from, for takers that would write others which are like it unread.
type AdsOrigin struct {
	List  string                // of Amazon's, to which the object's text belongs
	Text  string                // a part of the page; empty where the object has none of its own
	Holes func() []stencil.Hole // in which texts of the list differ

	// Read reads another text of the list. The object is nil where it is none that the page would have.
	Read func(text string) canon.AdsObject
}

// An AdsPage is one page, without what the query's Taker was given. Objects have ID, OrganizationID, Provider and all that the wire told; ConnectionID, FetchedAt and ETag are its reader's.
type AdsPage struct {
	Objects []canon.AdsObject
	Next    string // empty at the end
}

// An AdsChange makes, changes or archives one object: Before is nil for a new one, After is nil for one to be archived. Otherwise the fields
// that differ are what is sent. The kind and channel are those of whichever is there.
type AdsChange struct {
	Before, After canon.AdsObject
}

// An AdsRequest is one request to Amazon as it would leave, without its credentials.
type AdsRequest struct {
	Operation string            `json:"operation"`
	Method    string            `json:"method"`
	Host      string            `json:"host"`
	Path      string            `json:"path"`
	Header    map[string]string `json:"headers,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"`
	Rows      []int             `json:"rows"` // indexes of the changes that it makes
}

// An AdsResult is what became of one change.
type AdsResult struct {
	OK      bool
	Unknown bool            // no answer came: it may have been made
	ID      string          // of the object, where it is known
	After   canon.AdsObject // as Amazon says that it now is; nil where it did not say
	Refusal *AdsRefusal     // where it is not OK
}

// An AdsRefusal is why something was not done: the catalogue's entry, and Amazon's own words.
type AdsRefusal struct {
	Problem   problem.Problem
	Status    int    // Amazon's HTTP status; 0 where Amazon was not asked
	Code      string // Amazon's own, such as FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT
	Message   string // Amazon's own words
	Field     string // where in the object: a JSON name of canon where that is known, else Amazon's location
	RequestID string
}

// Error implements error: what Lockkeeper says of it.
func (r *AdsRefusal) Error() string { return r.Problem.Error() }

// Unwrap returns the problem.
func (r *AdsRefusal) Unwrap() error { return r.Problem }
