package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
)

type configOptions struct {
	f       *Factory
	example bool
}

func newCmdConfig(f *Factory) *cobra.Command {
	o := &configOptions{f: f}
	cmd := &cobra.Command{
		Use: "config", Short: "Print every setting, its value and where that came from", Args: noArgs,
		Long: `Print every setting, its value and where that came from.

A setting comes from its default, then the settings file, then the environment, then a flag; the later one wins.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return configRun(cmd, o) },
	}
	cmd.Flags().BoolVar(&o.example, "example", false, "print a settings file with every setting in it")
	addConfigFlags(cmd)
	return cmd
}

// setting is one row of the answer.
type setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
	Env    string `json:"env"`
	Flag   string `json:"flag"`
	Help   string `json:"help"`
}

func configRun(cmd *cobra.Command, o *configOptions) error {
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return err
	}
	if o.example {
		fmt.Fprint(o.f.Out, config.Example(cfg))
		return nil
	}
	var all []setting
	for _, field := range config.Fields() {
		all = append(all, setting{field.Key, cfg.Get(field.Key), cfg.Source(field.Key), field.Env, "--" + field.Flag, field.Help})
	}
	return o.f.show(all, func() {
		var rows [][]string
		for _, s := range all {
			rows = append(rows, []string{s.Key, dash(s.Value), s.Source, s.Env, s.Help})
		}
		o.f.table([]string{"SETTING", "VALUE", "FROM", "ENVIRONMENT", "MEANS"}, rows)
	})
}

// addConfigFlags gives a command a flag for every setting but the data folder, which all commands have.
func addConfigFlags(cmd *cobra.Command) {
	for _, field := range config.Fields() {
		if field.Key == "data" {
			continue
		}
		help := field.Help
		if field.Kind != "text" {
			help += " (" + field.Kind + ")"
		}
		cmd.Flags().String(field.Flag, "", help)
		if field.Kind == "yes/no" {
			cmd.Flags().Lookup(field.Flag).NoOptDefVal = "true"
		}

	}
}
