package unified

import "reflect"

// ReportTypes are the shapes of reports, which have a package of their own.
type ReportTypes struct {
	Ask, Status, Long, Kept, Attribution reflect.Type
	Row, Metrics                         map[string]any // the fields of a row, by their names, and those of its metrics
	Files                                []string       // media types of rows besides JSON
}

// describeReports adds the paths of reports.
func describeReports(paths object, s schemas, of ReportTypes) {
	row := object{"attribution": s.of(of.Attribution), "metrics": object{"type": "object", "properties": of.Metrics}}
	for name, field := range of.Row {
		row[name] = field
	}
	s["ReportRow"] = object{"type": "object", "properties": row}
	grant, id := parameter("grant", "path", "name of the grant"), parameter("id", "path", "id of the report")
	status, rows := s.of(of.Status), object{"type": "array", "items": object{"$ref": "#/components/schemas/ReportRow"}}

	long := operation("listReports", "Unified's synchronous report, from what is kept or after a wait", []object{
		grant, parameter("org_id", "query", parameterWords["org_id"]), parameter("start_gte", "query", "first day"), parameter("end_lt", "query", "the day after the last"),
		parameter("type", "query", "metrics, separated by commas: CLICKS,COST"), parameter("dimension", "query", "DATE or PLATFORM_POSITION"),
		parameter("campaign_id", "query", "only of these campaigns"), parameter("group_id", "query", "only of these groups"), parameter("ad_id", "query", "only of these ads"),
		parameter("target_id", "query", "only of these targets"), parameter("level", "query", "CAMPAIGN where neither it nor the id of something smaller is given"), parameter("wait", "query", "seconds to wait at most"),
	}, nil, object{"type": "array", "items": s.of(of.Long)})
	later := object{"description": "It is under way: Location tells where, Retry-After when", "content": object{"application/json": object{"schema": status}}}
	long["responses"].(object)["202"] = later
	begin := operation("beginReport", "Begin a report: level, days, metrics, dimensions", []object{grant}, s.of(of.Ask), status)
	answers := begin["responses"].(object)
	delete(answers, "200")
	answers["202"] = later
	paths["/lk/v1/ads/{grant}/report"] = object{"get": long, "post": begin}

	paths["/lk/v1/ads/{grant}/report/{id}"] = object{
		"get":    operation("getReport", "How far a report is", []object{grant, id}, nil, status),
		"delete": operation("cancelReport", "End a report, and delete at Amazon what is made for it alone", []object{grant, id}, nil, status),
	}
	paths["/lk/v1/ads/{grant}/report/jobs"] = object{"get": operation("listReportJobs", "The newest reports that the pass may see", []object{
		grant, parameter("limit", "query", "how many, 50 where it is not given"),
	}, nil, object{"type": "array", "items": status})}

	narrow := []object{
		grant, parameter("org_id", "query", parameterWords["org_id"]), parameter("channel", "query", "channels, separated by commas"),
		parameter("level", "query", "levels, separated by commas"),
	}
	kept := object{"type": "array", "items": s.of(of.Kept)}
	paths["/lk/v1/ads/{grant}/report/kept"] = object{
		"get":    operation("listReportsKept", "What is kept: which days of which organizations, channels and levels", narrow, nil, kept),
		"delete": operation("stopReports", "Fetch days to come no more; tells of what. What is kept stays", narrow, nil, kept),
	}

	read := operation("getReportRows", "Its rows", []object{grant, id, parameter("format", "query", "json, csv or parquet")}, nil, rows)
	content := read["responses"].(object)["200"].(object)["content"].(object)
	for _, media := range of.Files {
		content[media] = object{"schema": object{"type": "string"}}
	}
	paths["/lk/v1/ads/{grant}/report/{id}/rows"] = object{"get": read}
}
