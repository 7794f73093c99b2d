package lwa

import "encoding/json"

// Object is object.
func Object(body []byte) (map[string]json.RawMessage, bool) { return object(body) }

// Text is text.
func Text(raw json.RawMessage) (string, bool) { return text(raw) }

// ReadTokens is readTokens.
func ReadTokens(body []byte) (*Tokens, bool) { return readTokens(body) }
