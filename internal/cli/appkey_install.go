package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

type appkeyInstallOptions struct {
	f                *Factory
	into, variant    string
	replace, sandbox bool
}

func newCmdAppkeyInstall(f *Factory) *cobra.Command {
	o := &appkeyInstallOptions{f: f}
	cmd := &cobra.Command{
		Use: "install [FILE|KEY|-]", Short: "Write assets/api_key.txt exactly as devices want it",
		Long: `Write assets/api_key.txt exactly as devices want it: one line, UTF-8, nothing before it and no line break after it.

White space, line breaks, quotes and byte order marks around or within the key are taken out; then its signature must hold, or nothing is
written. The folder is the module's assets folder: app/src/main/assets, or src/main/assets within a module.`,
		Example: `  lockkeeper appkey install ~/Downloads/key.txt
  lockkeeper appkey install key-for-debug.txt --variant debug`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wantArgs("FILE")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return appkeyInstallRun(o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.into, "into", "", "assets folder to write it to (default the module's)")
	flags.StringVar(&o.variant, "variant", "main", "source set: main, debug, release or a flavour")
	flags.BoolVar(&o.replace, "replace", false, "write over another key that is there")
	flags.BoolVar(&o.sandbox, "sandbox", false, "the key is the sandbox's, not Amazon's")
	return cmd
}

// installed is what was written.
type installed struct {
	OK      bool              `json:"ok"`
	Path    string            `json:"path"`
	Package string            `json:"package"`
	Mended  []problem.Problem `json:"mended,omitempty"` // what was wrong with the text
}

func appkeyInstallRun(o *appkeyInstallOptions, args []string) error {
	text, err := o.text(args)
	if err != nil {
		return err
	}
	key, found, ok := appkey.Decode(text, true)
	if !ok {
		return found.Problems[0]
	}
	var mended []problem.Problem
	for _, p := range found.Problems {
		if !appcheck.OfTheText(p.Code) {
			return p
		}
		mended = append(mended, p)
	}
	if key.Signer == appkey.Sandbox && !o.sandbox {
		return problem.New(problem.AppkeySandboxKey)
	}
	if key.Package == "" {
		return problem.New(problem.AppkeyIosKey)
	}
	dir, err := o.folder()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "api_key.txt")
	if err := o.write(path, key); err != nil {
		return err
	}
	return o.f.show(installed{true, path, key.Package, mended}, func() {
		for _, p := range mended {
			fmt.Fprintf(o.f.Out, "mended: %s\n", p.What)
		}
		fmt.Fprintf(o.f.Out, "Wrote %s: %d bytes, for package %s.\n\nNext: build the app and run `lockkeeper appkey check APK`.\n", path, len(key.Text), oneLine(key.Package))
	})
}

// text reads the key as it was given.
func (o *appkeyInstallOptions) text(args []string) ([]byte, error) {
	if len(args) == 0 {
		line, err := o.f.Prompter.Line("Paste the key")
		return []byte(line), err
	}
	s, err := o.f.openShown(args)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	in := s.inputs[0]
	text, err := io.ReadAll(io.NewSectionReader(in.R, 0, min(in.Size, 64<<10)))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", in.Name, err)
	}
	return text, nil
}

// folder finds the assets folder, which is made if the source set is new but not if there is no module at all.
func (o *appkeyInstallOptions) folder() (string, error) {
	if o.into != "" {
		return o.into, nil
	}
	if o.variant == "" || strings.ContainsAny(o.variant, `/\.`) {
		return "", misuse(fmt.Sprintf("%q is no name of a source set", o.variant), "give main, debug, release or a flavour's name")
	}
	for _, module := range []string{"app", "."} {
		if info, err := os.Stat(filepath.Join(module, "src", "main")); err == nil && info.IsDir() {
			return filepath.Join(module, "src", o.variant, "assets"), nil
		}
	}
	return "", refuse("there is no Android module here: neither app/src/main nor src/main", "run this in the project's folder, or name the assets folder with --into")
}

// write puts the key's file in place as a whole. Another key that is there is left alone.
func (o *appkeyInstallOptions) write(path string, key appkey.Key) error {
	switch old, err := os.ReadFile(path); {
	case err == nil && string(old) == key.Text:
		return nil
	case err == nil && !o.replace:
		was, _, readable := appkey.Decode(old, true)
		if !readable || was.Text != key.Text { // the same key, badly written, may be mended
			return refuse(path+" holds something else already", "look whether it is still needed, and write over it with --replace; a debug build's key goes to --variant debug")
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return refuse(fmt.Sprintf("reading %s: %v", path, cause(err)), "check that this user may read it")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return refuse(fmt.Sprintf("making %s: %v", filepath.Dir(path), cause(err)), "check that this user may write there")
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".api_key-*")
	if err != nil {
		return refuse(fmt.Sprintf("writing %s: %v", path, cause(err)), "check that this user may write there")
	}
	_, err = tmp.WriteString(key.Text)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(refuse(fmt.Sprintf("writing %s: %v", path, cause(err)), "check that there is room, and that this user may write there"), os.Remove(tmp.Name()))
	}
	return nil
}
