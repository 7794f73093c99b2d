package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

type callOptions struct {
	f        *Factory
	call     api.Call
	headers  []string
	data     string
	passFile string
}

func newCmdCall(f *Factory) *cobra.Command {
	o := &callOptions{f: f}
	cmd := &cobra.Command{
		Use:   "call PROGRAM METHOD PATH",
		Short: "Call Amazon once, with a grant's authority",
		Long: `Call Amazon once, with a grant's authority, and print Amazon's answer.

Without --pass-file you call as the operator, over the control socket. With it you call as that caller does, through the gateway,
and see exactly what its rules let it see.`,
		Example: `  lockkeeper call ads GET /v2/profiles --region EU
  lockkeeper call ads POST /sp/campaigns/list --account 1234567890 --body '{}'
  lockkeeper call ads GET /v2/profiles --region NA --pass-file pass.txt`,
		Args: wantArgs("PROGRAM", "METHOD", "PATH"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.call.Program, o.call.Method, o.call.Path = args[0], strings.ToUpper(args[1]), args[2]
			return callRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.call.Grant, "grant", "", "grant to call with (default the only one that fits)")
	flags.StringVar(&o.call.Region, "region", "", "NA, EU or FE, where no account tells")
	flags.StringVar(&o.call.Account, "account", "", "account to act on, e.g. an Ads profile id; tells grant and region")
	flags.StringSliceVarP(&o.headers, "header", "H", nil, "header to send, as 'Name: value'")
	flags.StringVar(&o.data, "body", "", "body to send; @FILE reads it from a file, @- from standard input")
	flags.StringVar(&o.passFile, "pass-file", "", "call through the gateway with the pass in this file")
	return cmd
}

func callRun(cmd *cobra.Command, o *callOptions) error {
	if err := o.prepare(); err != nil {
		return err
	}
	var (
		out api.Called
		err error
	)
	if o.passFile != "" {
		out, err = o.throughGateway(cmd)
	} else {
		c, cerr := o.f.client(cmd)
		if cerr != nil {
			return cerr
		}
		err = o.f.working("calling Amazon", func() error {
			out, err = c.Call(cmd.Context(), o.call)
			return err
		})
	}
	if err != nil {
		return err
	}
	if err := o.f.show(out, func() { o.printBody(out.Body) }); err != nil {
		return err
	}
	if out.Status < 400 {
		return nil
	}
	if !o.f.flags.json {
		o.complain(out)
	}
	return errShown
}

func (o *callOptions) prepare() error {
	if !strings.HasPrefix(o.call.Path, "/") {
		return misuse(fmt.Sprintf("the path %q does not begin with a slash", o.call.Path), "write Amazon's own path, e.g. /v2/profiles")
	}
	if o.call.Region != "" {
		r, err := canon.ParseRegion(o.call.Region)
		if err != nil {
			return misuse(err.Error(), "give one of them to --region")
		}
		o.call.Region = string(r)
	}
	o.call.Header = map[string]string{}
	for _, h := range o.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok {
			return misuse(fmt.Sprintf("the header %q has no colon", h), "write it as 'Name: value'")
		}
		o.call.Header[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	switch file, isFile := strings.CutPrefix(o.data, "@"); {
	case !isFile:
		o.call.Body = o.data
	case file == "-":
		text, err := io.ReadAll(o.f.In)
		if err != nil {
			return fmt.Errorf("reading the body: %w", err)
		}
		o.call.Body = string(text)
	default:
		text, err := os.ReadFile(file)
		if err != nil {
			return refuse(fmt.Sprintf("reading %s: %v", file, pathCause(err)), "check the path after the @")
		}
		o.call.Body = string(text)
	}
	return nil
}

func (o *callOptions) printBody(body string) {
	fmt.Fprint(o.f.Out, body)
	if !strings.HasSuffix(body, "\n") {
		fmt.Fprintln(o.f.Out)
	}
}

// complain says on standard error what was wrong with an answer that is printed already.
func (o *callOptions) complain(out api.Called) {
	p := out.Problem
	if p == nil {
		if known, ok := problem.Known(problem.Code(out.Header[problemHeader])); ok {
			p = &known
		}
	}
	if p == nil {
		o.f.say("lockkeeper: Amazon answered with status %d", out.Status)
		o.f.say("lockkeeper: hint: `lockkeeper explain '%s'` may know the text", "…")
		return
	}
	o.f.say("lockkeeper: status %d: %s", out.Status, oneLine(p.What))
	o.f.say("lockkeeper: hint: %s", oneLine(p.Fix))
}

const problemHeader = "Lockkeeper-Problem"

// throughGateway calls as a caller does: its pass as the access token, the gateway in place of Amazon's host.
func (o *callOptions) throughGateway(cmd *cobra.Command) (api.Called, error) {
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return api.Called{}, err
	}
	pass, err := o.f.secretFrom(o.passFile, "Pass")
	if err != nil {
		return api.Called{}, err
	}
	gateway := o.gatewayURL(cmd, cfg)
	req, err := http.NewRequestWithContext(cmd.Context(), o.call.Method, gateway+o.call.Path, strings.NewReader(o.call.Body))
	if err != nil {
		return api.Called{}, misuse("the path cannot be sent", "write Amazon's own path, e.g. /v2/profiles")
	}
	for k, v := range o.call.Header {
		req.Header.Set(k, v)
	}
	req.Header.Set("Authorization", "Bearer "+pass.Reveal())
	setIf(req.Header, "Lockkeeper-Region", o.call.Region)
	setIf(req.Header, "Lockkeeper-Grant", o.call.Grant)
	if o.call.Program == "ads" {
		setIf(req.Header, "Amazon-Advertising-API-Scope", o.call.Account)
	}
	if o.call.Body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var resp *http.Response
	err = o.f.working("calling the gateway", func() error {
		resp, err = client.Do(req)
		return err
	})
	if err != nil {
		return api.Called{}, refuse("the gateway at "+gateway+" cannot be reached: "+rootCause(err).Error(), "start it with `lockkeeper serve`, or name its address with --gateway")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return api.Called{}, fmt.Errorf("reading the answer: %w", err)
	}
	out := api.Called{Status: resp.StatusCode, Header: map[string]string{}, Body: string(body)}
	for k := range resp.Header {
		out.Header[k] = resp.Header.Get(k)
	}
	return out, nil
}

// gatewayURL asks the running server where its gateway is, and else believes the settings.
func (o *callOptions) gatewayURL(cmd *cobra.Command, cfg config.Config) string {
	if c, err := o.f.clientAt(cmd.Context(), cfg); err == nil {
		if s, err := c.Status(cmd.Context()); err == nil {
			return s.Gateway
		}
	}
	if cfg.TLSCert != "" {
		return "https://" + cfg.Gateway
	}
	return "http://" + cfg.Gateway
}

func setIf(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// rootCause is the innermost error, which says what the network said without any address's query.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
