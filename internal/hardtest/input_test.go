package hardtest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestBadSettings holds that a setting which cannot be right is refused in a sentence that says where it stands and what was
// probably meant, that a passphrase put there is not shown, and that nothing was made.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		args       []string
		words      []string
	}{
		{"unknown key", "# mine\nlog_level = \"debug\"\n\nmargni = \"5m\"\n", nil, []string{"line 4", `"margni"`, "did you mean margin?"}},
		{"unknown table", "log_level = \"debug\"\n[gatewya]\nlisten = \"127.0.0.1:0\"\n", nil, []string{"line 2", "gateway"}},
		{"nothing like it", "zebra_crossing = 1\n", nil, []string{"line 1", "`lockkeeper config` lists all settings"}},
		{"wrong kind", "\nmargin = 5\n", nil, []string{"line 2", "margin", "length of time"}},
		{"wrong list", "hosts = [1, 2]\n", nil, []string{"line 1", "hosts"}},
		{"cut off in a text", "log_level = \"debug\"\nconsole = \"localho", nil, []string{"line 2", "cut off"}},
		{"cut off in a list", "hosts = [\"a.example\",\n", nil, []string{"line", "cut off"}},
		{"cut off after a key", "log_level =", nil, []string{"line 1", "cut off"}},
		{"no TOML", "log_level: debug\n", nil, []string{"line 1"}},
		{"no text", "\x00\x01\x02\xff\n", nil, []string{"line 1"}},
		{"twice", "log_level = \"debug\"\nlog_level = \"info\"\n", nil, []string{"line 2"}},
		{"a secret for a key source", "key = \"canary-EXAMPLE-passphrase\"\n", nil, []string{"key", "passphrase-file:PATH"}},
		{"no such level", "log_level = \"loud\"\n", nil, []string{"log_level", "debug, info, warn, error"}},
		{"port that is none", "", []string{"--gateway", "127.0.0.1:notaport"}, []string{"gateway", "notaport"}},
		{"port too high", "", []string{"--metrics", "127.0.0.1:70000"}, []string{"metrics", "70000"}},
		{"address without a port", "", []string{"--console", "localhost"}, []string{"console", "host:port"}},
		{"open to all", "", []string{"--console", "0.0.0.0:7070"}, []string{"other machines", "--tls-cert"}},
		{"return URL plain", "", []string{"--public-url", "http://keys.example.com"}, []string{"localhost only", "https"}},
		{"return URL by address", "", []string{"--public-url", "http://127.0.0.1:7070"}, []string{"localhost"}},
		{"return URL with a name", "", []string{"--public-url", "https://ada:canary-EXAMPLE@keys.example.com"}, []string{"public_url"}},
		{"return URL with a fragment", "", []string{"--public-url", "https://keys.example.com/#here"}, []string{"no usable address"}},
		{"return URL that is none", "", []string{"--public-url", "keys.example.com"}, []string{"no usable address"}},
		{"sandbox elsewhere", "", []string{"--sandbox-url", "http://10.1.2.3:7080"}, []string{"on this machine"}},
		{"half of TLS", "", []string{"--tls-cert", "cert.pem"}, []string{"together"}},
		{"unknown flag", "", []string{"--gatewya", "x"}, []string{"gatewya", "--help"}},
		{"no such file", "", []string{"--config", "nowhere.toml"}, []string{"nowhere.toml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			args := append([]string{"serve"}, c.args...)
			if c.file != "" {
				args = append(args, "--config", b.write("lockkeeper.toml", c.file))
			}
			before := tree(t, b.dir)
			b.run("", args...).refused(t, c.words...)
			if after := tree(t, b.dir); after != before {
				t.Errorf("there was\n%sand is\n%s", before, after)
			}
		})
	}
}

