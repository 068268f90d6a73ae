package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// ToSend is a queued message with all that makes a mail of it.
type ToSend struct {
	desk.Message
	Inbox      desk.InboxID
	MailID     string
	InReplyTo  string
	References []string // oldest first
	Number     int64
	Automatic  bool
	Quoted     *desk.Message // what it answers, where that is to be quoted
	Pending    []string      // recipients who have not got it yet and are due
}

// ErrSending says that another job is handing the message over at this moment.
var ErrSending = errors.New("the message is being sent")

// Begin takes a message for sending: its state becomes sending, and what makes a mail of it is returned. again says that this job was begun before and
// did not end: a message that is still being sent then was in the hands of a program that died, and is marked as unsure and not sent again
// by itself. Otherwise another job is sending it, and ErrSending is returned. ok is false where nothing is to be done.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, id desk.MessageID, again bool) (out ToSend, ok bool, err error) {
	list, err := readMessages(ctx, tx, `WHERE m.id = $1 FOR NO KEY UPDATE`, id)
	if err != nil {
		return out, false, err
	}
	if len(list) == 0 {
		return out, false, nil // erased meanwhile
	}
	m := list[0]
	if m.State == desk.Sending && !again {
		return out, false, ErrSending
	}
	if m.State == desk.Sending {
		return out, false, s.unsure(ctx, tx, m)
	}
	if m.State != desk.Queued {
		return out, false, nil
	}
	first := scheduled(&m)
	out.Message = m.Message
	out.Automatic = m.facts.Automatic
	for _, d := range m.Deliveries {
		if d.State == desk.Queued && d.NextTryAt <= tx.Now {
			out.Pending = append(out.Pending, d.Recipient)
		}
	}
	if len(out.Pending) == 0 {
		return out, false, nil
	}
	if err := tx.Row(ctx, `
		SELECT m.inbox, m.mail_id, c.number
		FROM message m
		JOIN conversation c ON c.id = m.conversation
		WHERE m.id = $1`, id).Scan(&out.Inbox, &out.MailID, &out.Number); err != nil {
		return out, false, fmt.Errorf("message %s to send: %w", id, err)
	}
	if err := s.answered(ctx, tx, &out, m.facts); err != nil {
		return out, false, err
	}
	out.At = max(out.At, m.SendAt) // the time that recipients see, and that patience counts from
	if first {
		if ok, err := s.leaves(ctx, tx, m); err != nil || !ok {
			return out, false, err
		}
	}
	if err := forgetStanding(ctx, tx, id); err != nil {
		return out, false, err
	}
	return out, true, setState(ctx, tx, id, desk.Sending)
}

// answered fills in what the mail refers to.
func (s *Service) answered(ctx context.Context, tx *db.Tx, out *ToSend, f facts) error {
	if f.ReplyTo == 0 {
		return nil
	}
	list, err := readMessages(ctx, tx, `WHERE m.id = $1`, f.ReplyTo)
	if err != nil || len(list) == 0 {
		return err
	}
	var mailID string
	if err := tx.Row(ctx, `SELECT mail_id FROM message WHERE id = $1`, f.ReplyTo).Scan(&mailID); err != nil {
		return fmt.Errorf("Message-ID of message %s: %w", f.ReplyTo, err)
	}
	out.References = list[0].facts.References
	if mailID != "" {
		out.InReplyTo = mailID
		out.References = append(out.References, mailID)
	}
	if f.Quote {
		out.Quoted = &list[0].Message
	}
	return nil
}

func setState(ctx context.Context, tx *db.Tx, id desk.MessageID, state desk.DeliveryState) error {
	if _, err := tx.Exec(ctx, `UPDATE message SET state = $1 WHERE id = $2`, state, id); err != nil {
		return fmt.Errorf("mark message %s as %s: %w", id, state, err)
	}
	return nil
}

