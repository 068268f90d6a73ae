package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// Seed fills an empty desk with n conversations of five messages each, by writing rows directly: what is measured afterwards is reading. The skew is that
// of a busy desk: unfinished ones are the newest of some customers each, two of a hundred are spam, one lies in the trash, one of a thousand belongs to an
// inbox that few people see, and words of texts are as frequent as in natural ones. The same numbers give the same desk.
type Seed struct {
	Conversations int
	Unfinished    int
	Agent         desk.AgentID
	Inbox         desk.InboxID
	Narrow        desk.AgentID // who sees nothing but the small inbox
	Small         desk.InboxID // that one of a thousand belongs to
	Database      string       // the address, on PostgreSQL
	Progress      func(text string)
}

// perSlice is how many conversations one transaction writes.
const perSlice = 2000

// Run writes the rows.
func (s Seed) Run(ctx context.Context, d *db.DB) (err error) {
	b, err := openBulk(ctx, d, s.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close(ctx)) }()
	people := max(s.Conversations*3/10, 1)
	now := d.Now()
	for from := 0; from < people; from += 10 * perSlice {
		if err := b.write(ctx, s.customers(from, min(from+10*perSlice, people), now)...); err != nil {
			return fmt.Errorf("seed customers: %w", err)
		}
	}
	vocabulary := newVocabulary()
	for from := 0; from < s.Conversations; from += perSlice {
		if err := b.write(ctx, s.conversations(vocabulary, from, min(from+perSlice, s.Conversations), people, now)...); err != nil {
			return fmt.Errorf("seed conversations: %w", err)
		}
		if done := from + perSlice; done%100_000 == 0 {
			s.Progress(fmt.Sprint(done))
		}
	}
	if err := b.write(ctx, s.own(now)...); err != nil {
		return fmt.Errorf("seed what is the agent's own: %w", err)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return s.doors(ctx, tx) }); err != nil {
		return fmt.Errorf("seed who sees what: %w", err)
	}
	if err := b.buildIndexes(ctx, s.Progress); err != nil {
		return err
	}
	return s.finish(ctx, d, b)
}

