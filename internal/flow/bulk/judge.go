package bulk

import (
	"context"
	"errors"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// Reason is why a conversation is left as it is.
type Reason string

const (
	Same     Reason = "same"     // it is so already
	Status   Reason = "status"   // its status cannot become that
	Finished Reason = "finished" // what is finished is not snoozed
	Unseen   Reason = "unseen"   // it is gone, or out of the agent's sight
	Changed  Reason = "changed"  // somebody changed it since: it is not put back
	Refused  Reason = "refused"  // for another reason
)

// judge says what actions would come to with a conversation: "" where they change something.
func judge(c desk.Conversation, actions []desk.Action, me desk.AgentID) Reason {
	status := c.Status
	for _, a := range actions {
		if a.Do == desk.SetStatus {
			if !c.Status.CanBecome(a.Status) {
				return Status
			}
			status = a.Status
		}
	}
	changes := false
	for _, a := range actions {
		switch a.Do {
		case desk.SnoozeFor, desk.SnoozeUntil:
			if c.Status.Finished() || status.Finished() {
				return Finished
			}
			changes = true
		default:
			changes = changes || differs(c, a, me)
		}
	}
	if !changes {
		return Same
	}
	return ""
}

func differs(c desk.Conversation, a desk.Action, me desk.AgentID) bool {
	switch a.Do {
	case desk.SetStatus:
		return c.Status != a.Status
	case desk.SetPriority:
		return c.Priority != a.Priority
	case desk.Assign:
		to := a.Agent
		if a.Me {
			to = me
		}
		return a.OnDuty != 0 || c.Assignee != to
	case desk.SetTeam:
		return c.Team != a.Team
	case desk.AddTags:
		return slices.ContainsFunc(a.Tags, func(t desk.TagID) bool { return !slices.Contains(c.Tags, t) })
	case desk.RemoveTags:
		return slices.ContainsFunc(a.Tags, func(t desk.TagID) bool { return slices.Contains(c.Tags, t) })
	case desk.Wake:
		return c.SnoozedUntil != 0
	case desk.PutInSpam:
		return !c.Spam
	case desk.NotSpam:
		return c.Spam
	case desk.PutInTrash:
		return c.TrashedAt == 0
	case desk.Restore:
		return c.TrashedAt != 0
	}
	return true
}

// Preview is what work would come to.
type Preview struct {
	Total    int        `json:"total" doc:"Conversations that are meant"`
	Capped   bool       `json:"capped,omitempty" doc:"There are more"`
	Estimate bool       `json:"estimate,omitempty" doc:"The total is judged by the latest ones"`
	Looked   int        `json:"looked" doc:"So many of them were looked at for what follows"`
	Changes  int        `json:"changes"`
	Skipped  []Skipping `json:"skipped"`
}

// Skipping is a reason with how many conversations it holds for, and some of them.
type Skipping struct {
	Why      Reason              `json:"why" enum:"same,status,finished,unseen,changed,refused"`
	Count    int                 `json:"count"`
	Examples []desk.Conversation `json:"examples"`
}

const (
	mostLooked   = 1000
	mostExamples = 3
)

// Preview looks at up to a thousand of the conversations and says what the work would come to.
func (b *Bulk) Preview(ctx context.Context, tx *db.Tx, scope desk.Scope, in Request, more func() bool) (p Preview, err error) {
	p.Skipped = []Skipping{}
	if err := b.check(ctx, tx, scope, in); err != nil {
		return p, err
	}
	if in.View == "" {
		p.Total = len(in.Conversations)
	} else if err := b.count(ctx, tx, scope, in.View, &p, more); err != nil {
		return p, err
	}
	var place *conversation.Place
	for p.Looked < mostLooked {
		rows, next, unseen, err := b.page(ctx, tx, scope, in, place, 200)
		if err != nil {
			return p, err
		}
		for range unseen {
			p.skip(Unseen, desk.Conversation{})
		}
		for _, c := range rows {
			if why := judge(c, in.Actions, scope.Agent); why != "" {
				p.skip(why, c)
				continue
			}
			p.Changes++
		}
		p.Looked += len(rows) + unseen
		if place = next; place == nil || more != nil && !more() {
			break
		}
	}
	p.Total = max(p.Total, p.Looked)
	return p, nil
}

func (p *Preview) skip(why Reason, c desk.Conversation) {
	i := slices.IndexFunc(p.Skipped, func(s Skipping) bool { return s.Why == why })
	if i < 0 {
		i = len(p.Skipped)
		p.Skipped = append(p.Skipped, Skipping{Why: why, Examples: []desk.Conversation{}})
	}
	p.Skipped[i].Count++
	if c.ID != 0 && len(p.Skipped[i].Examples) < mostExamples {
		p.Skipped[i].Examples = append(p.Skipped[i].Examples, c)
	}
}

func (b *Bulk) count(ctx context.Context, tx *db.Tx, scope desk.Scope, view conversation.View, p *Preview, more func() bool) error {
	if id := view.SavedID(); id != 0 {
		t, err := b.Conversations.CountSaved(ctx, tx, scope, id, more)
		p.Total, p.Capped, p.Estimate = t.Count, t.Capped, t.Estimate
		return err
	}
	counts, err := b.Conversations.Counts(ctx, tx, scope, []conversation.View{view})
	if err != nil {
		return err
	}
	for _, c := range counts {
		p.Total, p.Capped = c.Count, c.Capped
	}
	return nil
}

// page returns the next conversations that a request means, and how many of them the agent does not see.
func (b *Bulk) page(ctx context.Context, tx *db.Tx, scope desk.Scope, in Request, after *conversation.Place, limit int) (rows []desk.Conversation, next *conversation.Place, unseen int, err error) {
	if in.View == "" {
		return b.chosen(ctx, tx, scope, in.Conversations, after, limit)
	}
	if id := in.View.SavedID(); id != 0 {
		found, err := b.Conversations.ListSaved(ctx, tx, scope, id, nil, after, limit, func() bool { return false })
		return found.Rows, found.Next, 0, err
	}
	var cursor *conversation.Cursor
	if after != nil {
		cursor = &conversation.Cursor{Key: after.Int, ID: after.ID}
	}
	rows, end, err := b.Conversations.List(ctx, tx, scope, conversation.ListQuery{View: in.View, After: cursor, Limit: min(limit, 200)})
	if end != nil {
		next = &conversation.Place{Int: end.Key, ID: end.ID}
	}
	return rows, next, 0, err
}

// chosen pages through ids in their order; Place.Int is how many were taken.
func (b *Bulk) chosen(ctx context.Context, tx *db.Tx, scope desk.Scope, ids []desk.ConversationID, after *conversation.Place, limit int) (rows []desk.Conversation, next *conversation.Place, unseen int, err error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	from := 0
	if after != nil {
		from = min(int(after.Int), len(ids))
	}
	part := ids[from:min(from+limit, len(ids))]
	rows, err = b.Conversations.Rows(ctx, tx, scope, part)
	if from+len(part) < len(ids) {
		next = &conversation.Place{Int: int64(from + len(part))}
	}
	return rows, next, len(part) - len(rows), err
}

// whyOf names a refusal for the list of failures: its reason, or its code.
func whyOf(err error) (string, bool) {
	var r *desk.Refusal
	if !errors.As(err, &r) {
		return "", false
	}
	if r.Why != "" {
		return string(r.Why), true
	}
	return string(r.Code), true
}
