package ads

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A Wire is one of the two ways in which Sponsored Products can be spoken to.
type Wire string

// The wires. V1 is Amazon's own one model for all ad products and the one that new programs are to begin with (ads-lwa 6.1).
const (
	V1 Wire = "v1"
	V3 Wire = "v3"
)

// Speaking returns the program with Sponsored Products spoken to by the wire. New's speaks V1.
func (p *Program) Speaking(w Wire) *Program {
	q := *p
	q.collections = collections(p.Descriptor(), w)
	return &q
}

// collections are all that the model reads and writes. What is of one kind and channel stands in the order in which it is listed.
func collections(d *amazon.Descriptor, w Wire) []*collection {
	sp := spV1
	if w == V3 {
		sp = spV3
	}
	all := slices.Concat(sp(), brandsV4(), brandTargets(), display(), []*collection{portfolios()})
	all = append(all, creatives(all)...)
	all = append(all, brandCreatives()...)
	all = append(all, displayCreatives(), assets(), promoted(all))
	all = append(all, targetOptions()...)
	for _, c := range all {
		c.operations = map[string]amazon.Operation{}
		for verb, id := range c.ops {
			c.operations[verb] = operation(d, id)
		}
		if c.begin != "" {
			c.operations[verbLocate] = operation(d, c.begin)
		}
	}
	return all
}

func operation(d *amazon.Descriptor, id string) amazon.Operation {
	i := slices.IndexFunc(d.Operations, func(op amazon.Operation) bool { return op.ID == id })
	if i < 0 {
		panic("ads: program.toml has no operation " + id) // a mistake of ours, which every test would meet
	}
	return d.Operations[i]
}

// The verbs of a collection.
const (
	verbList    = "list"
	verbCreate  = "create"
	verbUpdate  = "update"
	verbArchive = "archive"
)

// A collection is one list of objects on one of Amazon's wires. A kind of a channel may be spread over several, as targets are.
type collection struct {
	kind    canon.AdsKind
	channel canon.Channel
	speaks  dialect
	ops     map[string]string // verb to id of the operation in program.toml

	list, one, id string // names on the wire: "campaigns", "campaign", "campaignId"
	done          string // what a success of a multi-status names the id. Defaults to id.
	archiveBy     string // what an archiving write names the ids: "campaignIds", "campaignIdFilter"

	write, archive, page, ids, parents int // most objects of a write, ids of an archiving one, objects of a page (0: the wire's own), and most ids of a filter of its own and of its parents

	filters map[condition]string        // how the wire names a condition that it applies itself
	holds   func(canon.AdsObject) bool  // which objects are in it, where a kind is spread over several. Defaults to all.
	wants   func(*amazon.AdsQuery) bool // whether any object of it may be asked for. Defaults to always.
	decode  func(item []byte, v *view) (canon.AdsObject, error)
	encode  func(o canon.AdsObject, v *view) (any, error)
	reads   func() reading // as decode, of items in the middle of a page. Defaults to none.
	holes   holes          // in which its items differ. Defaults to none that are known.

	also   []string // further operations that listing it takes
	begin  string   // operation that making one may begin with. Defaults to none.
	gather gatherer // lists it by several calls, instead of the dialect. Defaults to none.

	fields                         map[string]string // fields of the wire to those of canon, where a refusal names one
	creatable, updatable, required []string          // JSON names of canon
	always                         []string          // fields of the wire that a change names beside those that differ
	retired                        string            // the state that archiving writes, where that is an update. Defaults to none: it names ids.
	begins                         map[string]string // fields of the wire that a create does not send, and the one value that what is new has

	replace func(before, after canon.AdsObject) (any, error) // the whole of a change. Defaults to the fields that differ

	operations map[string]amazon.Operation
}

// A condition is one of a query's that wires have filters for.
type condition string

// The conditions.
const (
	byID        condition = "id"
	byCampaign  condition = "campaign_id"
	byGroup     condition = "group_id"
	byPortfolio condition = "portfolio_id"
	byStatus    condition = "status"
	byType      condition = "type"
)

