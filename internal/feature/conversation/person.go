package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	fields "tellus/internal/feature/field"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Whom is a person who is to leave no trace: the customer, with the addresses that he had (as they are compared, lower case).
type Whom struct {
	Customer  desk.CustomerID
	Addresses []string
}

// aside are conversations about a customer's that were held with others: side conversations and forwards. Their words are about him too.
const aside = `l.to_conversation FROM conversation_link l WHERE l.kind IN ('side', 'forward') AND l.from_conversation `

// brought are messages that came with a merge that stands, from a conversation s. The condition on that, and a bracket, follow it.
const brought = `EXISTS (SELECT 1 FROM conversation_merge_message b JOIN conversation_merge g ON g.id = b.merge AND g.undone_at = 0 JOIN conversation s ON s.id = b.source
	WHERE b.message = m.id AND `

// Footprint counts what is held on a customer. Hidden counts conversations that the scope's agent may not see.
func (s *Service) Footprint(ctx context.Context, tx *db.Tx, scope desk.Scope, customer desk.CustomerID) (f desk.Footprint, err error) {
	if err := tx.Row(ctx, `
		SELECT count(*), COALESCE(sum(CASE WHEN status NOT IN ('resolved', 'closed') AND spam = FALSE AND trashed_at = 0 THEN 1 ELSE 0 END), 0)
		FROM conversation WHERE customer = $1 AND shelf <> 5`, customer).Scan(&f.Conversations, &f.Unfinished); err != nil {
		return f, fmt.Errorf("count conversations of customer %s: %w", customer, err)
	}
	const ofHim = `(SELECT id FROM conversation WHERE customer = $1)`
	if err := tx.Row(ctx, `
		SELECT count(*), COALESCE(sum(m.attachments), 0), COALESCE(sum(CASE WHEN m.state IN ('queued', 'sending') THEN 1 ELSE 0 END), 0)
		FROM message m
		WHERE (m.conversation IN `+ofHim+` AND NOT `+brought+`s.customer <> $1) OR m.origin IN `+ofHim+` AND m.origin <> m.conversation) AND m.erased_at = 0`, customer).Scan(&f.Messages, &f.Files, &f.OnTheirWay); err != nil {
		return f, fmt.Errorf("count messages of customer %s: %w", customer, err)
	}
	var more, files int64
	if err := tx.Row(ctx, `
		SELECT count(*), COALESCE(sum(m.attachments), 0)
		FROM message m
		WHERE m.customer = $1 AND m.erased_at = 0 AND m.conversation NOT IN `+ofHim+` AND m.origin NOT IN `+ofHim, customer).Scan(&more, &files); err != nil {
		return f, fmt.Errorf("count messages of customer %s elsewhere: %w", customer, err)
	}
	f.Messages, f.Files = f.Messages+more, f.Files+files
	if err := tx.Row(ctx, `
		SELECT count(*) FROM participant p JOIN conversation c ON c.id = p.conversation WHERE p.customer = $1 AND c.customer <> $1`, customer).Scan(&f.Elsewhere); err != nil {
		return f, fmt.Errorf("count conversations that customer %s takes part in: %w", customer, err)
	}
	if err := tx.Row(ctx, `SELECT count(*) FROM (SELECT `+aside+`IN (SELECT id FROM conversation WHERE customer = $1)) a`, customer).Scan(&f.Aside); err != nil {
		return f, fmt.Errorf("count conversations about customer %s: %w", customer, err)
	}
	var q query
	q.WriteString(`SELECT count(*) FROM conversation c WHERE c.customer = ` + q.arg(int64(customer)) + ` AND ` + q.visible(scope))
	var seen int64
	if err := tx.Row(ctx, q.String(), q.args...).Scan(&seen); err != nil {
		return f, fmt.Errorf("count conversations of customer %s that are seen: %w", customer, err)
	}
	f.Hidden = f.Conversations - seen
	return f, nil
}

