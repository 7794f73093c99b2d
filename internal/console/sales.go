package console

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

// warnDays is how near the end of a rule is before it is shown as a warning.
const warnDays = 7

// standingOf puts a site's standing into words.
func standingOf(s sites.Site, now time.Time) siteRow {
	st := s.On(now)
	row := siteRow{Site: s, AccountL: off, APIL: off, Account: "Nobody said when the account was signed up.", API: "No sales were entered yet, so nothing can be said."}
	if m, ok := associates.MarketplaceOf(s.Country); ok {
		row.Host = m.Host()
	}
	if u := st.SignUp; u != nil {
		row.Account, row.AccountL = accountWords(u, st.Told)
	}
	if st.Told {
		row.API, row.APIL = apiRule(st.API)
	}
	for i := len(s.Sales) - 1; i >= 0 && len(row.Newest) < 10; i-- {
		row.Newest = append(row.Newest, s.Sales[i])
	}
	return row
}

func accountWords(u *sites.SignUp, told bool) (says, level string) {
	by := u.By.Format(time.DateOnly)
	switch {
	case !u.Open() && u.By.IsZero():
		return "Accepted on " + u.Met.Format(time.DateOnly) + ".", fine
	case !u.Open():
		return fmt.Sprintf("The %d sales of the first %d days were there on %s.", sites.SignUpSales, sites.SignUpDays, u.Met.Format(time.DateOnly)), fine
	case u.DaysLeft < 0 && !told:
		return fmt.Sprintf("%d sales were due by %s; none were entered here.", sites.SignUpSales, by), warn
	case u.DaysLeft < 0:
		return fmt.Sprintf("%d of %d sales came by %s. Amazon closes such an account; one can sign up again.", u.Has, sites.SignUpSales, by), bad
	case u.DaysLeft < 30:
		return fmt.Sprintf("%d of %d sales; the others are due by %s, in %d days.", u.Has, sites.SignUpSales, by, u.DaysLeft), warn
	}
	return fmt.Sprintf("%d of %d sales; the others are due by %s, in %d days.", u.Has, sites.SignUpSales, by, u.DaysLeft), off
}

func apiRule(a sites.API) (says, level string) {
	switch {
	case a.Missing > 0:
		return fmt.Sprintf("%d of %d sales in the last %d days: %d missing, so the Creators API refuses.", a.Has, sites.APISales, sites.APIDays, a.Missing), bad
	case a.DaysSafe <= warnDays:
		return fmt.Sprintf("%d sales in the last %d days; fewer than %d after %s if nothing more is sold.", a.Has, sites.APIDays, sites.APISales, a.SafeUntil.Format(time.DateOnly)), warn
	}
	return fmt.Sprintf("%d sales in the last %d days; safe until %s if nothing more is sold.", a.Has, sites.APIDays, a.SafeUntil.Format(time.DateOnly)), fine
}

