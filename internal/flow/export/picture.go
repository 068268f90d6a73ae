package export

import (
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/pdf"
)

// words writes what was said, with the pictures in it where they stand, and returns which pictures those are.
func (p *printer) words(m desk.Message, bar *pdf.Ink) map[desk.AttachmentID]bool {
	style := pdf.Style{Indent: 3, Bar: bar, After: 1.5}
	drawn := map[desk.AttachmentID]bool{}
	pieces := p.pieces(m)
	if pieces == nil {
		if text := p.text(m); text != "" {
			p.doc.Text(text, style)
		}
		return drawn
	}
	for _, piece := range pieces {
		if piece.Text != "" {
			p.doc.Text(piece.Text, style)
			continue
		}
		a, _ := ofText(m, piece.ContentID)
		if p.picture(a) {
			drawn[a.ID] = true
		}
	}
	return drawn
}

// pieces is the text of a message with its own pictures; nil where it shows none.
func (p *printer) pieces(m desk.Message) []htmltext.Piece {
	html := m.HTML
	if m.ForeignHTML != "" {
		html = m.ForeignHTML
	}
	if m.ErasedAt != 0 || m.Record != nil || !strings.Contains(html, "cid:") {
		return nil
	}
	some := false
	pieces := htmltext.Pieces(html, func(contentID string) bool {
		_, ok := ofText(m, contentID)
		some = some || ok
		return ok
	})
	if !some {
		return nil
	}
	return pieces
}

// ofText finds the picture that a text names; what is held, or was not looked through yet, is not shown.
func ofText(m desk.Message, contentID string) (desk.Attachment, bool) {
	for _, a := range m.Attachments {
		if a.ContentID == contentID && a.Held == "" && !a.Unscanned && strings.HasPrefix(a.Type, "image/") {
			return a, true
		}
	}
	return desk.Attachment{}, false
}

// picture draws a picture; false where it cannot be read, and is named among the files then.
func (p *printer) picture(a desk.Attachment) bool {
	f, err := p.open(a.Hash)
	if err != nil {
		return false // the names of the files tell of it; the rest of the conversation is worth printing
	}
	defer f.Close() // read side only
	return p.doc.Picture(f, pdf.Style{After: 2}) == nil
}

// textFile is the name of the file that carries what the type of a PDF lacks.
const textFile = "text.txt"

// lacking says in words that letters of a message stand as boxes, and where they can be read.
func (p *printer) lacking(m desk.Message) {
	scripts := pdf.Lacks(m.Subject + p.c.author(m) + p.text(m))
	if len(scripts) == 0 || m.ErasedAt != 0 {
		return
	}
	p.lacks = append(p.lacks, m)
	names := make([]string, len(scripts))
	for i, s := range scripts {
		names[i] = p.say("print.script_"+string(s), nil)
	}
	p.doc.Text(p.say("print.lacks", map[string]any{"Scripts": strings.Join(names, ", "), "File": textFile}), pdf.Style{Size: 8.5, Ink: pdf.Grey, Italic: true, Indent: 3, After: 1})
}

// whole is the text of all messages with letters that the type lacks.
func (p *printer) whole() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "#%d %s\n", p.c.Conversation.Number, p.c.Conversation.Subject)
	for _, m := range p.lacks {
		fmt.Fprintf(&b, "\n%s · %s\n\n%s\n", p.c.author(m), p.when(m.At), p.text(m))
	}
	return []byte(b.String())
}
