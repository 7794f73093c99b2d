package vault_test

import (
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// What people paste wrongly is told apart (ads-lwa 1.11 and 8.3), nothing is stored of it, and nothing of a secret is shown.
func TestBadInputIsNamedAndLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	k.add(t)
	const id32 = "0123456789abcdef0123456789abcdef"
	good := clientSecret("1").Reveal()
	for name, c := range map[string]struct {
		change func(*vault.NewApp)
		want   problem.Code
	}{
		"name with blanks":       {func(n *vault.NewApp) { n.Name = "Acme EU" }, problem.VaultNameForm},
		"no name":                {func(n *vault.NewApp) { n.Name = "" }, problem.VaultNameForm},
		"name taken":             {func(n *vault.NewApp) { n.Name = "acme-eu" }, problem.VaultNameTaken},
		"region":                 {func(n *vault.NewApp) { n.Region = canon.Region("US") }, problem.VaultUnknownRegion},
		"realm":                  {func(n *vault.NewApp) { n.Realm = "test" }, problem.VaultUnknownRealm},
		"program":                {func(n *vault.NewApp) { n.Program = "spapi" }, problem.VaultUnknownProgram},
		"sp-api app as id":       {func(n *vault.NewApp) { n.ClientID = "amzn1.sp.solution.11111111-2222-3333-4444-555555555555" }, problem.LWAClientIDSPApp},
		"profile id as id":       {func(n *vault.NewApp) { n.ClientID = "amzn1.application." + id32 }, problem.LWAClientIDIsProfileID},
		"secret as id":           {func(n *vault.NewApp) { n.ClientID = good }, problem.VaultSecretAsClientID},
		"id cut short":           {func(n *vault.NewApp) { n.ClientID = n.ClientID[:40] }, problem.LWAClientIDForm},
		"quoted id":              {func(n *vault.NewApp) { n.ClientID = `"` + n.ClientID + `"` }, problem.VaultQuotes},
		"curly quotes":           {func(n *vault.NewApp) { n.ClientID = "“" + n.ClientID + "”" }, problem.VaultQuotes},
		"id broken over lines":   {func(n *vault.NewApp) { n.ClientID = n.ClientID[:30] + "\r\n" + n.ClientID[30:] }, problem.VaultLineBreak},
		"no id":                  {func(n *vault.NewApp) { n.ClientID = " " }, problem.VaultEmptyValue},
		"no secret":              {func(n *vault.NewApp) { n.Secret = secret.Value{} }, problem.VaultEmptyValue},
		"id as secret":           {func(n *vault.NewApp) { n.Secret = secret.New(n.ClientID) }, problem.VaultClientIDAsSecret},
		"token as secret":        {func(n *vault.NewApp) { n.Secret = secret.New("Atzr|sbxcanary") }, problem.VaultTokenAsSecret},
		"encoded token":          {func(n *vault.NewApp) { n.Secret = secret.New("Atzr%7Csbxcanary") }, problem.VaultPercentEncoded},
		"secret of wrong form":   {func(n *vault.NewApp) { n.Secret = secret.New("canary-hunter2") }, problem.LWAClientSecretForm},
		"secret cut short":       {func(n *vault.NewApp) { n.Secret = secret.New(good[:30]) }, problem.LWAClientSecretForm},
		"secret over lines":      {func(n *vault.NewApp) { n.Secret = secret.New(good[:30] + "\n" + good[30:]) }, problem.VaultLineBreak},
		"quoted secret":          {func(n *vault.NewApp) { n.Secret = secret.New("'" + good + "'") }, problem.VaultQuotes},
		"security profile id":    {func(n *vault.NewApp) { n.SecurityProfileID = n.ClientID }, problem.VaultProfileIDForm},
		"return URL by http":     {func(n *vault.NewApp) { n.ReturnURL = "http://keys.example.com/oauth/callback" }, problem.VaultReturnURLPlain},
		"return URL by address":  {func(n *vault.NewApp) { n.ReturnURL = "http://127.0.0.1:7070/oauth/callback" }, problem.VaultReturnURLLoopback},
		"return URL by v6":       {func(n *vault.NewApp) { n.ReturnURL = "http://[::1]:7070/oauth/callback" }, problem.VaultReturnURLLoopback},
		"return URL, fragment":   {func(n *vault.NewApp) { n.ReturnURL += "#x" }, problem.LWAReturnURLForm},
		"return URL, no host":    {func(n *vault.NewApp) { n.ReturnURL = "/oauth/callback" }, problem.LWAReturnURLForm},
		"return URL, other kind": {func(n *vault.NewApp) { n.ReturnURL = "javascript:alert(1)" }, problem.LWAReturnURLForm},
		"return URL, user":       {func(n *vault.NewApp) { n.ReturnURL = "https://a:b@keys.example.com/" }, problem.LWAReturnURLForm},
	} {
		t.Run(name, func(t *testing.T) {
			n := goodApp()
			n.Name = "another"
			c.change(&n)
			_, err := k.AddApp(t.Context(), ana, n)
			wantCode(t, err, c.want)
			p, _ := problem.Of(err)
			if p.What == "" || p.Fix == "" {
				t.Error("no sentence or no fix")
			}
			if s := n.Secret.Reveal(); err != nil && len(s) > 8 && strings.Contains(p.Error()+p.Fix, s) {
				t.Error("the refusal shows the secret")
			}
		})
	}
	if apps, err := k.Apps(t.Context()); err != nil || len(apps) != 1 {
		t.Errorf("%d apps after all refusals, %v", len(apps), err)
	}
	if all, err := k.Credentials(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d credentials after all refusals, %v", len(all), err)
	}
	n := goodApp()
	n.Name, n.ClientID, n.Secret = "another", "  "+n.ClientID+"\n", secret.New(good+"\r\n") // blanks at the ends are no mistake
	if _, err := k.AddApp(t.Context(), ana, n); err != nil {
		t.Error(err)
	}
}

func TestPastedRefreshToken(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]problem.Code{
		"Atza|sbxcanary-access":    problem.LWAAccessTokenAsRefreshToken,
		"Atza%7Csbxcanary-access":  problem.LWAAccessTokenAsRefreshToken,
		"Atzr%7Csbxcanary-refresh": problem.VaultPercentEncoded,
		`"Atzr|sbxcanary-refresh"`: problem.VaultQuotes,
		"Atzr|sbxcanary\nrefresh":  problem.VaultLineBreak,
		"canary":                   problem.LWARefreshTokenForm,
		"":                         problem.VaultEmptyValue,
	} {
		wantCode(t, vault.CheckRefreshToken(secret.New(in)), want)
	}
	if err := vault.CheckRefreshToken(secret.New("Atzr|sbxcanary-refresh")); err != nil {
		t.Error(err)
	}
}
