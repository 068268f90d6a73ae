package conversation

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Recounted returns a conversation as it is stored, and as it is when all that sums up its messages is worked out anew.
func Recounted(ctx context.Context, tx *db.Tx, id desk.ConversationID) (stored, anew desk.Conversation, lastIncoming [2]desk.MessageID, err error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return stored, anew, lastIncoming, err
	}
	stored, lastIncoming[0] = c.Conversation, c.lastIncoming
	if err := c.recount(ctx, tx); err != nil {
		return stored, anew, lastIncoming, err
	}
	err = c.recountTroubles(ctx, tx)
	lastIncoming[1] = c.lastIncoming
	return stored, c.Conversation, lastIncoming, err
}

var (
	Blacken = blacken
	Preview = preview
)
