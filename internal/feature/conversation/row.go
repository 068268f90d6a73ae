// Package conversation owns conversations and what is said in them: messages, participants, attachments, tags, drafts, followers, read
// marks, and the state of what goes out. It decides nothing about rules or promises and never talks to the network.
package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Service is the feature.
type Service struct {
	// Journal writes down what was redacted or erased, outside the database, so that it is applied again after a restore.
	Journal func(Erasure) error
	// Held refuses to take anything out of what a legal hold keeps: of a customer or of one conversation. It may be nil.
	Held func(ctx context.Context, tx *db.Tx, customer desk.CustomerID, id desk.ConversationID) error

	counts  countCache
	learned learnedWords
}

// row is a conversation as it is stored, with what only this package needs.
type row struct {
	desk.Conversation
	subjectKey     int64
	acknowledgedAt desk.Time
	firstAnswerAt  desk.Time
	resolvedAt     desk.Time
	lastIncoming   desk.MessageID
	owedAt         desk.Time // the first of what is owed; desk.Never where nothing is
	owedSoonAt     desk.Time
	ownDueAt       desk.Time // when it would be due otherwise, where it is due by what is owed
	ownDueFor      string
	ownDueSoonAt   desk.Time
	statusAt       desk.Time // when its status was changed last; 0 where that was before it was kept
	silentAt       desk.Time // when we wrote last to a customer who has not answered since; 0 where he has

	before   Snapshot
	happened deadline.Did // since it was saved
	undue    bool         // when it is due has to be worked out anew, should nothing but the inbox promise an answer
	within   int          // what the inbox promises, in minutes, where undue was set by who knew it; -1: it is to be looked up
}

// Snapshot is what changes are told by.
type Snapshot struct {
	status   desk.Status
	assignee desk.AgentID
	team     desk.TeamID
}

const rowColumns = `c.id, c.number, c.inbox, c.customer, c.customer_name, c.address, c.channel, c.subject, c.subject_key, c.status, c.priority,
	c.assignee, c.team, c.tags, c.restricted, c.spam, c.trashed_at, c.snoozed_until, c.due_at, c.waiting_since, c.language,
	c.preview, c.preview_by, c.messages, c.attachments, c.troubled, c.acknowledged_at, c.first_answer_at, c.resolved_at,
	c.last_incoming, c.created_at, c.last_at, c.version, c.type_id, c.fields,
	c.checks, c.checked, c.checks_owed, c.spent, c.wake_on, c.wake_for, c.wake_number, c.wake_by, c.wake_since, c.merged_into, c.due_for, c.due_soon_at,
	c.owed_at, c.owed_for, c.owed_soon_at, c.own_due_at, c.own_due_for, c.own_due_soon_at,
	c.status_at, c.silent_at`

func (c *row) scan(s interface{ Scan(...any) error }, more ...any) error {
	var assignee, team, typeID sql.NullInt64
	var tags, fields string
	var target int64
	err := s.Scan(append([]any{&c.ID, &c.Number, &c.Inbox, &c.Customer, &c.CustomerName, &c.Address, &c.Channel, &c.Subject, &c.subjectKey,
		&c.Status, &c.Priority, &assignee, &team, &tags, &c.Restricted, &c.Spam, &c.TrashedAt, &c.SnoozedUntil, &c.DueAt, &c.WaitingSince,
		&c.Language, &c.Preview, &c.PreviewBy, &c.Messages, &c.Attachments, &c.DeliveryTroubled, &c.acknowledgedAt, &c.firstAnswerAt,
		&c.resolvedAt, &c.lastIncoming, &c.CreatedAt, &c.LastAt, &c.Version, &typeID, &fields,
		&c.Checks, &c.Checked, &c.ChecksOwed, &c.Spent,
		&c.WakeOn.Event, &target, &c.WakeOn.Number, &c.WakeOn.By, &c.WakeOn.Since, &c.MergedInto, &c.DueFor, &c.DueSoonAt,
		&c.owedAt, &c.Owes, &c.owedSoonAt, &c.ownDueAt, &c.ownDueFor, &c.ownDueSoonAt,
		&c.statusAt, &c.silentAt}, more...)...)
	if err != nil {
		return err
	}
	c.Assignee, c.Team, c.TypeID = desk.AgentID(assignee.Int64), desk.TeamID(team.Int64), desk.TypeID(typeID.Int64)
	c.Tags = []desk.TagID{}
	if tags != "[]" {
		if err := json.Unmarshal([]byte(tags), &c.Tags); err != nil {
			return fmt.Errorf("tags of conversation %s: %w", c.ID, err)
		}
	}
	if c.Fields, err = desk.ReadFieldValues(fields); err != nil {
		return fmt.Errorf("conversation %s: %w", c.ID, err)
	}
	if c.WakeOn.Event == desk.WhenPurchase {
		c.WakeOn.Purchase = desk.PurchaseID(target)
	} else {
		c.WakeOn.Conversation = desk.ConversationID(target)
	}
	c.UntilReply = c.SnoozedUntil >= desk.Never
	c.before = Snapshot{c.Status, c.Assignee, c.Team}
	return nil
}

