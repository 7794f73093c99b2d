package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// adsChangeOptions are those of every command that changes objects.
type adsChangeOptions struct {
	adsOptions
	dry   bool
	force bool
	key   string
}

func (o *adsChangeOptions) flags(flags *pflag.FlagSet, guarded bool) {
	o.adsOptions.flags(flags)
	flags.BoolVar(&o.all, "all", false, "through every grant of the Ads API: each object through the one that opens its account")
	flags.BoolVar(&o.dry, "dry-run", false, "send nothing, and show the exact requests that would go to Amazon")
	flags.StringVar(&o.key, "idempotency-key", "", "a repetition with the same key does nothing twice")
	if guarded {
		flags.BoolVar(&o.force, "force", false, "also where a bid or a budget grows by more than the spend guard lets")
	}
}

// adsChanges are the commands that change a kind.
func adsChanges(f *Factory, n adsNoun) []*cobra.Command {
	change := func(use, short string, fields map[string]any) *cobra.Command {
		return newCmdAdsSet(f, n, use, short, fields)
	}
	pause := change("pause ID...", "Pause "+n.many, map[string]any{"status": canon.StatusPaused})
	enable := change("enable ID...", "Switch "+n.many+" on again", map[string]any{"status": canon.StatusActive})
	create, edit, archive := newCmdAdsCreate(f, n), newCmdAdsEdit(f, n), newCmdAdsArchive(f, n)
	switch n.kind {
	case canon.KindPortfolio:
		return []*cobra.Command{create, edit, newCmdAdsAmount(f, n, "set-budget")}
	case canon.KindCampaign:
		return []*cobra.Command{create, edit, pause, enable, newCmdAdsAmount(f, n, "set-budget"), archive}
	case canon.KindGroup, canon.KindTarget:
		return []*cobra.Command{create, edit, pause, enable, newCmdAdsAmount(f, n, "set-bid"), archive}
	case canon.KindAd:
		return []*cobra.Command{create, edit, pause, enable, archive}
	case canon.KindAsset:
		return []*cobra.Command{create, newCmdAdsUpload(f, n)}
	case canon.KindCreative:
		return []*cobra.Command{edit}
	}
	return nil
}

// newCmdAdsSet makes a command that sets the same fields of several objects.
func newCmdAdsSet(f *Factory, n adsNoun, use, short string, fields map[string]any) *cobra.Command {
	o := &adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}
	cmd := &cobra.Command{
		Use: use, Short: short, Args: someIDs(n),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := adsIDs(f, args)
			if err != nil {
				return err
			}
			rows := make([]map[string]any, len(ids))
			for i, is := range ids {
				rows[i] = map[string]any{"id": is}
				for name, v := range fields {
					rows[i][name] = v
				}
			}
			return adsSend(cmd, o, http.MethodPatch, rows, nil)
		},
	}
	o.flags(cmd.Flags(), false)
	return cmd
}

func newCmdAdsCreate(f *Factory, n adsNoun) *cobra.Command {
	o := &adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}
	file := ""
	cmd := &cobra.Command{
		Use: "create -f FILE", Short: "Make " + n.many,
		Long: "Make " + n.many + `, from a file with one JSON object or a list of them, in the fields that ` + "`get`" + ` shows.

Each object names its profile by "organization_id", unless --org names one for all.`,
		Example: "  lockkeeper ads " + n.use + " create -f new.json --dry-run",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := adsRows(f, file)
			if err != nil {
				return err
			}
			return adsSend(cmd, o, http.MethodPost, rows, nil)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "-", "where the objects are (- for standard input)")
	o.flags(cmd.Flags(), true)
	return cmd
}

