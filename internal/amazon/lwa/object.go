package lwa

import "encoding/json"

// object reads one JSON object with nothing after it and no key twice. A token answer is read for every refresh, so what
// encoding/json has found valid is only cut apart here, without copying it.
func object(body []byte) (map[string]json.RawMessage, bool) {
	if !json.Valid(body) {
		return nil, false
	}
	at := space(body, 0)
	if body[at] != '{' {
		return nil, false
	}
	fields := make(map[string]json.RawMessage, 8)
	for at = space(body, at+1); body[at] != '}'; at = space(body, at+1) { // past the brace or a comma
		if body[at] == ',' {
			continue
		}
		end := value(body, at)
		name, ok := text(body[at:end])
		if _, twice := fields[name]; twice || !ok {
			return nil, false
		}
		at = space(body, space(body, end)+1) // past the colon
		end = value(body, at)
		fields[name] = body[at:end:end]
		at = end - 1
	}
	return fields, true
}

// space returns where the white space at i ends.
func space(valid []byte, i int) int {
	for i < len(valid) && (valid[i] == ' ' || valid[i] == '\t' || valid[i] == '\n' || valid[i] == '\r') {
		i++
	}
	return i
}

// value returns where the value at i ends. An object or list ends where as many brackets closed as opened, not counting those in strings.
func value(valid []byte, i int) int {
	depth := 0
	for ; i < len(valid); i++ {
		switch valid[i] {
		case '"':
			for i++; valid[i] != '"'; i++ {
				if valid[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 { // of the object around a number or word
					return i
				}
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// text reads a JSON string; absent and null are the empty one.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", true
	}
	if raw[0] == '"' && plain(raw[1:len(raw)-1]) {
		return string(raw[1 : len(raw)-1]), true
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// plain reports that a string's inside stands for itself: ASCII without an escape.
func plain(inside []byte) bool {
	for _, c := range inside {
		if c == '\\' || c >= 0x80 {
			return false
		}
	}
	return true
}
