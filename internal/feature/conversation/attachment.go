package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
)

const selectAttachment = `
	SELECT id, COALESCE(message, 0), name, type, size, inline, content_id, held, unscanned, blob
	FROM attachment`

func scanAttachment(r *sql.Rows, a *desk.Attachment) error {
	return r.Scan(&a.ID, &a.Message, &a.Name, &a.Type, &a.Size, &a.Inline, &a.ContentID, &a.Held, &a.Unscanned, &a.Hash)
}

func insertFiles(ctx context.Context, tx *db.Tx, message desk.MessageID, files []File) error {
	for i, f := range files {
		if _, err := tx.Exec(ctx, `
			INSERT INTO attachment (message, position, name, type, size, inline, content_id, held, unscanned, blob, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			message, i, db.Text(f.Name), db.Text(f.Type), f.Size, f.Inline, db.Text(f.ContentID), f.Held, f.Unscanned, f.Blob, tx.Now); err != nil {
			return fmt.Errorf("store attachment %d of message %s: %w", i, message, err)
		}
		if err := blob.Keep(ctx, tx, blob.Ref{Hash: f.Blob, Size: f.Size}); err != nil {
			return err
		}
	}
	return nil
}

// Upload records a file that an agent put into a draft; its content is in the blobs.
func (s *Service) Upload(ctx context.Context, tx *db.Tx, by desk.AgentID, f File) (desk.Attachment, error) {
	a := desk.Attachment{Name: db.Text(f.Name), Type: db.Text(f.Type), Size: f.Size, Inline: f.Inline, ContentID: f.ContentID, Hash: f.Blob}
	err := tx.Row(ctx, `
		INSERT INTO attachment (uploader, name, type, size, inline, content_id, blob, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		RETURNING id`, by, a.Name, a.Type, a.Size, a.Inline, a.ContentID, a.Hash, tx.Now).Scan(&a.ID)
	if err != nil {
		return a, fmt.Errorf("store upload: %w", err)
	}
	return a, blob.Keep(ctx, tx, blob.Ref{Hash: a.Hash, Size: a.Size})
}

// OwnUploads refuses files that are not an agent's own unsent ones.
func (s *Service) OwnUploads(ctx context.Context, tx *db.Tx, by desk.AgentID, ids []desk.AttachmentID) error {
	_, err := ownUploads(ctx, tx, by, ids)
	return err
}

func ownUploads(ctx context.Context, tx *db.Tx, by desk.AgentID, ids []desk.AttachmentID) (map[desk.AttachmentID]desk.Attachment, error) {
	found := map[desk.AttachmentID]desk.Attachment{}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := tx.Query(ctx, selectAttachment+` WHERE uploader = $1 AND message IS NULL AND id IN `+db.In(len(ids), 2), db.Args(ids, any(by))...)
	list, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return nil, fmt.Errorf("unsent files of agent %s: %w", by, err)
	}
	for _, a := range list {
		found[a.ID] = a
	}
	for _, id := range ids {
		if _, ok := found[id]; !ok {
			return nil, desk.Refuse(desk.NotFound, "no such unsent file")
		}
	}
	return found, nil
}

// CopyUploads makes copies of an agent's unsent files, in their order, for a mail of many: pictures that stand in the text keep their Content-IDs.
func (s *Service) CopyUploads(ctx context.Context, tx *db.Tx, by desk.AgentID, ids []desk.AttachmentID) ([]desk.AttachmentID, error) {
	found, err := ownUploads(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	copies := make([]desk.AttachmentID, len(ids))
	for i, id := range ids {
		a := found[id]
		if copies[i], err = copyFile(ctx, tx, by, a, a.ContentID); err != nil {
			return nil, err
		}
	}
	return copies, nil
}

// Discard drops an upload that was not sent.
func (s *Service) Discard(ctx context.Context, tx *db.Tx, by desk.AgentID, id desk.AttachmentID) error {
	var hash string
	err := tx.Row(ctx, `DELETE FROM attachment WHERE id = $1 AND uploader = $2 AND message IS NULL RETURNING blob`, id, by).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Refuse(desk.NotFound, "no such unsent file")
	}
	if err != nil {
		return fmt.Errorf("discard upload: %w", err)
	}
	return blob.Release(ctx, tx, hash)
}

// Attachment returns a file that the scope's agent may see: of a visible conversation, his own unsent upload, or one in a draft that he is asked to check.
func (s *Service) Attachment(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.AttachmentID) (desk.Attachment, error) {
	rows, err := tx.Query(ctx, selectAttachment+`
		WHERE id = $1 AND (message IS NOT NULL OR uploader = $2
			OR uploader IN (SELECT d.agent FROM draft_review r JOIN draft d ON d.id = r.draft WHERE r.reviewer = $2))`, id, scope.Agent)
	list, err := db.Rows(rows, err, scanAttachment)
	if err != nil {
		return desk.Attachment{}, fmt.Errorf("attachment %s: %w", id, err)
	}
	if len(list) == 0 {
		return desk.Attachment{}, desk.Refuse(desk.NotFound, "no attachment %s", id)
	}
	a := list[0]
	if a.Message == 0 {
		return a, s.ownOrToCheck(ctx, tx, scope, id)
	}
	if _, err = s.Message(ctx, tx, scope, a.Message); desk.IsRefusal(err, desk.NotFound) {
		return desk.Attachment{}, desk.Refuse(desk.NotFound, "no attachment %s", id)
	}
	return a, err
}

// attach gives uploads of an agent, and of a colleague whose draft he sends, to a message, in the order given; what is not theirs, or was sent already, is refused.
func attach(ctx context.Context, tx *db.Tx, by, colleague desk.AgentID, message desk.MessageID, ids []desk.AttachmentID) error {
	for i, id := range ids {
		n, err := tx.Exec(ctx, `
			UPDATE attachment SET message = $1, position = $2
			WHERE id = $3 AND (uploader = $4 OR uploader = $5) AND message IS NULL`, message, i, id, by, nullID(colleague))
		if err != nil {
			return fmt.Errorf("attach %s to message %s: %w", id, message, err)
		}
		if n == 0 {
			return desk.WhyFileGone.At(fmt.Sprintf("body.attachments[%d]", i))
		}
	}
	return nil
}

// oneOf turns "no row" into false.
func oneOf(err error) (found bool, _ error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// DropUploads drops at most limit files that were uploaded before a time and neither sent nor kept in a draft. It returns how many it looked at.
func (s *Service) DropUploads(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	rows, err := tx.Query(ctx, `
		DELETE FROM attachment
		WHERE id IN (
			SELECT a.id FROM attachment a
			WHERE a.message IS NULL AND a.created_at < $1 AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.agent = a.uploader)
			ORDER BY a.created_at
			LIMIT $2)
		RETURNING blob`, before, limit)
	hashes, err := db.Rows(rows, err, func(r *sql.Rows, h *string) error { return r.Scan(h) })
	if err != nil {
		return 0, fmt.Errorf("drop unsent uploads: %w", err)
	}
	for _, h := range hashes {
		if err := blob.Release(ctx, tx, h); err != nil {
			return 0, err
		}
	}
	return len(hashes), nil
}
