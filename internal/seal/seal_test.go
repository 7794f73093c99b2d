package seal_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

var place = seal.Place{Label: seal.GrantRefresh, ID: "01JD0000000000000000000000", Version: 7, Realm: "sandbox"}

const token = "Atzr|sbxcanary-refresh-token"

func codeOf(t *testing.T, err error) problem.Code {
	t.Helper()
	p, ok := problem.Of(err)
	if !ok {
		t.Fatalf("%v is no problem", err)
	}
	return p.Code
}

// The labels are part of every sealed row: this list may only grow at its end.
func TestLabelsAreFrozen(t *testing.T) {
	t.Parallel()
	golden := []seal.Label{
		"app-secret", "grant-refresh", "grant-previous", "grant-access", "grant-key", "app-key", "consent",
		"pass-secret", "spool", "operator", "local-authority", "rotation-key",
	}
	if diff := cmp.Diff(golden, seal.Labels()); diff != "" {
		t.Error(diff)
	}
	s := sealtest.New(t)
	for _, l := range seal.Labels() {
		if _, err := s.Seal(seal.Place{Label: l, ID: "x", Realm: "amazon"}, secret.New("canary")); err != nil {
			t.Errorf("label %s: %v", l, err)
		}
	}
	for _, bad := range []seal.Place{{}, {Label: "other", ID: "x", Realm: "amazon"}, {Label: seal.AppSecret, Realm: "amazon"}, {Label: seal.AppSecret, ID: "x"}} {
		if _, err := s.Seal(bad, secret.New("canary")); err == nil {
			t.Errorf("sealed for %+v", bad)
		}
	}
}

// F1: a sealed value opens in its own place and in no other.
func TestF1_AMovedValueDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := sealtest.New(t)
	sealed, err := s.Seal(place, secret.New(token))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.Open(place, sealed); err != nil || v.Reveal() != token {
		t.Fatalf("in its own place: %v", err)
	}
	moved := map[string]seal.Place{
		"row":     {Label: place.Label, ID: "01JD0000000000000000000001", Version: place.Version, Realm: place.Realm},
		"column":  {Label: seal.GrantPrevious, ID: place.ID, Version: place.Version, Realm: place.Realm},
		"version": {Label: place.Label, ID: place.ID, Version: 8, Realm: place.Realm},
		"realm":   {Label: place.Label, ID: place.ID, Version: place.Version, Realm: "amazon"},
		"parts":   {Label: place.Label, ID: place.ID + place.Realm, Version: place.Version, Realm: ""},
		"nowhere": {},
	}
	for name, p := range moved {
		if _, err := s.Open(p, sealed); codeOf(t, err) != "seal.does_not_open" {
			t.Errorf("moved to another %s: %v", name, err)
		}
	}
	if _, err := sealtest.New(t).Open(place, sealed); codeOf(t, err) != "seal.does_not_open" {
		t.Errorf("another installation's keyset opened it: %v", err)
	}
}

// F1: a flip of any bit, in key id, nonce, ciphertext or tag, and a cut at any byte.
func TestF1_ADamagedValueDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := sealtest.New(t)
	sealed, err := s.Seal(place, secret.New(token))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := s.Open(place, bad); err == nil {
			t.Fatalf("opened with bit %d flipped", bit)
		}
	}
	for n := range sealed {
		if _, err := s.Open(place, sealed[:n]); err == nil {
			t.Fatalf("opened when cut to %d bytes", n)
		}
	}
	if _, err := s.Open(place, append(bytes.Clone(sealed), 0)); err == nil {
		t.Error("opened with a byte more")
	}
}

// F2: no nonce of XAES-256-GCM (24 random bytes after Tink's 5) comes twice.
func TestF2_NoncesAreUnique(t *testing.T) {
	t.Parallel()
	s := sealtest.New(t)
	const n = 200_000
	seen := make(map[[24]byte]struct{}, n)
	v := secret.New("x")
	for range n {
		sealed, err := s.Seal(place, v)
		if err != nil {
			t.Fatal(err)
		}
		seen[[24]byte(sealed[5:29])] = struct{}{}
	}
	if len(seen) != n {
		t.Errorf("%d nonces came twice", n-len(seen))
	}
}

