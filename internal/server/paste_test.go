package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestPasteBox goes through the console's one box without any script: look, confirm, kept. The secret is in no page on the way.
func TestPasteBox(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	cred := k.Sandbox.World().Affiliates.Credential("creators-2.2")
	b := newBrowser(t)
	b.enter(k, keytest.Operator, keytest.Password)
	looked := b.post(k.Status.Console+"/add", url.Values{"text": {cred.ID + "\n" + cred.Secret}, "ask": {"yes"}, "realm": {"sandbox"}})
	to := looked.Header.Get("Location")
	if looked.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/add/") {
		t.Fatalf("looking answered %d to %q", looked.StatusCode, to)
	}
	shown := b.get(k.Status.Console + to)
	for _, want := range []string{"Creators API credential", "2.2", "EU", "yes, Amazon accepts it", `value="creators-eu"`} {
		if !strings.Contains(shown.body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if got := names(t, k); len(got) != 0 {
		t.Errorf("kept before it was confirmed: %v", got)
	}
	none := b.post(k.Status.Console+to+"/keep", url.Values{})
	if none.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("confirming nothing answered %d", none.StatusCode)
	}
	kept := b.post(k.Status.Console+to+"/keep", url.Values{"keep-0": {"yes"}, "name-0": {"reviews"}})
	if kept.StatusCode != http.StatusOK || !strings.Contains(kept.body, "/grants/reviews") {
		t.Errorf("keeping answered %d", kept.StatusCode)
	}
	if diff := cmp.Diff([]string{"reviews"}, names(t, k)); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if gone := b.get(k.Status.Console + to); gone.problem() != problem.IntakeGone {
		t.Errorf("what was kept still waits: %d %s", gone.StatusCode, gone.problem())
	}
	for _, p := range []page{looked, shown, none, kept} {
		if strings.Contains(p.body, cred.Secret) || strings.Contains(p.body, cred.ID) {
			t.Error("a page holds what was pasted")
		}
	}
}

// TestPasteIsForgotten holds that what waits ends with its ten minutes, is its operator's alone, and can be dropped.
func TestPasteIsForgotten(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	b := newBrowser(t)
	b.enter(k, keytest.Operator, keytest.Password)
	look := func() string {
		return b.post(k.Status.Console+"/add", url.Values{"text": {"mysite-20"}}).Header.Get("Location")
	}
	others, err := k.Client.Look(t.Context(), api.Paste{Text: "mysite-20"})
	if err != nil || others.Ticket == "" {
		t.Fatalf("looking: %v", err)
	}
	if p := b.get(k.Status.Console + "/add/" + others.Ticket); p.problem() != problem.IntakeGone {
		t.Errorf("one operator sees what another pasted: %d", p.StatusCode)
	}
	to := look()
	if p := b.post(k.Status.Console+to+"/forget", nil); p.StatusCode != http.StatusSeeOther {
		t.Errorf("forgetting answered %d", p.StatusCode)
	}
	if p := b.get(k.Status.Console + to); p.problem() != problem.IntakeGone {
		t.Errorf("what was dropped still waits: %d", p.StatusCode)
	}
	to = look()
	k.Sandbox.Advance(10*time.Minute + time.Second)
	if p := b.get(k.Status.Console + to); p.problem() != problem.IntakeGone {
		t.Errorf("what waited too long still waits: %d", p.StatusCode)
	}
}

