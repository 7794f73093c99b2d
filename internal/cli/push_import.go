package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// importStep is how many rows go to the server at once.
const importStep = 5000

func newCmdPushImport(f *Factory) *cobra.Command {
	var grant string
	var tags []string
	cmd := &cobra.Command{
		Use: "import {FILE | -}", Short: "Keep the devices of a CSV list",
		Long: `Keep the devices of a CSV list, one registration id a line.

With a header line the columns may stand in any order: registration_id (also identifier, token, device_token ...), name (also
external_id), tags (with blanks between), and device_type, by which rows of other platforms are passed over. OneSignal's export of
subscriptions is read as it is. A device that is known already gets the new name and tags; one that had gone lives again.`,
		Example: "  lockkeeper push import devices.csv --tag fire-tv",
		Args:    wantArgs("FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return pushImportRun(cmd, f, grant, tags, args[0]) },
	}
	cmd.Flags().StringVar(&grant, "grant", "", "of this grant (default the only one)")
	cmd.Flags().StringArrayVar(&tags, "tag", nil, "give every device this tag besides those in the list; may be repeated")
	return cmd
}

func pushImportRun(cmd *cobra.Command, f *Factory, grant string, tags []string, file string) error {
	text, err := readAll(f, file)
	if err != nil {
		return err
	}
	in, err := push.NewReader(bytes.NewReader(text))
	if err != nil {
		return err
	}
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	bar := f.bar("keeping devices", int64(bytes.Count(text, []byte("\n"))))
	defer bar.end()
	type counts struct {
		Added   int `json:"added"`
		Known   int `json:"known"`
		Refused int `json:"refused"`
		Skipped int `json:"skipped"`
	}
	var out counts
	for more := true; more; {
		var rows []api.PushRow
		for len(rows) < importStep {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				more = false
				break
			}
			if err != nil {
				return err
			}
			rows = append(rows, api.PushRow{Registration: row.Registration, Name: row.Name, Tags: append(row.Tags, tags...)})
		}
		if len(rows) == 0 {
			break
		}
		got, err := c.ImportRegistrations(cmd.Context(), api.NewRegistrations{Grant: grant, Rows: rows})
		if err != nil {
			return err
		}
		out.Added, out.Known, out.Refused = out.Added+got.Added, out.Known+got.Known, out.Refused+len(got.Refused)
		bar.add(int64(len(rows)), func() string { return fmt.Sprintf("%d new", out.Added) })
	}
	out.Skipped = in.Skipped
	bar.end()
	return f.show(out, func() {
		fmt.Fprintf(f.Out, "%d new devices, %d known before", out.Added, out.Known)
		if out.Refused > 0 {
			fmt.Fprintf(f.Out, ", %d lines without a registration id", out.Refused)
		}
		if out.Skipped > 0 {
			fmt.Fprintf(f.Out, ", %d of other platforms", out.Skipped)
		}
		fmt.Fprintln(f.Out)
	})
}

func newCmdPushExport(f *Factory) *cobra.Command {
	var grant, file string
	var tags []string
	var live bool
	cmd := &cobra.Command{
		Use: "export", Short: "Write the devices that are kept as CSV, with reason and date where they have gone", Args: noArgs,
		Example: "  lockkeeper push export --output devices.csv",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			out := f.Out
			if file != "" {
				to, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // registration ids are personal data
				if err != nil {
					return refuse(fmt.Sprintf("writing %s: %v", file, pathCause(err)), "check the path")
				}
				defer func() { err = errors.Join(err, to.Close()) }()
				out = to
			}
			w := csv.NewWriter(out)
			_ = w.Write(push.Header()) // w.Error tells at the end
			n := 0
			for after := ""; ; {
				page, err := c.Registrations(cmd.Context(), grant, tags, !live, after, importStep)
				if err != nil {
					return err
				}
				for _, r := range page {
					_ = w.Write(push.Record(push.Registration{Registration: r.Registration, Name: r.Name, Tags: r.Tags, Added: r.Added, Moved: r.Moved, Retired: r.Retired, Reason: r.Reason}))
					after = r.ID
					n++
				}
				if len(page) < importStep {
					break
				}
			}
			if w.Flush(); w.Error() != nil {
				return fmt.Errorf("writing the list: %w", w.Error())
			}
			if file != "" {
				return f.show(map[string]int{"devices": n}, func() { fmt.Fprintf(f.Out, "%d devices written to %s\n", n, file) })
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&grant, "grant", "", "of this grant (default the only one)")
	flags.StringArrayVar(&tags, "tag", nil, "only devices with this tag; may be repeated")
	flags.BoolVar(&live, "live", false, "leave out those that have gone")
	flags.StringVarP(&file, "output", "o", "", "write to this file (default standard output)")
	return cmd
}

func newCmdPushRemove(f *Factory) *cobra.Command {
	var grant string
	cmd := &cobra.Command{
		Use: "remove DEVICE...", Short: "Send to these devices no more",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("missing: DEVICE", "give a registration id, or the name of a device")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			out, err := c.RetireRegistrations(cmd.Context(), api.PushTargets{Grant: grant, To: args})
			if err != nil {
				return err
			}
			return f.show(out, func() { fmt.Fprintf(f.Out, "%d devices retired\n", out.Success) })
		},
	}
	cmd.Flags().StringVar(&grant, "grant", "", "of this grant (default the only one)")
	return cmd
}

func newCmdPushGroup(f *Factory) *cobra.Command {
	var grant string
	cmd := &cobra.Command{
		Use: "group {create | add | remove} NAME DEVICE...", Short: "Create a group at Amazon, add devices to it or remove them",
		Example: "  lockkeeper push group create family living-room bedroom\n  lockkeeper push send --group family --title \"Dinner\"",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 3 || !strings.Contains(" create add remove ", " "+args[0]+" ") {
				return misuse("a group is changed by create, add or remove, a name and devices", "lockkeeper push group create family living-room")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			out, err := c.ChangeGroup(cmd.Context(), args[1], api.PushTargets{Grant: grant, Operation: args[0], To: args[2:]})
			if err != nil {
				return err
			}
			return f.show(out, func() {
				fmt.Fprintf(f.Out, "%d of %d devices: %s %s\n", out.Success, out.Success+len(out.Failed), args[0], args[1])
				for _, id := range out.Failed {
					fmt.Fprintf(f.Out, "  not %s\n", shortID(id))
				}
			})
		},
	}
	cmd.Flags().StringVar(&grant, "grant", "", "with this grant (default the only one)")
	return cmd
}

func newCmdPushTopic(f *Factory) *cobra.Command {
	var grant string
	register := &cobra.Command{
		Use: "register", Short: "Register the security profile for topics, which is needed once", Args: noArgs,
		Long: `Register the security profile for topics, which Amazon wants once before the first message to a topic.

Amazon wants the client secret in the body of this call. It goes there from where it is kept, and is in no log.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if err := c.RegisterTopics(cmd.Context(), grant); err != nil {
				return err
			}
			return f.show(map[string]bool{"registered": true}, func() {
				fmt.Fprintln(f.Out, "Registered. Devices subscribe in the app; send with `lockkeeper push send --topic NAME`.")
			})
		},
	}
	register.Flags().StringVar(&grant, "grant", "", "of this grant (default the only one)")
	return group("topic", "Topics, to which apps subscribe on their devices", register)
}
