package netguard

import "strings"

// CanonicalHost returns the one spelling of a public host name: lower case, without the root's dot. Everything that is not
// plainly such a name is a *Refused: addresses in any notation (also "2130706433", "0x7f.1", "017700000001"), brackets, ports,
// user information, names of one label, and the names that only mean something on this machine or in a cloud.
func CanonicalHost(s string) (string, error) {
	host := strings.ToLower(strings.TrimSuffix(s, "."))
	if host == "" || len(host) > 253 {
		return "", &Refused{What: "a host", Why: "empty or longer than a name can be"}
	}
	last := ""
	labels := 0
	for label := range strings.SplitSeq(host, ".") {
		if !validLabel(label) {
			return "", &Refused{What: "a host", Why: "no host name of letters, digits and hyphens"}
		}
		last = label
		labels++
	}
	if labels < 2 {
		return "", &Refused{What: host, Why: "no name of the public DNS"}
	}
	// The WHATWG URL standard, "ends in a number": such a name is read as an address by many a library.
	if last[0] >= '0' && last[0] <= '9' {
		return "", &Refused{What: host, Why: "an address in disguise"}
	}
	switch last {
	case "localhost", "local", "internal", "localdomain", "home", "lan", "arpa", "onion", "test", "invalid":
		return "", &Refused{What: host, Why: "a name of this machine, its network or its cloud"}
	}
	return host, nil
}

func validLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := range len(l) {
		c := l[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
