package adsfake

import "math/bits"

// A dice is splitmix64. Numbers are taken from its draws by multiplying, not by dividing, which is several times as fast; a report
// over a hundred thousand keywords draws about a hundred million of them.
type dice uint64

func (d *dice) draw() luck {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return luck(z ^ z>>31)
}

// roll draws a number in [0, n).
func (d *dice) roll(n uint64) int64 {
	l := d.draw()
	return l.take(n)
}

// A luck is one draw of 64 bits, of which several small numbers can be taken: what one leaves unused is there for the next. They are
// as good as draws of their own while the product of their bounds stays far below 2 to the 64th.
type luck uint64

// take returns a number in [0, n).
func (l *luck) take(n uint64) int64 {
	whole, rest := bits.Mul64(uint64(*l), n)
	*l = luck(rest)
	return int64(whole)
}
