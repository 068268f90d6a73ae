package filetext

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// font says what the codes of a font mean and how wide they are (ISO 32000-1, 9.5 to 9.10).
type font struct {
	wide     bool // codes of two bytes
	means    map[int]string
	widths   map[int]float64
	ordinary float64
}

// maxCodes bounds what one font says about its codes.
const maxCodes = 70_000

// font reads a font once.
func (f *pdf) font(v any) *font {
	number, named := v.(ref)
	if named {
		if t := f.fonts[int(number)]; t != nil {
			return t
		}
	}
	d := f.dict(v)
	if d == nil {
		return nil
	}
	t := &font{means: map[int]string{}, widths: map[int]float64{}, ordinary: 500}
	t.wide = f.resolve(d["Subtype"]) == name("Type0")
	if t.wide {
		f.wideWidths(t, d)
	} else {
		f.simple(t, d)
	}
	if s, ok := f.resolve(d["ToUnicode"]).(stream); ok {
		t.readMap(f, f.unpacked(s))
	}
	if named {
		f.fonts[int(number)] = t
	}
	return t
}

// each calls yield with the codes of a string.
func (t *font) each(s []byte, yield func(code, bytes int)) {
	if !t.wide {
		for _, c := range s {
			yield(int(c), 1)
		}
		return
	}
	for ; len(s) > 1; s = s[2:] {
		yield(int(s[0])<<8|int(s[1]), 2)
	}
}

func (t *font) write(w *writer, code int) { w.text(t.means[code]) }

func (t *font) width(code int) float64 {
	if n, ok := t.widths[code]; ok {
		return n
	}
	return t.ordinary
}

// simple reads the encoding and the widths of a font whose codes are one byte.
func (f *pdf) simple(t *font, d dict) {
	page := charmap.Windows1252
	e := f.resolve(d["Encoding"])
	if ed, ok := e.(dict); ok {
		e = f.resolve(ed["BaseEncoding"])
	}
	if e == name("MacRomanEncoding") {
		page = charmap.Macintosh
	}
	for c := 32; c < 256; c++ {
		if r := page.DecodeByte(byte(c)); r != utf8.RuneError {
			t.means[c] = string(r)
		}
	}
	if ed, ok := f.resolve(d["Encoding"]).(dict); ok {
		code := 0
		for _, v := range f.list(ed["Differences"]) {
			switch v := f.resolve(v).(type) {
			case float64:
				code = int(max(min(v, 255), 0))
			case name:
				if code < 256 {
					t.means[code] = glyph(string(v))
				}
				code++
			}
		}
	}
	first := f.whole(d["FirstChar"])
	widths := f.list(d["Widths"])
	for i, v := range widths[:min(len(widths), 256)] {
		if n, ok := f.resolve(v).(float64); ok {
			t.widths[first+i] = n
		}
	}
	if f.resolve(d["Subtype"]) == name("Type3") && len(widths) > 0 { // in units of its own
		m := f.list(d["FontMatrix"])
		for c := range t.widths {
			t.widths[c] *= 1000 * abs(num(m, 0))
		}
	}
}

// wideWidths reads the widths of a font whose codes are two bytes (9.7.4.3).
func (f *pdf) wideWidths(t *font, d dict) {
	list := f.list(d["DescendantFonts"])
	if len(list) == 0 {
		return
	}
	of := f.dict(list[0])
	t.ordinary = 1000
	if n, ok := f.resolve(of["DW"]).(float64); ok {
		t.ordinary = n
	}
	w := f.list(of["W"])
	for i := 0; i+1 < len(w) && len(t.widths) < maxCodes; {
		first := f.whole(w[i])
		if some, ok := f.resolve(w[i+1]).([]any); ok {
			for k, v := range some {
				n, _ := f.resolve(v).(float64)
				t.widths[first+k] = n
			}
			i += 2
			continue
		}
		last := f.whole(w[i+1])
		n, _ := f.resolve(operand(w, i+2)).(float64)
		for c := first; c <= last && len(t.widths) < maxCodes; c++ {
			t.widths[c] = n
		}
		i += 3
	}
}

