package detect_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

// hex is text that stands in for hexadecimal secrets and still says what it is: "5bc" is as near to sbx as hexadecimal comes.
func hex(seed string, n int) string { return strings.Repeat(seed+"5bc0", n)[:n] }

// canaries are the secrets of the table: none of their bytes may come into a verdict.
var canaries = map[string]string{
	"secret":    "amzn1.oa2-cs.v1." + hex("a1", 64),
	"secret2":   "amzn1.oa2-cs.v1." + hex("b2", 64),
	"oldsecret": hex("c3", 64),
	"awssecret": "sbx/canary+0123456789abcdefghijABCDEFGHI",
	"awssecre2": "canary/sbx+9876543210abcdefghijABCDEFGHI",
	"session":   "IQoJ" + strings.Repeat("sbxCANARY0123/+a", 12),
	"cogsecret": strings.Repeat("canary0sbx1", 5)[:52],
	"atzr":      "Atzr|" + strings.Repeat("sbxCANARYagain-_", 18),
	"atza":      "Atza|" + strings.Repeat("sbxCANARYonce-_0", 18),
	"atc":       "Atc|" + strings.Repeat("sbxCANARYapp0", 18),
}

// public are the other values: ids, which are no secrets, but are not echoed whole either.
var public = map[string]string{
	"client":   "amzn1.application-oa2-client." + hex("d4", 32),
	"client2":  "amzn1.application-oa2-client." + hex("e5", 32),
	"profile":  "amzn1.application." + hex("f6", 32),
	"akia":     "AKIA" + "SBX2SBX3SBX4SBX5",
	"akia2":    "AKIA" + "SBX6SBX7SBX2SBX3",
	"asia":     "ASIA" + "SBX2SBX3SBX4SBX5",
	"akpa":     "AKPA" + "SBX2SBX3SBX4SBX5",
	"cogid":    strings.Repeat("sbx0example1", 3)[:26],
	"cogid2":   strings.Repeat("2sbx0example", 3)[:26],
	"tag":      "mysite-20",
	"appkey":   appKey("Amazon"),
	"otherjwt": appKey("Somebody"),
}

// appKey builds an app key at run time, since its form leaves no room for a word of warning.
func appKey(issuer string) string {
	enc := base64.StdEncoding.EncodeToString
	payload := fmt.Sprintf(`{"ver":"3","iss":%q,"type":"APIKey","pkg":"com.example.sbx","appId":"amzn1.application-client.%s"}`, issuer, hex("a7", 32))
	return enc([]byte(`{"alg":"RSA-SHA256","ver":"1"}`)) + "." + enc([]byte(payload)) + "." + enc([]byte(strings.Repeat("sbx-no-signature", 16)))
}

// fill puts the values into a text. {name:a:b} is a part of one, {utf16} turns the whole into what Windows' editor saves.
func fill(text string) []byte {
	for _, values := range []map[string]string{canaries, public} {
		for name, v := range values {
			text = strings.ReplaceAll(text, "{"+name+"}", v)
			half := len(v) / 2
			text = strings.ReplaceAll(text, "{"+name+":1}", v[:half])
			text = strings.ReplaceAll(text, "{"+name+":2}", v[half:])
			text = strings.ReplaceAll(text, "{"+name+":%}", strings.ReplaceAll(strings.ReplaceAll(v, "|", "%7C"), "/", "%2F"))
			text = strings.ReplaceAll(text, `{`+name+`:\}`, strings.ReplaceAll(v, "/", `\/`))
			text = strings.ReplaceAll(text, "{"+name+":64}", wrapped(v, 64))
		}
	}
	text = strings.NewReplacer("{BOM}", "\ufeff", "{CR}", "\r", "{TAB}", "\t", "{NBSP}", "\u00a0", "{ZWSP}", "\u200b", "{NBHY}", "\u2011", "{LQ}", "\u201c", "{RQ}", "\u201d", "{SHY}", "\u00ad").Replace(text)
	if rest, ok := strings.CutPrefix(text, "{utf16}"); ok {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(rest)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	return []byte(text)
}

func wrapped(s string, n int) string {
	var b strings.Builder
	for len(s) > n {
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return b.String() + s
}

type row struct{ name, text, want string }

// table reads testdata/pasted.txt: "== name", the text, "->" and a line an item: kind, program, region, version, problems; a dash is nothing.
func table(t testing.TB) []row {
	t.Helper()
	text, err := os.ReadFile("testdata/pasted.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for part := range strings.SplitSeq(string(text), "\n== ") {
		name, rest, ok := strings.Cut(part, "\n")
		if !ok || strings.HasPrefix(part, "#") {
			continue
		}
		body, want, ok := strings.Cut(rest, "\n-> ")
		if !ok {
			t.Fatalf("row %q has no verdict", name)
		}
		rows = append(rows, row{name, body, strings.TrimSpace(strings.ReplaceAll(want, "\n-> ", "\n"))})
	}
	return rows
}

func told(v detect.Verdict) string {
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	var lines []string
	for _, i := range v.Items {
		line := []string{i.Kind, dash(i.Program), dash(i.Region), dash(i.Version)}
		for _, p := range i.Problems {
			line = append(line, string(p.Code))
		}
		if len(i.Problems) == 0 {
			line = append(line, "ok")
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

// TestTable holds the verdict on every text of the table, and that none of it is told again.
func TestTable(t *testing.T) {
	t.Parallel()
	rows := table(t)
	if len(rows) < 120 {
		t.Errorf("the table has %d rows", len(rows))
	}
	d := detect.New(all.Recognisers())
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			text := fill(r.text)
			v := d.Look(text)
			if diff := cmp.Diff(r.want, told(v)); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			quiet(t, v)
		})
	}
}

// quiet holds that a verdict repeats no run of eight characters of any secret, beyond what every such value begins with.
func quiet(t testing.TB, v detect.Verdict) {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	printed := string(out) + fmt.Sprintf("%v %+v %#v", v, v, v)
	for name, secret := range canaries {
		for _, prefix := range []string{"amzn1.oa2-cs.v1.", "Atzr|", "Atza|", "Atc|"} {
			secret = strings.TrimPrefix(secret, prefix)
		}
		for i := 0; i+8 <= len(secret); i++ {
			if strings.Contains(printed, secret[i:i+8]) {
				t.Fatalf("the verdict holds characters %d to %d of %s", i, i+8, name)
			}
		}
	}
}
