package language

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// inseparable are the letters that Unicode does not take apart into a base and a mark.
var inseparable = map[rune]string{
	'ł': "l", 'đ': "d", 'ð': "d", 'ø': "o", 'ħ': "h", 'ı': "i", 'ŧ': "t", 'ŋ': "n", 'ĸ': "k",
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ё': "е", 'ґ': "г",
	'’': "'", '‘': "'", 'ʼ': "'", '`': "'", '´': "'",
}

// Fold returns s for comparing without regard to case and marks, for search and sort keys: lower case, compatibility forms unified, marks taken off Latin and
// Greek letters (ā→a, ł→l, ß→ss, æ→ae), ё→е and ґ→г; other Cyrillic letters (й, ї, ў) are letters of their own and stay. Folding
// twice changes nothing.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	if folded, ok := foldByTable(s); ok {
		return folded
	}
	return foldAny(s)
}

// tableSize is how many runes foldTable knows, to the end of the Cyrillic supplement; punctuation is where quotation marks and dashes are.
const (
	tableSize        = 0x530
	punctuation      = 0x2010
	punctuationAfter = 0x20C0
)

// foldTables hold what each rune becomes that does nothing to its neighbours: no mark, and nothing that a mark could join. They are ""
// for the others.
var foldTables = sync.OnceValue(func() *[tableSize + punctuationAfter - punctuation]string {
	var t [tableSize + punctuationAfter - punctuation]string
	for i := range t {
		r := rune(i)
		if i >= tableSize {
			r = punctuation + rune(i-tableSize)
		}
		if properties := norm.NFKC.PropertiesString(string(r)); properties.CCC() == 0 && properties.BoundaryBefore() {
			t[i] = foldAny(string(r))
		}
	}
	return &t
})

// foldByTable is foldAny for texts of runes in foldTables.
func foldByTable(s string) (folded string, ok bool) {
	t := foldTables()
	out := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			case c == '`':
				c = '\''
			}
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		var became string
		switch {
		case r < tableSize:
			became = t[r]
		case r >= punctuation && r < punctuationAfter:
			became = t[tableSize+r-punctuation]
		}
		if became == "" {
			return "", false
		}
		out = append(out, became...)
		i += n
	}
	return string(out), true
}

// foldAny folds whatever it is given, at some cost.
func foldAny(s string) string {
	s = norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD"))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		foldRune(&b, unicode.ToLower(r))
	}
	folded := b.String()
	if !norm.NFKC.IsNormalString(folded) { // taking marks away can bring others together
		return norm.NFKC.String(folded)
	}
	return folded
}

func foldRune(b *strings.Builder, r rune) {
	if r < utf8.RuneSelf {
		if r == '`' {
			r = '\''
		}
		b.WriteByte(byte(r))
		return
	}
	if t, ok := inseparable[r]; ok {
		b.WriteString(t)
		return
	}
	if r >= 0x300 && r <= 0x36F {
		return // a mark that found no letter to join
	}
	if !unicode.In(r, unicode.Latin, unicode.Greek) {
		b.WriteRune(r)
		return
	}
	var buffer [utf8.UTFMax]byte
	n := utf8.EncodeRune(buffer[:], r)
	parts := norm.NFD.Properties(buffer[:n]).Decomposition()
	if parts == nil {
		b.WriteRune(r)
		return
	}
	base, _ := utf8.DecodeRune(parts)
	if t, ok := inseparable[base]; ok { // ǿ is ø with a mark
		b.WriteString(t)
		return
	}
	b.WriteRune(base)
}

func isFolded(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' || c == '`' {
			return false
		}
	}
	return true
}
