package conversation

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/thread"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// shortest is how many letters a redacted part must have to be looked for in other messages: a short word says nothing by itself.
const shortest = 4

// follow takes words out that other messages of the conversation repeat of a message: answers quote it, and later mails quote the answers.
func (s *Service) follow(ctx context.Context, tx *db.Tx, e Erasure, words []string) error {
	if err := s.coverSubjects(ctx, tx, e.Message, words); err != nil {
		return err
	}
	if e.Kind == "erase" {
		words = nil // its subject may be any words: those are covered in subjects alone
	}
	type other struct {
		id                                    desk.MessageID
		kind                                  desk.MessageKind
		text, folded, html, foldedHTML, facts string
	}
	rows, err := tx.Query(ctx, `
		SELECT id, kind, text, folded, html, folded_html, facts
		FROM message
		WHERE id <> $1 AND conversation = (SELECT conversation FROM message WHERE id = $1)
		ORDER BY id`, e.Message)
	list, err := db.Rows(rows, err, func(r *sql.Rows, o *other) error {
		return r.Scan(&o.id, &o.kind, &o.text, &o.folded, &o.html, &o.foldedHTML, &o.facts)
	})
	if err != nil {
		return fmt.Errorf("look for copies of message %s: %w", e.Message, err)
	}
	for _, o := range list {
		var f facts
		if err := json.Unmarshal([]byte(o.facts), &f); err != nil {
			return fmt.Errorf("message %s: %w", o.id, err)
		}
		text, folded := cover(o.text, words), cover(o.folded, words)
		repeats := text != o.text || folded != o.folded || says(o.html, words) || says(o.foldedHTML, words)
		if !repeats {
			if f.Quote && f.ReplyTo == e.Message { // the mail that went out quotes it
				if _, err := tx.Exec(ctx, `DELETE FROM outgoing_mail WHERE message = $1`, o.id); err != nil {
					return fmt.Errorf("drop sent mail of message %s: %w", o.id, err)
				}
			}
			continue
		}
		html := "" // a sender's own: what it holds cannot be told apart
		if o.kind != desk.Incoming {
			html = htmltext.FromText(text)
		}
		if _, err := tx.Exec(ctx, `
			UPDATE message SET text = $1, folded = $2, html = $3, folded_html = '', redacted_at = $4
			WHERE id = $5`, db.Text(text), db.Text(folded), db.Text(html), e.At, o.id); err != nil {
			return fmt.Errorf("redact copy in message %s: %w", o.id, err)
		}
		if err := s.dropRaw(ctx, tx, o.id); err != nil {
			return err
		}
	}
	return nil
}

// telling are the parts of a text that spans name, without blanks around them and without those too short to say anything.
func telling(text string, spans []Span) (words []string) {
	for _, w := range redacted(text, spans) {
		if utf8.RuneCountInString(w) >= shortest {
			words = append(words, w)
		}
	}
	return words
}

// titled are the forms of a message's subject in its conversation, the longest first, where no earlier message brought it: what is called so has it from this one. A short one
// says nothing by itself.
func titled(ctx context.Context, tx *db.Tx, message desk.MessageID) (forms []string, _ error) {
	type line struct {
		id      desk.MessageID
		subject string
	}
	rows, err := tx.Query(ctx, `SELECT id, subject FROM message WHERE conversation = (SELECT conversation FROM message WHERE id = $1) AND subject <> '' ORDER BY id`, message)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.id, &l.subject) })
	if err != nil {
		return nil, fmt.Errorf("subject of message %s: %w", message, err)
	}
	at := slices.IndexFunc(lines, func(l line) bool { return l.id == message })
	if at < 0 {
		return nil, nil
	}
	own := thread.Normalise(lines[at].subject)
	same := func(l line) bool { return thread.Normalise(l.subject) == own }
	if utf8.RuneCountInString(own) < shortest || slices.ContainsFunc(lines[:at], same) {
		return nil, nil
	}
	called := line{}
	if err := tx.Row(ctx, `SELECT c.subject FROM message m JOIN conversation c ON c.id = m.conversation WHERE m.id = $1`, message).Scan(&called.subject); err != nil {
		return nil, fmt.Errorf("what the conversation of message %s is called: %w", message, err)
	}
	for _, l := range append(lines[at:], called) {
		if same(l) {
			forms = append(forms, l.subject)
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(forms), nil
}

// coverSubjects blackens words in the subjects of a message and of those beside it, whose mails as they came or went repeat them.
func (s *Service) coverSubjects(ctx context.Context, tx *db.Tx, message desk.MessageID, words []string) error {
	if len(words) == 0 {
		return nil
	}
	type titled struct {
		id      desk.MessageID
		subject string
	}
	rows, err := tx.Query(ctx, `
		SELECT id, subject FROM message
		WHERE conversation = (SELECT conversation FROM message WHERE id = $1) AND subject <> ''
		ORDER BY id`, message)
	list, err := db.Rows(rows, err, func(r *sql.Rows, t *titled) error { return r.Scan(&t.id, &t.subject) })
	if err != nil {
		return fmt.Errorf("subjects beside message %s: %w", message, err)
	}
	for _, t := range list {
		covered := cover(t.subject, words)
		if covered == t.subject {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE message SET subject = $1 WHERE id = $2`, db.Text(covered), t.id); err != nil {
			return fmt.Errorf("redact the subject of message %s: %w", t.id, err)
		}
		if err := s.dropRaw(ctx, tx, t.id); err != nil {
			return err
		}
	}
	return nil
}

// cover blackens words in a text.
func cover(text string, words []string) string {
	for _, w := range words {
		text = strings.ReplaceAll(text, w, strings.Repeat(mask, utf8.RuneCountInString(w)))
	}
	return text
}

// says reports whether HTML shows one of the words.
func says(html string, words []string) bool {
	if html == "" || len(words) == 0 {
		return false
	}
	text := htmltext.ToText(html)
	return cover(text, words) != text
}
