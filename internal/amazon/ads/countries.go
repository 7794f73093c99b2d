package ads

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

//go:embed countries.toml
var countriesText []byte

// A Country is one where Amazon has advertising, and what a profile there usually says.
type Country struct {
	Code        string       `toml:"code"` // as /v2/profiles writes it: UK, not GB
	Region      canon.Region `toml:"region"`
	Marketplace string       `toml:"marketplace"`
	Currency    string       `toml:"currency"`
	Timezone    string       `toml:"timezone"`
}

// countries reads the embedded table once.
var countries = sync.OnceValue(func() []Country {
	var file struct {
		Country []Country `toml:"country"`
	}
	if err := toml.Unmarshal(countriesText, &file); err != nil {
		panic(err)
	}
	return file.Country
})

// Countries lists all countries, by region.
func Countries() []Country { return append([]Country(nil), countries()...) }

// CountryOf finds a country by its code in either spelling of the United Kingdom, or by its marketplace id.
func CountryOf(code string) (Country, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if code == "GB" {
		code = "UK"
	}
	for _, c := range countries() {
		if c.Code == code || c.Marketplace == code {
			return c, true
		}
	}
	return Country{}, false
}
