package push_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

func readAll(text string) (rows []push.Row, skipped int, err error) {
	in, err := push.NewReader(strings.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, in.Skipped, nil
		}
		if err != nil {
			return rows, in.Skipped, err
		}
		rows = append(rows, row)
	}
}

// TestListsOfDevices reads what people have: with and without header, of other services, of spreadsheets.
func TestListsOfDevices(t *testing.T) {
	t.Parallel()
	one := push.Row{Registration: "amzn1.adm-registration.v3.one", Name: "tv", Tags: []string{"de", "beta"}}
	for name, c := range map[string]struct {
		text    string
		want    []push.Row
		skipped int
	}{
		"ids alone":       {"amzn1.adm-registration.v3.a\namzn1.adm-registration.v3.b\n", []push.Row{{Registration: "amzn1.adm-registration.v3.a"}, {Registration: "amzn1.adm-registration.v3.b"}}, 0},
		"in our order":    {"registration_id,name,tags\namzn1.adm-registration.v3.one,tv,de beta\n", []push.Row{one}, 0},
		"in any order":    {"Tags, Name ,Registration ID\nde|beta,tv,amzn1.adm-registration.v3.one\n", []push.Row{one}, 0},
		"of OneSignal":    {"player_id,identifier,device_type,external_user_id,tags\np1,amzn1.adm-registration.v3.one,2,tv,\"de,beta\"\np2,fcmtoken,1,phone,\n", []push.Row{one}, 1},
		"of SNS":          {"Token,CustomUserData\namzn1.adm-registration.v3.one,tv\n", []push.Row{{Registration: one.Registration, Name: "tv"}}, 0},
		"with a mark":     {"\ufeffregistration_id;name;tags\namzn1.adm-registration.v3.one;tv;de beta\n", []push.Row{one}, 0},
		"with empty rows": {"registration_id\n\namzn1.adm-registration.v3.one\n,\n", []push.Row{{Registration: one.Registration}}, 0},
	} {
		got, skipped, err := readAll(c.text)
		for i := range got {
			if len(got[i].Tags) == 0 {
				got[i].Tags = nil
			}
		}
		if d := cmp.Diff(c.want, got); err != nil || d != "" || skipped != c.skipped {
			t.Errorf("%s: %v, %d skipped\n%s", name, err, skipped, d)
		}
	}
	_, _, err := readAll("")
	if p, _ := problem.Of(err); p.Code != problem.PushBadList {
		t.Errorf("%v", err)
	}
}

// TestWhatIsWrittenReadsBack holds that an export is an import.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	r := push.Registration{Registration: "amzn1.adm-registration.v3.one", Name: "tv, \"big\"", Tags: []string{"beta", "lang:de"}, Added: time.Unix(1, 0), Retired: time.Unix(2, 0), Reason: "adm.unregistered"}
	for _, line := range [][]string{push.Header(), push.Record(r)} {
		if err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	got, _, err := readAll(b.String())
	if d := cmp.Diff([]push.Row{{Registration: r.Registration, Name: r.Name, Tags: r.Tags}}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

// FuzzReader holds that any text ends, in rows or in a problem.
func FuzzReader(f *testing.F) {
	f.Add("registration_id,name,tags\na,b,c d\n")
	f.Add("\ufeffa;b\n\"c\n")
	f.Add("identifier,device_type\nx,1\ny,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, _, err := readAll(text)
		if _, named := problem.Of(err); err != nil && !named {
			t.Fatalf("%v is no problem", err)
		}
		for _, r := range rows {
			if r.Registration == "" && r.Name == "" {
				t.Fatal("an empty row")
			}
		}
	})
}
