package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// CreatorsClaims are what an access token of the Creators API says.
type CreatorsClaims struct {
	Credential *CreatorsCredential
	Expires    time.Time
}

// Errors of a token of the Creators API, besides ErrForeign and ErrExpired.
var (
	ErrNoKeyID = errors.New("the token's header names no key")
	ErrNoClaim = errors.New("the token lacks a claim")
)

// Life of the tokens of both wires (creators-paapi-aws 3.2).
const creatorsLife = time.Hour

// creatorsMark tells tokens of Creators credentials from those of security profiles, whose numbers are small.
const creatorsMark = 1 << 31

// IssueToken gives an access token: an opaque one for 3.x, a JWT for 2.x, as Amazon's are (creators-paapi-aws 3.1).
func (a *Affiliates) IssueToken(c *CreatorsCredential) (token string, life time.Duration) {
	w := a.world
	a.mu.Lock()
	a.given++
	seq := a.given
	a.mu.Unlock()
	now, life := w.Now(), creatorsLife
	if l := w.Tokens.AccessLifetime.Duration(); l > 0 {
		life = l
	}
	if !c.Cognito() {
		return w.Tokens.sealer.seal(payload{
			kind: Client, id: creatorsMark, seq: seq, profile: creatorsMark | c.number, region: regionByte(c.Region()),
			issued: now, expires: now.Add(life), scopes: "creatorsapi::default",
		}), life
	}
	header := a.part(map[string]any{"kid": "sbx" + w.Hex("cognito kid "+c.Region(), 24), "alg": "RS256"})
	claims := a.part(map[string]any{
		"sub": c.ID, "token_use": "access", "scope": "creatorsapi/default", "auth_time": now.Unix(), "iss": issuerOf(c.Region()),
		"exp": now.Add(life).Unix(), "iat": now.Unix(), "version": 2, "client_id": c.ID, "jti": w.Hex("jti "+c.ID+now.String(), 32), "seq": seq,
	})
	return header + "." + claims + "." + a.sign(header+"."+claims), life
}

// CheckToken reads an access token of either wire. The claims are filled in also when the error is ErrExpired.
func (a *Affiliates) CheckToken(token string) (CreatorsClaims, error) {
	if strings.HasPrefix(token, "eyJ") {
		return a.checkJWT(token)
	}
	p, err := a.world.Tokens.sealer.open(token)
	if err != nil || p.kind != Client || p.profile&creatorsMark == 0 {
		return CreatorsClaims{}, ErrForeign
	}
	return a.claims(p.profile&^creatorsMark, p.expires)
}

func (a *Affiliates) claims(number uint32, expires time.Time) (CreatorsClaims, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if int(number) >= len(a.made) || a.made[number].deleted {
		return CreatorsClaims{}, ErrForeign
	}
	c := CreatorsClaims{a.made[number], expires}
	if !a.world.Now().Before(expires) {
		return c, ErrExpired
	}
	return c, nil
}

func (a *Affiliates) checkJWT(token string) (CreatorsClaims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return CreatorsClaims{}, ErrForeign
	}
	var head struct {
		Kid string `json:"kid"`
	}
	var body struct {
		Client string `json:"client_id"`
		Scope  string `json:"scope"`
		Exp    int64  `json:"exp"`
	}
	if !read(parts[0], &head) || !read(parts[1], &body) {
		return CreatorsClaims{}, ErrForeign
	}
	switch {
	case head.Kid == "":
		return CreatorsClaims{}, ErrNoKeyID
	case body.Client == "" || body.Scope == "" || body.Exp == 0:
		return CreatorsClaims{}, ErrNoClaim
	case !hmac.Equal([]byte(parts[2]), []byte(a.sign(parts[0]+"."+parts[1]))):
		return CreatorsClaims{}, ErrForeign
	}
	c := a.Credential(body.Client)
	if c == nil {
		return CreatorsClaims{}, ErrForeign
	}
	return a.claims(c.number, time.Unix(body.Exp, 0))
}

// sign makes what stands where Amazon's RSA signature would. Nobody but this fake checks it: Amazon documents no keys for others.
func (a *Affiliates) sign(text string) string {
	key := hmac.New(sha256.New, a.world.key[:])
	key.Write([]byte("cognito signing key"))
	m := hmac.New(sha256.New, key.Sum(nil))
	m.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (a *Affiliates) part(v map[string]any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("kit: a token's part is no JSON: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func read(part string, into any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(text, into) == nil
}

func issuerOf(region string) string {
	home := map[string]string{"NA": "us-east-1", "EU": "eu-south-2", "FE": "us-west-2"}[region]
	return "https://cognito-idp." + home + ".amazonaws.com/" + home + "_sbxCreators"
}
