package push_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

func anyGrant(name, _ string) (string, error) {
	if name != "" && name != "fire" {
		return "", problem.New(problem.GatewayGrantUnknown)
	}
	return "fire", nil
}

// TestOneSignalsWords sends in OneSignal's words and sees on the device what became of each.
func TestOneSignalsWords(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	made := w.devices(2, map[string]int{"unregistered": 1}, "lang:de", "beta")
	gone, there := made[0], made[1]
	if gone.State != "unregistered" {
		gone, there = there, gone
	}
	w.run()
	for name, c := range map[string]struct {
		body   string
		status int
		want   string // in the answer
	}{
		"everything": {`{"app_id":"x","include_amazon_reg_ids":["` + there.ID + `"],"headings":{"en":"Title","de":"Titel"},"contents":{"en":"Text"},"data":{"n":7,"s":"t","o":{"a":1}},
			"adm_big_picture":"https://example.test/p.png","adm_small_icon":"icon","adm_sound":"ping","adm_group":"g","collapse_id":"k","ttl":30,"priority":10,"url":"https://example.test"}`, 200, `"recipients":1`},
		"gone":         {`{"include_amazon_reg_ids":["` + gone.ID + `"],"contents":{"en":"Text"}}`, 200, `"invalid_amazon_reg_ids"`},
		"by name":      {`{"include_external_user_ids":["` + there.Key + `"],"contents":{"de":"Text"}}`, 200, `"recipients":1`},
		"by tags":      {`{"filters":[{"field":"tag","key":"lang","relation":"=","value":"de"},{"operator":"AND"},{"field":"tag","key":"beta","relation":"exists"}],"contents":{"en":"Text"}}`, 200, `"id":"0`},
		"to all":       {`{"included_segments":["All"],"contents":{"en":"Text"}}`, 200, `"id":"0`},
		"other filter": {`{"filters":[{"field":"country","relation":"=","value":"DE"}],"contents":{"en":"Text"}}`, 400, "country"},
		"no contents":  {`{"include_amazon_reg_ids":["x"]}`, 400, "contents must not be null"},
		"nobody":       {`{"contents":{"en":"Text"}}`, 400, "must include which"},
		"later":        {`{"contents":{"en":"Text"},"include_amazon_reg_ids":["x"],"send_after":"2026-12-01"}`, 400, "send_after"},
		"not Amazon's": {`{"contents":{"en":"Text"},"include_amazon_reg_ids":["x"],"isAdm":false}`, 400, "isAdm"},
		"too large":    {`{"contents":{"en":"` + strings.Repeat("x", 7000) + `"},"include_amazon_reg_ids":["` + there.ID + `"]}`, 400, "6 KB"},
		"no JSON":      {`contents`, 400, "no JSON object"},
	} {
		status, answer, err := w.OneSignal(t.Context(), operator, anyGrant, []byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if status != c.status || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %d %s, want %d with %s", name, status, text, c.status, c.want)
		}
	}
	var inbox []struct {
		Data         map[string]string `json:"data"`
		Notification map[string]any    `json:"notification"`
		Key          string            `json:"consolidation_key"`
		Priority     string            `json:"priority"`
	}
	if err := w.amz.Do("adm", "inbox", map[string]string{"key": there.Key}, &inbox); err != nil {
		t.Fatal(err)
	}
	for _, m := range inbox {
		if m.Key != "k" {
			continue
		}
		want := map[string]any{"title": "Title", "body": "Text", "icon": "icon", "image": "https://example.test/p.png", "sound": "ping", "tag": "g"}
		if d := cmp.Diff(want, m.Notification); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(map[string]string{"n": "7", "s": "t", "o": `{"a":1}`, "url": "https://example.test"}, m.Data); d != "" || m.Priority != "high" {
			t.Errorf("%s, priority %s", d, m.Priority)
		}
	}
}

// TestPostSaysForWhom holds that a message is for one thing, and that a misspelt field is refused.
func TestPostSaysForWhom(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(1, nil)
	tags := []string{}
	for _, in := range []push.Post{{Message: hello}, {Message: hello, To: []string{"d-1"}, Group: "g"}, {Message: hello, Topic: "t", Tags: &tags}} {
		_, _, err := w.Post(t.Context(), operator, anyGrant, in)
		if p, _ := problem.Of(err); p.Code != problem.PushBadTarget {
			t.Errorf("%+v: %v", in, err)
		}
	}
	status, out, err := w.Post(t.Context(), operator, anyGrant, push.Post{Message: hello, Tags: &tags})
	if err != nil || status != http.StatusAccepted || out.Broadcast == "" {
		t.Errorf("%d, %+v, %v", status, out, err)
	}
	_, err = push.ReadPost([]byte(`{"to":["x"],"data":{},"expires_after":60}`))
	if p, _ := problem.Of(err); p.Code != problem.ADMInvalidMessage || !strings.Contains(p.Detail, "expires_after") {
		t.Errorf("%v", err)
	}
}

// FuzzOneSignal holds that any body gets an answer or a problem, and never a panic.
func FuzzOneSignal(f *testing.F) {
	w := start(f, nil)
	w.devices(1, nil)
	f.Add([]byte(`{"include_amazon_reg_ids":["x"],"contents":{"en":"Text"},"data":{"n":7},"ttl":30}`))
	f.Add([]byte(`{"filters":[{"field":"tag","key":"lang","relation":"=","value":"de"}],"contents":{"en":"Text"}}`))
	nobody := func(string, string) (string, error) { return "", problem.New(problem.GatewayGrantUnknown) }
	f.Fuzz(func(t *testing.T, body []byte) {
		status, _, err := w.OneSignal(t.Context(), operator, nobody, body)
		if _, named := problem.Of(err); err != nil && !named {
			t.Fatal(err)
		}
		if err == nil && status != 400 {
			t.Fatalf("%d without a grant", status)
		}
	})
}

// FuzzSentLog holds that what a kill left of the log is read without a panic, and that a line cut short tells nothing.
func FuzzSentLog(f *testing.F) {
	whole := `{"d":"01JD0000000000000000000001"}` + "\n" + `{"d":"01JD0000000000000000000001","f":{"f":"accepted","t":1,"a":1}}` + "\n" + `{"d":"01JD0000000000000000000002"}` + "\n"
	f.Add([]byte(whole))
	f.Add([]byte(whole[:len(whole)-3]))
	f.Fuzz(func(t *testing.T, text []byte) {
		if devices, answered := push.ParseSent(text); answered > devices {
			t.Fatal("more answers than devices")
		}
	})
	if devices, answered := push.ParseSent([]byte(whole[:len(whole)-3])); devices != 1 || answered != 1 {
		f.Errorf("%d devices, %d answers in what was cut short", devices, answered)
	}
}
