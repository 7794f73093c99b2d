// Package crash kills the real server at every point of a refresh and looks at what is left.
//
// The binary runs as a child process with the tag crashpoints, which makes it stop and tell at the points of the protocol; the
// sandbox runs in the test, and its journal is the truth of what Amazon would have seen. Each schedule ends with the invariants
// of the refresh protocol, read from the journal and from the store. Six mutants, built by tag, must each turn the test red.
// Bulk writes of advertising and reports are killed at their calls to Amazon, and held to what Amazon then has.
//
//	go test -tags crash ./internal/crash -v                       every point and policy, the mutants, 50 random schedules
//	go test -tags crash ./internal/crash -v -schedules 200        more of them
//	go test -tags crash ./internal/crash -v -seed 7 -run Random   the schedules of a seed; 0 draws one and prints it
package crash
