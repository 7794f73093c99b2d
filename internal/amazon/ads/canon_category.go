package ads

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Refinements of a category in canon's words: departments narrowed down by brand, price, stars and the like. Ranges are "10-20.5".
const (
	refineBrand = "brand"
	refineGenre = "genre"
	refineAge   = "age"
	refinePrime = "prime"
	refinePrice = "price"
	refineStars = "rating"
)

// A v1Category is a category with its refinements, all in one object.
type v1Category struct {
	Match string `json:"matchType,omitempty"`
	Value struct {
		Refinement v1Refinement `json:"productCategoryRefinement"`
	} `json:"productCategoryRefinement"`
}

type v1Refinement struct {
	Category     string      `json:"productCategoryId,omitempty"`
	CategoryName string      `json:"productCategoryIdResolved,omitempty"`
	Brand        string      `json:"productBrandId,omitempty"`
	Genre        string      `json:"productGenreId,omitempty"`
	Age          string      `json:"productAgeRangeId,omitempty"`
	Prime        *bool       `json:"productPrimeShippingEligible,omitempty"`
	PriceOver    json.Number `json:"productPriceGreaterThan,omitempty"`
	PriceUnder   json.Number `json:"productPriceLessThan,omitempty"`
	StarsOver    json.Number `json:"productRatingGreaterThan,omitempty"`
	StarsUnder   json.Number `json:"productRatingLessThan,omitempty"`
}

// canon reads a category.
func (w *v1Category) canon() *canon.TargetCategory {
	r := &w.Value.Refinement
	c := &canon.TargetCategory{ID: r.Category, Name: r.CategoryName, Refinements: map[string]string{}}
	set := func(key, value string) {
		if value != "" {
			c.Refinements[key] = value
		}
	}
	set(refineBrand, r.Brand)
	set(refineGenre, r.Genre)
	set(refineAge, r.Age)
	if r.Prime != nil {
		set(refinePrime, fmt.Sprint(*r.Prime))
	}
	between := func(key string, low, high json.Number) {
		switch {
		case low != "" && high != "":
			set(key+"_between", plain(low.String())+"-"+plain(high.String()))
		case low != "":
			set(key+"_greater_than", plain(low.String()))
		case high != "":
			set(key+"_less_than", plain(high.String()))
		}
	}
	between(refinePrice, r.PriceOver, r.PriceUnder)
	between(refineStars, r.StarsOver, r.StarsUnder)
	if len(c.Refinements) == 0 {
		c.Refinements = nil
	}
	return c
}

// plain writes a number without zeros at its end: Amazon's doubles have one, expressions have not.
func plain(number string) string {
	if !strings.Contains(number, ".") || strings.ContainsAny(number, "eE") {
		return number
	}
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}

// v1CategoryOf writes one.
func v1CategoryOf(c *canon.TargetCategory, v *view) (*v1Category, error) {
	w := &v1Category{}
	r := &w.Value.Refinement
	r.Category = c.ID
	if v.told {
		r.CategoryName = c.Name
	}
	for _, key := range sortedKeys(c.Refinements) {
		value := c.Refinements[key]
		low, high, ranged := strings.Cut(value, "-")
		switch key {
		case refineBrand:
			r.Brand = value
		case refineGenre:
			r.Genre = value
		case refineAge:
			r.Age = value
		case refinePrime:
			yes := value == "true"
			r.Prime = &yes
		case refinePrice + "_between":
			r.PriceOver, r.PriceUnder = json.Number(low), json.Number(high)
		case refinePrice + "_greater_than":
			r.PriceOver = json.Number(value)
		case refinePrice + "_less_than":
			r.PriceUnder = json.Number(value)
		case refineStars + "_between":
			r.StarsOver, r.StarsUnder = json.Number(low), json.Number(high)
		case refineStars + "_greater_than":
			r.StarsOver = json.Number(value)
		case refineStars + "_less_than":
			r.StarsUnder = json.Number(value)
		default:
			return nil, fmt.Errorf("a category cannot be refined by %q", key)
		}
		if ranged != strings.HasSuffix(key, "_between") && (strings.HasPrefix(key, refinePrice) || strings.HasPrefix(key, refineStars)) {
			return nil, fmt.Errorf("%s is no value of %s", value, key)
		}
	}
	return w, nil
}
