package unified

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// An object of JSON, whose members are written in the order of their names.
type object = map[string]any

// OpenAPI is the description of this API by OpenAPI 3.1, made of the same tables and types that answer. Its paths are those of the gateway.
func (u *Ads) OpenAPI() ([]byte, error) {
	s := schemas{}
	paths := object{}
	for _, kind := range Kinds() {
		can := Methods{}
		for _, one := range u.Support() {
			if one.Kind == kind {
				m := one.Methods
				can = Methods{can.List || m.List, can.Get || m.Get, can.Create || m.Create, can.Update || m.Update, can.Remove || m.Remove, can.Undo || m.Undo}
			}
		}
		if can.List {
			u.describeKind(paths, s, kind, can)
		}
	}
	paths["/lk/v1/ads/support"] = object{"get": operation("support", "What can be done to each kind of object in each channel", nil, nil, s.of(reflect.TypeFor[[]Support]()))}
	paths["/lk/v1/passthrough/{grant}/{path}"] = describePassthrough()
	if u.cfg.Writer != nil {
		describeLedger(paths, s)
	}
	if u.cfg.Mounts["report"] != nil {
		describeReports(paths, s, u.cfg.Reports)
	}
	s.of(reflect.TypeFor[Failure]())
	text, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Lockkeeper's normalised Ads API", "version": "1",
			"description": "Advertising objects of Amazon Ads in the names of Unified.to's ads category, and more. Send a pass as Bearer token. Where a part of an answer is missing the status is 207, never 200.",
		},
		"security":   []object{{"pass": []string{}}},
		"paths":      paths,
		"components": object{"schemas": s, "securitySchemes": object{"pass": object{"type": "http", "scheme": "bearer"}}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the description: %w", err)
	}
	return append(text, '\n'), nil
}

// describeKind adds the paths of one kind.
func (u *Ads) describeKind(paths object, s schemas, kind canon.AdsKind, can Methods) {
	name := string(kind)
	one := s.of(reflect.TypeOf(canon.NewAds(kind)))
	if canon.NewAds(kind) == nil {
		one = object{"type": "object"}
	}
	grant := parameter("grant", "path", `name of the grant, or "-" for all that the pass may use`)
	place := []object{grant, parameter("id", "path", "its id")}
	var params []object
	for _, p := range Parameters(kind) {
		params = append(params, parameter(p, "query", parameterWords[p]))
	}
	list := object{"get": describeList(s, name, append([]object{grant}, params...), one)}
	each := object{"get": operation("get."+name, "Read one", append(slices.Clone(place), parameter("org_id", "query", parameterWords["org_id"]), parameter("fields", "query", parameterWords["fields"])), nil, one)}
	changing := []object{
		parameter("dry_run", "query", "true tells the exact requests to Amazon and sends none"), parameter("force", "query", "true goes past the spend guard"),
		parameter("org_id", "query", "the account that it is made in"),
		parameter("raw", "query", "a query of what a client has no field for: parameters of this list, fields of the model (targeting_mode=AUTO), or members of Amazon's own object by their paths "+
			"(autoCreationSettings.autoCreateTargets=true); all of it passes the guards that the body does, and must not contradict it"), parameter("Idempotency-Key", "header", "a repeated request with it gets the first one's answer and changes nothing"),
	}
	many := s.of(reflect.TypeFor[Changed]())
	matching := parameter("If-Match", "header", "the etag that the object must still have")
	bulk := func(id, words string, body object, answer object) object {
		return headed(partly(operation(id+name, words, append([]object{grant}, changing...), body, answer), "Some rows were not done, or may not have been; each says why", many), changeHeaders)
	}
	single := func(id, words string, body object) object {
		return headed(operation(id+name, words, slices.Concat(place, changing, []object{matching}), body, object{"anyOf": []object{one, many}}), changeHeaders)
	}
	all := object{"type": "array", "items": one}
	if can.Create {
		list["post"] = bulk("create.", "Make one, or many by a list", object{"oneOf": []object{one, all}}, object{"anyOf": []object{one, many}})
	}
	if can.Update {
		list["put"], list["patch"] = bulk("updateMany.", "Change many", all, many), bulk("patchMany.", "Change many by RFC 7396", all, many)
		each["put"], each["patch"] = single("update.", "Change one: what is given holds", one), single("patch.", "Change one by RFC 7396", one)
	}
	if can.Remove {
		ids := object{"type": "object", "properties": object{"ids": object{"type": "array", "items": object{"type": "string"}}}}
		list["delete"], each["delete"] = bulk("removeMany.", "Archive many, which is final", ids, many), single("remove.", "Archive one, which is final", nil)
	}
	paths["/lk/v1/ads/{grant}/"+name] = list
	paths["/lk/v1/ads/{grant}/"+name+"/{id}"] = each
}

