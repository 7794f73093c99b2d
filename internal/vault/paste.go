package vault

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// What people paste goes wrong in few, known ways (ads-lwa 1.11, last paragraph). Each has its own sentence, and nothing is
// mended silently but blanks at the ends: a value that was changed here would be a riddle at Amazon.
var (
	nameForm         = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)
	clientIDForm     = regexp.MustCompile(`^amzn1\.application-oa2-client\.[0-9a-f]{32}$`)
	profileIDForm    = regexp.MustCompile(`^amzn1\.application\.[0-9a-f]{32}$`)
	clientSecretForm = regexp.MustCompile(`^(amzn1\.oa2-cs\.v[0-9]+\.)?[0-9a-f]{64}$`)
	refreshTokenForm = regexp.MustCompile(`^Atzr\|[!-~]{8,}$`)
)

func (n NewApp) trimmed() NewApp {
	n.ClientID, n.SecurityProfileID = strings.TrimSpace(n.ClientID), strings.TrimSpace(n.SecurityProfileID)
	n.Name, n.ReturnURL = strings.TrimSpace(n.Name), strings.TrimSpace(n.ReturnURL)
	n.Secret = trim(n.Secret)
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
	if err := CheckClientID(n.ClientID); err != nil {
		return err
	}
	if n.SecurityProfileID != "" {
		if err := CheckSecurityProfileID(n.SecurityProfileID); err != nil {
			return err
		}
	}
	if err := CheckClientSecret(n.Secret); err != nil {
		return err
	}
	if n.ReturnURL == "" {
		return nil
	}
	return CheckReturnURL(n.ReturnURL)
}

// CheckName says whether s can be the name of a thing.
func CheckName(s string) error {
	if !nameForm.MatchString(s) {
		return problem.New(problem.VaultNameForm)
	}
	return nil
}

// CheckClientID says what is wrong with a pasted client id.
func CheckClientID(s string) error {
	switch {
	case strings.HasPrefix(s, "amzn1.sp.solution."):
		return problem.New(problem.LWAClientIDSPApp)
	case strings.HasPrefix(s, "amzn1.application.") && !strings.Contains(s, "oa2-client"):
		return problem.New(problem.LWAClientIDIsProfileID)
	}
	if err := checkPaste(s, "client id"); err != nil {
		return err
	}
	if clientSecretForm.MatchString(s) {
		return problem.New(problem.VaultSecretAsClientID)
	}
	if !clientIDForm.MatchString(s) {
		return problem.New(problem.LWAClientIDForm)
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
	case clientIDForm.MatchString(s):
		return problem.New(problem.VaultClientIDAsSecret)
	case strings.HasPrefix(s, "Atzr|") || strings.HasPrefix(s, "Atza|"):
		return problem.New(problem.VaultTokenAsSecret)
	case !clientSecretForm.MatchString(s):
		return problem.New(problem.LWAClientSecretForm)
	}
	return nil
}

// CheckRefreshToken says what is wrong with a pasted refresh token, without a byte of it.
func CheckRefreshToken(v secret.Value) error {
	s := v.Reveal()
	if strings.HasPrefix(s, "Atza|") || strings.HasPrefix(s, "Atza%7C") {
		return problem.New(problem.LWAAccessTokenAsRefreshToken)
	}
	if err := checkPaste(s, "refresh token"); err != nil {
		return err
	}
	if len(s) > 4096 || !refreshTokenForm.MatchString(s) {
		return problem.New(problem.LWARefreshTokenForm)
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
	case strings.ContainsAny(s, `"'`+"`\u201c\u201d\u2018\u2019\u00ab\u00bb"):
		return problem.New(problem.VaultQuotes).With("%s", what)
	case strings.Contains(strings.ToLower(s), "%7c"):
		return problem.New(problem.VaultPercentEncoded).With("%s", what)
	}
	return nil
}

// CheckReturnURL says whether Amazon would take s as an Allowed Return URL: https, or http for localhost by that name
// (ads-lwa 1.2), and compared byte for byte.
func CheckReturnURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" || strings.ContainsAny(s, " \t\r\n\\") {
		return problem.New(problem.VaultReturnURLForm)
	}
	host := u.Hostname()
	switch {
	case u.User != nil, u.Fragment != "", strings.Contains(s, "#"), strings.Contains(host, "*"):
		return problem.New(problem.VaultReturnURLForm)
	case u.Scheme == "http" && host == "localhost", u.Scheme == "https":
		return nil
	case u.Scheme == "http" && isLoopback(host):
		return problem.New(problem.VaultReturnURLLoopback)
	case u.Scheme == "http":
		return problem.New(problem.VaultReturnURLPlain)
	}
	return problem.New(problem.VaultReturnURLForm)
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
