package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

type addOptions struct {
	f          *Factory
	file       string // as given; "-" for standard input
	from       string // the file that was read, if it was one
	offline    bool
	ask        bool
	keep       bool
	clean      bool
	sandbox    bool
	name       string
	program    string
	rootAnyway bool
}

func newCmdAdd(f *Factory) *cobra.Command {
	o := &addOptions{f: f}
	cmd := &cobra.Command{
		Use:   "add [FILE|-]",
		Short: "Paste anything: find out which key it is, whether it works, and keep it",
		Long: `Paste anything: a key, a page, a file that you downloaded, a .env, an AWS credentials file, JSON, several keys at once.

Lockkeeper says which of Amazon's keys it holds, for which program and region, what is missing, and what went wrong in copying.
With your consent it asks Amazon whether the key works, which changes nothing there, and keeps it once you confirm. No secret is
printed, logged or kept by looking. The exit code is 3 if a problem was found.`,
		Example: `  lockkeeper add
  lockkeeper add ~/Downloads/credentials.csv --keep
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
	flags := cmd.Flags()
	flags.BoolVar(&o.offline, "offline", false, "only look at it: ask nobody, keep nothing")
	flags.BoolVar(&o.ask, "ask", false, "ask Amazon whether it works, without asking you first")
	flags.BoolVar(&o.keep, "keep", false, "ask Amazon, and keep what can be kept")
	flags.BoolVar(&o.clean, "clean", false, "take the secrets that were kept out of the file")
	flags.BoolVar(&o.sandbox, "sandbox", false, "it is a key of the sandbox, not of Amazon")
	flags.StringVar(&o.name, "name", "", "name to keep it under, where it is one key")
	flags.StringVar(&o.program, "program", "", "the program that a security profile is for, where its form does not tell: ads, adm or creators")
	flags.BoolVar(&o.rootAnyway, "root-anyway", false, "keep an AWS key although it is the root user's")
	return cmd
}

func addRun(cmd *cobra.Command, o *addOptions) error {
	text, err := o.read()
	if err != nil {
		return err
	}
	local := detect.New(all.Recognisers()).Look(text)
	if o.from != "" && local.Secret() {
		local.Warnings = detect.Whereabouts(o.from)
	}
	if o.offline {
		if err := o.f.show(local, func() { o.f.printPasted(offline(local)) }); err != nil {
			return err
		}
		return found(local.Good())
	}
	return o.online(cmd, text, local)
}

func found(good bool) error {
	if good {
		return nil
	}
	return errFound
}

// read reads what shall be looked at: a file, standard input, or what is pasted at the prompt, which may be the name of a file.
func (o *addOptions) read() (text []byte, err error) {
	f, file := o.f, o.file
	if file == "" {
		if !f.Terminal.In {
			file = "-"
		} else if file, text, err = f.paste(); err != nil || file == "" {
			return text, err
		}
	}
	o.file = file
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(f.In, detect.MaxFile))
		return text, err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, noFile(file, err)
	}
	defer func() { _ = in.Close() }()
	text, err = io.ReadAll(io.LimitReader(in, detect.MaxFile))
	if err != nil {
		return nil, noFile(file, err)
	}
	o.from = file
	return text, nil
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

// offline puts a verdict into the form of what the server answers.
func offline(v detect.Verdict) api.Pasted {
	out := api.Pasted{Warnings: v.Warnings}
	for _, i := range v.Items {
		item := api.PastedItem{
			Kind: i.Kind, Program: i.Program, Region: i.Region, Version: i.Version, Hint: i.Hint, Line: i.Line, Whole: i.Whole, State: "unasked",
			Problems: i.Problems, Notes: i.Notes,
		}
		for _, r := range i.Has {
			item.Has = append(item.Has, string(r))
		}
		out.Items = append(out.Items, item)
	}
	return out
}
