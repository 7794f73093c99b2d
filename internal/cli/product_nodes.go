package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func newCmdProductNodes(f *Factory) *cobra.Command {
	o := &productOptions{f: f}
	cmd := &cobra.Command{
		Use: "nodes ID...", Short: "Show departments and shelves (browse nodes): what they are in, and what is in them",
		Long: `Show departments and shelves, which Amazon calls browse nodes: what they are in, and what is in them. At most ten at once.

A product's own node stands with it in 'lockkeeper product get'.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 10 {
				return misuse("one to ten browse nodes are wanted", "give their numbers, as they stand in `lockkeeper product get ASIN`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return productNodesRun(cmd, o, args) },
	}
	o.addFlags(cmd)
	return cmd
}

func productNodesRun(cmd *cobra.Command, o *productOptions, ids []string) error {
	c, err := o.client(cmd)
	if err != nil {
		return err
	}
	out := struct {
		Nodes    []canon.BrowseNode  `json:"nodes"`
		Refusals []canon.ItemRefusal `json:"refusals,omitempty"`
	}{}
	err = o.f.working("asking Amazon", func() error {
		out.Nodes, out.Refusals, err = c.BrowseNodes(cmd.Context(), ids...)
		return err
	})
	if err != nil {
		return err
	}
	return o.f.show(out, func() {
		var rows [][]string
		for _, n := range out.Nodes {
			var children []string
			for _, c := range n.Children {
				children = append(children, c.Name+" ("+c.ID+")")
			}
			rows = append(rows, []string{n.ID, n.Name, dash(strings.Join(n.Path, " > ")), dash(strings.Join(children, ", "))})
		}
		o.f.table([]string{"NODE", "NAME", "IN", "HOLDS"}, rows)
		for _, r := range out.Refusals {
			o.f.say("lockkeeper: note: %s (%s)", oneLine(r.Message), r.Code)
		}
	})
}
