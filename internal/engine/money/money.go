// Package money reads and writes amounts exactly: whole numbers of a currency's minor units, never floating point. It is pure.
package money

import (
	"strconv"
	"strings"
)

// Most is the largest amount that is read, in minor units, of either sign: below 2^53, so that browsers read it exactly, with room for sums.
const Most = 1_000_000_000_000

// longest text that is read as a number.
const longest = 60

// Parse reads a decimal number such as "1234.5", "-12,50", "1 234,50 €" or "EUR 1.234,50" as minor units of a currency with that many decimals (ISO 4217). Finer digits are
// rounded half away from zero. comma says that a comma is the decimal sign and dots group thousands; otherwise it is the other way round. It reports false for what is no
// number, is ambiguous or lies beyond [Most].
func Parse(text string, decimals int, comma bool) (minor int64, ok bool) {
	digits, ok := strip(text)
	if !ok {
		return 0, false
	}
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	point, group := byte('.'), byte(',')
	if comma {
		point, group = group, point
	}
	whole, fraction, found := strings.Cut(digits, string(point))
	if found && strings.ContainsAny(fraction, ".,") {
		return 0, false
	}
	if whole, ok = ungroup(whole, group); !ok || whole == "" && fraction == "" {
		return 0, false
	}
	minor, ok = join(whole, fraction, decimals)
	if negative {
		minor = -minor
	}
	return minor, ok
}

// strip takes away what stands around a number: blanks, the sign or code of a currency, groups that are parted by blanks or apostrophes.
func strip(text string) (string, bool) {
	if len(text) > longest {
		return "", false
	}
	text = strings.TrimSpace(text)
	text = strings.TrimFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789-+.,−", r) })
	var b strings.Builder
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9' || r == '.' || r == ',':
			b.WriteRune(r)
		case (r == '-' || r == '−') && i == 0:
			b.WriteByte('-')
		case r == '+' && i == 0, r == ' ', r == '\u00a0', r == '\u202f', r == '\'', r == '’':
		default:
			return "", false
		}
	}
	out := b.String()
	return out, strings.ContainsAny(out, "0123456789")
}

// ungroup joins groups of thousands; each but the first has three digits.
func ungroup(whole string, group byte) (string, bool) {
	parts := strings.Split(whole, string(group))
	for i, p := range parts {
		if strings.ContainsAny(p, ".,") || i > 0 && len(p) != 3 || i == 0 && len(parts) > 1 && (p == "" || len(p) > 3) {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

func join(whole, fraction string, decimals int) (int64, bool) {
	up := false
	if len(fraction) > decimals {
		up = fraction[decimals] >= '5'
		fraction = fraction[:decimals]
	}
	all := strings.TrimLeft(whole+fraction+strings.Repeat("0", decimals-len(fraction)), "0")
	if len(all) > 15 {
		return 0, false
	}
	if all == "" {
		all = "0"
	}
	n, err := strconv.ParseInt(all, 10, 64)
	if up {
		n++
	}
	return n, err == nil && n <= Most
}

// Format writes minor units as a plain decimal number with a dot, as [Parse] reads it.
func Format(minor int64, decimals int) string {
	digits, sign := strconv.FormatInt(minor, 10), ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	if decimals <= 0 {
		return sign + digits
	}
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
}

// Quantity reads how many of something there are, as a plain decimal number: "2", "0.75". Blanks and zeroes that say nothing are left out; at most nine digits stand before
// the decimal sign and six behind it. comma is as for [Parse].
func Quantity(text string, comma bool) (string, bool) {
	micro, ok := Parse(text, 6, comma)
	if !ok || micro < 0 {
		return "", false
	}
	out := Format(micro, 6)
	out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	whole, _, _ := strings.Cut(out, ".")
	return out, len(whole) <= 9
}

// Times is an amount of one, multiplied by a quantity as [Quantity] returns it and rounded half away from zero; false beyond [Most].
func Times(minor int64, quantity string) (int64, bool) {
	micro, ok := Parse(quantity, 6, false)
	if !ok || micro < 0 || minor > Most || minor < -Most {
		return 0, false
	}
	sign := int64(1)
	if minor < 0 {
		sign, minor = -1, -minor
	}
	// minor * micro may pass 2^63: the whole and the broken part of the quantity are multiplied apart.
	whole, part := micro/1_000_000, micro%1_000_000
	if whole != 0 && minor > Most/whole {
		return 0, false
	}
	high, low := minor/1_000_000, minor%1_000_000
	n := minor*whole + high*part + (low*part+500_000)/1_000_000
	return sign * n, n <= Most
}

// Each is an amount for a quantity, divided by it and rounded half away from zero; the amount itself where the quantity is none.
func Each(minor int64, quantity string) int64 {
	micro, ok := Parse(quantity, 6, false)
	if !ok || micro <= 0 {
		return minor
	}
	sign := int64(1)
	if minor < 0 {
		sign, minor = -1, -minor
	}
	// minor <= 10^12, so minor * 10^6 stays below 2^63.
	n := (minor*1_000_000 + micro/2) / micro
	return sign * min(n, Most)
}
