package vault

import (
	"context"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Credentials returns every credential with its versions, newest first, without a text.
func (v *Vault) Credentials(ctx context.Context) ([]Credential, error) {
	all, err := v.cfg.Store.Credentials(ctx)
	for i := range all {
		v.withUse(&all[i])
	}
	return all, err
}

// Credential returns one credential.
func (v *Vault) Credential(ctx context.Context, c id.Credential) (Credential, error) {
	found, err := v.cfg.Store.Credential(ctx, c)
	if err != nil {
		return Credential{}, v.missing(err, problem.VaultNoCredential, string(c))
	}
	v.withUse(&found)
	return found, nil
}

// Reveal hands an operator the text of a credential's version, 0 for the newest. It is the only way for a text to leave
// Lockkeeper towards a person: it checks that it may, writes that down durably, and only then opens the seal.
func (v *Vault) Reveal(ctx context.Context, by audit.Actor, c id.Credential, version int64) (secret.Value, error) {
	const action = "credential.reveal"
	if err := v.permit(ctx, by, action, string(c)); err != nil {
		return secret.Value{}, err
	}
	if v.cfg.NoReveal {
		if err := v.cfg.Audit.Record(ctx, v.entry(by, action, string(c), audit.Denied, "switched off")); err != nil {
			return secret.Value{}, fmt.Errorf("writing down a refusal: %w", err)
		}
		return secret.Value{}, problem.New(problem.VaultRevealOff)
	}
	cred, err := v.Credential(ctx, c)
	if err != nil {
		return secret.Value{}, err
	}
	if version == 0 && len(cred.Versions) > 0 {
		version = cred.Versions[0].Version
	}
	row, err := v.cfg.Store.Sealed(ctx, c, version)
	if err != nil {
		return secret.Value{}, v.missing(err, problem.VaultNoVersion, fmt.Sprintf("version %d", version))
	}
	detail := fmt.Sprintf("%s of %s, version %d", cred.Kind, cred.Label, version)
	if err := v.cfg.Audit.Record(ctx, v.entry(by, action, string(c), audit.Done, detail)); err != nil {
		return secret.Value{}, fmt.Errorf("writing down a reveal, which therefore is refused: %w", err)
	}
	value, err := v.cfg.Sealer.Open(cred.Place(version), row.Sealed)
	if err != nil {
		_ = v.cfg.Audit.Record(ctx, v.entry(by, action, string(c), audit.Failed, detail)) // that it was asked for is down already
		return secret.Value{}, err
	}
	return value, nil
}

const retire = "credential.retire"

// RetireVersion stops using a version; destroy also takes its text away for good. The active version can only be retired by
// adding another. Lockkeeper itself may retire, and never destroys.
func (v *Vault) RetireVersion(ctx context.Context, by audit.Actor, c id.Credential, version int64, destroy bool) error {
	action, status := retire, Retired
	if destroy {
		action, status = "credential.destroy", Destroyed
	}
	if err := v.permit(ctx, by, action, string(c)); err != nil {
		return err
	}
	cred, err := v.Credential(ctx, c)
	if err != nil {
		return err
	}
	for _, found := range cred.Versions {
		if found.Version != version || found.Status == Destroyed {
			continue
		}
		if found.Status == Active {
			return problem.New(problem.VaultActiveVersion).With("version %d", version)
		}
		detail := fmt.Sprintf("version %d", version)
		if err := v.cfg.Store.SetStatus(ctx, c, version, status, v.cfg.Now(), v.entry(by, action, string(c), audit.Done, detail)); err != nil {
			return fmt.Errorf("retiring a version: %w", err)
		}
		return nil
	}
	return problem.New(problem.VaultNoVersion).With("version %d", version)
}
