package spf

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

const mostExpanded = 2048 // bytes of an expanded macro-string

// validMacros checks the macro syntax of RFC 7208 7.1.
func validMacros(s string) bool {
	_, err := expand(s, func(byte) (string, error) { return "x", nil })
	return err == nil
}

// anyDomainLetter knows the letters that a domain-spec may use: c, r and t are for explanations only.
func anyDomainLetter(name byte) (string, error) {
	if strings.IndexByte("crt", name) >= 0 {
		return "", errSyntax
	}
	return "x", nil
}

// expand replaces macros. letter gives the value of one, by its lower-case letter.
func expand(s string, letter func(byte) (string, error)) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x21 || c > 0x7e {
			return "", errSyntax
		}
		if c != '%' {
			b.WriteByte(c)
			continue
		}
		if i++; i >= len(s) {
			return "", errSyntax
		}
		switch s[i] {
		case '%':
			b.WriteByte('%')
		case '_':
			b.WriteByte(' ')
		case '-':
			b.WriteString("%20")
		case '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 2 {
				return "", errSyntax
			}
			value, err := macro(s[i+1:i+end], letter)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			i += end
		default:
			return "", errSyntax
		}
		if b.Len() > mostExpanded {
			return "", errSyntax
		}
	}
	return b.String(), nil
}

// macro expands what stands between the braces: a letter, how many labels from the right, "r" to reverse, and delimiters.
func macro(s string, letter func(byte) (string, error)) (string, error) {
	name := s[0] | 0x20
	if !isLetter(s[0]) || !strings.ContainsRune("slodiphcrtv", rune(name)) {
		return "", errSyntax
	}
	rest := s[1:]
	digits := 0
	for digits < len(rest) && isDigit(rest[digits]) {
		digits++
	}
	keep := 0
	if digits > 0 {
		n, err := strconv.Atoi(rest[:digits])
		if err != nil || n == 0 {
			return "", errSyntax
		}
		keep = n
	}
	rest = rest[digits:]
	reverse := rest != "" && rest[0]|0x20 == 'r'
	if reverse {
		rest = rest[1:]
	}
	if strings.Trim(rest, ".-+,/_=") != "" {
		return "", errSyntax
	}
	delimiters := rest
	if delimiters == "" {
		delimiters = "."
	}
	value, err := letter(name)
	if err != nil {
		return "", err
	}
	if len(value) > mostExpanded {
		return "", fmt.Errorf("%w: too long", errSyntax)
	}
	if keep > 0 || reverse || rest != "" {
		value = transform(value, delimiters, keep, reverse)
	}
	if s[0] < 'a' { // upper case: escaped for a URL
		value = strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	}
	return value, nil
}

func transform(value, delimiters string, keep int, reverse bool) string {
	parts := strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(delimiters, c) })
	if reverse {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	if keep > 0 && keep < len(parts) {
		parts = parts[len(parts)-keep:]
	}
	return strings.Join(parts, ".")
}

// letter gives the value of a macro letter in the check of domain (RFC 7208 7.2).
func (c *check) letter(domain string) func(byte) (string, error) {
	return func(name byte) (string, error) {
		switch name {
		case 's':
			return c.local + "@" + c.from, nil
		case 'l':
			return c.local, nil
		case 'o':
			return c.from, nil
		case 'd':
			return domain, nil
		case 'i':
			return dotted(c), nil
		case 'v':
			if c.ip.Is4() {
				return "in-addr", nil
			}
			return "ip6", nil
		case 'h':
			return c.helo, nil
		case 'p':
			return c.validatedName(domain), nil
		}
		return "", errSyntax
	}
}

// dotted is the address as labels: bytes of IPv4, nibbles of IPv6.
func dotted(c *check) string {
	if c.ip.Is4() {
		return c.ip.String()
	}
	b := c.ip.As16()
	nibbles := make([]byte, 0, 63)
	for i, octet := range b {
		if i > 0 {
			nibbles = append(nibbles, '.')
		}
		nibbles = append(nibbles, "0123456789abcdef"[octet>>4], '.', "0123456789abcdef"[octet&15])
	}
	return string(nibbles)
}
