package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// FileWords is how far the text of an attached file is known to search.
type FileWords string

// What became of reading a file. One whose message had something redacted is withheld where it might say the same.
const (
	FileRead     FileWords = "read"
	FileCut      FileWords = "cut"  // there was more than is read
	FileWordless FileWords = "none" // of a kind that has no words, damaged, or locked
	fileWithheld FileWords = "withheld"
	fileUnread   FileWords = "unread"
)

// UnreadFiles returns attached files with an id below one whose text is not known yet, the newest first. What holds a virus is left out.
func (s *Service) UnreadFiles(ctx context.Context, tx *db.Tx, before desk.AttachmentID, limit int) ([]desk.Attachment, error) {
	rows, err := tx.Query(ctx, selectAttachment+`
		WHERE words = 'unread' AND message IS NOT NULL AND held <> 'virus' AND unscanned = FALSE AND id < $1
		ORDER BY id DESC
		LIMIT $2`, before, limit)
	list, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return nil, fmt.Errorf("list files to read: %w", err)
	}
	return list, nil
}

// KeepFileText records what a file says, for search alone. Nothing happens where it is gone meanwhile, or is to be withheld.
func (s *Service) KeepFileText(ctx context.Context, tx *db.Tx, id desk.AttachmentID, words FileWords, text string) error {
	n, err := tx.Exec(ctx, `UPDATE attachment SET words = $1 WHERE id = $2 AND words = '`+string(fileUnread)+`' AND message IS NOT NULL`, words, id)
	if err != nil {
		return fmt.Errorf("note that file %s was read: %w", id, err)
	}
	if n == 0 || text == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO attachment_text (attachment, text) VALUES ($1, $2)`, id, db.Text(text)); err != nil {
		return fmt.Errorf("keep the text of file %s: %w", id, err)
	}
	e := desk.Event{By: desk.System, Kind: desk.FilesRead, SubjectKind: desk.AboutConversation}
	err = tx.Row(ctx, `
		SELECT m.id, m.conversation
		FROM attachment a
		JOIN message m ON m.id = a.message
		WHERE a.id = $1`, id).Scan(&e.Message, &e.Conversation)
	if err != nil {
		return fmt.Errorf("whose is file %s: %w", id, err)
	}
	e.Subject = int64(e.Conversation)
	return eventlog.Append(ctx, tx, &e)
}

// withholdFiles keeps from search what files of a message say where it might be what was redacted: those that have one of the parts, and those that were not
// read yet. Without parts it withholds all of them.
func withholdFiles(ctx context.Context, tx *db.Tx, message desk.MessageID, parts []string) error {
	type file struct {
		id   desk.AttachmentID
		text string
	}
	rows, err := tx.Query(ctx, `
		SELECT a.id, COALESCE(t.text, '')
		FROM attachment a
		LEFT JOIN attachment_text t ON t.attachment = a.id
		WHERE a.message = $1 AND (a.words = 'unread' OR t.text IS NOT NULL)`, message)
	list, err := db.Rows(rows, err, func(r *sql.Rows, f *file) error { return r.Scan(&f.id, &f.text) })
	if err != nil {
		return fmt.Errorf("texts of files of message %s: %w", message, err)
	}
	for _, f := range list {
		says := len(parts) == 0 || f.text == ""
		for _, p := range parts {
			says = says || strings.Contains(f.text, p)
		}
		if !says {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM attachment_text WHERE attachment = $1`, f.id); err != nil {
			return fmt.Errorf("withhold file %s: %w", f.id, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE attachment SET words = $1 WHERE id = $2`, fileWithheld, f.id); err != nil {
			return fmt.Errorf("withhold file %s: %w", f.id, err)
		}
	}
	return nil
}

// redacted are the parts of a text that spans name, without blanks around them.
func redacted(text string, spans []Span) (parts []string) {
	for _, sp := range spans {
		if sp.Start < 0 || sp.End > len(text) || sp.End <= sp.Start {
			return nil
		}
		if p := strings.TrimSpace(text[sp.Start:sp.End]); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}
