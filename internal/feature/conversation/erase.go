package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"sort"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Span is a part of a message's text, in bytes of UTF-8.
type Span struct {
	Start int `json:"start" minimum:"0"`
	End   int `json:"end" minimum:"1"`
}

// Erasure is a line of the journal that outlives the database: it names what was taken out, never what it said.
type Erasure struct {
	Message      desk.MessageID      `json:"message"` // 0 where it is about more than one
	At           desk.Time           `json:"at"`
	Kind         string              `json:"kind"` // redact or erase; person: all of a customer; content: all that was said in a conversation
	Spans        []Span              `json:"spans,omitempty"`
	Customer     desk.CustomerID     `json:"customer,omitempty"`
	Conversation desk.ConversationID `json:"conversation,omitempty"`
}

// mask stands where something was redacted.
const mask = "█"

// Redact blackens parts of a message's text for good: in the text, in every copy of the sender's HTML (which is dropped, since what it held
// cannot be told apart), in the raw mail and in drafts that quote it. A mark remains that it happened.
func (s *Service) Redact(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID, spans []Span) (desk.Message, error) {
	m, c, err := oneMessage(ctx, tx, scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	if err := s.mayTakeOut(ctx, tx, c, id); err != nil {
		return desk.Message{}, err
	}
	text, ok := blacken(m.Text, spans)
	if !ok {
		return desk.Message{}, desk.RefuseField(desk.Invalid, "body.spans", "the parts do not lie within the text")
	}
	words, err := s.apply(ctx, tx, Erasure{Message: id, At: tx.Now, Kind: "redact", Spans: spans}, m.Text, text)
	if err != nil {
		return desk.Message{}, err
	}
	if err := c.coverSubject(ctx, tx, by, words); err != nil {
		return desk.Message{}, err
	}
	return s.erased(ctx, tx, by, scope, c, id, desk.MessageRedacted)
}

// coverSubject blackens words in what a held conversation is called.
func (c *row) coverSubject(ctx context.Context, tx *db.Tx, by desk.Actor, words []string) error {
	covered := cover(c.Subject, words)
	if covered == c.Subject {
		return nil
	}
	c.Subject = covered
	return eventlog.Append(ctx, tx, c.event(by, desk.SubjectChanged, nil))
}

// Erase takes a message's content out for good, its attachments and raw mail with it, and its subject where the conversation has it from this message. A mark remains that it
// happened.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID) (desk.Message, error) {
	m, c, err := oneMessage(ctx, tx, scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	if err := s.mayTakeOut(ctx, tx, c, id); err != nil {
		return desk.Message{}, err
	}
	if m.State == desk.Queued || m.State == desk.Sending {
		return desk.Message{}, desk.Refuse(desk.Invalid, "the message is on its way: wait until it was sent, or take it back")
	}
	words, err := s.apply(ctx, tx, Erasure{Message: id, At: tx.Now, Kind: "erase"}, m.Text, "")
	if err != nil {
		return desk.Message{}, err
	}
	if err := c.coverSubject(ctx, tx, by, words); err != nil {
		return desk.Message{}, err
	}
	return s.erased(ctx, tx, by, scope, c, id, desk.MessageErased)
}

// mayTakeOut refuses where a hold keeps the conversation, one that lives in it since a merge, a customer of these, or who wrote the message: which of the messages a claim
// is about nobody can tell once they are woven.
func (s *Service) mayTakeOut(ctx context.Context, tx *db.Tx, c *row, message desk.MessageID) error {
	if s.Held == nil {
		return nil
	}
	members, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	type kept struct {
		customer     desk.CustomerID
		conversation desk.ConversationID
	}
	rows, err := tx.Query(ctx, `
		SELECT customer, id FROM conversation WHERE id IN `+db.In(len(members), 2)+`
		UNION ALL SELECT COALESCE(customer, 0), 0 FROM message WHERE id = $1`, db.Args(members, message)...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, k *kept) error { return r.Scan(&k.customer, &k.conversation) })
	if err != nil {
		return fmt.Errorf("whose message %s is: %w", message, err)
	}
	for _, k := range all {
		if err := s.Held(ctx, tx, k.customer, k.conversation); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) erased(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, c *row, id desk.MessageID, kind desk.EventKind) (desk.Message, error) {
	lastAt := c.LastAt
	if err := c.recount(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	c.LastAt = lastAt
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := eventlog.Append(ctx, tx, c.messageEvent(by, kind, id, nil)); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, scope, id)
}

// apply takes content out of every place that holds it, and writes the journal before the commit: a line too many does no harm when it is
// applied again, one too few would.
func (s *Service) apply(ctx context.Context, tx *db.Tx, e Erasure, was, text string) (words []string, err error) {
	if err := s.Journal(e); err != nil {
		return nil, fmt.Errorf("journal of erasures: %w", err)
	}
	return s.takeOut(ctx, tx, e, was, text)
}

// takeOut replaces the text of a message that was said as was. It returns what the conversation's subject must not say any more.
func (s *Service) takeOut(ctx context.Context, tx *db.Tx, e Erasure, was, text string) (words []string, err error) {
	column := "redacted_at"
	words = telling(was, e.Spans)
	if e.Kind == "erase" {
		column = "erased_at"
		if words, err = titled(ctx, tx, e.Message); err != nil {
			return nil, err
		}
		if err := s.dropFiles(ctx, tx, e.Message); err != nil {
			return nil, err
		}
	}
	if e.Kind == "redact" {
		if err := withholdFiles(ctx, tx, e.Message, redacted(was, e.Spans)); err != nil {
			return nil, err
		}
	}
	if e.Kind == "redact" {
		if err := dropHeaders(ctx, tx, e.Message); err != nil {
			return nil, err
		}
	}
	subject, sender := "subject", "facts"
	if e.Kind == "erase" {
		subject, sender = "''", "'{}'"
	}
	if _, err := tx.Exec(ctx, `
		UPDATE message SET text = $1, folded = '', html = '', folded_html = '', subject = `+subject+`, facts = `+sender+`, `+column+` = $2
		WHERE id = $3`, db.Text(text), e.At, e.Message); err != nil {
		return nil, fmt.Errorf("take content out of message %s: %w", e.Message, err)
	}
	if err := s.dropRaw(ctx, tx, e.Message); err != nil {
		return nil, err
	}
	if err := s.follow(ctx, tx, e, words); err != nil {
		return nil, err
	}
	// A draft may quote what was taken out; whoever writes it begins the quotation anew.
	if err := dropDrafts(ctx, tx, `body LIKE '%blockquote%' AND conversation IN (
			SELECT c.id
			FROM message m
			JOIN conversation c ON c.id = m.conversation OR c.merged_into = m.conversation AND c.merged_into <> 0
			WHERE m.id = $1)`, e.Message); err != nil {
		return nil, fmt.Errorf("drafts that quote message %s: %w", e.Message, err)
	}
	return words, nil
}

func (s *Service) dropFiles(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	rows, err := tx.Query(ctx, selectAttachment+` WHERE message = $1`, message)
	files, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return fmt.Errorf("files of message %s: %w", message, err)
	}
	for _, f := range files {
		if err := eraseFile(ctx, tx, f.Hash); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM attachment WHERE message = $1`, message); err != nil {
		return fmt.Errorf("drop files of message %s: %w", message, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE message SET attachments = 0 WHERE id = $1`, message); err != nil {
		return fmt.Errorf("drop files of message %s: %w", message, err)
	}
	return nil
}

