package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

// An adsWrite is a write as the server's ledger has it.
type adsWrite struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Verb     string            `json:"verb"`
	By       string            `json:"by"`
	ByKind   string            `json:"by_kind"`
	At       time.Time         `json:"at"`
	EndedAt  time.Time         `json:"ended_at,omitzero"`
	Undoes   string            `json:"undoes,omitempty"`
	Done     int               `json:"done"`
	Failed   int               `json:"failed"`
	Unknown  int               `json:"unknown"`
	Waiting  int               `json:"waiting,omitempty"`
	UndoneBy []string          `json:"undone_by,omitempty"`
	Changes  []json.RawMessage `json:"changes,omitempty"`
}

// An adsWriteRow is one object of a write.
type adsWriteRow struct {
	Row      int            `json:"row"`
	Action   string         `json:"action"`
	ID       string         `json:"id"`
	State    string         `json:"state"`
	Same     bool           `json:"same"`
	Before   map[string]any `json:"before"`
	After    map[string]any `json:"after"`
	UndoneBy string         `json:"undone_by"`
	Error    *struct {
		Message string `json:"message"`
	} `json:"error"`
}

type adsHistoryOptions struct {
	adsOptions
	object, kind, before string
	since                time.Duration
	limit                int
}

func newCmdAdsHistory(f *Factory) *cobra.Command {
	o := &adsHistoryOptions{adsOptions: adsOptions{f: f}}
	cmd := &cobra.Command{
		Use: "history [WRITE]", Short: "Show who changed what, and from what to what",
		Long: "Show the newest changes that were made through Lockkeeper: by whom, when, and what came of them. With the id of a write, show what each of its objects was and became.",
		Example: `  lockkeeper ads history --object 1234567890
  lockkeeper ads history 01KAHX6PM1ZT1DQ8X1V7M3Y2Q9`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse("more than one write is given", "give one id, or none for the list")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return adsHistoryShow(cmd, o, args[0])
			}
			return adsHistoryList(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.grant, "grant", "", "grant through which the changes were made (default the only one of the Ads API)")
	flags.StringVar(&o.object, "object", "", "only with a change of the object with this id")
	flags.StringVar(&o.kind, "kind", "", "only of this kind: campaign, group, ad, target, portfolio")
	flags.StringVar(&o.before, "before", "", "only older than this write: the last of a list, to read on")
	flags.DurationVar(&o.since, "since", 0, "only of this time until now, such as 24h")
	flags.IntVar(&o.limit, "limit", 50, "how many at most")
	return cmd
}

func (o *adsHistoryOptions) read(cmd *cobra.Command, path string, query url.Values, out any) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	grant, err := o.through(cmd, c)
	if err != nil {
		return err
	}
	a, err := c.Ads(cmd.Context(), control.AdsAsk{Method: http.MethodGet, Grant: grant, Path: path, Query: query})
	if err != nil {
		return err
	}
	defer func() { _ = a.Body.Close() }()
	if err := json.NewDecoder(a.Body).Decode(out); err != nil {
		return fmt.Errorf("reading the server's answer: %w", err)
	}
	return nil
}

func adsHistoryList(cmd *cobra.Command, o *adsHistoryOptions) error {
	query := url.Values{"limit": {strconv.Itoa(o.limit)}}
	for name, v := range map[string]string{"object": o.object, "kind": o.kind, "before": o.before} {
		if v != "" {
			query.Set(name, v)
		}
	}
	if o.since > 0 {
		query.Set("since", time.Now().Add(-o.since).UTC().Format(time.RFC3339))
	}
	var all []adsWrite
	if err := o.read(cmd, "history", query, &all); err != nil {
		return err
	}
	return o.f.show(all, func() {
		if len(all) == 0 {
			fmt.Fprintln(o.f.Out, "Nothing was changed yet. `lockkeeper ads campaign pause ID` would be a beginning.")
			return
		}
		var rows [][]string
		for _, w := range all {
			rows = append(rows, []string{w.ID, at(w.At), w.By, w.Verb + " " + w.Kind, strconv.Itoa(w.Done), strconv.Itoa(w.Failed), strconv.Itoa(w.Unknown), dash(w.Undoes)})
		}
		o.f.table([]string{"WRITE", "WHEN", "BY", "WHAT", "DONE", "NOT", "UNKNOWN", "UNDOES"}, rows)
	})
}

func adsHistoryShow(cmd *cobra.Command, o *adsHistoryOptions, is string) error {
	var w adsWrite
	if err := o.read(cmd, "history/"+url.PathEscape(is), nil, &w); err != nil {
		return err
	}
	rows := make([]adsWriteRow, len(w.Changes))
	for i, text := range w.Changes {
		if err := json.Unmarshal(text, &rows[i]); err != nil {
			return fmt.Errorf("reading a change: %w", err)
		}
	}
	return o.f.show(w, func() {
		fmt.Fprintf(o.f.Out, "%s of %s by %s (%s), %s\n\n", w.Verb, w.Kind, w.By, w.ByKind, at(w.At))
		for _, r := range rows {
			state := strings.ReplaceAll(r.State, "_", " ")
			switch {
			case r.Same:
				state = "was so already"
			case r.UndoneBy != "":
				state = "undone by " + r.UndoneBy
			case r.Error != nil:
				state += ": " + r.Error.Message
			}
			fmt.Fprintf(o.f.Out, "%3d  %s  %s\n", r.Row, dash(r.ID), state)
			for _, name := range adsDiffering(r) {
				fmt.Fprintf(o.f.Out, "     %s: %s -> %s\n", name, adsValue(r.Before[name]), adsValue(r.After[name]))
			}
		}
	})
}

// adsDiffering names what a change changed. Of a new object, that is what it was made with.
func adsDiffering(r adsWriteRow) []string {
	if r.After == nil {
		return nil
	}
	var names []string
	for _, from := range []map[string]any{r.Before, r.After} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			switch name {
			case "provider", "connection_id", "fetched_at", "updated_at", "created_at", "effective_status", "effective_reasons", "timezone", "id", "organization_id":
				continue
			}
			if !slices.Contains(names, name) && !reflect.DeepEqual(r.Before[name], r.After[name]) {
				names = append(names, name)
			}
		}
	}
	return names
}

func adsValue(v any) string {
	if v == nil {
		return "none"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return strings.Trim(string(text), `"`)
}
