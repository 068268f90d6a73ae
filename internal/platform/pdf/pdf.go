// Package pdf writes documents of running text on A4, for printing and keeping: headings, facts, paragraphs, bars, and a foot with page numbers.
// Its letters are Latin (all of Europe's), Greek and Cyrillic, by the Go fonts (BSD licence, golang.org/x/image/font/gofont), of which only those
// used are embedded; what they lack becomes a box, and Lacks tells of it. Text stays text: it can be searched and copied.
package pdf

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Measures in millimetres; type sizes in points.
const (
	margin   = 20.0
	width    = 210 - 2*margin
	bottom   = 18.0
	leading  = 1.42 // of the type's size
	perPoint = 25.4 / 72
)

// maxText bounds one paragraph, in runes: what is longer is a log or an attack, and lies in the originals in full.
const maxText = 100_000

// Ink is a colour.
type Ink struct{ R, G, B int }

// Inks of the house: text, what stands back, and the thin line.
var (
	Black = Ink{31, 36, 33}
	Grey  = Ink{107, 113, 108}
	Pale  = Ink{217, 211, 200}
	Teal  = Ink{15, 110, 99}
	Amber = Ink{170, 110, 20}
)

// Style is how a text is set.
type Style struct {
	Size   float64 // points; 10 where 0
	Bold   bool
	Italic bool
	Ink    Ink     // Black where zero
	Indent float64 // mm
	After  float64 // space below, mm
	Bar    *Ink    // a bar down the left side
}

// Meta is about the whole document.
type Meta struct {
	Title    string
	Language string    // BCP 47
	At       time.Time // when it was made
	Foot     string    // left in the foot of each page
	Page     string    // right in the foot; {page} and {pages} are filled in
}

// Doc is a document being written. It is used by one goroutine.
type Doc struct {
	f        *fpdf.Fpdf
	pictures int
	pixels   int64 // of all pictures so far
	attached []fpdf.Attachment
}

// pagesAlias stands for the number of pages until that is known: nothing that Readable lets through.
const pagesAlias = "\x02\x02"

// New begins a document with its first page.
func New(m Meta) *Doc {
	f := fpdf.New("P", "mm", "A4", "")
	d := &Doc{f: f}
	f.SetCatalogSort(true) // equal input gives equal bytes
	f.SetCreationDate(m.At)
	f.SetModificationDate(m.At)
	f.SetTitle(line(m.Title), true)
	f.SetCreator("Tellus", true)
	f.SetLang(m.Language)
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	f.AddUTF8FontFromBytes("go", "I", goitalic.TTF)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, bottom+6)
	f.AliasNbPages(pagesAlias)
	f.SetFooterFunc(func() {
		f.SetY(-bottom)
		f.SetDrawColor(Pale.R, Pale.G, Pale.B)
		f.SetLineWidth(0.2)
		f.Line(margin, f.GetY(), margin+width, f.GetY())
		f.SetY(-bottom + 2)
		d.use(Style{Size: 8, Ink: Grey})
		f.CellFormat(width*0.7, 4, d.fit(line(m.Foot), width*0.7), "", 0, "L", false, 0, "")
		page := strings.NewReplacer("{page}", fmt.Sprint(f.PageNo()), "{pages}", pagesAlias).Replace(line(m.Page))
		f.CellFormat(width*0.3, 4, page, "", 0, "R", false, 0, "")
	})
	f.AddPage()
	return d
}

// use sets type and ink; it returns the height of a line in millimetres.
func (d *Doc) use(s Style) float64 {
	if s.Size == 0 {
		s.Size = 10
	}
	if s.Ink == (Ink{}) {
		s.Ink = Black
	}
	face := ""
	switch {
	case s.Bold:
		face = "B"
	case s.Italic:
		face = "I"
	}
	d.f.SetFont("go", face, s.Size)
	d.f.SetTextColor(s.Ink.R, s.Ink.G, s.Ink.B)
	return s.Size * leading * perPoint
}

// fit shortens a text to a width.
func (d *Doc) fit(text string, within float64) string {
	r := []rune(text)
	for len(r) > 0 && d.f.GetStringWidth(string(r)) > within-2 {
		r = r[:len(r)-1-len(r)/20]
		text = string(r) + "…"
	}
	return text
}

