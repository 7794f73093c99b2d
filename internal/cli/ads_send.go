package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// adsAtOnce is the most objects of one request.
const adsAtOnce = 5000

// adsSend sends an order about objects of the command's kind, in several requests where one does not take it, and shows what became of each. Rows
// that stand in refused are not sent and told as refused, under their index in rows.
func adsSend[T any](cmd *cobra.Command, o *adsChangeOptions, method string, rows []T, refused map[int]adsRow) error {
	c, grant, err := o.reach(cmd)
	if err != nil {
		return err
	}
	if o.all && method != http.MethodPost {
		if refused, err = adsWhere(cmd, o, c, rows, refused); err != nil {
			return err
		}
	}
	var at []int // indexes of what is sent
	for i := range rows {
		if _, no := refused[i]; !no {
			at = append(at, i)
		}
	}
	all := adsChanged{Kind: o.noun.kind, DryRun: o.dry, Failed: len(refused), Results: []adsRow{}}
	for _, row := range refused {
		all.Results = append(all.Results, row)
	}
	var progress *bar
	if len(at) > adsAtOnce {
		progress = o.f.bar("changing "+o.noun.many, int64(len(at)))
		defer progress.end()
	}
	sent := 0 // requests
	for part := range slices.Chunk(at, adsAtOnce) {
		some := make([]T, len(part))
		for i, n := range part {
			some[i] = rows[n]
		}
		one, err := adsSendPart(cmd, o, c, grant, method, some, sent)
		if err != nil {
			if len(all.Writes) > 0 { // what was done before is told all the same
				_ = o.f.showChanged(all, o.noun)
			}
			return err
		}
		for i := range one.Results {
			one.Results[i].Index = part[one.Results[i].Index]
		}
		sent++
		if all.take(one); progress != nil {
			progress.add(int64(len(part)), func() string { return fmt.Sprintf("%d of %d", progress.done, progress.total) })
		}
	}
	slices.SortStableFunc(all.Results, func(a, b adsRow) int { return a.Index - b.Index })
	if len(all.Writes) == 1 && all.Writes[0].Grant == "" {
		all.Write, all.Undo, all.Writes = all.Writes[0].Write, all.Writes[0].Undo, nil
	}
	return o.f.showChanged(all, o.noun)
}

// adsWhere looks for objects in the accounts of all grants, so that the server knows through which each goes, and refuses what is in none.
func adsWhere[T any](cmd *cobra.Command, o *adsChangeOptions, c *control.Client, rows []T, refused map[int]adsRow) (map[int]adsRow, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		switch row := any(row).(type) {
		case string:
			ids[i] = row
		case map[string]any:
			ids[i], _ = row["id"].(string)
		case map[string]json.RawMessage:
			_ = json.Unmarshal(row["id"], &ids[i]) // which this side wrote
		}
	}
	there, err := adsNow(cmd, c, "-", o, ids)
	if err != nil {
		return nil, err
	}
	all := map[int]adsRow{}
	for i, is := range ids {
		if no, was := refused[i]; was {
			all[i] = no
		} else if there[is] == nil {
			all[i] = adsRefusedHere(i, is, problem.WritesNoObject, "")
		}
	}
	return all, nil
}

// adsSendPart sends what one request takes. Each part of an order has a key of its own, made of the order's.
func adsSendPart[T any](cmd *cobra.Command, o *adsChangeOptions, c *control.Client, grant, method string, some []T, number int) (adsChanged, error) {
	ask := control.AdsAsk{Method: method, Grant: grant, Path: string(o.noun.kind), Query: o.query(), Body: some}
	if method == http.MethodDelete {
		ask.Body = map[string]any{"ids": some}
	}
	own := *o
	if o.key != "" && number > 0 {
		own.key = fmt.Sprintf("%s/%d", o.key, number+1)
	}
	var one adsChanged
	err := o.f.working("waiting for Amazon", func() error { return own.ask(cmd, c, ask, &one) })
	return one, err
}

// take adds what became of a further part.
func (a *adsChanged) take(one adsChanged) {
	a.Done, a.Failed, a.Unknown = a.Done+one.Done, a.Failed+one.Failed, a.Unknown+one.Unknown
	a.Results, a.Requests = append(a.Results, one.Results...), append(a.Requests, one.Requests...)
	if len(one.Writes) == 0 {
		one.Writes = []adsPart{{Write: one.Write, Undo: one.Undo}}
	}
	a.Writes = append(a.Writes, one.Writes...)
}

// adsRefusedHere is a row that is not sent, in the words of the catalogue.
func adsRefusedHere(index int, is string, code problem.Code, detail string) adsRow {
	p := problem.New(code)
	return adsRow{Index: index, ID: is, Error: &adsRowError{Code: string(code), Message: p.What, Cause: "you", Fix: p.Fix, Detail: detail}}
}