// NextOf is the next conversation of a customer's above one, merged ones too; 0 where there is none.
func (s *Service) NextOf(ctx context.Context, tx *db.Tx, customer desk.CustomerID, after desk.ConversationID) (id desk.ConversationID, err error) {
	err = tx.Row(ctx, `SELECT COALESCE(min(id), 0) FROM conversation WHERE customer = $1 AND id > $2`, customer, after).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("conversations of customer %s: %w", customer, err)
	}
	return id, nil
}

// EmptySlice takes the content of at most limit messages of a conversation out for good, with senders and recipients, and of conversations held aside about it. It returns how
// many; once that is below limit, nothing is left to do and the conversation's own row says nothing of a person either. What stays are figures: when, how many, by which
// channel and agent.
func (s *Service) EmptySlice(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, limit int) (int, error) {
	return s.emptySlice(ctx, tx, by, id, nil, limit)
}

// EmptyOf is EmptySlice for the erasure of one customer. What conversations of others brought when they were merged into this one stays, and so does what those others wrote
// here since; rules of retention find it in its time.
func (s *Service) EmptyOf(ctx context.Context, tx *db.Tx, by desk.Actor, customer desk.CustomerID, id desk.ConversationID, limit int) (int, error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT customer FROM conversation WHERE id IN `+db.In(len(members), 2)+` AND customer <> $1 AND emptied_at = 0 ORDER BY customer`,
		db.Args(members, customer)...)
	others, err := db.Rows(rows, err, scanID[desk.CustomerID])
	if err != nil {
		return 0, fmt.Errorf("whose conversations were merged into conversation %s: %w", id, err)
	}
	return s.emptySlice(ctx, tx, by, id, others, limit)
}

func (s *Service) emptySlice(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, others []desk.CustomerID, limit int) (int, error) {
	stays := ""
	if len(others) > 0 {
		in := db.In(len(others), 3)
		stays = ` AND COALESCE(m.customer, 0) NOT IN ` + in + ` AND NOT ` + brought + `s.customer IN ` + in + `)`
	}
	rows, err := tx.Query(ctx, `
		SELECT m.id, m.conversation
		FROM message m
		WHERE (m.conversation = $1`+stays+` OR m.origin = $1 AND m.origin <> m.conversation OR m.conversation IN (SELECT `+aside+`= $1))
			AND (m.erased_at = 0 OR m.sender <> '{}' OR m.recipients <> '{}')
		ORDER BY m.id LIMIT $2`, db.Args(others, id, limit)...)
	found, err := db.Rows(rows, err, func(r *sql.Rows, m *placed) error { return r.Scan(&m.id, &m.in) })
	if err != nil {
		return 0, fmt.Errorf("messages of conversation %s: %w", id, err)
	}
	if err := s.wipe(ctx, tx, by, found, id); err != nil || len(found) == limit {
		return len(found), err
	}
	return len(found), s.strip(ctx, tx, by, id, others)
}

// EmptyBy is EmptySlice for what a customer wrote in other people's conversations.
func (s *Service) EmptyBy(ctx context.Context, tx *db.Tx, by desk.Actor, customer desk.CustomerID, limit int) (int, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, conversation FROM message WHERE customer = $1 AND (erased_at = 0 OR sender <> '{}' OR recipients <> '{}') ORDER BY id LIMIT $2`, customer, limit)
	found, err := db.Rows(rows, err, func(r *sql.Rows, m *placed) error { return r.Scan(&m.id, &m.in) })
	if err != nil {
		return 0, fmt.Errorf("messages of customer %s: %w", customer, err)
	}
	for _, m := range found { // others quote it there
		was, err := readMessages(ctx, tx, `WHERE m.id = $1`, m.id)
		if err != nil || len(was) == 0 {
			return 0, errors.Join(err, fmt.Errorf("message %s of customer %s", m.id, customer))
		}
		if err := s.follow(ctx, tx, Erasure{Message: m.id, Kind: "erase"}, nil); err != nil {
			return 0, err
		}
	}
	return len(found), s.wipe(ctx, tx, by, found, 0)
}

type placed struct {
	id desk.MessageID
	in desk.ConversationID
}

