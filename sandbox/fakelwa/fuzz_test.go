package fakelwa_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/fakelwa"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// FuzzTokenRequest: whatever is sent, the token endpoint answers as Amazon does, with JSON and one of its statuses, and
// neither the answer nor the journal repeats a secret.
func FuzzTokenRequest(f *testing.F) {
	w := kit.DefaultWorld(1, kit.FrozenClock(time.Unix(1_795_000_000, 0)))
	front, err := kit.NewFront(kit.FrontConfig{World: w, Fakes: []kit.Fake{fakelwa.New(w)}})
	if err != nil {
		f.Fatal(err)
	}
	p := w.Profile(kit.Shop)
	f.Add("application/x-www-form-urlencoded", "", "", "grant_type=refresh_token&client_id="+p.ClientID+"&client_secret="+p.Secret()+"&refresh_token=Atzr%7Csbx")
	f.Add("application/json", "", "", `{"grant_type":"client_credentials","scope":"messaging:push","client_id":"`+p.ClientID+`","client_secret":"`+p.Secret()+`"}`)
	f.Add("application/json", "", "", `{"grant_type":"a","grant_type":"b","scope":{}}`)
	f.Add("", "Basic "+"YTpi", "grant_type=authorization_code&code=AN", "")
	f.Add("text/plain; charset", "Basic", "%zz=1", "\x00=\xff&&=&a")
	f.Fuzz(func(t *testing.T, media, auth, query, body string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/auth/O2/token", strings.NewReader(body))
		r.Host, r.URL.RawQuery = "api.amazon.com", query
		r.Header["Content-Type"], r.Header["Authorization"] = []string{media}, []string{auth}
		rec := httptest.NewRecorder()
		front.ServeHTTP(rec, r)
		var answer map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
			t.Fatalf("no JSON: %v", err)
		}
		switch {
		case rec.Code == 200 && answer["access_token"] != nil:
		case (rec.Code == 400 || rec.Code == 401) && answer["error"] != nil && answer["error_description"] != nil:
		default:
			t.Fatalf("status %d, %v", rec.Code, answer)
		}
		entries := front.Journal.Entries(kit.Filter{After: front.Journal.Last() - 1})
		if text, err := json.Marshal(entries); err != nil || strings.Contains(string(text), p.Secret()) {
			t.Fatalf("the journal cannot be shown or tells the secret: %v", err)
		}
	})
}
