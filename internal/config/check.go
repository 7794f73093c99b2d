package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Check refuses settings that could not work or would not be safe.
func (c *Config) Check() error {
	if c.Data == "" {
		return &Error{What: "no data folder is set", Hint: "give --data or LOCKKEEPER_DATA"}
	}
	for _, l := range []struct{ key, addr string }{{"console", c.Console}, {"gateway", c.Gateway}, {"metrics", c.Metrics}, {"amazon_tls", c.AmazonTLS}} {
		if l.addr == "" && l.key == "amazon_tls" {
			continue
		}
		if err := c.checkListener(l.key, l.addr); err != nil {
			return err
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return &Error{What: "tls_cert and tls_key must be given together", Hint: "name both PEM files, or neither"}
	}
	if err := c.oneOf("log_level", c.LogLevel, "debug", "info", "warn", "error"); err != nil {
		return err
	}
	if err := c.oneOf("log_format", c.LogFormat, "text", "json"); err != nil {
		return err
	}
	if err := c.oneOf("refresh_policy", c.RefreshPolicy, "static", "grace", "strict", "unknown"); err != nil {
		return err
	}
	for _, cidr := range c.BehindProxy {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return &Error{What: fmt.Sprintf("behind_proxy: %q is no network", cidr), Hint: "write it as CIDR, e.g. 10.0.0.0/8"}
		}
	}
	if c.AdsSpendGuard < 0 {
		return &Error{What: "ads_spend_guard is below zero", Hint: "give a percentage such as 100, or 0 to let every change through"}
	}
	if err := c.checkKey(); err != nil {
		return err
	}
	if c.PublicURL != "" {
		if err := checkURL("public_url", c.PublicURL); err != nil {
			return err
		}
	}
	if c.SandboxURL != "" {
		return c.checkSandboxURL()
	}
	return nil
}

func (c *Config) oneOf(key, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return &Error{What: fmt.Sprintf("%s: %s is %q", c.Source(key), key, value), Hint: "it must be one of " + strings.Join(allowed, ", ")}
}

// checkListener refuses an address that others can reach, unless TLS or a proxy guards it (DESIGN, listeners).
func (c *Config) checkListener(key, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return &Error{What: fmt.Sprintf("%s: %s is %q, which is no address", c.Source(key), key, addr), Hint: "write host:port, e.g. 127.0.0.1:7071"}
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return &Error{What: fmt.Sprintf("%s: %s has the port %q", c.Source(key), key, port), Hint: "a port is a number from 0 to 65535"}
	}
	if Loopback(host) {
		return nil
	}
	if key != "metrics" && key != "amazon_tls" && (c.TLSCert != "" || len(c.BehindProxy) > 0) {
		return nil
	}
	if key == "metrics" && len(c.BehindProxy) > 0 {
		return nil
	}
	return &Error{
		What: fmt.Sprintf("%s would listen on %s, which other machines can reach, without TLS", key, addr),
		Hint: "give --tls-cert and --tls-key, or --behind-proxy with the proxy's network, or keep to 127.0.0.1",
	}
}

// Loopback reports whether a listener's host is this machine alone.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func checkURL(key, text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return &Error{What: fmt.Sprintf("%s is %q, which is no usable address", key, withoutPassword(text)), Hint: "write it like https://keys.example.com"}
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" {
		return &Error{What: fmt.Sprintf("%s is %q: Amazon takes http return URLs for localhost only", key, text), Hint: "use https, or http://localhost with a port"}
	}
	return nil
}

// withoutPassword is an address as it may be shown.
func withoutPassword(text string) string {
	if u, err := url.Parse(text); err == nil {
		return u.Redacted()
	}
	return text
}

func (c *Config) checkSandboxURL() error {
	u, err := url.Parse(c.SandboxURL)
	if err != nil || u.Scheme != "http" || u.Port() == "" || !Loopback(u.Hostname()) {
		return &Error{What: fmt.Sprintf("sandbox_url is %q", withoutPassword(c.SandboxURL)), Hint: "the sandbox is on this machine and plain: write it like http://127.0.0.1:7080"}
	}
	if c.WithSandbox {
		return &Error{What: "with_sandbox and sandbox_url are both set", Hint: "one starts a sandbox, the other uses one that runs: choose"}
	}
	return nil
}

// ConsoleURL is how browsers reach the console. A loopback address is called localhost, since Amazon takes no http return URL of another
// name (ads-lwa 1.2).
func (c *Config) ConsoleURL() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	if c.TLSCert != "" {
		return "https://" + c.Console
	}
	if host, port, err := net.SplitHostPort(c.Console); err == nil && Loopback(host) {
		return "http://localhost:" + port
	}
	return "http://" + c.Console
}

// ReturnURL is what Amazon's developer console must list among the Allowed Return URLs.
func (c *Config) ReturnURL() string { return c.ConsoleURL() + "/oauth/callback" }

// checkKey refuses a key source that is none. It does not say what stood there: somebody may have put the passphrase itself, which
// is no setting.
func (c *Config) checkKey() error {
	kind, where, named := strings.Cut(c.Key, ":")
	switch kind {
	case "", "passphrase":
		if !named {
			return nil
		}
	case "file":
		if named == (where != "") {
			return nil
		}
	case "passphrase-file":
		if where != "" {
			return nil
		}
	case "passphrase-fd":
		if _, err := strconv.ParseUint(where, 10, 16); err == nil {
			return nil
		}
	case "credential":
		if where != "" && !strings.ContainsAny(where, `/\`) && where != "." && where != ".." {
			return nil
		}
	}
	return &Error{
		What: c.Source("key") + ": key names no key source; what it holds is not shown",
		Hint: "it must be file, file:PATH, passphrase, passphrase-file:PATH, passphrase-fd:N or credential:NAME; a passphrase itself is never a setting",
	}
}
