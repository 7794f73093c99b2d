package kit

import "testing"

// TestMask holds that nothing of a token shows, wherever it stands and whatever follows it.
func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                   "",
		"curl/8":                             "curl/8",
		"Atza|sbxEXAMPLE":                    "Atza|sbx...[redacted]",
		"/user/profile/Atza%7CsbxEXAMPLE/x":  "/user/profile/Atza%7Csbx...[redacted]",
		"Atc|sbxEXAMPLE and Atza|sbxEXAMPLE": "Atc|sbx...[redacted]",
		"a lkp_EXAMPLE, then Atzr|EXAMPLE":   "a lkp_...[redacted]",
	} {
		if got := mask(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// TestEveryPrefixIsMasked: what begins a secret gives it away, wherever it stands; no short way passes one by.
func TestEveryPrefixIsMasked(t *testing.T) {
	t.Parallel()
	for _, prefix := range tokenPrefixes {
		for _, before := range []string{"", "a "} {
			if got := mask(before + prefix + "secret"); got != before+prefix+"...[redacted]" {
				t.Errorf("%s%ssecret becomes %q", before, prefix, got)
			}
		}
	}
}
