//go:build interop

package interop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

const paapiHost = "webservices.amazon.com"

// A paapi is a side that answers PA-API 5: the fake of it, or the gateway, which answers from the Creators API.
type paapi struct {
	amazon  *sandbox.Server
	name    string
	host    string            // as the client is configured
	url     string            // of the same for curl
	connect string            // where paapiHost is to be found; empty where host says it
	trust   string            // PEM file
	env     map[string]string // keys and tag
}

// paapiFake is PA-API as it was until May 2026.
func paapiFake(t *testing.T) *paapi {
	t.Helper()
	amazon, err := sandbox.New(sandbox.Options{Seed: 11, TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amazon.Close() })
	trust := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trust, amazon.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	return &paapi{amazon: amazon, name: "sandbox", host: paapiHost, url: "https://" + paapiHost, connect: amazon.TLSAddr(), trust: trust, env: amazon.Environment().Env}
}

// paapiGateway is a Lockkeeper with a Creators API credential and a caller whose pass signs.
func paapiGateway(t *testing.T, configure func(*config.Config)) (*keytest.Key, *paapi) {
	t.Helper()
	key := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Seed: 11}, Configure: configure})
	credential := key.Sandbox.World().Affiliates.Credential("creators-3.1")
	app := api.NewApp{Name: "site", Program: "creators", Realm: "sandbox", ClientID: credential.ID, ClientSecret: credential.Secret, Version: credential.Version}
	if _, err := key.Client.AddApp(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	if _, err := key.Client.Connect(t.Context(), api.Connect{Name: "site", App: "site"}); err != nil {
		t.Fatal(err)
	}
	caller, err := key.Client.AddCaller(t.Context(), api.NewCaller{Name: "wordpress", Grants: []string{"site"}, Kind: "sigv4"})
	if err != nil {
		t.Fatal(err)
	}
	return key, &paapi{amazon: key.Sandbox, name: "gateway", env: map[string]string{
		"PAAPI_ACCESS_KEY": caller.KeyID, "PAAPI_SECRET_KEY": caller.Pass, "PAAPI_PARTNER_TAG": credential.Affiliate.Tags("20")[0],
	}}
}

// byAmazonsHost leaves the client's host as it is.
func byAmazonsHost(t *testing.T) *paapi {
	key, p := paapiGateway(t, func(c *config.Config) { c.AmazonTLS = "127.0.0.1:0" })
	p.host, p.url, p.connect, p.trust = paapiHost, "https://"+paapiHost, key.Status.AmazonTLS, key.Status.Authority
	return p
}

// byItsOwnHost has the client's host set to the gateway, which has a certificate for localhost.
func byItsOwnHost(t *testing.T) *paapi {
	cert, certKey := localhostCertificate(t)
	key, p := paapiGateway(t, func(c *config.Config) { c.TLSCert, c.TLSKey = cert, certKey })
	at, err := url.Parse(key.Status.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	p.host, p.trust = "localhost:"+at.Port(), cert
	p.url = "https://" + p.host
	return p
}

func localhostCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lockkeeper interop"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// node is the environment of a Node client: whom to trust, and where Amazon's host is if it keeps it.
func (p *paapi) node(t *testing.T) []string {
	t.Helper()
	env := []string{"NODE_EXTRA_CA_CERTS=" + p.trust, "PA_HOST=" + p.host}
	for name, value := range p.env {
		env = append(env, name+"="+value)
	}
	if p.connect == "" {
		return env
	}
	host, port, err := net.SplitHostPort(p.connect)
	if err != nil {
		t.Fatal(err)
	}
	where, err := json.Marshal(map[string]any{"host": host, "port": port, "hosts": []string{paapiHost}})
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("../internal/cli/preload.cjs")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "preload.cjs")
	if err := os.WriteFile(file, []byte(strings.Replace(string(code), "= SANDBOX", "= "+string(where), 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(env, "NODE_OPTIONS=--require "+file)
}

// paapis are the sides: PA-API itself, and the gateway by both of its addresses.
var paapis = map[string]func(*testing.T) *paapi{"sandbox": paapiFake, "gateway, Amazon's host": byAmazonsHost, "gateway, its own host": byItsOwnHost}

// The clients of PA-API that people run, unmodified, against the API that they were written for and against what Lockkeeper makes of it.
func TestPAAPIClients(t *testing.T) {
	dir := installNode(t)
	for _, client := range []string{"paapi5-nodejs-sdk", "amazon-paapi", "paapi5-typescript-sdk", "amazon-pa-api50", "amazon-pa-api5-node-ts"} {
		for name, side := range paapis {
			t.Run(client+"/"+name, func(t *testing.T) {
				p := side(t)
				before := p.amazon.Journal().Last()
				steps := conversation{command: []string{"node", "paapi.js", client}, dir: dir, env: p.node(t)}.run(t)
				if len(steps) != 5 {
					t.Errorf("%d steps", len(steps))
				}
				drove(t, &world{name: p.name, amazon: p.amazon}, client, before)
			})
		}
	}
}

// curl signs by itself.
func TestCurlSignsPAAPI(t *testing.T) {
	for name, side := range paapis {
		t.Run(name, func(t *testing.T) {
			p := side(t)
			before := p.amazon.Journal().Last()
			settings := "cacert = \"" + p.trust + "\"\n"
			if p.connect != "" {
				settings += "connect-to = \"::" + p.connect + "\"\n"
			}
			home := t.TempDir()
			if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte(settings), 0o600); err != nil {
				t.Fatal(err)
			}
			env := []string{"CURL_HOME=" + home, "PA_URL=" + p.url}
			for name, value := range p.env {
				env = append(env, name+"="+value)
			}
			steps := conversation{command: []string{"./paapi.sh"}, dir: "curl", env: env}.run(t)
			if len(steps) != 3 {
				t.Errorf("%d steps", len(steps))
			}
			drove(t, &world{name: p.name, amazon: p.amazon}, "curl", before)
		})
	}
}

// The retired API refuses every one of them, as Amazon does today.
func TestPAAPIRetired(t *testing.T) {
	p := paapiFake(t)
	if err := p.amazon.Switch("paapi.mode", "retired"); err != nil {
		t.Fatal(err)
	}
	out := conversation{command: []string{"node", "-e", retiredCall}, dir: installNode(t), env: p.node(t)}.run(t)
	if len(out) != 1 || !strings.Contains(out[0], "403") {
		t.Errorf("the client reported %v", out)
	}
}

const retiredCall = `
const sdk = require('paapi5-nodejs-sdk')
Object.assign(sdk.ApiClient.instance, { host: process.env.PA_HOST, region: 'us-east-1', accessKey: process.env.PAAPI_ACCESS_KEY, secretKey: process.env.PAAPI_SECRET_KEY })
const request = Object.assign(new sdk.GetItemsRequest(), { PartnerTag: process.env.PAAPI_PARTNER_TAG, PartnerType: 'Associates', ItemIds: ['B08N5WRWNW'] })
new sdk.DefaultApi().getItems(request, error => console.log('step retired ' + (error && error.status)))`
