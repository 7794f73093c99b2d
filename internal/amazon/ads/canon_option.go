package ads

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Types of target options.
const (
	optionCategory = "PRODUCT_CATEGORY"
	optionAudience = "AUDIENCE"
)

// targetOptions are the catalogues of what can be targeted: the product categories of Sponsored Products and of Sponsored Brands, whose ids
// differ, and the audiences of Sponsored Display (contract ads-model 1.4).
func targetOptions() []*collection {
	option := func(channel canon.Channel, kind, op, list string, speaks dialect) *collection {
		return &collection{
			kind: canon.KindTargetOption, channel: channel, speaks: speaks, list: list, ops: map[string]string{verbList: op},
			wants: func(q *amazon.AdsQuery) bool { return q.Type == "" || q.Type == kind },
		}
	}
	tree := decoder(option(canon.SponsoredProducts, optionCategory, "sp.targets.categories.list", "categoryTree", categoryTree{}), decodeCategory)
	tree.gather = tree.inParts(tree.branches)
	brands := decoder(option(canon.SponsoredBrands, optionCategory, "sb.targets.categories.list", "categoryTree", brandCategories{}), decodeBrandCategory)
	brands.gather = brands.inParts(func(item []byte, v *view, keep func(canon.AdsObject)) error {
		o, err := brands.object(item, v)
		if err == nil {
			keep(o)
		}
		return err
	})
	audiences := decoder(option(canon.SponsoredDisplay, optionAudience, "audiences.list", "audiences", audienceList{}), decodeAudience)
	audiences.page = mostAudiences
	return []*collection{tree, brands, audiences}
}

// inParts lists by answers whose size nobody can choose, in pages of the size that is asked for. A token is how many objects of an answer
// were given and the answer's own token; each page asks for its answer anew.
func (c *collection) inParts(each func(item []byte, v *view, keep func(canon.AdsObject)) error) gatherer {
	return func(ctx context.Context, p *Program, s amazon.Asker, v *view, q *amazon.AdsQuery, token string) ([]canon.AdsObject, string, error) {
		if c.channel == canon.SponsoredBrands && !slices.Contains(brandCategoryCountries, v.account.Country) {
			return nil, "", nil
		}
		given, theirs, _ := strings.Cut(token, ".")
		from, err := strconv.Atoi(given)
		if token != "" && (err != nil || from < 0) {
			return nil, "", problem.New(problem.AdsBadNextToken)
		}
		call, err := c.speaks.list(c, q, theirs, 0)
		if err != nil {
			return nil, "", broken(c, err)
		}
		answer, err := p.look(ctx, s, v, c.finish(verbList, call))
		if err != nil {
			return nil, "", err
		}
		items, next, err := c.speaks.read(c, answer.Body, theirs, 0)
		if err != nil || answer.Truncated {
			return nil, "", broken(c, err)
		}
		var all []canon.AdsObject
		for _, item := range items {
			if err := each(item, v, func(o canon.AdsObject) {
				if keeps(q, o) {
					all = append(all, o)
				}
			}); err != nil {
				return nil, "", broken(c, err)
			}
		}
		all = all[min(from, len(all)):]
		switch {
		case q.Size > 0 && len(all) > q.Size:
			all, next = all[:q.Size], strconv.Itoa(from+q.Size)+"."+theirs
		case next != "":
			next = "0." + next
		}
		return all, next, nil
	}
}

// categoryTree is the dialect of GET /sp/targets/categories: one tree, which is JSON inside a string (OpenAPI document of Sponsored Products;
// its example shows the tree itself, so that is read as well).
type categoryTree struct{ readOnly }

// list implements dialect.
func (categoryTree) list(*collection, *amazon.AdsQuery, string, int) (amazon.Call, error) {
	return amazon.Call{}, nil
}

