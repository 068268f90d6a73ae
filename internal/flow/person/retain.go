package person

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/webhook"
	"tellus/internal/flow/bulk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Retain is the daily job that erases what rules of retention do not keep.
type Retain struct{}

// JobKind names the job.
func (Retain) JobKind() string { return "privacy.retain" }

// Expected is what a rule would do if it were made now.
type Expected struct {
	Conversations int64 `json:"conversations" doc:"At once, at most 10,000 are counted; later ones follow day by day"`
	More          bool  `json:"more" doc:"There are more than that"`
}

const mostCounted = 10_000

// Expect counts what a rule would empty now.
func (p *Person) Expect(ctx context.Context, tx *db.Tx, b privacy.RuleBody) (out Expected, err error) {
	out.Conversations, err = p.Conversations.CountExpired(ctx, tx, expiring(b, tx.Now), mostCounted+1)
	if out.Conversations > mostCounted {
		out.Conversations, out.More = mostCounted, true
	}
	return out, err
}

func expiring(b privacy.RuleBody, now desk.Time) conversation.Expiring {
	return conversation.Expiring{Inbox: b.Inbox, Type: b.Type, Before: b.Before(now)}
}

func (p *Person) retain(ctx context.Context, _ *jobs.Job[Retain]) error {
	var rules []privacy.Rule
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rules, err = p.Privacy.Rules(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, rule := range rules {
		for {
			found := false
			err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
				found, err = p.expire(ctx, tx, rule)
				return err
			})
			if err != nil {
				return fmt.Errorf("retention by rule %s: %w", rule.ID, err)
			}
			if !found {
				break
			}
		}
	}
	return nil
}

// expire empties one more slice of a conversation that a rule does not keep. A conversation whose slices are not all done is found again.
func (p *Person) expire(ctx context.Context, tx *db.Tx, rule privacy.Rule) (found bool, err error) {
	if err := tx.Lock(ctx, "retention_rule", int64(rule.ID)); err != nil { // two runs at once would empty, and count, the same one
		return false, err
	}
	id, err := p.Conversations.Expired(ctx, tx, expiring(rule.RuleBody, tx.Now))
	if err != nil || id == 0 {
		return false, err
	}
	members, err := p.Conversations.Family(ctx, tx, id) // what was merged into it goes with it
	if err != nil {
		return false, err
	}
	emptied := 0
	for i := len(members) - 1; i >= 0; i-- { // itself last: from then on it is no longer found
		if err := p.Conversations.Journal(conversation.Erasure{Conversation: members[i], At: tx.Now, Kind: "content"}); err != nil {
			return false, fmt.Errorf("journal of erasures: %w", err)
		}
		n, err := p.empty(ctx, tx, members[i])
		if emptied += n; err != nil || n == slice || i > 0 && emptied >= slice {
			return true, err
		}
	}
	erased := int64(0)
	if rule.Persons {
		if erased, err = p.eraseBygone(ctx, tx, members); err != nil {
			return false, err
		}
	}
	return true, p.Privacy.Ran(ctx, tx, rule.ID, 1, erased)
}

// eraseBygone begins to erase the customers of emptied conversations of whom nothing else is kept, and returns how many.
func (p *Person) eraseBygone(ctx context.Context, tx *db.Tx, members []desk.ConversationID) (erased int64, err error) {
	customers, err := p.Conversations.Owners(ctx, tx, members)
	if err != nil {
		return 0, err
	}
	for _, customer := range customers {
		gone, err := p.Conversations.Bygone(ctx, tx, customer)
		if err != nil {
			return erased, err
		}
		at, err := p.Customers.ErasedAt(ctx, tx, customer)
		if err != nil {
			return erased, err
		}
		if !gone || at != 0 {
			continue
		}
		if _, err := p.begin(ctx, tx, desk.System, privacy.Task{Kind: privacy.Erase, Customer: customer}); err != nil {
			return erased, err
		}
		erased++
	}
	return erased, nil
}

// empty empties a slice of a conversation, and what was noted about it.
func (p *Person) empty(ctx context.Context, tx *db.Tx, id desk.ConversationID) (int, error) {
	n, err := p.Conversations.EmptySlice(ctx, tx, desk.System, id, slice)
	if err != nil || n == slice {
		return n, err
	}
	if err := bulk.Forget(ctx, tx, id); err != nil {
		return n, err
	}
	if err := webhook.Forget(ctx, tx, id); err != nil {
		return n, err
	}
	if err := p.Statutes.ForgetGrounds(ctx, tx, id); err != nil {
		return n, err
	}
	if err := p.Commitments.Forget(ctx, tx, id); err != nil {
		return n, err
	}
	return n, p.Worklog.ForgetNotes(ctx, tx, id)
}

// emptyAgain empties a conversation that the journal names, in a database that was restored.
func (p *Person) emptyAgain(ctx context.Context, e conversation.Erasure) error {
	for {
		n := 0
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			began, err := p.Conversations.StartedAt(ctx, tx, e.Conversation)
			if err != nil || began == 0 || began > e.At { // its id was given again after the restore
				return err
			}
			n, err = p.empty(ctx, tx, e.Conversation)
			return err
		})
		if err != nil || n < slice {
			return err
		}
	}
}
