package adsfake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Pages of a search (document of the library).
const (
	assetPage      = 25
	mostAssetsPage = 500
)

// An assetSearch is the body of a search.
type assetSearch struct {
	Text   string `json:"text"`
	Filter struct {
		Values []struct {
			Field  string   `json:"valueField"`
			Values []string `json:"values"`
		} `json:"valueFilters"`
		Ranges []struct {
			Field  string `json:"rangeField"`
			Ranges []struct {
				Start string `json:"start"`
				End   string `json:"end"`
			} `json:"ranges"`
		} `json:"rangeFilters"`
	} `json:"filterCriteria"`
	Sort struct {
		Field string `json:"field"`
		Order string `json:"order"`
	} `json:"sortCriteria"`
	Page *struct {
		Identifier *struct {
			Number int32  `json:"pageNumber"`
			Token  string `json:"token"`
		} `json:"identifier"`
		Size *int32 `json:"size"`
	} `json:"pageCriteria"`
}

// assetValues are what a value filter compares; those without a function are read and select nothing.
var assetValues = map[string]func(*asset) []string{
	"TAG": func(a *asset) []string { return a.newest().tags }, "ASIN": func(a *asset) []string { return a.newest().asins },
	"ASSET_TYPE": func(a *asset) []string { return []string{a.kind} }, "ASSET_SUB_TYPE": func(a *asset) []string { return a.newest().subTypes },
	"ASSET_EXTENSION": func(a *asset) []string { return []string{a.newest().extension()} },
	"CAMPAIGN_NAME":   nil, "CAMPAIGN_ID": nil, "PROGRAM": nil, "APPROVED_AD_POLICY": nil,
}

// assetNumbers are what a range filter and an order compare.
var assetNumbers = map[string]func(*asset) int64{
	"SIZE": func(a *asset) int64 { return a.newest().file.size }, "CREATED_TIME": func(a *asset) int64 { return a.versions[0].made.UnixMilli() },
	"IMAGE_HEIGHT": func(a *asset) int64 { return int64(a.newest().file.height) }, "IMAGE_WIDTH": func(a *asset) int64 { return int64(a.newest().file.width) },
}

// searchAssets serves POST /assets/search.
func (f *fake) searchAssets(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	s := &assetSearch{}
	if len(bytes.TrimSpace(v.x.Body)) > 0 {
		if err := json.Unmarshal(v.x.Body, s); err != nil {
			return assetRefusal(v.x, http.StatusBadRequest, "The request is not valid: "+err.Error())
		}
	}
	keeps, order, err := s.understood()
	if err != nil {
		return assetRefusal(v.x, http.StatusBadRequest, err.Error())
	}
	size, q := assetPage, s.selection()
	if s.Page != nil && s.Page.Size != nil {
		size = int(*s.Page.Size)
	}
	if s.Page != nil && s.Page.Identifier != nil {
		q.token = s.Page.Identifier.Token
	}
	from, ok := f.openToken(v.profile, assetsFound, q)
	if !ok || size < 1 || size > mostAssetsPage {
		return assetRefusal(v.x, http.StatusBadRequest, "pageCriteria is not valid: a token of another search, or a size that is not between 1 and 500")
	}
	v.profile.library.mu.Lock()
	defer v.profile.library.mu.Unlock()
	all := slices.DeleteFunc(f.assets(v.profile), func(a *asset) bool { return !keeps(a) })
	slices.SortStableFunc(all, order)
	told := struct {
		Total int         `json:"totalRecords"`
		List  []wireFound `json:"assetList"`
		Token string      `json:"token,omitempty"`
	}{Total: len(all), List: []wireFound{}}
	all = all[min(int(from), len(all)):]
	if len(all) > size {
		all, told.Token = all[:size], f.sealToken(v.profile, assetsFound, q, from+uint64(size))
	}
	for _, a := range all {
		told.List = append(told.List, a.found(v.profile, v.x.Now))
	}
	return remapped(v.x, http.StatusOK, assetsFound, told)
}

// selection is what a search's token is bound to: all of it but the page.
func (s *assetSearch) selection() *filter {
	all := *s
	all.Page = nil
	return &filter{texts: []textTest{{values: []string{string(mustJSON(all))}}}}
}

var errAssetField = errors.New("a filter or the order is of no known field, or not of its form")

// understood makes of a search a test and an order.
func (s *assetSearch) understood() (keeps func(*asset) bool, order func(a, b *asset) int, err error) {
	var tests []func(*asset) bool
	if text := strings.ToLower(s.Text); text != "" {
		tests = append(tests, func(a *asset) bool {
			v := a.newest()
			return strings.Contains(strings.ToLower(v.name), text) ||
				slices.ContainsFunc(slices.Concat(v.tags, v.asins), func(t string) bool { return strings.ToLower(t) == text })
		})
	}
	for _, f := range s.Filter.Values {
		of, known := assetValues[f.Field]
		if !known {
			return nil, nil, errAssetField
		}
		if of != nil && len(f.Values) > 0 {
			tests = append(tests, func(a *asset) bool {
				return slices.ContainsFunc(of(a), func(is string) bool { return slices.Contains(f.Values, is) })
			})
		}
	}
	for _, f := range s.Filter.Ranges {
		of, known := assetNumbers[f.Field]
		var spans [][2]int64
		for _, r := range f.Ranges {
			from, err := strconv.ParseInt(r.Start, 10, 64)
			to, err2 := strconv.ParseInt(r.End, 10, 64)
			known = known && err == nil && err2 == nil
			spans = append(spans, [2]int64{from, to})
		}
		if !known {
			return nil, nil, errAssetField
		}
		tests = append(tests, func(a *asset) bool {
			return slices.ContainsFunc(spans, func(s [2]int64) bool { return s[0] <= of(a) && of(a) <= s[1] })
		})
	}
	order, err = s.order()
	return func(a *asset) bool {
		return !slices.ContainsFunc(tests, func(test func(*asset) bool) bool { return !test(a) })
	}, order, err
}

// order is what a search is sorted by: when assets were made, unless it says another.
func (s *assetSearch) order() (func(a, b *asset) int, error) {
	by := func(a, b *asset) int { return 0 }
	switch of := assetNumbers[s.Sort.Field]; {
	case of != nil:
		by = func(a, b *asset) int { return cmp.Compare(of(a), of(b)) }
	case s.Sort.Field == "NAME":
		by = func(a, b *asset) int { return cmp.Compare(a.newest().name, b.newest().name) }
	case s.Sort.Field == "EXTENSION":
		by = func(a, b *asset) int { return cmp.Compare(a.newest().extension(), b.newest().extension()) }
	case s.Sort.Field != "":
		return nil, errAssetField
	}
	switch s.Sort.Order {
	case "", "ASC":
		return by, nil
	case "DESC":
		return func(a, b *asset) int { return by(b, a) }, nil
	}
	return nil, errAssetField
}
