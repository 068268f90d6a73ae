package act

import (
	"context"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/courtesy"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// answer sends the answer among the actions, where there is one and it is fit, after everything else was done: what the text says of the conversation is how it is then. It returns why it was
// not sent.
func (h *Hands) answer(ctx context.Context, tx *db.Tx, by desk.Actor, row desk.Conversation, actions []desk.Action) (desk.Conversation, courtesy.Why, error) {
	i := slices.IndexFunc(actions, func(a desk.Action) bool { return a.Do == desk.SendAnswer })
	if i < 0 {
		return row, "", nil
	}
	mail, err := h.Conversations.ToAnswer(ctx, tx, row.ID, actions[i].Macro)
	if err != nil {
		return row, "", err
	}
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return row, "", err
	}
	box, ok := house.Inbox(row.Inbox)
	mail.Answerable = mail.Answerable && ok && box.Submit.Host != ""
	mail.Own = house.Own(row.Address)
	if why := courtesy.May(mail); why != "" {
		return row, why, nil
	}
	m, err := h.Macros.Shared(ctx, tx, actions[i].Macro)
	if desk.IsRefusal(err, desk.NotFound) {
		return row, courtesy.Gone, nil
	}
	if err != nil {
		return row, "", err
	}
	filled, err := h.Fill(ctx, tx, House, Where{Conversation: row.ID}, m.Edit, "")
	switch {
	case err != nil:
		return row, "", err
	case strings.TrimSpace(htmltext.ToText(filled.HTML)) == "":
		return row, courtesy.Gone, nil
	case len(filled.Missing) > 0:
		return row, courtesy.Unfilled, nil
	}
	from := conversation.Sender{By: by, Scope: House, Inbox: box, NewID: h.NewMailID, SendAt: tx.Now, Enqueue: h.Outbox, OwnParty: house.Own}
	if err := h.Conversations.AnswerByItself(ctx, tx, from, row.ID, m.ID, filled.HTML); err != nil {
		return row, "", err
	}
	row, err = h.Conversations.Get(ctx, tx, House, row.ID)
	return row, "", err
}
