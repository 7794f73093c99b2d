package ads

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A page of 1000 campaigns has some 900 bytes each; creatives and targets with expressions are longer.
const pageLimit = 64 << 20

// AdsChannels implements amazon.AdsModel.
func (p *Program) AdsChannels(kind canon.AdsKind) []canon.Channel {
	if kind == canon.KindOrganization {
		return []canon.Channel{""}
	}
	var all []canon.Channel
	for _, c := range p.collections {
		if c.kind == kind && !slices.Contains(all, c.channel) {
			all = append(all, c.channel)
		}
	}
	return all
}

// AdsCan implements amazon.AdsModel.
func (p *Program) AdsCan(kind canon.AdsKind, channel canon.Channel) amazon.AdsAbility {
	if kind == canon.KindOrganization && channel == "" {
		return organizationCan()
	}
	can := amazon.AdsAbility{Operations: map[string][]string{}}
	add := func(to *[]string, names ...string) {
		for _, n := range names {
			if !slices.Contains(*to, n) {
				*to = append(*to, n)
			}
		}
	}
	for _, c := range p.of(kind, channel) {
		for verb, id := range c.ops {
			ids := can.Operations[verb]
			add(&ids, id)
			if verb == verbList {
				add(&ids, c.also...)
			}
			if verb == verbCreate && c.begin != "" {
				add(&ids, c.begin)
			}
			can.Operations[verb] = ids
		}
		for condition := range c.filters {
			add(&can.Filters, string(condition))
		}
		add(&can.Creatable, c.creatable...)
		add(&can.Updatable, c.updatable...)
		add(&can.Required, c.required...)
	}
	has := func(verb string) bool { return len(can.Operations[verb]) > 0 }
	can.List, can.Create, can.Update, can.Archive = has(verbList), has(verbCreate), has(verbUpdate), has(verbArchive)
	slices.Sort(can.Filters)
	return can
}

// of are the collections of a kind in a channel.
func (p *Program) of(kind canon.AdsKind, channel canon.Channel) []*collection {
	var all []*collection
	for _, c := range p.collections {
		if c.kind == kind && c.channel == channel {
			all = append(all, c)
		}
	}
	return all
}

// A section is a stretch of a list that one chain of pages gives: one collection, and no more ids than its filters take.
type section struct {
	collection *collection
	query      amazon.AdsQuery
}

// AdsList implements amazon.AdsModel. A page's token is the number of its section and Amazon's own token.
func (p *Program) AdsList(ctx context.Context, s amazon.Asker, account canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	if len(q.Statuses) == 0 {
		q.Statuses = []canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusDraft}
	}
	for _, status := range q.Statuses {
		if !slices.Contains(canon.AdsStatuses(), status) {
			return amazon.AdsPage{}, problem.New(problem.AdsInvalidArgument).With("there is no status %q", status)
		}
	}
	if q.Kind == canon.KindOrganization {
		page := amazon.AdsPage{}
		if o := organization(account); keeps(&q, o) {
			page.Objects = []canon.AdsObject{o}
		}
		return page, nil
	}
	sections := p.sections(q)
	number, token, _ := strings.Cut(q.Page, ".")
	at := 0
	if q.Page != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= len(sections) {
			return amazon.AdsPage{}, problem.New(problem.AdsBadNextToken)
		}
		at = n
	}
	v := p.view(account)
	v.raw = q.Raw
	for at < len(sections) {
		objects, next, err := p.listPage(ctx, s, v, &sections[at], token)
		if err != nil {
			return amazon.AdsPage{}, err
		}
		page := amazon.AdsPage{Objects: objects}
		switch {
		case next != "":
			page.Next = strconv.Itoa(at) + "." + next
		case at+1 < len(sections):
			at, page.Next = at+1, strconv.Itoa(at+1)+"."
		default:
			at = len(sections)
		}
		if token = next; len(objects) > 0 || page.Next == "" || q.Taker != nil {
			return page, nil
		}
	}
	return amazon.AdsPage{}, nil
}

