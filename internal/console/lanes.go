package console

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
)

// The picture of token health: a lane a grant, its last 24 hours from left to right. A refresh that worked is a low tick on the lane, one that
// failed a tall one; shape and height say what colour says, for whoever does not see colours. The table beside it holds the same.
const (
	lanesShown = 24
	laneSpan   = 24 * time.Hour
	laneHeight = 26
)

// A scale is how wide the picture is drawn: as it is, or narrow for a phone.
type scale struct {
	Left, Right, Width int // where the lanes begin and end, and where the picture does
	Hours              int // from one line to the next
	Letters            int // of a name
}

var wide, narrow = scale{130, 675, 700, 6, 18}, scale{86, 310, 330, 12, 11}

type lane struct {
	Name  string
	Y     int
	Ticks []tick
	Held  []stretch // while a token was there
}

type tick struct {
	X  float64
	OK bool
}

type stretch struct{ X, W float64 }

type lanesPicture struct {
	scale
	Lanes  []lane
	Height int
	Lines  []hour
}

type hour struct {
	X     float64
	Label string
}

var picture = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("lanes").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" font-family="system-ui, sans-serif" font-size="12">
<style>text{fill:#55606a}.l{stroke:#c9d0d6}.g{stroke:#e4e8eb}.h{fill:#8fc3a3}.o{fill:#1d6b3a}.x{fill:#b3261e}@media (prefers-color-scheme:dark){text{fill:#a9b4bd}.l{stroke:#3a444c}.g{stroke:#262e34}.h{fill:#2f6b46}.o{fill:#86d9a2}.x{fill:#ff8f86}}</style>
{{range .Lines}}<line class="g" x1="{{.X}}" x2="{{.X}}" y1="4" y2="{{$.Height}}"/><text x="{{.X}}" y="14" text-anchor="middle">{{.Label}}</text>
{{end}}{{range .Lanes}}<g transform="translate(0 {{.Y}})"><text x="0" y="17">{{.Name}}</text><line class="l" x1="{{$.Left}}" x2="{{$.Right}}" y1="13" y2="13"/>
{{range .Held}}<rect class="h" x="{{.X}}" y="11" width="{{.W}}" height="4"/>{{end}}
{{range .Ticks}}{{if .OK}}<rect class="o" x="{{.X}}" y="8" width="3" height="10" rx="1"/>{{else}}<path class="x" transform="translate({{.X}} 13)" d="M-4.5-6 0-1.5 4.5-6 6-4.5 1.5 0 6 4.5 4.5 6 0 1.5-4.5 6-6 4.5-1.5 0-6-4.5z"/>{{end}}{{end}}</g>
{{end}}</svg>
`))
})

func (c *Console) lanesPicture(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	all := judgeAll(c.cfg.Broker.Grants(), c.cfg.Now())
	c.draw(w, r, op, all[:min(len(all), lanesShown)])
}

func (c *Console) lanePicture(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	g, err := c.grantNamed(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	c.draw(w, r, op, []verdict{judge(g, c.cfg.Now())})
}

func (c *Console) draw(w http.ResponseWriter, r *http.Request, op operator.Operator, all []verdict) {
	now := c.cfg.Now()
	p := lanesPicture{scale: wide, Height: 24 + laneHeight*len(all)}
	if r.URL.Query().Has("narrow") {
		p.scale = narrow
	}
	for h := 24; h >= 0; h -= p.scale.Hours {
		label := fmt.Sprintf("%d h ago", h)
		if h == 0 {
			label = "now"
		}
		p.Lines = append(p.Lines, hour{p.place(now.Add(-time.Duration(h)*time.Hour), now), label})
	}
	for i, v := range all {
		attempts, err := c.cfg.Broker.Attempts(r.Context(), v.Grant.ID, shownAttempts)
		if err != nil {
			c.fail(w, r, op, asProblem(err), "")
			return
		}
		l := p.lane(v, attempts, now)
		l.Y = 20 + i*laneHeight
		p.Lanes = append(p.Lanes, l)
	}
	var buf bytes.Buffer
	if err := picture().Execute(&buf, p); err != nil {
		http.Error(w, "the picture cannot be drawn", http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox") // its own style alone
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(buf.Bytes())
}

// lane draws what the attempts tell: an answer that worked held for an hour, at most until now.
func (s scale) lane(v verdict, attempts []broker.Attempt, now time.Time) lane {
	l := lane{Name: shorten(v.Grant.Name, s.Letters)}
	for _, a := range attempts {
		if now.Sub(a.At) > laneSpan {
			continue
		}
		ok := a.Outcome == broker.Granted
		l.Ticks = append(l.Ticks, tick{s.place(a.At, now), ok})
		if ok {
			until := a.At.Add(time.Hour)
			if until.After(now) {
				until = now
			}
			l.Held = append(l.Held, stretch{s.place(a.At, now), s.place(until, now) - s.place(a.At, now)})
		}
	}
	return l
}

// place is where a moment of the last 24 hours stands.
func (s scale) place(t, now time.Time) float64 {
	x := float64(s.Left) + float64(s.Right-s.Left)*(1-float64(now.Sub(t))/float64(laneSpan))
	return float64(int(x*10)) / 10
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
