package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func (a *API) credentialRoutes(h huma.API) {
	add(h, route{id: "list-credentials", method: "GET", path: "/credentials", summary: "List what is kept, never its text", tag: "credentials"},
		func(ctx context.Context, _ *none) (*body[[]Credential], error) {
			all, err := a.cfg.Credentials.Credentials(ctx)
			out := make([]Credential, 0, len(all))
			for _, c := range all {
				out = append(out, credential(c))
			}
			return answer(out, err)
		})
	add(h, route{id: "get-credential", method: "GET", path: "/credentials/{name}", summary: "Show a credential's versions", tag: "credentials"},
		func(ctx context.Context, in *named) (*body[Credential], error) {
			c, err := a.cfg.Credentials.Credential(ctx, id.Credential(in.Name))
			return answer(credential(c), err)
		})
	add(h, route{id: "reveal-credential", method: "POST", path: "/credentials/{name}/reveal", summary: "Show a credential's text, after signing in again", tag: "credentials"},
		func(ctx context.Context, in *namedWith[Reveal]) (*body[Revealed], error) {
			return answer(a.reveal(ctx, in.Name, in.Body))
		})
}

// reveal checks the password even on the control socket: an unlocked terminal is not enough to see a secret.
func (a *API) reveal(ctx context.Context, name string, in Reveal) (Revealed, error) {
	token, _, err := a.cfg.Operators.SignIn(ctx, in.Operator, secret.New(in.Password))
	if err != nil {
		return Revealed{}, err
	}
	op, err := a.cfg.Operators.Check(ctx, token.Reveal())
	if err != nil {
		return Revealed{}, err
	}
	if err := a.cfg.Operators.SignOut(ctx, token.Reveal()); err != nil {
		return Revealed{}, err
	}
	text, err := a.cfg.Credentials.Reveal(ctx, op.Actor(), // a viewer is refused there, and that is written down
		id.Credential(name), in.Version)
	if err != nil {
		return Revealed{}, err
	}
	version := in.Version
	if c, err := a.cfg.Credentials.Credential(ctx, id.Credential(name)); err == nil && version == 0 && len(c.Versions) > 0 {
		version = c.Versions[0].Version
	}
	return Revealed{Version: version, Text: text.Reveal()}, nil
}

func credential(c vault.Credential) Credential {
	out := Credential{
		ID: string(c.ID), Kind: string(c.Kind), Label: c.Label, Owner: c.Label, Realm: string(c.Realm), Created: c.Created,
		Versions: make([]CredentialVersion, 0, len(c.Versions)),
	}
	for _, v := range c.Versions {
		out.Versions = append(out.Versions, CredentialVersion{
			Version: v.Version, Status: string(v.Status), Fingerprint: v.Fingerprint, Created: v.Created,
			LastUsed: v.LastUsed, LastRegion: string(v.LastRegion), LastProgram: v.LastProgram, Destroyed: v.Destroyed,
		})
	}
	return out
}
