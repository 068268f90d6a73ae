package conversation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/htmltext"
)

// NewNote is what an agent writes down for colleagues only.
type NewNote struct {
	HTML        string              `json:"html" minLength:"1" maxLength:"1000000"`
	Mentions    []desk.AgentID      `json:"mentions"`
	Attachments []desk.AttachmentID `json:"attachments"`
}

// AddNote stores a note and tells those it mentions. A mentioned agent who may not see the conversation is refused.
func (s *Service) AddNote(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, in NewNote,
	sees func(context.Context, *db.Tx, desk.AgentID) (desk.Scope, error)) (desk.Message, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	html := htmltext.SanitiseComposed(in.HTML)
	m := &stored{
		Message: desk.Message{Conversation: c.ID, Kind: desk.Note, Channel: c.Channel, AuthorKind: desk.AuthorAgent, Agent: by.Agent(),
			At: tx.Now, Text: htmltext.ToText(html), HTML: html},
		inbox: c.Inbox, files: len(in.Attachments),
	}
	if by.Kind != desk.ActorAgent {
		m.AuthorKind = desk.AuthorSystem // a rule's
	}
	if strings.TrimSpace(m.Text) == "" && m.files == 0 {
		return desk.Message{}, desk.WhyNothingWritten.At("body.html")
	}
	slices.Sort(in.Mentions)
	in.Mentions = slices.Compact(in.Mentions)
	if err := insertMessage(ctx, tx, m, facts{Mentions: in.Mentions}); err != nil {
		return desk.Message{}, err
	}
	if err := attach(ctx, tx, by.Agent(), 0, m.ID, in.Attachments); err != nil {
		return desk.Message{}, err
	}
	events := []*desk.Event{c.messageEvent(by, desk.NoteAdded, m.ID, nil)}
	for i, agent := range in.Mentions {
		theirs, err := sees(ctx, tx, agent)
		if err != nil {
			return desk.Message{}, err
		}
		if err := mustSee(ctx, tx, theirs, c.Conversation); err != nil {
			return desk.Message{}, desk.WhyCannotSee.At(fmt.Sprintf("body.mentions[%d]", i))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO mention (agent, message, conversation) VALUES ($1, $2, $3)`, agent, m.ID, c.ID); err != nil {
			return desk.Message{}, fmt.Errorf("mention agent %s: %w", agent, err)
		}
		events = append(events, c.messageEvent(by, desk.AgentMentioned, m.ID, map[string]any{"agent": agent}))
	}
	c.noticeMessage(m, "note")
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := markRead(ctx, tx, by.Agent(), c.ID, m.ID); err != nil {
		return desk.Message{}, err
	}
	if err := eventlog.Append(ctx, tx, events...); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, scope, m.ID)
}
