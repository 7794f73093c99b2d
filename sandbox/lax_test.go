package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestLax sends each program what it refuses as long as it verifies, and takes where nothing need be true.
func TestLax(t *testing.T) {
	t.Parallel()
	strict, lax := start(t, sandbox.Options{}), start(t, sandbox.Options{Lax: true})
	if !lax.Ready().Lax || strict.Ready().Lax {
		t.Error("a sandbox does not say whether it verifies")
	}
	const form, target = "application/x-www-form-urlencoded", "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.SearchItems"
	for _, c := range []struct {
		name, url, body string
		headers         []string
		refused, status int
		says            string
	}{
		{"a refresh of nobody's", "https://api.amazon.com/auth/o2/token", "grant_type=refresh_token&refresh_token=x&client_id=y&client_secret=z", []string{"Content-Type", form}, 401, 200, `"refresh_token":"Atzr|sbx`},
		{"a refresh without anything", "https://api.amazon.co.uk/auth/o2/token", "grant_type=refresh_token", []string{"Content-Type", form}, 400, 200, `"access_token":"Atza|sbx`},
		{"a code of nobody's", "https://api.amazon.com/auth/o2/token", "grant_type=authorization_code&code=x&client_id=y", []string{"Content-Type", form}, 401, 200, `"refresh_token":"Atzr|sbx`},
		{"client credentials of nobody's", "https://api.amazon.com/auth/o2/token", "grant_type=client_credentials&scope=any&client_id=y", []string{"Content-Type", form}, 401, 200, `"access_token":"Atc|sbx`},
		{"creators' credentials of nobody's", "https://api.amazon.com/auth/o2/token", "grant_type=client_credentials&scope=creatorsapi::default&client_id=y", []string{"Content-Type", form}, 401, 200, `creatorsapi::default`},
		{"what is malformed", "https://api.amazon.com/auth/o2/token", "grant_type=refresh_token&grant_type=x", []string{"Content-Type", form}, 400, 400, "Malformed"},
		{"a user without a token", "https://api.amazon.com/user/profile", "", nil, 400, 200, `"name":"Ana Advertiser"`},
		{"profiles without anything", "https://advertising-api.amazon.com/v2/profiles", "", nil, 401, 200, `"countryCode":"US"`},
		{"campaigns without anything", "https://advertising-api-eu.amazon.com/sp/campaigns/list", `{}`, nil, 401, 200, `"campaignId"`},
		{"a token of nobody's, a profile that is none", "https://advertising-api.amazon.com/sp/campaigns/list", `{}`, []string{"Authorization", "Bearer mine", "Amazon-Advertising-API-Scope", "5"}, 401, 200, `"campaignId"`},
		{"a push without a token", "https://api.amazon.com/messaging/registrations/x/messages", `{"data":{"a":"b"}}`, nil, 401, 400, "InvalidRegistrationId"},
		{"products without a token", "https://creatorsapi.amazon/catalog/v1/searchItems", `{"keywords":"kettle","partnerTag":"mine-20"}`, []string{"X-Marketplace", "www.amazon.com"}, 401, 200, "searchResult"},
		{"PA-API without a signature", "https://webservices.amazon.com/paapi5/searchitems", `{"Keywords":"Lock","PartnerTag":"mine-20","PartnerType":"Associates"}`, []string{"X-Amz-Target", target}, 400, 200, "SearchResult"},
		{"STS without a signature", "https://sts.amazonaws.com/", "Action=GetCallerIdentity&Version=2011-06-15", []string{"Content-Type", form}, 403, 200, "user/admin"},
		{"IAM without a signature", "https://iam.amazonaws.com/", "Action=ListUsers&Version=2010-05-08", []string{"Content-Type", form}, 403, 200, "<UserName>admin"},
	} {
		for server, want := range map[*bench]int{strict: c.refused, lax: c.status} {
			method := http.MethodPost
			if c.body == "" {
				method = http.MethodGet
			}
			r, err := http.NewRequestWithContext(t.Context(), method, c.url, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i+1 < len(c.headers); i += 2 {
				r.Header.Set(c.headers[i], c.headers[i+1])
			}
			resp, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != want || server == lax && !strings.Contains(string(body), c.says) {
				t.Errorf("%s, lax %v: %d instead of %d, %v\n%s", c.name, server == lax, resp.StatusCode, want, err, body)
			}
		}
	}
	// Whoever presents what is true is who it says; and each is one consent, however often it comes.
	other := lax.Consent(kit.Agency, kit.ViewOnly).Issue("NA").Access
	if c, err := lax.World().Tokens.Check(other); err != nil || c.User.Key != kit.ViewOnly || c.Profile.Key != kit.Agency {
		t.Errorf("a true token in a lax world: %+v, %v", c, err)
	}
	shop := lax.World().Profile(kit.Shop)
	one, _ := lax.World().Tokens.RefreshAny(shop, "x", "NA")
	two, _ := lax.World().Tokens.RefreshAny(shop, "y", "NA")
	if one != two {
		t.Error("each garbage makes a consent of its own")
	}
	if err := lax.Switch("lwa.auth", "verified"); err != nil || lax.World().Lax() {
		t.Errorf("a lax world cannot be turned back: %v", err)
	}
}
