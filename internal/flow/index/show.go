package index

import (
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/query"
	"tellus/internal/feature/conversation"
)

const (
	snippetSize = 180 // runes
	mostMarks   = 40  // in one text
)

// show marks what was found, and where.
func show(m *query.Matcher, found *conversation.Indexed, c desk.Conversation) Hit {
	subject := m.Spans(c.Subject, found.Language, mostMarks)
	customer := m.Spans(c.CustomerName, "", mostMarks)
	text := m.Spans(found.Text, found.Language, mostMarks)
	h := Hit{Conversation: c, Message: found.Message, At: found.At, Subject: marked(c.Subject, subject), Customer: marked(c.CustomerName, customer)}
	snippet, spans := query.Snippet(found.Text, text, snippetSize)
	switch {
	case len(text) > 0:
		h.Where = InMessage
		if found.Kind == desk.Note {
			h.Where = InNote
		}
	case len(subject) > 0:
		h.Where = InSubject
	default:
		h.Where = ByFilter
		for _, f := range found.Files {
			if in := m.Spans(f.Name, "", mostMarks); len(in) > 0 {
				h.Where, h.File = InFile, f.Name
				snippet, spans = query.Snippet(f.Name, in, snippetSize)
				break
			}
			if in := m.Spans(f.Text, languageOf(f.Text, found.Language), mostMarks); len(in) > 0 {
				h.Where, h.File = InFile, f.Name
				snippet, spans = query.Snippet(f.Text, in, snippetSize)
				break
			}
		}
		if h.Where == ByFilter && m.Asks() {
			h.Where = InCustomer
		}
	}
	h.Snippet, h.Marks = snippet, marked(snippet, spans)
	return h
}

// marked counts spans as browsers do: in UTF-16 units. Spans are in order.
func marked(text string, spans []query.Span) []Mark {
	marks := make([]Mark, 0, len(spans))
	at, units := 0, 0
	upTo := func(end int) int {
		for at < end {
			r, n := utf8.DecodeRuneInString(text[at:])
			at += n
			units++
			if r > 0xFFFF {
				units++
			}
		}
		return units
	}
	for _, s := range spans {
		start := upTo(s.Start)
		marks = append(marks, Mark{start, upTo(s.End)})
	}
	return marks
}
