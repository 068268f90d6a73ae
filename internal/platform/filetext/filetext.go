// Package filetext reads the words out of files that people attach: plain text, CSV, HTML, PDF, and the documents and sheets of offices (.docx, .xlsx,
// .odt). It is for finding files, not for showing them: layout is lost, pictures are not read. Files come from strangers, so all that it does is
// bounded: by the bytes it takes in, unpacks and gives back, by depth, and by a budget of work that is linear in these.
package filetext

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

// Bounds of one file, in bytes.
const (
	MaxFile = 20 << 20  // larger ones are not read
	MaxText = 256 << 10 // of what is given back
	maxWork = 96 << 20  // of everything that is looked at on the way: the file, what is unpacked of it, and what is looked at again
)

// Kind is how a file is written.
type Kind string

// The kinds that are read; None is every other.
const (
	None  Kind = ""
	Plain Kind = "plain" // .txt, .csv and their like
	HTML  Kind = "html"
	PDF   Kind = "pdf"
	DOCX  Kind = "docx"
	XLSX  Kind = "xlsx"
	ODT   Kind = "odt"
)

var byName = map[string]Kind{
	".txt": Plain, ".text": Plain, ".csv": Plain, ".tsv": Plain, ".log": Plain, ".md": Plain, ".htm": HTML, ".html": HTML, ".xhtml": HTML, ".pdf": PDF,
	".docx": DOCX, ".docm": DOCX, ".dotx": DOCX, ".xlsx": XLSX, ".xlsm": XLSX, ".odt": ODT, ".ods": ODT, ".odp": ODT, ".ott": ODT,
}

var byType = map[string]Kind{
	"text/plain": Plain, "text/csv": Plain, "text/tab-separated-values": Plain, "text/markdown": Plain, "text/html": HTML, "application/xhtml+xml": HTML,
	"application/pdf": PDF, "application/x-pdf": PDF,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": DOCX,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       XLSX,
	"application/vnd.oasis.opendocument.text":                                 ODT,
	"application/vnd.oasis.opendocument.spreadsheet":                          ODT,
}

// Of says how a file is written, by the end of its name, else by its media type (RFC 6838, without parameters).
func Of(name, mediaType string) Kind {
	if k := byName[strings.ToLower(path.Ext(name))]; k != None {
		return k
	}
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return byType[strings.ToLower(strings.TrimSpace(mediaType))]
}

// Reasons why there is no text.
var (
	ErrUnreadable = errors.New("not a file of this kind, or damaged")
	ErrLocked     = errors.New("locked by a password")
	ErrTooLarge   = errors.New("larger than is read")
)

// Text is what a file says: valid UTF-8 without control characters but line feeds and tabs.
type Text struct {
	Text string
	Cut  bool // there was more than is read
}

// Read returns what a file says, at most MaxText bytes of it. The error is one of the reasons above. It never panics: a file at which the reader
// stumbles is unreadable.
func Read(kind Kind, data []byte) (t Text, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = Text{}, fmt.Errorf("%w: %v", ErrUnreadable, p)
		}
	}()
	if len(data) > MaxFile {
		return Text{}, ErrTooLarge
	}
	w := &writer{work: maxWork}
	w.spend(len(data))
	switch kind {
	case Plain:
		w.text(mailmsg.Decode(data[:min(len(data), 2*MaxText)], ""))
		w.cut = w.cut || len(data) > 2*MaxText
	case HTML:
		w.text(htmltext.ToText(mailmsg.Decode(data[:min(len(data), htmltext.MaxInput)], declared(data))))
	case PDF:
		err = readPDF(w, data)
	case DOCX, XLSX, ODT:
		err = readOffice(w, kind, data)
	default:
		err = ErrUnreadable
	}
	if err != nil {
		return Text{}, err
	}
	return Text{strings.TrimSpace(w.String()), w.cut}, nil
}

// writer gathers text within bounds.
type writer struct {
	strings.Builder
	work int  // bytes that may still be looked at
	cut  bool // something was left out
	last rune
}

// spend takes from the budget, and reports whether there is any left.
func (w *writer) spend(n int) bool {
	if w.work -= n; w.work > 0 {
		return true
	}
	w.cut = true
	return false
}

// full reports whether nothing more is taken.
func (w *writer) full() bool { return w.cut }

func (w *writer) text(s string) {
	for _, r := range s {
		w.rune(r)
	}
}

// rune adds a letter. Blanks after blanks, and what cannot be seen, are left out.
func (w *writer) rune(r rune) {
	switch {
	case r == '\r' || r == '\f' || r == '\v' || r == 0x2028 || r == 0x2029:
		r = '\n'
	case r == 0xA0:
		r = ' '
	case r == 0xAD || r == 0xFEFF || r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r < 0xA0:
		return
	}
	if blank(r) && (blank(w.last) && (r != '\n' || w.last == '\n') || w.Len() == 0) {
		return
	}
	if w.Len()+utf8.RuneLen(r) > MaxText {
		w.cut = true
	}
	if w.cut {
		return
	}
	w.last = r
	w.WriteRune(r)
}

func blank(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }

// declared is the character set that an HTML file says it is written in (HTML, 4.2.5.4), "" for none.
func declared(data []byte) string {
	head := bytes.ToLower(data[:min(len(data), 1024)])
	_, after, ok := bytes.Cut(head, []byte("charset="))
	if !ok {
		return ""
	}
	after = bytes.TrimLeft(after, `"' `)
	if i := bytes.IndexAny(after, `"' />;`); i >= 0 {
		return string(after[:i])
	}
	return ""
}
