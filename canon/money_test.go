package canon_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// TestParseMoney: what is a decimal number is read exactly, and what is not, or is finer than a millionth, is refused.
func TestParseMoney(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"12.34": "12.34", "0": "0.00", "10": "10.00", "-0.5": "-0.50", "0.000001": "0.000001", "1e3": "1000.00", "2.5E-2": "0.025", "1.2300000000": "1.23",
		"9223372036854.775807": "9223372036854.775807", "0e99": "refused", "1e-30": "refused", "0.0000001": "refused", "9223372036854.775808": "refused",
		"": "refused", ".5": "refused", "5.": "refused", "1,5": "refused", "NaN": "refused", "+1": "refused", "--1": "refused", "1e": "refused", " 1": "refused",
	} {
		m, err := canon.ParseMoney(in, "EUR")
		got := m.Amount()
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

// TestMoneyLosesNothing: every amount comes back from JSON as it was, by either spelling.
func TestMoneyLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := canon.Money{Micros: rapid.Int64().Draw(t, "micros"), Currency: rapid.SampledFrom([]string{"", "EUR", "JPY"}).Draw(t, "currency")}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got canon.Money
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Fatalf("%s is %v, want %v: %v", text, got, want, err)
		}
		if got, err := canon.ParseMoney(want.Number().String(), want.Currency); err != nil || got != want {
			t.Fatalf("%s is %v, want %v: %v", want.Number(), got, want, err)
		}
		exact, ok := new(big.Rat).SetString(want.Amount())
		if !ok || exact.Cmp(big.NewRat(want.Micros, 1_000_000)) != 0 {
			t.Fatalf("%d micros are written %s", want.Micros, want.Amount())
		}
	})
}

// FuzzParseMoney: what is read has the value that a big rational number reads in it.
func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"12.34", "-1e-3", "0.000001", "99999999999999999999", "1e29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := canon.ParseMoney(s, "")
		if err != nil {
			return
		}
		if want, ok := new(big.Rat).SetString(s); !ok || want.Cmp(big.NewRat(m.Micros, 1_000_000)) != 0 {
			t.Errorf("%q was read as %d micros", s, m.Micros)
		}
	})
}
