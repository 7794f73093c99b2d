package report

import (
	"reflect"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// Described is what the description of the API needs to know of reports.
func Described() unified.ReportTypes {
	return unified.ReportTypes{
		Ask: reflect.TypeFor[Ask](), Status: reflect.TypeFor[Status](), Long: reflect.TypeFor[Long](), Kept: reflect.TypeFor[Shelved](), Attribution: reflect.TypeFor[canon.ReportAttribution](),
		Row: rowFields(), Metrics: metricFields(), Files: []string{CSV.Type(), Parquet.Type()},
	}
}

type schema = map[string]any

// rowFields are the fields of a row besides its metrics and its attribution, as appendJSON writes them.
func rowFields() schema {
	text, day := schema{"type": "string"}, schema{"type": "string", "format": "date"}
	all := schema{
		"start_date": day, "end_date": day, "level": text, "timezone": text, "country": text, "currency": text, "is_final": schema{"type": "boolean"},
		"fetched_at": schema{"type": "string", "format": "date-time"},
	}
	for _, k := range keys() {
		all[k.name] = text
	}
	all["date"] = day
	return all
}

// metricFields are those of a row's metrics. What Amazon does not tell is absent.
func metricFields() schema {
	all := schema{}
	for _, m := range canon.ReportMetrics() {
		switch {
		case m.Money:
			all[m.Name] = schema{"type": "string", "description": "a decimal number, exact, of the row's currency"}
		case m.Ratio:
			all[m.Name] = schema{"type": "number"}
		default:
			all[m.Name] = schema{"type": "integer"}
		}
	}
	return all
}
