package outward

import (
	"net"
	"net/netip"
)

// special are the networks that are not the public internet, by the IANA registries of special-purpose addresses
// (RFC 6890 and its updates). IPv6 outside 2000::/3 is refused as a whole: unique local, link-local, multicast,
// v4-compatible, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), discard-only and segment routing addresses among it.
var special = prefixes(
	"0.0.0.0/8",       // this network, RFC 791
	"10.0.0.0/8",      // private, RFC 1918
	"100.64.0.0/10",   // carrier-grade NAT, RFC 6598
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, and where clouds keep their metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments, RFC 6890
	"192.0.2.0/24",    // documentation, RFC 5737
	"192.88.99.0/24",  // 6to4 relays, RFC 7526
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarking, RFC 2544
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, with the broadcast address
	"2001::/23",       // protocol assignments: Teredo (RFC 4380), ORCHID, benchmarking
	"2001:db8::/32",   // documentation, RFC 3849
	"2002::/16",       // 6to4, which wraps any IPv4 address, RFC 3056
	"3fff::/20",       // documentation, RFC 9637
)

var globalUnicast6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// Public reports whether an address belongs to the public internet. IPv4 addresses wrapped in IPv6 (mapped, compatible, 6to4, NAT64, Teredo,
// ISATAP) are judged as what they wrap or refused.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && (!globalUnicast6.Contains(a) || isatap(a)) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsGlobalUnicast()
}

// isatap tells addresses whose last half wraps an IPv4 address (RFC 5214, 6.1).
func isatap(a netip.Addr) bool {
	b := a.As16()
	return b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE
}

// own reports whether an address is one of this machine's.
func own(a netip.Addr) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true // not knowing is no reason to allow
	}
	for _, address := range addresses {
		if n, ok := address.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok && ip.Unmap() == a {
				return true
			}
		}
	}
	return false
}

// mayReach decides about a resolved address and port. Ports below 1024 other than those of the web belong to protocols
// that a crafted request could speak to. This machine's own public addresses are reached past its firewall, so
// there too only what everyone may reach is let through.
func mayReach(to netip.AddrPort) bool {
	a := to.Addr().Unmap()
	web := to.Port() == 80 || to.Port() == 443
	if !Public(a) || (!web && to.Port() < 1024) {
		return false
	}
	return web || !own(a)
}
