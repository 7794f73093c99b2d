package detect_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

// TestNeverEchoed holds that no text makes the detector panic, and that nothing of what was pasted is told again, whatever stands
// around it: eight characters in a row of any drawn value, known or not, are in no verdict.
func TestNeverEchoed(t *testing.T) {
	t.Parallel()
	d := detect.New(all.Recognisers())
	names := []string{"", "client_id=", "client_secret: ", "Secret access key\n", "aws_secret_access_key = ", "refresh_token\": \"", "Credential Id,Secret,Version\n", "[x]\n", "tag=", "profile_id: ", "version=", "{\"a\":\"", "\\", "%"}
	kinds := slices.Concat(slices.Sorted(maps.Values(canaries)), slices.Sorted(maps.Values(public)))
	between := []string{"\n", " ", ",", "\t", "&", "\r\n", ";", "\"", "'", "=", ":", "\u00a0", "\u200b", "\n\n", "|", "\\/", "}"}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var drawn []string
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			text.WriteString(rapid.SampledFrom(names).Draw(t, "name"))
			value := rapid.OneOf(
				rapid.SampledFrom(kinds),
				rapid.StringMatching(`(AKIA|ASIA|AKPA|AIDA|A)[A-Z0-9]{12,22}`),
				rapid.StringMatching(`[a-z0-9]{18,60}`),
				rapid.StringMatching(`[A-Za-z0-9/+]{30,50}`),
				rapid.StringMatching(`[A-Z0-9]{6,30}-2[0-9]`),
				rapid.StringMatching(`(Atzr|Atza|Atc)(\||%7C)[A-Za-z0-9_-]{8,90}`),
				rapid.StringMatching(`[0-9]{8,20}`),
			).Draw(t, "value")
			if cut := rapid.IntRange(0, 4).Draw(t, "cut"); cut == 0 {
				at := rapid.IntRange(0, len(value)).Draw(t, "at")
				value = value[:at] + rapid.SampledFrom(between).Draw(t, "break") + value[at:]
			} else {
				drawn = append(drawn, value)
			}
			text.WriteString(value + rapid.SampledFrom(between).Draw(t, "between"))
		}
		v := d.Look([]byte(text.String()))
		if len(v.Items) == 0 {
			t.Fatal("a verdict without an item")
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed := string(out) + fmt.Sprintf("%+v %#v", v, v)
		for _, value := range drawn {
			for i := 0; i+8 <= len(value); i++ {
				if run := value[i : i+8]; strings.Contains(printed, run) && !known(run) {
					t.Fatalf("%d characters of a value are told again", 8)
				}
			}
		}
	})
}

// known reports a run that is part of what every value of a kind begins with, or of Amazon's own example keys.
func known(run string) bool {
	for _, p := range []string{
		"amzn1.application-oa2-client.…", "amzn1.application.…", "amzn1.oa2-cs.v1.…", "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE",
	} {
		if strings.Contains(p, run) {
			return true
		}
	}
	return false
}

// FuzzLook holds the same of any bytes, and that what was recognised can be taken out again.
func FuzzLook(f *testing.F) {
	for _, r := range table(f) {
		f.Add(fill(r.text))
	}
	d := detect.New(all.Recognisers())
	f.Fuzz(func(t *testing.T, text []byte) {
		v := d.Look(text)
		if len(v.Items) == 0 {
			t.Fatal("a verdict without an item")
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range v.Items {
			for _, r := range i.Has {
				if i.Text(r).IsZero() {
					t.Errorf("an item of kind %s has no text for its %s", i.Kind, r)
				}
			}
			if s := i.Text(amazon.TheSecret).Reveal(); len(s) >= 40 && strings.Contains(string(out), s[len(s)-8:]) && !known(s[len(s)-8:]) {
				t.Error("the end of a secret is told again")
			}
		}
	})
}

// BenchmarkLook goes round the table. Ten thousand verdicts a second are 100 microseconds each.
func BenchmarkLook(b *testing.B) {
	var texts [][]byte
	for _, r := range table(b) {
		texts = append(texts, fill(r.text))
	}
	d := detect.New(all.Recognisers())
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		d.Look(texts[n%len(texts)])
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "verdicts/s")
}
