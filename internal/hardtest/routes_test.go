package hardtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A reply is the part of an answer that these tests look at.
type reply struct {
	status int
	code   problem.Code
	body   string
	token  string
}

func ask(t *testing.T, k *keytest.Key, method, address, body string, header http.Header) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := k.HTTP().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var fields struct {
		Code  problem.Code `json:"code"`
		Token string       `json:"token"`
	}
	_ = json.Unmarshal(text, &fields)
	return reply{resp.StatusCode, fields.Code, string(text), fields.Token}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// absent is a name that nothing has.
const absent = "EXAMPLE"

// mayLack are routes that read what is not there in this test's world: a viewer is let through to them, and told so.
var mayLack = []string{"/rotation", "/push/", "/keys", absent}

// A known route is one of the control API's description, with the names that there are filled in.
type known struct {
	method, path, id string
	open             bool
}

func described(t *testing.T, k *keytest.Key, names map[string]string) []known {
	t.Helper()
	var spec struct {
		Paths map[string]map[string]struct {
			OperationID string                 `json:"operationId"`
			Security    *[]map[string][]string `json:"security"`
		}
	}
	if err := json.Unmarshal([]byte(ask(t, k, "GET", k.Status.Console+"/api/openapi.json", "", nil).body), &spec); err != nil {
		t.Fatal(err)
	}
	var routes []known
	for path, methods := range spec.Paths {
		for part, name := range names {
			path = strings.ReplaceAll(path, part+"/{name}", part+"/"+url.PathEscape(name))
		}
		path = strings.ReplaceAll(path, "{key}", absent)
		if strings.Contains(path, "{") {
			t.Errorf("%s has something to fill in that this test does not know", path)
		}
		for method, op := range methods {
			routes = append(routes, known{strings.ToUpper(method), path, op.OperationID, op.Security != nil && len(*op.Security) == 0})
		}
	}
	if len(routes) < 20 {
		t.Fatalf("the description has %d routes", len(routes))
	}
	slices.SortFunc(routes, func(a, b known) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return routes
}

// gateToken gets a token of ours for a pass.
func gateToken(t *testing.T, k *keytest.Key, caller, pass, grant string) string {
	t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {caller}, "client_secret": {pass}, "refresh_token": {grant}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	var out struct {
		Token string `json:"access_token"`
	}
	text := ask(t, k, "POST", k.Status.Gateway+"/auth/o2/token", form.Encode(), header).body
	if err := json.Unmarshal([]byte(text), &out); err != nil || !strings.HasPrefix(out.Token, "lkt_") {
		t.Fatalf("no token: %s", text)
	}
	return out.Token
}

func namesOf(t *testing.T, k *keytest.Key) map[string]string {
	t.Helper()
	credentials, err := k.Client.Credentials(t.Context())
	if err != nil || len(credentials) == 0 {
		t.Fatalf("no credentials: %v", err)
	}
	return map[string]string{"/apps": kit.Shop, "/grants": "acme", "/callers": "reports", "/sites": "mysite-20", "/push/groups": absent, "/push/broadcasts": absent, "/pasted": absent, "/credentials": credentials[0].ID, "/consents": "EXAMPLE", "/programs": "ads", "/guides": "ads"}
}

// TestH1_ControlAPINeedsASession calls every route of the control API's description with everything that is no session, a caller's
// pass and token above all: each is refused, and nothing has changed.
func TestH1_ControlAPINeedsASession(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	pass := k.Pass("reports", "acme")
	token := gateToken(t, k, "reports", pass, "acme")
	before := inventory(t, k)
	attempts := map[string]http.Header{
		"nothing":          nil,
		"a pass":           bearer(pass),
		"a token":          bearer(token),
		"a pass as basic":  {"Authorization": {"Basic " + pass}},
		"no session":       bearer("lko_canaryEXAMPLEcanaryEXAMPLEcanaryEXAMPLEcanary"),
		"the password":     bearer(keytest.Password),
		"an empty bearer":  bearer(""),
		"the scheme alone": {"Authorization": {"Bearer"}},
		"Amazon's header":  {"X-Amz-Access-Token": {token}},
		"a cookie":         {"Cookie": {"session=" + pass}},
		"two":              {"Authorization": {"Bearer " + pass, "Bearer " + token}},
		"a forwarded user": {"X-Forwarded-User": {"ada"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Remote-User": {"ada"}},
	}
	routes := described(t, k, namesOf(t, k))
	for _, r := range routes {
		if r.open {
			if r.id != "sign-in" {
				t.Errorf("%s %s is open to everybody", r.method, r.path)
			}
			continue
		}
		for name, header := range attempts {
			got := ask(t, k, r.method, k.Status.Console+r.path, `{}`, header)
			if got.status != http.StatusUnauthorized || got.code != problem.APISignInNeeded {
				t.Errorf("%s %s with %s: %d %s", r.method, r.path, name, got.status, got.code)
			}
		}
	}
	for _, path := range []string{
		"/api/v1", "/api/", "/api/v1/apps/", "//api/v1/apps", "/api//v1/apps", "/api/v1/../v1/apps", "/api/v1/%61pps", "/API/v1/apps", "/api/v1/apps%2f" + kit.Shop,
		"/api/v1/session/../apps", "/api/openapi.json/../v1/apps", "/api/v1/apps;x", "/api/v1/nothing",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "TRACE", "DELETE"} {
			if got := ask(t, k, method, k.Status.Console+path, `{}`, bearer(pass)); got.status/100 == 2 || strings.Contains(got.body, "oa2-client") {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			}
		}
	}
	if after := inventory(t, k); after != before {
		t.Errorf("there was\n%s\nand is\n%s", before, after)
	}
}

// inventory is what an attack may not change, as text.
func inventory(t *testing.T, k *keytest.Key) string {
	t.Helper()
	apps, err1 := k.Client.Apps(t.Context())
	grants, err2 := k.Client.Grants(t.Context())
	callers, err3 := k.Client.Callers(t.Context())
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range grants {
		grants[i].Attempts = nil
	}
	text, err := json.Marshal([]any{apps, grants, callers})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestH1_ViewerLooksOnly signs a viewer in: he may read every route that reads, and sign out; whatever else he tries is refused and
// written down, and over the control socket his password reveals nothing.
func TestH1_ViewerLooksOnly(t *testing.T) {
	t.Parallel()
	data := newBox(t).data
	use := func(c *config.Config) { c.Data = data }
	first := keytest.Start(t, keytest.Options{Configure: use})
	first.Grant("acme")
	first.Pass("reports", "acme")
	names := namesOf(t, first)
	first.Stop()

	const viewer, secretWord = "eve", "canary-EXAMPLE-of-a-viewer"
	db, err := store.Open(t.Context(), store.Config{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	people := operator.New(operator.Config{Store: db, Audit: db, Now: time.Now})
	if _, err := people.Add(t.Context(), audit.Itself("test"), viewer, operator.Viewer, secret.New(secretWord)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	k := keytest.Start(t, keytest.Options{Configure: use})
	before := inventory(t, k)
	signIn, _ := json.Marshal(api.SignIn{Name: viewer, Password: secretWord})
	session := ask(t, k, "POST", k.Status.Console+"/api/v1/session", string(signIn), nil).token
	tried := 0
	for _, r := range described(t, k, names) {
		if r.id == "sign-in" || r.id == "sign-out" {
			continue
		}
		got := ask(t, k, r.method, k.Status.Console+r.path, `{}`, bearer(session))
		switch {
		case r.method == "GET" && got.status == http.StatusNotFound && slices.ContainsFunc(mayLack, func(part string) bool { return strings.Contains(r.path, part) }):
		case r.method == "GET" && r.id != "get-consent" && got.status != http.StatusOK:
			t.Errorf("a viewer's %s %s: %d %s", r.method, r.path, got.status, got.body)
		case r.method != "GET":
			tried++
			if got.status != http.StatusForbidden || got.code != problem.APINotAllowed {
				t.Errorf("a viewer's %s %s: %d %s", r.method, r.path, got.status, got.body)
			}
		}
	}
	_, err = k.Client.Reveal(t.Context(), names["/credentials"], api.Reveal{Operator: viewer, Password: secretWord})
	if p, _ := problem.Of(err); p.Code != problem.VaultOperatorsOnly {
		t.Errorf("a viewer's password reveals: %v", err)
	}
	if after := inventory(t, k); after != before {
		t.Errorf("there was\n%s\nand is\n%s", before, after)
	}
	if got := ask(t, k, "DELETE", k.Status.Console+"/api/v1/session", "", bearer(session)); got.status/100 != 2 {
		t.Errorf("a viewer signing out: %d %s", got.status, got.body)
	}
	if got := ask(t, k, "GET", k.Status.Console+"/api/v1/apps", "", bearer(session)); got.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", got.status)
	}
	k.Stop()
	holdDenied(t, data, tried)
}

// holdDenied holds that each refusal of a viewer was written down.
func holdDenied(t *testing.T, data string, tried int) {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	entries, err := db.AuditEntries(context.Background(), "", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	calls, reveals := 0, 0
	for _, e := range entries {
		if e.Actor.Kind != audit.Viewer || e.Outcome != audit.Denied {
			continue
		}
		switch e.Action {
		case "api.call":
			calls++
		case "credential.reveal":
			reveals++
		}
	}
	if calls != tried || reveals != 1 {
		t.Errorf("%d refused calls and %d refused reveals are written down, of %d and 1", calls, reveals, tried)
	}
}

// TestH1_GatewayNeedsAPass calls every operation of every program, by both kinds of path, with everything that is no pass, and with
// the pass of a caller who may use another grant: Amazon is not asked once.
func TestH1_GatewayNeedsAPass(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	k.Connect("other", kit.Shop, kit.Advertiser)
	k.Pass("reports", "acme")
	stranger := k.Pass("stranger", "other")
	signIn, _ := json.Marshal(api.SignIn{Name: keytest.Operator, Password: keytest.Password})
	session := ask(t, k, "POST", k.Status.Console+"/api/v1/session", string(signIn), nil).token
	strangersToken := gateToken(t, k, "stranger", stranger, "other")
	acme, err := k.Client.Grant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	ads := kit.Filter{Match: kit.Match{Program: "ads"}}
	before := len(k.Sandbox.Journal().Entries(ads))
	none := map[string]http.Header{
		"nothing": nil, "an operator's session": bearer(session), "an Amazon token": bearer("Atza|sbxEXAMPLEcanary0123456789"),
		"no pass": bearer("lkp_canaryEXAMPLEcanaryEXAMPLEcanaryEXAMPLEcanaryEXAMPLEcan"), "no token": bearer("lkt_canaryEXAMPLE"), "the password": bearer(keytest.Password),
	}
	others := map[string]http.Header{"a stranger's pass": bearer(stranger), "a stranger's token": bearer(strangersToken)}
	paths := 0
	for _, p := range all.Programs() {
		d := p.Descriptor()
		for _, op := range d.Operations {
			path := fill(op.Path)
			paths++
			for name, header := range none {
				for _, at := range []string{path, "/lk/g/acme" + path} {
					if got := ask(t, k, op.Method, k.Status.Gateway+at, `{}`, with(header, op.Accept)); got.status != http.StatusUnauthorized {
						t.Errorf("%s %s with %s: %d %s", op.Method, at, name, got.status, got.body)
					}
				}
			}
			for name, header := range others {
				for _, at := range []string{"/lk/g/acme" + path, "/lk/g/" + acme.ID + path} {
					got := ask(t, k, op.Method, k.Status.Gateway+at, `{}`, with(header, op.Accept))
					if got.status != http.StatusForbidden && got.status != http.StatusNotFound && got.status != http.StatusUnauthorized || strings.Contains(got.body, acme.ID) {
						t.Errorf("%s %s with %s: %d %s", op.Method, at, name, got.status, got.body)
					}
				}
			}
		}
	}
	if asked := len(k.Sandbox.Journal().Entries(ads)) - before; asked != 0 || paths < 10 {
		t.Errorf("Amazon was asked %d times by calls of %d operations that nobody was allowed", asked, paths)
	}
	for _, text := range []string{strangersToken, session, stranger + "x"} { // none of them buys a token
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"stranger"}, "client_secret": {text}, "refresh_token": {"other"}}
		got := ask(t, k, "POST", k.Status.Gateway+"/auth/o2/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
		if got.status/100 != 4 || strings.Contains(got.body, "access_token\"") {
			t.Errorf("the token endpoint took it: %d %s", got.status, got.body)
		}
	}
}

// fill puts something into the places of an operation's path.
func fill(pattern string) string {
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "1234567890"
		}
	}
	return strings.Join(parts, "/")
}

func with(h http.Header, accept string) http.Header {
	out := h.Clone()
	if out == nil {
		out = http.Header{}
	}
	if accept != "" {
		out.Set("Content-Type", accept)
		out.Set("Accept", accept)
	}
	out.Set("Lockkeeper-Region", "EU")
	return out
}
