package vault

import (
	"context"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

type versionKey struct {
	credential id.Credential
	version    int64
}

// AppSecrets opens the client secrets of an app that may be good: the active one, then the previous one. It is how the
// broker gets them. The newest counts as used; where Amazon took the older one, the caller says so by Used.
func (v *Vault) AppSecrets(ctx context.Context, app id.App, use Use) ([]AppSecret, error) {
	a, err := v.App(ctx, app)
	if err != nil {
		return nil, err
	}
	rows, err := v.cfg.Store.Usable(ctx, a.Credential)
	if err != nil {
		return nil, fmt.Errorf("reading an app's secrets: %w", err)
	}
	c := Credential{ID: a.Credential, Kind: ClientSecret, Realm: a.Realm}
	secrets := make([]AppSecret, 0, len(rows))
	var failed error
	for _, row := range rows {
		value, err := v.cfg.Sealer.Open(c.Place(row.Version.Version), row.Sealed)
		if err != nil {
			failed = err // one damaged version must not hide a good one
			continue
		}
		secrets = append(secrets, AppSecret{
			Version: row.Version.Version, Value: value, ClientID: row.ClientID, AmazonVersion: row.AmazonVersion, Created: row.Created,
		})
	}
	if len(secrets) == 0 {
		if failed == nil {
			failed = ErrNotFound
		}
		return nil, fmt.Errorf("opening an app's secrets: %w", failed)
	}
	v.note(a.Credential, secrets[0].Version, use)
	return secrets, nil
}

// Used notes that a version of an app's secret was used. It is written down within Config.Flush.
func (v *Vault) Used(ctx context.Context, app id.App, version int64, use Use) error {
	a, err := v.App(ctx, app)
	if err != nil {
		return err
	}
	v.note(a.Credential, version, use)
	return nil
}

func (v *Vault) note(c id.Credential, version int64, use Use) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.used[versionKey{c, version}] = LastUse{Credential: c, Version: version, At: v.cfg.Now(), Use: use}
}

// FlushUsed writes down what was used since the last time. Uses are kept apart from everything that a refresh writes, so
// neither waits for or undoes the other.
func (v *Vault) FlushUsed(ctx context.Context) error {
	v.mu.Lock()
	uses := make([]LastUse, 0, len(v.used))
	for _, u := range v.used {
		uses = append(uses, u)
	}
	v.mu.Unlock()
	if len(uses) == 0 {
		return nil
	}
	if err := v.cfg.Store.SetLastUsed(ctx, uses); err != nil {
		return fmt.Errorf("writing down when credentials were used: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, u := range uses {
		key := versionKey{u.Credential, u.Version}
		if v.used[key] == u {
			delete(v.used, key)
		}
	}
	return nil
}

// withUse adds what is not written down yet.
func (v *Vault) withUse(c *Credential) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range c.Versions {
		if u, ok := v.used[versionKey{c.ID, c.Versions[i].Version}]; ok && u.At.After(c.Versions[i].LastUsed) {
			c.Versions[i].LastUsed, c.Versions[i].LastRegion, c.Versions[i].LastProgram = u.At, u.Region, u.Program
		}
	}
}
