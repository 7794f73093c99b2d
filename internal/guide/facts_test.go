package guide_test

import (
	"bytes"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// A fact is one thing that people have read before they come to us, and what of the guide says it. The first word or words of the line of
// contracts/what-users-read.md that it stands in name the line.
type fact struct {
	line  string
	what  string
	task  string
	holds []string
}

// facts has a row for every fact of what-users-read.md.
var facts = []fact{
	// AWS access keys and PA-API.
	{"Associates dashboard > Tools", "the old way to the sign-up", "products", []string{"Tools > Product Advertising API > Sign Up Now > log in again > Manage Your Account > AWS Security Credentials Console > Access Keys"}},
	{"Associates dashboard > Tools", "the list's columns", "aws", []string{`"+" beside Access Keys`, "Created, Deleted, Access Key ID, Last Used, Last Used Region, Last Used Service and Status", "N/A means never used"}},
	{"AWS: Account Name", "the way to a root key", "aws", []string{"account name > Security Credentials > Continue > Access Keys", "Create New Access Key > Show Access Key or Download Key File"}},
	{"AWS: Account Name", "delete or make inactive", "aws", []string{"deletes a key or makes it inactive"}},
	{"Access key id: 20", "the forms", "aws", []string{"20 letters and digits", "40 characters"}},
	{"Access key id: 20", "the secret cannot be had back", "aws", []string{"The secret of an existing key cannot be retrieved", "make a new pair and save it in a safe place"}},
	{"Access key id: 20", "root keys, and why IAM", "aws", []string{"Root keys can still be made", "best practice", "root has unlimited access"}},
	{"Only you and AWS", "keeping it secret", "aws", []string{"Only you and AWS should know it: never in a request, never by e-mail, never outside your organisation", "Nobody of Amazon asks for it"}},
	{"Only you and AWS", "and for product data", "products", []string{"never put it into a request, an e-mail", "never give it outside your organisation", "Nobody of Amazon ever asks for it"}},
	{"Differs today: PA-API 5", "retired", "products", []string{"PA-API 5 was deprecated on 2026-04-30", "switched off on 2026-05-15"}},
	{"Differs today: PA-API 5", "AWS keys were refused", "products", []string{"AccessDeniedAwsUsers", "only pairs made in Associates Central worked"}},
	{"Differs today: PA-API 5", "the successor", "products", []string{"You need a Creators API credential", "Tools > Creators API > Create Application"}},
	{"Differs today: PA-API 5", "said for AWS keys too", "aws", []string{"The Creators API takes no AWS keys at all"}},

	// Associates and affiliate tools.
	{`"Amazon Affiliate Access Keys"`, "what the name means", "products", []string{`"Amazon Affiliate Access Keys"`, "the access key and secret of the Product Advertising API"}},
	{`"Amazon Affiliate Access Keys"`, "what they are not", "products", []string{"It is not the Site ID", "-20 in the Americas, -21 or -22 in Europe and Asia", "nor one of up to 100 Tracking IDs", "One of those must be on a link for it to earn"}},
	{`"Amazon Affiliate Access Keys"`, "for links", "links", []string{"No key is needed", "up to 100 Tracking IDs", "-20 in the Americas, -21 or -22 in Europe and Asia"}},
	{"Keys are possible", "three sales in 180 days", "products", []string{"Three qualifying sales in the first 180 days give you the keys", "a review"}},
	{"Keys are possible", "ten sales today", "products", []string{"10 qualified sales in the last 30 days", "since 2025-11"}},
	{"Who needs keys", "tools and developers", "products", []string{"EasyAzon", "AAWP with its comparison tables", "AmaLinks Pro", "write such software"}},
	{"Who needs keys", "who does not", "products", []string{"links made at Amazon itself, or with Geniuslink or Kit, need a Site ID or a Tracking ID only"}},
	{"Who needs keys", "for links", "links", []string{"Geniuslink or Kit", "Either the Site ID or a Tracking ID must be on the link"}},
	{"PA-API gives", "what it gives", "products", []string{"stock, prices, reviews, descriptions, images and more"}},
	{"PA-API gives", "the old way to the keys", "products", []string{"Tools > Product Advertising API > Manage Your Credentials > Add Credentials > Download Credentials", "existing keys (without their secret)"}},
	{"PA-API gives", "lost means a new pair", "products", []string{"a lost id or secret cannot be had back, a new pair is made"}},

	// Amazon Ads API.
	{"No single key.", "five credentials", "ads", []string{"There is no single Amazon Ads API key", "five credentials: Client ID, Client Secret, Access Token, Refresh Token and Profile ID"}},
	{"No single key.", "client id", "ads", []string{"amzn1.application-oa2-client.", "Amazon-Advertising-API-ClientId", "in a header of every call", "Never expires"}},
	{"No single key.", "client secret", "ads", []string{"It is sent there only, never in a header", "Until you rotate it: on demand"}},
	{"No single key.", "access token", "ads", []string{"One hour (3600 seconds)"}},
	{"No single key.", "refresh token", "ads", []string{"Amazon may send a new one with any refresh; keep the latest, an older one may die"}},
	{"No single key.", "profile id", "ads", []string{"Stable: as long as the account", "header Amazon-Advertising-API-Scope"}},
	{"No single key.", "security profile id", "ads", []string{"Security Profile ID", "amzn1.application. and 32", "when the API application is linked"}},
	{"Two portals", "both, and the link", "ads", []string{"Amazon Developer Console", "Amazon Ads Partner Network Console", "by the approval mail", "This joins the two portals"}},
	{"Two portals", "one account in both", "ads", []string{"the same Amazon account and e-mail address", `"Pending for ever" usually means that two Amazon accounts were used`, "the addresses may differ"}},
	{"Need first", "an Ads Manager account", "ads", []string{"An Ads Manager account at advertising.amazon.com (not Seller Central, not the Service Provider Network)"}},
	{"Need first", "privacy policy, OAuth, campaigns", "ads", []string{"A privacy policy", "authorization code and refresh tokens, no implicit grant, no client credentials", "As a Direct Advertiser: campaigns that ran"}},
	{"Steps: Login", "the security profile", "ads", []string{"Login with Amazon > Create a New Security Profile", "Security Profile Name", "Security Profile Description", "Consent Privacy Notice URL", "Show Client ID and Client Secret"}},
	{"Steps: Login", "return URLs and general tab", "ads", []string{"Manage > Web Settings > Edit > Allowed Return URLs", "Security Profile > General"}},
	{"Steps: Login", "the application", "ads", []string{"API Applications > Request API Access > Submit", "Direct Advertiser for campaigns of your own; Tool Provider / Agency", "Advertising: tick it", "Business justification"}},
	{"Steps: Login", "the wait", "ads", []string{"2 to 3 business days for a Direct Advertiser, several weeks for a Tool Provider"}},
	{"Steps: Login", "linking", "ads", []string{"link in the approval mail > choose the security profile > Link application"}},
	{"OAuth per end customer", "pages and scopes", "ads", []string{"For each customer", "NA www.amazon.com/ap/oa, EU eu.account.amazon.com/ap/oa, FE apac.account.amazon.com/ap/oa", "the scopes profile and advertising::campaign_management"}},
	{"OAuth per end customer", "exchange and profiles", "ads", []string{"exchanged at the token endpoint of the same region", "GET /v2/profiles", "of that region only"}},
	{"Gotchas", "SPN", "ads", []string{"The most common failure of all", "Service Provider Network (SPN)", "no permission for the Ads API"}},
	{"Gotchas", "token host", "ads", []string{"Tokens must come from the region's own token endpoint", "calls give 401", "any of the three works"}},
	{"Gotchas", "propagation", "ads", []string{"Up to an hour", "calls fail meanwhile (403, some see 401)"}},
	{"Gotchas", "scope header", "ads", []string{"A forgotten Amazon-Advertising-API-Scope is answered with 403 in some places and with 401 in others"}},
	{"Gotchas", "view-only", "ads", []string{"/v2/profiles?accessLevel=view", "some get 403, others an empty list"}},
	{"Gotchas", "another API of a like name", "ads", []string{"Product Advertising API, which is another thing: retired on 2026-04-30, succeeded by the Creators API"}},
	{"Empty profiles", "causes", "ads", []string{"no campaign was ever made there, or it is the wrong region"}},
	{"Handling", "keep the latest, in a secret manager", "ads", []string{"Keep the latest Refresh Token of every answer", "AWS Secrets Manager, Azure Key Vault, GCP Secret Manager or the like", "never in a repository or an environment file"}},
	{"Handling", "refresh and log", "ads", []string{"Refresh at 55 minutes", "exponential backoff", "Log every refresh: when, success or failure, error code", "Repeated 400 or 401", "authorise again"}},
	{"No API-key alternative", "none", "ads", []string{"no API-key, basic-authentication or service-account alternative"}},
	{"No API-key alternative", "regions", "ads", []string{"One security profile and one consent serve all regions", "for the region that is asked, and for no other"}},
	{"No API-key alternative", "who is refused", "ads", []string{"Comparison shopping engines, demand-side platforms, marketplaces and competing ad networks"}},
	{"Unified.to", "what it is", "ads", []string{"one API over Amazon, Google, Meta, LinkedIn, TikTok, Microsoft and 9 more", "ads_organization, ads_campaign, ads_group, ads_ad, ads_creative, ads_report, ads_target and ads_promoted", "CRUD", "reports, and passthrough", "takes OAuth, portals, regions, refresh, rotation and scoping off your hands"}},
	{"Unified.to", "Google and Meta", "ads", []string{"Google Ads and Meta Ads use OAuth with refresh tokens too, but without the two portals, without the profile header and with a sandbox"}},

	// App key and push.
	{"Needs an Amazon app", "what is needed", "fire", []string{"An Amazon app", "An Amazon developer account", "OneSignal account"}},
	{"Needs an Amazon app", "device messaging", "fire", []string{"Device Messaging is a tab of the app", "Create a New Security Profile > Save", "Security Profile Name", "Security Profile Description", "View Security Profile", "Client ID and Client Secret"}},
	{"OneSignal", "where to paste", "fire", []string{"All Apps > your app > Settings > Native App Platforms > Amazon Fire > Save", "Client ID: paste it Client Secret: paste it"}},
	{"Security profile > Android", "the key's fields", "fire", []string{"Android/Kindle Settings", "API Key Name: any", "Package: the app's package name; case-sensitive", "MD5 of the certificate in the keystore that signs the APK", "Generate New Key"}},
	{"Security profile > Android", "not the debug keystore", "fire", []string{"Do not use the default debug keystore", "make another key with the production keystore, or let Amazon sign the app"}},
	{"Security profile > Android", "the file", "fire", []string{"Save it as api_key.txt", "/assets/ at the root of the APK", "install the SDK"}},
	{"Differs today: the console", "SHA-256 and JDK 17", "fire", []string{"the console asks for the SHA-256 signature too", "keytool of JDK 17 prints no MD5"}},
}

// rendered is a guide as the terminal shows it, with line breaks as blanks.
func rendered(t *testing.T, task string) string {
	t.Helper()
	g, ok := guide.For(task)
	if !ok {
		t.Fatalf("no guide for %q", task)
	}
	var b bytes.Buffer
	if err := g.Text(&b); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestEveryFactIsInTheGuide(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for _, task := range guide.Tasks() {
		text[task] = rendered(t, task)
	}
	for _, f := range facts {
		for _, want := range f.holds {
			if !strings.Contains(text[f.task], want) {
				t.Errorf("guide --for %s does not say %q (%s, %s)", f.task, want, f.line, f.what)
			}
		}
	}
}

// TestEveryLineHasAFact: no line of the file of facts is without a row above.
func TestEveryLineHasAFact(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(sharedtest.Path(t, "contracts", "what-users-read.md"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for line := range strings.SplitSeq(string(text), "\n") {
		line, ok := strings.CutPrefix(line, "- ")
		if !ok {
			continue
		}
		found := false
		for _, f := range facts {
			if strings.HasPrefix(line, f.line) {
				found, used[f.line] = true, true
			}
		}
		if !found {
			t.Errorf("no row for: %.60s", line)
		}
	}
	for _, f := range facts {
		if !used[f.line] {
			t.Errorf("the file of facts has no line that begins %q", f.line)
		}
	}
}

// TestTheGuideFitsATerminal: 80 columns, but for addresses and commands, which are there to be copied.
func TestTheGuideFitsATerminal(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := guide.Compare(&b); err != nil {
		t.Fatal(err)
	}
	for _, g := range guide.All() {
		if err := g.Text(&b); err != nil {
			t.Fatal(err)
		}
		for _, s := range g.Steps {
			if err := g.StepText(&b, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if n := len([]rune(line)); n > 80 && !strings.Contains(line, "https://") && !strings.Contains(line, "lockkeeper ") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// later are the problems of ads and lwa that no setup avoids: they come up in daily work, or on the wire.
var later = []string{
	"lwa.missing_parameter", "lwa.device_pending", "lwa.device_expired", "lwa.wrong_method", "lwa.redirected", "lwa.invalid_request", "lwa.unreachable", "lwa.unrecognised",
	"ads.report_too_old", "ads.bad_next_token", "ads.report_duplicate", "ads.unprocessable", "ads.too_large", "ads.download_with_authorization", "ads.download_expired",
	"ads.not_found", "ads.invalid_argument", "ads.unreachable", "ads.unrecognised", "ads.not_sent",
	"lwa.restricted_token", "lwa.selling_partner", "lwa.user_id", // another API's, or no key at all
}

// TestEveryProblemNamesItsStep: whatever somebody here can avoid by setting up rightly points at the step; and what that step says points back.
func TestEveryProblemNamesItsStep(t *testing.T) {
	t.Parallel()
	for _, p := range problem.All() {
		family, _, _ := strings.Cut(string(p.Code), ".")
		if p.Guide != "" {
			if s, _, ok := guide.StepNamed(p.Guide); !ok || !slices.Contains(s.Avoids, string(p.Code)) {
				t.Errorf("%s names the step %q, which does not name it", p.Code, p.Guide)
			}
			continue
		}
		if p.Status == http.StatusUnprocessableEntity { // what a write itself says wrongly
			continue
		}
		if (family == "ads" || family == "lwa") && p.Whose != problem.AmazonsOwn && !slices.Contains(later, string(p.Code)) {
			t.Errorf("%s names no step of the guide", p.Code)
		}
	}
}
