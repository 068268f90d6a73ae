// Package phone reads telephone numbers as people write them. It is pure, and knows the plans of Europe and of some countries beyond well enough to tell
// one number from another, not whether somebody answers it.
package phone

import "strings"

// longest is how much of a text is looked at: no number that a person writes is longer.
const longest = 64

// E164 returns a number in the form of ITU-T E.164, "+" and at most fifteen digits. country (ISO 3166-1 alpha-2, or "" where unknown) is where a number is from that
// does not say so itself. It returns false where the text is no telephone number, or where it cannot be told from which country it is.
func E164(text, country string) (string, bool) {
	digits, abroad, ok := read(text)
	if !ok {
		return "", false
	}
	own, known := plans[country]
	if !abroad && known && own.exit != "" && strings.HasPrefix(digits, own.exit) {
		digits, abroad = digits[len(own.exit):], true
	}
	if abroad {
		return international(digits)
	}
	if !known {
		return "", false
	}
	if national, ok := own.national(digits); ok {
		return "+" + own.code + national, true
	}
	if rest, cut := strings.CutPrefix(digits, own.code); cut && own.fits(rest) {
		return "+" + digits, true // the country's code without its plus
	}
	return "", false
}

// read takes the digits out of a text. "(0)" is what is left out when calling from abroad; an extension ends the number.
func read(text string) (digits string, abroad, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > longest {
		return "", false, false
	}
	lower := strings.ToLower(text)
	for _, mark := range []string{"tel:", "tel.", "tel", "phone:", "mob.", "fax"} {
		if rest, cut := strings.CutPrefix(lower, mark); cut {
			lower = strings.TrimSpace(rest)
			break
		}
	}
	for _, mark := range []string{";ext=", "ext.", "ext", " x"} {
		if at := strings.Index(lower, mark); at > 0 {
			lower = lower[:at]
			break
		}
	}
	if rest, cut := strings.CutPrefix(lower, "+"); cut {
		lower, abroad = strings.Replace(rest, "(0)", "", 1), true
	}
	var b strings.Builder
	for _, r := range lower {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -.()/\u00a0\u2009\u202f\u2010\u2011\u2012\u2013", r):
		default:
			return "", false, false
		}
	}
	digits = b.String()
	if rest, cut := strings.CutPrefix(digits, "00"); cut && !abroad {
		digits, abroad = rest, true
	}
	return digits, abroad, digits != ""
}

// international checks what stands behind the plus. Of a country that is not listed the length alone is checked, by E.164 (6.2.1).
func international(digits string) (string, bool) {
	for length := 3; length >= 1; length-- {
		if len(digits) <= length {
			continue
		}
		list := byCode[digits[:length]]
		if len(list) == 0 {
			continue
		}
		for _, p := range list {
			if p.fits(digits[length:]) {
				return "+" + digits, true
			}
			if p.trunk != "" && !p.keeps { // +44 020 7946 0018
				if rest, cut := strings.CutPrefix(digits[length:], p.trunk); cut && p.fits(rest) {
					return "+" + digits[:length] + rest, true
				}
			}
		}
		return "", false
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return "", false
	}
	return "+" + digits, true
}
