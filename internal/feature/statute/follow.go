package statute

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/platform/db"
)

// Asked says what is to be done about an event.
type Asked struct {
	Begins   bool // the conversation may fit a statute now
	Delivers bool // something became of a message that may be an answer
}

// begins are the facts after which a conversation may fit a condition that it did not fit before.
var begins = map[desk.EventKind]bool{
	desk.ConversationOpened: true, desk.MessageReceived: true, desk.TypeChanged: true, desk.FieldsChanged: true, desk.TagAdded: true, desk.TagRemoved: true, desk.InboxChanged: true,
	desk.PriorityChanged: true, desk.TeamChanged: true, desk.AssigneeChanged: true, desk.StatusChanged: true, desk.SubjectChanged: true, desk.CustomerChanged: true,
	desk.UnmarkedSpam: true, desk.Restored: true, desk.ConversationReopened: true, desk.ConversationsMerged: true, desk.ConversationParted: true, desk.AccessOpened: true,
}

// Asks says what is to be done about an event of a kind.
func Asks(k desk.EventKind) Asked {
	return Asked{Begins: begins[k], Delivers: k == desk.MessageSent || k == desk.MessageBounced || k == desk.MessageFailed || k == desk.MessageCancelled || k == desk.MessageUnsure}
}

// active are the statutes that begin by themselves, with their conditions.
type active struct {
	Statute
	when *condition.Condition
}

// Wanted reports whether any statute begins by itself, and whether any answer is waited for: whether events need to be looked at at all.
func (s *Service) Wanted(ctx context.Context, tx *db.Tx) (begin, deliver bool, err error) {
	err = tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM statute WHERE active AND deleted_at = 0), EXISTS (SELECT 1 FROM statute_clock WHERE answer <> 0)`).Scan(&begin, &deliver)
	if err != nil {
		return false, false, fmt.Errorf("whether statutes are in use: %w", err)
	}
	return begin, deliver, nil
}

// Follow begins what an event makes a conversation fit: each statute whose condition holds, since one law does not set aside another, and each once. It counts from the receipt of the
// message that the event is about, else of what was received first.
func (s *Service) Follow(ctx context.Context, tx *db.Tx, e desk.Event) error {
	list, err := s.active(ctx, tx)
	if err != nil || len(list) == 0 {
		return err
	}
	// What only named people see has its limits too: the scope is that of the law, and nothing is told but to who may see it.
	seen, err := s.Conversations.SeenBy(ctx, tx, []desk.ConversationID{e.Conversation}, nil)
	if err != nil || len(seen) == 0 || seen[0].Row.Spam || seen[0].Row.TrashedAt != 0 {
		return err
	}
	if err := tx.Lock(ctx, "conversation", int64(e.Conversation)); err != nil {
		return err
	}
	cases, err := s.Conversations.Cases(ctx, tx, []desk.Conversation{seen[0].Row})
	if err != nil {
		return err
	}
	had, err := s.statutesOf(ctx, tx, e.Conversation)
	if err != nil {
		return err
	}
	for _, a := range list {
		if fits, _ := a.when.Match(cases[0], tx.Now); !fits || had[a.ID] {
			continue
		}
		message := desk.MessageID(0)
		if e.Kind == desk.MessageReceived {
			message = e.Message
		}
		r, ok, err := s.Conversations.FirstReceipt(ctx, tx, e.Conversation, message)
		if err != nil {
			return err
		}
		if !ok {
			return nil // nobody wrote: there is no receipt to count from
		}
		zone, err := time.LoadLocation(a.Term.Zone)
		if err != nil {
			return fmt.Errorf("statute %s: %w", a.ID, err)
		}
		if _, err := s.begin(ctx, tx, desk.System, e.Conversation, a.Statute, desk.DateOf(r.At.Time().In(zone)), r.Message); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) active(ctx context.Context, tx *db.Tx) ([]active, error) {
	all, err := s.load(ctx, tx, ` AND active`)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	list := make([]active, 0, len(all))
	for _, st := range all {
		if when, err := compile(registry, st.Edit); err == nil && when != nil { // what is broken is said on its page
			list = append(list, active{st, when})
		}
	}
	return list, nil
}

// statutesOf are the statutes of which a conversation, or what was merged into it, has a clock, withdrawn ones too.
func (s *Service) statutesOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) (map[desk.StatuteID]bool, error) {
	members, err := s.Conversations.Family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT statute FROM statute_clock WHERE conversation IN `+db.In(len(members), 1), db.Args(members)...)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.StatuteID) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("statutes of conversation %s: %w", id, err)
	}
	had := map[desk.StatuteID]bool{}
	for _, id := range ids {
		had[id] = true
	}
	return had, nil
}