func describePassthrough() object {
	all := object{}
	params := []object{
		parameter("grant", "path", "name of the grant"), parameter("path", "path", "Amazon's own path, such as sp/campaigns/list; its slashes may be escaped"),
		parameter("org_id", "query", "the account, where the grant opens several; it is not sent on"),
	}
	for _, method := range []string{"get", "post", "put", "patch", "delete"} {
		all[method] = operation("passthrough."+method, "Call Amazon's own API; token, host, account header and media type are put on", params, object{}, object{})
	}
	return all
}

func operation(id, summary string, parameters []object, body, answer object) object {
	failure := object{"description": "No, and why", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Failure"}}}}
	op := object{"operationId": id, "summary": summary, "responses": object{
		"200": object{"description": "OK", "content": object{"application/json": object{"schema": answer}}}, "default": failure,
	}}
	if len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if body != nil {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": body}}}
	}
	return op
}

func parameter(name, in, words string) object {
	return object{"name": name, "in": in, "required": in == "path", "description": words, "schema": object{"type": "string"}}
}

// parameterWords say what each parameter of a list means.
var parameterWords = map[string]string{
	"limit": "most objects of the answer, 1 to 10,000; 100 where it is not given", "offset": "objects to pass over; cursor costs less",
	"updated_gte": "changed at this instant or later; what has no such time is told always", "sort": "name, id, status, created_at or updated_at; else the order of accounts and of Amazon's lists",
	"order": "asc or desc", "query": "text in its name, or its id, in any letter case", "fields": "names of fields, separated by commas; raw adds Amazon's own object",
	"raw":    "a query of further parameters, for clients that have none for them: channel=SPONSORED_BRANDS&envelope=true",
	"org_id": "ids of accounts (Ads profiles), separated by commas", "cursor": "where the page before ended: its header Lockkeeper-Next",
	"envelope": "true answers {objects, next, failures, left_out} and not a bare list", "id": "ids, separated by commas",
	"status": "ACTIVE, PAUSED, DRAFT, ARCHIVED; all but ARCHIVED where it is not given", "effective_status": "what it does: SERVING, OUT_OF_BUDGET ...", "goal": "SALES, REACH ...",
	"start_gte": "begins at this instant or later", "end_lt": "ends before this instant; what has no end does not", "channel": "SPONSORED_PRODUCTS, SPONSORED_BRANDS, SPONSORED_DISPLAY",
	"portfolio_id": "ids of portfolios", "campaign_id": "ids of campaigns", "group_id": "ids of ad groups", "io_id": "of insertion orders, which nothing here has",
	"parent_id": "id of what it is in", "type": "its type", "match_type": "EXACT, PHRASE, BROAD ...", "negative": "true or false", "level": "CAMPAIGN or GROUP",
	"kind": "option lists what can be targeted, as Unified's targets are", "country": "as Amazon writes it: UK", "region": "NA, EU or FE",
}

// schemas are the descriptions of Go types, by their names.
type schemas map[string]any

// of describes a type; one with a name is put among the schemas and referred to.
func (s schemas) of(t reflect.Type) object {
	if t == nil {
		return object{}
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.String() {
	case "time.Time":
		return object{"type": "string", "format": "date-time"}
	case "json.RawMessage":
		return object{}
	case "json.Number":
		return object{"type": "number"}
	case "canon.Money":
		return object{"type": "object", "required": []string{"amount"}, "properties": object{"amount": object{"type": "string", "description": "a decimal number, exact"}, "currency": object{"type": "string"}}}
	case "canon.Day":
		return object{"type": "string", "format": "date"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		name := t.Name()
		if strings.HasSuffix(t.PkgPath(), "/report") {
			name = "Report" + name
		}
		if _, known := s[name]; !known {
			s[name] = nil // it may hold itself
			properties := object{}
			s.fields(t, properties)
			s[name] = object{"type": "object", "properties": properties}
		}
		return object{"$ref": "#/components/schemas/" + name}
	}
	return object{}
}

func (s schemas) fields(t reflect.Type, into object) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case f.Anonymous && name == "":
			s.fields(f.Type, into)
		case name != "":
			schema := s.of(f.Type)
			if says := meanings[t.Name()+"."+f.Name]; says != "" {
				schema["description"] = says // beside a $ref too, which OpenAPI 3.1 allows
			}
			into[name] = schema
		}
	}
}
