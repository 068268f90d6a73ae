package filetext

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of an office file, which is a ZIP file of XML.
const (
	maxParts = 500     // parts of a file that are read
	maxNames = 20_000  // entries that are looked at
	maxToken = 1 << 20 // bytes of XML between two marks
)

// readOffice reads documents (ECMA-376: .docx, .xlsx; ISO 26300: .odt).
func readOffice(w *writer, kind Kind, data []byte) error {
	if bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}) { // a compound file around the encrypted one (MS-OFFCRYPTO 2.3.4.5)
		return ErrLocked
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are compared and never used as paths
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	parts := partsOf(kind, z.File[:min(len(z.File), maxNames)])
	if len(parts) == 0 {
		return ErrUnreadable
	}
	if len(parts) > maxParts {
		parts, w.cut = parts[:maxParts], true
	}
	read := 0
	for _, f := range parts {
		if w.full() {
			return nil
		}
		err := readPart(w, kind, f)
		if err == nil {
			read++
		}
		w.rune('\n')
	}
	if read == 0 {
		return ErrUnreadable
	}
	return nil
}

// partsOf are the parts that hold words: the text first, then what stands around it.
func partsOf(kind Kind, all []*zip.File) (parts []*zip.File) {
	for _, f := range all {
		if rank(kind, f.Name) > 0 {
			parts = append(parts, f)
		}
	}
	slices.SortStableFunc(parts, func(a, b *zip.File) int { return rank(kind, a.Name) - rank(kind, b.Name) })
	return parts
}

func rank(kind Kind, name string) int {
	switch kind {
	case DOCX:
		base, ok := strings.CutPrefix(name, "word/")
		if !ok || strings.Contains(base, "/") || !strings.HasSuffix(base, ".xml") {
			return 0
		}
		for i, begin := range []string{"document", "header", "footer", "footnotes", "endnotes", "comments"} {
			if strings.HasPrefix(base, begin) {
				return i + 1
			}
		}
	case XLSX:
		switch {
		case name == "xl/sharedStrings.xml":
			return 1
		case strings.HasPrefix(name, "xl/worksheets/sheet") && strings.HasSuffix(name, ".xml"):
			return 2
		case strings.HasPrefix(name, "xl/comments") && strings.HasSuffix(name, ".xml"):
			return 3
		}
	case ODT:
		switch name {
		case "content.xml":
			return 1
		case "styles.xml": // headers and footers
			return 2
		}
	case None, Plain, HTML, PDF:
	}
	return 0
}

// metered reads an unpacked part, and ends where the budget does.
type metered struct {
	r io.Reader
	w *writer
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if !m.w.spend(n) {
		return n, io.EOF
	}
	return n, err
}

func readPart(w *writer, kind Kind, f *zip.File) error {
	if f.Flags&1 != 0 {
		return ErrLocked
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer r.Close() // read side only
	d := xml.NewDecoder(&tokens{r: metered{r, w}})
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	p := part{writer: w, kind: kind}
	for !w.full() {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		p.take(t)
	}
	return nil
}

// tokens ends a part in which a single token is longer than any honest one, so that a decoder never holds more than that: honest writers put a mark into
// every few kilobytes.
type tokens struct {
	r     io.Reader
	since int
}

var errLongToken = errors.New("a token without end")

func (t *tokens) Read(p []byte) (int, error) {
	if t.since > maxToken {
		return 0, errLongToken
	}
	n, err := t.r.Read(p)
	if i := bytes.LastIndexByte(p[:n], '>'); i >= 0 {
		t.since = n - i
	} else {
		t.since += n
	}
	return n, err
}

// part is where the reader stands in a part.
type part struct {
	*writer
	kind   Kind
	in     string // the element whose text counts
	shared bool   // the cell holds the number of a shared string
}

func (p *part) take(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		p.start(t)
	case xml.EndElement:
		p.end(t.Name)
	case xml.CharData:
		if p.kind == ODT || p.in != "" {
			p.bytes(t)
		}
	}
}

func (p *part) bytes(t []byte) {
	for _, r := range string(t) {
		if p.kind == ODT && (r == '\n' || r == '\r') {
			r = ' ' // of the file's own layout
		}
		p.rune(r)
	}
}

func (p *part) start(t xml.StartElement) {
	switch p.kind {
	case DOCX:
		switch t.Name.Local {
		case "t", "delText":
			if t.Name.Local == "t" {
				p.in = "t"
			}
		case "tab":
			p.rune('\t')
		case "br", "cr":
			p.rune('\n')
		}
	case XLSX:
		switch t.Name.Local {
		case "c":
			p.shared = false
			for _, a := range t.Attr {
				p.shared = p.shared || a.Name.Local == "t" && (a.Value == "s" || a.Value == "b")
			}
		case "t":
			p.in = "t"
		case "v":
			if !p.shared {
				p.in = "v"
			}
		}
	case ODT:
		switch t.Name.Local {
		case "s", "tab":
			p.rune(' ')
		case "line-break":
			p.rune('\n')
		}
	case None, Plain, HTML, PDF:
	}
}

func (p *part) end(name xml.Name) {
	if name.Local == p.in {
		p.in = ""
	}
	switch name.Local {
	case "p", "h", "tr", "row", "si", "table-row":
		p.rune('\n')
	case "tc", "c", "table-cell":
		p.rune('\t')
	}
}