// Text writes a paragraph; line ends in it are kept.
func (d *Doc) Text(text string, s Style) {
	height := d.use(s)
	left := margin + s.Indent
	page, top := d.f.PageNo(), d.f.GetY()
	d.f.SetX(left)
	d.f.SetLeftMargin(left) // lines after a page break begin there too
	d.f.MultiCell(margin+width-left, height, Readable(text), "", "L", false)
	d.f.SetLeftMargin(margin)
	if s.Bar != nil && d.f.PageNo() == page {
		d.f.SetFillColor(s.Bar.R, s.Bar.G, s.Bar.B)
		d.f.Rect(left-3, top, 0.7, d.f.GetY()-top, "F")
	}
	d.f.Ln(s.After)
}

// Fact writes a label and what it says beside it.
func (d *Doc) Fact(label, text string) {
	const column = 34.0
	height := d.use(Style{Size: 9, Ink: Grey})
	d.Room(height)
	y := d.f.GetY()
	d.f.CellFormat(column, height, d.fit(line(label), column), "", 0, "L", false, 0, "")
	d.f.SetXY(margin+column, y)
	d.use(Style{Size: 9})
	d.f.SetLeftMargin(margin + column)
	d.f.MultiCell(width-column, height, Readable(text), "", "L", false)
	d.f.SetLeftMargin(margin)
	d.f.SetX(margin)
}

// Pair writes a text to the left and another to the right of one line.
func (d *Doc) Pair(left string, l Style, right string, r Style) {
	h := d.use(r)
	right = line(right)
	right = d.fit(right, width/2)
	rightWidth := d.f.GetStringWidth(right) + 3
	h = max(h, d.use(l))
	d.Room(h)
	d.f.CellFormat(width-rightWidth, h, d.fit(line(left), width-rightWidth), "", 0, "L", false, 0, "")
	d.use(r)
	d.f.CellFormat(rightWidth, h, right, "", 1, "R", false, 0, "")
}

// Rule draws a thin line across.
func (d *Doc) Rule(before, after float64) {
	d.f.Ln(before)
	d.f.SetDrawColor(Pale.R, Pale.G, Pale.B)
	d.f.SetLineWidth(0.2)
	d.f.Line(margin, d.f.GetY(), margin+width, d.f.GetY())
	d.f.Ln(after)
}

// Space leaves some millimetres empty.
func (d *Doc) Space(mm float64) { d.f.Ln(mm) }

// Room begins a new page where less than mm is left on this one.
func (d *Doc) Room(mm float64) {
	if d.f.GetY()+mm > 297-bottom-6 {
		d.f.AddPage()
	}
}

// Write ends the document and writes it.
func (d *Doc) Write(w io.Writer) error {
	if err := d.f.Output(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

// glyphs knows which letters the font has. sfnt is not safe for concurrent use without a buffer of one's own.
var glyphs = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic("pdf: the Go font does not parse: " + err.Error()) // it is part of the program
	}
	return f
})

// missing stands for a letter that the font lacks.
const missing = '□'

// Readable is a text as a document can show it: control characters gone, tabs as blanks, letters that the fonts lack as boxes, and cut after 100,000
// runes.
func Readable(text string) string {
	var b strings.Builder
	var buf sfnt.Buffer
	n := 0
	last := rune(0)
	for _, r := range text {
		if n == maxText {
			b.WriteString(" …")
			break
		}
		switch {
		case r == '\n':
		case r == '\t' || r == '\u00a0' || r == '\u202f' || r == '\u2009':
			r = ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff,
			r == 0xad, r >= 0xfe00 && r <= 0xfe0f, r >= 0x1f3fb && r <= 0x1f3ff:
			continue
		case r == '\u2011':
			r = '-'
		case r < 0x80:
		default:
			i, err := glyphs().GlyphIndex(&buf, r)
			if err != nil || i == 0 || r > 0xffff {
				r = missing
			}
		}
		if r == missing && last == missing {
			continue // a row of emoji is one box
		}
		b.WriteRune(r)
		last = r
		n++
	}
	return b.String()
}

// line is Readable for what stands on one line.
func line(text string) string { return strings.ReplaceAll(Readable(text), "\n", " ") }
