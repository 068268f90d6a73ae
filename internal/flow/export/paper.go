package export

import (
	_ "embed" // the look of the page
	"fmt"
	"html"
	"io"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/locale"
)

//go:embed paper.css
var paperSheet string

// Look is what a page for paper is shown with beside its own sheet.
type Look struct {
	Font  string                    // declarations of fonts
	Sheet string                    // of foreign HTML, within its own tree
	Rich  func(desk.Message) string // sanitised HTML of a message, "" where its text is shown
}

// Paper writes a conversation as a page that browsers print. What others sent as HTML flows across pages, each in a tree of its own (a declarative shadow root), so that
// its rules reach nothing else. It is to be served with a policy that runs and loads nothing.
func (e *Export) Paper(w io.Writer, c Case, o Options, look Look) error {
	p := &printer{c: c, o: o, lang: locale.MatchUI(o.Language)}
	d := casePage(c, o)
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="` + p.lang + `"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>` + html.EscapeString(d.Title) +
		`</title><style>` + look.Font + paperSheet + `</style></head><body><h1>` + html.EscapeString(d.Title) + `</h1><dl>`)
	for _, f := range d.Facts {
		b.WriteString(`<dt>` + html.EscapeString(f.Name) + `</dt><dd>` + html.EscapeString(f.Value) + `</dd>`)
	}
	b.WriteString(`</dl>`)
	for _, l := range p.woven(func(m desk.Message) { p.onPaper(&b, m, look) }, func(a desk.Activity, words string) {
		b.WriteString(`<p class="about">` + html.EscapeString(p.when(a.At)+" · "+words) + `</p>`)
	}) {
		l()
	}
	b.WriteString(`</body></html>`)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the page of conversation %s: %w", c.Conversation.ID, err)
	}
	return nil
}

func (p *printer) onPaper(b *strings.Builder, m desk.Message, look Look) {
	s := p.said(m, false)
	class := map[desk.MessageKind]string{desk.Outgoing: "mine", desk.Note: "note"}[m.Kind]
	b.WriteString(`<article class="` + class + `"><header><b>` + html.EscapeString(p.kind(m)+s.Who) + `</b><span class="when">` + html.EscapeString(s.When) + `</span></header>`)
	about := func(words string) {
		if words != "" {
			b.WriteString(`<p class="about">` + html.EscapeString(words) + `</p>`)
		}
	}
	for _, f := range s.Facts {
		if m.Kind == desk.Outgoing || len(m.To) == 0 || f.Value != addresses(m.To) {
			about(f.Name + ": " + f.Value)
		}
	}
	rich := ""
	if m.ErasedAt == 0 && m.Record == nil {
		rich = look.Rich(m)
	}
	if rich != "" {
		b.WriteString(`<div><template shadowrootmode="open"><style>` + look.Sheet + `</style><div dir="auto">` + rich + `</div></template></div>`)
	} else {
		b.WriteString(`<div class="text">` + html.EscapeString(p.text(m)) + `</div>`)
	}
	about(s.State)
	if len(s.Files) > 0 && m.ErasedAt == 0 {
		names := make([]string, len(s.Files))
		for i, f := range s.Files {
			names[i] = f.Name
		}
		about(p.say("print.attachments", nil) + ": " + strings.Join(names, ", "))
	}
	b.WriteString(`</article>`)
}
