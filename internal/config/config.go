// Package config holds every setting of Lockkeeper in one struct.
//
// A setting comes from its default, then the TOML file, then the environment, then a flag; the later one wins, and where each
// came from is kept so that `lockkeeper config` can say so. Reading is strict: a key that does not exist, a value of the
// wrong kind or a file that ends too early is refused with a sentence, never skipped. No setting holds a secret: what is
// secret is named by a file, a file descriptor or a prompt.
package config

import (
	"time"
)

// Config is all that can be set. Tags give a setting's key; its environment variable is LOCKKEEPER_ and the key in upper
// case, its flag the key with dashes.
type Config struct {
	// Data is the folder of the store, the key file and the control socket.
	// Defaults to lockkeeper in the user's data folder.
	Data string `key:"data" help:"folder of the store, the key file and the control socket"`

	// Console is where the console and the control API listen. Amazon takes http return URLs for localhost only, hence the name.
	// Defaults to localhost:7070.
	Console string `key:"console" help:"address of the console and the control API"`

	// Gateway is where your software calls. Defaults to 127.0.0.1:7071.
	Gateway string `key:"gateway" help:"address of the gateway, where your software calls"`

	// Metrics is where /metrics, /healthz and /readyz are. Defaults to 127.0.0.1:7072.
	Metrics string `key:"metrics" help:"address of /metrics, /healthz and /readyz"`

	// PublicURL is how browsers reach the console, where that is not the listener itself.
	// Defaults to http:// and Console.
	PublicURL string `key:"public_url" help:"how browsers reach the console, if not at its address"`

	// Hosts are further names under which the listeners may be called. Defaults to none.
	Hosts []string `key:"hosts" help:"further Host names that the listeners answer to"`

	// BehindProxy lists the networks of a proxy that ends TLS before Lockkeeper. Defaults to none.
	BehindProxy []string `key:"behind_proxy" help:"networks (CIDR) of the proxy that ends TLS before Lockkeeper"`

	// TLSCert and TLSKey name PEM files for console and gateway. Default to none: loopback needs no TLS.
	TLSCert string `key:"tls_cert" help:"PEM file with the certificate for console and gateway"`
	TLSKey  string `key:"tls_key" help:"PEM file with the certificate's key"`

	// AmazonTLS is where the gateway answers for Amazon's own hosts, with certificates of an authority that lives in the data
	// folder: for software whose hosts cannot be changed. Loopback only. Defaults to none.
	AmazonTLS string `key:"amazon_tls" help:"loopback address where the gateway answers for Amazon's own hosts over TLS"`

	// Key says where the key that seals everything comes from: file, file:PATH, passphrase (asks), passphrase-file:PATH,
	// passphrase-fd:N or credential:NAME (systemd). Defaults to what init chose.
	Key string `key:"key" help:"key source: file[:PATH], passphrase, passphrase-file:PATH, passphrase-fd:N, credential:NAME"`

	// Reveal allows an operator to see a stored credential again. Defaults to true.
	Reveal bool `key:"reveal" help:"whether credential reveal works at all"`

	// WithSandbox lets the realm sandbox exist and starts the sandbox beside the server. Defaults to false.
	WithSandbox bool `key:"with_sandbox" help:"start the sandbox beside the server and allow the realm sandbox"`

	// SandboxListen is where that sandbox listens; where it is busy, any free port is taken. Defaults to 127.0.0.1:7080.
	SandboxListen string `key:"sandbox_listen" help:"address of the sandbox that with_sandbox starts"`

	// SandboxURL is the plain address of a sandbox that runs elsewhere on this machine; it allows the realm sandbox.
	// Defaults to none.
	SandboxURL string `key:"sandbox_url" help:"address of a sandbox that already runs, e.g. http://127.0.0.1:7080"`

	// Margin is how long before its end a token is refreshed.
	// Defaults to the smaller of 5 minutes and a tenth of the token's life.
	Margin time.Duration `key:"margin" help:"how long before its end a token is refreshed; 0 for a tenth of its life, at most 5m"`

	// RefreshPolicy says what the token endpoint does with a refresh token that was already used: static, grace, strict or unknown.
	// Defaults to static, which is what Login with Amazon does today.
	RefreshPolicy string `key:"refresh_policy" help:"what the token endpoint does on refresh: static, grace, strict, unknown"`

	// HeaderLimit is the most bytes of headers that the gateway takes. Defaults to 65536.
	HeaderLimit int64 `key:"header_limit" help:"most bytes of headers that the gateway takes"`

	// ReplayLimit is the most bytes of a body that the gateway keeps to send it once more. Defaults to 1048576.
	ReplayLimit int64 `key:"replay_limit" help:"most bytes of a body that the gateway keeps to send it once more"`

	// AdsSpendGuard is by how many percent one change of the normalised Ads API may raise a bid or a budget, unless it says that it is
	// meant. 0 lets everything through. Defaults to 100.
	AdsSpendGuard int64 `key:"ads_spend_guard" help:"percent by which one change may raise a bid or budget without force; 0 for any"`

	// Drain is how long a stop waits for what is under way. Defaults to 40 seconds, which outlasts an exchange with the token endpoint.
	Drain time.Duration `key:"drain" help:"how long a stop waits for what is under way"`

	// LogLevel is debug, info, warn or error. Defaults to info.
	LogLevel string `key:"log_level" help:"debug, info, warn or error"`

	// LogFormat is text or json. Defaults to text.
	LogFormat string `key:"log_format" help:"text or json"`

	// AccessLog is where the gateway writes one line of JSON for each request: - for standard output, off, or a file, which is
	// appended to. Defaults to -.
	AccessLog string `key:"access_log" help:"where the gateway's access log goes: - for standard output, off, or a file"`

	// File is the file that was read; Sources tells for each key where its value came from.
	File    string            `key:"-"`
	Sources map[string]string `key:"-"`
}

// Defaults returns the settings that hold where nothing is set. The data folder follows the environment's idea of a
// user's data folder.
func Defaults(getenv func(string) string) Config {
	return Config{
		Data:          dataFolder(getenv),
		Console:       "localhost:7070",
		Gateway:       "127.0.0.1:7071",
		Metrics:       "127.0.0.1:7072",
		SandboxListen: "127.0.0.1:7080",
		Reveal:        true,
		RefreshPolicy: "static",
		HeaderLimit:   64 << 10,
		ReplayLimit:   1 << 20,
		AdsSpendGuard: 100,
		Drain:         40 * time.Second,
		LogLevel:      "info",
		LogFormat:     "text",
		AccessLog:     "-",
		Sources:       map[string]string{},
	}
}
