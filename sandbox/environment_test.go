package sandbox_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// The environment names a working set of keys for every program, and the same world names the same.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	one, other := start(t, sandbox.Options{Seed: 5}).Environment(), start(t, sandbox.Options{Seed: 5}).Environment()
	for _, name := range []string{
		"LWA_CLIENT_ID", "LWA_CLIENT_SECRET", "LWA_REFRESH_TOKEN", "ADS_PROFILE_ID", "CREATORS_CREDENTIAL_ID", "CREATORS_CREDENTIAL_SECRET", "CREATORS_CREDENTIAL_VERSION",
		"CREATORS_MARKETPLACE", "PARTNER_TAG", "ASIN", "PAAPI_ACCESS_KEY", "PAAPI_SECRET_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	} {
		if one.Env[name] == "" || name != "LWA_REFRESH_TOKEN" && one.Env[name] != other.Env[name] {
			t.Errorf("%s is %q in one world, %q in the same", name, one.Env[name], other.Env[name])
		}
	}
	if len(one.Hosts) < 30 {
		t.Errorf("only %d hosts: %v", len(one.Hosts), one.Hosts)
	}
}
