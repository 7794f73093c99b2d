package canon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Money is an exact amount of a currency: a count of millionths of its unit. As JSON it is {"amount":"12.34","currency":"EUR"}, the amount as
// a decimal string, since that alone loses nothing of what any advertising platform sends (contract ads-model 1.6). It never passes through a
// floating-point number.
type Money struct {
	Micros   int64  // millionths of one unit of Currency
	Currency string // ISO 4217, e.g. "EUR"; may be empty where the account's is meant
}

const micros = 1_000_000

var errAmount = errors.New("an amount is a decimal number with up to six places, such as 12.34")

// ParseMoney reads a decimal number of a currency's whole units, such as "12.34" or "-0.000001". An exponent is read too, as some JSON writers
// make one; what is finer than a millionth is refused, never rounded.
func ParseMoney(amount, currency string) (Money, error) {
	n, err := parseMicros(amount)
	return Money{Micros: n, Currency: currency}, err
}

func parseMicros(s string) (int64, error) {
	if n, ok := usualMicros(s); ok {
		return n, nil
	}
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e < -30 || e > 30 {
			return 0, errAmount
		}
		mantissa, exponent = s[:i], e
	}
	digits := strings.TrimPrefix(mantissa, "-")
	negative := len(digits) < len(mantissa)
	whole, part, dotted := strings.Cut(digits, ".")
	if whole == "" || dotted && part == "" || strings.Trim(whole+part, "0123456789") != "" || len(whole)+len(part) > 64 {
		return 0, errAmount
	}
	all := strings.TrimLeft(whole+part, "0")
	places := len(part) - exponent // of all's digits that stand behind the point
	for places < 6 && all != "" {
		all, places = all+"0", places+1
	}
	for places > 6 && strings.HasSuffix(all, "0") {
		all, places = all[:len(all)-1], places-1
	}
	switch {
	case all == "":
		return 0, nil
	case places > 6:
		return 0, errAmount
	}
	if negative {
		all = "-" + all
	}
	n, err := strconv.ParseInt(all, 10, 64)
	if err != nil {
		return 0, errAmount
	}
	return n, nil
}

// usualMicros reads an amount as nearly all are written: a few digits, and a few more behind a point.
func usualMicros(s string) (n int64, ok bool) {
	places, point := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n, places = n*10+int64(c-'0'), places+point
		case c == '.' && point == 0 && i > 0:
			point = 1
		default:
			return 0, false
		}
	}
	if s == "" || len(s) > 12 || places > 6 || point == 1 && places == 0 {
		return 0, false
	}
	for ; places < 6; places++ {
		n *= 10
	}
	return n, true
}

// Amount is the decimal number of whole units, with at least two places: "12.34", "10.00", "0.000001".
func (m Money) Amount() string {
	var room [32]byte
	return string(m.AppendAmount(room[:0]))
}

// AppendAmount appends Amount to b.
func (m Money) AppendAmount(b []byte) []byte {
	n := uint64(m.Micros)
	if m.Micros < 0 {
		b, n = append(b, '-'), -n
	}
	b = append(strconv.AppendUint(b, n/micros, 10), '.')
	at := len(b)
	b = append(b, "000000"...)
	for i, rest := 5, n%micros; rest > 0; i, rest = i-1, rest/10 {
		b[at+i] = byte('0' + rest%10)
	}
	for len(b) > at+2 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// Number is the amount as a JSON number, for Unified's fields that are one. Its digits are exact; what a reader makes of them is its own matter.
func (m Money) Number() json.Number { return json.Number(m.Amount()) }

// IsZero reports that there is neither amount nor currency.
func (m Money) IsZero() bool { return m == Money{} }

// String implements fmt.Stringer: "12.34 EUR".
func (m Money) String() string { return strings.TrimSpace(m.Amount() + " " + m.Currency) }

type moneyJSON struct {
	Amount   json.RawMessage `json:"amount"`
	Currency string          `json:"currency,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (m Money) MarshalJSON() ([]byte, error) {
	b := m.AppendAmount([]byte(`{"amount":"`))
	if m.Currency == "" {
		return append(b, `"}`...), nil
	}
	c, err := json.Marshal(m.Currency)
	if err != nil {
		return nil, fmt.Errorf("writing a currency: %w", err)
	}
	return append(append(append(b, `","currency":`...), c...), '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler. The amount may be a string or a number.
func (m *Money) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	var w moneyJSON
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("reading an amount of money: %w", err)
	}
	n, err := parseMicros(strings.Trim(string(w.Amount), `"`))
	if err != nil {
		return err
	}
	*m = Money{Micros: n, Currency: w.Currency}
	return nil
}
