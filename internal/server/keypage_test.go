package server_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// An access key's page has the columns of AWS's own console, and replaces the key at the press of a button. No secret is on it.
func TestAccessKeyPage(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	old, fresh := k.Sandbox.World().AWSKey(kit.AWSStream, 1), k.Sandbox.World().AWSKey(kit.AWSStream, 2)
	if _, err := k.Client.AddKey(t.Context(), api.NewKeyPair{Name: "stream", Realm: "sandbox", KeyID: old.ID, Secret: old.Secret, Service: "sqs", Region: "eu-west-1"}); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	b.enter(k, keytest.Operator, keytest.Password)
	page := k.Status.Console + "/grants/stream"
	text := b.get(page).body
	for _, want := range []string{
		old.ID, "sqs in eu-west-1", ":user/stream", "Created", "Deleted", "Last used region", "Last used service", "Status", "/lk/aws/stream/credentials", "Replace this key",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	b.post(page+"/rotation", url.Values{})
	text = b.get(page).body
	if !strings.Contains(text, "The new key is in use.") || !strings.Contains(text, fresh.ID) || strings.Contains(text, "Replace this key") {
		t.Error("the page does not show the replacement")
	}
	for _, s := range []string{old.Secret, fresh.Secret} {
		if strings.Contains(text, s) {
			t.Error("a secret is on the page")
		}
	}
	if sure := b.get(page + "/revoke").body; !strings.Contains(sure, "At AWS the key stays as it is") {
		t.Error("forgetting is not explained")
	}
	if list := b.get(k.Status.Console + "/grants").body; !strings.Contains(list, "stream") {
		t.Error("the list of grants lacks it")
	}
	if seen := b.get(k.Status.Console + "/").body; strings.Contains(seen, "no token") {
		t.Error("a key pair is judged as if it had a token")
	}
}
