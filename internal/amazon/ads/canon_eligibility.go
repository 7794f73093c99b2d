package ads

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

const eligibilityOp = "eligibility.product.list"

// judge asks whether products may be advertised, each for the ad product that advertises it. One whose ASIN nobody told is not asked about,
// since Amazon wants that; one that Amazon says nothing of is neither eligible nor not.
func (p *Program) judge(ctx context.Context, s amazon.Asker, v *view, products []*advertised) error {
	byType := map[string][]*advertised{}
	for _, a := range products {
		if a.asin != "" {
			byType[a.adType] = append(byType[a.adType], a)
		}
	}
	c := &collection{list: "eligibilities", operations: map[string]amazon.Operation{verbList: operation(p.Descriptor(), eligibilityOp)}}
	for _, adType := range sortedKeys(byType) {
		for some := range slices.Chunk(byType[adType], mostEligibility) {
			text, err := json.Marshal(eligibilityQuery(adType, some))
			if err != nil {
				return broken(c, err)
			}
			answer, err := p.look(ctx, s, v, c.finish(verbList, amazon.Call{Body: text}))
			if err != nil {
				return err
			}
			said, err := readEligibility(answer.Body)
			if err != nil || answer.Truncated {
				return broken(c, err)
			}
			for _, a := range some {
				a.judged(said)
			}
		}
	}
	return nil
}

// A wireProduct names a product.
type wireProduct struct {
	ASIN string `json:"asin"`
	SKU  string `json:"sku,omitempty"`
}

func eligibilityQuery(adType string, some []*advertised) any {
	var q struct {
		AdType   string        `json:"adType"`
		Products []wireProduct `json:"productDetailsList"`
	}
	q.AdType = adType
	for _, a := range some {
		one := wireProduct{ASIN: a.asin}
		if a.Type == "SKU" {
			one.SKU = a.ID
		}
		q.Products = append(q.Products, one)
	}
	return q
}

// An eligibility is what Amazon says of one product.
type eligibility struct {
	Product wireProduct `json:"productDetails"`
	Overall string      `json:"overallStatus"` // ELIGIBLE, ELIGIBLE_WITH_WARNING, INELIGIBLE
	Reasons []struct {
		Name     string `json:"name"`
		Severity string `json:"severity"`
	} `json:"eligibilityStatusList"`
}

// readEligibility reads an answer. Clients tell of a list under a name and of a bare one.
func readEligibility(answer []byte) (all []eligibility, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(answer), []byte("[")) {
		err = json.Unmarshal(answer, &all)
		return all, err
	}
	var said struct {
		All []eligibility `json:"productResponseList"`
	}
	err = json.Unmarshal(answer, &said)
	return said.All, err
}

// judged takes what was said of the product: by SKU where it is one and Amazon told SKUs, else by ASIN.
func (a *advertised) judged(all []eligibility) {
	at := slices.IndexFunc(all, func(e eligibility) bool { return a.Type == "SKU" && e.Product.SKU == a.ID })
	if at < 0 {
		at = slices.IndexFunc(all, func(e eligibility) bool {
			return e.Product.ASIN == a.asin && (a.Type == "ASIN" || e.Product.SKU == "")
		})
	}
	if at < 0 {
		return
	}
	e, yes := all[at], false
	switch e.Overall {
	case "ELIGIBLE", "ELIGIBLE_WITH_WARNING":
		yes = true
	case "INELIGIBLE":
	default:
		return
	}
	a.Eligible = &yes
	var warnings []string
	for _, r := range e.Reasons {
		if r.Severity == "ELIGIBLE_WITH_WARNING" {
			warnings = append(warnings, r.Name)
		} else if !yes {
			a.IneligibleReasons = append(a.IneligibleReasons, r.Name)
		}
	}
	if len(warnings) > 0 {
		if a.Ext == nil {
			a.Ext = map[string]any{}
		}
		a.Ext[extWarnings] = list(warnings)
	}
}
