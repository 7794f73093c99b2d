package adm_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// TestChecksum holds the vectors of adm 3.2, and sorting by UTF-8 where UTF-16 would differ.
func TestChecksum(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		data map[string]string
		want string
	}{
		{map[string]string{"message": "your message"}, "qzF+HgArKZjJrpfcTbiFxg=="},
		{map[string]string{}, "1B2M2Y8AsgTpgAmY7PhCfg=="},
		{map[string]string{"b": "2", "a": "1", "é": "3", "Z": "0"}, "HD0m3eJnZCNvxz83HG7gWg=="},
	} {
		if got := adm.Checksum(c.data); got != c.want {
			t.Errorf("%v: %s, want %s", c.data, got, c.want)
		}
	}
	if adm.Checksum(map[string]string{"a": "1,b:2"}) != adm.Checksum(map[string]string{"a": "1", "b": "2"}) {
		t.Error("the joined form is ambiguous at Amazon, and must be so here")
	}
	sum := adm.Checksum(map[string]string{"\uff5e": "1", "\U0001F600": "2"}) // UTF-16 puts the second first
	if sum != adm.Checksum(map[string]string{"\uff5e": "1,\U0001F600:2"}) {
		t.Error("keys are not sorted by their UTF-8 bytes")
	}
}

// TestRulesAreToldBeforeSending holds every rule of adm 3.2 at its edge.
func TestRulesAreToldBeforeSending(t *testing.T) {
	t.Parallel()
	data := map[string]string{"k": "v"}
	for name, c := range map[string]struct {
		m    adm.Message
		want problem.Code
	}{
		"nothing":               {adm.Message{}, problem.ADMInvalidData},
		"empty data":            {adm.Message{Data: map[string]string{}}, ""},
		"a notification alone":  {adm.Message{Notification: &adm.Notification{Title: "t"}}, ""},
		"no text":               {adm.Message{Data: map[string]string{"k": "\xff"}}, problem.ADMInvalidData},
		"a minute":              {adm.Message{Data: data, ExpiresAfter: 60}, ""},
		"less":                  {adm.Message{Data: data, ExpiresAfter: 59}, problem.ADMInvalidExpiration},
		"negative":              {adm.Message{Data: data, ExpiresAfter: -1}, problem.ADMInvalidExpiration},
		"thirty days":           {adm.Message{Data: data, ExpiresAfter: 2592000}, ""},
		"more":                  {adm.Message{Data: data, ExpiresAfter: 2592001}, problem.ADMInvalidExpiration},
		"64 characters":         {adm.Message{Data: data, ConsolidationKey: strings.Repeat("ä", 64)}, ""},
		"65 characters":         {adm.Message{Data: data, ConsolidationKey: strings.Repeat("k", 65)}, problem.ADMInvalidConsolidationKey},
		"high":                  {adm.Message{Data: data, Priority: "high"}, ""},
		"urgent":                {adm.Message{Data: data, Priority: "urgent"}, problem.ADMInvalidMessage},
		"its checksum":          {adm.Message{Data: data, MD5: adm.Checksum(data)}, ""},
		"another's checksum":    {adm.Message{Data: data, MD5: adm.Checksum(nil)}, problem.ADMInvalidChecksum},
		"a colour":              {adm.Message{Notification: &adm.Notification{Color: "#12abEF"}}, ""},
		"no colour":             {adm.Message{Notification: &adm.Notification{Color: "red"}}, problem.ADMInvalidMessage},
		"no time":               {adm.Message{Notification: &adm.Notification{EventTime: "soon"}}, problem.ADMInvalidMessage},
		"6 KB to the last byte": {adm.Message{Data: map[string]string{"k": strings.Repeat("x", 6144-50)}}, ""},
		"and one more":          {adm.Message{Data: map[string]string{"k": strings.Repeat("x", 6144-49)}}, problem.ADMMessageTooLarge},
	} {
		body, err := c.m.Body()
		if p, _ := problem.Of(err); p.Code != c.want {
			t.Errorf("%s: %q (%v), want %q", name, p.Code, err, c.want)
		}
		if name == "6 KB to the last byte" && len(body) != adm.MaxBytes {
			t.Errorf("%s: it has %d bytes", name, len(body))
		}
	}
}

// TestParseMessage holds that nothing is lost without a word.
func TestParseMessage(t *testing.T) {
	t.Parallel()
	for text, detail := range map[string]string{
		`{"data":{"a":"b"},"ttl":3}`: "there is no field",
		`{"data":{"a":1}}`:           "values of data are texts",
		`{"data":{}} {}`:             "something stands behind",
		`hello`:                      "it is no JSON",
	} {
		_, err := adm.ParseMessage([]byte(text))
		if p, _ := problem.Of(err); p.Code != problem.ADMInvalidMessage || !strings.Contains(p.Detail, detail) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestBodyIsWhatWasMeant holds for any message that its body reads back as the same message with its checksum.
func TestBodyIsWhatWasMeant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := adm.Message{
			Data:             rapid.MapOfN(rapid.String(), rapid.String(), 0, 8).Draw(t, "data"),
			ConsolidationKey: rapid.StringN(0, 64, 256).Draw(t, "key"),
			Priority:         rapid.SampledFrom([]string{"", "normal", "high"}).Draw(t, "priority"),
			ExpiresAfter:     rapid.SampledFrom([]int64{0, 60, 3600, 2592000}).Draw(t, "life"),
		}
		body, err := m.Body()
		if err != nil {
			if p, _ := problem.Of(err); p.Code == problem.ADMMessageTooLarge {
				return
			}
			t.Fatal(err)
		}
		var back adm.Message
		if err := json.Unmarshal(body, &back); err != nil {
			t.Fatal(err)
		}
		if back.MD5 != adm.Checksum(m.Data) || len(back.Data) != len(m.Data) || back.ConsolidationKey != m.ConsolidationKey || back.Priority != m.Priority || back.ExpiresAfter != m.ExpiresAfter {
			t.Fatalf("%s of %+v", body, m)
		}
	})
}

// FuzzParseMessage holds that what is read can be written, or is refused with a problem.
func FuzzParseMessage(f *testing.F) {
	f.Add([]byte(`{"data":{"kind":"sync","n":"7"},"notification":{"title":"New","channel_id":"news"},"consolidationKey":"shelf-42","expiresAfter":3600,"priority":"high"}`))
	f.Add([]byte(`{"data":{"n":7}}`))
	f.Add([]byte(`{"notification":{"color":"#12abef","event_time":"2026-11-21T12:00:00Z","notification_count":2}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := adm.ParseMessage(text)
		if err == nil {
			var body []byte
			if body, err = m.Body(); err == nil && (!json.Valid(body) || len(body) > adm.MaxBytes) {
				t.Fatalf("%q", body)
			}
		}
		if _, named := problem.Of(err); err != nil && !named {
			t.Fatalf("%v is no problem", err)
		}
	})
}