// unsure marks what was handed over and never confirmed.
func (s *Service) unsure(ctx context.Context, tx *db.Tx, m read) error {
	if _, err := tx.Exec(ctx, `
		UPDATE delivery SET state = $1, error = $2, attempts = attempts + 1, updated_at = $3
		WHERE message = $4 AND state = $5 AND next_try_at <= $3`, desk.Unsure, "the program ended while it handed the mail over", tx.Now, m.ID, desk.Queued); err != nil {
		return fmt.Errorf("mark message %s as unsure: %w", m.ID, err)
	}
	return s.conclude(ctx, tx, m.ID)
}

// Outcome is what became of a message for a recipient.
type Outcome struct {
	Recipient string
	State     desk.DeliveryState // Sent, Failed, Unsure, or Queued for another try
	Status    string
	Error     string
	NextTry   desk.Time // with Queued
}

// Record writes down what became of a sending, and the state of the message that follows from its recipients'.
func (s *Service) Record(ctx context.Context, tx *db.Tx, id desk.MessageID, outcomes []Outcome) error {
	for _, o := range outcomes {
		if _, err := tx.Exec(ctx, `
			UPDATE delivery SET state = $1, status = $2, error = $3, next_try_at = $4, attempts = attempts + 1, updated_at = $5
			WHERE message = $6 AND recipient = $7 AND state <> 'bounced'`,
			o.State, o.Status, db.Text(o.Error), o.NextTry, tx.Now, id, o.Recipient); err != nil {
			return fmt.Errorf("record delivery of message %s: %w", id, err)
		}
	}
	return s.conclude(ctx, tx, id)
}

// summary is a message's state by its recipients': the worst that needs somebody, then what is still to come.
func summary(states map[desk.DeliveryState]int) desk.DeliveryState {
	for _, s := range []desk.DeliveryState{desk.Queued, desk.Bounced, desk.Failed, desk.Unsure, desk.Sent} {
		if states[s] > 0 {
			return s
		}
	}
	return desk.Cancelled
}

var stateEvents = map[desk.DeliveryState]desk.EventKind{desk.Sent: desk.MessageSent, desk.Failed: desk.MessageFailed, desk.Unsure: desk.MessageUnsure, desk.Bounced: desk.MessageBounced}

// conclude sets a message's state from its recipients', and marks the conversation while something in it needs a look.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, id desk.MessageID) error {
	states := map[desk.DeliveryState]int{}
	type counted struct {
		state desk.DeliveryState
		n     int
	}
	rows, err := tx.Query(ctx, `SELECT state, count(*) FROM delivery WHERE message = $1 GROUP BY state`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *counted) error { return r.Scan(&c.state, &c.n) })
	if err != nil {
		return fmt.Errorf("deliveries of message %s: %w", id, err)
	}
	for _, c := range list {
		states[c.state] = c.n
	}
	state := summary(states)
	var in desk.ConversationID
	if err := tx.Row(ctx, `UPDATE message SET state = $1 WHERE id = $2 RETURNING conversation`, state, id).Scan(&in); err != nil {
		return fmt.Errorf("mark message %s as %s: %w", id, state, err)
	}
	c, err := hold(ctx, tx, in)
	if err != nil {
		return err
	}
	if err := c.recountTroubles(ctx, tx); err != nil {
		return err
	}
	if err := c.save(ctx, tx); err != nil {
		return err
	}
	kind, told := stateEvents[state]
	if !told {
		kind = desk.MessageQueued
	}
	return eventlog.Append(ctx, tx, c.messageEvent(desk.System, kind, id, nil))
}

// recountTroubles works out whether something in the conversation did not go out.
func (c *row) recountTroubles(ctx context.Context, tx *db.Tx) error {
	err := tx.Row(ctx, `
		SELECT EXISTS (SELECT 1 FROM message WHERE conversation = $1 AND state IN ('failed', 'bounced', 'unsure'))`, c.ID).Scan(&c.DeliveryTroubled)
	if err != nil {
		return fmt.Errorf("troubles in conversation %s: %w", c.ID, err)
	}
	return nil
}

