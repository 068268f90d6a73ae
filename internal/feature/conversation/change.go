package conversation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// Change is what may be changed of a conversation; nil leaves a field as it is.
type Change struct {
	Version      int64            `json:"version"`
	Status       *desk.Status     `json:"status,omitempty" enum:"new,open,waiting,resolved,closed"`
	Priority     *desk.Priority   `json:"priority,omitempty" minimum:"0" maximum:"3"`
	Assignee     *desk.AgentID    `json:"assignee,omitempty" doc:"0 for nobody"`
	Team         *desk.TeamID     `json:"team,omitempty" doc:"0 for none"`
	Subject      *string          `json:"subject,omitempty" minLength:"1" maxLength:"998"`
	Type         *desk.TypeID     `json:"type,omitempty" doc:"0 for none"`
	Fields       desk.FieldValues `json:"fields,omitempty" doc:"Values of custom fields to set, by the fields' ids; null takes one away, others stay"`
	AddTags      []desk.TagID     `json:"addTags,omitempty"`
	RemoveTags   []desk.TagID     `json:"removeTags,omitempty"`
	SnoozedUntil *desk.Time       `json:"snoozedUntil,omitempty" doc:"A time to come"`
	Wake         bool             `json:"wake,omitempty" doc:"End the snooze now"`
	Await        bool             `json:"await,omitempty" doc:"Snooze until somebody writes"`
	WakeOn       *desk.WakeOn     `json:"wakeOn,omitempty" doc:"Snooze until this happens, at the latest until snoozedUntil, or for 14 days where that is absent"`
	Spam         *bool            `json:"spam,omitempty"`
	Trashed      *bool            `json:"trashed,omitempty"`
}

// Update changes a conversation. A stale version is refused with desk.Conflict, the current row, and what changed it.
func (s *Service) Update(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, ch Change) (desk.Conversation, error) {
	c, err := holdVisible(ctx, tx, scope, id)
	if err != nil {
		return desk.Conversation{}, err
	}
	if ch.Version != c.Version {
		return desk.Conversation{}, s.stale(ctx, tx, scope, c, ch.Version)
	}
	if to := ch.Assignee; to != nil && *to != 0 && *to != c.Assignee {
		if err := c.onlyByNext(ctx, tx, by); err != nil {
			return desk.Conversation{}, err
		}
	}
	steps := []func(context.Context, *db.Tx, desk.Actor, *row) error{
		ch.flags, ch.words, ch.people, ch.tags, ch.kind, ch.values, ch.snooze, ch.status,
	}
	for _, step := range steps {
		if err := step(ctx, tx, by, c); err != nil {
			return desk.Conversation{}, err
		}
	}
	if err := c.save(ctx, tx); err != nil {
		return desk.Conversation{}, err
	}
	return afterChange(ctx, tx, scope.Agent, c.ID)
}

// stale refuses with what the asker needs to look again: the row as it is, and who changed it last and how.
func (s *Service) stale(ctx context.Context, tx *db.Tx, scope desk.Scope, c *row, version int64) error {
	now, err := s.Get(ctx, tx, scope, c.ID)
	if err != nil {
		return err
	}
	since, err := activities(ctx, tx, c.ID, 0, desk.Never)
	if err != nil {
		return err
	}
	// Every change raises the version once and tells at least one event or message: the last few events cover what the asker missed.
	missed := since[max(0, len(since)-int(min(max(c.Version-version, 1), 20))):]
	return &desk.Refusal{Code: desk.Conflict, Message: "the conversation was changed meanwhile", Details: map[string]any{"current": now, "changed": missed}}
}

func (ch Change) flags(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Trashed != nil && *ch.Trashed != (c.TrashedAt != 0) {
		kind := desk.Restored
		c.TrashedAt = 0
		if *ch.Trashed {
			kind, c.TrashedAt = desk.Trashed, tx.Now
		}
		if err := eventlog.Append(ctx, tx, c.event(by, kind, nil)); err != nil {
			return err
		}
	}
	if ch.Spam == nil || *ch.Spam == c.Spam {
		return nil
	}
	c.Spam = *ch.Spam
	kind := desk.UnmarkedSpam
	if c.Spam {
		kind = desk.MarkedSpam
	}
	if err := learn(ctx, tx, c); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, kind, nil))
}

func (ch Change) words(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Priority != nil && *ch.Priority != c.Priority {
		from := c.Priority
		c.Priority = *ch.Priority
		if err := eventlog.Append(ctx, tx, c.event(by, desk.PriorityChanged, change[desk.Priority]{from, c.Priority})); err != nil {
			return err
		}
	}
	if ch.Subject == nil {
		return nil
	}
	subject := strings.Join(strings.Fields(db.Text(*ch.Subject)), " ")
	if subject == "" {
		return desk.WhyNeeded.At("body.subject")
	}
	if subject == c.Subject {
		return nil
	}
	c.Subject = subject
	return eventlog.Append(ctx, tx, c.event(by, desk.SubjectChanged, nil))
}

