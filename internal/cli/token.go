package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

type tokenOptions struct {
	f        *Factory
	grant    string
	caller   string
	passFile string
}

func newCmdToken(f *Factory) *cobra.Command {
	o := &tokenOptions{f: f}
	cmd := &cobra.Command{
		Use: "token GRANT --caller NAME --pass-file FILE", Short: "Get a short-lived token of Lockkeeper's for a grant", Args: wantArgs("GRANT"),
		Long: `Get a short-lived token of Lockkeeper's for a grant, as software gets it at the gateway's token endpoint.

It stands for the caller's pass for at most an hour, is good at this gateway only, and stops working when the pass is revoked.
Amazon's own token is never given out.`,
		Example: `  lockkeeper token acme --caller nightly-report --pass-file pass.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.grant = args[0]
			return tokenRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.caller, "caller", "", "the caller whose pass it is")
	flags.StringVar(&o.passFile, "pass-file", "", "file that holds the pass; - for standard input (default asks)")
	return cmd
}

func tokenRun(cmd *cobra.Command, o *tokenOptions) error {
	if o.caller == "" {
		return misuse("the caller is not named", "give --caller; `lockkeeper caller list` shows them")
	}
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return err
	}
	pass, err := o.f.secretFrom(o.passFile, "Pass of "+o.caller)
	if err != nil {
		return err
	}
	call := callOptions{f: o.f}
	gateway := call.gatewayURL(cmd, cfg)
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {o.grant}, "client_id": {o.caller}, "client_secret": {pass.Reveal()}}
	req, err := http.NewRequestWithContext(cmd.Context(), http.MethodPost, gateway+"/auth/o2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("asking the gateway: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return refuse("the gateway at "+gateway+" cannot be reached: "+rootCause(err).Error(), "start it with `lockkeeper serve`, or name its address with --gateway")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("reading the gateway's answer: %w", err)
	}
	var out struct {
		Access      string `json:"access_token"`
		Type        string `json:"token_type"`
		Expires     int    `json:"expires_in"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(body, &out); err != nil || out.Access == "" {
		return &Refusal{
			What: strings.TrimSpace(fmt.Sprintf("the gateway gave no token: %s %s", out.Error, out.Description)),
			Hint: "check the caller, its pass and the grant's name", Exit: exitDenied,
		}
	}
	return o.f.show(map[string]any{"access_token": out.Access, "token_type": out.Type, "expires_in": out.Expires}, func() { fmt.Fprintln(o.f.Out, out.Access) })
}
