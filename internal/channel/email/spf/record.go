// Package spf evaluates the Sender Policy Framework (RFC 7208): may a host send mail for a domain? It asks DNS through the resolver that it is
// given, within the limits that the standard sets.
package spf

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

const (
	mostRecordBytes = 4096
	mostTerms       = 200
)

var errSyntax = errors.New("spf: syntax error")

// record is a parsed policy.
type record struct {
	mechanisms []mechanism
	redirect   string // domain-spec; "" where there is none
}

// mechanism is one term that may match (RFC 7208 5).
type mechanism struct {
	result Result // when it matches
	name   string // all, include, a, mx, ptr, ip4, ip6 or exists
	domain string // domain-spec with macros; "" for the current domain
	prefix netip.Prefix
	bits4  int // dual-cidr-length of a and mx
	bits6  int
}

// isRecord tells whether a TXT record is a policy: "v=spf1" alone or followed by a space (RFC 7208 4.5).
func isRecord(txt string) bool {
	return len(txt) >= 6 && strings.EqualFold(txt[:6], "v=spf1") && (len(txt) == 6 || txt[6] == ' ')
}

// parse reads a policy. Any error is a permerror of the whole policy, whatever would match before it (RFC 7208 4.6).
func parse(txt string) (record, error) {
	var r record
	if !isRecord(txt) || len(txt) > mostRecordBytes {
		return r, errSyntax
	}
	terms := strings.FieldsFunc(txt[6:], func(c rune) bool { return c == ' ' })
	if len(terms) > mostTerms {
		return r, errSyntax
	}
	exp := false
	for _, term := range terms {
		name, value, isModifier := modifier(term)
		switch {
		case !isModifier:
			m, err := parseMechanism(term)
			if err != nil {
				return r, err
			}
			r.mechanisms = append(r.mechanisms, m)
		case name == "redirect":
			if r.redirect != "" || !validSpec(value) || value == "" {
				return r, fmt.Errorf("%w: %s", errSyntax, term)
			}
			r.redirect = value
		case name == "exp":
			if exp || !validSpec(value) || value == "" {
				return r, fmt.Errorf("%w: %s", errSyntax, term)
			}
			exp = true // the explanation is for bounces, which we don't send
		default:
			if !validMacros(value) {
				return r, fmt.Errorf("%w: %s", errSyntax, term)
			}
		}
	}
	return r, nil
}

// modifier splits "name=value" where name is a name (RFC 7208 12).
func modifier(term string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(term, "=")
	if !ok || name == "" || !isLetter(name[0]) {
		return "", "", false
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' {
			return "", "", false
		}
	}
	return strings.ToLower(name), value, true
}

func parseMechanism(term string) (mechanism, error) {
	m := mechanism{result: Pass, bits4: 32, bits6: 128}
	bad := fmt.Errorf("%w: %s", errSyntax, term)
	switch term[0] {
	case '+':
		term = term[1:]
	case '-':
		m.result, term = Fail, term[1:]
	case '~':
		m.result, term = SoftFail, term[1:]
	case '?':
		m.result, term = Neutral, term[1:]
	}
	end := strings.IndexAny(term, ":/")
	if end < 0 {
		end = len(term)
	}
	m.name = strings.ToLower(term[:end])
	rest := term[end:]
	switch m.name {
	case "all":
		if rest != "" {
			return m, bad
		}
	case "include", "exists":
		if len(rest) < 2 || rest[0] != ':' || !validSpec(rest[1:]) {
			return m, bad
		}
		m.domain = rest[1:]
	case "ptr":
		if rest != "" && (len(rest) < 2 || rest[0] != ':' || !validSpec(rest[1:])) {
			return m, bad
		}
		m.domain = strings.TrimPrefix(rest, ":")
	case "ip4", "ip6":
		if len(rest) < 2 || rest[0] != ':' {
			return m, bad
		}
		prefix, ok := network(m.name, rest[1:])
		if !ok {
			return m, bad
		}
		m.prefix = prefix
	case "a", "mx":
		if !m.target(rest) {
			return m, bad
		}
	default:
		return m, bad
	}
	return m, nil
}

// target reads [":" domain-spec] [dual-cidr-length].
func (m *mechanism) target(s string) bool {
	if spec, ok := strings.CutPrefix(s, ":"); ok {
		end := len(spec)
		if slash := cidrStart(spec); slash >= 0 {
			end = slash
		}
		m.domain, s = spec[:end], spec[end:]
		if m.domain == "" || !validSpec(m.domain) {
			return false
		}
	}
	if s == "" {
		return true
	}
	four, six, dual := strings.Cut(s, "//")
	if four != "" {
		bits, ok := length(strings.TrimPrefix(four, "/"), 32)
		if !ok || four[0] != '/' {
			return false
		}
		m.bits4 = bits
	}
	if dual {
		bits, ok := length(six, 128)
		if !ok {
			return false
		}
		m.bits6 = bits
	}
	return four != "" || dual
}

// cidrStart finds the slash that begins the lengths: the first one outside of a macro, in which it may be a delimiter.
func cidrStart(spec string) int {
	inside := false
	for i := range len(spec) {
		switch spec[i] {
		case '{':
			inside = true
		case '}':
			inside = false
		case '/':
			if !inside {
				return i
			}
		}
	}
	return -1
}

func network(name, s string) (netip.Prefix, bool) {
	host, bits, given := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Zone() != "" || addr.Is4() != (name == "ip4") {
		return netip.Prefix{}, false
	}
	n := addr.BitLen()
	if given {
		var ok bool
		if n, ok = length(bits, addr.BitLen()); !ok {
			return netip.Prefix{}, false
		}
	}
	// An IPv4 address within IPv6 is compared as what it is.
	if addr.Is4In6() && n >= 96 {
		addr, n = addr.Unmap(), n-96
	}
	p, err := addr.Prefix(n)
	return p, err == nil
}

// length reads a prefix length without leading zeros.
func length(s string, most int) (int, bool) {
	if s == "" || len(s) > 3 || (len(s) > 1 && s[0] == '0') {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most && isDigit(s[0])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// validSpec checks a domain-spec: good macros, and an end that is a top label or a macro (RFC 7208 7.1).
func validSpec(s string) bool {
	if _, err := expand(s, anyDomainLetter); err != nil {
		return false
	}
	if strings.HasSuffix(s, "}") || strings.HasSuffix(s, "%%") || strings.HasSuffix(s, "%_") || strings.HasSuffix(s, "%-") {
		return true
	}
	s = strings.TrimSuffix(s, ".")
	top := s[strings.LastIndexByte(s, '.')+1:]
	if top == s || top == "" || top[0] == '-' || top[len(top)-1] == '-' {
		return false
	}
	letters := false
	for i := range len(top) {
		c := top[i]
		if !isLetter(c) && !isDigit(c) && c != '-' {
			return false
		}
		letters = letters || !isDigit(c)
	}
	return letters
}
