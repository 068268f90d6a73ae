package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// world is a desk with many different conversations and a clock that is set.
type world struct {
	t     *testing.T
	d     *db.DB
	r     *rand.Rand
	clock atomic.Int64
	talks *conversation.Service
	views *view.Service
	ids   []desk.ConversationID
}

const began = 1_772_000_000 // 2026-02-25, in seconds

func newWorld(t *testing.T, url string, seed uint64, conversations int) *world {
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 7)), talks: &conversation.Service{}}
	w.views = &view.Service{Conversations: w.talks}
	w.clock.Store(began)
	w.d = dbtest.Open(t, url, db.Options{Clock: func() time.Time { return time.Unix(w.clock.Load(), 0) }, Logger: dbtest.Logger(t)})
	dbtest.Exec(t, w.d,
		`INSERT INTO agent (id, name, email, email_key, role, created_at) VALUES (1, 'Eva', 'e@x', 'e@x', 'owner', 1), (2, 'Otto', 'o@x', 'o@x', 'agent', 1)`,
		`INSERT INTO team (id, name, name_key, created_at) VALUES (1, 'First', 'first', 1), (2, 'Second', 'second', 1)`,
		`INSERT INTO team_member (team, agent) VALUES (1, 2)`,
		`INSERT INTO inbox (id, kind, name, name_key, address, created_at) VALUES (1, 'email', 'A', 'a', 'a@x', 1), (2, 'email', 'B', 'b', 'b@x', 1)`,
		`INSERT INTO tag (id, name, name_key) VALUES (1, 'one', 'one'), (2, 'two', 'two'), (3, 'three', 'three')`,
		`INSERT INTO conversation_type (id, name, kind, icon, colour, created_at) VALUES (1, 'Question', 'question', 'question', 'grey', 1)`,
		`INSERT INTO customer (id, name, name_key, language, organisation, fields, created_at, touched_at) VALUES (1, 'Ann', 'ann', 'lv', 'Acme', '{}', 1, 1),
			(2, 'Jānis', 'janis', 'en', '', '{"8":"gold"}', 1, 1), (3, 'Olga', 'olga', '', 'Zaļā SIA', '{"8":"Zelts"}', 1, 1)`,
		`INSERT INTO field (id, target, key, name, kind, options, created_at) VALUES (1, 'conversation', 'order', 'Order', 'text', '[]', 1),
			(2, 'conversation', 'weight', 'Weight', 'number', '[]', 1), (3, 'conversation', 'paid', 'Paid', 'money', '[]', 1), (4, 'conversation', 'day', 'Day', 'date', '[]', 1),
			(5, 'conversation', 'cause', 'Cause', 'tree', '[{"id":1,"name":"a"},{"id":2,"name":"b","parent":1},{"id":3,"name":"c"},{"id":4,"name":"d","into":3}]', 1),
			(6, 'conversation', 'urgent', 'Urgent', 'yes_no', '[]', 1), (7, 'conversation', 'keeper', 'Keeper', 'people', '[]', 1), (8, 'customer', 'level', 'Level', 'text', '[]', 1),
			(9, 'organisation', 'class', 'Class', 'choice', '[{"id":1,"name":"a"},{"id":2,"name":"b"}]', 1), (10, 'organisation', 'debt', 'Debt', 'money', '[]', 1)`,
		`INSERT INTO organisation (id, name, name_key, fields, created_at) VALUES (1, 'Acme', 'acme', '{}', 1), (2, 'Zaļā SIA', 'zala sia', '{"9":[2]}', 1)`,
		`UPDATE customer SET member_of = 1 WHERE id = 1`, `UPDATE customer SET member_of = 2 WHERE id = 3`,
		`INSERT INTO segment (id, owner, audience, name, sort_key, condition, created_at) VALUES (1, 1, 'everyone', 'Loyal', 'loyal', '{}', 1), (2, 1, 'personal', 'New', 'new', '{}', 1),
			(3, 1, 'everyone', 'Nobody', 'nobody', '{}', 1)`)
	for customer := 1; customer <= 3; customer++ { // somebody belongs to one, to both, or to none
		w.belong(customer, w.r.IntN(2) == 0, w.r.IntN(2) == 0)
	}
	for i := range conversations {
		w.add(i + 1)
	}
	return w
}

func pick[T any](w *world, from ...T) T { return from[w.r.IntN(len(from))] }

