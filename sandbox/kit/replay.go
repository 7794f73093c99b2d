package kit

// Replay gives the faults that make the entries' faults happen again, each to the same request of its operation and client, whether it came by
// chance, by a header or by a count. It is true for requests that arrive in the same order.
func Replay(entries []Entry) []Fault {
	type line struct{ program, operation, client string }
	seen, acted := map[line]int{}, map[line]int{}
	var all []Fault
	for _, e := range entries {
		l := line{e.Program, e.Operation, e.Client}
		if e.did != nil {
			f := *e.did
			f.ID, f.Probability, f.MostInARow = "", 0, 0
			f.Match = Match{Program: e.Program, Operation: e.Operation, Client: e.Client}
			if e.Operation == "" {
				f.Match.Path = e.Path
			}
			f.Skip, f.Times = seen[l]-acted[l], 1 // a fault does not count what those before it took
			all = append(all, f)
			acted[l]++
		}
		seen[l]++
	}
	return all
}
