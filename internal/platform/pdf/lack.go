package pdf

import (
	"unicode"

	"github.com/go-pdf/fpdf"
)

// Script is a kind of letters that the fonts lack.
type Script string

// Scripts that a reader knows by name.
const (
	EastAsian Script = "east_asian" // Chinese, Japanese, Korean
	Hebrew    Script = "hebrew"
	Arabic    Script = "arabic"
	Pictures  Script = "emoji"
	Others    Script = "others"
)

var scripts = []struct {
	script Script
	tables []*unicode.RangeTable
}{
	{EastAsian, []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo}},
	{Hebrew, []*unicode.RangeTable{unicode.Hebrew}},
	{Arabic, []*unicode.RangeTable{unicode.Arabic, unicode.Syriac}},
	{Pictures, []*unicode.RangeTable{unicode.So, unicode.Sk}},
}

// Lacks returns the kinds of letters of a text that the fonts lack and that Readable makes boxes of, each once, in a fixed order.
func Lacks(text string) (out []Script) {
	found := map[Script]bool{}
	n := 0
	for _, r := range text {
		if n++; n > maxText {
			break
		}
		if r < 0x80 || !boxed(r) {
			continue
		}
		found[scriptOf(r)] = true
	}
	for _, s := range []Script{EastAsian, Hebrew, Arabic, Pictures, Others} {
		if found[s] {
			out = append(out, s)
		}
	}
	return out
}

func scriptOf(r rune) Script {
	for _, s := range scripts {
		if unicode.In(r, s.tables...) {
			return s.script
		}
	}
	return Others
}

// boxed reports whether Readable makes a box of a letter.
func boxed(r rune) bool { return []rune(Readable(string(r)) + " ")[0] == missing && r != missing }

// Attach lays a text file into the document, for programs that show what a PDF carries.
func (d *Doc) Attach(name string, text []byte) {
	d.attached = append(d.attached, fpdf.Attachment{Content: text, Filename: line(name)})
	d.f.SetAttachments(d.attached)
}
