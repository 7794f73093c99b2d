// Package appkey reads an app key (api_key.txt), says whether a device would take it, and why not.
//
// A key is one line that looks like a web token and is none: standard base64 with padding, an algorithm no standard names, a time that is a text
// (adm 1.1). A device checks the signature against one certificate in its SDK, then issuer, package and the fingerprints of the installed app, and
// tells the app of any failure only "Invalid API Key" or INVALID_SENDER (adm 1.4, 1.5). Decode and Key.Check go through the same questions and name
// each answer. Nothing here needs a network, and the key is no secret: it ships in every APK.
package appkey

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Key is an app key that was read.
type Key struct {
	Text   string // as it must stand in the file: one line and nothing else
	Signer Signer

	Version      string // of the payload: "1", "2" or "3"
	Issuer       string
	Type         string
	ID           string // of this key
	Package      string // Android package; empty in keys for iOS
	Bundle       string // iOS bundle id; empty in keys for Android
	MD5          string // fingerprints of the one certificate, as the key writes them
	SHA256       string
	ClientID     string
	AppID        string
	VariantID    string
	FamilyID     string // the security profile's own id
	Issued       time.Time
	Endpoints    map[string]string // nil in keys that name none
	badEndpoints bool              // they are there, and are no object of texts
}

// most is the longest text that is taken for a key; the longest seen have 1,400 characters (adm 1.1).
const most = 16 << 10

// header is the first part of every key that Amazon was seen to issue.
const header = "eyJhbGciOiJSU0EtU0hBMjU2IiwidmVyIjoiMSJ9"

// Decode reads a key from a file's text. Where the text is no key at all, ok is false and the findings say what it is. Otherwise they hold whatever
// is wrong with the text and the token, and the Key what could still be read. A pasted text may have white space around it; a file may not.
func Decode(text []byte, pasted bool) (key Key, found Findings, ok bool) {
	line, ok := readText(text, pasted, &found)
	if !ok {
		return key, found, false
	}
	parts := strings.Split(line, ".")
	if len(parts) != 3 {
		found.add(problem.New(problem.AppkeyParts).With("it has %s", count(len(parts), "part", "parts")))
		return key, found, false
	}
	key.Text = line
	var raw [3][]byte
	for i, p := range parts {
		b, canonical, err := decodePart(p)
		if err != nil {
			found.add(problem.New(problem.AppkeyBase64).With("the %s part", [...]string{"first", "middle", "last"}[i]))
			return key, found, false
		}
		if !canonical {
			found.add(problem.New(problem.AppkeyNotCanonical).With("the %s part", [...]string{"first", "middle", "last"}[i]))
		}
		raw[i] = b
	}
	key.checkHeader(raw[0], &found)
	read := key.readPayload(raw[1], &found)
	key.checkSignature(parts, raw[2], &found)
	return key, found, read
}

// decodePart reads base64 of either alphabet, padded or not, and tells whether it is written as Amazon writes it.
func decodePart(p string) (b []byte, canonical bool, err error) {
	if b, err = base64.StdEncoding.Strict().DecodeString(p); err == nil && p != "" {
		return b, true, nil
	}
	p = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(p, "="))
	b, err = base64.RawStdEncoding.DecodeString(p)
	if err == nil && len(b) == 0 {
		err = base64.CorruptInputError(0)
	}
	return b, false, err
}

// checkHeader looks at what no device looks at (adm 1.4.3), since it tells a lost character from a foreign token.
func (k *Key) checkHeader(text []byte, found *Findings) {
	var h struct {
		Alg string `json:"alg"`
	}
	switch err := json.Unmarshal(text, &h); {
	case err != nil:
		found.add(problem.New(problem.AppkeyHeaderJSON))
	case h.Alg != "RSA-SHA256":
		found.add(problem.New(problem.AppkeyHeaderAlgorithm).With("alg %s", quote(h.Alg)))
	}
}

func (k *Key) checkSignature(parts []string, signature []byte, found *Findings) {
	if len(signature) < signatureBytes {
		found.add(problem.New(problem.AppkeyCutOff).With("the signature has %d of %d bytes", len(signature), signatureBytes))
		return
	}
	if k.Signer = signerOf(parts[0]+"."+parts[1], signature); k.Signer == Nobody {
		found.add(problem.New(problem.AppkeySignatureMismatch))
	}
}

// readPayload reads the claims. One that has another type than it should counts as missing.
func (k *Key) readPayload(text []byte, found *Findings) bool {
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(text, &claims); err != nil || claims == nil {
		found.add(problem.New(problem.AppkeyPayloadJSON))
		return false
	}
	for name, to := range map[string]*string{
		"ver": &k.Version, "iss": &k.Issuer, "type": &k.Type, "id": &k.ID, "pkg": &k.Package, "bundleId": &k.Bundle, "appsig": &k.MD5,
		"appsigSha256": &k.SHA256, "clientId": &k.ClientID, "appId": &k.AppID, "appVariantId": &k.VariantID, "appFamilyId": &k.FamilyID,
	} {
		_ = json.Unmarshal(claims[name], to) // what is no text stays empty
	}
	var issued string
	if json.Unmarshal(claims["iat"], &issued) == nil {
		if ms, err := strconv.ParseInt(issued, 10, 64); err == nil && ms > 0 && ms < 1<<43 {
			k.Issued = time.UnixMilli(ms).UTC()
		}
	}
	if e, ok := claims["endpoints"]; ok && string(e) != "null" {
		k.badEndpoints = json.Unmarshal(e, &k.Endpoints) != nil
	}
	return true
}
