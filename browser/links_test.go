//go:build browser

package browser_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

// TestStory_Links: a Site ID is kept, links get it, what would not earn is refused, and sales become dates.
func TestStory_Links(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	b.visit("/links")
	b.shows("None is kept yet")
	b.fill("Site ID", "mysite-21")
	b.choose("Country", "United States")
	b.follow("button", "Keep it")
	b.shows("belongs to another country than the link")
	b.empty("site")
	b.fill("Site ID", "mysite-20")
	b.fill("Day of the sign-up", "2026-01-05")
	b.follow("button", "Keep it")
	b.shows("Kept. Links of its country get it from now on.", "www.amazon.com", "3 sales were due by 2026-07-04")

	b.fill("Addresses at Amazon", "https://www.amazon.com/dp/B08N5WRWNW https://www.amazon.de/dp/B08N5WRWNW https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&linkCode=ogi")
	b.follow("button", "Tag them")
	b.shows("https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", "tagged", "refused", "made by Amazon’s API, not touched")
	b.picture("links-tagged")

	today := k.Sandbox.Now().UTC()
	b.visit("/links")
	b.empty("day-mysite-20")
	b.fill("Sales on", today.AddDate(0, 0, -9).Format("2006-01-02"))
	b.fill("were", "12")
	b.follow("button", "Note the sales of mysite-20")
	b.shows("Noted.", "12 sales in the last 30 days; safe until "+today.AddDate(0, 0, 20).Format("2006-01-02"))
	b.picture("links")
	b.follow("link", "Forget mysite-20")
	b.follow("button", "Forget mysite-20")
	b.shows("Forgotten.", "None is kept yet")
}

// empty takes away what stands in a field.
func (b *chrome) empty(id string) {
	b.t.Helper()
	b.script(`(document.getElementById("` + id + `").value = "")`)
}