// near is an instant some days around the beginning, or none.
func (w *world) near(none int64) int64 {
	if w.r.IntN(4) == 0 {
		return none
	}
	return (began + int64(w.r.IntN(12*86_400)) - 6*86_400) * 1_000_000
}

var subjects = []string{"", "Where is my order 12345?", "Pasūtījums nav saņemts", "PASUTIJUMS 100% ok", "Užsakymas", "a_b\\c", "refund", "Ärger mit Straße", "Заказ 7", "tab\there"}

func (w *world) fields() string {
	values := desk.FieldValues{}
	maybe := func(id desk.FieldID, v desk.FieldValue) {
		if w.r.IntN(2) == 0 {
			values[id] = v
		}
	}
	maybe(1, desk.TextOf(pick(w, "A-17", "b-18", "ķ"))) // values as people type them
	maybe(2, desk.NumberOf(float64(w.r.IntN(8))/2))
	maybe(3, desk.MoneyOf(int64(w.r.IntN(3000)), "EUR"))
	maybe(4, desk.TextOf(time.Unix(began+int64(w.r.IntN(10)-5)*86_400, 0).UTC().Format(time.DateOnly)))
	maybe(5, desk.IDsOf(int64(w.r.IntN(4)+1)))
	maybe(6, desk.YesNoOf(w.r.IntN(2) == 0))
	maybe(7, desk.IDsOf(int64(w.r.IntN(2)+1)))
	text, err := values.Column()
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func (w *world) add(id int) {
	status := pick(w, desk.StatusNew, desk.StatusOpen, desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed)
	spam, trashed, snoozed := w.r.IntN(8) == 0, int64(0), int64(0)
	if w.r.IntN(8) == 0 {
		trashed = 1
	}
	if w.r.IntN(5) == 0 && !status.Finished() {
		snoozed = w.near(0)
	}
	tags := []desk.TagID{}
	for t := desk.TagID(1); t <= 3; t++ {
		if w.r.IntN(3) == 0 {
			tags = append(tags, t)
		}
	}
	tagText, err := json.Marshal(tags)
	if err != nil {
		w.t.Fatal(err)
	}
	nobody := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	customer := w.r.IntN(3) + 1
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO conversation (id, number, inbox, customer, customer_name, address, channel, subject, subject_key, status, priority, shelf, assignee, team, tags, restricted, spam,
				trashed_at, snoozed_until, due_at, waiting_since, language, preview_by, messages, attachments, troubled, resolved_at, created_at, last_at, type_id, fields, preview, checks, checked, checks_owed, wake_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`,
			id, 10_000+id, w.r.IntN(2)+1, customer, []string{"Ann", "Jānis", "Olga"}[customer-1], pick(w, "ann@x.example", "J@y.example"), pick(w, "email", "form", "phone"),
			pick(w, subjects...), status, w.r.IntN(4), desk.ShelfOf(status, desk.Time(snoozed), spam, desk.Time(trashed)), nobody(w.r.IntN(3)), nobody(w.r.IntN(3)), string(tagText),
			w.r.IntN(6) == 0, spam, trashed, snoozed, w.near(int64(desk.Never)), w.near(0), pick(w, "", "en", "lv"), pick(w, "customer", "agent", "note", "phone_in"), w.r.IntN(5)+1,
			w.r.IntN(2) == 0, w.r.IntN(4) == 0, w.near(0), w.near(1), w.near(1), nobody(w.r.IntN(2)), w.fields(),
			pick(w, subjects...), 5, w.r.IntN(6), w.r.IntN(3), pick(w, "", "resolved", "purchase")); err != nil {
			return err
		}
		for _, t := range tags {
			if _, err := tx.Exec(ctx, `INSERT INTO conversation_tag (conversation, tag) VALUES ($1, $2)`, id, t); err != nil {
				return err
			}
		}
		for agent := 1; agent <= 2; agent++ {
			if w.r.IntN(4) == 0 {
				if _, err := tx.Exec(ctx, `INSERT INTO follower (conversation, agent) VALUES ($1, $2)`, id, agent); err != nil {
					return err
				}
			}
			if w.r.IntN(4) == 0 {
				if _, err := tx.Exec(ctx, `INSERT INTO conversation_access (conversation, agent) VALUES ($1, $2)`, id, agent); err != nil {
					return err
				}
			}
		}
		return nil
	})
	w.ids = append(w.ids, desk.ConversationID(id))
	if w.r.IntN(4) == 0 {
		w.draft(desk.ConversationID(id))
		w.ask(desk.ConversationID(id))
	}
}

// draft has Eva begin an answer.
func (w *world) draft(id desk.ConversationID) {
	w.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.talks.SaveDraft(ctx, tx, desk.Scope{Agent: 1, All: true}, id, desk.DraftBody{Mode: "reply", HTML: "<p>So</p>"})
		return err
	})
}

// ask has her draft checked by Otto, where she has one.
func (w *world) ask(id desk.ConversationID) {
	w.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.talks.AskReview(ctx, tx, desk.Scope{Agent: 1, All: true}, id, conversation.ReviewAsk{Reviewer: 2, Note: "<p>Good?</p>"},
			func(context.Context, *db.Tx, desk.AgentID) (desk.Scope, error) { return scopes[0], nil })
		return err
	})
}

// review does something with the review of a draft.
func (w *world) review(id desk.ConversationID) string {
	switch w.r.IntN(4) {
	case 0:
		w.try(func(ctx context.Context, tx *db.Tx) error {
			return w.talks.DropDraft(ctx, tx, desk.Scope{Agent: 1, All: true}, id)
		})
		return fmt.Sprintf("draft in conversation %s dropped", id)
	case 1:
		w.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.talks.AnswerReview(ctx, tx, desk.Scope{Agent: 2, All: true}, id, 1, conversation.ReviewAnswer{Approve: true, Note: "<p>Yes</p>"},
				func(context.Context, *db.Tx, desk.AgentID) (desk.Scope, error) { return scopes[0], nil })
			return err
		})
		return fmt.Sprintf("review in conversation %s answered", id)
	}
	w.draft(id)
	w.ask(id)
	return fmt.Sprintf("review in conversation %s asked for", id)
}

// organisation has an organisation or somebody's belonging change, as the features that own them write it, and follows it as flow/gather does.
func (w *world) organisation() string {
	house, who := desk.OrganisationID(w.r.IntN(2)+1), w.r.IntN(3)+1
	customers := []desk.CustomerID{desk.CustomerID(who)}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if w.r.IntN(2) == 0 {
			_, err = tx.Exec(ctx, `UPDATE customer SET member_of = $2 WHERE id = $1`, who, pick(w, any(nil), any(1), any(2)))
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE organisation SET fields = $2 WHERE id = $1`, house, pick(w, "{}", `{"9":[1]}`, `{"9":[2],"10":{"amount":150,"currency":"EUR"}}`)); err != nil {
			return err
		}
		customers, err = w.talks.PeopleOf(ctx, tx, []desk.OrganisationID{house}, 0, 100)
		return err
	})
	w.follow(customers)
	return fmt.Sprintf("organisation %d, or customer %d's, changed", house, who)
}

