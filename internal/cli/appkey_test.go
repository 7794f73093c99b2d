package cli_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fireFiles writes what a developer of an app for Fire OS has: the certificate of the release, a key that the sandbox issued for it, and
// the same key as people's editors and mails leave it.
func fireFiles(dir string) error {
	certificate, err := selfSigned("Release")
	if err != nil {
		return err
	}
	other, err := selfSigned("Android Debug")
	if err != nil {
		return err
	}
	world := kit.DefaultWorld(0, nil)
	key, err := admfake.IssueAppKey(world, world.Profile(kit.Shop), admfake.AppKey{Package: "com.example.reader", Certificate: certificate})
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"release.pem": pemOf(certificate), "debug.pem": pemOf(other),
		"api_key.txt": key, "mailed.txt": "\ufeff" + key[:500] + "\r\n" + key[500:900] + "\r\n" + key[900:] + "\r\n", "cut.txt": key[:700],
		"tampered.txt": strings.Replace(key, key[600:604], "AAAA", 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func pemOf(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// selfSigned makes a certificate of the kind that signs apps.
func selfSigned(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	return x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
}