// hold loads a conversation and keeps it from others until tx ends. One that was merged leads to the one that it lives in.
func hold(ctx context.Context, tx *db.Tx, id desk.ConversationID) (*row, error) {
	var c row
	err := c.scan(tx.Row(ctx, `SELECT `+rowColumns+` FROM conversation c WHERE c.id = $1 AND c.shelf <> 5 FOR NO KEY UPDATE`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return holdInto(ctx, tx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("hold conversation %s: %w", id, err)
	}
	return &c, nil
}

// holdVisible is hold for an agent: what he may not see does not exist for him.
func holdVisible(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) (*row, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	err = mustSee(ctx, tx, scope, c.Conversation)
	if desk.IsRefusal(err, desk.NotFound) {
		err = desk.Refuse(desk.NotFound, "no conversation %s", id) // where it was merged into is nobody's business
	}
	return c, err
}

func mustSee(ctx context.Context, tx *db.Tx, scope desk.Scope, c desk.Conversation) error {
	var named []desk.AgentID
	if c.Restricted {
		var err error
		if named, err = accessOf(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	if !Visible(scope, c, named) {
		return desk.Refuse(desk.NotFound, "no conversation %s", c.ID)
	}
	return nil
}

// save writes a held conversation back and raises its version. What lists sort by is worked out here, and nowhere else.
func (c *row) save(ctx context.Context, tx *db.Tx) error {
	c.Version++
	if c.SnoozedUntil == 0 {
		c.WakeOn = desk.WakeOn{}
	}
	c.UntilReply = c.SnoozedUntil >= desk.Never
	tags, err := json.Marshal(c.Tags)
	if err != nil {
		return fmt.Errorf("tags of conversation %s: %w", c.ID, err)
	}
	fields, err := c.Fields.Column()
	if err != nil {
		return fmt.Errorf("conversation %s: %w", c.ID, err)
	}
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return err
	}
	c.keepMoments(tx.Now)
	promised, err := c.keepClocks(ctx, tx, d)
	if err != nil {
		return err
	}
	if err := tx.Soon(ctx, `
		UPDATE conversation SET customer = $2, customer_name = $3, address = $4, subject = $5, subject_key = $6, status = $7, priority = $8,
			shelf = CASE WHEN shelf = 5 THEN 5 ELSE $9 END, assignee = $10, team = $11, tags = $12, restricted = $13, spam = $14, trashed_at = $15, snoozed_until = $16,
			due_at = $17, waiting_since = $18, language = $19, preview = $20, preview_by = $21, messages = $22, attachments = $23,
			troubled = $24, acknowledged_at = $25, first_answer_at = $26, resolved_at = $27, last_incoming = $28, last_at = $29, version = $30,
			type_id = $31, fields = $32, checks = $33, checked = $34, checks_owed = $35, spent = $36,
			wake_on = $37, wake_for = $38, wake_number = $39, wake_by = $40, wake_since = $41, due_for = $42, due_soon_at = $43,
			owed_at = $44, owed_for = $45, owed_soon_at = $46,
			own_due_at = $47, own_due_for = $48, own_due_soon_at = $49,
			status_at = $50, silent_at = $51
		WHERE id = $1`,
		c.ID, c.Customer, c.CustomerName, c.Address, c.Subject, c.subjectKey, c.Status, c.Priority, c.Shelf(), nullID(c.Assignee), nullID(c.Team),
		string(tags), c.Restricted, c.Spam, c.TrashedAt, c.SnoozedUntil, c.DueAt, c.WaitingSince, c.Language, c.Preview, c.PreviewBy,
		c.Messages, c.Attachments, c.DeliveryTroubled, c.acknowledgedAt, c.firstAnswerAt, c.resolvedAt, c.lastIncoming, c.LastAt, c.Version,
		nullID(c.TypeID), fields, c.Checks, c.Checked, c.ChecksOwed, c.Spent,
		c.WakeOn.Event, c.WakeOn.Target(), c.WakeOn.Number, c.WakeOn.By, c.WakeOn.Since, c.DueFor, c.DueSoonAt,
		c.owedAt, c.Owes, c.owedSoonAt, c.ownDueAt, c.ownDueFor, c.ownDueSoonAt,
		c.statusAt, c.silentAt); err != nil {
		return fmt.Errorf("save conversation %s: %w", c.ID, err)
	}
	if err := promised.write(ctx, tx, c.ID); err != nil {
		return err
	}
	return c.keepPlace(ctx, tx, d)
}

// event makes a fact about the conversation.
func (c *row) event(by desk.Actor, kind desk.EventKind, data any) *desk.Event {
	e := &desk.Event{By: by, Kind: kind, SubjectKind: desk.AboutConversation, Subject: int64(c.ID), Conversation: c.ID}
	if data != nil {
		b, err := json.Marshal(data)
		if err != nil {
			panic(fmt.Sprintf("event data of %s is not JSON: %v", kind, err)) // a fault of the program: data are ids, codes and numbers
		}
		e.Data = b
	}
	return e
}

func (c *row) messageEvent(by desk.Actor, kind desk.EventKind, message desk.MessageID, data any) *desk.Event {
	e := c.event(by, kind, data)
	e.Message = message
	return e
}

// answered ends the wait.
func (c *row) answered() {
	c.withoutOwed()
	c.WaitingSince, c.DueAt = 0, desk.Never
}

func nullID[T ~int64](id T) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// fold53 is a hash below 2^53 for lookups by text; what it finds is compared in full.
func fold53(s string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return int64(h.Sum64() >> 11)
}

// SubjectKey is what subjects are looked up by.
func SubjectKey(normalised string) int64 { return fold53(language.Fold(normalised)) }

// change is a before and after in an event.
type change[T any] struct {
	From T `json:"from"`
	To   T `json:"to"`
}

// setStatus moves the conversation along the state machine and tells it.
func (c *row) setStatus(ctx context.Context, tx *db.Tx, by desk.Actor, to desk.Status) error {
	if c.Status == to {
		return nil
	}
	if !c.Status.CanBecome(to) {
		return desk.RefuseField(desk.Invalid, "body.status", "a conversation that is %s cannot become %s", c.Status, to)
	}
	if to.Finished() {
		if err := c.mayFinish(ctx, tx, by); err != nil {
			return err
		}
	}
	from := c.Status
	c.Status = to
	c.resolvedAt = 0
	if to.Finished() {
		c.resolvedAt = tx.Now
		c.SnoozedUntil = 0
		c.answered()
	}
	if to == desk.StatusWaiting {
		c.answered()
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.StatusChanged, change[desk.Status]{from, to}))
}

func (c *row) setAssignee(ctx context.Context, tx *db.Tx, by desk.Actor, to desk.AgentID) error {
	if c.Assignee == to {
		return nil
	}
	from := c.Assignee
	c.Assignee = to
	if to != 0 && c.Status == desk.StatusNew {
		if err := c.setStatus(ctx, tx, by, desk.StatusOpen); err != nil {
			return err
		}
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.AssigneeChanged, change[desk.AgentID]{from, to}))
}
