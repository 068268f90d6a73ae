package conversation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/courtesy"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Acknowledge queues the automatic acknowledgement of a conversation, once; it reports whether it did. text is plain.
func (s *Service) Acknowledge(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, subject, text string) (bool, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if c.acknowledgedAt != 0 || c.Spam || !strings.Contains(c.Address, "@") {
		return false, nil
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return false, err
	}
	return true, s.byItself(ctx, tx, from, c, outgoing{Reply: Reply{HTML: htmltext.FromText(text)}, subject: subject, answers: answers}, 0)
}

// byItself queues a mail to the customer that nobody wrote, counts it for the cap, and holds what was promised to be acknowledged for acknowledged. It is no answer of a person: nothing else that
// was promised is kept by it, and the customer waits on.
func (s *Service) byItself(ctx context.Context, tx *db.Tx, from Sender, c *row, out outgoing, macro desk.MacroID) error {
	out.To, out.automatic = []desk.NamedAddress{{Name: c.CustomerName, Address: c.Address}}, true
	if _, err := s.queue(ctx, tx, from, c, out); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO automatic_answer (address_key, conversation, at, macro) VALUES ($1, $2, $3, $4)`,
		strings.ToLower(c.Address), c.ID, tx.Now, macro); err != nil {
		return fmt.Errorf("note what was sent by itself: %w", err)
	}
	if c.acknowledgedAt == 0 {
		c.acknowledgedAt = tx.Now
		c.did(deadline.Acknowledged)
	}
	return c.save(ctx, tx)
}

// AnswerByItself queues an answer that nobody wrote: with the text of a macro, which is filled already, to what the customer wrote last. Whether that is fit is decided by who calls it, see
// [Service.ToAnswer].
func (s *Service) AnswerByItself(ctx context.Context, tx *db.Tx, from Sender, id desk.ConversationID, macro desk.MacroID, html string) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	answers, err := lastIncomingMail(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.byItself(ctx, tx, from, c, outgoing{Reply: Reply{HTML: html}, subject: answerSubject(c.Subject, c.Number), answers: answers}, macro)
}

// ToAnswer says what an answer by itself, with the text of a macro, would be held against; of our own addresses the caller knows.
func (s *Service) ToAnswer(ctx context.Context, tx *db.Tx, c desk.Conversation, macro desk.MacroID) (m courtesy.Mail, err error) {
	m.Spam = c.Spam || c.TrashedAt != 0
	var last desk.MessageID
	_, err = oneOf(tx.Row(ctx, `SELECT id FROM message WHERE conversation = $1 AND kind = 'incoming' AND channel IN ('email', 'form') ORDER BY id DESC LIMIT 1`, c.ID).Scan(&last))
	if err != nil || last == 0 {
		return m, err
	}
	first, err := s.Acknowledgeable(ctx, tx, last)
	if err != nil {
		return m, err
	}
	m.Machine, m.Answerable = first.Automatic, strings.Contains(c.Address, "@")
	for within, n := range map[time.Duration]*int{time.Hour: &m.Hour, 24 * time.Hour: &m.Day} {
		if *n, err = s.AutomaticAnswersTo(ctx, tx, c.Address, tx.Now.Add(-within)); err != nil {
			return m, err
		}
	}
	err = tx.Row(ctx, `SELECT count(*) FROM automatic_answer WHERE conversation = $1 AND macro = $2 AND at > $3`, c.ID, macro, tx.Now.Add(-courtesy.Again)).Scan(&m.Same)
	if err != nil {
		return m, fmt.Errorf("count answers with macro %s: %w", macro, err)
	}
	return m, nil
}

// AutomaticAnswersTo counts the mails that went to an address by themselves since a time: what the cap is held against.
func (s *Service) AutomaticAnswersTo(ctx context.Context, tx *db.Tx, address string, since desk.Time) (n int, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM automatic_answer WHERE address_key = $1 AND at > $2`, db.Text(strings.ToLower(address)), since).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count automatic answers: %w", err)
	}
	return n, nil
}

// DropAutomaticAnswers forgets at most limit counts of automatic answers from before a time; it returns how many.
func (s *Service) DropAutomaticAnswers(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM automatic_answer WHERE id IN (SELECT id FROM automatic_answer WHERE at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("drop counts of automatic answers: %w", err)
	}
	return int(n), nil
}
