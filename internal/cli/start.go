package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
)

// A choice is one answer to what somebody who typed nothing but the program's name may want.
type choice struct {
	want string
	args []string // the command line that does it
}

var choices = []choice{
	{"Find out which key I need, and how to get it", []string{"guide"}},
	{"Try it without Amazon, on this machine alone", []string{"dev"}},
	{"Set Lockkeeper up here", []string{"init"}},
	{"Hand over a security profile", []string{"app", "add"}},
	{"Have an account's owner consent", []string{"grant", "connect"}},
	{"See what is wrong, and whose turn it is", []string{"doctor"}},
}

// start asks what the person wants, and leads on. Each choice shows its command, so that the next time nobody has to ask. An empty answer,
// or the end of the input, leaves.
func start(ctx context.Context, f *Factory) error {
	fmt.Fprintln(f.Out, "Lockkeeper keeps Amazon API keys, keeps them alive, and lends them to your software.")
	fmt.Fprintln(f.Out, "\nWhat do you want to do?")
	for i, c := range choices {
		fmt.Fprintf(f.Out, "  %d  %-46s lockkeeper %s\n", i+1, c.want, strings.Join(c.args, " "))
	}
	fmt.Fprintln(f.Out, "  Enter alone leaves; lockkeeper --help lists every command.")
	for {
		answer := f.answer("Number")
		if answer == "" || answer == "q" {
			return nil
		}
		n, err := strconv.Atoi(answer)
		switch {
		case err != nil || n < 1 || n > len(choices):
			f.say("Type a number from 1 to %d, or Enter alone to leave.", len(choices))
		case n == 1:
			return f.lead(ctx)
		default:
			return f.then(ctx, choices[n-1].args...)
		}
	}
}

// lead goes from the question which key to the key at work: guide, app add, grant connect, doctor, as far as the person wants to go.
func (f *Factory) lead(ctx context.Context) error {
	fmt.Fprintln(f.Out)
	if err := f.then(ctx, "guide"); err != nil {
		return err
	}
	fmt.Fprintln(f.Out)
	task := ""
	for !slices.Contains(guide.Tasks(), task) {
		if task = f.answer("Which of them (" + strings.Join(guide.Tasks(), ", ") + ")"); task == "" {
			return nil
		}
	}
	fmt.Fprintln(f.Out)
	if err := f.then(ctx, "guide", "--for", task); err != nil {
		return err
	}
	if task != "ads" { // Lockkeeper keeps no other key yet; the guide has said what to do by hand
		return nil
	}
	for _, next := range []struct {
		question string
		args     []string
	}{
		{"Do you have the Client ID and the Client Secret at hand, to be kept now (y/N)", []string{"app", "add"}},
		{"Shall an account's owner consent now (y/N)", []string{"grant", "connect"}},
		{"Shall the doctor look whether everything works (y/N)", []string{"doctor"}},
	} {
		fmt.Fprintln(f.Out)
		if !strings.HasPrefix(strings.ToLower(f.answer(next.question)), "y") {
			fmt.Fprintf(f.Out, "When you are ready: lockkeeper %s\n", strings.Join(next.args, " "))
			return nil
		}
		if err := f.then(ctx, next.args...); err != nil {
			return err
		}
	}
	return nil
}

// answer asks for a line. The end of the input is an empty one.
func (f *Factory) answer(question string) string {
	line, err := f.Prompter.Line(question)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(line)
}

// then runs another command line with the same folder and settings.
func (f *Factory) then(ctx context.Context, args ...string) error {
	for flag, value := range map[string]string{"--config": f.flags.config, "--data": f.flags.data} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	return f.execute(ctx, args)
}