// finish brings the sequences of PostgreSQL behind the rows, and the planner's statistics up to date.
func (s Seed) finish(ctx context.Context, d *db.DB, b *bulk) error {
	err := d.Write(ctx, func(tx *db.Tx) error {
		if !tx.Postgres() {
			_, err := tx.Exec(ctx, `UPDATE number_series SET value = (SELECT max(number) FROM conversation) WHERE name = 'conversation_number'`)
			return err
		}
		for _, table := range []string{"customer", "conversation", "message", "team"} {
			if _, err := tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', 'id'), (SELECT max(id) FROM `+table+`))`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `SELECT setval('conversation_number', (SELECT max(number) FROM conversation))`)
		return err
	})
	if err != nil {
		return fmt.Errorf("seed numbers: %w", err)
	}
	if !d.Postgres() {
		return d.RefreshStatistics(ctx)
	}
	// As autovacuum does once a desk has been written: which pages everybody sees, and what the planner knows.
	if _, err := b.pg.Exec(ctx, `VACUUM (ANALYZE)`); err != nil {
		return fmt.Errorf("seed statistics: %w", err)
	}
	return nil
}

func (s Seed) customers(from, to int, now desk.Time) []table {
	people := table{name: "customer", columns: []string{"id", "name", "name_key", "created_at", "touched_at", "fields"}}
	addresses := table{name: "address", columns: []string{"customer", "kind", "value", "value_key", "created_at"}}
	for i := from + 1; i <= to; i++ {
		name, address := fmt.Sprintf("Customer %06d", i), fmt.Sprintf("c%d@seed.test", i)
		people.rows = append(people.rows, []any{i, name, strings.ToLower(name), int64(now), int64(now), customerFields(i)})
		addresses.rows = append(addresses.rows, []any{i, "email", address, address, int64(now)})
	}
	return []table{people, addresses}
}

// state is where a conversation stands.
type state struct {
	status           string
	shelf            desk.Shelf
	spam             bool
	trashed, snoozed desk.Time
	due, waiting     desk.Time
	assignee         any
}

func (s Seed) state(rnd *rand.Rand, i int, last, now desk.Time) state {
	is := state{status: "resolved", shelf: desk.ShelfFinished, due: desk.Never, assignee: int64(s.Agent)}
	switch every := max(s.Conversations/max(s.Unfinished, 1), 1); {
	case i%every == 0:
		is.status, is.shelf = "open", desk.ShelfActive
		switch rnd.IntN(10) {
		case 0, 1, 2:
			is.status = "waiting"
		case 3, 4, 5:
			is.status, is.assignee = "new", nil
			fallthrough
		default:
			is.due, is.waiting = now.Add(time.Duration(rnd.IntN(48*60)-24*60)*time.Minute), last
		}
		if rnd.IntN(3) > 0 && is.assignee != nil && rnd.IntN(20) > 0 {
			is.assignee = nil
		}
		if rnd.IntN(40) == 0 {
			is.shelf, is.snoozed = desk.ShelfSnoozed, now.Add(24*time.Hour)
		}
	case i%50 == 3:
		is.status, is.shelf, is.spam, is.assignee = "new", desk.ShelfSpam, true, nil
	case i%100 == 5:
		is.shelf, is.trashed = desk.ShelfTrash, last
	}
	return is
}

// languages of conversations, by turns.
var languages = []string{"lv", "en", "lt", "pl"}

func (s Seed) conversations(v *vocabulary, from, to, people int, now desk.Time) []table {
	rnd := rand.New(rand.NewPCG(uint64(from), 7))
	convs := table{name: "conversation", columns: []string{"id", "number", "inbox", "customer", "customer_name", "address", "channel", "subject", "subject_key",
		"status", "shelf", "assignee", "spam", "trashed_at", "snoozed_until", "due_at", "waiting_since", "language", "preview", "messages", "last_incoming", "created_at", "last_at",
		"priority", "type_id", "fields", "tags"}}
	tags := table{name: "conversation_tag", columns: []string{"conversation", "tag"}}
	parts := table{name: "participant", columns: []string{"conversation", "address_key", "address", "name", "customer", "role", "created_at"}}
	msgs := table{name: "message", columns: []string{"id", "conversation", "origin", "inbox", "kind", "channel", "author_kind", "agent", "customer", "at", "mail_id", "mail_key",
		"subject", "sender", "recipients", "text", "language", "state"}}
	for i := from + 1; i <= to; i++ {
		created := now.Add(-time.Duration(s.Conversations-i)*3*time.Minute - time.Hour)
		last := created.Add(40 * time.Minute)
		is := s.state(rnd, i, last, now)
		inbox := int64(s.Inbox)
		if i%1000 == 500 {
			inbox = int64(s.Small)
		}
		who := 1 + rnd.IntN(people)
		name, address, language := fmt.Sprintf("Customer %06d", who), fmt.Sprintf("c%d@seed.test", who), languages[i%len(languages)]
		subject := "Jautājums par " + v.draw(rnd) + " " + v.draw(rnd) + " " + fmt.Sprint(i)
		var preview string
		for m := range 5 {
			kind, author, sent := "incoming", "customer", ""
			var agent, from any = nil, who
			sender := `{"name":"` + name + `","address":"` + address + `"}`
			if m%2 == 1 {
				kind, author, sent, agent, from = "outgoing", "agent", "sent", int64(s.Agent), nil
				sender = `{"name":"Agent","address":"help@bench.test"}`
			}
			text := v.text(rnd, 600)
			preview = strings.ReplaceAll(text[:150], "\n", " ")
			mailID := fmt.Sprintf("seed.%d.%d@seed.test", i, m)
			msgs.rows = append(msgs.rows, []any{(i-1)*5 + m + 1, i, i, inbox, kind, "email", author, agent, from, int64(created.Add(time.Duration(m) * 10 * time.Minute)),
				mailID, conversation.MailKey(mailID), subject, sender, `{"to":[{"address":"help@bench.test"}]}`, text, language, sent})
		}
		tagged := "[]"
		if tag := mixed(i, 14) % (2 * seededTags); tag < seededTags {
			tags.rows = append(tags.rows, []any{i, tag + 1})
			tagged = fmt.Sprintf("[%d]", tag+1)
		}
		convs.rows = append(convs.rows, []any{i, 10000 + i, inbox, who, name, address, "email", subject, conversation.SubjectKey(subject),
			is.status, int(is.shelf), is.assignee, is.spam, int64(is.trashed), int64(is.snoozed), int64(is.due), int64(is.waiting), language, strings.ToValidUTF8(preview, ""), 5, i * 5,
			int64(created), int64(last), s.priority(i), 1 + i%3, s.fields(i), tagged})
		parts.rows = append(parts.rows, []any{i, address, address, name, who, "requester", int64(created)})
	}
	return []table{convs, tags, parts, msgs}
}

// own is what lists of the agent's own are made of: conversations in which he was mentioned, that he follows, and in which he began to answer;
// all of them among the newest.
func (s Seed) own(now desk.Time) []table {
	mentions := table{name: "mention", columns: []string{"agent", "message", "conversation"}}
	follows := table{name: "follower", columns: []string{"conversation", "agent"}}
	drafts := table{name: "draft", columns: []string{"agent", "conversation", "body", "saved_at"}}
	few := min(s.Conversations, 3000)
	for k := range few {
		i := s.Conversations - k*min(s.Conversations/few, 7)
		if k%30 == 0 {
			mentions.rows = append(mentions.rows, []any{int64(s.Agent), i * 5, i})
		}
		if k%10 == 0 {
			follows.rows = append(follows.rows, []any{i, int64(s.Agent)})
		}
		if k%100 == 0 {
			drafts.rows = append(drafts.rows, []any{int64(s.Agent), i, `{"kind":"reply","text":"We look into it."}`, int64(now)})
		}
	}
	return []table{mentions, follows, drafts}
}

// doors makes two teams, one for each inbox, with one agent each.
func (s Seed) doors(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE agent SET role = 'agent' WHERE id = $1`, s.Narrow)
	for team, who := range map[int64]struct {
		desk.AgentID
		desk.InboxID
	}{1: {s.Agent, s.Inbox}, 2: {s.Narrow, s.Small}} {
		_, err1 := tx.Exec(ctx, `INSERT INTO team (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)`, team, fmt.Sprint("Team ", team), fmt.Sprint("team ", team), tx.Now)
		_, err2 := tx.Exec(ctx, `INSERT INTO team_member (team, agent) VALUES ($1, $2)`, team, who.AgentID)
		_, err3 := tx.Exec(ctx, `INSERT INTO inbox_access (inbox, team) VALUES ($1, $2)`, who.InboxID, team)
		err = errors.Join(err, err1, err2, err3)
	}
	return err
}
