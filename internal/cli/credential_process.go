package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

type credentialProcessOptions struct {
	f        *Factory
	grant    string
	passFile string
}

func newCmdCredentialProcess(f *Factory) *cobra.Command {
	o := &credentialProcessOptions{f: f}
	cmd := &cobra.Command{
		Use: "process GRANT --pass-file FILE", Short: "Print short-lived AWS credentials, for credential_process of AWS's config file", Args: wantArgs("GRANT"),
		Long: `Print short-lived AWS credentials as AWS's command line and SDKs read them from credential_process. The pass needs the right to take
them (` + "`lockkeeper caller add --vend`" + `). The access key itself is never given out.

In ~/.aws/config:

  [profile stream]
  credential_process = /usr/bin/lockkeeper credential process queue --pass-file /etc/worker.pass`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.grant = args[0]
			return credentialProcessRun(cmd, o)
		},
	}
	cmd.Flags().StringVar(&o.passFile, "pass-file", "", "file that holds the pass; - for standard input (default asks)")
	return cmd
}

// processCredentials is the answer of contract 6.2. Version is the number 1.
type processCredentials struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
	AccountID       string `json:"AccountId"`
}

func credentialProcessRun(cmd *cobra.Command, o *credentialProcessOptions) error {
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return err
	}
	pass, err := o.f.secretFrom(o.passFile, "Pass")
	if err != nil {
		return err
	}
	call := callOptions{f: o.f}
	gateway := call.gatewayURL(cmd, cfg)
	req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, gateway+"/lk/aws/"+url.PathEscape(o.grant)+"/credentials", nil)
	if err != nil {
		return fmt.Errorf("asking the gateway: %w", err)
	}
	req.Header.Set("Authorization", pass.Reveal())
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		return refuse("the gateway at "+gateway+" does not answer", "start it with `lockkeeper serve`")
	}
	defer func() { _ = resp.Body.Close() }()
	var got struct {
		processCredentials
		Token   string
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&got); err != nil {
		return refuse("the gateway's answer cannot be read", "see that "+gateway+" is Lockkeeper's gateway")
	}
	if resp.StatusCode != http.StatusOK {
		return refuse("no credentials: "+got.Code, got.Message)
	}
	out := got.processCredentials
	out.Version, out.SessionToken = 1, got.Token
	return json.NewEncoder(o.f.Out).Encode(out)
}
