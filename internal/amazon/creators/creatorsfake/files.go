package creatorsfake

import (
	"crypto/md5" // what Amazon names its files by; it protects nothing
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// downloads is the host of feeds and reports. The real one is unknown; Amazon's other downloads come from S3.
const downloads = "creatorsapi-sbx-downloads.s3.amazonaws.com"

// fileLife is how long a download's address works.
const fileLife = 5 * time.Minute

// A file is a feed or a report. What the real ones hold is unknown (creators-paapi-aws 12), so these are plain CSV.
type file struct {
	name, kind, text string
	at               time.Time
}

func (a file) sum() string {
	sum := md5.Sum([]byte(a.text)) //nolint:gosec
	return hex.EncodeToString(sum[:])
}

// feeds are those of a marketplace, made each night at three.
func (v *visit) feeds() []file {
	made := night(v.x.Now, 3)
	country := strings.ToLower(v.market.country)
	return []file{
		{"sbx-" + country + "-products", "PRODUCT_FEEDS", v.f.catalogue.csv(v.market, false), made},
		{"sbx-" + country + "-deals", "DEALS_FEEDS", v.f.catalogue.csv(v.market, true), made},
	}
}

// reports are yesterday's, made each morning at six.
func (v *visit) reports() []file {
	made := night(v.x.Now, 6)
	day := made.Format(time.DateOnly)
	tag := v.claims.Credential.Affiliate.Tags(v.market.suffix)[0]
	return []file{
		{"earnings_" + day + ".csv", "CREATOR_CENTRAL", "date,tracking_id,items_shipped,earnings,currency\n" + day + "," + tag + ",12,8.40," + v.market.currency + "\n", made},
		{"connections_" + day + ".csv", "CREATOR_CONNECTIONS", "date,campaign,clicks\n" + day + ",Sandbox campaign,41\n", made},
	}
}

func night(now time.Time, hour int) time.Time {
	at := now.UTC().Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour)
	if at.After(now) {
		at = at.Add(-24 * time.Hour)
	}
	return at
}

// csv lists what a marketplace sells.
func (c *catalogue) csv(m market, deals bool) string {
	var b strings.Builder
	b.WriteString("asin,title,price,currency\n")
	for _, p := range c.products {
		if p.sold(m) && (p.deal || !deals) {
			fmt.Fprintf(&b, "%s,%q,%s,%s\n", p.asin, p.title, strconv.FormatFloat(m.amount(m.price(p.cents)), 'f', -1, 64), m.currency)
		}
	}
	return b.String()
}

func (f *fake) listFeeds(v *visit) kit.Response {
	type feed struct {
		Name    string `json:"feedName"`
		Type    string `json:"feedType"`
		Updated string `json:"lastUpdated"`
		MD5     string `json:"md5"`
		Size    int    `json:"size"`
	}
	out := struct {
		Feeds []feed `json:"feeds"`
	}{[]feed{}}
	for _, a := range v.feeds() {
		out.Feeds = append(out.Feeds, feed{a.name, a.kind, a.at.Format(time.RFC3339), a.sum(), len(a.text)})
	}
	return v.answer(out)
}

func (f *fake) listReports(v *visit) kit.Response {
	type report struct {
		Name     string `json:"filename"`
		Modified string `json:"lastModified"`
		MD5      string `json:"md5"`
		Type     string `json:"reportType"`
		Size     int    `json:"size"`
	}
	out := struct {
		Reports []report `json:"reports"`
	}{[]report{}}
	for _, a := range v.reports() {
		out.Reports = append(out.Reports, report{a.name, a.at.Format(time.RFC3339), a.sum(), a.kind, len(a.text)})
	}
	return v.answer(out)
}

func (f *fake) getFeed(v *visit) kit.Response {
	return v.fileNamed("feeds", v.in.FeedName, v.in.FeedType, v.feeds())
}

func (f *fake) getReport(v *visit) kit.Response {
	return v.fileNamed("reports", v.in.Filename, v.in.ReportType, v.reports())
}

// fileNamed answers with an address that works for some minutes and needs no token.
func (v *visit) fileNamed(kind, name, of string, all []file) kit.Response {
	for _, a := range all {
		if a.name != name || of != "" && of != a.kind {
			continue
		}
		key := v.market.country + "~" + v.claims.Credential.Affiliate.Key + "~" + name
		date := v.x.Now.UTC().Format("20060102T150405Z")
		return v.answer(struct {
			URL string `json:"url"`
		}{"https://" + downloads + "/creators-downloads/" + kind + "/" + key + "?X-Amz-Date=" + date + "&X-Amz-Expires=" +
			strconv.Itoa(int(fileLife.Seconds())) + "&X-Amz-Signature=" + v.f.sign(kind, key, date)})
	}
	return v.f.refuse(v.x, nothing(strings.ToUpper(kind[:1])+kind[1:len(kind)-1], name, "The requested resource was not found."))
}

func (f *fake) sign(kind, key, date string) string {
	return f.world.Hex("creators download "+kind+" "+key+" "+date, 64)
}

// download serves a file to whoever has its address, as long as that works.
func (f *fake) download(x *kit.Exchange) kit.Response {
	key, date := x.Var("name"), x.Query().Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", date)
	if err != nil || x.Query().Get("X-Amz-Signature") != f.sign(x.Var("kind"), key, date) || x.Now.After(at.Add(fileLife)) {
		x.Effect, x.Error = "refused", "AccessDenied"
		return kit.Text(http.StatusForbidden, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
	}
	parts := strings.SplitN(key, "~", 3)
	v := &visit{f: f, x: x}
	for _, m := range markets {
		if m.country == parts[0] {
			v.market = m
		}
	}
	for _, c := range f.world.Affiliates.Credentials() {
		if len(parts) == 3 && c.Affiliate.Key == parts[1] {
			v.claims.Credential = c
		}
	}
	if v.market.site == "" || v.claims.Credential == nil {
		return kit.Text(http.StatusNotFound, "application/xml", "")
	}
	for _, a := range append(v.feeds(), v.reports()...) {
		if a.name == parts[2] {
			return kit.Text(http.StatusOK, "text/csv", a.text)
		}
	}
	return kit.Text(http.StatusNotFound, "application/xml", "")
}
