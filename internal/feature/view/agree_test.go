package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
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
			(6, 'conversation', 'urgent', 'Urgent', 'yes_no', '[]', 1), (7, 'conversation', 'keeper', 'Keeper', 'people', '[]', 1), (8, 'customer', 'level', 'Level', 'text', '[]', 1)`)
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

// comparison makes one of any attribute with any operator and values that hit now and then.
func (w *world) comparison(registry condition.List) condition.Node {
	a := registry[w.r.IntN(len(registry))]
	n := condition.Node{Attr: a.Key, Op: pick(w, a.Ops()...)}
	switch n.Op {
	case condition.Unset, condition.Filled, condition.Yes, condition.No, condition.Past:
		return n
	case condition.Older, condition.Within, condition.Ahead:
		n.Amount, n.Unit = w.r.IntN(5)+1, pick(w, condition.Days, condition.Weeks)
		if a.Kind == condition.Moment && w.r.IntN(2) == 0 {
			n.Amount, n.Unit = w.r.IntN(90)+1, condition.Hours
		}
		return n
	case condition.During:
		n.Values = []string{pick(w, condition.Spans...)}
		return n
	}
	several := func(one func() string) []string {
		values := []string{one()}
		for w.r.IntN(3) == 0 {
			values = append(values, one())
		}
		return values
	}
	switch a.Kind {
	case condition.Choice:
		choices := a.Choices
		if len(choices) == 0 {
			choices = []string{"en", "lv", "lt"}
		}
		n.Values = several(func() string { return pick(w, choices...) })
	case condition.Ref, condition.Refs:
		n.Values = several(func() string {
			if a.Of == "agent" && w.r.IntN(3) == 0 {
				return condition.Me
			}
			return fmt.Sprint(w.r.IntN(3) + 1)
		})
	case condition.Text:
		n.Values = several(func() string {
			return pick(w, "order", "PASUT", "ū", "100%", "_", `\`, "Ann", "jan", "acme", "example", "zal", "A-17", "gold", "strasse", "заказ", "where is my order 12345?")
		})
	case condition.Number:
		n.Values = []string{pick(w, "0", "1", "1.5", "2", "12.34", "10030")}
	default:
		n.Values = []string{time.Unix(began+int64(w.r.IntN(10)-5)*86_400, 0).UTC().Format(time.DateOnly)}
	}
	return n
}

func (w *world) condition(registry condition.List, depth int) condition.Node {
	if depth == 0 || w.r.IntN(3) == 0 {
		return w.comparison(registry)
	}
	var children []condition.Node
	for range w.r.IntN(3) + 1 {
		children = append(children, w.condition(registry, depth-1))
	}
	if w.r.IntN(2) == 0 {
		return condition.Node{Any: children}
	}
	return condition.Node{All: children}
}

func (w *world) shelves() []string {
	if w.r.IntN(3) == 0 {
		return []string{pick(w, "finished", "spam", "trash"), pick(w, "active", "snoozed")}
	}
	return pick(w, []string{"active"}, []string{"active"}, []string{"active", "snoozed"}, []string{"snoozed"})
}

var scopes = []desk.Scope{
	{Agent: 1, All: true},
	{Agent: 2, Inboxes: []desk.InboxID{1}, Teams: []desk.TeamID{1}},
	{Agent: 2},
	{Agent: 3, All: true}, // nothing names these two
	{Agent: 4, All: true},
}

// wanted is what a view should show somebody: every conversation, looked at one by one in memory.
func (w *world) wanted(ctx context.Context, tx *db.Tx, scope desk.Scope, shelves []string, node condition.Node, env condition.Env) (ids []desk.ConversationID) {
	registry, err := w.talks.Attributes(ctx, tx)
	if err != nil {
		w.t.Fatal(err)
	}
	cond, err := condition.Compile(registry, "", node, env)
	if err != nil {
		w.t.Fatal(err)
	}
	seen, err := w.talks.SeenBy(ctx, tx, w.ids, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		full, err := w.talks.Cases(ctx, tx, []desk.Conversation{s.Row})
		if err != nil {
			w.t.Fatal(err)
		}
		full[0].ResolvedAt = w.resolvedAt(ctx, tx, s.Row.ID)
		holds, _ := cond.Match(full[0], tx.Now)
		if holds && slices.Contains(shelves, condition.ShelfCode(s.Row.Shelf())) && conversation.Visible(scope, s.Row, s.Named) {
			ids = append(ids, s.Row.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func (w *world) resolvedAt(ctx context.Context, tx *db.Tx, id desk.ConversationID) (at desk.Time) {
	if err := tx.Row(ctx, `SELECT resolved_at FROM conversation WHERE id = $1`, id).Scan(&at); err != nil {
		w.t.Fatal(err)
	}
	return at
}

// shown reads all pages of a view.
func (w *world) shown(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ViewID, by *condition.Sort) (ids []desk.ConversationID) {
	var after *conversation.Place
	for {
		found, err := w.talks.ListSaved(ctx, tx, scope, id, by, after, 7, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range found.Rows {
			ids = append(ids, c.ID)
		}
		if after = found.Next; after == nil {
			return ids
		}
	}
}

func (w *world) check(v view.View, when string) {
	w.t.Helper()
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		w.t.Fatal(err)
	}
	round := w.talks.Round()
	for _, scope := range scopes {
		if v.Audience == desk.Personal && scope.Agent != v.Owner {
			continue
		}
		w.read(func(ctx context.Context, tx *db.Tx) error {
			want := w.wanted(ctx, tx, scope, v.Shelves, v.Condition, condition.Env{Zone: zone, Me: int64(scope.Agent)})
			got := w.shown(ctx, tx, scope, v.ID, nil)
			if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, want) {
				text, _ := json.Marshal(v.Condition)
				w.t.Errorf("%s: view %s over %s for agent %d: %s\n%s", when, text, strings.Join(v.Shelves, ","), scope.Agent, cmp.Diff(want, sorted), "(-should, +does)")
			}
			if v.Live {
				if other := w.shown(ctx, tx, scope, v.ID, &condition.Sort{By: "number", Desc: true}); !slices.Equal(slices.Sorted(slices.Values(other)), want) {
					w.t.Errorf("%s: sorted otherwise it shows %v, not %v", when, other, want)
				}
			}
			n, err := w.talks.CountSaved(ctx, tx, scope, v.ID, nil)
			if err != nil || n.Count != len(want) || n.Capped || n.Estimate {
				w.t.Errorf("%s: CountSaved = %+v, %v; want %d", when, n, err, len(want))
			}
			if counts, err := round.Counts(ctx, tx, scope, []conversation.View{conversation.Saved(v.ID)}); err != nil || v.Live && (len(counts) != 1 || counts[0].Count != len(want)) {
				w.t.Errorf("%s: in a round it counts %+v, %v for agent %d; want %d", when, counts, err, scope.Agent, len(want))
			}
			return nil
		})
	}
}

func (w *world) fill(id desk.ViewID) {
	for done := false; !done; {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			f, err := w.talks.Fill(ctx, tx, id, 10)
			done = f.Done
			return err
		})
	}
}

// change does something with some conversation, or with a customer, or lets time pass.
func (w *world) change() string {
	id := pick(w, w.ids...)
	scope := desk.Scope{Agent: 1, All: true}
	switch w.r.IntN(10) {
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
		for after, again := desk.ConversationID(0), true; again; {
			var next desk.ConversationID
			w.write(func(ctx context.Context, tx *db.Tx) (err error) {
				next, err = w.talks.FollowCustomers(ctx, tx, []desk.CustomerID{desk.CustomerID(customer)}, after, 5)
				return err
			})
			after, again = next, next != 0
		}
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

// TestTheListIsWhatTheConditionSays compares what saved views show, and count, with every conversation looked at one by one: for random conditions over random data, as the
// conversations change, customers change and time passes, for agents who see different things, on both databases.
func TestTheListIsWhatTheConditionSays(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			w := newWorld(t, url(t), seed, 60)
			var all []view.View
			for i := range 9 {
				all = append(all, w.save(i))
			}
			for _, v := range all {
				w.check(v, "before it is filled")
				w.fill(v.ID)
				w.check(v, "filled")
			}
			for range 14 {
				done := w.change()
				for _, v := range all {
					w.check(v, "after "+done)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// save keeps a random view.
func (w *world) save(i int) (v view.View) {
	by := view.Asker{Agent: desk.AgentID(i%2 + 1), Teams: []desk.TeamID{1}, Zone: pick(w, "Europe/Riga", "America/New_York", "UTC"), Manage: true}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		registry, err := w.talks.Attributes(ctx, tx)
		if err != nil {
			return err
		}
		e := view.Edit{Name: fmt.Sprint("View ", i), Audience: pick(w, desk.Everyone, desk.Everyone, desk.Personal), Icon: "list", Colour: "grey", Layout: "list",
			Shelves: w.shelves(), Condition: w.condition(registry, 3)}
		if !slices.ContainsFunc(e.Shelves, func(s string) bool { return condition.Shelves[s] > 1 }) {
			e.Sort = condition.Sort{By: pick(w, "due", "last", "subject", "field:2", "field:4", "priority", "customer.organisation"), Desc: w.r.IntN(2) == 0}
		}
		v, err = w.views.Create(ctx, tx, by, e)
		return err
	})
	return v
}

// TestAnyConditionFindsTheSameInBothWays asks the databases directly.
func TestAnyConditionFindsTheSameInBothWays(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			w := newWorld(t, url(t), seed, 80)
			zone, err := time.LoadLocation("Europe/Vilnius")
			if err != nil {
				t.Fatal(err)
			}
			w.read(func(ctx context.Context, tx *db.Tx) error {
				registry, err := w.talks.Attributes(ctx, tx)
				if err != nil {
					return err
				}
				for i := range 150 {
					node := w.condition(registry, i%4)
					if i < len(registry) { // each attribute at least once by itself
						node = w.comparison(registry[i : i+1])
					}
					shelves, scope := w.shelves(), pick(w, scopes...)
					var numbers []desk.Shelf
					for _, code := range shelves {
						numbers = append(numbers, desk.Shelf(condition.Shelves[code]))
					}
					env := condition.Env{Zone: zone, Me: int64(scope.Agent)}
					want := w.wanted(ctx, tx, scope, shelves, node, env)
					ask := conversation.Ask{Condition: node, Shelves: numbers, Env: env, Limit: 500}
					found, err := w.talks.FindBy(ctx, tx, scope, ask)
					if err != nil {
						return err
					}
					var got []desk.ConversationID
					for _, c := range found.Rows {
						got = append(got, c.ID)
					}
					slices.Sort(got)
					count, err := w.talks.CountBy(ctx, tx, scope, ask)
					if err != nil {
						return err
					}
					if !slices.Equal(got, want) || count.Count != len(want) {
						text, _ := json.Marshal(node)
						t.Errorf("%s over %v: found %v, counted %+v, want %v", text, shelves, got, count, want)
					}
				}
				return nil
			})
		})
	}
}
