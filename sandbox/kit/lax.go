package kit

// Lax is a named choice, the switch lwa.auth: nothing that a request presents need then be true, and nothing need be presented at all. Ids,
// secrets, signatures, tokens, consents, roles and media types go unlooked at. Who presents something of this world still is whom it names;
// everybody else is the world's first user, with its first security profile. It is for looking around, never for trying a client.

// Lax reports whether nothing that is presented is verified. A world without anybody to be taken for verifies all the same.
func (w *World) Lax() bool {
	ix := w.index.Load()
	return w.Tokens.Auth.Is("lax") && len(ix.profiles) > 0 && len(ix.users) > 0
}

// ProfileOrAny returns the security profile with a client id or, in a lax world, the first one for any other id; else nil.
func (w *World) ProfileOrAny(clientID string) *SecurityProfile {
	p := w.ProfileByClient(clientID)
	if p == nil && w.Lax() {
		return w.index.Load().profiles[0]
	}
	return p
}

// Is reports whether the claims are of a token of this kind. Those of a lax world are of every kind.
func (c Claims) Is(kind Kind) bool { return c.lax || c.Kind == kind }

// laxly reads any text as an access token.
func (i *Issuer) laxly(token string) Claims {
	c := Claims{Kind: Access}
	if p, err := i.sealer.open(token); err == nil {
		if said, err := i.claims(p); err == nil {
			c = said
		}
	}
	c.lax = true
	ix := i.world.index.Load()
	if c.Profile == nil {
		c.Profile = ix.profiles[0]
	}
	if c.User == nil {
		c.User = ix.users[0]
	}
	return c
}

// RefreshAny answers a refresh token that Refresh refuses, in a lax world: with tokens of the user whom it names, or else of the first. There is
// one consent for each security profile and user who is so taken in.
func (i *Issuer) RefreshAny(p *SecurityProfile, token, region string) (*Consent, Tokens) {
	u := i.laxly(token).User
	key := [2]uint32{p.number, u.number}
	i.anyone.mu.Lock()
	defer i.anyone.mu.Unlock()
	c := i.anyone.consents[key]
	if c == nil {
		c = i.Consent(p, u, UserScopes(), region)
		if i.anyone.consents == nil {
			i.anyone.consents = map[[2]uint32]*Consent{}
		}
		i.anyone.consents[key] = c
	}
	return c, c.Issue(region)
}

// CredentialOrAny returns the credential with a key or id or, in a lax world, the region's first of the same wire for any other; else nil.
func (a *Affiliates) CredentialOrAny(keyOrID string, cognito bool, region string) *CreatorsCredential {
	c := a.Credential(keyOrID)
	if c != nil || !a.world.Lax() {
		return c
	}
	for _, c := range a.Credentials() {
		if c.Cognito() == cognito && c.Region() == region {
			return c
		}
	}
	return nil
}
