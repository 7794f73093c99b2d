package seal

// A Label says what a sealed value is for. Its text is part of every seal: changing one makes all values sealed under it
// unreadable, so labels are only ever added, and a golden test holds them.
type Label string

// The labels.
const (
	AppSecret     Label = "app-secret"      // an app's client secret
	GrantRefresh  Label = "grant-refresh"   // a grant's refresh token
	GrantPrevious Label = "grant-previous"  // the refresh token before it, kept for some hours
	GrantAccess   Label = "grant-access"    // a grant's access token
	GrantKey      Label = "grant-key"       // an access key's secret
	AppKey        Label = "app-key"         // an Appstore API key
	Consent       Label = "consent"         // what a running consent must remember: PKCE verifier, binding
	PassSecret    Label = "pass-secret"     // the secret half of a pass of kind sigv4
	Spool         Label = "spool"           // an answer saved outside the database at shutdown
	Operator      Label = "operator"        // an operator's second factor
	Authority     Label = "local-authority" // the private key of the CA for local TLS listeners
	RotationKey   Label = "rotation-key"    // the secret of a key that is about to replace another
)

// Labels returns every label, in the order in which they were added.
func Labels() []Label {
	return []Label{AppSecret, GrantRefresh, GrantPrevious, GrantAccess, GrantKey, AppKey, Consent, PassSecret, Spool, Operator, Authority, RotationKey}
}

func known(l Label) bool {
	switch l {
	case AppSecret, GrantRefresh, GrantPrevious, GrantAccess, GrantKey, AppKey, Consent, PassSecret, Spool, Operator, Authority, RotationKey:
		return true
	}
	return false
}