// TestProbesAreFew holds the order of the questions and that no host which refused a key is asked about it twice (guides 5.6).
func TestProbesAreFew(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	w := k.Sandbox.World()
	shop, c33, c23 := w.Profile(kit.Shop), w.Affiliates.Credential("creators-3.3"), w.Affiliates.Credential("creators-2.3")
	user := w.AWSKey(kit.AWSStream, 1)
	wrong := strings.Repeat("sbx0wrong", 6)[:51]
	for _, c := range []struct {
		name, text string
		asked      []string
		state      string
	}{
		{"a security profile of unknown use, wrong secret", shop.ClientID + "\n" + c33.Secret, []string{"api.amazon.com", "api.amazon.co.uk", "api.amazon.co.jp"}, "pending"},
		{"a Creators credential that does not say so", c33.ID + "\n" + c33.Secret, []string{"api.amazon.com", "api.amazon.co.uk", "api.amazon.co.jp"}, "works"},
		{"the same with its version", "id,secret,version\n" + c33.ID + "," + c33.Secret + ",3.3", []string{"api.amazon.co.jp"}, "works"},
		{"an older one", c23.ID + " " + c23.Secret, []string{
			"creatorsapi.auth.us-east-1.amazoncognito.com", "creatorsapi.auth.eu-south-2.amazoncognito.com", "creatorsapi.auth.us-west-2.amazoncognito.com",
		}, "works"},
		{"an older one, wrong secret", c23.ID + " " + wrong, []string{
			"creatorsapi.auth.us-east-1.amazoncognito.com", "creatorsapi.auth.eu-south-2.amazoncognito.com", "creatorsapi.auth.us-west-2.amazoncognito.com",
		}, "pending"},
		{"Device Messaging", "ADM_CLIENT_ID=" + shop.ClientID + "\nADM_CLIENT_SECRET=" + shop.Secret(), []string{"api.amazon.com"}, "works"},
		{"Amazon Ads", "ADS_CLIENT_ID=" + shop.ClientID + "\nADS_CLIENT_SECRET=" + shop.Secret(), []string{"api.amazon.com"}, "proven"},
		{"an AWS key", user.ID + " " + user.Secret, []string{"sts.us-east-1.amazonaws.com"}, "works"},
		{"half a key", user.ID, nil, "unasked"},
	} {
		before := len(k.Sandbox.Journal().Entries(kit.Filter{}))
		out, err := k.Client.Look(t.Context(), api.Paste{Text: c.text, Ask: true, Realm: "sandbox"})
		if err != nil || len(out.Items) != 1 {
			t.Fatalf("%s: %v, %d items", c.name, err, len(out.Items))
		}
		if diff := cmp.Diff(c.asked, out.Items[0].Asked); diff != "" || out.Items[0].State != c.state {
			t.Errorf("%s: %s, not %s; asked (-want +got):\n%s", c.name, out.Items[0].State, c.state, diff)
		}
		if sent := len(k.Sandbox.Journal().Entries(kit.Filter{})) - before; sent != len(c.asked) {
			t.Errorf("%s: %d requests for %d hosts", c.name, sent, len(c.asked))
		}
		if slices.Contains(out.Items[0].Asked, "") {
			t.Errorf("%s: a host without a name", c.name)
		}
	}
}

// TestNewCredentialWaits holds that a credential which Amazon does not know yet is kept as pending where its version is known, and comes
// to life by itself.
func TestNewCredentialWaits(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	fresh, err := k.Sandbox.World().Affiliates.AddCredential(kit.NewCreatorsCredential{Key: "fresh", Affiliate: kit.Newcomer, App: "new", Version: "3.2", Delay: 3 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	out, err := k.Client.Look(t.Context(), api.Paste{Text: "Credential Id,Secret,Version\n" + fresh.ID + "," + fresh.Secret + ",3.2", Ask: true, Realm: "sandbox"})
	if err != nil || out.Ticket == "" || out.Items[0].State != "pending" {
		t.Fatalf("looking: %v, %+v", err, out.Items)
	}
	kept, err := k.Client.KeepPasted(t.Context(), out.Ticket, api.KeepPasted{Items: []api.KeepItem{{Item: 0}}})
	if err != nil || len(kept) != 1 || kept[0].Problem != nil || kept[0].Health != "pending" {
		t.Fatalf("keeping: %v, %+v", err, kept)
	}
}
