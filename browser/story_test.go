//go:build browser

package browser_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// consents goes from the console's page to Amazon's, signs in there as a user and presses a button.
func (b *chrome) consents(user, button string) {
	b.t.Helper()
	b.follow("link", "Go on to Amazon")
	b.arrives(user, button)
}

func (b *chrome) arrives(user, button string) {
	b.t.Helper()
	u := b.k.Sandbox.World().User(user)
	b.click("radio", u.Name+"*")
	b.follow("button", "Sign in")
	b.follow("button", button)
}

var passForm = regexp.MustCompile(`lkp_[A-Za-z0-9_-]+`)

// call makes a program's call with a pass, and tells its status.
func call(t *testing.T, k *keytest.Key, pass, grant string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.Status.Gateway+"/v2/profiles", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pass)
	req.Header.Set("Lockkeeper-Grant", grant)
	req.Header.Set("Lockkeeper-Region", "NA")
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestStory_FirstStartToFirstCall(t *testing.T) {
	firstCall(t, func(*chrome) {}, true)
}

// firstCall is the whole way of a new operator: nothing is kept, and at the end software makes a call.
func firstCall(t *testing.T, prepare func(*chrome), pictures bool) {
	t.Helper()
	k := keytest.Start(t, keytest.Options{})
	profile := k.Sandbox.World().Profile(kit.Shop)
	b := open(t, k)
	prepare(b)
	look := func(name string) {
		if pictures {
			b.picture(name)
		}
	}
	b.visit("/")
	b.shows("Sign in")
	look("sign-in")
	b.signIn(keytest.Operator, keytest.Password)
	b.shows("Overview", "From here to the first call", "none kept yet")
	look("overview-empty")

	b.follow("link", "Keep the security profile*")
	b.fill("Client ID", profile.ClientID)
	b.fill("Client Secret", profile.Secret())
	b.choose("Where it is registered", "Lock")
	look("profile-form")
	b.follow("button", "Keep it")
	b.shows("Kept.", profile.ClientID)

	b.follow("link", "Connect an account")
	b.fill("Name for the grant", "acme")
	look("connect")
	b.follow("button", "Begin")
	b.shows("Sign in as the user who opens the Amazon Ads console")
	look("connecting")
	b.consents(kit.Advertiser, "Allow")
	b.shows("Connected “acme”", "accounts were found")
	look("connected")
	b.follow("link", "See acme")
	b.shows("Accounts that it opens", "fine", "new token")
	look("grant")

	b.follow("link", "Callers")
	b.fill("Name of the software", "bid-optimiser")
	b.click("checkbox", "acme")
	look("callers-form")
	b.follow("button", "Let it in")
	b.shows("It is shown this once")
	look("pass")
	pass := passForm.FindString(b.markup())
	if pass == "" {
		t.Fatal("the page shows no pass")
	}
	if got := call(t, k, pass, "acme"); got != http.StatusOK {
		t.Errorf("the first call: status %d", got)
	}
	b.follow("link", "I have it")
	b.shows("bid-optimiser", "everything", "good")
	look("callers")
	if strings.Contains(b.markup(), pass) {
		t.Error("the pass is shown a second time")
	}
	for path, text := range map[string]string{
		"/": "kept alive, and fine", "/keys": "What it is for", "/credentials": "Last used region", "/log": "consent", "/audit": "operator.sign_in",
		"/guide": "Which key do I need?", "/guide/ads": "Step by step", "/account": "Change the password", "/apps": profile.ClientID,
	} {
		b.visit(path)
		b.shows(text)
		name := strings.Trim(strings.ReplaceAll(path, "/", "-"), "-")
		if name == "" {
			name = "overview"
		}
		look(name)
	}
}

// TestStory_Cancel: the person says no at Amazon, is told so, and can begin anew.
func TestStory_Cancel(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	b.visit("/connect")
	b.fill("Name for the grant", "acme")
	b.follow("button", "Begin")
	b.consents(kit.Advertiser, "Cancel")
	b.shows("lwa.consent_denied", "Access not permitted.")
	b.picture("cancelled")
	b.follow("link", "Begin anew")
	b.shows("Connect an Amazon account")
	if grants, err := k.Client.Grants(t.Context()); err != nil || len(grants) != 0 {
		t.Errorf("a consent that was cancelled left %v, %v", grants, err)
	}
}

// TestStory_WrongAmazonAccount: a user of Seller Central says yes. The page says what is wrong and leads to the mending, which works.
func TestStory_WrongAmazonAccount(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	b.visit("/connect")
	b.fill("Name for the grant", "acme")
	b.follow("button", "Begin")
	b.consents(kit.SellerCentral, "Allow")
	b.shows("this Amazon user opens no advertising account", "ads.wrong_user")
	b.picture("wrong-account")
	b.visit("/")
	b.shows("opens nothing", "Your turn")
	b.picture("overview-wrong-account")
	b.follow("button", "Find out why")
	b.shows("ads.wrong_user", "What the doctor found")
	b.picture("doctor")

	b.follow("link", "Connect acme again")
	b.follow("button", "Begin")
	b.follow("link", "Go on to Amazon")
	b.follow("link", "Someone else?")
	b.arrives(kit.Advertiser, "Allow")
	b.shows("Connected “acme”", "accounts were found")
}

// TestStory_Revoke: a grant and a caller go, each after one question, and calls stop at once.
func TestStory_Revoke(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	pass := k.Pass("reports", "acme")
	if got := call(t, k, pass, "acme"); got != http.StatusOK {
		t.Fatalf("before: status %d", got)
	}
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	b.visit("/callers")
	b.follow("button", "Revoke it, the pass of reports*")
	b.shows("The pass was revoked")
	if got := call(t, k, pass, "acme"); got != http.StatusUnauthorized {
		t.Errorf("after its pass was revoked: status %d", got)
	}
	b.follow("link", "Shut reports out")
	b.picture("sure")
	b.follow("button", "Shut reports out")
	b.shows("Shut out.")

	b.visit("/grants/acme")
	b.follow("link", "Revoke")
	b.shows("Revoke “acme”?", "Amazon offers no way")
	b.follow("link", "Keep it")
	b.follow("link", "Revoke")
	b.follow("button", "Revoke acme")
	b.shows("Its tokens are destroyed here", "There is none yet")
	b.visit("/audit")
	b.shows("grant.revoke", "caller.revoke", "pass.revoke")
	b.picture("audit-revoked")
}
