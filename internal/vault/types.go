package vault

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// An App is what is registered at Amazon: a security profile.
type App struct {
	ID                id.App
	Name              string
	Program           string
	Realm             amazon.Realm
	Region            canon.Region // whose hosts it is used at where a grant does not say otherwise
	ClientID          string       // of the newest credential
	Version           string       // of the newest credential, where the program's have versions: "3.1"
	SecurityProfileID string
	ReturnURL         string
	Credential        id.Credential // its client secret
	Created           time.Time
	Removed           time.Time // zero while it is there
}

// A NewApp is what an operator gives.
type NewApp struct {
	Name              string
	Program           string
	Realm             amazon.Realm
	Region            canon.Region
	ClientID          string
	Secret            secret.Value
	Version           string // of the credential, where the program's have versions
	SecurityProfileID string
	ReturnURL         string
}

// A NewSecret is what replaces an app's credential. Where Amazon gives a new id with a new secret, both are given.
type NewSecret struct {
	Secret   secret.Value
	ClientID string // Defaults to the app's.
	Version  string // Defaults to the app's.
}

// A Kind says what sort of secret a credential is.
type Kind string

// The kinds of credential.
const (
	ClientSecret Kind = "client-secret" // an app's
	RefreshToken Kind = "refresh-token" // a grant's
	AccessKey    Kind = "access-key"    // an AWS key pair's secret
	AppKey       Kind = "app-key"       // an Appstore API key
)

// Label returns the seal label of this kind.
func (k Kind) Label() seal.Label {
	switch k {
	case ClientSecret:
		return seal.AppSecret
	case RefreshToken:
		return seal.GrantRefresh
	case AccessKey:
		return seal.GrantKey
	case AppKey:
		return seal.AppKey
	}
	return ""
}

// A Status says what a version is good for.
type Status string

// The statuses of a version.
const (
	Active    Status = "active"    // the newest: used
	Previous  Status = "previous"  // the one before it: used where Amazon refuses the newest
	Retired   Status = "retired"   // kept, not used
	Destroyed Status = "destroyed" // its text is gone
)

// A Credential is a stored secret and its history, without its text.
type Credential struct {
	ID       id.Credential
	Kind     Kind
	Owner    string // id of the app or grant that it belongs to
	Label    string // for people: the owner's name when it was stored
	Realm    amazon.Realm
	Created  time.Time
	Versions []Version // newest first
}

// Place is where a version of c is sealed to.
func (c Credential) Place(version int64) seal.Place {
	return seal.Place{Label: c.Kind.Label(), ID: string(c.ID), Version: version, Realm: string(c.Realm)}
}

// A Version is one text that a credential had.
type Version struct {
	Version     int64
	Status      Status
	Fingerprint string
	Created     time.Time
	LastUsed    time.Time // zero: never
	LastRegion  canon.Region
	LastProgram string
	Destroyed   time.Time // zero while the text is there

	ClientID      string // that belongs to this text; empty for the app's one and only
	AmazonVersion string // as Amazon numbers such credentials: "3.1"; empty where it does not
}

// A SealedVersion is a Version with its text, sealed.
type SealedVersion struct {
	Version
	Sealed []byte
}

// A Use says what a secret is wanted for.
type Use struct {
	Region  canon.Region
	Program string
}

// A LastUse is a use that happened.
type LastUse struct {
	Credential id.Credential
	Version    int64
	At         time.Time
	Use
}

// An AppSecret is one of an app's client secrets that may be good.
type AppSecret struct {
	Version       int64
	Value         secret.Value
	ClientID      string    // to be sent with it; empty for the app's
	AmazonVersion string    // as Amazon numbers such credentials; empty where it does not
	Created       time.Time // when it came here
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("looking it up: there is none")
	ErrTaken    = errors.New("storing it: the name or number is taken")
)

// Store is what the vault needs of a database. Each changing method is one transaction together with its audit entry, and
// durable when it returns.
type Store interface {
	AddApp(ctx context.Context, a App, c Credential, v SealedVersion, e audit.Entry) error // ErrTaken
	Apps(ctx context.Context) ([]App, error)                                               // without removed ones, by name
	App(ctx context.Context, app id.App) (App, error)                                      // ErrNotFound
	AppNamed(ctx context.Context, name string) (App, error)                                // ErrNotFound, also where it was removed
	RemoveApp(ctx context.Context, app id.App, at time.Time, e audit.Entry) error          // destroys its versions

	Credentials(ctx context.Context) ([]Credential, error)
	Credential(ctx context.Context, c id.Credential) (Credential, error)                   // ErrNotFound
	AddVersion(ctx context.Context, c id.Credential, v SealedVersion, e audit.Entry) error // ErrTaken where the number is not the next one; moves its app to a client id and version of its own
	// Usable returns the active version and the previous one, newest first.
	Usable(ctx context.Context, c id.Credential) ([]SealedVersion, error)
	// Sealed returns one version. ErrNotFound where it is not there or was destroyed.
	Sealed(ctx context.Context, c id.Credential, version int64) (SealedVersion, error)
	SetStatus(ctx context.Context, c id.Credential, version int64, s Status, at time.Time, e audit.Entry) error // Destroyed clears the text
	SetLastUsed(ctx context.Context, uses []LastUse) error                                                      // never backwards
}
