package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

func adsRules() (rules, *program) {
	p := newProgram(ads.New())
	return newRules([]*program{p}), p
}

// B1, B2, X7: what Amazon must not get from a caller goes, in whatever spelling; the rest stays.
func TestB1_HeadersInAnySpelling(t *testing.T) {
	t.Parallel()
	r, p := adsRules()
	h := http.Header{
		"Authorization": {"Bearer lkp_x"}, "authorization": {"x"}, "AUTHORIZATION": {"x"},
		"X-Amz-Access-Token": {"x"}, "x-amz-access-token": {"x"}, "X_amz_access_token": {"x"}, "X-Amz-Date": {"x"}, "X_AMZ_SECURITY_TOKEN": {"x"},
		"Amazon-Advertising-Api-Clientid": {"x"}, "Amazon_Advertising_API_ClientId": {"x"}, "amazon-ads-clientid": {"x"},
		"Cookie": {"x"}, "Connection": {"close, X-Custom, Amazon_Ads_ClientId"}, "X-Custom": {"x"}, "X_custom": {"x"},
		"Proxy-Authorization": {"x"}, "Proxy-Anything": {"x"}, "Te": {"trailers"}, "Trailer": {"Authorization"}, "Upgrade": {"h2c"},
		"X-Forwarded-For": {"x"}, "X_Forwarded_User": {"x"}, "Forwarded": {"x"}, "Via": {"x"}, "X-Http-Method-Override": {"DELETE"},
		"Lockkeeper-Grant": {"x"}, "Lockkeeper-Anything": {"x"}, "Expect": {"100-continue"}, "Origin": {"x"}, "Referer": {"x"}, "Http2-Settings": {"x"},
		"Amazon-Ads-Accountid": {""},
		"Accept":               {"a", "b"}, "Content-Type": {"c"}, "User-Agent": {"u"}, "Prefer": {"return=representation"}, "X-My-Header": {"m"},
	}
	got, why := r.clean(h, p.desc)
	if why != nil || len(got) != 0 {
		t.Fatal(got, why)
	}
	want := http.Header{
		"Accept": {"a", "b"}, "Content-Type": {"c"}, "User-Agent": {"u"}, "Prefer": {"return=representation"}, "X-My-Header": {"m"},
	}
	if d := cmp.Diff(want, h); d != "" {
		t.Error(d)
	}
}

// B1: a selector stands once, in its own spelling, with a value that it can have.
func TestB1_Selectors(t *testing.T) {
	t.Parallel()
	const scope = "Amazon-Advertising-Api-Scope"
	for name, c := range map[string]struct {
		h    http.Header
		want string
		code string
	}{
		"one":                 {http.Header{scope: {"123"}}, "123", ""},
		"blanks":              {http.Header{scope: {" 123\t"}}, "123", ""},
		"empty":               {http.Header{scope: {""}}, "", ""},
		"doubled":             {http.Header{scope: {"123", "123"}}, "", "gateway.selector_repeated"},
		"a list":              {http.Header{scope: {"123, 124"}}, "", "gateway.selector_malformed"},
		"letters":             {http.Header{scope: {"12a"}}, "", "gateway.selector_malformed"},
		"a line break":        {http.Header{scope: {"12\r\nX: y"}}, "", "gateway.selector_malformed"},
		"a minus":             {http.Header{scope: {"-12"}}, "", "gateway.selector_malformed"},
		"long":                {http.Header{scope: {strings.Repeat("1", 129)}}, "", "gateway.selector_malformed"},
		"underscores":         {http.Header{"Amazon_advertising_api_scope": {"123"}}, "", "gateway.selector_malformed"},
		"another spelling":    {http.Header{"amazon-advertising-api-scope": {"123"}}, "", "gateway.selector_malformed"},
		"named by Connection": {http.Header{scope: {"123"}, "Connection": {scope}}, "123", ""},
	} {
		r, p := adsRules()
		got, why := r.clean(c.h, p.desc)
		code := ""
		if why != nil {
			code = string(why.Code)
		}
		value := ""
		if len(got) > 0 {
			value = got[0].value
		}
		if code != c.code || value != c.want {
			t.Errorf("%s: %q %s, want %q %s", name, value, code, c.want, c.code)
		}
	}
}

func FuzzHeaderHygiene(f *testing.F) {
	f.Add("Authorization", "x", "X_Amz_Date", "y", "close, x-amz-date")
	f.Add("Amazon-Advertising-API-Scope", "1", "amazon_advertising_api_scope", "2", "")
	f.Add("X-\x00", "\r\n", "", "", ",,,")
	r, p := adsRules()
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2, connection string) {
		h := http.Header{name1: {value1}}
		h[name2] = append(h[name2], value2)
		if connection != "" {
			h["Connection"] = append(h["Connection"], connection)
		}
		got, why := r.clean(h, p.desc)
		if why != nil {
			return
		}
		for _, s := range got {
			if s.value == "" || strings.ContainsAny(s.value, "\r\n ,\x00") || len(s.value) > 128 {
				t.Fatalf("took %q", s.value)
			}
		}
		for name := range h {
			key := oneSpelling(name)
			if _, ruled := r[key]; ruled || hasDroppedPrefix(key) {
				t.Fatalf("%q stayed", name)
			}
			for word := range strings.SplitSeq(connection, ",") {
				if word = strings.TrimSpace(word); word != "" && oneSpelling(word) == key {
					t.Fatalf("%q stayed though Connection names it", name)
				}
			}
		}
	})
}
