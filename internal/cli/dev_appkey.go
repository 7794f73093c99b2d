package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// devPackage is the app of the demo world.
const devPackage = "com.example.reader"

// explainAppKey has the sandbox's console issue an app key for one certificate, sees it found right, and shown with another certificate, as when
// a store signs anew, sees both differences named and the console's line written out.
func (w *walk) explainAppKey() (string, error) {
	release, err := devCertificate("Release")
	if err != nil {
		return "", err
	}
	store, err := devCertificate("Signed by a store")
	if err != nil {
		return "", err
	}
	var issued struct {
		Key string `json:"key"`
	}
	ask := map[string]string{"profile": kit.Shop, "package": devPackage, "certificate": base64.StdEncoding.EncodeToString(release)}
	if err := w.sandbox.Do("adm", "app-key", ask, &issued); err != nil {
		return "", err
	}
	check := func(certificate []byte) (appcheck.Report, error) {
		return appcheck.Check(w.ctx, appcheck.Request{
			Inputs:  []appcheck.Input{textInput("api_key.txt", []byte(issued.Key)), textInput("certificate", certificate)},
			Package: devPackage, ClientID: w.profile.ClientID, Sandbox: true,
		})
	}
	r, err := check(release)
	if err != nil {
		return "", err
	}
	if !r.OK {
		return "", fmt.Errorf("the key is right and was not found so: %s", r.Next)
	}
	if r, err = check(store); err != nil {
		return "", err
	}
	for _, code := range []problem.Code{problem.AppkeyMd5Mismatch, problem.AppkeySha256Mismatch} {
		if !slices.ContainsFunc(r.Problems, func(p problem.Problem) bool { return p.Code == code }) {
			return "", fmt.Errorf("another certificate was shown, and %s was not found", code)
		}
	}
	if !strings.HasPrefix(r.Next, "Add an API key in the console with package "+devPackage+", MD5 ") {
		return "", fmt.Errorf("what is to be done next was not said: %s", r.Next)
	}
	return fmt.Sprintf("a key for %s found right; signed anew by a store, named %s, with the line to type into the console", devPackage, problem.AppkeyMd5Mismatch), nil
}

// devCertificate makes a certificate such as signs apps.
func devCertificate(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	return der, nil
}