// Bounce marks the recipients of the mail with that Message-ID from whom it came back, and returns its conversation. Where no recipient is
// named, or none matches, all who were sent it count. matched are the addresses that the mail really went to: a forged report says nothing about
// others. ok is false where no such mail went out.
func (s *Service) Bounce(ctx context.Context, tx *db.Tx, mailID string, failed []Outcome) (conversation desk.ConversationID, matched []string, ok bool, err error) {
	var id desk.MessageID
	rows, err := tx.Query(ctx, `SELECT id FROM message WHERE mail_key = $1 AND mail_key <> 0 AND mail_id = $2 AND kind = 'outgoing' AND state <> 'cancelled' ORDER BY id LIMIT 1`, MailKey(db.Text(mailID)), db.Text(mailID))
	ids, err := db.Rows(rows, err, scanID[desk.MessageID])
	if err != nil {
		return 0, nil, false, fmt.Errorf("find the bounced mail: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil, false, nil
	}
	id = ids[0]
	if err := tx.Row(ctx, `SELECT conversation FROM message WHERE id = $1`, id).Scan(&conversation); err != nil {
		return 0, nil, false, fmt.Errorf("conversation of message %s: %w", id, err)
	}
	var hit int64
	for _, f := range failed {
		n, err := tx.Exec(ctx, `
			UPDATE delivery SET state = $1, status = $2, error = $3, updated_at = $4
			WHERE message = $5 AND lower(recipient) = $6`, desk.Bounced, f.Status, db.Text(f.Error), tx.Now, id, db.Text(strings.ToLower(f.Recipient)))
		if err != nil {
			return 0, nil, false, fmt.Errorf("mark message %s as bounced: %w", id, err)
		}
		hit += n
		if n > 0 {
			matched = append(matched, f.Recipient)
		}
	}
	if hit == 0 {
		var why Outcome
		if len(failed) > 0 {
			why = failed[0]
		}
		if _, err := tx.Exec(ctx, `
			UPDATE delivery SET state = $1, status = $2, error = $3, updated_at = $4
			WHERE message = $5 AND state IN ('sent', 'unsure')`, desk.Bounced, why.Status, db.Text(why.Error), tx.Now, id); err != nil {
			return 0, nil, false, fmt.Errorf("mark message %s as bounced: %w", id, err)
		}
	}
	return conversation, matched, true, s.conclude(ctx, tx, id)
}

// Cancel takes a queued message back: it becomes a draft again. It refuses with desk.Gone once sending began.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID) (TakenBack, error) {
	w, err := s.withdraw(ctx, tx, by, scope, id)
	if err != nil {
		return TakenBack{}, err
	}
	d, err := s.SaveDraft(ctx, tx, scope, w.conversation, w.body)
	return TakenBack{Draft: d, NoteStays: w.undone.notes, ActionsStay: w.undone.stay}, err
}

// Withdraw is Cancel without the draft: whoever asks for it has the words elsewhere.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID) error {
	_, err := s.withdraw(ctx, tx, by, scope, id)
	return err
}

// withdrawn is a message that was taken back: what it was, and what was undone with it.
type withdrawn struct {
	conversation desk.ConversationID
	body         desk.DraftBody
	undone       takenBack
}

