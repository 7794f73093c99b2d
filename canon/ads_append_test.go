package canon_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// TestAppendAds: an object is written as encoding/json writes it, byte by byte, whatever is in its fields, and refused where that refuses it.
func TestAppendAds(t *testing.T) {
	t.Parallel()
	for _, kind := range []canon.AdsKind{canon.KindCampaign, canon.KindGroup, canon.KindTarget, canon.KindAd, canon.KindPortfolio} {
		t.Run(string(kind), func(t *testing.T) { // one after the other: they share generators, which name themselves when they are first used
			rapid.Check(t, func(t *rapid.T) {
				o := canon.NewAds(kind)
				fill(t, reflect.ValueOf(o).Elem(), rapid.Bool().Draw(t, "odd"))
				want, refused := json.Marshal(o)
				got, err := canon.AppendAds([]byte("before"), o)
				if (err != nil) != (refused != nil) {
					t.Fatalf("encoding/json says %v, this %v", refused, err)
				}
				if err == nil && string(got) != "before"+string(want) {
					t.Fatal(cmp.Diff("before"+string(want), string(got)))
				}
			})
		})
	}
}

var (
	sometimes = rapid.IntRange(0, 2)
	someText  = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Evergreen 1", `"\<>&`, "Schlüssel", "a\x00\x1f\x7f", "\xff\xfe", "a\xef\xbf", "a\ufffd", "\u2028", "{", "[", "ends{"}))
	numbers   = rapid.OneOf(rapid.StringMatching(`-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?`), rapid.SampledFrom([]string{"", "0", "7", "1e3", "0.5"}))
	odds      = rapid.SampledFrom([]string{"01", "1.", ".5", "1.2.3", "-", "x", "0.", "00.1", "1e", "1.5e+2"})
	raws      = rapid.SampledFrom([]string{"", "{}", ` { "a" : [ 1 , "<" ] } `, "null", "5"})
	exts      = rapid.MapOf(rapid.String(), rapid.SampledFrom([]any{nil, true, "x", json.Number("1.5"), []any{"a"}, map[string]any{"b": 1}}))
)

// fill gives a value's fields something or nothing, by their types, so that a field that is added is filled too. Odd values may be such as
// cannot be written.
func fill(t *rapid.T, v reflect.Value, odd bool) {
	if given := sometimes.Draw(t, "given"); v.Kind() != reflect.Struct && (given == 0 || odd && given == 1) {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		zone, last := rapid.SampledFrom([]int{0, 3600, -9 * 3600, 5400}).Draw(t, "zone"), int64(4_000_000_000)
		if odd {
			zone, last = rapid.SampledFrom([]int{61, 24 * 3600}).Draw(t, "odd zone"), 260_000_000_000 // after the year 9999
		}
		at := time.Unix(rapid.Int64Range(-2_000_000_000, last).Draw(t, "seconds"), rapid.SampledFrom([]int64{0, 1, 500_000_000}).Draw(t, "nanoseconds"))
		v.Set(reflect.ValueOf(at.In(time.FixedZone("", zone))))
		return
	case *canon.Place:
		return
	case json.Number:
		v.SetString(numbers.Draw(t, "number"))
		if odd {
			v.SetString(odds.Draw(t, "odd number"))
		}
		return
	case json.RawMessage:
		v.SetBytes([]byte(raws.Draw(t, "raw")))
		if odd {
			v.SetBytes([]byte("{"))
		}
		return
	case map[string]any:
		v.Set(reflect.ValueOf(exts.Draw(t, "ext")))
		return
	case map[string]string:
		v.Set(reflect.ValueOf(rapid.MapOf(someText, someText).Draw(t, "pairs")))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), odd)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), odd)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		for i := range v.Len() {
			fill(t, v.Index(i), odd)
		}
	case reflect.String:
		v.SetString(someText.Draw(t, "text"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.Int32().Draw(t, "whole")))
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("nothing fills a %s", v.Type())
	}
}