// TestBadPastes holds what is said of each slip in what people paste, and that no slip is kept. A slip that can only mean one thing
// is mended, and that is said.
func TestBadPastes(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	s := b.serve("", "--with-sandbox")
	world := kit.DefaultWorld(0, nil)
	shop, brand := world.Profile(kit.Shop), world.Profiles()[1]
	secret := b.write("secret", shop.Secret()+"\n")
	file := func(text string) string { return b.write("pasted", text) }
	for _, c := range []struct {
		name, clientID, secret string
		more                   []string
		words                  []string
	}{
		{"SP-API id", "amzn1.sp.solution.01234567-89ab-cdef-0123-456789EXAMPL", shop.Secret(), nil, []string{"Seller Central"}},
		{"Security Profile ID", shop.ID, shop.Secret(), nil, []string{"Security Profile ID"}},
		{"secret for the id", shop.Secret(), shop.Secret(), nil, []string{"client secret"}},
		{"id for the secret", shop.ClientID, shop.ClientID, nil, []string{"client id"}},
		{"an access token for the secret", shop.ClientID, "Atza|sbxEXAMPLEcanary0123456789", nil, []string{"token"}},
		{"a refresh token for the secret", shop.ClientID, "Atzr|sbxEXAMPLEcanary0123456789", nil, []string{"token"}},
		{"nothing", shop.ClientID, "\n", nil, []string{"client secret"}},
		{"half a secret", shop.ClientID, shop.Secret()[:40], nil, nil},
		{"unknown region", shop.ClientID, shop.Secret(), []string{"--region", "MARS"}, []string{"region", "NA", "EU", "FE"}},
		{"unknown program", shop.ClientID, shop.Secret(), []string{"--program", "adz"}, []string{"program", "ads"}},
		{"a profile id that is none", shop.ClientID, shop.Secret(), []string{"--security-profile-id", shop.ClientID}, []string{"Security Profile ID"}},
	} {
		r := b.run("", append([]string{"app", "add", "shop", "--sandbox", "--client-id", c.clientID, "--secret-file", file(c.secret)}, c.more...)...)
		t.Run(c.name, func(t *testing.T) {
			r.refused(t, c.words...)
			if strings.Contains(r.err+r.out, shop.Secret()) {
				t.Error("the refusal shows the secret")
			}
		})
	}
	b.run("", "app", "add", "Bad Name!", "--sandbox", "--client-id", shop.ClientID, "--secret-file", secret).refused(t, "name")
	if apps, err := s.client.Apps(context.Background()); err != nil || len(apps) != 0 {
		t.Fatalf("slips were kept: %v %v", names(apps), err)
	}

	quoted := b.run("", "app", "add", "shop", "--sandbox", "--client-id", " \u201c"+shop.ClientID+"\u201d\n", "--secret-file", file("\""+shop.Secret()[:30]+"\n"+shop.Secret()[30:]+"\"\r\n"))
	for _, note := range []string{"quotes from around the client id", "line breaks out of the client secret", "quotes from around the client secret"} {
		if quoted.code != 0 || !strings.Contains(quoted.err, "note: took "+note) {
			t.Errorf("mending %s: exit code %d\n%s", note, quoted.code, quoted.err)
		}
	}
	b.must("", "app", "add", "agency", "--sandbox", "--client-id", brand.ClientID, "--secret-file", file(brand.Secret()))
	b.must("", "grant", "connect", "acme", "--headless", "--app", "shop")
	before := inventoryOf(t, s)
	token := reveal(t, b, s)
	connect := func(text string, more ...string) result {
		return b.run("", append([]string{"grant", "connect", "new", "--refresh-token-file", file(text)}, more...)...)
	}
	connect("Atza|sbxEXAMPLEcanary0123456789", "--app", "shop").refused(t, "access token")
	connect("Atza%7CsbxEXAMPLEcanary0123456789", "--app", "shop").refused(t, "access token")
	connect(shop.Secret(), "--app", "shop").refused(t)
	connect(token[:len(token)/2], "--app", "shop").refused(t)
	connect(token, "--app", "agency").refused(t, "another")
	connect(token, "--app", "shop", "--region", "MARS").refused(t, "region")
	connect(token, "--app", "nobody").refused(t, "nobody")
	for _, r := range []result{
		b.run("https://www.amazon.com/\n", "grant", "connect", "new", "--app", "shop", "--paste"),
		b.run(s.status.ReturnURL+"?code=EXAMPLE&state=EXAMPLE\n", "grant", "connect", "new", "--app", "shop", "--paste"),
		b.run("\n", "grant", "connect", "new", "--app", "shop", "--paste"),
	} {
		lines := strings.Split(strings.TrimSpace(r.err), "\n")
		result{args: r.args, code: r.code, err: strings.Join(lines[max(0, len(lines)-2):], "\n")}.refused(t)
	}
	if after := inventoryOf(t, s); after != before {
		t.Errorf("there was\n%s\nand is\n%s", before, after)
	}
}

func inventoryOf(t *testing.T, s *running) string {
	t.Helper()
	grants, err := s.client.Grants(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	apps, err := s.client.Apps(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(names(apps), ",")
	for _, g := range grants {
		text += " " + g.Name + ":" + string(g.Health)
	}
	return text
}

// reveal shows the refresh token of the only grant, as an operator does.
func reveal(t *testing.T, b *box, s *running) string {
	t.Helper()
	all, err := s.client.Credentials(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Kind == "refresh-token" {
			return strings.TrimSpace(b.must("", "credential", "reveal", c.ID, "--operator", person, "--password-file", b.path("password")))
		}
	}
	t.Fatal("there is no refresh token")
	return ""
}
