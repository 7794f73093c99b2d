package keytest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// keyed is a Lockkeeper that keeps the key of one of the sandbox's IAM users, under the user's name.
func keyed(t *testing.T, user string, switches map[string]string) *keytest.Key {
	t.Helper()
	k := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Clock: kit.FrozenClock(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)), Switches: switches}})
	pair := k.Sandbox.World().AWSKey(user, 1)
	if _, err := k.Client.AddKey(t.Context(), api.NewKeyPair{Name: user, Realm: "sandbox", KeyID: pair.ID, Secret: pair.Secret}); err != nil {
		t.Fatal(err)
	}
	return k
}

func statuses(keys []api.AccessKey) map[string]string {
	out := map[string]string{}
	for _, k := range keys {
		status := k.Status
		if !k.Deleted.IsZero() {
			status = "deleted"
		}
		if k.InUse {
			status += ", in use"
		}
		out[k.ID] = status
	}
	return out
}

// The whole life of a key: kept, replaced, the old one quiet, inactive, deleted.
func TestARotationToItsEnd(t *testing.T) {
	t.Parallel()
	k := keyed(t, kit.AWSStream, map[string]string{"aws.activation": "3m"})
	ctx, w := t.Context(), k.Sandbox.World()
	old, fresh := w.AWSKey(kit.AWSStream, 1).ID, w.AWSKey(kit.AWSStream, 2).ID
	step := func(want string) api.Rotation {
		t.Helper()
		r, err := k.Client.Rotation(ctx, kit.AWSStream)
		if err != nil || r.Step != want {
			t.Fatalf("%+v %v, want %s", r, err, want)
		}
		return r
	}
	if r, err := k.Client.RotateKey(ctx, kit.AWSStream); err != nil || r.Step != "created" || r.Problem == nil || r.Problem.Code != problem.AWSKeyPending {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := k.Client.RotateKey(ctx, kit.AWSStream); err == nil || !strings.Contains(err.Error(), problem.New(problem.AWSRotating).What) {
		t.Error(err)
	}
	k.Sandbox.Advance(4 * time.Minute)
	step("published")
	keys, err := k.Client.SyncKeys(ctx, kit.AWSStream)
	if d := cmp.Diff(map[string]string{old: "Active", fresh: "Active, in use"}, statuses(keys)); err != nil || d != "" {
		t.Fatal(err, d)
	}
	k.Sandbox.Advance(25 * time.Hour)
	step("retired")
	k.Sandbox.Advance(73 * time.Hour)
	r := step("done")
	if r.Old != old || r.New != fresh || r.Ended.IsZero() {
		t.Error(r)
	}
	keys, err = k.Client.Keys(ctx, kit.AWSStream)
	if d := cmp.Diff(map[string]string{old: "deleted", fresh: "Active, in use"}, statuses(keys)); err != nil || d != "" {
		t.Error(err, d)
	}
}

// Container credentials as AWS's SDKs fetch them: all four strings, with the right that the pass needs.
func TestVend(t *testing.T) {
	t.Parallel()
	k := keyed(t, kit.AWSStream, nil)
	ctx := t.Context()
	ask := func(grant, authorization string) (int, map[string]string) { return lend(t, k, grant, authorization) }
	plain, err := k.Client.AddCaller(ctx, api.NewCaller{Name: "plain", Grants: []string{kit.AWSStream}})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := k.Client.AddCaller(ctx, api.NewCaller{Name: "reader", Grants: []string{kit.AWSStream}, Vend: true, Effects: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	lent, err := k.Client.AddCaller(ctx, api.NewCaller{Name: "lent", Grants: []string{kit.AWSStream}, Vend: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		grant, pass string
		status      int
		code        problem.Code
	}{
		"no right":      {kit.AWSStream, plain.Pass, 403, problem.GatewayVendDenied},
		"reads only":    {kit.AWSStream, reader.Pass, 403, problem.PolicyDenied},
		"another grant": {"nobody", lent.Pass, 404, problem.GatewayGrantUnknown},
		"no pass":       {kit.AWSStream, "", 401, problem.GatewayPassMissing},
	} {
		if status, got := ask(c.grant, c.pass); status != c.status || got["code"] != string(c.code) || got["message"] == "" {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	status, got := ask(kit.AWSStream, lent.Pass)
	if status != 200 || len(got) != 5 || !strings.HasPrefix(got["AccessKeyId"], "ASIA") || got["SecretAccessKey"] == "" || got["Token"] == "" || got["AccountId"] != k.Sandbox.World().AWSAccount() {
		t.Fatal(status, len(got))
	}
	if end, err := time.Parse(time.RFC3339, got["Expiration"]); err != nil || end.Sub(k.Sandbox.Now()) < 15*time.Minute {
		t.Error(got["Expiration"], err)
	}
	if _, again := ask(kit.AWSStream, "Bearer "+lent.Pass); again["AccessKeyId"] != got["AccessKeyId"] {
		t.Error("a second question got another session")
	}
	k.Sandbox.Advance(50 * time.Minute)
	if _, later := ask(kit.AWSStream, lent.Pass); later["AccessKeyId"] == got["AccessKeyId"] {
		t.Error("a session with ten minutes to go was lent")
	}
}

// lend asks for session credentials as an AWS SDK does.
func lend(t *testing.T, k *keytest.Key, grant, authorization string) (int, map[string]string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", k.Status.Gateway+"/lk/aws/"+grant+"/credentials", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatal(err, resp.Header)
	}
	var out map[string]string
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return resp.StatusCode, out
}

// A key that AWS gives no session is not lent at all: the long-lived pair never leaves in its place.
func TestAKeyWithoutSessionsIsNotLent(t *testing.T) {
	t.Parallel()
	k := keyed(t, kit.AWSDenied, nil)
	lent, err := k.Client.AddCaller(t.Context(), api.NewCaller{Name: "lent", Grants: []string{kit.AWSDenied}, Vend: true})
	if err != nil {
		t.Fatal(err)
	}
	status, got := lend(t, k, kit.AWSDenied, lent.Pass)
	if status < 400 || got["code"] != string(problem.AWSCannotVend) || got["message"] == "" || got["SecretAccessKey"] != "" {
		t.Errorf("%d %s %s", status, got["code"], got["message"])
	}
}

// Software that cannot sign sends its pass and AWS's own body; the gateway signs, for the service and region of the grant and no other.
func TestTheGatewaySigns(t *testing.T) {
	t.Parallel()
	k := keyed(t, kit.AWSStream, nil)
	ctx := t.Context()
	caller, err := k.Client.AddCaller(ctx, api.NewCaller{Name: "worker", Grants: []string{kit.AWSStream}})
	if err != nil {
		t.Fatal(err)
	}
	call := func(body string, header ...string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, "POST", k.Status.Gateway+"/lk/g/"+kit.AWSStream+"/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+caller.Pass)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	const who = "Action=GetCallerIdentity&Version=2011-06-15"
	for range 2 { // before and after the key was replaced: the software notices nothing
		if status, text := call(who); status != 200 || !strings.Contains(text, ":user/"+kit.AWSStream) {
			t.Fatal(status, text)
		}
		if _, err := k.Client.RotateKey(ctx, kit.AWSStream); err != nil && !strings.Contains(err.Error(), "rotated already") {
			t.Fatal(err)
		}
	}
	// R23: what a caller sends of a signature's parts does not reach AWS.
	if status, text := call(who, "X-Amz-Date", "20200101T000000Z", "X-Amz-Security-Token", "sbx-made-up", "X-Amz-Content-Sha256", strings.Repeat("0", 64)); status != 200 {
		t.Error(status, text)
	}
}
