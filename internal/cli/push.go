package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

func newCmdPush(f *Factory) *cobra.Command {
	return group("push", "Push messages to apps on Fire OS (Amazon Device Messaging)",
		newCmdPushSend(f), newCmdPushBroadcast(f), newCmdPushList(f), newCmdPushShow(f), newCmdPushCancel(f),
		newCmdPushDevices(f), newCmdPushImport(f), newCmdPushExport(f), newCmdPushRemove(f), newCmdPushGroup(f), newCmdPushTopic(f))
}

// messageOptions are the fields of a message, as flags and files.
type messageOptions struct {
	grant    string
	file     string
	data     string
	title    string
	body     string
	channel  string
	image    string
	ttl      time.Duration
	collapse string
	high     bool
}

func (o *messageOptions) flags(flags *pflag.FlagSet) {
	flags.StringVar(&o.grant, "grant", "", "grant to send with (default the only one of Device Messaging)")
	flags.StringVarP(&o.file, "file", "f", "", "message in Amazon's own JSON (- for standard input); the flags below come on top")
	flags.StringVar(&o.data, "payload", "", `what the app gets, as a JSON object of texts: '{"screen":"live"}'`)
	flags.StringVar(&o.title, "title", "", "title of a notification that the device shows by itself")
	flags.StringVar(&o.body, "body", "", "text of the notification")
	flags.StringVar(&o.channel, "channel", "", "channel of the notification, as the app made it")
	flags.StringVar(&o.image, "image", "", "address of a picture")
	flags.DurationVar(&o.ttl, "ttl", 0, "how long Amazon keeps it for a device that is off: 1m to 720h (default a week)")
	flags.StringVar(&o.collapse, "consolidation-key", "", "an older message with the same key that still waits is dropped")
	flags.BoolVar(&o.high, "high", false, "high priority: wakes a device that sleeps")
}

// message reads the message and holds it to Amazon's rules before anything is sent.
func (o *messageOptions) message(f *Factory) (adm.Message, error) {
	var m adm.Message
	if o.file != "" {
		text, err := readAll(f, o.file)
		if err != nil {
			return m, err
		}
		if m, err = adm.ParseMessage(text); err != nil {
			return m, err
		}
	}
	if o.data != "" {
		if err := json.Unmarshal([]byte(o.data), &m.Data); err != nil {
			return m, problem.New(problem.ADMInvalidData).With("--payload is no JSON object of texts")
		}
	}
	if o.title != "" || o.body != "" || o.channel != "" || o.image != "" {
		if m.Notification == nil {
			m.Notification = &adm.Notification{}
		}
		n := m.Notification
		for value, at := range map[*string]*string{&o.title: &n.Title, &o.body: &n.Body, &o.channel: &n.ChannelID, &o.image: &n.Image} {
			if *value != "" {
				*at = *value
			}
		}
	}
	if o.ttl != 0 {
		m.ExpiresAfter = int64(o.ttl / time.Second)
	}
	if o.collapse != "" {
		m.ConsolidationKey = o.collapse
	}
	if o.high {
		m.Priority = "high"
	}
	_, err := m.Body()
	return m, err
}

// readAll reads a file, or standard input for a dash.
func readAll(f *Factory, file string) ([]byte, error) {
	if file == "-" {
		text, err := io.ReadAll(f.In)
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		return text, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, refuse(fmt.Sprintf("reading %s: %v", file, pathCause(err)), "check the path")
	}
	return text, nil
}

type pushSendOptions struct {
	f       *Factory
	message messageOptions
	to      []string
	group   string
	topic   string
}

func newCmdPushSend(f *Factory) *cobra.Command {
	o := &pushSendOptions{f: f}
	cmd := &cobra.Command{
		Use: "send --to DEVICE", Short: "Send one message to a few devices, a group or a topic, and wait for the answer",
		Long: `Send one message to devices, to a group or to a topic, and say what Amazon answered for each.

A device is named by its registration id, or by the name under which it is kept. What is wrong with the message is said before
anything is sent. The exit code is 3 where a device could not be reached.`,
		Example: `  lockkeeper push send --to living-room --title "Hello" --body "It works" --ttl 1h
  lockkeeper push send --to living-room --payload '{"screen":"live"}'
  lockkeeper push send --topic news -f news.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return pushSendRun(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.to, "to", nil, "registration id, or name of a device that is kept; may be repeated")
	flags.StringVar(&o.group, "group", "", "group at Amazon in place of devices")
	flags.StringVar(&o.topic, "topic", "", "topic in place of devices")
	o.message.flags(flags)
	return cmd
}

func pushSendRun(cmd *cobra.Command, o *pushSendOptions) error {
	if len(o.to) == 0 && o.group == "" && o.topic == "" {
		return misuse("nobody is named", "give --to DEVICE, --group NAME or --topic NAME; all devices are reached by `lockkeeper push broadcast`")
	}
	m, err := o.message.message(o.f)
	if err != nil {
		return err
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	var out push.Posted
	began := time.Now()
	err = o.f.working("waiting for Amazon", func() error {
		out, err = c.Push(cmd.Context(), push.Post{Message: m, Grant: o.message.grant, To: o.to, Group: o.group, Topic: o.topic})
		return err
	})
	if err != nil {
		return err
	}
	if err := o.f.show(out, func() { o.say(out, time.Since(began)) }); err != nil {
		return err
	}
	if out.Failed > 0 {
		return errFound
	}
	return nil
}

func (o *pushSendOptions) say(out push.Posted, took time.Duration) {
	for _, s := range out.Results {
		size := ""
		if out.Bytes > 0 {
			size = fmt.Sprintf(", %.1f of 6 KB", float64(out.Bytes)/1024)
		}
		switch s.Outcome {
		case string(adm.Accepted):
			fmt.Fprintf(o.f.Out, "%s  accepted in %d ms%s\n", shortID(s.Registration), took.Milliseconds(), size)
		case push.Moved:
			fmt.Fprintf(o.f.Out, "%s  accepted in %d ms%s; Amazon told a newer registration id, which is used from now on\n", shortID(s.Registration), took.Milliseconds(), size)
		default:
			known, _ := problem.Known(s.Problem)
			fmt.Fprintf(o.f.Out, "%s  %s: %s %s\n", shortID(s.Registration), s.Outcome, known.What, known.Fix)
		}
	}
}

// shortID keeps a registration id, which is personal data and long, from filling a terminal.
func shortID(s string) string {
	if len(s) <= 40 {
		return s
	}
	return s[:28] + "…" + s[len(s)-8:]
}