// wipe takes content, people and files out of messages, and tells it. A conversation that is emptied as a whole needs no new count in between.
func (s *Service) wipe(ctx context.Context, tx *db.Tx, by desk.Actor, found []placed, whole desk.ConversationID) error {
	for _, m := range found {
		if err := s.dropFiles(ctx, tx, m.id); err != nil {
			return err
		}
		if err := s.dropRaw(ctx, tx, m.id); err != nil {
			return err
		}
		if err := s.dropRepeats(ctx, tx, m.id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE message SET text = '', folded = '', html = '', folded_html = '', subject = '', facts = '{}', sender = '{}', recipients = '{}', mail_id = '', mail_key = 0,
				erased_at = CASE WHEN erased_at = 0 THEN $2 ELSE erased_at END
			WHERE id = $1`, m.id, tx.Now); err != nil {
			return fmt.Errorf("empty message %s: %w", m.id, err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM delivery WHERE message = $1`, m.id); err != nil {
			return fmt.Errorf("drop recipients of message %s: %w", m.id, err)
		}
		if err := eventlog.Append(ctx, tx, (&row{Conversation: desk.Conversation{ID: m.in}}).messageEvent(by, desk.MessageErased, m.id, nil)); err != nil {
			return err
		}
	}
	var again []desk.ConversationID
	for _, m := range found {
		if m.in != whole && !slices.Contains(again, m.in) {
			again = append(again, m.in)
		}
	}
	slices.Sort(again)
	for _, id := range again {
		c, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		last := c.LastAt
		if err := c.recount(ctx, tx); err != nil {
			return err
		}
		c.LastAt = last
		if err := c.save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// dropRepeats removes the raw bytes of a mail that came more than once.
func (s *Service) dropRepeats(ctx context.Context, tx *db.Tx, message desk.MessageID) error {
	type again struct {
		arrival desk.ArrivalID
		blob    string
	}
	rows, err := tx.Query(ctx, `SELECT id, blob FROM arrival WHERE message = $1 AND outcome = 'seen before' AND envelope <> '{}'`, message)
	list, err := db.Rows(rows, err, func(r *sql.Rows, a *again) error { return r.Scan(&a.arrival, &a.blob) })
	if err != nil {
		return fmt.Errorf("mails that repeat message %s: %w", message, err)
	}
	for _, a := range list {
		if _, err := tx.Exec(ctx, `DELETE FROM raw_mail WHERE arrival = $1`, a.arrival); err != nil {
			return fmt.Errorf("drop raw mail that repeats message %s: %w", message, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE arrival SET blob = '', envelope = '{}' WHERE id = $1`, a.arrival); err != nil {
			return fmt.Errorf("drop raw mail that repeats message %s: %w", message, err)
		}
		if a.blob != "" {
			if err := eraseFile(ctx, tx, a.blob); err != nil {
				return err
			}
		}
	}
	return nil
}

// strip takes what is left of a person from the row of a conversation whose messages are emptied: names, words, personal values, drafts, people but the others of whom
// something stays.
func (s *Service) strip(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID, others []desk.CustomerID) error {
	c, err := stripRow(ctx, tx, by, id)
	if err != nil {
		return err
	}
	people := `DELETE FROM participant WHERE conversation = $1`
	if len(others) > 0 {
		people += ` AND COALESCE(customer, 0) NOT IN ` + db.In(len(others), 2)
	} else if _, err := tx.Exec(ctx, `UPDATE conversation SET emptied_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("strip conversation %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, people, db.Args(others, id)...); err != nil {
		return fmt.Errorf("strip conversation %s: %w", id, err)
	}
	for _, drop := range []string{
		`DELETE FROM automatic_answer WHERE conversation = $1`,
		`UPDATE checklist_item SET words = '` + mask + `' WHERE checklist IN (SELECT id FROM checklist WHERE conversation = $1 AND template IS NULL)`,
	} {
		if _, err := tx.Exec(ctx, drop, id); err != nil {
			return fmt.Errorf("strip conversation %s: %w", id, err)
		}
	}
	if err := dropDrafts(ctx, tx, `conversation = $1 OR home = $1 OR beside = $1`, id); err != nil {
		return fmt.Errorf("strip conversation %s: %w", id, err)
	}
	return eventlog.Append(ctx, tx, c.event(by, desk.CustomerRenamed, nil))
}

// stripRow holds a conversation's own row, without being led to where it was merged into, and empties it. A merged one is in no list and no view; personal values that it gave
// to where it lives are taken back from there.
func stripRow(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.ConversationID) (*row, error) {
	var c row
	var shelf int
	if err := c.scan(tx.Row(ctx, `SELECT `+rowColumns+`, c.shelf FROM conversation c WHERE c.id = $1 FOR NO KEY UPDATE`, id), &shelf); err != nil {
		return nil, fmt.Errorf("hold conversation %s: %w", id, err)
	}
	all, err := fields.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	last := c.LastAt
	if err := c.recount(ctx, tx); err != nil {
		return nil, err
	}
	kept := field.Kept(all, c.Fields)
	given := valuesBeside(c.Fields, kept)
	c.LastAt, c.CustomerName, c.Address, c.Subject, c.subjectKey = last, "", "", "", SubjectKey("")
	c.Fields = kept
	if shelf != 5 {
		return &c, c.save(ctx, tx)
	}
	values, err := c.Fields.Column()
	if err != nil {
		return nil, fmt.Errorf("conversation %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE conversation SET customer_name = '', address = '', subject = '', subject_key = $2, preview = '', fields = $3, version = version + 1 WHERE id = $1`,
		id, c.subjectKey, values); err != nil {
		return nil, fmt.Errorf("strip conversation %s: %w", id, err)
	}
	return &c, takeGiven(ctx, tx, by, id, given)
}

// LeaveSlice takes a person out of at most limit of the conversations of others that he takes part in: as a participant and as a recipient. It returns how many; below limit
// nothing is left.
func (s *Service) LeaveSlice(ctx context.Context, tx *db.Tx, by desk.Actor, who Whom, limit int) (int, error) {
	type part struct {
		conversation desk.ConversationID
		key          string
	}
	var q query
	q.WriteString(`SELECT conversation, address_key FROM participant WHERE customer = ` + q.arg(int64(who.Customer)))
	for _, address := range who.Addresses {
		q.WriteString(` OR address_key = ` + q.arg(db.Text(address)))
	}
	q.WriteString(` ORDER BY conversation LIMIT ` + q.arg(limit))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	parts, err := db.Rows(rows, err, func(r *sql.Rows, p *part) error { return r.Scan(&p.conversation, &p.key) })
	if err != nil {
		return 0, fmt.Errorf("conversations that customer %s takes part in: %w", who.Customer, err)
	}
	for _, p := range parts {
		gone := append([]string{p.key}, who.Addresses...)
		if err := s.readdressAll(ctx, tx, p.conversation, gone); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM participant WHERE conversation = $1 AND address_key = $2`, p.conversation, p.key); err != nil {
			return 0, fmt.Errorf("take a participant out of conversation %s: %w", p.conversation, err)
		}
		e := (&row{Conversation: desk.Conversation{ID: p.conversation}}).event(by, desk.ParticipantRemoved, nil)
		if err := eventlog.Append(ctx, tx, e); err != nil {
			return 0, err
		}
	}
	return len(parts), nil
}

// readdressAll takes addresses out of the recipients of all messages and drafts of a conversation.
func (s *Service) readdressAll(ctx context.Context, tx *db.Tx, id desk.ConversationID, gone []string) error {
	type sent struct {
		id desk.MessageID
		to string
	}
	rows, err := tx.Query(ctx, `SELECT id, recipients FROM message WHERE conversation = $1 AND recipients <> '{}'`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, m *sent) error { return r.Scan(&m.id, &m.to) })
	if err != nil {
		return fmt.Errorf("recipients in conversation %s: %w", id, err)
	}
	for _, m := range list {
		var to recipients
		if err := json.Unmarshal([]byte(m.to), &to); err != nil {
			return fmt.Errorf("recipients of message %s: %w", m.id, err)
		}
		before := len(to.To) + len(to.Cc) + len(to.Bcc)
		to.To, to.Cc, to.Bcc = notTo(to.To, gone), notTo(to.Cc, gone), notTo(to.Bcc, gone)
		if before == len(to.To)+len(to.Cc)+len(to.Bcc) {
			continue
		}
		text, err := json.Marshal(to)
		if err != nil {
			return fmt.Errorf("recipients of message %s: %w", m.id, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE message SET recipients = $2 WHERE id = $1`, m.id, db.Text(string(text))); err != nil {
			return fmt.Errorf("recipients of message %s: %w", m.id, err)
		}
		if err := s.dropRaw(ctx, tx, m.id); err != nil { // it names him in its head
			return err
		}
		if err := s.dropRepeats(ctx, tx, m.id); err != nil {
			return err
		}
		for _, address := range gone {
			if _, err := tx.Exec(ctx, `DELETE FROM delivery WHERE message = $1 AND lower(recipient) = $2`, m.id, db.Text(address)); err != nil {
				return fmt.Errorf("recipients of message %s: %w", m.id, err)
			}
		}
	}
	return nil
}

func notTo(list []desk.NamedAddress, gone []string) []desk.NamedAddress {
	return slices.DeleteFunc(list, func(a desk.NamedAddress) bool {
		return slices.Contains(gone, strings.ToLower(strings.TrimSpace(a.Address)))
	})
}

// ForgetDrafts takes addresses out of everybody's drafts; one of a new mail that is left without a recipient goes, for it was to him.
func (s *Service) ForgetDrafts(ctx context.Context, tx *db.Tx, addresses []string) error {
	for _, address := range addresses {
		rows, err := tx.Query(ctx, selectDraft+` WHERE lower(body) LIKE $1 ESCAPE '!'`, "%"+escapeLike(address)+"%")
		drafts, err := db.Rows(rows, err, scanDraft)
		if err != nil {
			return fmt.Errorf("drafts to an address: %w", err)
		}
		for _, d := range drafts {
			b := &d.Body
			b.To, b.Cc, b.Bcc = notTo(b.To, addresses), notTo(b.Cc, addresses), notTo(b.Bcc, addresses)
			if d.Conversation == 0 && len(b.To) == 0 || strings.Contains(strings.ToLower(b.HTML+b.Subject), address) {
				if err := dropDrafts(ctx, tx, `id = $1`, d.ID); err != nil {
					return err
				}
				continue
			}
			text, err := json.Marshal(b)
			if err != nil {
				return fmt.Errorf("draft %d: %w", d.ID, err)
			}
			if _, err := tx.Exec(ctx, `UPDATE draft SET body = $2, version = version + 1 WHERE id = $1`, d.ID, db.Text(string(text))); err != nil {
				return fmt.Errorf("draft %d: %w", d.ID, err)
			}
		}
	}
	for _, address := range addresses {
		if _, err := tx.Exec(ctx, `DELETE FROM automatic_answer WHERE address_key = $1`, db.Text(address)); err != nil {
			return fmt.Errorf("forget answers to an address: %w", err)
		}
	}
	return nil
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(db.Text(s))
}

// WrittenElsewhere are the messages that a customer wrote in other people's conversations that the scope's agent may see, oldest first, above one.
func (s *Service) WrittenElsewhere(ctx context.Context, tx *db.Tx, scope desk.Scope, customer desk.CustomerID, after desk.MessageID, limit int) ([]desk.Message, error) {
	var q query
	who := q.arg(int64(customer))
	where := `WHERE m.customer = ` + who + ` AND m.id > ` + q.arg(int64(after)) + ` AND m.conversation IN (SELECT c.id FROM conversation c WHERE c.customer <> ` + who +
		` AND ` + q.visible(scope) + `) ORDER BY m.id LIMIT ` + q.arg(limit)
	return messages(ctx, tx, where, q.args...)
}
