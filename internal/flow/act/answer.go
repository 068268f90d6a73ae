package act

import (
	"context"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/engine/rule"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/macro"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Withheld says why a rule may not answer by itself; rule.Acts where it may. message is what it acts on, 0 where that is none; last is when the rule last answered in the
// conversation, and actions are all that it would do there.
func (h *Hands) Withheld(ctx context.Context, tx *db.Tx, c desk.Conversation, message desk.MessageID, last desk.Time, actions []desk.Action) (why rule.Why, err error) {
	i := slices.IndexFunc(actions, func(a desk.Action) bool { return a.Do == desk.Answer })
	if i < 0 {
		return rule.Acts, nil
	}
	away := slices.ContainsFunc(actions, func(a desk.Action) bool { return a.Do == desk.PutInSpam || a.Do == desk.PutInTrash })
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return "", err
	}
	box, ok := house.Inbox(c.Inbox)
	is := rule.Answering{Own: house.Own(c.Address), Reachable: ok && box.Submit.Host != "" && conversation.Writable(c), PutAway: away || c.Spam || c.TrashedAt != 0, Last: last}
	if is.Machine, err = h.Conversations.ByMachine(ctx, tx, c.ID, message); err != nil {
		return "", err
	}
	if is.Lately, err = h.Conversations.AutomaticAnswersTo(ctx, tx, c.Address, tx.Now.Add(-24*time.Hour)); err != nil {
		return "", err
	}
	if why = rule.Withhold(actions[i], is, tx.Now); why != rule.Acts {
		return why, nil
	}
	_, missing, err := h.answerText(ctx, tx, c.ID, actions[i])
	if len(missing) > 0 {
		why = rule.AnswerMissing
	}
	return why, err
}

// answerText is a rule's answer in the customer's language, and what has no value in it.
func (h *Hands) answerText(ctx context.Context, tx *db.Tx, id desk.ConversationID, a desk.Action) (html string, missing []placeholder.Name, err error) {
	known, err := h.Values(ctx, tx, House, Where{Conversation: id})
	if err != nil {
		return "", nil, err
	}
	_, html = macro.Choose(a.Texts, known.Language, known.Fallbacks...)
	html, missing = placeholder.Render(htmltext.SanitiseComposed(html), known.Values)
	return html, missing, nil
}

// answer sends a rule's answer.
func (h *Hands) answer(ctx context.Context, tx *db.Tx, by desk.Actor, c desk.Conversation, a desk.Action) error {
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return err
	}
	box, ok := house.Inbox(c.Inbox)
	if !ok {
		return desk.Refuse(desk.NotFound, "no such inbox")
	}
	html, _, err := h.answerText(ctx, tx, c.ID, a)
	if err != nil {
		return err
	}
	from := conversation.Sender{By: by, Scope: House, Inbox: box, NewID: h.NewMailID, SendAt: tx.Now, Enqueue: h.Outbox, OwnParty: house.Own}
	return h.Conversations.AnswerByRule(ctx, tx, from, c.ID, html)
}
