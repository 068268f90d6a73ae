package conversation

import (
	"context"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Follow makes an agent a follower of a conversation, or no follower any more.
func (s *Service) Follow(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, agent desk.AgentID, on bool) error {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	id = c.ID
	kind, text := desk.FollowerRemoved, `DELETE FROM follower WHERE conversation = $1 AND agent = $2`
	if on {
		kind, text = desk.FollowerAdded, `INSERT INTO follower (conversation, agent) SELECT $1, id FROM agent WHERE id = $2 ON CONFLICT DO NOTHING`
	}
	n, err := tx.Exec(ctx, text, id, agent)
	if err != nil {
		return fmt.Errorf("follow conversation %s: %w", id, err)
	}
	if n == 0 {
		return nil // it was so already
	}
	if err := c.keepViews(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, kind, map[string]any{"agent": agent}))
}

// Read notes up to which message an agent has seen a conversation; 0 makes it unread again. Mentions of the agent count as seen.
func (s *Service) Read(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, message desk.MessageID) error {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	id = c.ID
	if message == 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM read_mark WHERE agent = $1 AND conversation = $2`, scope.Agent, id); err != nil {
			return fmt.Errorf("mark conversation %s as unread: %w", id, err)
		}
	} else {
		if err := markRead(ctx, tx, scope.Agent, id, message); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE mention SET seen_at = $1
			WHERE agent = $2 AND conversation = $3 AND message <= $4 AND seen_at = 0`, tx.Now, scope.Agent, id, message); err != nil {
			return fmt.Errorf("mark mentions in conversation %s as seen: %w", id, err)
		}
	}
	// The row's version stays: reading changes nothing for others. The event keeps the reader's other browsers in step.
	e := (&row{Conversation: c}).messageEvent(desk.ByAgent(scope.Agent), desk.ReadMarked, message, map[string]any{"agent": scope.Agent})
	return eventlog.Append(ctx, tx, e)
}

// AddParticipant adds somebody outside the company, who is copied in on answers to all.
func (s *Service) AddParticipant(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, who desk.NamedAddress) error {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	id = c.ID
	if err := checkAddress("body.address", who, nil); err != nil {
		return err
	}
	parents, err := sidesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := keepOut(ctx, tx, parents, []desk.NamedAddress{who}); err != nil {
		return desk.WhySideCustomer.At("body.address", who.Address)
	}
	if err := addParticipant(ctx, tx, id, desk.Participant{Name: who.Name, Address: who.Address, Role: desk.CopiedIn}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE participant SET brought_by = 0 WHERE conversation = $1 AND address_key = $2`, id, db.Text(strings.ToLower(who.Address))); err != nil {
		return fmt.Errorf("add participant to conversation %s: %w", id, err) // whoever is added by hand stays when a merge that brought him is undone
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.ParticipantAdded, nil))
}

// RemoveParticipant takes somebody out; the requester stays.
func (s *Service) RemoveParticipant(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, address string) error {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	id = c.ID
	n, err := tx.Exec(ctx, `DELETE FROM participant WHERE conversation = $1 AND address_key = $2 AND role <> 'requester'`, id, db.Text(strings.ToLower(address)))
	if err != nil {
		return fmt.Errorf("remove participant of conversation %s: %w", id, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "nobody beside the customer takes part with that address")
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.ParticipantRemoved, nil))
}
