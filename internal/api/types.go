package api

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Status says what a server is and where it listens.
type Status struct {
	Version   string         `json:"version"`
	Data      string         `json:"data" doc:"the data folder"`
	Started   time.Time      `json:"started"`
	Now       time.Time      `json:"now" doc:"the server's clock"`
	Console   string         `json:"console" doc:"address of the console and this API"`
	Gateway   string         `json:"gateway" doc:"address of the gateway"`
	Metrics   string         `json:"metrics" doc:"address of /metrics"`
	AmazonTLS string         `json:"amazon_tls,omitempty" doc:"address where the gateway answers for Amazon's own hosts over TLS"`
	Authority string         `json:"authority,omitempty" doc:"PEM file of the certificate that a process must trust for that, and no other"`
	ReturnURL string         `json:"return_url" doc:"what Amazon must list among the Allowed Return URLs"`
	Sandbox   string         `json:"sandbox,omitempty" doc:"address of the sandbox, where the realm sandbox exists"`
	Key       string         `json:"key" doc:"fingerprint of the key that seals everything"`
	Grants    map[string]int `json:"grants" doc:"number of grants by health"`
}

// App is a security profile or application registered at Amazon.
type App struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`
	Program           string    `json:"program"`
	Realm             string    `json:"realm" enum:"amazon,sandbox"`
	Region            string    `json:"region"`
	ClientID          string    `json:"client_id"`
	Version           string    `json:"version,omitempty" doc:"of its credential, where the program's have versions, such as 3.1"`
	SecurityProfileID string    `json:"security_profile_id,omitempty"`
	ReturnURL         string    `json:"return_url"`
	Created           time.Time `json:"created"`
	Grants            []string  `json:"grants" doc:"names of the grants that were given through it"`
	Notes             []string  `json:"notes,omitempty" doc:"what was mended in what was typed"`
}

// NewApp is what is needed to keep an app.
type NewApp struct {
	Name              string `json:"name,omitempty" doc:"a label; empty for the program's name"`
	Program           string `json:"program,omitempty" doc:"empty for ads"`
	Realm             string `json:"realm,omitempty" doc:"amazon or sandbox; empty for amazon"`
	Region            string `json:"region,omitempty" doc:"NA, EU or FE; empty for NA, or for what is found out"`
	ClientID          string `json:"client_id"`
	ClientSecret      string `json:"client_secret"`
	Version           string `json:"version,omitempty" doc:"of a Creators API credential, such as 3.1; empty to find it out"`
	SecurityProfileID string `json:"security_profile_id,omitempty"`
}

// NewSecret replaces an app's client secret.
type NewSecret struct {
	ClientSecret string `json:"client_secret"`
	ClientID     string `json:"client_id,omitempty" doc:"where a new id came with it, as with a Creators API credential; empty for the app's"`
	Version      string `json:"version,omitempty" doc:"of that credential; empty to find it out"`
}

// Grant is a consent that Lockkeeper holds and keeps alive.
type Grant struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Program    string           `json:"program"`
	Realm      string           `json:"realm"`
	App        string           `json:"app" doc:"name of the app"`
	Region     string           `json:"region" doc:"home region, whose token host is used"`
	Scopes     []string         `json:"scopes,omitempty"`
	Health     string           `json:"health" enum:"ok,pending,retrying,blocked,disabled,ineligible"`
	Since      time.Time        `json:"since"`
	Problem    *problem.Problem `json:"problem,omitempty"`
	Generation int64            `json:"generation" doc:"number of the token in use"`
	Expires    time.Time        `json:"expires,omitzero" doc:"when the access token ends"`
	RefreshAt  time.Time        `json:"refresh_at,omitzero" doc:"when it will be refreshed"`
	Accounts   []canon.Account  `json:"accounts"`
	ClientID   string           `json:"client_id,omitempty" doc:"of the credential that gave the token in use"`
	Version    string           `json:"version,omitempty" doc:"of that credential, where the program's have versions"`
	AskedAt    time.Time        `json:"eligibility_asked_at,omitzero" doc:"when Amazon last said whether it answers for the account at all"`
	Attempts   []Attempt        `json:"attempts,omitempty" doc:"the last exchanges, newest first"`
	Notes      []string         `json:"notes,omitempty" doc:"what was mended in what was pasted"`
}

// Attempt is one exchange at a token endpoint.
type Attempt struct {
	At          time.Time `json:"at"`
	Kind        string    `json:"kind"`
	Outcome     string    `json:"outcome"`
	Status      int       `json:"status,omitempty" doc:"HTTP status"`
	AmazonError string    `json:"amazon_error,omitempty" doc:"Amazon's error code"`
	Problem     string    `json:"problem,omitempty" doc:"our code for it"`
	Took        float64   `json:"took_ms"`
	Rotated     bool      `json:"rotated" doc:"whether another refresh token came back"`
}

// Connect asks for a consent.
type Connect struct {
	Name    string   `json:"name,omitempty" doc:"name for the grant, empty for the app's; the name of an existing grant authorises it again"`
	App     string   `json:"app,omitempty" doc:"name of the app; empty for the only one"`
	Region  string   `json:"region,omitempty" doc:"empty for the app's"`
	Scopes  []string `json:"scopes,omitempty" doc:"empty for the program's"`
	Browser bool     `json:"browser,omitempty" doc:"whether a browser on this machine will come back to the console"`
}

// Adopt makes a grant of a refresh token that somebody already has.
type Adopt struct {
	Name         string   `json:"name,omitempty" doc:"name for the grant; empty for the app's"`
	App          string   `json:"app,omitempty" doc:"name of the app that the token was given to; empty for the only one"`
	Region       string   `json:"region,omitempty" doc:"empty for the app's"`
	Scopes       []string `json:"scopes,omitempty" doc:"empty for the program's"`
	RefreshToken string   `json:"refresh_token"`
}

// Consent is a consent under way. Start is opened in a browser of this machine; URL in a browser anywhere, whose final address is
// then brought back with Binding.
type Consent struct {
	ID      string    `json:"id"`
	Start   string    `json:"start" doc:"page of the console that binds the browser and goes on to Amazon; works once"`
	URL     string    `json:"url" doc:"Amazon's page"`
	Binding string    `json:"binding" doc:"brought back with the returned address, in place of the browser's cookie"`
	Expires time.Time `json:"expires"`
	Grant   *Grant    `json:"grant,omitempty" doc:"set where nobody has to consent, since the app works on its own authority: the rest is then empty"`
}

// ConsentState tells how a consent fares.
type ConsentState struct {
	State   string           `json:"state" enum:"waiting,done,failed,expired"`
	Grant   *Grant           `json:"grant,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Returned is the address that Amazon sent a browser to.
