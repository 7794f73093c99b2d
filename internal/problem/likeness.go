package problem

// Alike returns the problems that Amazon words as it words code, most often met first: a text shows one, and only knowledge of the
// grant would tell the others.
func Alike(code Code) []Code { return alike[code] }

// Alone returns the problems that an HTTP status may mean where nothing else is known of the answer, most often met first.
func Alone(status int) []Code { return alone[status] }

// Weak reports whether code is recognised by little more than a status, so that it says nothing of who answered.
func Weak(code Code) bool { return weak[code] }
