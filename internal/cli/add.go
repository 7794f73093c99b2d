package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

type addOptions struct {
	f       *Factory
	file    string
	offline bool
}

func newCmdAdd(f *Factory) *cobra.Command {
	o := &addOptions{f: f}
	cmd := &cobra.Command{
		Use:   "add [FILE|-]",
		Short: "Paste anything: find out which key it is and whether it is whole",
		Long: `Paste anything: a key, a page, a file that you downloaded, a .env, an AWS credentials file, JSON, several keys at once.

Lockkeeper says which of Amazon's keys it holds, for which program and region, what is missing, and what went wrong in copying.
No secret is printed, logged or kept by looking. The exit code is 3 if a problem was found.`,
		Example: `  lockkeeper add ~/Downloads/credentials.csv --offline
  pbpaste | lockkeeper add - --offline --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse("one file at a time, and a key is not given on the command line", "`lockkeeper add FILE`, or `lockkeeper add` and paste")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.file = args[0]
			}
			return addRun(cmd, o)
		},
	}
	cmd.Flags().BoolVar(&o.offline, "offline", false, "only look at it: ask nobody, keep nothing")
	return cmd
}

func addRun(_ *cobra.Command, o *addOptions) error {
	text, file, err := o.f.pasted(o.file)
	if err != nil {
		return err
	}
	verdict := detect.New(all.Recognisers()).Look(text)
	if file != "" && verdict.Secret() {
		verdict.Warnings = detect.Whereabouts(file)
	}
	if err := o.f.show(verdict, func() { o.f.printVerdict(verdict) }); err != nil {
		return err
	}
	if !verdict.Good() {
		return errFound
	}
	return nil
}

// pasted reads what shall be looked at: a file, standard input, or what is pasted at the prompt, which may be the name of a file.
func (f *Factory) pasted(file string) (text []byte, from string, err error) {
	if file == "" {
		if !f.Terminal.In {
			file = "-"
		} else if file, text, err = f.paste(); err != nil || file == "" {
			return text, "", err
		}
	}
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(f.In, detect.MaxFile))
		return text, "", err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, "", noFile(file, err)
	}
	defer func() { _ = in.Close() }()
	text, err = io.ReadAll(io.LimitReader(in, detect.MaxFile))
	if err != nil {
		return nil, "", noFile(file, err)
	}
	return text, file, nil
}

// noFile never repeats a name that may be a key which somebody gave in place of a file.
func noFile(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if detect.New(all.Recognisers()).Look([]byte(file)).Items[0].Kind != "unknown" {
		return misuse("a key does not belong on the command line, where others and the shell's history see it", "`lockkeeper add`, then paste it at the prompt; and take it out of the shell's history")
	}
	return refuse(fmt.Sprintf("reading %s: %v", file, err), "check the path, or run `lockkeeper add` and paste")
}

// paste takes what is pasted at the prompt, unseen, up to an empty line.
func (f *Factory) paste() (file string, text []byte, err error) {
	var b strings.Builder
	for question := "Paste a key, a page or a file's name, then an empty line"; ; question = "…" {
		line, err := f.Prompter.Secret(question)
		if err != nil && b.Len() == 0 {
			return "", nil, err
		}
		s := line.Reveal()
		if err != nil || s == "" {
			return "", []byte(b.String()), nil
		}
		if b.Len() == 0 {
			if name := strings.Trim(strings.TrimSpace(s), `'"`); detect.IsFile(name) {
				return name, nil, nil
			}
		}
		b.WriteString(s + "\n")
	}
}
