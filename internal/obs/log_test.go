package obs_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// canaries are shapes of everything that must not stand in a log. None of them opens anything.
var canaries = []string{
	"Atza|sbxEXAMPLEcanary01", "Atzr%7CsbxEXAMPLEcanary02", "Atc|sbxEXAMPLEcanary03", "amzn1.oa2-cs.v1.0000canary04", "AKIAEXAMPLECANARY005",
	"lkp_canary06canary06", "lkt_canary07canary07", "lko_canary08canary08",
}

func TestLogRedacts(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		var buf bytes.Buffer
		log := obs.NewLog(obs.LogConfig{Out: &buf, Format: format, Level: "debug"})
		for _, c := range canaries {
			log.Info("said "+c, "text", c, "error", fmt.Errorf("reading: %w", errors.New(c)), slog.Group("g", "inner", "x"+c), "secret", secret.New(c))
			log.With("kept", c).WithGroup("h").Debug("again", "q", "?code="+c)
		}
		if lower := strings.ToLower(buf.String()); strings.Contains(lower, "canary") || !strings.Contains(lower, "[redacted]") {
			t.Errorf("%s: a canary is in the log:\n%s", format, buf.String())
		}
	}
}

func TestScrubLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"grant acme is blocked", "amzn1.application-oa2-client.EXAMPLE", "lk-ru4c-x6up", "GET /v2/profiles 200"} {
		if got := obs.Scrub(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
