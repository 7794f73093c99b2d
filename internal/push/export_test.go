package push

// ParseSent is parseSent, which a fuzz test feeds: how many devices it finds, and how many of them have an answer.
func ParseSent(text []byte) (devices, answered int) {
	for _, e := range parseSent(text) {
		devices++
		if e.Fate != nil {
			answered++
		}
	}
	return devices, answered
}
