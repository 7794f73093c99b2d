package cli

import (
	"fmt"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// devSite is the demo world's Site ID.
const devSite = "lockkeeper-20"

// linkTagged keeps a Site ID and asks for three links: one of its country, one of another, and one that Amazon's API made.
func (w *walk) linkTagged() (string, error) {
	kept, err := w.client.Sites(w.ctx)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(kept, func(s api.Site) bool { return s.SiteID == devSite }) {
		if _, err := w.client.AddSite(w.ctx, api.NewSite{SiteID: devSite, Country: "US"}); err != nil {
			return "", err
		}
	}
	const plain, elsewhere, vended = "https://www.amazon.com/dp/B08N5WRWNW", "https://www.amazon.de/dp/B08N5WRWNW",
		"https://www.amazon.com/dp/B08N5WRWNW?tag=other-20&linkCode=ogi&th=1&psc=1"
	links, err := w.client.TagLinks(w.ctx, api.TagLinks{URLs: []string{plain, elsewhere, vended}, Replace: true})
	if err != nil {
		return "", err
	}
	for i, want := range []struct{ outcome, link string }{{"tagged", plain + "?tag=" + devSite}, {"refused", elsewhere}, {"vended", vended}} {
		if got := links[i]; got.Outcome != want.outcome || got.Link != want.link {
			return "", fmt.Errorf("%s was %s and became %s", got.URL, got.Outcome, got.Link)
		}
	}
	return fmt.Sprintf("%s; refused on amazon.de, where it earns nothing; the API's own link untouched", links[0].Link), nil
}