// belong writes which of the first two segments a customer belongs to, as the keeper of segments does.
func (w *world) belong(customer int, in ...bool) {
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM segment_member WHERE customer = $1`, customer); err != nil {
			return err
		}
		for i, is := range in {
			if !is {
				continue
			}
			if _, err := tx.Exec(ctx, `INSERT INTO segment_member (segment, customer, name_key, value, contact_at) VALUES ($1, $2, '', 0, 0)`, i+1, customer); err != nil {
				return err
			}
		}
		return nil
	})
}

// segment has somebody come to segments or leave them, and follows it as flow/gather does.
func (w *world) segment() string {
	customer, in := w.r.IntN(3)+1, []bool{w.r.IntN(2) == 0, w.r.IntN(2) == 0}
	w.belong(customer, in...)
	w.follow([]desk.CustomerID{desk.CustomerID(customer)})
	return fmt.Sprintf("customer %d in segments 1 and 2: %v", customer, in)
}

func (w *world) follow(customers []desk.CustomerID) {
	for after, again := desk.ConversationID(0), true; again; {
		var next desk.ConversationID
		w.write(func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = w.talks.FollowCustomers(ctx, tx, customers, after, 5)
			return err
		})
		after, again = next, next != 0
	}
}

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(w.t.Context(), func(tx *db.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Read(w.t.Context(), func(tx *db.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// change does something with some conversation, or with a customer, or lets time pass.
func (w *world) change() string {
	id := pick(w, w.ids...)
	scope := desk.Scope{Agent: 1, All: true}
	switch w.r.IntN(16) {
	case 14, 15:
		return w.segment()
	case 10, 11:
		return w.review(id)
	case 12, 13:
		return w.organisation()
	case 4:
		other, kind := pick(w, w.ids...), pick(w, conversation.LinkRelated, conversation.LinkChild, conversation.LinkIncident)
		w.try(func(ctx context.Context, tx *db.Tx) error {
			if w.r.IntN(3) == 0 {
				return w.talks.Unlink(ctx, tx, desk.ByAgent(1), scope, id, other)
			}
			return w.talks.Link(ctx, tx, desk.ByAgent(1), scope, id, other, kind)
		})
		return fmt.Sprintf("conversations %s and %s linked", id, other)
	case 5:
		other := pick(w, w.ids...)
		w.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.talks.Merge(ctx, tx, desk.ByAgent(1), scope, id, []desk.ConversationID{other})
			return err
		})
		return fmt.Sprintf("conversation %s merged into %s", other, id)
	case 0:
		w.clock.Add(int64(w.r.IntN(2*86_400) + 1))
		for again := true; again; {
			w.write(func(ctx context.Context, tx *db.Tx) error {
				n, err := w.talks.MoveViews(ctx, tx, 20)
				again = n > 0
				return err
			})
		}
		return "time passed"
	case 1:
		customer := w.r.IntN(3) + 1
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE customer SET language = $2, organisation = $3, fields = $4 WHERE id = $1`, customer, pick(w, "", "en", "lv"), pick(w, "", "Acme", "Zaļā"),
				pick(w, "{}", `{"8":"gold"}`))
			return err
		})
		w.follow([]desk.CustomerID{desk.CustomerID(customer)})
		return fmt.Sprintf("customer %d changed", customer)
	case 2:
		on := w.r.IntN(2) == 0
		w.try(func(ctx context.Context, tx *db.Tx) error {
			return w.talks.Follow(ctx, tx, desk.ByAgent(1), scope, id, desk.AgentID(w.r.IntN(2)+1), on)
		})
		return fmt.Sprintf("conversation %s followed %v", id, on)
	case 3:
		w.try(func(ctx context.Context, tx *db.Tx) error {
			return w.talks.SetAccess(ctx, tx, desk.ByAgent(1), scope, id, conversation.Access{Restricted: w.r.IntN(2) == 0, Agents: []desk.AgentID{2}})
		})
		return fmt.Sprintf("access to conversation %s", id)
	}
	w.try(func(ctx context.Context, tx *db.Tx) error {
		c, err := w.talks.Get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		_, err = w.talks.Update(ctx, tx, desk.ByAgent(1), scope, id, w.someChange(c, tx.Now))
		return err
	})
	return fmt.Sprintf("conversation %s changed", id)
}

