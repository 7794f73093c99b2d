package cli

import (
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

type adsUndoOptions struct {
	adsChangeOptions
	rows           []int
	archiveCreated bool
}

func newCmdAdsUndo(f *Factory) *cobra.Command {
	o := &adsUndoOptions{adsChangeOptions: adsChangeOptions{adsOptions: adsOptions{f: f}}}
	cmd := &cobra.Command{
		Use: "undo WRITE...", Short: "Take changes of bids, budgets, states and names back",
		Long: `Take back what a write changed. Each field gets the value that it had, where it still has the one that the write gave it; several
writes are taken back newest first.

What cannot be taken back is refused, object by object, with the reason: what was archived stays so, what was made can only be archived,
and what somebody changed since is left alone unless --force is given. The spend guard does not stand in the way. Undoing is a write too,
and can be undone.`,
		Example: `  lockkeeper ads undo 01KAHX6PM1ZT1DQ8X1V7M3Y2Q9 --dry-run
  lockkeeper ads undo 01KAHX6PM1ZT1DQ8X1V7M3Y2Q9 --rows 0,3`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("no write is given", "`lockkeeper ads history` shows the newest ones with their ids")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return adsUndoRun(cmd, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.grant, "grant", "", "grant through which the change was made (default the only one of the Ads API)")
	flags.BoolVar(&o.dry, "dry-run", false, "send nothing, and show the exact requests that would go to Amazon")
	flags.BoolVar(&o.force, "force", false, "also where somebody changed the same field since")
	flags.BoolVar(&o.archiveCreated, "archive-created", false, "archive what the write made, for good")
	flags.IntSliceVar(&o.rows, "rows", nil, "only these rows of the one write, counted from 0")
	flags.StringVar(&o.key, "idempotency-key", "", "a repetition with the same key does nothing twice")
	return cmd
}

func adsUndoRun(cmd *cobra.Command, o *adsUndoOptions, ids []string) error {
	if len(ids) > 1 && len(o.rows) > 0 {
		return misuse("--rows are of one write", "undo one write, or leave the rows out")
	}
	c, grant, err := o.reach(cmd)
	if err != nil {
		return err
	}
	query := o.query()
	if o.archiveCreated {
		query.Set("archive_created", "true")
	}
	ask := control.AdsAsk{Method: http.MethodPost, Grant: grant, Path: "undo", Query: query, Body: map[string]any{"ids": ids}}
	all := make([]adsChanged, 1)
	into := any(&all)
	if len(ids) == 1 {
		ask.Path, into = "undo/"+url.PathEscape(ids[0]), &all[0]
		ask.Body = map[string]any{"rows": o.rows}
	}
	if err := o.f.working("waiting for Amazon", func() error { return o.ask(cmd, c, ask, into) }); err != nil {
		return err
	}
	noun := func(kind canon.AdsKind) adsNoun {
		for _, n := range adsNouns() {
			if n.kind == kind {
				return n
			}
		}
		return adsNoun{kind: kind}
	}
	if len(ids) == 1 {
		return o.f.showChanged(all[0], noun(all[0].Kind))
	}
	left := 0
	if err := o.f.show(all, func() {
		for _, one := range all {
			o.f.sayChanged(one, noun(one.Kind))
		}
	}); err != nil {
		return err
	}
	for _, one := range all {
		left += one.Failed + one.Unknown
	}
	if left > 0 {
		return errFound
	}
	return nil
}
