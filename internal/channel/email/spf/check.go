package spf

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
)

// Result is the outcome of a check (RFC 7208 2.6).
type Result string

const (
	None      Result = "none"
	Neutral   Result = "neutral"
	Pass      Result = "pass"
	Fail      Result = "fail"
	SoftFail  Result = "softfail"
	TempError Result = "temperror"
	PermError Result = "permerror"
)

// Limits of RFC 7208 4.6.4.
const (
	mostLookups = 10
	mostVoid    = 2
	mostNames   = 10 // of one mx or ptr
)

// Resolver asks DNS; *net.Resolver is one. Names end with a dot. What does not exist is a *net.DNSError with IsNotFound.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Check asks whether the host at ip, which said helo, may send mail as from (RFC 7208 4). For the null sender (from is "") it checks helo (2.4).
// domain is the one that was checked; "" where there was none to check. ctx bounds it in time: what is not known then is a TempError.
func Check(ctx context.Context, resolver Resolver, ip netip.Addr, helo, from string) (result Result, domain string) {
	c := &check{ctx: ctx, resolver: resolver, ip: ip.Unmap().WithZone(""), helo: trimDot(helo)}
	c.local, c.from = split(from)
	if from == "" {
		c.from = c.helo
	}
	if c.local == "" {
		c.local = "postmaster"
	}
	if !validDomain(c.from) {
		return None, ""
	}
	return c.host(c.from), strings.ToLower(c.from)
}

func split(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", trimDot(address)
	}
	return address[:at], trimDot(address[at+1:])
}

func trimDot(s string) string { return strings.TrimSuffix(s, ".") }

// validDomain refuses what cannot be asked for: address literals, single labels, too long ones (RFC 7208 4.3).
func validDomain(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return !strings.ContainsAny(s, "[]@ \t\r\n\\\"")
}

// check is one evaluation with its counters.
type check struct {
	ctx         context.Context
	resolver    Resolver
	ip          netip.Addr
	helo        string
	local, from string
	lookups     int
	void        int
}

// stop ends an evaluation with a result.
type stop struct{ result Result }

func (s stop) Error() string { return "spf: " + string(s.result) }

// host is check_host() of RFC 7208 4. Its recursion is bounded by the number of lookups.
func (c *check) host(domain string) Result {
	txt, err := c.policy(domain)
	if err != nil {
		return resultOf(err)
	}
	if txt == "" {
		return None
	}
	r, err := parse(txt)
	if err != nil {
		return PermError
	}
	for _, m := range r.mechanisms {
		matched, err := c.matches(m, domain)
		if err != nil {
			return resultOf(err)
		}
		if matched {
			return m.result
		}
	}
	if r.redirect == "" {
		return Neutral
	}
	target, err := c.target(r.redirect, domain)
	if err != nil {
		return resultOf(err)
	}
	if err := c.count(); err != nil {
		return resultOf(err)
	}
	result := c.host(target)
	if result == None {
		return PermError
	}
	return result
}

func resultOf(err error) Result {
	var s stop
	if errors.As(err, &s) {
		return s.result
	}
	if errors.Is(err, errSyntax) {
		return PermError
	}
	return TempError
}

// policy finds the one record of a domain; "" where there is none.
func (c *check) policy(domain string) (string, error) {
	if !validDomain(domain) {
		return "", nil
	}
	txts, err := c.resolver.LookupTXT(c.ctx, domain+".")
	if err != nil && !notFound(err) {
		return "", stop{TempError}
	}
	found := ""
	for _, txt := range txts {
		if !isRecord(txt) {
			continue
		}
		if found != "" {
			return "", stop{PermError}
		}
		found = txt
	}
	return found, nil
}

// matches evaluates one mechanism (RFC 7208 5).
func (c *check) matches(m mechanism, domain string) (bool, error) {
	switch m.name {
	case "all":
		return true, nil
	case "ip4", "ip6":
		return m.prefix.Contains(c.ip), nil
	}
	if err := c.count(); err != nil {
		return false, err
	}
	target, err := c.target(m.domain, domain)
	if err != nil {
		return false, err
	}
	switch m.name {
	case "include":
		switch c.host(target) {
		case Pass:
			return true, nil
		case Fail, SoftFail, Neutral:
			return false, nil
		case TempError:
			return false, stop{TempError}
		}
		return false, stop{PermError}
	case "a":
		return c.atHost(target, m)
	case "mx":
		return c.atExchanger(target, m)
	case "ptr":
		for _, name := range c.names() {
			if under(name, target) {
				return true, nil
			}
		}
		return false, nil
	case "exists": // always asks for A records, whatever the sender speaks
		addrs, err := c.addresses("ip4", target)
		return len(addrs) > 0, err
	}
	return false, stop{PermError}
}

