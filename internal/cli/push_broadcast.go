package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

type pushBroadcastOptions struct {
	f       *Factory
	message messageOptions
	tags    []string
	all     bool
	rate    string
	resend  bool
	detach  bool
	results string
}

func newCmdPushBroadcast(f *Factory) *cobra.Command {
	o := &pushBroadcastOptions{f: f}
	cmd := &cobra.Command{
		Use: "broadcast {--tag TAG... | --all}", Short: "Send one message to all devices with a tag, as a job that survives a crash",
		Long: `Send one message to all devices that are kept and have every tag given, or to all.

It is a job of the server: ^C ends the watching, not the sending. The pace adapts to what Amazon takes. Devices that have gone are
retired, ids that moved are replaced. A message that left without an answer is not sent again, since the device may have it;
--resend-lost sends it again, which is harmless with a consolidation key.`,
		Example: `  lockkeeper push broadcast --tag fire-tv --tag lang:de -f news.json --results results.csv
  lockkeeper push broadcast --all --title "New season" --rate 500`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return pushBroadcastRun(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.tags, "tag", nil, "only devices with this tag; of several each must be there")
	flags.StringArrayVar(&o.tags, "segment", nil, "the same as --tag")
	flags.BoolVar(&o.all, "all", false, "every device that is kept")
	flags.StringVar(&o.rate, "rate", "auto", "most messages a second, or auto: as fast as Amazon takes them")
	flags.BoolVar(&o.resend, "resend-lost", false, "send again what left without an answer; a device may then get it twice")
	flags.BoolVar(&o.detach, "detach", false, "do not wait for the end")
	flags.StringVar(&o.results, "results", "", "write what became of each device to this CSV file")
	o.message.flags(flags)
	return cmd
}

func pushBroadcastRun(cmd *cobra.Command, o *pushBroadcastOptions) error {
	if o.all == (len(o.tags) > 0) {
		return misuse("say for whom it is", "give --tag TAG, or --all for every device")
	}
	if o.detach && o.results != "" {
		return misuse("--results is written at the end, and --detach does not wait for it", "run `lockkeeper push show ID --results FILE` later")
	}
	rate := 0
	if o.rate != "auto" {
		var err error
		if rate, err = strconv.Atoi(o.rate); err != nil || rate < 1 {
			return misuse(fmt.Sprintf("%q is no rate", o.rate), "give a whole number of messages a second, or auto")
		}
	}
	m, err := o.message.message(o.f)
	if err != nil {
		return err
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	tags := append([]string{}, o.tags...)
	begun, err := c.Push(cmd.Context(), push.Post{Message: m, Grant: o.message.grant, Tags: &tags, Rate: rate, ResendLost: o.resend})
	if err != nil {
		return err
	}
	if o.detach {
		return o.f.show(begun, func() {
			fmt.Fprintf(o.f.Out, "Broadcast %s is under way.\n\nNext: lockkeeper push show %s\n", begun.Broadcast, begun.Broadcast)
		})
	}
	return watchBroadcast(cmd, o.f, c, string(begun.Broadcast), o.results)
}

// watchBroadcast shows how a broadcast fares until it has ended, then what came of it.
func watchBroadcast(cmd *cobra.Command, f *Factory, c *control.Client, id, results string) error {
	b, err := followBroadcast(cmd.Context(), f, c, id)
	if err != nil {
		return err
	}
	if results != "" {
		if err := writeResults(cmd.Context(), c, id, results); err != nil {
			return err
		}
	}
	if err := f.show(b, func() { sayBroadcast(f, b) }); err != nil {
		return err
	}
	if b.State == "stopped" || b.Counts["lost"]+b.Counts["failed"]+b.Counts["refused"] > 0 {
		return errFound
	}
	return nil
}

func followBroadcast(ctx context.Context, f *Factory, c *control.Client, id string) (api.Broadcast, error) {
	var shown *bar
	defer func() {
		if shown != nil {
			shown.end()
		}
	}()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 250*time.Millisecond) {
		b, err := c.Broadcast(ctx, id)
		if err != nil || ended(b.State) {
			return b, err
		}
		if shown == nil && b.State != "listing" {
			shown = f.bar("sending", int64(b.Devices))
		}
		if shown != nil {
			shown.add(int64(b.Devices-b.Waiting)-shown.done, func() string { return pushDetail(b) })
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			f.say("The broadcast goes on; `lockkeeper push show %s` tells how it fares.", id)
			return b, ctx.Err()
		}
	}
}

func ended(state string) bool { return state == "done" || state == "stopped" || state == "cancelled" }

// pushDetail says in a few words how fast it goes and what came of it.
func pushDetail(b api.Broadcast) string {
	words := []string{fmt.Sprintf("%.0f a second", b.PerSecond)}
	if !b.PausedUntil.IsZero() {
		words = append(words, "Amazon asks to wait")
	}
	if b.Problem != nil {
		words = append(words, "held: "+b.Problem.What)
	}
	return strings.Join(append(words, fates(b)...), ", ")
}

// plainly are the words for what became of devices.
var plainly = map[string]string{
	"accepted": "accepted", "moved": "accepted with a newer id (updated)", "unregistered": "unregistered (retired)", "invalid": "unknown to Amazon (retired)",
	"refused": "refused", "lost": "without an answer (not sent again)", "failed": "given up", "skipped": "retired meanwhile",
}

func fates(b api.Broadcast) []string {
	var words []string
	for _, fate := range slices.SortedFunc(maps.Keys(b.Counts), func(x, y string) int { return cmp.Or(cmp.Compare(b.Counts[y], b.Counts[x]), cmp.Compare(x, y)) }) {
		if n := b.Counts[fate]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, plainly[fate]))
		}
	}
	return words
}

func sayBroadcast(f *Factory, b api.Broadcast) {
	fmt.Fprintf(f.Out, "%d devices, %s: %s\n", b.Devices, b.State, strings.Join(fates(b), ", "))
	if b.Waiting > 0 {
		fmt.Fprintf(f.Out, "%d still wait.\n", b.Waiting)
	}
	if b.Problem != nil {
		fmt.Fprintf(f.Out, "%s %s\n", b.Problem.What, b.Problem.Fix)
	}
}

// writeResults writes one line a device.
func writeResults(ctx context.Context, c *control.Client, id, file string) (err error) {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // registration ids are personal data
	if err != nil {
		return refuse(fmt.Sprintf("writing %s: %v", file, pathCause(err)), "check the path")
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
	}()
	w := csv.NewWriter(out)
	_ = w.Write([]string{"registration_id", "name", "outcome", "problem", "status", "tries", "at"}) // w.Error tells at the end
	for after := ""; ; {
		page, err := c.BroadcastResults(ctx, id, after, 10_000)
		if err != nil {
			return err
		}
		for _, r := range page {
			_ = w.Write([]string{r.Registration, r.Name, cmp.Or(r.Outcome, "waiting"), r.Problem, strconv.Itoa(r.Status), strconv.Itoa(r.Tries), at(r.At)})
			after = r.Device
		}
		if len(page) < 10_000 {
			w.Flush()
			return w.Error()
		}
	}
}
