package statute

import (
	"context"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/statute"
	"tellus/internal/platform/db"
)

// earliest is how many days back somebody can say that something was received.
const earliest = 3 * 366

// begin starts a clock in a held conversation.
func (s *Service) begin(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, st Statute, received desk.Date, message desk.MessageID) (*row, error) {
	r, err := st.Term.ReckonDay(received)
	if err != nil {
		return nil, fmt.Errorf("statute %s: %w", st.ID, err)
	}
	k := &row{conversation: id, statute: st.ID, term: st.Term, warn: st.Warn, message: message, received: received, last: r.Last}
	if k.Due, err = st.Term.End(r.Last); err != nil {
		return nil, fmt.Errorf("statute %s: %w", st.ID, err)
	}
	if k.Warnings, err = st.Term.Warnings(r.Last, st.Warn); err != nil {
		return nil, fmt.Errorf("statute %s: %w", st.ID, err)
	}
	if err := tx.Row(ctx, `
		INSERT INTO statute_clock (conversation, statute, term, warn, message, received, last_day, due_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		id, st.ID, text(st.Term), text(st.Warn), message, received, k.last, k.Due, k.Next()).Scan(&k.id); err != nil {
		return nil, fmt.Errorf("begin statute %s in conversation %s: %w", st.ID, id, err)
	}
	if err := note(ctx, tx, k, by, Entry{What: started, Until: k.last, Message: message}); err != nil {
		return nil, err
	}
	if err := s.write(ctx, tx, k); err != nil {
		return nil, err
	}
	return k, s.tell(ctx, tx, k, by, desk.StatuteStarted, map[string]any{"due": k.Due})
}

// Start begins a statute in a conversation that the scope sees, from a day of receipt. It need not be active; it has to be checked.
func (s *Service) Start(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, which desk.StatuteID, received desk.Date) (Limit, error) {
	c, err := s.held(ctx, tx, scope, id)
	if err != nil {
		return Limit{}, err
	}
	st, err := s.Get(ctx, tx, which)
	if err != nil {
		return Limit{}, err
	}
	if st.CheckedOn == 0 {
		return Limit{}, desk.WhyStatuteUnchecked.At("body.statute")
	}
	today := desk.DateOf(tx.Now.Time()) + 1 // somebody east of UTC is a day ahead
	if received > today {
		return Limit{}, desk.WhyDateFuture.At("body.received")
	}
	if received < today-earliest {
		return Limit{}, desk.WhyOutOfRange.At("body.received")
	}
	k, err := s.begin(ctx, tx, desk.ByAgent(scope.Agent), c.ID, st, received, 0)
	if err != nil {
		return Limit{}, err
	}
	return s.shown(ctx, tx, k)
}

// held returns a conversation that the scope sees, kept from others until the transaction ends.
func (s *Service) held(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) (desk.Conversation, error) {
	c, err := s.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return c, err
	}
	if err := tx.Lock(ctx, "conversation", int64(c.ID)); err != nil {
		return c, err
	}
	again, err := s.Conversations.Get(ctx, tx, scope, id)
	if err == nil && again.ID != c.ID {
		return again, desk.Refuse(desk.Conflict, "the conversation was just merged")
	}
	return again, err
}

// clock returns a clock of a conversation that the scope sees, held.
func (s *Service) clock(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.StatuteClockID) (*row, error) {
	found, err := s.rows(ctx, tx, `k.id = $1`, id)
	if err != nil {
		return nil, err
	}
	gone := desk.Refuse(desk.NotFound, "no such clock")
	if len(found) == 0 {
		return nil, gone
	}
	if _, err := s.held(ctx, tx, scope, found[0].conversation); err != nil {
		if desk.IsRefusal(err, desk.NotFound) {
			err = gone // in the words for one that is not there
		}
		return nil, err
	}
	if found, err = s.rows(ctx, tx, `k.id = $1`, id); err != nil || len(found) == 0 {
		return nil, fmt.Errorf("clock %s went: %w", id, err)
	}
	return found[0], nil
}

// changed writes a clock that somebody changed, and returns it as it is shown.
func (s *Service) changed(ctx context.Context, tx *db.Tx, k *row, by desk.Actor, kind desk.EventKind, e Entry, more map[string]any) (Limit, error) {
	if err := note(ctx, tx, k, by, e); err != nil {
		return Limit{}, err
	}
	if err := s.write(ctx, tx, k); err != nil {
		return Limit{}, err
	}
	if err := s.tell(ctx, tx, k, by, kind, more); err != nil {
		return Limit{}, err
	}
	return s.shown(ctx, tx, k)
}

// ground is a reason as it is kept; one that says nothing is refused.
func ground(said string) (string, error) {
	said = strings.TrimSpace(db.Text(said))
	if len([]rune(said)) < 3 {
		return "", desk.WhyNeeded.At("body.ground")
	}
	return said, nil
}

// Extend moves the last day of a clock to a later one, for a reason that is kept.
func (s *Service) Extend(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.StatuteClockID, until desk.Date, why string) (Limit, error) {
	why, err := ground(why)
	if err != nil {
		return Limit{}, err
	}
	k, err := s.clock(ctx, tx, scope, id)
	if err != nil {
		return Limit{}, err
	}
	if !k.Runs() {
		return Limit{}, desk.WhyStatuteOver.Refuse()
	}
	if until > k.last+statute.MostDays {
		return Limit{}, desk.WhyOutOfRange.At("body.until")
	}
	due, err := k.term.End(until)
	if err != nil {
		return Limit{}, fmt.Errorf("clock %s: %w", id, err)
	}
	warnings, err := k.term.Warnings(until, k.warn)
	if err != nil {
		return Limit{}, fmt.Errorf("clock %s: %w", id, err)
	}
	if !k.Extend(due, warnings, tx.Now) {
		return Limit{}, desk.WhyNotLater.At("body.until")
	}
	k.last = until
	return s.changed(ctx, tx, k, desk.ByAgent(scope.Agent), desk.StatuteExtended, Entry{What: extended, Until: until, Ground: why}, map[string]any{"due": due})
}

// Withdraw says that a clock does not hold, for a reason that is kept: the customer took back what it is about, or it was answered by post.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.StatuteClockID, why string) (Limit, error) {
	why, err := ground(why)
	if err != nil {
		return Limit{}, err
	}
	k, err := s.clock(ctx, tx, scope, id)
	if err != nil {
		return Limit{}, err
	}
	if !k.Runs() {
		return Limit{}, desk.WhyStatuteOver.Refuse()
	}
	k.Withdrawn = tx.Now
	return s.changed(ctx, tx, k, desk.ByAgent(scope.Agent), desk.StatuteWithdrawn, Entry{What: withdrawn, Ground: why}, nil)
}

// Answer says which message is the written answer that the law asks for; 0 says that none is. Only what a person sent to the customer after the day on which it was received can be: the
// clock is met by it once its delivery is known, which is looked at now and whenever something becomes of the message.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.StatuteClockID, message desk.MessageID) (Limit, error) {
	k, err := s.clock(ctx, tx, scope, id)
	if err != nil {
		return Limit{}, err
	}
	if k.Withdrawn != 0 {
		return Limit{}, desk.WhyStatuteOver.Refuse()
	}
	if message == k.answer {
		return s.shown(ctx, tx, k)
	}
	by, what := desk.ByAgent(scope.Agent), undone
	if message != 0 {
		what = answered
		if err := s.mayAnswer(ctx, tx, k, message); err != nil {
			return Limit{}, err
		}
	}
	k.answer = message
	if _, err := s.changed(ctx, tx, k, by, desk.StatuteAnswered, Entry{What: what, Message: message}, nil); err != nil {
		return Limit{}, err
	}
	if err := s.followDelivery(ctx, tx, k); err != nil {
		return Limit{}, err
	}
	return s.shown(ctx, tx, k)
}

// mayAnswer refuses what cannot be the answer.
func (s *Service) mayAnswer(ctx context.Context, tx *db.Tx, k *row, message desk.MessageID) error {
	w, ok, err := s.Conversations.WrittenAnswer(ctx, tx, message)
	if err != nil {
		return err
	}
	in, err := s.Conversations.LivesIn(ctx, tx, k.conversation)
	if err != nil {
		return err
	}
	since, err := k.term.End(k.received - 1)
	if err != nil {
		return fmt.Errorf("clock %s: %w", k.id, err)
	}
	if !ok || !w.ByPerson || w.Conversation != in || w.At <= since {
		return desk.WhyNoStatutoryAnswer.At("body.message")
	}
	return nil
}
