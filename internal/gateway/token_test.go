package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

type testMAC struct{}

func (testMAC) MAC(data []byte) []byte {
	m := hmac.New(sha256.New, []byte("key"))
	m.Write(data)
	return m.Sum(nil)
}

func (t testMAC) VerifyMAC(data, mac []byte) error {
	if !hmac.Equal(t.MAC(data), mac) {
		return errors.New("no")
	}
	return nil
}

func sampleClaims(now time.Time) claims {
	return claims{
		Caller: id.New[id.Caller](now), Pass: id.New[id.Pass](now), Grant: id.New[id.Grant](now),
		Realm: amazon.Sandbox, Issued: now, Expires: now.Add(time.Hour),
	}
}

// H4: no token but one of ours is read, and no part of one can be changed.
func TestH4_NoPartOfATokenCanBeChanged(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	want := sampleClaims(now)
	text, err := mint(testMAC{}, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readToken(testMAC{}, text, now)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for i := range len(text) {
		for _, c := range []byte("AQgw_-9=") {
			changed := []byte(text)
			if changed[i] == c {
				continue
			}
			changed[i] = c
			if _, err := readToken(testMAC{}, string(changed), now); err == nil {
				t.Fatalf("read with byte %d changed", i)
			}
		}
		if _, err := readToken(testMAC{}, text[:i], now); err == nil {
			t.Fatalf("read when cut at %d", i)
		}
	}
	if _, err := readToken(testMAC{}, text, now.Add(time.Hour)); !errors.Is(err, errTokenExpired) {
		t.Error(err)
	}
	long := want
	long.Expires = now.Add(2 * time.Hour)
	text, _ = mint(testMAC{}, long)
	if _, err := readToken(testMAC{}, text, now); err == nil {
		t.Error("a token longer than any of ours was read")
	}
	bad := want
	bad.Grant = "shop"
	if _, err := mint(testMAC{}, bad); err == nil {
		t.Error("a token was made for no grant")
	}
}

func FuzzReadToken(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	text, _ := mint(testMAC{}, sampleClaims(now))
	f.Add(text)
	f.Add("lkt_")
	f.Add("lkt_AQ==")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readToken(testMAC{}, text, now)
		if err != nil {
			return
		}
		again, err := mint(testMAC{}, c)
		if err != nil || again != text {
			t.Fatalf("%q was read, and is written %q", text, again)
		}
	})
}

func FuzzTokenRequest(f *testing.F) {
	f.Add("application/json", "", "", []byte(`{"grant_type":"refresh_token"}`))
	f.Add(form1, "client_id=a", "Basic YTpi", []byte("grant_type=refresh_token&refresh_token=a%7Cb"))
	f.Add("", "a=%zz", "Basic !", []byte("a;b"))
	f.Fuzz(func(t *testing.T, kind, query, authorization string, body []byte) {
		got, err := parseTokenRequest(kind, query, authorization, body)
		if err != nil {
			if got != nil && len(got) > len(tokenFields) {
				t.Fatal("more came back than there is")
			}
			return
		}
		again, err := parseTokenRequest(kind, query, authorization, body)
		if d := cmp.Diff(got, again); d != "" || err != nil {
			t.Fatal(d, err)
		}
	})
}

const form1 = "application/x-www-form-urlencoded"
