package vault

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// What people paste goes wrong in few, known ways (ads-lwa 1.11, last paragraph). Each has its own sentence, and nothing is
// mended here but blanks at the ends: who wants more mended calls lwa.CleanPaste first and says so to the person.
var (
	nameForm      = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)
	profileIDForm = regexp.MustCompile(`^amzn1\.application\.[0-9a-f]{32}$`)
)

func (n NewApp) trimmed() NewApp {
	n.ClientID, n.SecurityProfileID = strings.TrimSpace(n.ClientID), strings.TrimSpace(n.SecurityProfileID)
	n.Name, n.ReturnURL = strings.TrimSpace(n.Name), strings.TrimSpace(n.ReturnURL)
	n.Secret, n.Version = trim(n.Secret), strings.TrimSpace(n.Version)
	return n
}

func trim(s secret.Value) secret.Value { return secret.New(strings.TrimSpace(s.Reveal())) }

func (v *Vault) check(n NewApp) error {
	if err := CheckName(n.Name); err != nil {
		return err
	}
	if n.Realm != amazon.Real && n.Realm != amazon.Sandbox {
		return problem.New(problem.VaultUnknownRealm)
	}
	if !slices.Contains(canon.Regions(), n.Region) {
		return problem.New(problem.VaultUnknownRegion)
	}
	if n.Program == "" || len(v.cfg.Programs) > 0 && !slices.Contains(v.cfg.Programs, n.Program) {
		return problem.New(problem.VaultUnknownProgram).With("there are: %s", strings.Join(v.cfg.Programs, ", "))
	}
	if err := v.cfg.Check(n.Program, n.ClientID, n.Secret, n.Version); err != nil {
		return err
	}
	if n.SecurityProfileID != "" {
		if err := CheckSecurityProfileID(n.SecurityProfileID); err != nil {
			return err
		}
	}
	if n.ReturnURL == "" {
		return nil
	}
	return CheckReturnURL(n.ReturnURL)
}

// CheckLogin says what is wrong with a security profile's client id or client secret, whatever the program.
func CheckLogin(_, clientID string, s secret.Value, _ string) error {
	if err := CheckClientID(clientID); err != nil {
		return err
	}
	return CheckClientSecret(s)
}

// CheckPaste looks for what copying does to any value: breaks, quotes, encoded bars. what names the value for people.
func CheckPaste(s, what string) error { return checkPaste(s, what) }

// CheckName says whether s can be the name of a thing.
func CheckName(s string) error {
	if !nameForm.MatchString(s) {
		return problem.New(problem.VaultNameForm)
	}
	return nil
}

// CheckClientID says what is wrong with a pasted client id.
func CheckClientID(s string) error {
	if err := checkPaste(s, "client id"); err != nil {
		return err
	}
	if _, _, ok := lwa.CheckSecret(secret.New(s)); ok {
		return problem.New(problem.VaultSecretAsClientID)
	}
	if _, p, ok := lwa.CheckClientID(s); !ok {
		return p
	}
	return nil
}

// CheckSecurityProfileID says what is wrong with a pasted Security Profile ID.
func CheckSecurityProfileID(s string) error {
	if err := checkPaste(s, "Security Profile ID"); err != nil {
		return err
	}
	if !profileIDForm.MatchString(s) {
		return problem.New(problem.VaultProfileIDForm)
	}
	return nil
}

// CheckClientSecret says what is wrong with a pasted client secret, without a byte of it.
func CheckClientSecret(v secret.Value) error {
	s := v.Reveal()
	if err := checkPaste(s, "client secret"); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(s, "amzn1.application"):
		return problem.New(problem.VaultClientIDAsSecret)
	case strings.HasPrefix(s, "Atzr|") || strings.HasPrefix(s, "Atza|"):
		return problem.New(problem.VaultTokenAsSecret)
	}
	if _, p, ok := lwa.CheckSecret(v); !ok {
		return p
	}
	return nil
}

// CheckRefreshToken says what is wrong with a pasted refresh token, without a byte of it.
func CheckRefreshToken(v secret.Value) error {
	s := v.Reveal()
	if strings.HasPrefix(s, "Atza%7C") {
		return problem.New(problem.LWAAccessTokenAsRefreshToken)
	}
	if err := checkPaste(s, "refresh token"); err != nil {
		return err
	}
	if _, p, ok := lwa.CheckRefreshToken(v); !ok {
		return p
	}
	return nil
}

// checkPaste looks for what copying does to any value.
func checkPaste(s, what string) error {
	switch {
	case s == "":
		return problem.New(problem.VaultEmptyValue).With("%s", what)
	case strings.ContainsAny(s, "\r\n"):
		return problem.New(problem.VaultLineBreak).With("%s", what)
	case strings.ContainsAny(s, `"'`+"`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"):
		return problem.New(problem.VaultQuotes).With("%s", what)
	case strings.Contains(strings.ToLower(s), "%7c"):
		return problem.New(problem.VaultPercentEncoded).With("%s", what)
	}
	return nil
}

// CheckReturnURL says whether Amazon would take s as an Allowed Return URL, with a sentence of its own for the usual slip of
// http with another host than localhost by that name (ads-lwa 1.2).
func CheckReturnURL(s string) error {
	p, ok := lwa.CheckReturnURL(s)
	if ok {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return p
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.IsLoopback() {
		return problem.New(problem.VaultReturnURLLoopback)
	}
	if u.Hostname() != "localhost" {
		return problem.New(problem.VaultReturnURLPlain)
	}
	return p
}
