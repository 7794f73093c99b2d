package server

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// An exchanger is the broker's way to token endpoints: Login with Amazon's, or a program's own where it has one.
type exchanger struct {
	lwa.Client
	programs map[string]amazon.Program
}

// ClientCredentials asks for a token of an app's own authority, as its program does it.
func (e exchanger) ClientCredentials(ctx context.Context, app lwa.App, scopes ...string) lwa.Result {
	if p, ok := e.programs[app.Program].(lwa.Credentialed); ok {
		return p.ClientCredentials(ctx, e.Client, app, scopes...)
	}
	return e.Client.ClientCredentials(ctx, app, scopes...)
}

// findApp finds out what an app's program can find out of its credential: the version, and with it the region.
func (s *Server) findApp(ctx context.Context, app lwa.App) (lwa.App, error) {
	if p, ok := s.programs[app.Program].(lwa.Finder); ok {
		return p.FindApp(ctx, s.login(), app)
	}
	return app, nil
}

// ownAuthority reports whether a program's grants are an app's own authority, to which nobody has to consent.
func (s *Server) ownAuthority(program string) bool {
	p, ok := s.programs[program]
	return ok && p.Descriptor().Auth == "client_credentials"
}

// checkApp says what is wrong with an app's credential, by the forms of its program.
func (s *Server) checkApp(program, clientID string, v secret.Value, version string) error {
	if p, ok := s.programs[program].(amazon.AppChecker); ok {
		return p.CheckApp(clientID, v, version)
	}
	return vault.CheckLogin(program, clientID, v, version)
}
