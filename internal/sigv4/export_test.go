package sigv4

// Canonical gives the canonical request, for comparison with the published vectors.
func (s *Signature) Canonical(r Request, rules Rules, payload string) (string, error) {
	b, f := s.appendCanonical(nil, r, rules, payload)
	if f != nil {
		return "", f
	}
	return string(b), nil
}