// Delivered has clocks know what became of a message that is their answer.
func (s *Service) Delivered(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	found, err := s.rows(ctx, tx, `k.answer = $1 AND k.answer <> 0`, message)
	if err != nil {
		return err
	}
	for _, k := range found {
		in, err := s.Conversations.LivesIn(ctx, tx, k.conversation)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "conversation", int64(in)); err != nil {
			return err
		}
		again, err := s.rows(ctx, tx, `k.id = $1 AND k.answer = $2`, k.id, message)
		if err != nil {
			return err
		}
		for _, k := range again {
			if err := s.followDelivery(ctx, tx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// followDelivery makes a clock met, or unmet again, by what became of its answer.
func (s *Service) followDelivery(ctx context.Context, tx *db.Tx, k *row) error {
	if k.Withdrawn != 0 {
		return nil
	}
	delivered := desk.Time(0)
	if k.answer != 0 {
		w, ok, err := s.Conversations.WrittenAnswer(ctx, tx, k.answer)
		if err != nil {
			return err
		}
		if ok && w.ByPerson {
			delivered = w.Delivered
		}
	}
	if (delivered == 0) == (k.Met == 0) {
		return nil
	}
	k.Met = delivered
	if delivered == 0 {
		_, err := s.changed(ctx, tx, k, desk.System, desk.StatuteUnmet, Entry{What: unmet, Message: k.answer}, map[string]any{"due": k.Due})
		return err
	}
	_, err := s.changed(ctx, tx, k, desk.System, desk.StatuteMet, Entry{What: met, Message: k.answer}, map[string]any{"late": delivered > k.Due})
	return err
}

// Next is when something is next to be told of a clock; desk.Never where nothing is to come.
func (s *Service) Next(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(next_at), $1) FROM statute_clock WHERE next_at < 9007199254740991`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when statutes come due: %w", err)
	}
	return at, nil
}

// Fire tells of clocks that come close or are late, at most limit of them, what was due first before the rest. Several nodes may call it at once: conversations are held, and who comes
// second finds nothing left to tell.
func (s *Service) Fire(ctx context.Context, tx *db.Tx, limit int) error {
	due, err := s.rows(ctx, tx, `k.id IN (SELECT id FROM statute_clock WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2)`, tx.Now, limit)
	if err != nil {
		return err
	}
	slices.SortFunc(due, func(a, b *row) int { return cmp.Compare(a.conversation, b.conversation) }) // the order in which conversations are held
	for _, k := range due {
		in, err := s.Conversations.LivesIn(ctx, tx, k.conversation)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "conversation", int64(in)); err != nil {
			return err
		}
		again, err := s.rows(ctx, tx, `k.id = $1`, k.id)
		if err != nil {
			return err
		}
		for _, k := range again {
			if err := s.fire(ctx, tx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) fire(ctx context.Context, tx *db.Tx, k *row) error {
	warn, late := k.Tick(tx.Now)
	if !warn && !late {
		return nil
	}
	if err := s.write(ctx, tx, k); err != nil {
		return err
	}
	kind := desk.StatuteWarned
	if late {
		kind = desk.StatuteBreached
	}
	return s.tell(ctx, tx, k, desk.System, kind, map[string]any{"due": k.Due})
}
