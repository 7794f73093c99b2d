package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/doctor"
)

func newCmdExplain(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "explain TEXT...", Short: "Say what a text, status or JSON from Amazon means, and whose turn it is",
		Long: `Say what a text, status or JSON from Amazon means, and whose turn it is. It needs no server and sends nothing anywhere.

Give the text in quotes, or - to read it from standard input. A secret in it is not printed again.`,
		Example: `  lockkeeper explain 'An unknown scope was requested'
  lockkeeper explain 401
  curl ... | lockkeeper explain -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("there is nothing to explain", "give the text in quotes, or - to read it from standard input")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return explainRun(f, strings.Join(args, " ")) },
	}
}

func explainRun(f *Factory, text string) error {
	if text == "-" {
		read, err := io.ReadAll(io.LimitReader(f.In, 64<<10))
		if err != nil {
			return fmt.Errorf("reading standard input: %w", err)
		}
		text = string(read)
	}
	found := doctor.Explain(text)
	return f.show(found, func() {
		for i, x := range found {
			if i > 0 {
				fmt.Fprintln(f.Out)
			}
			p := x.Problem
			if x.Possible {
				fmt.Fprint(f.Out, "Perhaps: ")
			}
			fmt.Fprintln(f.Out, p.What)
			f.pairs("code", string(p.Code), "who must act", string(p.Whose), "fix", p.Fix, "avoided by", stepHint(p.Guide), "seen", p.Evidence, "detail", p.Detail, "read on", p.Docs)
		}
	})
}
