//go:build interop

package interop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// awsClients are AWS's own, each with what runs it.
func awsClients(t *testing.T) map[string][]string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "awsgo")
	install(t, "awsgo", "go", "build", "-o", binary, ".")
	if _, err := os.Stat("awsnode/node_modules/.package-lock.json"); err != nil {
		install(t, "awsnode", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	}
	python, err := filepath.Abs("awspython/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command(python, "-c", "import boto3").Run() != nil {
		install(t, "awspython", "python3", "-m", "venv", "--clear", ".venv")
		install(t, "awspython", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
	}
	return map[string][]string{"aws-sdk-go-v2": {binary}, "aws-sdk-js": {"node", "awsnode/drive.js"}, "boto3": {python, "awspython/drive.py"}}
}

// drive runs a client with nothing of the machine's own AWS settings.
func drive(t *testing.T, command []string, env ...string) {
	t.Helper()
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") && !strings.HasPrefix(v, "HOME=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "HOME="+home, "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=us-east-1", "AWS_CONFIG_FILE="+filepath.Join(home, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "credentials"))
	cmd.Env = append(cmd.Env, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// AWS's own clients use IAM and STS of the sandbox as if they were AWS's: users, keys, limits, sessions, roles, errors.
func TestAWS_SandboxAsAWS(t *testing.T) {
	clients := awsClients(t)
	for name, command := range clients {
		t.Run(name, func(t *testing.T) {
			amazon, err := sandbox.New(sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = amazon.Close() })
			pair := amazon.World().AWSKey(kit.AWSAdmin, 1)
			defer drove(t, &world{name: "sandbox", amazon: amazon}, name, amazon.Journal().Last())
			drive(t, command, "AWS_ENDPOINT_URL="+amazon.URL("aws", "NA"), "DRIVE_AS=admin", "DRIVE_USER="+kit.AWSAdmin,
				"AWS_ACCESS_KEY_ID="+pair.ID, "AWS_SECRET_ACCESS_KEY="+pair.Secret)
			if err := amazon.Verify(sandbox.Expectation{Times: "at_least", N: 3, Filter: sandbox.Filter{Match: sandbox.Match{Program: "aws", Operation: "CreateAccessKey"}}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// AWS's own clients take their credentials of Lockkeeper: from the container endpoint with a token file, and by credential_process. What they
// get are sessions, and the key pair never leaves.
func TestAWS_TakersOfSessions(t *testing.T) {
	clients := awsClients(t)
	key := keytest.Start(t, keytest.Options{})
	pair := key.Sandbox.World().AWSKey(kit.AWSStream, 1)
	if _, err := key.Client.AddKey(t.Context(), api.NewKeyPair{Name: "stream", Realm: "sandbox", KeyID: pair.ID, Secret: pair.Secret}); err != nil {
		t.Fatal(err)
	}
	caller, err := key.Client.AddCaller(t.Context(), api.NewCaller{Name: "worker", Grants: []string{"stream"}, Vend: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	token := filepath.Join(dir, "worker.pass")
	if err := os.WriteFile(token, []byte(caller.Pass), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "lockkeeper")
	install(t, "..", "go", "build", "-o", binary, "./cmd/lockkeeper")
	settings := filepath.Join(dir, "config")
	text := "[profile lent]\nregion = us-east-1\ncredential_process = " + binary + " credential process stream --pass-file " + token + "\n"
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	common := []string{"AWS_ENDPOINT_URL=" + key.Sandbox.URL("aws", "NA"), "DRIVE_AS=taker", "DRIVE_USER=" + kit.AWSStream}
	for name, command := range clients {
		t.Run(name+"/container", func(t *testing.T) {
			drive(t, command, append(common, "AWS_CONTAINER_CREDENTIALS_FULL_URI="+key.Status.Gateway+"/lk/aws/stream/credentials",
				"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="+token)...)
		})
		t.Run(name+"/credential_process", func(t *testing.T) {
			drive(t, command, append(common, "AWS_CONFIG_FILE="+settings, "AWS_PROFILE=lent", "DRIVE_PROFILE=lent", "AWS_SDK_LOAD_CONFIG=1",
				"LOCKKEEPER_GATEWAY="+strings.TrimPrefix(key.Status.Gateway, "http://"))...)
		})
	}
	if err := key.Sandbox.Verify(sandbox.Expectation{Times: "exactly", N: 1, Filter: sandbox.Filter{Match: sandbox.Match{Program: "aws", Operation: "GetSessionToken"}}}); err != nil {
		t.Error("six takers share one session:", err)
	}
}
