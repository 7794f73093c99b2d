package keytest_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestReportsAreAsDescribed holds the bodies of reports against the description: what it does not name is not there, and what is there has
// the type that it says.
func TestReportsAreAsDescribed(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	_, text := r.do("GET", "openapi.json", nil, nil)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(name string, body any) {
		t.Helper()
		s := doc.Components.Schemas[name]
		if s == nil {
			t.Fatalf("there is no schema %s", name)
		}
		known(t, name, s.Value, body)
		if err := s.Value.VisitJSON(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	read := func(text []byte) (v any) {
		t.Helper()
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v in %.200s", err, text)
		}
		return v
	}
	org := profileIn(t, r.grant, "DE")
	var metrics []string
	for name := range doc.Components.Schemas["ReportRow"].Value.Properties["metrics"].Value.Properties {
		metrics = append(metrics, name)
	}
	ask := r.ask(3, object{
		"org_ids": []string{org}, "level": "SEARCH_TERM", "granularity": "DAY", "metrics": metrics, "channels": []string{"SPONSORED_PRODUCTS"},
		"filters": object{"campaign_ids": []string{}}, "attribution": object{"window_days": 14, "basis": "CLICK", "scope": "ALL"}, "keep": false, "refresh": false,
	})
	sent, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	holds("ReportAsk", read(sent))
	s := r.begin("shop", ask)
	_, text = r.do("GET", "shop/report/"+s.ID, nil, nil)
	holds("ReportStatus", read(text))
	s = r.ended("shop", s)
	_, text = r.do("GET", "shop/report/"+s.ID, nil, nil)
	holds("ReportStatus", read(text))
	seen := 0
	_, text = r.do("GET", "shop/report/"+s.ID+"/rows", nil, nil)
	for _, row := range read(text).([]any) {
		seen = max(seen, len(row.(object)["metrics"].(object)))
		holds("ReportRow", row)
	}
	if seen < 20 {
		t.Errorf("no row has more than %d of %d metrics", seen, len(metrics))
	}
	kept := r.ended("shop", r.begin("shop", r.ask(3, object{"org_ids": []string{org}, "level": "SEARCH_TERM"}))) // every channel
	_, text = r.do("GET", fmt.Sprintf("shop/report?level=SEARCH_TERM&dimension=DATE&org_id=%s&start_gte=%s&end_lt=%s", org, ask["start_date"], ask["end_date"]), nil, nil)
	list, ok := read(text).([]any)
	_, shelves := r.do("GET", "shop/report/kept", nil, nil)
	if all, ok := read(shelves).([]any); !ok || len(all) == 0 {
		t.Errorf("%s", shelves)
	} else {
		holds("ReportShelved", all[0])
	}
	if !ok || len(list) == 0 || kept.Status != "done" {
		t.Fatalf("%+v: %.300s", kept, text)
	}
	for _, long := range list {
		holds("ReportLong", long)
	}
}

// known wants every field of a body among the properties of its schema, and of those inside it.
func known(t *testing.T, where string, s *openapi3.Schema, body any) {
	t.Helper()
	switch v := body.(type) {
	case map[string]any:
		for name, inside := range v {
			p := s.Properties[name]
			if p == nil {
				t.Errorf("%s.%s is not described", where, name)
				continue
			}
			known(t, where+"."+name, p.Value, inside)
		}
	case []any:
		for _, one := range v {
			if s.Items == nil {
				t.Fatalf("%s is no list", where)
			}
			known(t, where, s.Items.Value, one)
		}
	}
}
