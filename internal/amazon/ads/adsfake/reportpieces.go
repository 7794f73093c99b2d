package adsfake

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A piece makes some of a report's rows. It hands their bytes to out, a block at a time; a block is out's until it returns. Pieces of
// one report know nothing of each other, so that they are made at the same time, and joined in their order: the file is the same bytes on any machine.
type piece func(out func([]byte))

const (
	pieceSize = 20_000  // days of clauses, about what is worth a goroutine
	blockSize = 1 << 16 // bytes
)

// pieces cuts a report: one over several profiles by profile, one over a single profile by campaigns where its rows tell them apart.
func pieces(queries []*reportQuery, predicates []v1Predicate, now time.Time) []piece {
	var all []piece
	if q := queries[0]; len(queries) > 1 || q.grain&byCampaignRow == 0 {
		for _, q := range queries {
			all = append(all, q.whole(predicates, now))
		}
		return all
	}
	q := queries[0]
	days := q.last - q.first + 1
	for _, product := range q.products() {
		lines := q.f.lines(q.p, product)
		for first, size, n := 0, 0, 0; n < len(lines); n++ {
			for i := range lines[n].groups {
				size += days * len(lines[n].groups[i].clauses)
			}
			if size >= pieceSize || n == len(lines)-1 {
				some := lines[first : n+1]
				all = append(all, func(out func([]byte)) { q.write(predicates, now, out, some) })
				first, size = n+1, 0
			}
		}
	}
	return all
}

// whole is a query in one piece.
func (q *reportQuery) whole(predicates []v1Predicate, now time.Time) piece {
	return func(out func([]byte)) {
		var all [][]line
		for _, product := range q.products() {
			all = append(all, q.f.lines(q.p, product))
		}
		q.write(predicates, now, out, all...)
	}
}

// write hands out the rows of lines.
func (q *reportQuery) write(predicates []v1Predicate, now time.Time, out func([]byte), all ...[]line) {
	w, block := q.writer(predicates), q.f.blocks.Get().(*[]byte)
	w.b = (*block)[:0]
	g := q.gathering(now, func(r *reportRow) {
		if w.row(r); len(w.b) >= blockSize && w.commas == nil {
			out(w.taken())
		}
	})
	for _, lines := range all {
		g.gather(lines)
	}
	g.flush()
	out(w.taken())
	*block = w.b
	q.f.blocks.Put(block)
}

// inOrder has pieces made by as many goroutines as there are cores, and hands their blocks to out one after the other, as if the pieces had been
// made in turn. No more is made ahead than a few pieces a goroutine.
func inOrder(all []piece, out func([]byte)) {
	crew := min(runtime.GOMAXPROCS(0), len(all))
	if crew < 2 {
		for _, p := range all {
			p(out)
		}
		return
	}
	made := make([]chan []byte, len(all))
	for i := range made {
		made[i] = make(chan []byte, 1)
	}
	room, spare := make(chan struct{}, 3*crew), make(chan []byte, 3*crew)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range crew {
		workers.Go(func() {
			for {
				room <- struct{}{} // before a piece is taken, so that the one that is waited for is never without
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					<-room
					return
				}
				var b []byte
				select {
				case b = <-spare:
				default:
				}
				all[i](func(block []byte) { b = append(b, block...) })
				made[i] <- b
			}
		})
	}
	for _, c := range made {
		b := <-c
		out(b)
		select {
		case spare <- b[:0]:
		default:
		}
		<-room
	}
	workers.Wait()
}
