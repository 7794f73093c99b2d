package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// devCreators is what the demo world's Creators API application and grant are called.
const devCreators = "demo-products"

// productShown connects a Creators API credential without its version, which is found out, and shows a product by the name of a shop alone.
func (w *walk) productShown() (string, error) {
	made := w.sandbox.World().Affiliates.Credential("creators-3.2")
	if _, err := w.client.App(w.ctx, devCreators); err != nil {
		if _, err := w.client.AddApp(w.ctx, api.NewApp{Name: devCreators, Program: "creators", Realm: "sandbox", ClientID: made.ID, ClientSecret: made.Secret}); err != nil {
			return "keeping a Creators API credential:", err
		}
		if _, err := w.client.Connect(w.ctx, api.Connect{Name: devCreators, App: devCreators}); err != nil {
			return "connecting it:", err
		}
	}
	g, err := w.client.Grant(w.ctx, devCreators)
	if err != nil {
		return "", err
	}
	if g.Health != "ok" || g.Version != made.Version || string(g.Region) != made.Region() {
		return "", fmt.Errorf("the grant is %s, version %s, region %s, and version %s was expected", g.Health, g.Version, g.Region, made.Version)
	}
	before := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "creators", Operation: "searchItems"}})
	body := fmt.Sprintf(`{"partnerTag":%q,"keywords":"lock","itemCount":1,"resources":["itemInfo.title","offersV2.listings.price"]}`, made.Affiliate.Tags("21")[0])
	out, err := w.client.Call(w.ctx, api.Call{Program: "creators", Method: http.MethodPost, Path: "/catalog/v1/searchItems", Account: "www.amazon.de", Body: body})
	if err != nil {
		return "", err
	}
	var found struct {
		Result struct {
			Items []struct {
				ASIN string `json:"asin"`
				Info struct {
					Title struct {
						Text string `json:"displayValue"`
					} `json:"title"`
				} `json:"itemInfo"`
				Offers struct {
					Listings []struct {
						Price struct {
							Money struct {
								Display string `json:"displayAmount"`
							} `json:"money"`
						} `json:"price"`
					} `json:"listings"`
				} `json:"offersV2"`
			} `json:"items"`
		} `json:"searchResult"`
	}
	if err := json.Unmarshal([]byte(out.Body), &found); err != nil || out.Status != http.StatusOK || len(found.Result.Items) == 0 || len(found.Result.Items[0].Offers.Listings) == 0 {
		return "", fmt.Errorf("status %d, and no product: %w", out.Status, errors.Join(err, errNothing))
	}
	if seen := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "creators", Operation: "searchItems"}}); len(seen) != len(before)+1 {
		return "", errors.New("the sandbox did not see the call")
	}
	item := found.Result.Items[0]
	return fmt.Sprintf("version %s found out, nobody asked; %s in www.amazon.de: %q, %s", g.Version, item.ASIN, item.Info.Title.Text, item.Offers.Listings[0].Price.Money.Display), nil
}
