package conversation

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Told are the colleagues who are asked to look at a conversation: the data of its event. Who of them may not see it is not told.
type Told struct {
	Agents []desk.AgentID  `json:"agents,omitempty"`
	Teams  []desk.TeamID   `json:"teams,omitempty"`
	Holder bool            `json:"holder,omitempty"` // whoever has it when the notice is made
	Leads  bool            `json:"leads,omitempty"`  // who leads its team when the notice is made
	Duty   []desk.RosterID `json:"duty,omitempty"`   // who is on duty in these when the notice is made
	Loud   bool            `json:"loud,omitempty"`   // by every means at once
}

// Tell asks colleagues to look at a conversation that the scope sees.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, whom Told) error {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	r := row{Conversation: c}
	return eventlog.Append(ctx, tx, r.event(by, desk.PeopleTold, whom))
}
