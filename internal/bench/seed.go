package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// Seed fills an empty desk with n conversations of five messages each, of which unfinished ones are as many as a busy desk has, by writing
// rows directly: what is measured afterwards is reading.
type Seed struct {
	Conversations int
	Unfinished    int
	Agent         desk.AgentID
	Inbox         desk.InboxID
	Progress      func(done int)
}

// perSlice is how many conversations one transaction writes.
const perSlice = 2000

// Run writes the rows.
func (s Seed) Run(ctx context.Context, d *db.DB) error {
	customers := max(s.Conversations/5, 1)
	now := d.Now()
	for from := 0; from < customers; from += 10 * perSlice {
		to := min(from+10*perSlice, customers)
		if err := d.Write(ctx, func(tx *db.Tx) error { return s.customers(ctx, tx, from, to, now) }); err != nil {
			return fmt.Errorf("seed customers: %w", err)
		}
	}
	for from := 0; from < s.Conversations; from += perSlice {
		to := min(from+perSlice, s.Conversations)
		if err := d.Write(ctx, func(tx *db.Tx) error { return s.conversations(ctx, tx, from, to, customers, now) }); err != nil {
			return fmt.Errorf("seed conversations: %w", err)
		}
		if s.Progress != nil {
			s.Progress(to)
		}
	}
	return s.finish(ctx, d)
}

// finish brings the sequences of PostgreSQL behind the rows, and the planner's statistics up to date.
func (s Seed) finish(ctx context.Context, d *db.DB) error {
	err := d.Write(ctx, func(tx *db.Tx) error {
		if tx.Postgres() {
			for _, table := range []string{"customer", "conversation", "message"} {
				if _, err := tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', 'id'), (SELECT max(id) FROM `+table+`))`); err != nil {
					return fmt.Errorf("seed sequences: %w", err)
				}
			}
			if _, err := tx.Exec(ctx, `SELECT setval('conversation_number', (SELECT max(number) FROM conversation))`); err != nil {
				return fmt.Errorf("seed sequences: %w", err)
			}
		} else if _, err := tx.Exec(ctx, `UPDATE number_series SET value = (SELECT max(number) FROM conversation) WHERE name = 'conversation_number'`); err != nil {
			return fmt.Errorf("seed numbers: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !d.Postgres() {
		return d.RefreshStatistics(ctx)
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE`)
		return err
	})
}

// rows inserts rows one by one: a statement that stays the same is prepared once, which is quicker than long ones that differ.
func rows(ctx context.Context, tx *db.Tx, into string, columns int, values [][]any) error {
	text := "INSERT INTO " + into + " VALUES " + db.In(columns, 1)
	for _, v := range values {
		if _, err := tx.Exec(ctx, text, v...); err != nil {
			return err
		}
	}
	return nil
}

// texts are some hundred texts of a size, to take from: making each anew would cost more than storing it.
func (s Seed) texts(size int) []string {
	w := newWriter(uint64(size))
	list := make([]string, 200)
	for i := range list {
		list[i] = w.text(size)
	}
	return list
}

func (s Seed) customers(ctx context.Context, tx *db.Tx, from, to int, now desk.Time) error {
	var people, addresses [][]any
	for i := from + 1; i <= to; i++ {
		name, address := fmt.Sprintf("Customer %06d", i), fmt.Sprintf("c%d@seed.test", i)
		people = append(people, []any{i, name, strings.ToLower(name), now, now})
		addresses = append(addresses, []any{i, "email", address, address, now})
	}
	if err := rows(ctx, tx, `customer (id, name, name_key, created_at, touched_at)`, 5, people); err != nil {
		return err
	}
	return rows(ctx, tx, `address (customer, kind, value, value_key, created_at)`, 5, addresses)
}

func (s Seed) conversations(ctx context.Context, tx *db.Tx, from, to, customers int, now desk.Time) error {
	rnd := rand.New(rand.NewPCG(uint64(from), 7))
	previews, texts := s.texts(150), s.texts(600)
	every := max(s.Conversations/max(s.Unfinished, 1), 1)
	var convs, parts, msgs [][]any
	for i := from + 1; i <= to; i++ {
		age := time.Duration(s.Conversations-i) * 3 * time.Minute
		created := now.Add(-age - time.Hour)
		last := created.Add(40 * time.Minute)
		status, shelf, due, waiting := "resolved", 2, desk.Never, desk.Time(0)
		var assignee any = int64(s.Agent)
		if i%every == 0 {
			status, shelf = "open", 0
			switch rnd.IntN(10) {
			case 0, 1, 2:
				status = "waiting"
			case 3, 4, 5:
				status, assignee = "new", nil
				fallthrough
			default:
				due, waiting = now.Add(time.Duration(rnd.IntN(48*60)-24*60)*time.Minute), last
			}
			if rnd.IntN(3) > 0 && assignee != nil && rnd.IntN(20) > 0 {
				assignee = nil
			}
			if rnd.IntN(40) == 0 {
				shelf = 1
			}
		}
		snoozed := desk.Time(0)
		if shelf == 1 {
			snoozed = now.Add(24 * time.Hour)
		}
		customer := 1 + rnd.IntN(customers)
		address := fmt.Sprintf("c%d@seed.test", customer)
		subject := "Jautājums par pasūtījumu " + fmt.Sprint(i)
		convs = append(convs, []any{i, 10000 + i, int64(s.Inbox), customer, fmt.Sprintf("Customer %06d", customer), address, "email", subject,
			conversation.SubjectKey(subject), status, shelf, assignee, snoozed, due, waiting, previews[rnd.IntN(len(previews))], 5, i*5 - 1, created, last})
		parts = append(parts, []any{i, address, address, "Customer", customer, "requester", created})
		for m := range 5 {
			kind, author, state := "incoming", "customer", ""
			var agent, who any = nil, customer
			sender := `{"name":"Customer","address":"` + address + `"}`
			if m%2 == 1 {
				kind, author, state, agent, who = "outgoing", "agent", "sent", int64(s.Agent), nil
				sender = `{"name":"Agent","address":"help@bench.test"}`
			}
			mailID := fmt.Sprintf("seed.%d.%d@seed.test", i, m)
			msgs = append(msgs, []any{(i-1)*5 + m + 1, i, i, int64(s.Inbox), kind, "email", author, agent, who, created.Add(time.Duration(m) * 10 * time.Minute),
				mailID, conversation.MailKey(mailID), subject, sender, `{"to":[{"address":"help@bench.test"}]}`, texts[rnd.IntN(len(texts))], state})
		}
	}
	if err := rows(ctx, tx, `conversation (id, number, inbox, customer, customer_name, address, channel, subject, subject_key, status, shelf, assignee,
		snoozed_until, due_at, waiting_since, preview, messages, last_incoming, created_at, last_at)`, 20, convs); err != nil {
		return err
	}
	if err := rows(ctx, tx, `participant (conversation, address_key, address, name, customer, role, created_at)`, 7, parts); err != nil {
		return err
	}
	return rows(ctx, tx, `message (id, conversation, origin, inbox, kind, channel, author_kind, agent, customer, at, mail_id, mail_key, subject, sender,
		recipients, text, state)`, 17, msgs)
}
