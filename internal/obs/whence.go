package obs

import (
	"runtime"
	"strconv"
	"strings"
)

// Whence is where a panic came from, for the deferred function that recovered it: functions and lines, innermost first, without
// arguments, since what a mistake of ours had in its hands may be a secret (attack case F5).
func Whence() string {
	pcs := make([]uintptr, 24)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var lines []string
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			lines = append(lines, f.Function+":"+strconv.Itoa(f.Line))
		}
		if !more || len(lines) == 8 {
			return strings.Join(lines, " < ")
		}
	}
}
