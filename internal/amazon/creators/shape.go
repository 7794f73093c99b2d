package creators

import (
	"regexp"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// The forms of 2.x (creators-paapi-aws 3.1) are guesses from few examples, so more is taken than was seen: a good credential that is
// turned away costs more than a bad one that Amazon refuses.
var (
	cognitoID     = regexp.MustCompile(`^[0-9a-z]{20,40}$`)
	cognitoSecret = regexp.MustCompile(`^[0-9A-Za-z+/=_-]{40,80}$`)
	accessKeyID   = regexp.MustCompile(`^A(?:KIA|SIA|IDA)[0-9A-Z]{16}$`)
)

// loginForm reports whether a Credential ID is one of Login with Amazon, as those of 3.x are.
func loginForm(id string) bool { return strings.HasPrefix(id, "amzn1.") }

// CheckApp implements amazon.AppChecker. An empty version is no mistake here: it is found out before the application is kept.
func (p *Program) CheckApp(clientID string, s secret.Value, version string) error {
	if accessKeyID.MatchString(clientID) {
		return problem.New(problem.CreatorsPaapiKey)
	}
	if loginForm(clientID) {
		if _, why, ok := lwa.CheckClientID(clientID); !ok {
			return why
		}
	} else if !cognitoID.MatchString(clientID) {
		return problem.New(problem.CreatorsCredentialIDForm)
	}
	if version != "" {
		v, ok := ParseVersion(version)
		switch {
		case !ok:
			return problem.New(problem.CreatorsVersionUnknown)
		case v.Cognito() == loginForm(clientID):
			return problem.New(problem.CreatorsVersionNotOfID).With("version %s", v)
		}
	}
	if loginForm(clientID) {
		if _, _, ok := lwa.CheckSecret(s); ok {
			return nil
		}
	} else if text := s.Reveal(); cognitoSecret.MatchString(text) {
		return nil
	}
	return problem.New(problem.CreatorsCredentialSecretForm)
}
