package conversation

import (
	"context"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// deepest is how often what was merged may have been merged again, each time into another one.
const deepest = 100

// livesIn is where the messages of a conversation are: itself, or what it was merged into. Nothing is said about whether it is there.
func livesIn(ctx context.Context, tx *db.Tx, id desk.ConversationID) (desk.ConversationID, error) {
	for range deepest {
		var into desk.ConversationID
		found, err := oneOf(tx.Row(ctx, `SELECT merged_into FROM conversation WHERE id = $1`, id).Scan(&into))
		if err != nil {
			return 0, fmt.Errorf("what was conversation %s merged into: %w", id, err)
		}
		if !found || into == 0 {
			return id, nil
		}
		id = into
	}
	return 0, fmt.Errorf("conversation %s was merged more than %d times", id, deepest)
}

// LivesIn returns where the messages of a conversation are now: in itself, or in what it was merged into.
func (s *Service) LivesIn(ctx context.Context, tx *db.Tx, id desk.ConversationID) (desk.ConversationID, error) {
	return livesIn(ctx, tx, id)
}

// holdInto holds what a merged conversation lives in, for hold.
func holdInto(ctx context.Context, tx *db.Tx, id desk.ConversationID) (*row, error) {
	into, err := livesIn(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if into == id {
		return nil, desk.Refuse(desk.NotFound, "no conversation %s", id)
	}
	return hold(ctx, tx, into)
}

// family is a conversation with all that was merged into it, and into those.
func family(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.ConversationID, error) {
	all := []desk.ConversationID{id}
	for next := all; len(next) > 0; {
		rows, err := tx.Query(ctx, `SELECT id FROM conversation WHERE merged_into <> 0 AND merged_into IN `+db.In(len(next), 1)+` ORDER BY id`, db.Args(next)...)
		if next, err = db.Rows(rows, err, scanID[desk.ConversationID]); err != nil {
			return nil, fmt.Errorf("what was merged into conversation %s: %w", id, err)
		}
		all = append(all, next...)
	}
	return all, nil
}

// Former is a conversation that was merged into another one.
type Former struct {
	ID     desk.ConversationID
	Number int64
	In     desk.ConversationID // where it lives
}

// renameMerged gives a merged conversation its customer's name; it is shown again once the merge is undone. Any other it leaves alone.
func renameMerged(ctx context.Context, tx *db.Tx, id desk.ConversationID, customer desk.CustomerID, name string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE conversation SET customer_name = $1, version = version + 1 WHERE id = $2 AND customer = $3 AND shelf = 5`, name, id, customer)
	if err != nil {
		return false, fmt.Errorf("rename in conversation %s: %w", id, err)
	}
	return n > 0, nil
}

// surfaceDraft brings out what an agent had begun in a conversation that was merged into this one, once he has no other draft here.
func surfaceDraft(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ConversationID) error {
	members, err := family(ctx, tx, id)
	if err != nil || len(members) == 1 || agent == 0 {
		return err
	}
	members = members[1:]
	_, err = tx.Exec(ctx, `
		UPDATE draft SET home = CASE WHEN home = 0 THEN conversation ELSE home END, conversation = $1
		WHERE id = (SELECT id FROM draft WHERE agent = $2 AND conversation IN `+db.In(len(members), 3)+` ORDER BY saved_at DESC, id DESC LIMIT 1)
			AND NOT EXISTS (SELECT 1 FROM draft o WHERE o.agent = $2 AND o.conversation = $1)`, db.Args(members, id, agent)...)
	if err != nil {
		return fmt.Errorf("drafts of what was merged into conversation %s: %w", id, err)
	}
	return nil
}

// sorted is each of the ids once, in order: the order in which conversations are held.
func sorted(ids ...desk.ConversationID) []desk.ConversationID {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Family returns a conversation with all that was merged into it, and into those. Who may see them is the caller's affair.
func (s *Service) Family(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.ConversationID, error) {
	return family(ctx, tx, id)
}
