// Package react is what follows from the events of a transaction before it commits: today the automatic acknowledgement, later rules, service
// levels and surveys, in that order. Each reaction runs in a savepoint, so that one that fails undoes nothing else.
package react

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/courtesy"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/locale"
)

// Reactor reacts.
type Reactor struct {
	Inboxes       *inbox.Service
	Conversations *conversation.Service
	NewMailID     func(from string) string
	Outbox        conversation.Outbox
	Log           *slog.Logger
}

// React looks at the events that the transaction appended.
func (r *Reactor) React(ctx context.Context, tx *db.Tx) error {
	opened := map[desk.ConversationID]bool{}
	acknowledges, err := r.acknowledges(ctx, tx)
	if err != nil || !acknowledges {
		return err
	}
	for _, e := range eventlog.Appended(tx) {
		switch e.Kind {
		case desk.ConversationOpened:
			opened[e.Conversation] = true
		case desk.MessageReceived:
			if !opened[e.Conversation] {
				continue // acknowledged once, when it was opened
			}
			id, message := e.Conversation, e.Message
			if err := tx.Savepoint(ctx, func() error { return r.acknowledge(ctx, tx, id, message) }); err != nil {
				r.Log.ErrorContext(ctx, "acknowledgement failed", "conversation", id, "error", err)
			}
		}
	}
	return nil
}

// acknowledges reports whether any inbox sends acknowledgements: a desk without them does not pay for looking at each message.
func (r *Reactor) acknowledges(ctx context.Context, tx *db.Tx) (bool, error) {
	house, err := r.Inboxes.House(ctx, tx)
	if err != nil {
		return false, err
	}
	return house.Any(func(in desk.Inbox) bool { return in.Acknowledge && in.Submit.Host != "" }), nil
}

// acknowledge queues the automatic acknowledgement of a conversation's first message, unless a machine wrote it or the cap is reached.
func (r *Reactor) acknowledge(ctx context.Context, tx *db.Tx, id desk.ConversationID, message desk.MessageID) error {
	house, err := r.Inboxes.House(ctx, tx)
	if err != nil {
		return err
	}
	first, err := r.Conversations.Acknowledgeable(ctx, tx, message)
	if err != nil {
		return err
	}
	box, ok := house.Inbox(first.Inbox)
	if !ok || !box.Acknowledge {
		return nil
	}
	mail := courtesy.Mail{Answerable: box.Submit.Host != "", Machine: first.Automatic, Spam: first.Spam, Own: house.Own(first.Address)}
	if courtesy.May(mail) != "" {
		return nil // what was sent before need not be counted
	}
	for within, n := range map[time.Duration]*int{time.Hour: &mail.Hour, 24 * time.Hour: &mail.Day} {
		if *n, err = r.Conversations.AutomaticAnswersTo(ctx, tx, first.Address, tx.Now.Add(-within)); err != nil {
			return err
		}
	}
	if courtesy.May(mail) != "" {
		return nil
	}
	open, err := openWords(ctx, tx, box, languageOf(box, first))
	if err != nil {
		return err
	}
	subject, text := wording(box, first, open)
	from := conversation.Sender{By: desk.System, Inbox: box, NewID: r.NewMailID, SendAt: tx.Now, Enqueue: r.Outbox, OwnParty: house.Own}
	_, err = r.Conversations.Acknowledge(ctx, tx, from, id, subject, text)
	if err != nil {
		return fmt.Errorf("acknowledge conversation %s: %w", id, err)
	}
	return nil
}

// languageOf is the customer's language, else the inbox's.
func languageOf(box desk.Inbox, first conversation.First) string {
	if first.Language != "" {
		return locale.Match(first.Language)
	}
	return box.Language
}

// openWords tells a customer whether somebody is there now, and until or from when, by the clock of the calendar; "" where an inbox goes by none.
func openWords(ctx context.Context, tx *db.Tx, box desk.Inbox, lang string) (string, error) {
	open, ok, err := hours.OfInbox(ctx, tx, box.ID)
	if err != nil || !ok {
		return "", err
	}
	now := tx.Now.Time().In(open.Zone())
	key, ask := "customer.hours.closed", open.NextOpen
	if open.OpenAt(now) {
		key, ask = "customer.hours.open", open.NextClose
	}
	next, ok := ask(now)
	switch {
	case !ok && open.OpenAt(now):
		return locale.T(lang, "customer.hours.always", nil), nil
	case !ok:
		return "", nil
	}
	at := locale.DateTime(lang, next)
	if desk.DateOf(next) == desk.DateOf(now) {
		at = next.Format("15:04")
	}
	return locale.T(lang, key, map[string]any{"When": at}), nil
}

// wording is the acknowledgement in the customer's language, else the inbox's. open is what {{hours}} says.
func wording(box desk.Inbox, first conversation.First, open string) (subject, text string) {
	lang := languageOf(box, first)
	data := map[string]any{"Number": first.Number, "Inbox": box.FromName, "By": ""}
	if box.FromName == "" {
		data["Inbox"] = box.Name
	}
	subject = locale.T(lang, "customer.acknowledge.subject", data)
	text = locale.T(lang, "customer.acknowledge.body", data)
	if own := strings.TrimSpace(box.AcknowledgeText[lang]); own != "" {
		text = strings.NewReplacer("{{number}}", fmt.Sprint(first.Number), "{{inbox}}", fmt.Sprint(data["Inbox"]), "{{name}}", first.Name, "{{hours}}", open).Replace(own)
	}
	return subject, text
}