// dropRaw removes the mail as it came and as it went.
func (s *Service) dropRaw(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	var arrival desk.ArrivalID
	var large string
	found, err := oneOf(tx.Row(ctx, `
		SELECT a.id, a.blob
		FROM message m
		JOIN arrival a ON a.id = m.arrival
		WHERE m.id = $1`, message).Scan(&arrival, &large))
	if err != nil {
		return fmt.Errorf("raw mail of message %s: %w", message, err)
	}
	if found {
		if _, err := tx.Exec(ctx, `DELETE FROM raw_mail WHERE arrival = $1`, arrival); err != nil {
			return fmt.Errorf("drop raw mail of message %s: %w", message, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE arrival SET blob = '', envelope = '{}' WHERE id = $1`, arrival); err != nil {
			return fmt.Errorf("drop raw mail of message %s: %w", message, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE message SET arrival = NULL WHERE id = $1`, message); err != nil {
			return fmt.Errorf("drop raw mail of message %s: %w", message, err)
		}
		if large != "" {
			if err := eraseFile(ctx, tx, large); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM outgoing_mail WHERE message = $1`, message); err != nil {
		return fmt.Errorf("drop sent mail of message %s: %w", message, err)
	}
	return nil
}

// EraseFile is the job that removes a file at once where nothing refers to it any more; the sweep alone would take a day.
type EraseFile struct {
	Hash string `json:"h"`
}

// JobKind names the job.
func (EraseFile) JobKind() string { return "conversation.erase_file" }

// eraseFile gives a reference back and has the file removed.
func eraseFile(ctx context.Context, tx *db.Tx, hash string) error {
	if err := blob.Release(ctx, tx, hash); err != nil {
		return err
	}
	_, err := jobs.Enqueue(ctx, tx, tx.Now, EraseFile{hash})
	return err
}

// Reapply takes out again what was taken out after the backup that the database was restored from.
func (s *Service) Reapply(ctx context.Context, tx *db.Tx, entries []Erasure) error {
	for _, e := range entries {
		list, err := readMessages(ctx, tx, `WHERE m.id = $1`, e.Message)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].At > e.At { // its id was given again after the restore
			continue
		}
		if list[0].ErasedAt != 0 || e.Kind == "redact" && list[0].RedactedAt >= e.At {
			continue
		}
		text := ""
		if e.Kind == "redact" {
			var ok bool
			if text, ok = blacken(list[0].Text, e.Spans); !ok {
				text = mask // the text is not what it was: better too much than too little
			}
		}
		words, err := s.takeOut(ctx, tx, e, list[0].Text, text)
		if err != nil {
			return err
		}
		c, err := hold(ctx, tx, list[0].Conversation)
		if err != nil {
			return err
		}
		c.Subject = cover(c.Subject, words)
		if err := c.recount(ctx, tx); err != nil {
			return err
		}
		if err := c.save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// blacken replaces the spans, rune by rune, so that what stays keeps its place.
func blacken(text string, spans []Span) (string, bool) {
	if len(spans) == 0 {
		return "", false
	}
	spans = append([]Span(nil), spans...)
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	var b strings.Builder
	at := 0
	for _, sp := range spans {
		if sp.Start < at || sp.End <= sp.Start || sp.End > len(text) {
			return "", false
		}
		b.WriteString(text[at:sp.Start])
		b.WriteString(strings.Repeat(mask, len([]rune(text[sp.Start:sp.End]))))
		at = sp.End
	}
	b.WriteString(text[at:])
	return b.String(), true
}