// readMap reads what codes mean (9.10.3, and Adobe's technical note 5411).
func (t *font) readMap(f *pdf, data []byte) {
	if !f.w.spend(len(data)) {
		return
	}
	p := &parser{data: data}
	var stack []any
	for !p.end() && len(t.means) < maxCodes {
		v := p.value(0)
		o, ok := v.(op)
		if !ok {
			if len(stack) < 3*maxCodes {
				stack = append(stack, v)
			}
			continue
		}
		switch o {
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				t.means[code(stack[i])] = unicodeOf(stack[i+1], 0)
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				t.span(f, stack[i], stack[i+1], stack[i+2])
			}
		}
		stack = stack[:0]
	}
}

func (t *font) span(f *pdf, from, to, means any) {
	first, last := code(from), code(to)
	list, listed := means.([]any)
	for c := first; c <= last && len(t.means) < maxCodes && f.w.spend(1); c++ {
		switch {
		case !listed:
			t.means[c] = unicodeOf(means, c-first)
		case c-first < len(list):
			t.means[c] = unicodeOf(list[c-first], 0)
		default:
			return
		}
	}
}

func code(v any) (n int) {
	s, _ := v.([]byte)
	for _, c := range s[:min(len(s), 4)] {
		n = n<<8 | int(c)
	}
	return n
}

// unicodeOf is a string of UTF-16, whose last unit grows by add.
func unicodeOf(v any, add int) string {
	s, _ := v.([]byte)
	if len(s) == 1 {
		s = []byte{0, s[0]}
	}
	var units []uint16
	for ; len(s) > 1 && len(units) < 16; s = s[2:] {
		units = append(units, uint16(s[0])<<8|uint16(s[1]))
	}
	if len(units) > 0 {
		units[len(units)-1] += uint16(add)
	}
	return norm.NFKC.String(string(utf16.Decode(units)))
}

// accents are the ends of glyphs' names, with the mark that they stand for (Adobe Glyph List for New Fonts).
var accents = []struct {
	end  string
	mark rune
}{
	{"hungarumlaut", 0x30B}, {"commaaccent", 0x327}, {"circumflex", 0x302}, {"dotaccent", 0x307}, {"dieresis", 0x308}, {"cedilla", 0x327}, {"macron", 0x304},
	{"ogonek", 0x328}, {"acute", 0x301}, {"grave", 0x300}, {"tilde", 0x303}, {"caron", 0x30C}, {"breve", 0x306}, {"ring", 0x30A},
}

// glyphs are names that say nothing by their parts.
var glyphs = map[string]string{
	"space": " ", "nbspace": " ", "exclam": "!", "quotedbl": `"`, "numbersign": "#", "dollar": "$", "percent": "%", "ampersand": "&", "quotesingle": "'", "parenleft": "(",
	"parenright": ")", "asterisk": "*", "plus": "+", "comma": ",", "hyphen": "-", "minus": "-", "period": ".", "slash": "/", "colon": ":", "semicolon": ";", "less": "<",
	"equal": "=", "greater": ">", "question": "?", "at": "@", "bracketleft": "[", "backslash": `\`, "bracketright": "]", "underscore": "_", "braceleft": "{", "bar": "|",
	"braceright": "}", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "endash": "–",
	"emdash": "—", "quoteleft": "‘", "quoteright": "’", "quotedblleft": "“", "quotedblright": "”", "quotedblbase": "„", "bullet": "•", "ellipsis": "…", "Euro": "€",
	"sterling": "£", "section": "§", "degree": "°", "germandbls": "ß", "lslash": "ł", "Lslash": "Ł", "oslash": "ø", "Oslash": "Ø", "dcroat": "đ", "Dcroat": "Đ", "ae": "æ",
	"AE": "Æ", "oe": "œ", "OE": "Œ", "dotlessi": "ı", "eth": "ð", "thorn": "þ", "fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl",
}

// glyph is what a glyph's name stands for (Adobe Glyph List Specification, 2), as far as the letters of Europe go; "" for others.
func glyph(n string) string {
	n, _, _ = strings.Cut(n, ".")
	if s, ok := glyphs[n]; ok {
		return s
	}
	if len(n) == 1 {
		return n
	}
	for _, begin := range []string{"uni", "u"} {
		if hex, ok := strings.CutPrefix(n, begin); ok && len(hex) >= 4 && len(hex) <= 6 {
			if r, err := strconv.ParseUint(hex, 16, 32); err == nil && utf8.ValidRune(rune(r)) {
				return norm.NFKC.String(string(rune(r)))
			}
		}
	}
	for _, a := range accents {
		if letter, ok := strings.CutSuffix(n, a.end); ok && len(letter) == 1 {
			return norm.NFC.String(letter + string(a.mark))
		}
	}
	return ""
}
