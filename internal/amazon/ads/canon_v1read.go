package ads

import (
	"encoding/json"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A reading reads objects out of the middle of a page, straight into the model, in one pass and without a struct of the wire between. What an
// object usually refers to stands beside it, in one piece of memory, which the reading's next object takes again. Whether all went well is
// for the scan to say.
type reading interface {
	object(s *scan, v *view) canon.AdsObject
}

// common reads one of the keys that everything in v1 has (ads-lwa 6.3).
func (s *scan) common(v *view, to *canon.AdsCommon, channel *canon.Channel, key []byte) bool {
	switch string(key) {
	case "adProduct":
		s.text((*string)(channel))
	case "state":
		var state string
		s.text(&state)
		to.Status = statusOf(state)
	case "status":
		var delivery string
		s.object(func(key []byte) bool {
			switch string(key) {
			case "deliveryStatus":
				s.text(&delivery)
			case "deliveryReasons":
				s.texts(&to.EffectiveReasons)
			default:
				return false
			}
			return true
		})
		to.EffectiveStatus = effective(delivery, to.EffectiveReasons, v.meaning)
	case "creationDateTime":
		s.instant(&to.CreatedAt)
	case "lastUpdatedDateTime":
		s.instant(&to.UpdatedAt)
	case "tags":
		s.array(func() {
			var name, value string
			s.object(s.pair("key", &name, "value", &value))
			if to.Tags == nil {
				to.Tags = map[string]string{}
			}
			to.Tags[name] = value
		})
	default:
		return false
	}
	return true
}

// some is a list, or none where it is empty.
func some[T any](all []T) []T {
	if len(all) == 0 {
		return nil
	}
	return all
}

// instant reads a time.
func (s *scan) instant(to *time.Time) {
	var text string
	if s.text(&text); text == "" {
		return
	}
	t, err := instant(text)
	if err != nil {
		s.fail()
		return
	}
	*to = t
}

// day reads an instant as the account's day.
func (s *scan) day(v *view, to *canon.Day) {
	var text string
	if s.text(&text); text == "" {
		return
	}
	d, err := v.dayOf(text)
	if err != nil {
		s.fail()
		return
	}
	*to = d
}

// money is an amount of the account's currency. It may be put into own, where that is given.
func (s *scan) money(v *view, n json.Number, currency string, own *canon.Money) *canon.Money {
	if n == "" || s.bad {
		return nil
	}
	if currency == "" {
		currency = v.account.Currency
	}
	m, err := canon.ParseMoney(string(n), currency)
	switch {
	case err != nil:
		s.fail()
		return nil
	case own == nil:
		own = &canon.Money{}
	}
	*own = m
	return own
}