func newCmdAdsEdit(f *Factory, n adsNoun) *cobra.Command {
	o := &adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}
	patch, match := "", ""
	cmd := &cobra.Command{
		Use: "edit ID --set JSON", Short: "Change fields of one of the " + n.many,
		Long:    "Change fields of one object. What the JSON object names is set, null takes a field away, and all else stays as it is (RFC 7396).",
		Example: "  lockkeeper ads " + n.use + ` edit 1234567890 --set '{"name":"Autumn"}'`,
		Args:    exactly(1, "one id is wanted", "`lockkeeper ads "+n.use+" list` shows ids"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var body map[string]json.RawMessage
			if err := json.Unmarshal([]byte(patch), &body); err != nil {
				return misuse("--set is no JSON object", `give fields and values: --set '{"name":"Autumn"}'`)
			}
			id, err := json.Marshal(args[0])
			if err != nil {
				return fmt.Errorf("writing an id: %w", err)
			}
			if body["id"] = id; match == "" {
				return adsSend(cmd, o, http.MethodPatch, []map[string]json.RawMessage{body}, nil)
			}
			return o.sendOne(cmd, args[0], match, body)
		},
	}
	cmd.Flags().StringVar(&patch, "set", "", "JSON object of the fields to set")
	cmd.Flags().StringVar(&match, "if-match", "", "only if its etag is still this one")
	_ = cmd.MarkFlagRequired("set")
	o.flags(cmd.Flags(), true)
	return cmd
}

func newCmdAdsArchive(f *Factory, n adsNoun) *cobra.Command {
	o := &adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}
	sure := false
	cmd := &cobra.Command{
		Use: "archive ID...", Short: "Archive " + n.many + ", which is final",
		Long: "Archive " + n.many + ". Amazon never gives back what was archived, and no undo can.",
		Args: someIDs(n),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := adsIDs(f, args)
			if err != nil {
				return err
			}
			if !sure && !o.dry {
				yes, err := f.yes(fmt.Sprintf("Archive %d of the %s for good? Amazon never gives them back", len(ids), n.many))
				if err != nil {
					return err
				}
				if !yes {
					return refuse("nothing was archived", "--yes says that it is meant; `pause` can be taken back")
				}
			}
			return adsSend(cmd, o, http.MethodDelete, ids, nil)
		},
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "do not ask whether it is meant")
	o.flags(cmd.Flags(), false)
	return cmd
}

func someIDs(n adsNoun) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return misuse("no id is given", "give ids, or - to read them from standard input, one a line; `lockkeeper ads "+n.use+" list` shows them")
		}
		return nil
	}
}

// exactly wants n arguments.
func exactly(n int, what, hint string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return misuse(what, hint)
		}
		return nil
	}
}

// adsIDs are the ids of the command line; a dash stands for those of standard input, the first word of each line.
func adsIDs(f *Factory, args []string) ([]string, error) {
	var all []string
	for _, a := range args {
		if a != "-" {
			all = append(all, a)
			continue
		}
		lines := bufio.NewScanner(f.In)
		for lines.Scan() {
			if words := strings.Fields(lines.Text()); len(words) > 0 {
				all = append(all, words[0])
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("reading ids: %w", err)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return nil, misuse("no id is given", "standard input held none")
	}
	return all, nil
}

// adsRows reads one object or a list of them.
func adsRows(f *Factory, file string) ([]json.RawMessage, error) {
	text, err := readAll(f, file)
	if err != nil {
		return nil, err
	}
	var rows []json.RawMessage
	if json.Unmarshal(text, &rows) == nil {
		return rows, nil
	}
	var one map[string]json.RawMessage
	if err := json.Unmarshal(text, &one); err != nil {
		return nil, misuse("the file holds no JSON object and no list of them", "`get` shows what an object looks like")
	}
	return []json.RawMessage{text}, nil
}

func (o *adsChangeOptions) query() url.Values {
	q := url.Values{}
	for name, on := range map[string]bool{"dry_run": o.dry, "force": o.force} {
		if on {
			q.Set(name, "true")
		}
	}
	if o.org != "" {
		q.Set("org_id", o.org)
	}
	return q
}
