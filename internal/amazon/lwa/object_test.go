package lwa_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
)

// decoded is what encoding/json's decoder makes of a body: the slow way that Object must agree with.
func decoded(body []byte) (map[string]json.RawMessage, bool) {
	if !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		name, _ := key.(string)
		var value json.RawMessage
		if _, twice := fields[name]; twice || d.Decode(&value) != nil {
			return nil, false
		}
		fields[name] = value
	}
	return fields, true
}

func FuzzObject(f *testing.F) {
	for _, s := range []string{
		``, `{}`, ` { } `, `[]`, `1`, `"x"`, `{"a":1}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, ` { "a" : "b" , "c" : [ 1 , { "d" : "}\"]" } ] , "e":-1.5e3 } `,
		"{\n\"a\"\t:\r\nnull,\"b\":{},\"c\":[],\"d\":true}", `{"a":"\\","b":"\""}`, `{"\xff":"\xfe"}`, `{"é":"é"}`, `{"a":1}x`, `{"a":{"a":{"a":[[]]}},"b":0}`, `{"":""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want, wantOK := decoded(body)
		got, ok := lwa.Object(body)
		if ok != wantOK {
			t.Fatalf("%q: %v, want %v", body, ok, wantOK)
		}
		if diff := cmp.Diff(want, got); ok && diff != "" {
			t.Errorf("%q: %s", body, diff)
		}
		for _, raw := range got {
			var s string
			err := json.Unmarshal(raw, &s)
			if text, ok := lwa.Text(raw); ok != (err == nil) || text != s {
				t.Errorf("%q: %q %v, want %q %v", raw, text, ok, s, err)
			}
		}
	})
}

func BenchmarkReadTokens(b *testing.B) {
	token := string(bytes.Repeat([]byte("sbxEXAMPLE"), 40))
	body := []byte(`{"access_token":"Atza|` + token + `","refresh_token":"Atzr|` + token + `","token_type":"bearer","expires_in":3600}`)
	for b.Loop() {
		if _, ok := lwa.ReadTokens(body); !ok {
			b.Fatal("no tokens")
		}
	}
}