func (s *Service) withdraw(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.MessageID) (withdrawn, error) {
	m, c, err := oneMessage(ctx, tx, scope, id)
	if err != nil {
		return withdrawn{}, err
	}
	if m.Kind != desk.Outgoing || m.Agent != by.Agent() && !scheduled(m) { // who is away cannot take back what waits for its time
		return withdrawn{}, desk.WhyNotYours.Refuse()
	}
	n, err := tx.Exec(ctx, `UPDATE message SET state = $1 WHERE id = $2 AND state = $3`, desk.Cancelled, id, desk.Queued)
	if err != nil {
		return withdrawn{}, fmt.Errorf("cancel message %s: %w", id, err)
	}
	for _, d := range m.Deliveries {
		if d.Attempts > 0 {
			n = 0 // somebody may have got it already
		}
	}
	if n == 0 {
		return withdrawn{}, desk.WhyOnItsWay.Refuse()
	}
	if _, err := tx.Exec(ctx, `UPDATE delivery SET state = $1, updated_at = $2 WHERE message = $3`, desk.Cancelled, tx.Now, id); err != nil {
		return withdrawn{}, fmt.Errorf("cancel message %s: %w", id, err)
	}
	body := desk.DraftBody{Mode: "reply", HTML: m.HTML, To: m.To, Cc: m.Cc, Bcc: m.Bcc, Attachments: []desk.AttachmentID{}}
	if len(m.Cc) > 0 {
		body.Mode = "reply_all"
	}
	for _, a := range m.Attachments {
		body.Attachments = append(body.Attachments, a.ID)
	}
	if _, err := tx.Exec(ctx, `UPDATE attachment SET message = NULL, uploader = $1 WHERE message = $2`, by.Agent(), id); err != nil {
		return withdrawn{}, fmt.Errorf("give the files of message %s back: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE message SET attachments = 0 WHERE id = $1`, id); err != nil {
		return withdrawn{}, fmt.Errorf("give the files of message %s back: %w", id, err)
	}
	undone, err := c.undone(ctx, tx, id)
	if err != nil {
		return withdrawn{}, err
	}
	if m.SendAt != 0 && c.SnoozedUntil == m.SendAt.Add(grace) {
		c.SnoozedUntil = 0
	}
	if err := c.dropNotes(ctx, tx, by, &undone); err != nil {
		return withdrawn{}, err
	}
	if err := c.dropLists(ctx, tx, by, &undone); err != nil {
		return withdrawn{}, err
	}
	// The customer waits again, and since when he did: the answer never left.
	if err := c.waitsAgain(ctx, tx, by, id); err != nil {
		return withdrawn{}, err
	}
	if err := c.recount(ctx, tx); err != nil {
		return withdrawn{}, err
	}
	if err := c.giveBack(ctx, tx, by, undone); err != nil {
		return withdrawn{}, err
	}
	if err := c.save(ctx, tx); err != nil {
		return withdrawn{}, err
	}
	return withdrawn{c.ID, body, undone}, eventlog.Append(ctx, tx, c.messageEvent(by, desk.MessageCancelled, id, nil))
}

// waitsAgain restores what stood before an answer that was taken back, unless a later one is on its way.
func (c *row) waitsAgain(ctx context.Context, tx *db.Tx, by desk.Actor, cancelled desk.MessageID) error {
	var later, others bool
	err := tx.Row(ctx, `
		SELECT COALESCE(max(id), 0) > $2, count(*) > 0
		FROM message
		WHERE conversation = $1 AND kind = 'outgoing' AND `+counted, c.ID, cancelled).Scan(&later, &others)
	if err != nil {
		return fmt.Errorf("answers in conversation %s: %w", c.ID, err)
	}
	c.did(deadline.Moved)
	if !others {
		c.firstAnswerAt = 0
	}
	if later {
		return nil
	}
	if c.Status == desk.StatusResolved || c.Status == desk.StatusWaiting {
		if err := c.setStatus(ctx, tx, by, desk.StatusOpen); err != nil {
			return err
		}
	}
	return c.rewait(ctx, tx)
}

// rewait works out anew since when the customer waits, while it is our turn: since his first mail after our last answer.
func (c *row) rewait(ctx context.Context, tx *db.Tx) error {
	if c.Status != desk.StatusNew && c.Status != desk.StatusOpen {
		return nil
	}
	var since desk.Time
	var within int
	err := tx.Row(ctx, `
		SELECT COALESCE(min(m.at), 0), (SELECT answer_within FROM inbox WHERE id = $2)
		FROM message m
		WHERE m.conversation = $1 AND m.kind = 'incoming' AND m.automatic = '' AND m.id > COALESCE((
			SELECT max(o.id) FROM message o
			WHERE o.conversation = $1 AND o.kind = 'outgoing' AND o.author_kind = 'agent' AND o.state <> 'cancelled' AND (o.send_at = 0 OR o.state <> 'queued')), 0)`,
		c.ID, c.Inbox).Scan(&since, &within)
	if err != nil {
		return fmt.Errorf("since when does conversation %s wait: %w", c.ID, err)
	}
	c.answered()
	if since != 0 {
		c.customerWaits(since, within)
	}
	return nil
}

// Retry queues a message again for recipients who did not get it: all of them where none are named. replace gives one of them another address.
func (s *Service) Retry(ctx context.Context, tx *db.Tx, from Sender, id desk.MessageID, to []string, replace map[string]string) (desk.Message, error) {
	m, c, err := oneMessage(ctx, tx, from.Scope, id)
	if err != nil {
		return desk.Message{}, err
	}
	if m.State == desk.Sending {
		return desk.Message{}, desk.Refuse(desk.Invalid, "the message is being sent at this moment")
	}
	wanted := map[string]bool{}
	for _, r := range to {
		wanted[strings.ToLower(r)] = true
	}
	var again int
	for _, d := range m.Deliveries {
		if d.State == desk.Sent || d.State == desk.Queued || d.State == desk.Cancelled || len(wanted) > 0 && !wanted[strings.ToLower(d.Recipient)] {
			continue
		}
		address := d.Recipient
		if other := replace[d.Recipient]; other != "" {
			if err := checkAddress("body.replace", desk.NamedAddress{Address: other}, from.OwnParty); err != nil {
				return desk.Message{}, err
			}
			if err := m.readdress(ctx, tx, d.Recipient, other); err != nil {
				return desk.Message{}, err
			}
			address = other
		}
		if _, err := tx.Exec(ctx, `
			UPDATE delivery SET recipient = $1, state = $2, status = '', error = '', next_try_at = $3, updated_at = $4
			WHERE message = $5 AND recipient = $6`, db.Text(address), desk.Queued, from.SendAt, tx.Now, id, d.Recipient); err != nil {
			return desk.Message{}, fmt.Errorf("queue message %s again: %w", id, err)
		}
		again++
	}
	if again == 0 {
		return desk.Message{}, desk.WhyEverybodyHasIt.Refuse()
	}
	if err := setState(ctx, tx, id, desk.Queued); err != nil {
		return desk.Message{}, err
	}
	if err := c.recountTroubles(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := c.save(ctx, tx); err != nil {
		return desk.Message{}, err
	}
	if err := eventlog.Append(ctx, tx, c.messageEvent(from.By, desk.MessageQueued, id, nil)); err != nil {
		return desk.Message{}, err
	}
	if err := from.Enqueue(ctx, tx, id, from.SendAt); err != nil {
		return desk.Message{}, err
	}
	return s.Message(ctx, tx, from.Scope, id)
}

// mostKeptMail is the largest sent mail that is kept. What larger ones hold lies in the message and its files.
const mostKeptMail = 256 << 10

// KeepMail keeps a mail as it went, so that it can be downloaded.
func (s *Service) KeepMail(ctx context.Context, tx *db.Tx, id desk.MessageID, raw []byte) error {
	if len(raw) == 0 || len(raw) > mostKeptMail {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO outgoing_mail (message, raw)
		VALUES ($1, $2)
		ON CONFLICT (message) DO UPDATE SET raw = excluded.raw`, id, raw)
	if err != nil {
		return fmt.Errorf("keep mail of message %s: %w", id, err)
	}
	return nil
}

// readdress writes another address into the message in place of one that does not work. One that gets the message already is refused.
func (m *read) readdress(ctx context.Context, tx *db.Tx, old, other string) error {
	for _, d := range m.Deliveries {
		if strings.EqualFold(d.Recipient, other) {
			return desk.WhyRecipientTwice.At("body.replace", other)
		}
	}
	for _, list := range [][]desk.NamedAddress{m.To, m.Cc, m.Bcc} {
		for i := range list {
			if strings.EqualFold(list[i].Address, old) {
				list[i].Address = other
			}
		}
	}
	text, err := json.Marshal(recipients{m.To, m.Cc, m.Bcc})
	if err != nil {
		return fmt.Errorf("readdress message %s: %w", m.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE message SET recipients = $1 WHERE id = $2`, db.Text(string(text)), m.ID); err != nil {
		return fmt.Errorf("readdress message %s: %w", m.ID, err)
	}
	return nil
}
