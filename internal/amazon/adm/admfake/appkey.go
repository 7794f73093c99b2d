// Package admfake is Amazon Device Messaging in the sandbox, and the page of the developer console that generates app keys.
//
// What it issues has Amazon's form and is signed with the sandbox's own key, so that Lockkeeper tells it from a key of Amazon's by the signature
// alone and a device refuses it. It imports nothing of Lockkeeper's client side: what is misspelt there fails here.
package admfake

import (
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The primes of the sandbox's app key signer. They are written here for everybody, and are no secret: what they sign is told from a key of Amazon's by
// the public key that it holds with, and a device, which knows Amazon's only, refuses it. They are fixed so that a key outlives the sandbox
// that issued it.
const (
	signerP = "" +
		"ef94eb45db19c4bf6df09371e83b241a1bd3620e62de73d70ab3e62d51d7f59b69ccf9ad1e4e48b9316a35a3da43fc70" +
		"2efe8faa5afaf144df7c34e7c457783c09d27f814950b9b81214b3085b30131e94c8d3b0731864c1f549b5c518115bb8" +
		"b33af6eb44e0fe46df5efdbaf317958ce7ee7563e12ff8f0e720f7e195a9a1fb"
	signerQ = "" +
		"ba1b3c6062085129f47696f2bb8ef86918b7e88ad579d1f162aa3ca663ecc5af5691ea79cba7b09d23a5f010db6ccb2b" +
		"46c2ffa6343689088e18b8b15ef3a87976b79313e50df98b1012b5564dc0902cb15d2d4f4c1a8537263d747150b42948" +
		"92123caf44a420ffcfdbc3971e512f8c4387204eb4ea40598c669dc99e38f9e1"
)

// signer makes the sandbox's key pair once; its public half is the sandbox's trust anchor.
var signer = sync.OnceValue(func() *rsa.PrivateKey {
	p, _ := new(big.Int).SetString(signerP, 16)
	q, _ := new(big.Int).SetString(signerQ, 16)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return key
})

// An AppKey is what the console's page Android/Kindle Settings is told before it generates a key.
type AppKey struct {
	Package     string `json:"package"`     // "com.example.reader"
	Certificate []byte `json:"certificate"` // in DER; the console takes its two fingerprints instead
	MD5         string `json:"md5"`         // as the console takes it, where no certificate is given
	SHA256      string `json:"sha256"`
	Version     string `json:"version"` // of the payload. Defaults to "3".
	Bundle      string `json:"bundle"`  // for a key for iOS, in place of package and certificate

	// Change alters the claims before they are signed, for keys that Amazon would not issue. Defaults to leaving them.
	Change func(claims map[string]any) `json:"-"`
}

// IssueAppKey makes an app key as the developer console does for a security profile: same wire form and claims, iss "Amazon" as the SDK demands it,
// signed with the sandbox's own key (adm 1.1 to 1.3, 1.6). The same request in the same world at the same time gives the same key.
func IssueAppKey(w *kit.World, profile *kit.SecurityProfile, k AppKey) (string, error) {
	now := time.Now()
	if w.Clock != nil {
		now = w.Clock.Now()
	}
	unique := "app key " + profile.Key + " " + k.Package + k.Bundle + " " + k.MD5 + " " + strconv.FormatInt(now.UnixMilli(), 10)
	variant := "amzn1.application-client." + w.Hex("app variant "+profile.Key+" "+k.Package+k.Bundle, 32)
	hexID := w.Hex(unique, 32)
	claims := map[string]any{
		"ver": "3", "iss": "Amazon", "type": "APIKey", "clientId": profile.ClientID, "appFamilyId": profile.ID, "appId": variant, "appVariantId": variant,
		"id":  hexID[:8] + "-" + hexID[8:12] + "-4" + hexID[13:16] + "-8" + hexID[17:20] + "-" + hexID[20:],
		"iat": strconv.FormatInt(now.UnixMilli(), 10),
	}
	if k.Version != "" {
		claims["ver"] = k.Version
	}
	if claims["ver"] == "3" {
		claims["trustPool"] = nil
		claims["endpoints"] = map[string]string{"authz": "https://www.amazon.com/ap/oa", "tokenExchange": "https://api.amazon.com/auth/o2/token"}
	}
	if k.Bundle != "" {
		claims["bundleId"], claims["bundleSeedId"] = k.Bundle, strings.ToUpper(w.Hex("seed "+k.Bundle, 10))
	} else {
		claims["pkg"] = k.Package
		if len(k.Certificate) > 0 {
			m, s := md5.Sum(k.Certificate), sha256.Sum256(k.Certificate)
			k.MD5, k.SHA256 = colons(m[:]), colons(s[:])
		}
		if k.MD5 != "" {
			claims["appsig"] = k.MD5
		}
		if k.SHA256 != "" && claims["ver"] == "3" {
			claims["appsigSha256"] = k.SHA256
		}
	}
	if k.Change != nil {
		k.Change(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("writing the claims of an app key: %w", err)
	}
	return SignAppKey([]byte(`{"alg":"RSA-SHA256","ver":"1"}`), payload)
}

// appKey issues a key for whoever has no console.
func (f *fake) appKey(in []byte) (any, error) {
	var ask struct {
		Profile string `json:"profile"`
		AppKey
	}
	if err := json.Unmarshal(in, &ask); err != nil {
		return nil, fmt.Errorf("reading what was asked: %w", err)
	}
	profile := f.world.Profile(ask.Profile)
	if profile == nil {
		return nil, fmt.Errorf("there is no security profile %q", ask.Profile)
	}
	key, err := IssueAppKey(f.world, profile, ask.AppKey)
	return map[string]string{"key": key}, err
}

// SignAppKey puts the sandbox's signature under a header and a payload, whatever they are.
func SignAppKey(header, payload []byte) (string, error) {
	text := base64.StdEncoding.EncodeToString(header) + "." + base64.StdEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, signer(), crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("signing an app key: %w", err)
	}
	return text + "." + base64.StdEncoding.EncodeToString(signature), nil
}

// colons writes a fingerprint as the console and the keys do.
func colons(b []byte) string {
	var pairs []string
	for _, c := range b {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return strings.Join(pairs, ":")
}
