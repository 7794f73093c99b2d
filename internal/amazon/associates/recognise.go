package associates

import (
	"regexp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// pastedTag is the form of store ids and tracking ids alike (creators-paapi-aws 4.1).
var pastedTag = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,60}-2[0-9]$`)

// pastedEndings tell the part of the world, weakly: what is not listed says nothing.
var pastedEndings = map[string]struct {
	region canon.Region
	where  string
}{
	"20": {canon.NA, "the ending -20 is that of the United States, Canada, Mexico and Brazil"},
	"21": {canon.EU, "the ending -21 is that of Europe, the Middle East and India"},
	"22": {canon.FE, "the ending -22 is that of Japan, Australia and probably Singapore"},
}

// Recognise knows store ids and tracking ids. They are public: they stand in every link.
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	if len(s) > 64 || len(s) < 5 || s[len(s)-3] != '-' || !pastedTag.MatchString(s) {
		return amazon.Part{}, false
	}
	named := p.Named("tag", "partner_tag", "partnertag", "associate_tag", "store_id", "storeid", "store", "tracking_id", "trackingid", "site_id", "associate", "partner")
	if !named && p.Name != "" {
		return amazon.Part{}, false // a name that says something else, such as a host or a version
	}
	part := amazon.Part{Program: "associates", Kind: "site-id", Role: amazon.TheWhole, Sure: amazon.Named, Hint: true}
	if e, ok := pastedEndings[s[len(s)-2:]]; ok {
		part.Region, part.Notes = string(e.region), []string{e.where}
	} else {
		part.Notes = []string{"the ending -" + s[len(s)-2:] + " is that of no country Lockkeeper knows"}
	}
	return part, true
}