// sections splits a query: by collection, then by as many ids as a filter takes.
func (p *Program) sections(q amazon.AdsQuery) []section {
	switch { // a thing's own id is asked for by whichever name
	case len(q.IDs) > 0:
	case q.Kind == canon.KindCampaign:
		q.IDs = q.Campaigns
	case q.Kind == canon.KindGroup:
		q.IDs = q.Groups
	case q.Kind == canon.KindPortfolio:
		q.IDs = q.Portfolios
	}
	var all []section
	for _, c := range p.of(q.Kind, q.Channel) {
		if !c.may(&q) {
			continue
		}
		parts := []amazon.AdsQuery{q}
		parts = split(parts, c.filters[byID] != "", c.ids, func(q *amazon.AdsQuery) *[]string { return &q.IDs })
		parts = split(parts, c.filters[byCampaign] != "", c.parents, func(q *amazon.AdsQuery) *[]string { return &q.Campaigns })
		parts = split(parts, c.filters[byGroup] != "", c.parents, func(q *amazon.AdsQuery) *[]string { return &q.Groups })
		parts = split(parts, c.filters[byPortfolio] != "", c.parents, func(q *amazon.AdsQuery) *[]string { return &q.Portfolios })
		for _, part := range parts {
			all = append(all, section{c, part})
		}
	}
	return all
}

// split makes of each query as many as one of its conditions needs.
func split(queries []amazon.AdsQuery, filtered bool, most int, of func(*amazon.AdsQuery) *[]string) []amazon.AdsQuery {
	var out []amazon.AdsQuery
	for _, q := range queries {
		ids := slices.Clone(*of(&q))
		slices.Sort(ids)
		ids = slices.Compact(ids)
		if !filtered || len(ids) == 0 {
			out = append(out, q)
			continue
		}
		for some := range slices.Chunk(ids, most) {
			part := q
			*of(&part) = some
			out = append(out, part)
		}
	}
	return out
}

// listPage reads one of Amazon's pages and keeps what the query asks for, whether or not the wire could be asked for it.
func (p *Program) listPage(ctx context.Context, s amazon.Asker, v *view, at *section, token string) ([]canon.AdsObject, string, error) {
	c, size := at.collection, at.collection.page
	if n := at.query.Size; n > 0 && (n < size || size == 0) {
		size = n
	}
	if c.gather != nil {
		return c.gather(ctx, p, s, v, &at.query, token)
	}
	call, err := c.speaks.list(c, &at.query, token, size)
	if err != nil {
		return nil, "", problem.New(problem.AdsInvalidArgument).Because(err)
	}
	call.Room = at.query.Room
	answer, err := p.look(ctx, s, v, c.finish(verbList, call))
	if err != nil {
		return nil, "", err
	}
	if answer.Truncated {
		return nil, "", broken(c, nil)
	}
	taker := at.query.Taker
	if taker != nil {
		if next, known := taker.Page(c.pageOf(&at.query, token, size), answer.Body); known {
			return nil, next, nil
		}
	}
	objects, next, err := c.readPage(answer.Body, v, &at.query, token, size)
	if err != nil {
		return nil, "", broken(c, err)
	}
	if taker != nil {
		taker.End(next)
	}
	return objects, next, nil
}

// pageOf names what a page is of, besides the account and the query. Where what follows a page does not stand in it, the token and the size
// that it was asked for with belong to that.
func (c *collection) pageOf(q *amazon.AdsQuery, token string, size int) string {
	name := fmt.Sprint(c.ops[verbList], q.IDs, q.Campaigns, q.Groups, q.Portfolios) // a section asks for some of the query's
	if _, ok := c.speaks.(passer); ok {
		return name
	}
	return name + " " + strconv.Itoa(size) + " " + token
}

func broken(c *collection, err error) error {
	return problem.New(problem.AdsBrokenAnswer).With("a page of %s cannot be read", c.list).Because(err)
}

