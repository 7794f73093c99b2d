package ads

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// holes are those in which the items of a collection differ, as an account's rows say them.
type holes func(*view) []stencil.Hole

// sample is the nth text that no object has.
func sample(nth int) string { return fmt.Sprintf("vq%dzjx", 1000+nth) }

// textHole is of a text that rows say as it is; idHole of the item's own id.
func textHole(key string, what canon.AdsMarked) stencil.Hole {
	return stencil.Hole{Key: key, Sample: func(nth int) string { return key + sample(nth) }, Mark: what}
}

func idHole(key string) stencil.Hole {
	h := textHole(key, canon.MarkedID)
	h.Own = true
	return h
}

// instantHole is of a time that rows say as it is, since Amazon writes it as they do.
func instantHole(key string, second int) stencil.Hole {
	return stencil.Hole{Key: key, Fits: instantAsSaid, Sample: func(nth int) string {
		return time.Date(1999, time.March, 1+nth, 4, 5, second, 0, time.UTC).Format(time.RFC3339)
	}}
}

// dayHole is of an instant of which rows say the day, and a moment of that day.
func dayHole(key string, what canon.AdsMarked, v *view, year int, moment func(*canon.Place, canon.Day) time.Time) stencil.Hole {
	return stencil.Hole{
		Key: key, Mark: what,
		Sample: func(nth int) string {
			return time.Date(year, time.March, 1+nth, 18, 0, 0, 0, time.UTC).Format(time.RFC3339)
		},
		Says: func(value string) (said [2]string, ok bool) {
			t, err := instant(value)
			if err != nil || t.IsZero() {
				return said, false
			}
			_, usual := usualInstant(value)
			if d := canon.Day(value[:10]); usual && moment(v.place, d).Equal(t) {
				return [2]string{string(d), value}, true // west of Greenwich: the day is the date, and the moment the one that Amazon tells
			}
			d := v.place.DayOf(t)
			at := moment(v.place, d)
			if usual && at.Equal(t) {
				return [2]string{string(d), value}, true
			}
			return [2]string{string(d), at.Format(time.RFC3339)}, !at.IsZero()
		},
	}
}

// amountHole is of an amount of money.
func amountHole(key string, what canon.AdsMarked, whole int) stencil.Hole {
	return stencil.Hole{
		Key: key, Number: true, Few: true, Mark: what, Sample: func(nth int) string { return fmt.Sprintf("%d.%02d", whole, 11+nth) },
		Says: func(value string) (said [2]string, ok bool) {
			m, err := canon.ParseMoney(value, "")
			return [2]string{m.Amount()}, err == nil
		},
	}
}

// percentHole is of a whole number.
func percentHole(key string, what canon.AdsMarked) stencil.Hole {
	return stencil.Hole{
		Key: key, Number: true, Few: true, Mark: what, Sample: func(nth int) string { return strconv.Itoa(716_500_013 + nth) },
		Says: func(value string) (said [2]string, ok bool) {
			n, err := strconv.Atoi(value)
			return [2]string{strconv.Itoa(n)}, err == nil
		},
	}
}

// v1CommonHoles are those of everything in v1.
func v1CommonHoles(own string, more ...stencil.Hole) []stencil.Hole {
	return append(more, idHole(own), instantHole("creationDateTime", 6), instantHole("lastUpdatedDateTime", 7))
}

func v1CampaignHoles(v *view) []stencil.Hole {
	return v1CommonHoles("campaignId", textHole("name", canon.MarkedName), textHole("portfolioId", canon.MarkedPortfolio),
		dayHole("startDateTime", canon.MarkedStart, v, 1997, (*canon.Place).Start), dayHole("endDateTime", canon.MarkedEnd, v, 1998, (*canon.Place).End),
		amountHole("value", canon.MarkedAmount, 7_310_017), amountHole("ruleValue", canon.MarkedNothing, 7_410_017), percentHole("percentage", canon.MarkedPercent),
		textHole("audienceId", canon.MarkedKey))
}

func v1GroupHoles(*view) []stencil.Hole {
	return v1CommonHoles("adGroupId", textHole("campaignId", canon.MarkedCampaign), textHole("name", canon.MarkedName), amountHole("defaultBid", canon.MarkedAmount, 7_310_017))
}

func v1AdHoles(*view) []stencil.Hole {
	return v1CommonHoles("adId", textHole("campaignId", canon.MarkedCampaign), textHole("adGroupId", canon.MarkedGroup), v1PromotedHole("productId", 0), v1PromotedHole("resolvedProductId", 1))
}

// v1PromotedHole is of what is advertised: the product that Amazon makes of a seller's own number is the second of an ad's.
func v1PromotedHole(key string, first int) stencil.Hole {
	h := textHole(key, canon.MarkedPromoted)
	h.First = first
	return h
}

func v1TargetHoles(*view) []stencil.Hole {
	return v1CommonHoles("targetId", textHole("campaignId", canon.MarkedCampaign), textHole("adGroupId", canon.MarkedGroup), amountHole("bid", canon.MarkedAmount, 7_310_017),
		textHole("keyword", canon.MarkedKeyword), textHole("productId", canon.MarkedPromoted))
}
