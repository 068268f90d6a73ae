package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// LastWords are a message as other programs are told of it.
type LastWords struct {
	ID   desk.MessageID
	Kind desk.MessageKind
	At   desk.Time
	Text string
}

// LastSaid is what a customer or somebody of the house said last in a conversation, to the other; what was sent by itself, notes and what was erased do not count. It has no ID where there is
// nothing.
func (s *Service) LastSaid(ctx context.Context, tx *db.Tx, id desk.ConversationID) (m LastWords, err error) {
	err = tx.Row(ctx, `
		SELECT id, kind, at, text FROM message
		WHERE conversation = $1 AND (kind = 'incoming' OR kind = 'outgoing' AND author_kind = 'agent') AND erased_at = 0
		ORDER BY id DESC LIMIT 1`, id).Scan(&m.ID, &m.Kind, &m.At, &m.Text)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return m, fmt.Errorf("what was said last in conversation %s: %w", id, err)
	}
	return m, nil
}
