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

// fitting is an answer that may be sent.
type fitting struct {
	box   desk.Inbox
	own   func(address string) bool
	macro desk.MacroID
	html  string
}

// fit is the answer of an action to a conversation as it is, or why it is not sent. It changes nothing.
func (h *Hands) fit(ctx context.Context, tx *db.Tx, row desk.Conversation, a desk.Action) (f fitting, why courtesy.Why, err error) {
	mail, err := h.Conversations.ToAnswer(ctx, tx, row, a.Macro)
	if err != nil {
		return f, "", err
	}
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return f, "", err
	}
	box, ok := house.Inbox(row.Inbox)
	mail.Answerable = mail.Answerable && ok && box.Submit.Host != ""
	mail.Own = house.Own(row.Address)
	if why := courtesy.May(mail); why != "" {
		return f, why, nil
	}
	m, err := h.Macros.Shared(ctx, tx, a.Macro)
	if desk.IsRefusal(err, desk.NotFound) {
		return f, courtesy.Gone, nil
	}
	if err != nil {
		return f, "", err
	}
	filled, err := h.Fill(ctx, tx, House, Where{Conversation: row.ID}, m.Edit, "")
	switch {
	case err != nil:
		return f, "", err
	case strings.TrimSpace(htmltext.ToText(filled.HTML)) == "":
		return f, courtesy.Gone, nil
	case len(filled.Missing) > 0:
		return f, courtesy.Unfilled, nil
	}
	return fitting{box, house.Own, m.ID, filled.HTML}, "", nil
}

// Unsent says why the answer among a rule's actions would not be sent to a conversation as it is; nothing where it would, or where there is none.
func (h *Hands) Unsent(ctx context.Context, tx *db.Tx, row desk.Conversation, actions []desk.Action) (courtesy.Why, error) {
	i := slices.IndexFunc(actions, func(a desk.Action) bool { return a.Do == desk.SendAnswer })
	if i < 0 {
		return "", nil
	}
	row.Spam = row.Spam || slices.ContainsFunc(actions, func(a desk.Action) bool { return a.Do == desk.PutInSpam || a.Do == desk.PutInTrash }) // done before it
	_, why, err := h.fit(ctx, tx, row, actions[i])
	return why, err
}

// answer sends the answer among the actions, where there is one and it is fit, after everything else was done: what the text says of the conversation is how it is then. It returns why it was
// not sent.
func (h *Hands) answer(ctx context.Context, tx *db.Tx, by desk.Actor, row desk.Conversation, actions []desk.Action) (desk.Conversation, courtesy.Why, error) {
	i := slices.IndexFunc(actions, func(a desk.Action) bool { return a.Do == desk.SendAnswer })
	if i < 0 {
		return row, "", nil
	}
	f, why, err := h.fit(ctx, tx, row, actions[i])
	if err != nil || why != "" {
		return row, why, err
	}
	from := conversation.Sender{By: by, Scope: House, Inbox: f.box, NewID: h.NewMailID, SendAt: tx.Now, Enqueue: h.Outbox, OwnParty: f.own}
	if err := h.Conversations.AnswerByItself(ctx, tx, from, row.ID, f.macro, f.html); err != nil {
		return row, "", err
	}
	row, err = h.Conversations.Get(ctx, tx, House, row.ID)
	return row, "", err
}