func (ch Change) people(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Team != nil && *ch.Team != c.Team {
		if *ch.Team != 0 {
			if err := exists(ctx, tx, `SELECT EXISTS (SELECT 1 FROM team WHERE id = $1)`, int64(*ch.Team), "body.team", "there is no such team"); err != nil {
				return err
			}
		}
		from := c.Team
		c.Team = *ch.Team
		if err := eventlog.Append(ctx, tx, c.event(by, desk.TeamChanged, change[desk.TeamID]{from, c.Team})); err != nil {
			return err
		}
	}
	if ch.Assignee == nil {
		return nil
	}
	if to := *ch.Assignee; to != 0 && to != c.Assignee {
		if err := exists(ctx, tx, `SELECT EXISTS (SELECT 1 FROM agent WHERE id = $1 AND active AND role <> 'light_agent')`, int64(to), "body.assignee",
			"there is no such active agent who may answer"); err != nil {
			return err
		}
	}
	return c.setAssignee(ctx, tx, by, *ch.Assignee)
}

func exists(ctx context.Context, tx *db.Tx, query string, id int64, field, why string) error {
	var found bool
	if err := tx.Row(ctx, query, id).Scan(&found); err != nil {
		return fmt.Errorf("check %s: %w", field, err)
	}
	if !found {
		return desk.RefuseField(desk.Invalid, field, "%s", why)
	}
	return nil
}

func (ch Change) tags(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	for _, t := range ch.AddTags {
		if slices.Contains(c.Tags, t) {
			continue
		}
		if err := exists(ctx, tx, `SELECT EXISTS (SELECT 1 FROM tag WHERE id = $1)`, int64(t), "body.addTags", "there is no such tag"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_tag (conversation, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.ID, t); err != nil {
			return fmt.Errorf("tag conversation %s: %w", c.ID, err)
		}
		c.Tags = append(c.Tags, t)
		if err := eventlog.Append(ctx, tx, c.event(by, desk.TagAdded, map[string]any{"tag": t})); err != nil {
			return err
		}
	}
	for _, t := range ch.RemoveTags {
		if !slices.Contains(c.Tags, t) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM conversation_tag WHERE conversation = $1 AND tag = $2`, c.ID, t); err != nil {
			return fmt.Errorf("untag conversation %s: %w", c.ID, err)
		}
		c.Tags = without(c.Tags, t)
		if err := eventlog.Append(ctx, tx, c.event(by, desk.TagRemoved, map[string]any{"tag": t})); err != nil {
			return err
		}
	}
	return nil
}

func (ch Change) snooze(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Wake && c.SnoozedUntil != 0 {
		c.SnoozedUntil = 0
		return eventlog.Append(ctx, tx, c.event(by, desk.Woken, nil))
	}
	if ch.Await {
		if c.Status.Finished() {
			return desk.WhyNotSnoozable.At("body.await")
		}
		c.SnoozedUntil, c.WakeOn = desk.Never, desk.WakeOn{}
		return eventlog.Append(ctx, tx, c.event(by, desk.Snoozed, snoozed(c.SnoozedUntil, c.WakeOn)))
	}
	if ch.WakeOn != nil && ch.SnoozedUntil == nil {
		latest := tx.Now.Add(wakesAfter)
		ch.SnoozedUntil = &latest
	}
	if ch.SnoozedUntil == nil || *ch.SnoozedUntil == 0 {
		return nil
	}
	until := *ch.SnoozedUntil
	if until <= tx.Now {
		return desk.WhyDatePast.At("body.snoozedUntil")
	}
	if c.Status.Finished() {
		return desk.WhyNotSnoozable.At("body.snoozedUntil")
	}
	var on desk.WakeOn
	if ch.WakeOn != nil {
		var err error
		if on, err = c.waitFor(ctx, tx, by, *ch.WakeOn); err != nil {
			return err
		}
	}
	c.SnoozedUntil, c.WakeOn = until, on
	if _, err := jobs.Enqueue(ctx, tx, until, WakeUp{}); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.Snoozed, snoozed(until, on)))
}

func (ch Change) status(ctx context.Context, tx *db.Tx, by desk.Actor, c *row) error {
	if ch.Status == nil {
		return nil
	}
	from := c.Status
	if err := c.setStatus(ctx, tx, by, *ch.Status); err != nil {
		return err
	}
	if *ch.Status != desk.StatusOpen || !from.Finished() && from != desk.StatusWaiting {
		return nil
	}
	return c.rewait(ctx, tx) // who still waits for an answer waits since when he did: resolving it, and taking that back, keeps the promise
}

// WakeUp is the job that ends snoozes when their time comes.
type WakeUp struct{}

// JobKind names the job.
func (WakeUp) JobKind() string { return "conversation.wake" }

// Wake ends the snoozes whose time has come, at most limit of them, and returns how many.
func (s *Service) Wake(ctx context.Context, tx *db.Tx, limit int) (int, error) {
	rows, err := tx.Query(ctx, `
		SELECT id FROM conversation
		WHERE snoozed_until > 0 AND snoozed_until <= $1 AND shelf <> 5
		ORDER BY snoozed_until, id
		LIMIT $2`, tx.Now, limit)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return 0, fmt.Errorf("find who wakes: %w", err)
	}
	slices.Sort(ids) // locks are taken in one order everywhere
	for _, id := range ids {
		c, err := hold(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		if c.SnoozedUntil == 0 || c.SnoozedUntil > tx.Now {
			continue // somebody woke it, or snoozed it again, while we waited
		}
		c.SnoozedUntil = 0
		if err := c.save(ctx, tx); err != nil {
			return 0, err
		}
		if err := eventlog.Append(ctx, tx, c.event(desk.System, desk.Woken, nil)); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
