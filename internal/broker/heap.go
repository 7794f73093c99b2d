package broker

import "time"

// A dueHeap orders cells by when they are due, so that the sweep looks at nothing that is not (no scan of the table).
// It implements container/heap.Interface; a cell knows its place.
type dueHeap []*cell

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *dueHeap) Push(x any) {
	c := x.(*cell)
	c.place = len(*h)
	*h = append(*h, c)
}

func (h *dueHeap) Pop() any {
	old := *h
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	c.place = -1
	return c
}

// next is when the first cell is due.
func (h dueHeap) next() (time.Time, bool) {
	if len(h) == 0 {
		return time.Time{}, false
	}
	return h[0].due, true
}
