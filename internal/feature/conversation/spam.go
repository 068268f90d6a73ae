package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"tellus/internal/engine/spam"
	"tellus/internal/platform/db"
)

// learnedWords keeps the counts of words in memory; they are read anew when more mails were marked.
type learnedWords struct {
	mu     sync.Mutex
	mails  [2]int
	counts spam.Counts
}

// mostWords bounds the memory for learned words (about 40 bytes each).
const mostWords = 500_000

// Learned returns what agents' marks have taught, nil where nothing was marked yet. The result must not be changed.
func (s *Service) Learned(ctx context.Context, tx *db.Tx) (spam.Model, error) {
	_, model, err := s.KnownWriter(ctx, tx, "")
	return model, err
}

// learnedFrom returns what so many mails marked as spam and as wanted have taught.
func (s *Service) learnedFrom(ctx context.Context, tx *db.Tx, mails [2]int) (spam.Model, error) {
	s.learned.mu.Lock()
	defer s.learned.mu.Unlock()
	if s.learned.counts != nil && s.learned.mails == mails {
		return s.learned.counts, nil
	}
	type entry struct {
		token int64
		n     [2]int
	}
	rows, err := tx.Query(ctx, `SELECT token, spam, ham FROM spam_token LIMIT $1`, mostWords)
	list, err := db.Rows(rows, err, func(r *sql.Rows, e *entry) error { return r.Scan(&e.token, &e.n[0], &e.n[1]) })
	if err != nil {
		return nil, fmt.Errorf("learned words: %w", err)
	}
	counts := make(spam.Counts, len(list))
	for _, e := range list {
		counts[e.token] = e.n
	}
	s.learned.mails, s.learned.counts = mails, counts
	return counts, nil
}

// learn takes an agent's mark as a lesson: the conversation's first mail is spam, or is wanted. A mark that is taken back unlearns.
func learn(ctx context.Context, tx *db.Tx, c *row) error {
	list, err := messages(ctx, tx, `
		WHERE m.id = (SELECT min(id) FROM message WHERE conversation = $1 AND kind = 'incoming')`, c.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	m := list[0]
	tokens := spam.Tokens(m.Subject, m.Text, []spam.Field{{Name: "From", Value: m.From.Address}})
	var before bool
	taught, err := oneOf(tx.Row(ctx, `SELECT spam FROM spam_learned WHERE message = $1`, m.ID).Scan(&before))
	if err != nil {
		return fmt.Errorf("what did message %s teach: %w", m.ID, err)
	}
	if taught && before == c.Spam {
		return nil
	}
	var changes []spam.Change
	if taught {
		changes = spam.Unlearn(tokens, before)
	}
	changes = append(changes, spam.Learn(tokens, c.Spam)...)
	for _, ch := range changes {
		if _, err := tx.Exec(ctx, `
			INSERT INTO spam_token (token, spam, ham)
			VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET spam = spam_token.spam + excluded.spam, ham = spam_token.ham + excluded.ham`,
			ch.Token, ch.Spam, ch.Ham); err != nil {
			return fmt.Errorf("learn from message %s: %w", m.ID, err)
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO spam_learned (message, spam)
		VALUES ($1, $2)
		ON CONFLICT (message) DO UPDATE SET spam = excluded.spam`, m.ID, c.Spam)
	if err != nil {
		return fmt.Errorf("learn from message %s: %w", m.ID, err)
	}
	return nil
}

// KnownWriter reports whether a mail address is that of somebody whom we answered before, and what agents' marks have taught: nil where nothing was marked
// yet. What was taught must not be changed. Both are asked for with every mail, hence together.
func (s *Service) KnownWriter(ctx context.Context, tx *db.Tx, address string) (known bool, learned spam.Model, err error) {
	var mails [2]int
	err = tx.Row(ctx, `
		SELECT
			EXISTS (
				SELECT 1
				FROM address a
				JOIN conversation c ON c.customer = a.customer
				WHERE a.kind = 'email' AND a.value_key = $1 AND c.spam = FALSE AND c.first_answer_at > 0),
			COALESCE((SELECT spam FROM spam_token WHERE token = $2), -1),
			COALESCE((SELECT ham FROM spam_token WHERE token = $2), -1)`,
		db.Text(strings.ToLower(address)), spam.Mails).Scan(&known, &mails[0], &mails[1])
	if err != nil {
		return false, nil, fmt.Errorf("is the writer known: %w", err)
	}
	if mails[0] < 0 {
		return known, nil, nil
	}
	learned, err = s.learnedFrom(ctx, tx, mails)
	return known, learned, err
}
