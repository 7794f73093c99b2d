package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newCmdPushList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the newest broadcasts", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			all, err := c.Broadcasts(cmd.Context())
			if err != nil {
				return err
			}
			return f.show(all, func() {
				if len(all) == 0 {
					fmt.Fprintln(f.Out, "No broadcasts yet. Begin one with `lockkeeper push broadcast`.")
					return
				}
				var rows [][]string
				for _, b := range all {
					rows = append(rows, []string{b.ID, b.State, b.Grant, dash(strings.Join(b.Tags, " ")), strconv.Itoa(b.Devices), strconv.Itoa(b.Counts["accepted"] + b.Counts["moved"]), at(b.Created)})
				}
				f.table([]string{"ID", "STATE", "GRANT", "TAGS", "DEVICES", "ACCEPTED", "BEGUN"}, rows)
			})
		},
	}
}

func newCmdPushShow(f *Factory) *cobra.Command {
	var results string
	var follow bool
	cmd := &cobra.Command{
		Use: "show BROADCAST", Short: "Show how a broadcast fares, and what became of each device", Args: wantArgs("BROADCAST"),
		Example: "  lockkeeper push show 01KAHX6PM1ZT1DQ8X1V7M3Y2Q9 --results results.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if follow {
				return watchBroadcast(cmd, f, c, args[0], results)
			}
			b, err := c.Broadcast(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if results != "" {
				if err := writeResults(cmd.Context(), c, args[0], results); err != nil {
					return err
				}
			}
			return f.show(b, func() { sayBroadcast(f, b) })
		},
	}
	cmd.Flags().StringVar(&results, "results", "", "write what became of each device to this CSV file")
	cmd.Flags().BoolVar(&follow, "follow", false, "wait for the end")
	return cmd
}

func newCmdPushCancel(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "cancel BROADCAST", Short: "Send nothing more of a broadcast", Args: wantArgs("BROADCAST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if err := c.CancelBroadcast(cmd.Context(), args[0]); err != nil {
				return err
			}
			b, err := c.Broadcast(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return f.show(b, func() { sayBroadcast(f, b) })
		},
	}
}

func newCmdPushDevices(f *Factory) *cobra.Command {
	var grant string
	var tags []string
	var retired bool
	var limit int
	cmd := &cobra.Command{
		Use: "devices", Short: "Show how many devices are kept, and the first of them", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			all, err := c.Registrations(cmd.Context(), grant, tags, retired, "", limit)
			if err != nil {
				return err
			}
			count, err := c.CountRegistrations(cmd.Context(), grant)
			if err != nil {
				return err
			}
			return f.show(map[string]any{"count": count, "registrations": all}, func() {
				fmt.Fprintf(f.Out, "%d live", count.Live)
				for reason, n := range count.Retired {
					fmt.Fprintf(f.Out, ", %d retired (%s)", n, reason)
				}
				fmt.Fprintln(f.Out)
				var rows [][]string
				for _, r := range all {
					rows = append(rows, []string{dash(r.Name), shortID(r.Registration), dash(strings.Join(r.Tags, " ")), at(r.Added), at(r.Retired), dash(r.Reason)})
				}
				if len(rows) > 0 {
					f.table([]string{"NAME", "REGISTRATION", "TAGS", "ADDED", "RETIRED", "REASON"}, rows)
				}
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&grant, "grant", "", "of this grant (default the only one)")
	flags.StringArrayVar(&tags, "tag", nil, "only devices with this tag; may be repeated")
	flags.BoolVar(&retired, "retired", false, "those that have gone, too")
	flags.IntVar(&limit, "limit", 20, "how many to list")
	return cmd
}