// siteSentence says on the overview how links fare.
func siteSentence(all []sites.Site, now time.Time) sentence {
	s := sentence{Level: off, Kind: "Site IDs", Says: "none yet; links to Amazon earn only with one.", To: "/links"}
	if len(all) == 0 {
		return s
	}
	s.Level, s.Says = fine, count(len(all), "is kept.", "are kept.")
	for _, x := range all {
		row := standingOf(x, now)
		for _, r := range []struct{ says, level string }{{row.Account, row.AccountL}, {row.API, row.APIL}} {
			if r.level == bad || r.level == warn && s.Level != bad {
				s.Level, s.Says = r.level, x.Tag+": "+lowerFirst(r.says)
			}
		}
	}
	return s
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// The picture of a store's sales: how many each 30 days held, day by day, with the line of 10; right of today, what is left of them if
// nothing more is sold. The table beside it holds the days themselves.
const (
	salesBack    = 60 // days shown before today
	salesAhead   = sites.APIDays
	salesTop     = 16
	salesBottom  = 116
	salesHighest = 20 // the scale's least height, so that ten stands in the middle
)

type salesPicture struct {
	scale
	Past, Ahead string // points of the two lines
	Bars        []bar
	Wall        float64 // height of the line of 10
	Today       float64
	Marks       []hour
	Height      int
}

type bar struct{ X, Y, W, H float64 }

var salesSVG = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("sales").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" font-family="system-ui, sans-serif" font-size="12">
<style>text{fill:#55606a}.g{stroke:#c9d0d6}.b{fill:#b9c4cc}.p{fill:none;stroke:#1d6b3a;stroke-width:2.5}.a{fill:none;stroke:#1d6b3a;stroke-width:2;stroke-dasharray:5 4}.w{stroke:#b3261e;stroke-dasharray:2 3}.t{stroke:#55606a}@media (prefers-color-scheme:dark){text{fill:#a9b4bd}.g{stroke:#3a444c}.b{fill:#46525b}.p,.a{stroke:#86d9a2}.w{stroke:#ff8f86}.t{stroke:#a9b4bd}}</style>
{{range .Bars}}<rect class="b" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"/>
{{end}}<line class="g" x1="{{.Left}}" x2="{{.Right}}" y1="116" y2="116"/>
<line class="w" x1="{{.Left}}" x2="{{.Right}}" y1="{{.Wall}}" y2="{{.Wall}}"/><text x="{{.Left}}" y="{{.Wall}}" dx="-6" dy="4" text-anchor="end">10</text>
<line class="t" x1="{{.Today}}" x2="{{.Today}}" y1="10" y2="116"/>
<polyline class="p" points="{{.Past}}"/><polyline class="a" points="{{.Ahead}}"/>
{{range .Marks}}<text x="{{.X}}" y="132" text-anchor="middle">{{.Label}}</text>{{end}}
</svg>
`))
})

func (c *Console) salesPicture(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	s, err := c.cfg.Sites.Named(r.Context(), r.PathValue("name"))
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	sc := scale{Left: 34, Right: 675, Width: 700}
	if r.URL.Query().Has("narrow") {
		sc = scale{Left: 28, Right: 312, Width: 330}
	}
	var buf bytes.Buffer
	if err := salesSVG().Execute(&buf, drawSales(s, sites.Day(c.cfg.Now()), sc)); err != nil {
		http.Error(w, "the picture cannot be drawn", http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox") // its own style alone
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(buf.Bytes())
}

func drawSales(s sites.Site, today time.Time, sc scale) salesPicture {
	p := salesPicture{scale: sc, Height: 140}
	byDay := map[time.Time]int{}
	for _, x := range s.Sales {
		if !x.Day.After(today) {
			byDay[x.Day] += x.Count
		}
	}
	// held is how many sales the 30 days up to a day had, for every day that is drawn.
	held := make([]int, salesBack+salesAhead+1)
	high := salesHighest
	for i := range held {
		for d := range sites.APIDays {
			held[i] += byDay[today.AddDate(0, 0, i-salesBack-d)]
		}
		high = max(high, held[i])
	}
	x := func(i int) float64 {
		return tenth(float64(sc.Left) + float64(sc.Right-sc.Left)*float64(i)/float64(len(held)-1))
	}
	y := func(n int) float64 {
		return tenth(salesBottom - float64(salesBottom-salesTop)*float64(n)/float64(high))
	}
	for i, n := range held {
		point := fmt.Sprintf("%g,%g ", x(i), y(n))
		if i <= salesBack {
			p.Past += point
		}
		if i >= salesBack {
			p.Ahead += point
		}
		if sold := byDay[today.AddDate(0, 0, i-salesBack)]; sold > 0 {
			p.Bars = append(p.Bars, bar{x(i) - 1.5, y(sold), 3, tenth(salesBottom - y(sold))})
		}
	}
	p.Wall, p.Today = y(sites.APISales), x(salesBack)
	for _, i := range []int{0, 30, salesBack, salesBack + salesAhead} {
		p.Marks = append(p.Marks, hour{x(i), today.AddDate(0, 0, i-salesBack).Format("2 Jan")})
	}
	return p
}

func tenth(f float64) float64 { return float64(int(f*10)) / 10 }
