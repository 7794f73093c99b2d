package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// AddApp keeps a new app and its client secret.
func (v *Vault) AddApp(ctx context.Context, by audit.Actor, n NewApp) (App, error) {
	if err := v.permit(ctx, by, "app.add", n.Name); err != nil {
		return App{}, err
	}
	n = n.trimmed()
	if err := v.check(n); err != nil {
		return App{}, err
	}
	now := v.cfg.Now()
	a := App{
		ID: id.New[id.App](now), Name: n.Name, Program: n.Program, Realm: n.Realm, Region: n.Region, ClientID: n.ClientID,
		Version: n.Version, SecurityProfileID: n.SecurityProfileID, ReturnURL: n.ReturnURL, Credential: id.New[id.Credential](now), Created: now,
	}
	c := Credential{ID: a.Credential, Kind: ClientSecret, Owner: string(a.ID), Label: a.Name, Realm: a.Realm, Created: now}
	sealed, err := v.sealed(c, 1, n.Secret)
	if err != nil {
		return App{}, err
	}
	sealed.ClientID, sealed.AmazonVersion = n.ClientID, n.Version
	err = v.cfg.Store.AddApp(ctx, a, c, sealed, v.entry(by, "app.add", string(a.ID), audit.Done, a.Name))
	if errors.Is(err, ErrTaken) {
		return App{}, problem.New(problem.VaultNameTaken).With("%s", n.Name)
	}
	if err != nil {
		return App{}, fmt.Errorf("storing an app: %w", err)
	}
	v.publish(a)
	return a, nil
}

// Apps returns all apps by name.
func (v *Vault) Apps(ctx context.Context) ([]App, error) { return v.cfg.Store.Apps(ctx) }

// App returns one app.
func (v *Vault) App(ctx context.Context, app id.App) (App, error) {
	a, err := v.cfg.Store.App(ctx, app)
	return a, v.missing(err, problem.VaultNoApp, string(app))
}

// AppNamed returns one app by its name.
func (v *Vault) AppNamed(ctx context.Context, name string) (App, error) {
	a, err := v.cfg.Store.AppNamed(ctx, name)
	return a, v.missing(err, problem.VaultNoApp, name)
}

// RotateApp keeps a new client secret. The one before it stays usable until RetireVersion: Amazon lets old secrets work for a
// while (ads-lwa 1.7), and an operator may have pasted the new one before Amazon knows it everywhere.
func (v *Vault) RotateApp(ctx context.Context, by audit.Actor, app id.App, s secret.Value) (Version, error) {
	return v.ReplaceApp(ctx, by, app, NewSecret{Secret: s})
}

// ReplaceApp is RotateApp for credentials that have an id and a version of their own: the app goes by these from then on, and the
// older secret is sent with the older ones for as long as it is tried.
func (v *Vault) ReplaceApp(ctx context.Context, by audit.Actor, app id.App, n NewSecret) (Version, error) {
	if err := v.permit(ctx, by, "app.rotate", string(app)); err != nil {
		return Version{}, err
	}
	a, err := v.App(ctx, app)
	if err != nil {
		return Version{}, err
	}
	if !a.Removed.IsZero() {
		return Version{}, problem.New(problem.VaultNoApp).With("%s was removed", a.Name)
	}
	s := trim(n.Secret)
	n.ClientID, n.Version = cmp.Or(strings.TrimSpace(n.ClientID), a.ClientID), cmp.Or(strings.TrimSpace(n.Version), a.Version)
	if err := v.cfg.Check(a.Program, n.ClientID, s, n.Version); err != nil {
		return Version{}, err
	}
	c, err := v.Credential(ctx, a.Credential)
	if err != nil {
		return Version{}, err
	}
	fingerprint := v.fingerprint(c.Kind, s)
	for _, old := range c.Versions {
		if old.Fingerprint == fingerprint && (old.Status == Active || old.Status == Previous) {
			return Version{}, problem.New(problem.VaultSameSecret).With("version %d", old.Version)
		}
	}
	sealed, err := v.sealed(c, c.Versions[0].Version+1, s)
	if err != nil {
		return Version{}, err
	}
	sealed.ClientID, sealed.AmazonVersion = n.ClientID, n.Version
	err = v.cfg.Store.AddVersion(ctx, c.ID, sealed, v.entry(by, "app.rotate", string(app), audit.Done, fmt.Sprintf("version %d", sealed.Version.Version)))
	if errors.Is(err, ErrTaken) {
		return Version{}, problem.New(problem.VaultRotatedMeanwhile)
	}
	if err != nil {
		return Version{}, fmt.Errorf("storing a new client secret: %w", err)
	}
	if a.ClientID != n.ClientID {
		a.ClientID, a.Version = n.ClientID, n.Version
		v.publish(a)
	}
	return sealed.Version, nil
}

// RemoveApp takes an app away and destroys its secrets. Its name is not free afterwards.
func (v *Vault) RemoveApp(ctx context.Context, by audit.Actor, app id.App) error {
	if err := v.permit(ctx, by, "app.remove", string(app)); err != nil {
		return err
	}
	if _, err := v.App(ctx, app); err != nil {
		return err
	}
	grants, err := v.cfg.Dependent(ctx, app)
	if err != nil {
		return fmt.Errorf("looking for grants of the app: %w", err)
	}
	if len(grants) > 0 {
		return problem.New(problem.VaultAppInUse).With("grants: %s", strings.Join(grants, ", "))
	}
	if err := v.cfg.Store.RemoveApp(ctx, app, v.cfg.Now(), v.entry(by, "app.remove", string(app), audit.Done, "")); err != nil {
		return fmt.Errorf("removing an app: %w", err)
	}
	v.cfg.Publisher.RemoveApp(app)
	return nil
}

// sealed makes a credential's next version.
func (v *Vault) sealed(c Credential, version int64, s secret.Value) (SealedVersion, error) {
	text, err := v.cfg.Sealer.Seal(c.Place(version), s)
	if err != nil {
		return SealedVersion{}, fmt.Errorf("keeping a %s: %w", c.Kind, err)
	}
	return SealedVersion{Sealed: text, Version: Version{
		Version: version, Status: Active, Fingerprint: v.fingerprint(c.Kind, s), Created: v.cfg.Now(),
	}}, nil
}

func (v *Vault) fingerprint(k Kind, s secret.Value) string {
	return v.cfg.Sealer.Fingerprint(string(k.Label()), s)
}

func (v *Vault) missing(err error, code problem.Code, what string) error {
	if errors.Is(err, ErrNotFound) {
		return problem.New(code).With("%s", what).Because(err)
	}
	return err
}
