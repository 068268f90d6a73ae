// Package letters answers what unicode answers about runes, and lower-cases as strings does, by tables for the alphabets in which this desk's
// customers write. The answers are the same for every rune; they only cost a fraction for Latin, Greek and Cyrillic. It knows no words.
package letters

import (
	"unicode"
	"unicode/utf8"
)

// Class is a set of properties of a rune.
type Class uint16

// The properties. Each means what the function or table of package unicode of that name means.
const (
	Letter Class = 1 << iota
	Mark
	Digit
	Space
	Upper
	Lower
	Latin
	Cyrillic
	Greek
)

// size is how many runes the tables know: to the end of the Cyrillic supplement.
const size = 0x530

var (
	classes [size]Class
	lowers  [size]uint16 // lower-case form; 0 where it lies beyond the table
)

func init() {
	for r := range rune(size) {
		classes[r] = classOf(r)
		if low := unicode.ToLower(r); low <= 0xFFFF {
			lowers[r] = uint16(low)
		}
	}
}

func classOf(r rune) Class {
	var c Class
	for _, is := range []struct {
		class Class
		in    func(rune) bool
	}{
		{Letter, unicode.IsLetter}, {Mark, unicode.IsMark}, {Digit, unicode.IsDigit}, {Space, unicode.IsSpace}, {Upper, unicode.IsUpper}, {Lower, unicode.IsLower},
		{Latin, func(r rune) bool { return unicode.Is(unicode.Latin, r) }},
		{Cyrillic, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }},
		{Greek, func(r rune) bool { return unicode.Is(unicode.Greek, r) }},
	} {
		if is.in(r) {
			c |= is.class
		}
	}
	return c
}

// Of returns the properties of a rune.
func Of(r rune) Class {
	if uint32(r) < size {
		return classes[r]
	}
	return beyond(r)
}

// beyond is Of outside the table. General punctuation stands in every second mail, and is nothing but spaces and signs.
func beyond(r rune) Class {
	if r >= 0x2000 && r < 0x2070 {
		if unicode.IsSpace(r) {
			return Space
		}
		return 0
	}
	return classOf(r)
}

// ToLower is unicode.ToLower.
func ToLower(r rune) rune {
	if uint32(r) < size && lowers[r] != 0 {
		return rune(lowers[r])
	}
	return unicode.ToLower(r)
}

// ToLowerString is strings.ToLower.
func ToLowerString(s string) string {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	return string(AppendLower(make([]byte, 0, len(s)), s))
}

// AppendLower appends strings.ToLower(s) to dst.
func AppendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = utf8.AppendRune(dst, ToLower(r))
		i += n
	}
	return dst
}
