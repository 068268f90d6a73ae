package conversation

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// OpenBefore is the conversation of the same customer that began before one, is not finished, had something to it since a time, and can have that one merged into it: of several the one
// that had something last; 0 where there is none. What only named people see and what is said aside stays apart, and what somebody linked with the other, parted from it or took out of it again.
func (s *Service) OpenBefore(ctx context.Context, tx *db.Tx, of desk.Conversation, since desk.Time, sameInbox bool) (desk.ConversationID, error) {
	if of.Restricted || of.Spam || of.TrashedAt != 0 || of.MergedInto != 0 {
		return 0, nil
	}
	if beside, err := sidesOf(ctx, tx, of.ID); err != nil || len(beside) > 0 {
		return 0, err
	}
	inbox := desk.InboxID(0)
	if sameInbox {
		inbox = of.Inbox
	}
	rows, err := tx.Query(ctx, `
		SELECT c.id FROM conversation c
		WHERE c.customer = $1 AND c.last_at >= $2 AND c.id < $3 AND c.shelf IN (0, 1) AND NOT c.restricted AND (c.inbox = $4 OR $4 = 0)
		  AND NOT EXISTS (SELECT 1 FROM conversation_link l WHERE l.to_conversation = c.id AND l.kind IN ('side', 'forward'))
		  AND NOT EXISTS (SELECT 1 FROM conversation_link l
		                  WHERE l.kind <> 'follows' AND (l.from_conversation = c.id AND l.to_conversation = $3 OR l.from_conversation = $3 AND l.to_conversation = c.id))
		  AND NOT EXISTS (SELECT 1 FROM conversation_merge_source s JOIN conversation_merge m ON m.id = s.merge
		                  WHERE s.conversation = $3 AND m.into_conversation = c.id AND m.undone_at <> 0)
		ORDER BY c.last_at DESC, c.id DESC LIMIT 1`, of.Customer, since, of.ID, inbox)
	list, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("what is open of the customer of conversation %s: %w", of.ID, err)
	}
	if len(list) == 0 {
		return 0, nil
	}
	return list[0], nil
}
