package netguard

import (
	"fmt"
	"net/netip"
)

// A Refused says that an address or name may not be dialled, and why. It is an error.
type Refused struct {
	What string // the address or name
	Why  string // "a private network"
}

// Error implements error.
func (r *Refused) Error() string {
	return fmt.Sprintf("%s may not be dialled: it is %s", r.What, r.Why)
}

// block is a range of addresses that are not Amazon's, whoever says so.
type block struct {
	prefix netip.Prefix
	why    string
}

// blocks are the IANA special-purpose registries (RFC 6890 and its successors) and the metadata services that sit on public addresses.
var blocks = []block{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT"},
	{netip.MustParsePrefix("127.0.0.0/8"), "this machine"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local, where cloud metadata services live"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private network"},
	{netip.MustParsePrefix("192.0.0.0/24"), "set aside for protocols"},
	{netip.MustParsePrefix("192.0.2.0/24"), "for documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private network"},
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"},
	{netip.MustParsePrefix("198.51.100.0/24"), "for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "for documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud metadata service"},
	{netip.MustParsePrefix("2001::/23"), "set aside for protocols, Teredo among them"},
	{netip.MustParsePrefix("2001:db8::/32"), "for documentation"},
	{netip.MustParsePrefix("2002::/16"), "6to4, which hides an IPv4 address"},
	{netip.MustParsePrefix("3fff::/20"), "for documentation"},
}

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")      // all of IPv6 that is routed (RFC 4291, section 2.4)
	nat64         = netip.MustParsePrefix("64:ff9b::/96")  // well-known NAT64 prefix (RFC 6052): an IPv4 address in the last 32 bits
	mapped        = netip.MustParsePrefix("::ffff:0:0/96") // IPv4-mapped (RFC 4291, section 2.5.5.2)
)

// CheckAddr returns a *Refused where a must not be dialled for Amazon. What hides an IPv4 address is judged by that address.
func CheckAddr(a netip.Addr) error {
	refuse := func(why string) error { return &Refused{What: a.String(), Why: why} }
	switch {
	case !a.IsValid():
		return &Refused{What: "an empty address", Why: "no address"}
	case a.Zone() != "":
		return refuse("bound to a zone of this machine")
	}
	inner := a
	if mapped.Contains(a) || a.Is4In6() || nat64.Contains(a) {
		b := a.As16()
		inner = netip.AddrFrom4([4]byte(b[12:]))
	}
	if inner.Is6() && !globalUnicast.Contains(inner) {
		return refuse("not a routed IPv6 address")
	}
	for _, b := range blocks {
		if b.prefix.Contains(inner) {
			return refuse(b.why)
		}
	}
	return nil
}
