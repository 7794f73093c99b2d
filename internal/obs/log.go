// Package obs sets up what Lockkeeper tells about itself: its log and its metrics.
//
// Secrets are kept out of logs by their type; the handler here is the second line of defence and blanks whatever still
// looks like one of Amazon's tokens or keys or one of our own. Metrics live in a registry that is made once and passed in, so
// twenty servers in one test process do not meet. Nothing here is global.
package obs

import (
	"context"
	"io"
	"log/slog"
	"regexp"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// LogConfig says how to log.
type LogConfig struct {
	Out io.Writer

	// Level is debug, info, warn or error. Defaults to info.
	Level string

	// Format is text or json. Defaults to text.
	Format string
}

// NewLog returns a logger that redacts.
func NewLog(cfg LogConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(redactor{slog.NewJSONHandler(cfg.Out, opts)})
	}
	return slog.New(redactor{slog.NewTextHandler(cfg.Out, opts)})
}

// shapes of secrets: Amazon's tokens (ads-lwa 1.6), AWS key ids, client secrets of security profiles, and ours.
var shapes = regexp.MustCompile(`(?:Atza|Atzr|Atc|Atna|Atnr)(?:\||%7[Cc])[A-Za-z0-9._~+/=|%-]+` +
	`|amzn1\.oa2-cs\.v1\.[A-Za-z0-9]+` +
	`|[0-9a-f]{64}` + // the old form of a client secret (ads-lwa 1.11)
	`|(?:AKIA|ASIA)[A-Z0-9]{16}` +
	`|lk[pto]_[A-Za-z0-9_.-]{8,}`)

// Scrub blanks what looks like a secret in text.
func Scrub(text string) string { return shapes.ReplaceAllString(text, secret.Redacted) }

type redactor struct{ next slog.Handler }

// Enabled implements slog.Handler.
func (r redactor) Enabled(ctx context.Context, l slog.Level) bool { return r.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (r redactor) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, Scrub(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(scrubAttr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (r redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = scrubAttr(a)
	}
	return redactor{r.next.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (r redactor) WithGroup(name string) slog.Handler { return redactor{r.next.WithGroup(name)} }

func scrubAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Scrub(v.String()))
	case slog.KindGroup:
		group := make([]slog.Attr, 0, len(v.Group()))
		for _, g := range v.Group() {
			group = append(group, scrubAttr(g))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return slog.String(a.Key, Scrub(err.Error()))
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}
