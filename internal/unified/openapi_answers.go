package unified

import (
	"reflect"
	"slices"
)

// What answers of lists and of changes hold beside their bodies.
var (
	listHeaders = map[string]string{
		HeaderNext: "cursor of the next page; none at the end", "Link": "the next page's address, rel=next", HeaderMissing: "how many lists of accounts could not be read, of how many",
		HeaderLeftOut: "channels that the caller's policy keeps back", HeaderAnew: "true where a sorted list had to be read again since the page before",
	}
	changeHeaders = map[string]string{
		"Lockkeeper-Write": "id of the write in the ledger, by which it is undone", "Idempotency-Replayed": "true where it is the first answer again", "Lockkeeper-Final": "what was archived never comes back",
		"ETag": "mark of the object, for If-Match; of an answer about one object",
	}
)

// headed adds headers to all answers of an operation that are no refusal.
func headed(op object, headers map[string]string) object {
	for status, answer := range op["responses"].(object) {
		if status == "default" {
			continue
		}
		said := object{}
		for name, words := range headers {
			said[name] = object{"description": words, "schema": object{"type": "string"}}
		}
		answer.(object)["headers"] = said
	}
	return op
}

// partly adds the answer of which a part is missing or was not done.
func partly(op object, words string, schema object) object {
	op["responses"].(object)["207"] = object{"description": words, "content": object{"application/json": object{"schema": schema}}}
	return op
}

// describeList is the operation that lists a kind: a bare list, with its envelope, or line by line.
func describeList(s schemas, name string, parameters []object, one object) object {
	envelope := object{"type": "object", "properties": object{
		"objects": object{"type": "array", "items": one}, "next": object{"type": "string", "description": "cursor of the next page; none at the end"},
		"failures": s.of(reflect.TypeFor[[]SourceFailure]()), "left_out": object{"type": "array", "items": object{"type": "string"}},
		"lists": object{"type": "integer", "description": "of accounts and channels that it is made of"}, "anew": object{"type": "boolean"},
	}}
	answer := object{"anyOf": []object{{"type": "array", "items": one}, envelope}}
	op := operation("list."+name, "List objects of the kind "+name, parameters, nil, answer)
	op["responses"].(object)["200"].(object)["content"].(object)["application/x-ndjson"] = object{"schema": object{
		"type": "string", "description": "a line each: object, failure, progress, error, and at the end of a list that is whole end",
	}}
	return headed(partly(op, "Some of the accounts' lists could not be read; the envelope says which", answer), listHeaders)
}

// describeLedger adds the paths of what was changed, and of taking it back.
func describeLedger(paths object, s schemas) {
	grant := parameter("grant", "path", "name of the grant")
	is := parameter("id", "path", "id of the write")
	entry := s.of(reflect.TypeFor[WriteEntry]())
	paths["/lk/v1/ads/{grant}/history"] = object{"get": operation("listWrites", "What was changed, by whom and when, newest first", []object{
		grant, parameter("object", "query", "with a change of the object with this id"), parameter("kind", "query", "of this kind"), parameter("since", "query", "at this instant or later"),
		parameter("before", "query", "older than the write with this id"), parameter("limit", "query", "how many, 1 to 1,000; 100 where it is not given"),
	}, nil, object{"type": "array", "items": entry})}
	paths["/lk/v1/ads/{grant}/history/{id}"] = object{"get": operation("getWrite", "One write, with what each of its objects was and became", []object{grant, is}, nil, entry)}

	how := []object{
		grant, parameter("dry_run", "query", "true tells the exact requests to Amazon and sends none"), parameter("force", "query", "true takes back also what somebody changed since"),
		parameter("archive_created", "query", "true archives what was made, which is final"), parameter("Idempotency-Key", "header", "a repeated request with it gets the first one's answer"),
	}
	one, order := s.of(reflect.TypeFor[Changed]()), s.of(reflect.TypeFor[Undoing]())
	many := object{"type": "array", "items": one}
	undone := "A part was not taken back; its rows say why"
	paths["/lk/v1/ads/{grant}/undo/{id}"] = object{"post": headed(partly(operation("undo", "Reverse what a write did, where that can be", append(slices.Clone(how), is), order, one), undone, one), changeHeaders)}
	paths["/lk/v1/ads/{grant}/undo"] = object{"post": partly(operation("undoMany", "Reverse what several writes did, the newest first", how, order, many), undone, many)}
}