type Returned struct {
	URL     string `json:"url" doc:"the whole address, as copied from the browser"`
	Binding string `json:"binding"`
}

// Credential is any stored secret, without its text.
type Credential struct {
	ID       string              `json:"id"`
	Kind     string              `json:"kind"`
	Label    string              `json:"label"`
	Owner    string              `json:"owner" doc:"the app or grant that it belongs to"`
	Realm    string              `json:"realm"`
	Created  time.Time           `json:"created"`
	Versions []CredentialVersion `json:"versions"`
}

// CredentialVersion is one text that a credential had.
type CredentialVersion struct {
	Version     int64     `json:"version"`
	Status      string    `json:"status"`
	Fingerprint string    `json:"fingerprint" doc:"keyed; tells whether two texts differ, nothing more"`
	Created     time.Time `json:"created"`
	LastUsed    time.Time `json:"last_used,omitzero"`
	LastRegion  string    `json:"last_region,omitempty"`
	LastProgram string    `json:"last_program,omitempty"`
	Destroyed   time.Time `json:"destroyed,omitzero"`
}

// Reveal asks for the text of a credential.
type Reveal struct {
	Version  int64  `json:"version,omitempty" doc:"empty for the newest"`
	Operator string `json:"operator" doc:"who asks"`
	Password string `json:"password" doc:"of that operator, typed again"`
}

// Revealed is the text of a credential.
type Revealed struct {
	Version int64  `json:"version"`
	Text    string `json:"text"`
}

// Caller is a piece of software that uses Lockkeeper.
type Caller struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Revoked time.Time `json:"revoked,omitzero"`
	Grants  []string  `json:"grants" doc:"names of the grants that it may use"`
	Effects []string  `json:"effects,omitempty" doc:"read, write, spend; empty for all"`
	Passes  []Pass    `json:"passes"`
	Pass    string    `json:"pass,omitempty" doc:"the pass's text, given once, when it is made; the secret of one of kind sigv4"`
	KeyID   string    `json:"keyId,omitempty" doc:"the key id of the pass that was made, if it is of kind sigv4"`
}

// Pass is what a caller shows.
type Pass struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	KeyID   string    `json:"keyId,omitempty" doc:"of a pass of kind sigv4; no secret"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// NewCaller is what is needed to let software in.
type NewCaller struct {
	Name     string        `json:"name"`
	Grants   []string      `json:"grants" doc:"names of the grants that it may use"`
	Accounts []string      `json:"accounts,omitempty" doc:"Amazon's account ids; empty for all of the grants"`
	Effects  []string      `json:"effects,omitempty" doc:"read, write, spend; empty for all"`
	Kind     string        `json:"kind,omitempty" enum:"bearer,sigv4" doc:"of its pass: sigv4 for software that signs its requests as AWS wants them; empty for bearer"`
	Lifetime time.Duration `json:"lifetime,omitempty" doc:"of its pass, in nanoseconds; empty for no end"`
	Vend     bool          `json:"vend,omitempty" doc:"its pass may take short-lived AWS credentials of the grants' key pairs"`
}

// Call is one call of Amazon that an operator makes.
type Call struct {
	Grant   string            `json:"grant,omitempty" doc:"empty for the only one that fits"`
	Program string            `json:"program"`
	Region  string            `json:"region,omitempty"`
	Account string            `json:"account,omitempty" doc:"Amazon's id of the account to act on"`
	Method  string            `json:"method"`
	Path    string            `json:"path" doc:"with its query"`
	Header  map[string]string `json:"header,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// Called is the answer to a Call.
type Called struct {
	Status  int               `json:"status"`
	Header  map[string]string `json:"header"`
	Body    string            `json:"body"`
	Problem *problem.Problem  `json:"problem,omitempty"`
}

// Finding is what the doctor found.
type Finding struct {
	Check   string           `json:"check"`
	Object  string           `json:"object" doc:"the app or grant looked at"`
	OK      bool             `json:"ok"`
	Detail  string           `json:"detail,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Examine says what the doctor shall look at.
type Examine struct {
	Name string `json:"name,omitempty" doc:"an app or grant; empty for all"`
}

// SignIn is an operator's name and password.
type SignIn struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// Session is a sign-in that worked.
type Session struct {
	Token   string    `json:"token" doc:"to be sent as Authorization: Bearer"`
	Expires time.Time `json:"expires"`
}
