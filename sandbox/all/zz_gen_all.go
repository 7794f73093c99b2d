// Package all lists the fakes that the sandbox is made of.
package all

import (
	"github.com/lockkeeper-dev/lockkeeper/sandbox/fakelwa"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Fakes makes every fake anew, for one world.
func Fakes(w *kit.World) []kit.Fake {
	return []kit.Fake{
		fakelwa.New(w),
	}
}
