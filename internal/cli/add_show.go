package cli

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// stateWords say what asking Amazon brought.
var stateWords = map[string]string{
	"works": "yes, Amazon accepts it", "proven": "Amazon knows id and secret together", "pending": "not yet, or not at all", "refused": "no", "unclear": "could not be asked",
}

// printPasted shows what was pasted, one block an item.
func (f *Factory) printPasted(v api.Pasted) {
	for n, i := range v.Items {
		if n > 0 {
			fmt.Fprintln(f.Out)
		}
		mark := "ok  "
		if len(i.Problems) > 0 {
			mark = "FAIL"
		}
		fmt.Fprintf(f.Out, "%s  %s\n", mark, detect.Word(i.Kind))
		f.pairs("program", programWord(i), "version", versionWord(i), "region", i.Region, "value", i.Hint, "parts", roles(i), "line", line(i), "works", stateWords[i.State], "whose", i.Detail)
		for _, note := range i.Notes {
			fmt.Fprintf(f.Out, "  note: %s\n", note)
		}
		f.printProblems(i.Problems)
		f.printProblems(i.Careful)
	}
	if len(v.Warnings) > 0 {
		fmt.Fprintln(f.Out)
	}
	for _, w := range v.Warnings {
		fmt.Fprintf(f.Out, "warning: %s\n", w.Error())
		fmt.Fprintf(f.Out, "         %s\n", w.Fix)
	}
}

func (f *Factory) printProblems(all []problem.Problem) {
	for _, p := range all {
		fmt.Fprintf(f.Out, "      %s (%s)\n      %s must act: %s\n", p.Error(), p.Code, p.Whose, p.Fix)
	}
}

func programWord(i api.PastedItem) string {
	if i.Program == "" {
		if i.Kind == "security-profile" || i.Kind == "refresh-token" {
			return "not to be told by its form: Amazon Ads, Device Messaging, Creators API 3.x or Selling Partner API"
		}
		return ""
	}
	for _, p := range all.Programs() {
		if d := p.Descriptor(); d.Code == i.Program {
			return d.Name
		}
	}
	return i.Program
}

func versionWord(i api.PastedItem) string {
	if len(i.Version) == 1 {
		return i.Version + ".x, which of them is found out by asking Amazon"
	}
	return i.Version
}

func roles(i api.PastedItem) string {
	var words []string
	for _, r := range i.Has {
		if r != "whole" {
			words = append(words, r)
		}
	}
	return strings.Join(words, ", ")
}

func line(i api.PastedItem) string {
	if i.Line == 0 {
		return ""
	}
	return fmt.Sprint(i.Line)
}
