package conversation

import (
	"context"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Unscanned returns the files of a message that the virus scanner has not seen yet.
func (s *Service) Unscanned(ctx context.Context, tx *db.Tx, message desk.MessageID) ([]desk.Attachment, error) {
	rows, err := tx.Query(ctx, selectAttachment+` WHERE message = $1 AND unscanned ORDER BY position, id`, message)
	list, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return nil, fmt.Errorf("unscanned files of message %s: %w", message, err)
	}
	return list, nil
}

// Scanned records what the virus scanner said about files of a message: those in infected are held as a virus from now on, the others only for what
// they were held for before. Files that are gone meanwhile are left out.
func (s *Service) Scanned(ctx context.Context, tx *db.Tx, message desk.MessageID, clean, infected []desk.AttachmentID) error {
	var in desk.ConversationID
	found, err := oneOf(tx.Row(ctx, `SELECT conversation FROM message WHERE id = $1`, message).Scan(&in))
	if err != nil || !found {
		return errors.Join(err)
	}
	c, err := hold(ctx, tx, in)
	if err != nil {
		return err
	}
	changed := int64(0)
	for _, part := range []struct {
		set string
		ids []desk.AttachmentID
	}{{"unscanned = FALSE", clean}, {"unscanned = FALSE, held = 'virus'", infected}} {
		if len(part.ids) == 0 {
			continue
		}
		n, err := tx.Exec(ctx, `UPDATE attachment SET `+part.set+` WHERE message = $1 AND unscanned AND id IN `+db.In(len(part.ids), 2),
			append([]any{message}, db.Args(part.ids)...)...)
		if err != nil {
			return fmt.Errorf("note what was scanned of message %s: %w", message, err)
		}
		changed += n
	}
	if changed == 0 {
		return nil
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.messageEvent(desk.System, desk.FilesScanned, message, map[string]any{"held": len(infected)}))
}