// count takes one of the lookups that a policy may cost.
func (c *check) count() error {
	if c.lookups++; c.lookups > mostLookups {
		return stop{PermError}
	}
	return nil
}

// target expands a domain-spec; what is too long loses labels on the left (RFC 7208 7.3).
func (c *check) target(spec, domain string) (string, error) {
	if spec == "" {
		return domain, nil
	}
	name, err := expand(spec, c.letter(domain))
	if err != nil {
		return "", err
	}
	name = trimDot(name)
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return "", nil
		}
		name = rest
	}
	return name, nil
}

func (c *check) network() string {
	if c.ip.Is4() {
		return "ip4"
	}
	return "ip6"
}

// addresses asks for A or AAAA; none is a void lookup, of which a policy may cost few.
func (c *check) addresses(network, name string) ([]netip.Addr, error) {
	if !validDomain(name) {
		return nil, c.voided()
	}
	addrs, err := c.resolver.LookupNetIP(c.ctx, network, name+".")
	if err != nil && !notFound(err) {
		return nil, stop{TempError}
	}
	if len(addrs) == 0 {
		return nil, c.voided()
	}
	return addrs, nil
}

func (c *check) voided() error {
	if c.void++; c.void > mostVoid {
		return stop{PermError}
	}
	return nil
}

func (c *check) atHost(name string, m mechanism) (bool, error) {
	addrs, err := c.addresses(c.network(), name)
	if err != nil {
		return false, err
	}
	return c.within(addrs, m), nil
}

func (c *check) within(addrs []netip.Addr, m mechanism) bool {
	bits := m.bits6
	if c.ip.Is4() {
		bits = m.bits4
	}
	for _, a := range addrs {
		a = a.Unmap().WithZone("")
		if a.BitLen() != c.ip.BitLen() {
			continue
		}
		if p, err := a.Prefix(bits); err == nil && p.Contains(c.ip) {
			return true
		}
	}
	return false
}

func (c *check) atExchanger(name string, m mechanism) (bool, error) {
	if !validDomain(name) {
		return false, c.voided()
	}
	exchangers, err := c.resolver.LookupMX(c.ctx, name+".")
	// net.Resolver returns the usable ones beside an error about others.
	if err != nil && !notFound(err) && len(exchangers) == 0 {
		return false, stop{TempError}
	}
	if len(exchangers) == 0 {
		return false, c.voided()
	}
	if len(exchangers) > mostNames {
		return false, stop{PermError}
	}
	for _, x := range exchangers {
		host := trimDot(x.Host)
		if !validDomain(host) {
			continue
		}
		addrs, err := c.resolver.LookupNetIP(c.ctx, c.network(), host+".")
		if err != nil && !notFound(err) {
			return false, stop{TempError}
		}
		if c.within(addrs, m) {
			return true, nil
		}
	}
	return false, nil
}

// names are those of the address that lead back to it (RFC 7208 5.5). Errors make it have none.
func (c *check) names() []string {
	all, err := c.resolver.LookupAddr(c.ctx, c.ip.String())
	if err != nil && len(all) == 0 {
		return nil
	}
	var valid []string
	for _, name := range all[:min(len(all), mostNames)] {
		name = trimDot(name)
		if !validDomain(name) {
			continue
		}
		addrs, err := c.resolver.LookupNetIP(c.ctx, c.network(), name+".")
		if err != nil {
			continue
		}
		if c.within(addrs, mechanism{bits4: 32, bits6: 128}) {
			valid = append(valid, name)
		}
	}
	return valid
}

// validatedName is the macro %{p}: a name under domain if there is one.
func (c *check) validatedName(domain string) string {
	if c.count() != nil {
		return "unknown"
	}
	names := c.names()
	for _, name := range names {
		if under(name, domain) {
			return name
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return "unknown"
}

func under(name, domain string) bool {
	name, domain = strings.ToLower(name), strings.ToLower(domain)
	return domain != "" && (name == domain || strings.HasSuffix(name, "."+domain))
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