func TestRotatedKeysOpenWhatOldOnesSealed(t *testing.T) {
	t.Parallel()
	old := sealtest.New(t)
	before, err := old.Seal(place, secret.New(token))
	if err != nil {
		t.Fatal(err)
	}
	mac := old.MAC([]byte("data"))
	next, err := old.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	after, err := next.Seal(place, secret.New(token))
	if err != nil {
		t.Fatal(err)
	}
	if seal.KeyID(before) != old.PrimaryKeyID() || seal.KeyID(after) != next.PrimaryKeyID() || seal.KeyID(before) == seal.KeyID(after) {
		t.Error("the key's id does not tell which values are left to seal anew")
	}
	for _, sealed := range [][]byte{before, after} {
		if v, err := next.Open(place, sealed); err != nil || v.Reveal() != token {
			t.Errorf("after the rotation: %v", err)
		}
	}
	if err := next.VerifyMAC([]byte("data"), mac); err != nil {
		t.Errorf("a MAC from before the rotation: %v", err)
	}
	v := secret.New(token)
	if old.KeysetFingerprint() != next.KeysetFingerprint() || old.Fingerprint("l", v) != next.Fingerprint("l", v) {
		t.Error("fingerprints changed with the rotation")
	}
	retired, err := next.Retire()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := retired.Open(place, before); err == nil {
		t.Error("a retired key opened")
	}
	if err := retired.VerifyMAC([]byte("data"), mac); err == nil {
		t.Error("a retired key's MAC fits")
	}
	if _, err := retired.Open(place, after); err != nil {
		t.Error(err)
	}
}

func TestMAC(t *testing.T) {
	t.Parallel()
	s := sealtest.New(t)
	data := []byte("lkt/1 some token")
	mac := s.MAC(data)
	if err := s.VerifyMAC(data, mac); err != nil {
		t.Fatal(err)
	}
	for bit := range len(mac) * 8 {
		bad := bytes.Clone(mac)
		bad[bit/8] ^= 1 << (bit % 8)
		if s.VerifyMAC(data, bad) == nil {
			t.Fatalf("bit %d of the MAC does not count", bit)
		}
	}
	for n := range mac {
		if s.VerifyMAC(data, mac[:n]) == nil {
			t.Fatalf("%d bytes of it suffice", n)
		}
	}
	if s.VerifyMAC(append(slices.Clone(data), 'x'), mac) == nil || sealtest.New(t).VerifyMAC(data, mac) == nil {
		t.Error("fits other data or another installation")
	}
}

func TestFingerprintIsKeyedAndLabelled(t *testing.T) {
	t.Parallel()
	s, v := sealtest.New(t), secret.New(token)
	f := s.Fingerprint("refresh", v)
	if f != s.Fingerprint("refresh", secret.New(token)) {
		t.Error("one value has two fingerprints")
	}
	for name, other := range map[string]string{
		"another value":        s.Fingerprint("refresh", secret.New(token+"x")),
		"another label":        s.Fingerprint("access", v),
		"the border moved":     s.Fingerprint("refreshA", secret.New(token[1:])),
		"another installation": sealtest.New(t).Fingerprint("refresh", v),
	} {
		if f == other {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
}

// FuzzOpen: no sealed row, however made, makes Open panic or open what was not sealed for its place.
func FuzzOpen(f *testing.F) {
	src := sealtest.Cheap("canary-fuzz-passphrase")
	text, _, err := seal.Create(src)
	if err != nil {
		f.Fatal(err)
	}
	s, err := seal.Load(text, src)
	if err != nil {
		f.Fatal(err)
	}
	good, err := s.Seal(place, secret.New(token))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, string(place.Label), place.ID, place.Version, place.Realm)
	f.Add(good[:30], "grant-refresh", "", int64(0), "amazon")
	f.Add([]byte{}, "", "", int64(-1), "")
	f.Fuzz(func(t *testing.T, sealed []byte, label, id string, version int64, realm string) {
		p := seal.Place{Label: seal.Label(label), ID: id, Version: version, Realm: realm}
		v, err := s.Open(p, sealed)
		if err == nil && (p != place || !bytes.Equal(sealed, good) || v.Reveal() != token) {
			t.Error("opened what was never sealed")
		}
	})
}

func BenchmarkSealOpen400(b *testing.B) {
	s := sealtest.New(b)
	v := secret.New(string(bytes.Repeat([]byte("x"), 400)))
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Seal(place, v); err != nil {
				b.Fatal(err)
			}
		}
	})
	sealed, err := s.Seal(place, v)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Open(place, sealed); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerifyMAC(b *testing.B) {
	s := sealtest.New(b)
	data := bytes.Repeat([]byte("d"), 120)
	mac := s.MAC(data)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.VerifyMAC(data, mac); err != nil {
			b.Fatal(err)
		}
	}
}
