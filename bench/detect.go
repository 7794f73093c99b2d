//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
)

// verdictsARun is how many texts one run looks at; ten thousand in a second is what was promised.
const verdictsARun = 20_000

// pastedForms are texts as people paste them, each with what it must be found to be. %[1]d makes each its own text.
var pastedForms = [...]struct{ form, kinds string }{
	{"Credential Id,Credential Secret,Version\namzn1.application-oa2-client.%032[1]x,amzn1.oa2-cs.v1.%064[1]x,3.2\n", "creators-credential"},
	{"[default]\naws_access_key_id = AKIASBX2SBX2SBX2SBX2\naws_secret_access_key = sbx/canary+%029[1]d\nregion = eu-west-1\n", "access-key"},
	{`{"Version":1,"AccessKeyId":"AKIASBX2SBX2SBX2SBX2","SecretAccessKey":"sbx/canary+%029[1]d"}`, "access-key"},
	{"export ADS_CLIENT_ID=\"amzn1.application-oa2-client.%032[1]x\"\nexport ADS_CLIENT_SECRET=\"amzn1.oa2-cs.v1.%064[1]x\"\nexport ADS_REFRESH_TOKEN=\"Atzr|sbxEXAMPLE%[1]d\"\n", "security-profile refresh-token"},
	{"Hello,\n\nhere are the keys:\nClient ID: amzn1.application-oa2-client.%032[1]x\nClient Secret:\n  amzn1.oa2-cs.v1.%064[1]x\n\nBest wishes\n", "security-profile"},
	{"My key is AKIASBX2SBX2SBX2SBX2 and ticket %[1]d is still open, what shall I do?\n", "access-key"},
}

// measureDetect has the detector look at texts of several kinds, one after the other, and holds every verdict to what the text is. What
// counts is processor time, its own and the garbage collector's.
func measureDetect(ctx context.Context, s settings, _ string, r *report) error {
	texts := make([][]byte, verdictsARun)
	for i := range texts {
		texts[i] = fmt.Appendf(nil, pastedForms[i%len(pastedForms)].form, i)
	}
	d := detect.New(all.Recognisers())
	for range s.rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		began, err := ownCPU()
		if err != nil {
			return err
		}
		for i, text := range texts {
			var kinds []string
			for _, item := range d.Look(text).Items {
				kinds = append(kinds, item.Kind)
			}
			if got := strings.Join(kinds, " "); got != pastedForms[i%len(pastedForms)].kinds {
				return fmt.Errorf("text %d was found to be %s, not %s", i, got, pastedForms[i%len(pastedForms)].kinds)
			}
		}
		ended, err := ownCPU()
		if err != nil {
			return err
		}
		r.detect = append(r.detect, ended-began)
	}
	slices.Sort(r.detect)
	return nil
}

// looked writes the middle one of the runs.
func (r *report) looked(b *strings.Builder) {
	if len(r.detect) == 0 {
		return
	}
	took := r.detect[len(r.detect)/2]
	fmt.Fprintf(b, "## What was pasted\n\nThe detector over %d texts of six kinds, one at a time, every verdict looked at: %.0f verdicts a second of one processor, %.0f µs each.\n\n",
		verdictsARun, verdictsARun/took.Seconds(), float64(took.Microseconds())/verdictsARun)
}

// ownCPU is the processor time that this process has used.
func ownCPU() (time.Duration, error) {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0, fmt.Errorf("reading the processor time used: %w", err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()), nil
}
