package store

import (
	"database/sql"
	"strconv"
	"strings"
)

// A statement is prepared once on the writer's connection. SQLite takes $1 for a name, which its driver looks up among all
// arguments whenever the statement runs; so it is prepared with plain marks, and the arguments are put into their order.
type statement struct {
	stmt  *sql.Stmt
	order []int // the argument of each mark
}

// Exec runs the statement.
func (s *statement) Exec(args ...any) (sql.Result, error) { return s.stmt.Exec(s.arrange(args)...) }

// QueryRow runs the statement for at most one row.
func (s *statement) QueryRow(args ...any) *sql.Row { return s.stmt.QueryRow(s.arrange(args)...) }

func (s *statement) arrange(args []any) []any {
	arranged := make([]any, len(s.order))
	for i, n := range s.order {
		arranged[i] = args[n]
	}
	return arranged
}

// positional turns every $n outside quotes into a plain mark and tells which argument each mark takes, counted from 0.
func positional(query string) (string, []int) {
	var b strings.Builder
	var order []int
	quoted := false
	for i := 0; i < len(query); i++ {
		c := query[i]
		quoted = quoted != (c == '\'')
		if c != '$' || quoted {
			b.WriteByte(c)
			continue
		}
		end := i + 1
		for end < len(query) && '0' <= query[end] && query[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(query[i+1 : end])
		if err != nil || n == 0 {
			b.WriteByte(c) // not of our making; SQLite will say so
			continue
		}
		b.WriteByte('?')
		order, i = append(order, n-1), end-1
	}
	return b.String(), order
}