// read implements dialect: the roots.
func (categoryTree) read(_ *collection, answer []byte, _ string, _ int) (roots []json.RawMessage, _ string, err error) {
	tree := answer
	if !bytes.HasPrefix(bytes.TrimSpace(answer), []byte("[")) {
		var said struct {
			Tree json.RawMessage `json:"categoryTree"`
		}
		if err := json.Unmarshal(answer, &said); err != nil {
			return nil, "", err
		}
		if tree = said.Tree; bytes.HasPrefix(tree, []byte(`"`)) {
			var text string
			if err := json.Unmarshal(tree, &text); err != nil {
				return nil, "", err
			}
			tree = []byte(text)
		}
	}
	err = json.Unmarshal(tree, &roots)
	return roots, "", err
}

// A wireCategory is a node of the tree.
type wireCategory struct {
	ID       wireID            `json:"id"`
	Name     string            `json:"na"`
	Target   bool              `json:"ta"`
	Products json.RawMessage   `json:"asinCountRange"`
	Children []json.RawMessage `json:"ch"`
}

// extProducts is how many products a category has.
const extProducts = "asinCountRange"

func decodeCategory(w *wireCategory, _ *view) (*canon.AdsTargetOption, error) {
	o := &canon.AdsTargetOption{
		AdsCommon: canon.AdsCommon{ID: string(w.ID), Name: w.Name}, Channel: canon.SponsoredProducts, Type: optionCategory, IsActive: w.Target,
	}
	return o, counted(o, w.Products)
}

func counted(o *canon.AdsTargetOption, products json.RawMessage) error {
	var n map[string]any
	if len(products) == 0 {
		return nil
	}
	if err := json.Unmarshal(products, &n); err != nil || n == nil {
		return err
	}
	o.Ext = map[string]any{extProducts: n}
	return nil
}

// branches reads a node and all below it, each after what it is a part of.
func (c *collection) branches(item []byte, v *view, keep func(canon.AdsObject)) error {
	return c.branch(item, "", v, keep)
}

func (c *collection) branch(item []byte, parent string, v *view, keep func(canon.AdsObject)) error {
	var w wireCategory
	if err := json.Unmarshal(item, &w); err != nil {
		return err
	}
	o, err := decodeCategory(&w, v)
	if err != nil {
		return err
	}
	o.ParentID = parent
	c.claim(o, item, v)
	keep(o)
	for _, child := range w.Children {
		if err := c.branch(child, o.ID, v, keep); err != nil {
			return err
		}
	}
	return nil
}

// brandCategories is the dialect of GET /sb/targets/categories: a list in which each says what it is a part of.
type brandCategories struct{ readOnly }

// brandCategoryCountries are those that have it (OpenAPI document of Sponsored Brands v4).
var brandCategoryCountries = []string{"US", "CA", "MX", "UK", "DE", "FR", "ES", "IT", "IN", "JP"}

// list implements dialect.
func (brandCategories) list(_ *collection, _ *amazon.AdsQuery, token string, _ int) (amazon.Call, error) {
	query := url.Values{"supplySource": {"AMAZON"}}
	if token != "" {
		query.Set("nextToken", token)
	}
	return amazon.Call{Query: query}, nil
}

// read implements dialect.
func (brandCategories) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// A wireBrandCategory is an item of the list.
type wireBrandCategory struct {
	ID       string          `json:"categoryRefinementId"`
	Parent   string          `json:"parentCategoryRefinementId"`
	Name     string          `json:"name"`
	Target   bool            `json:"isTargetable"`
	Products json.RawMessage `json:"asinCountRange"`
}

func decodeBrandCategory(w *wireBrandCategory, _ *view) (*canon.AdsTargetOption, error) {
	o := &canon.AdsTargetOption{
		AdsCommon: canon.AdsCommon{ID: w.ID, Name: w.Name}, Channel: canon.SponsoredBrands, Type: optionCategory, IsActive: w.Target, ParentID: w.Parent,
	}
	return o, counted(o, w.Products)
}