// try lets what is refused pass: it is chance that asks.
func (w *world) try(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	err := w.d.Write(w.t.Context(), func(tx *db.Tx) error { return fn(w.t.Context(), tx) })
	if _, refused := err.(*desk.Refusal); err != nil && !refused { //nolint:errorlint // as features return them
		w.t.Fatal(err)
	}
}

func (w *world) someChange(c desk.Conversation, now desk.Time) (ch conversation.Change) {
	ch.Version = c.Version
	switch w.r.IntN(8) {
	case 0:
		s := pick(w, desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed)
		ch.Status = &s
	case 1:
		p := desk.Priority(w.r.IntN(4))
		ch.Priority = &p
	case 2:
		to := desk.AgentID(w.r.IntN(3))
		ch.Assignee = &to
	case 3:
		to := desk.TeamID(w.r.IntN(3))
		ch.Team = &to
	case 4:
		ch.AddTags, ch.RemoveTags = []desk.TagID{desk.TagID(w.r.IntN(3) + 1)}, []desk.TagID{desk.TagID(w.r.IntN(3) + 1)}
	case 5:
		until := now.Add(time.Duration(w.r.IntN(50)+1) * time.Hour)
		ch.SnoozedUntil = &until
	case 6:
		subject := pick(w, subjects[1:]...)
		ch.Subject = &subject
	default:
		on := w.r.IntN(2) == 0
		ch.Trashed, ch.Wake = &on, true
	}
	return ch
}
