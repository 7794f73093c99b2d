package cert_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
)

func fresh(t testing.TB, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func toPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestParse reads certificates in both forms, with text around them, and says no to anything else.
func TestParse(t *testing.T) {
	t.Parallel()
	one, two := fresh(t, "Release"), fresh(t, "Android Debug")
	for _, c := range []struct {
		name string
		text []byte
		want [][]byte
	}{
		{"DER", one, [][]byte{one}},
		{"PEM", toPEM(one), [][]byte{one}},
		{"two, with words between", bytes.Join([][]byte{[]byte("of the release:\n"), toPEM(one), []byte("\nof debug builds:\n"), toPEM(two)}, nil), [][]byte{one, two}},
		{"half", one[:len(one)/2], nil},
		{"DER and more", append(bytes.Clone(one), 0), nil},
		{"another PEM", pem.EncodeToMemory(&pem.Block{Type: "EXAMPLE", Bytes: one}), nil},
		{"nothing", nil, nil},
	} {
		got, ok := cert.Parse(c.text)
		if ok != (c.want != nil) || len(got) != len(c.want) {
			t.Errorf("%s: %d certificates, %t", c.name, len(got), ok)
			continue
		}
		for i := range got {
			if !bytes.Equal(got[i].DER, c.want[i]) {
				t.Errorf("%s: number %d is another", c.name, i)
			}
		}
	}
	if all, _ := cert.Parse(toPEM(two)); len(all) != 1 || !all[0].Debug || all[0].Subject != "CN=Android Debug" {
		t.Errorf("a debug certificate is %+v", all)
	}
}

// TestFingerprints holds the console's form against sums that md5sum, sha1sum and sha256sum gave for the five bytes 30 03 02 01 07.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	c, err := cert.New([]byte{0x30, 0x03, 0x02, 0x01, 0x07})
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.MD5():    "34:36:C7:8C:43:78:83:39:32:C1:EF:CB:BA:CC:5F:7F",
		c.SHA1():   "C0:D2:E6:18:BB:15:C1:A7:F4:5A:EB:9F:D6:E9:9C:82:2A:F8:2E:73",
		c.SHA256(): "EC:ED:A6:10:45:DB:14:5D:20:9D:EB:F0:D2:45:E4:4B:5B:1C:C5:2E:3C:04:26:6A:A2:A4:86:FD:B6:A2:B2:85",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// FuzzParse holds that no file breaks the reader.
func FuzzParse(f *testing.F) {
	f.Add(fresh(f, "Release"))
	f.Add(toPEM(fresh(f, "Release")))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, ok := cert.Parse(text)
		if ok != (len(all) > 0) {
			t.Errorf("%d certificates, %t", len(all), ok)
		}
	})
}