// A dialect is how a family of paths speaks: how a page is asked for and read, and how a write and its answer look. Its calls have
// neither method nor media type, which are the operation's.
type dialect interface {
	// list makes the call for one page. The token is empty for the first.
	list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error)

	// read takes a page apart.
	read(c *collection, answer []byte, token string, size int) (items []json.RawMessage, next string, err error)

	// write makes the call for items, which are ids where the verb is to archive.
	write(c *collection, verb string, items []json.RawMessage) (amazon.Call, error)

	// outcomes reads what became of n items. Those that are not told of are unknown.
	outcomes(c *collection, verb string, answer *amazon.Answer, n int) ([]outcome, error)
}

// An outcome is what an answer says of one item of a write.
type outcome struct {
	index   int
	id      string
	object  json.RawMessage // nil where the answer does not have it
	refused []itemRefusal
}

// An itemRefusal is one of Amazon's reasons not to do something to an item.
type itemRefusal struct{ code, message, at string }

// A view is what codecs know besides an object: whose it is, and where its days are.
type view struct {
	account canon.Account
	place   *canon.Place
	raw     bool
	reasons map[string]canon.AdsEffective // by what they mean
	told    bool                          // encode what Amazon alone tells as well, which no write may hold
}

func (p *Program) view(a canon.Account) *view {
	return &view{account: a, place: p.zones.place(a.Timezone), reasons: map[string]canon.AdsEffective{}}
}

// zones are the places of accounts by the names of their zones: reading one from its file takes longer than reading a short page. It is safe for
// concurrent use.
type zones struct {
	mu  sync.Mutex
	all map[string]*canon.Place
}

func newZones() *zones { return &zones{all: map[string]*canon.Place{}} }

// place is that of a zone; UTC where there is none of its name.
func (z *zones) place(name string) *canon.Place {
	z.mu.Lock()
	defer z.mu.Unlock()
	if known := z.all[name]; known != nil {
		return known
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return canon.NewPlace(time.UTC)
	}
	z.all[name] = canon.NewPlace(l)
	return z.all[name]
}

// money reads an amount of the account's currency.
func (v *view) money(n json.Number, currency string) (*canon.Money, error) {
	if n == "" {
		return nil, nil
	}
	if currency == "" {
		currency = v.account.Currency
	}
	m, err := canon.ParseMoney(n.String(), currency)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// amount writes one, which must be of the account's currency: nothing is converted (contract ads-model 1.6).
func (v *view) amount(m *canon.Money) (json.Number, error) {
	if m == nil {
		return "", nil
	}
	if m.Currency != "" && m.Currency != v.account.Currency {
		return "", fmt.Errorf("%s is not the account's currency, which is %s", m.Currency, v.account.Currency)
	}
	return m.Number(), nil
}

// noWants is of collections that nothing is listed from.
func noWants(*amazon.AdsQuery) bool { return false }

// codec makes a collection's two functions of those of a wire's own type.
func codec[W any, O canon.AdsObject](c *collection, decode func(*W, *view) (O, error), encode func(O, *view) (*W, error)) *collection {
	c.decode = func(item []byte, v *view) (canon.AdsObject, error) {
		var w W
		if err := json.Unmarshal(item, &w); err != nil {
			return nil, err
		}
		return decode(&w, v)
	}
	return encoder(c, encode)
}

// direct makes a collection's functions of a reading, and of what writes its objects.
func direct[W any, O canon.AdsObject](c *collection, reads func() reading, encode func(O, *view) (*W, error)) *collection {
	c.reads = reads
	c.decode = func(item []byte, v *view) (canon.AdsObject, error) {
		s := scanOf(item)
		o := reads().object(&s, v)
		if s.peek(); s.bad || s.i < len(s.b) {
			return nil, errScan
		}
		return o, nil
	}
	return encoder(c, encode)
}

func encoder[W any, O canon.AdsObject](c *collection, encode func(O, *view) (*W, error)) *collection {
	c.encode = func(o canon.AdsObject, v *view) (any, error) {
		typed, ok := o.(O)
		if !ok {
			return nil, fmt.Errorf("an object of kind %s stands among those of kind %s", o.AdsKind(), c.kind)
		}
		return encode(typed, v)
	}
	return c
}