// look makes a call that reads. What is no success is a problem, and a refusal where Amazon refused.
func (p *Program) look(ctx context.Context, s amazon.Asker, v *view, call amazon.Call) (*amazon.Answer, error) {
	call.Limit = pageLimit
	answer, err := s.Ask(ctx, v.account.Region, call, scope(v.account))
	if err != nil {
		if known, ok := problem.Of(err); ok {
			return nil, known.Because(err)
		}
		return nil, problem.New(problem.AdsUnreachable).Because(err)
	}
	if answer.Status != http.StatusOK {
		return nil, p.refused(answer, v.account)
	}
	return answer, nil
}

// A passer is a dialect that reads a page in one pass.
type passer interface {
	pass(c *collection, answer []byte, v *view, to *keeping) (next string, err error)
}

// readPage reads a page and keeps of it what the query asks for.
func (c *collection) readPage(answer []byte, v *view, q *amazon.AdsQuery, token string, size int) (objects []canon.AdsObject, next string, err error) {
	to := newKeeping(c, v, q)
	if d, ok := c.speaks.(passer); ok && c.reads != nil {
		next, err = d.pass(c, answer, v, to)
		return to.objects, next, err
	}
	items, next, err := c.speaks.read(c, answer, token, size)
	if err != nil {
		return nil, "", err
	}
	for _, item := range items {
		text := textOf(item)
		if to.copy(text) == len(text) {
			continue
		}
		o, err := c.object(item, v)
		if err != nil {
			return nil, "", err
		}
		to.keep(o, text)
	}
	return to.objects, next, nil
}

// object reads one item.
func (c *collection) object(item []byte, v *view) (canon.AdsObject, error) {
	o, err := c.decode(item, v)
	if err == nil {
		c.claim(o, item, v)
	}
	return o, err
}

// claim says whose an object is, and keeps Amazon's own beside it where that is asked for.
func (c *collection) claim(o canon.AdsObject, item []byte, v *view) {
	common := o.Common()
	common.Provider, common.OrganizationID = "amazon", v.account.ID
	if v.raw {
		common.Raw = slices.Clone(item)
	}
}

// finish puts on a call what its operation says.
func (c *collection) finish(verb string, call amazon.Call) amazon.Call {
	op := c.operations[verb]
	call.Method = op.Method
	if call.Path == "" {
		call.Path = op.Path
	}
	request, answer := op.Media()
	if call.Header == nil {
		call.Header = http.Header{}
	}
	if call.Header.Get("Accept") == "" {
		call.Header.Set("Accept", cmp.Or(answer, "application/json"))
	}
	if call.Body != nil {
		call.Header.Set("Content-Type", cmp.Or(request, "application/json"))
	}
	return call
}

// scope selects an account.
func scope(a canon.Account) amazon.Field { return amazon.Plain(scopeHeader, a.ID) }

const scopeHeader = "Amazon-Advertising-API-Scope"

// keeps holds an object against all conditions of a query.
func keeps(q *amazon.AdsQuery, o canon.AdsObject) bool {
	var campaign, group, portfolio, kind string
	switch o := o.(type) {
	case *canon.AdsCampaign:
		campaign, portfolio = o.ID, o.PortfolioID
	case *canon.AdsGroup:
		campaign, group = o.CampaignID, o.ID
	case *canon.AdsAd:
		campaign, group = o.CampaignID, o.GroupID
	case *canon.AdsCreative:
		campaign, group, kind = o.CampaignID, o.GroupID, o.Type
	case *canon.AdsTarget:
		campaign, group, kind = o.CampaignID, o.GroupID, o.Type
	case *canon.AdsPortfolio:
		portfolio = o.ID
	case *canon.AdsAsset:
		kind = o.Type
	case *canon.AdsTargetOption:
		kind = o.Type
	case *canon.AdsPromoted:
		kind = o.Type
	}
	c := o.Common()
	in := func(all []string, id string) bool { return len(all) == 0 || slices.Contains(all, id) }
	return in(q.IDs, c.ID) && in(q.Campaigns, campaign) && in(q.Groups, group) && in(q.Portfolios, portfolio) &&
		(q.Type == "" || q.Type == kind) && (c.Status == "" || slices.Contains(q.Statuses, c.Status))
}
