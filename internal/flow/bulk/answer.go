package bulk

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/act"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/jobs"
)

// Answer is what is written to each incident of a problem, with copies of the agent's own unsent files.
type Answer struct {
	Problem     desk.ConversationID
	HTML        string // with placeholders, which each incident fills for itself
	Attachments []desk.AttachmentID
	Then        conversation.Then
}

// Answering is the job of such work. Older binaries do not know it and leave it alone.
type Answering struct {
	Bulk desk.BulkID `json:"bulk"`
}

// JobKind names the job.
func (Answering) JobKind() string { return "bulk.answer" }

func (b *Bulk) doAnswer(ctx context.Context, job *jobs.Job[Answering]) error {
	return b.finish(ctx, job.Payload.Bulk)
}

// Begun is an answer that was written down, filled for one incident.
type Begun struct {
	Conversation desk.Conversation
	To           []desk.NamedAddress // nobody where it cannot be answered by mail
	HTML         string
	Missing      []placeholder.Name // what has no value and no fallback there: such an answer is not sent
	Language     string             // the customer's; "" where it is unknown
}

// Fill says what an answer would be in an incident.
func (b *Bulk) Fill(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, html string) (out Begun, err error) {
	house, err := b.Hands.Inboxes.House(ctx, tx)
	if err != nil {
		return out, err
	}
	opened, err := b.Conversations.Open(ctx, tx, scope, id, house.Own)
	if err != nil {
		return out, err
	}
	known, err := b.Hands.Values(ctx, tx, scope, act.Where{Conversation: id})
	if err != nil {
		return out, err
	}
	out.Conversation, out.To, out.Language = opened.Conversation, opened.ReplyTo.To, known.Language
	out.HTML, out.Missing = placeholder.Render(htmltext.SanitiseComposed(html), known.Values)
	return out, nil
}

// BeginAnswer queues an answer to incidents of a problem, each in a transaction of its own. While an agent's answer to a problem is going on, another one is that one:
// a button that was pressed twice answers nobody twice.
func (b *Bulk) BeginAnswer(ctx context.Context, tx *db.Tx, scope desk.Scope, incidents []desk.ConversationID, in Answer) (Work, error) {
	if len(incidents) == 0 {
		return Work{}, desk.WhyBulkEmpty.Refuse()
	}
	if err := tx.Lock(ctx, "conversation", int64(in.Problem)); err != nil {
		return Work{}, err
	}
	rows, err := tx.Query(ctx, selectBulk+` WHERE agent = $1 AND problem = $2 AND state IN ('gathering', 'running') ORDER BY id LIMIT 1`, scope.Agent, in.Problem)
	going, err := db.Rows(rows, err, scan)
	if err != nil {
		return Work{}, fmt.Errorf("answers to conversation %s: %w", in.Problem, err)
	}
	if len(going) > 0 {
		return going[0], nil
	}
	if err := b.Conversations.OwnUploads(ctx, tx, scope.Agent, in.Attachments); err != nil {
		return Work{}, err
	}
	in.HTML = htmltext.SanitiseComposed(in.HTML)
	w, err := b.begin(ctx, tx, scope, stored{Request: Request{Conversations: incidents}, All: scope.All, Answer: &in})
	if err != nil {
		return w, err
	}
	_, err = jobs.Enqueue(ctx, tx, tx.Now, Answering{w.ID})
	return w, err
}

// answered reports whether an earlier answer to the same problem still waits to be sent in a conversation: its line names the message where other work has a version.
func (b *Bulk) answered(ctx context.Context, tx *db.Tx, w Work, id desk.ConversationID) (waits bool, err error) {
	err = tx.Row(ctx, `
		SELECT EXISTS (SELECT 1 FROM bulk_item i JOIN bulk b ON b.id = i.bulk JOIN message m ON m.id = i.version
			WHERE i.conversation = $1 AND i.state = 'changed' AND i.bulk <> $2 AND b.problem = $3 AND m.state = $4)`, id, w.ID, w.Problem, desk.Queued).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("is conversation %s answered: %w", id, err)
	}
	return waits, nil
}

func (b *Bulk) answerOne(ctx context.Context, tx *db.Tx, scope desk.Scope, w Work, id desk.ConversationID) (o outcome, err error) {
	err = tx.Savepoint(ctx, func() error {
		one, err := b.Fill(ctx, tx, scope, id, w.answer.HTML)
		if desk.IsRefusal(err, desk.NotFound) {
			o = outcome{state: "skipped", why: string(Unseen)}
			return nil
		}
		if err != nil {
			return err
		}
		if one.Conversation.Status.Finished() {
			o = outcome{state: "skipped", why: string(Finished)}
			return nil
		}
		if waits, err := b.answered(ctx, tx, w, id); err != nil || waits {
			o = outcome{state: "skipped", why: string(Same)}
			return err
		}
		files, err := b.Conversations.CopyUploads(ctx, tx, scope.Agent, w.answer.Attachments)
		if err != nil {
			return err
		}
		from, err := b.Sender(ctx, tx, scope, one.Conversation.Inbox)
		if err != nil {
			return err
		}
		m, err := b.Conversations.Reply(ctx, tx, from, one.Conversation.ID, conversation.Reply{HTML: one.HTML, To: one.To, Cc: []desk.NamedAddress{}, Bcc: []desk.NamedAddress{},
			Attachments: files, Anyway: true, Then: w.answer.Then, KeepDraft: true})
		if err != nil {
			return err
		}
		o = outcome{state: "changed", version: int64(m.ID)}
		return nil
	})
	if why, refused := whyOf(err); refused {
		return outcome{state: "failed", why: why}, nil // undone by the savepoint
	}
	return o, err
}

// takeOneBack withdraws an answer that has not left yet.
func (b *Bulk) takeOneBack(ctx context.Context, tx *db.Tx, scope desk.Scope, i item) (o outcome, err error) {
	o = outcome{state: "undone", version: i.version}
	err = tx.Savepoint(ctx, func() error {
		return b.Conversations.Withdraw(ctx, tx, desk.ByAgent(scope.Agent), scope, desk.MessageID(i.version))
	})
	if why, refused := whyOf(err); refused {
		o.state, o.why = "kept", why
		return o, nil
	}
	return o, err
}
