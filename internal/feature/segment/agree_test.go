package segment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// world is a desk with many different customers and a clock that is set.
type world struct {
	t        *testing.T
	d        *db.DB
	r        *rand.Rand
	clock    atomic.Int64
	segments *segment.Service
	ids      []desk.CustomerID
	nextID   int
}

const began = 1_772_000_000 // 2026-02-25, in seconds: the end of February is near

var eva = staff.Asker{Agent: 1, Zone: "Europe/Riga", Manage: true}

func newWorld(t *testing.T, url string, seed uint64, customers int) *world {
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 11)), segments: &segment.Service{Customers: &customer.Service{}}}
	w.clock.Store(began)
	w.d = dbtest.Open(t, url, db.Options{Clock: func() time.Time { return time.Unix(w.clock.Load(), 0) }, Logger: dbtest.Logger(t)})
	dbtest.Exec(t, w.d,
		`INSERT INTO agent (id, name, email, email_key, role, created_at) VALUES (1, 'Eva', 'e@x', 'e@x', 'owner', 1), (2, 'Otto', 'o@x', 'o@x', 'agent', 1)`,
		`INSERT INTO inbox (id, kind, name, name_key, address, created_at) VALUES (1, 'email', 'A', 'a', 'a@x', 1), (2, 'email', 'B', 'b', 'b@x', 1)`,
		`INSERT INTO organisation (id, name, name_key, fields, created_at) VALUES (1, 'Acme', 'acme', '{"3":"gold"}', 1), (2, 'Zaļā SIA', 'zala sia', '{}', 1)`,
		`INSERT INTO field (id, target, key, name, kind, options, created_at) VALUES (1, 'customer', 'level', 'Level', 'text', '[]', 1),
			(2, 'customer', 'keeper', 'Keeper', 'people', '[]', 1), (3, 'organisation', 'plan', 'Plan', 'text', '[]', 1), (4, 'customer', 'size', 'Size', 'number', '[]', 1)`)
	for i := range customers {
		w.add(i + 1)
	}
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.segments.Begin(ctx, tx, 0, 1000) })
	w.refresh(w.ids...)
	return w
}

func pick[T any](w *world, from ...T) T { return from[w.r.IntN(len(from))] }

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

func (w *world) exec(text string, args ...any) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, text, args...)
		return err
	})
}

// refresh is what the flow does after an event.
func (w *world) refresh(ids ...desk.CustomerID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.segments.Refresh(ctx, tx, ids) })
}

// near is an instant some days around now.
func (w *world) near() int64 {
	return (w.clock.Load() + int64(w.r.IntN(12*86_400)) - 6*86_400) * 1_000_000
}

// lately is an instant some time ago, seldom more than a year.
func (w *world) lately() int64 { return (w.clock.Load() - int64(w.r.IntN(400*86_400))) * 1_000_000 }

var names = []string{"Ann Berg", "Jānis Ozols", "Ōlga", "100% Bob", "a_b\\c", "Žanis", "ann", "Łukasz"}

func (w *world) fields() string {
	values := desk.FieldValues{}
	if w.r.IntN(2) == 0 {
		values[1] = desk.TextOf(pick(w, "gold", "Zelts"))
	}
	if w.r.IntN(2) == 0 {
		values[2] = desk.IDsOf(int64(w.r.IntN(2) + 1))
	}
	if w.r.IntN(2) == 0 {
		values[4] = desk.NumberOf(float64(w.r.IntN(4)))
	}
	text, err := values.Column()
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func (w *world) birthday() string {
	day := time.Unix(w.clock.Load()+int64(w.r.IntN(20)-10)*86_400, 0).UTC().Format("01-02")
	return pick(w, "", "--02-29", "1988-02-29", "--"+day, "1970-"+day, "--12-31", "2001-01-01")
}

func (w *world) add(id int) {
	org, name := pick(w, 0, 0, 1, 2), pick(w, names...)
	var member any
	if org > 0 {
		member = org
	}
	w.exec(`INSERT INTO customer (id, name, name_key, language, time_zone, organisation, member_of, birthday, prefers, warnings, fields, made_by, created_at, touched_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`, id, name, fmt.Sprintf("%s%d", name, id), pick(w, "", "en", "lv"), pick(w, "", "Europe/Riga"),
		[]string{"", "Acme", "Zaļā SIA"}[org], member, w.birthday(), pick(w, "", "email", "phone"), pick(w, "[]", `["slow"]`), w.fields(), pick(w, 0, 2), w.near())
	for i, kind := range []string{"email", "phone", "post", "other"} {
		if w.r.IntN(3) == 0 {
			w.exec(`INSERT INTO address (customer, kind, value, value_key, verified_at, bounced_at, created_at) VALUES ($1, $2, $3, $3, $4, $5, 1)`, id, kind, fmt.Sprintf("%d-%d", id, i),
				pick(w, 0, 0, 1), pick(w, 0, 0, 1))
		}
	}
	w.ids = append(w.ids, desk.CustomerID(id))
	for range w.r.IntN(3) {
		w.happen(desk.CustomerID(id))
	}
	w.nextID = id
}

// happen adds something to a customer.
func (w *world) happen(id desk.CustomerID) string {
	n := w.r.IntN(1 << 40)
	switch w.r.IntN(7) {
	case 0, 1:
		currency, decimals := "EUR", 1
		if w.r.IntN(4) == 0 {
			currency, decimals = "JPY", 100
		}
		at := pick(w, w.lately(), w.near())
		w.exec(`INSERT INTO purchase (source, external_id, number, number_key, customer, status, currency, total, worth, placed_at, created_at) VALUES ('x', $1, '', '', $2, 'paid', $3, $4, $4, $5, 1)`,
			fmt.Sprint(n), id, currency, w.r.IntN(4)*617/decimals, at)
		return "purchase"
	case 2, 3:
		w.exec(`INSERT INTO conversation (number, inbox, customer, customer_name, address, channel, subject, subject_key, status, shelf, due_at, created_at, last_at)
			VALUES ($1, $2, $3, 'x', 'x', 'email', 'x', 0, 'open', $4, $5, $6, $6)`, n, w.r.IntN(2)+1, id, w.r.IntN(6), int64(desk.Never), w.lately())
		return "conversation"
	case 4:
		w.exec(`INSERT INTO customer_consent (customer, purpose, given, source, at, actor_kind, actor_id) VALUES ($1, $2, $3, 'x', 1, 'agent', 1)`, id, pick(w, desk.Purposes...), w.r.IntN(2) == 0)
		return "consent"
	case 5:
		w.exec(`UPDATE customer SET language = $2, birthday = $3, fields = $4 WHERE id = $1`, id, pick(w, "", "en", "lv"), w.birthday(), w.fields())
		return "record"
	}
	w.exec(`UPDATE customer SET erased_at = $2, merged_into = $3 WHERE id = $1`, id, pick(w, 0, 0, 1), pick(w, 0, 0, 1_000_000))
	return "erased, merged or back"
}

// comparison makes one of any attribute with any operator and values that hit now and then.
func (w *world) comparison(registry condition.List) condition.Node {
	a := registry[w.r.IntN(len(registry))]
	n := condition.Node{Attr: a.Key, Op: pick(w, a.Ops()...)}
	switch n.Op {
	case condition.Unset, condition.Filled, condition.Yes, condition.No, condition.Past:
		return n
	case condition.Older, condition.Within, condition.Ahead:
		n.Amount, n.Unit = pick(w, 1, 3, 5, 52), pick(w, condition.Days, condition.Weeks)
		return n
	case condition.During:
		n.Values = []string{pick(w, condition.Spans...)}
		return n
	}
	switch a.Kind {
	case condition.Choice:
		n.Values = []string{pick(w, "en", "lv")}
		if len(a.Choices) > 0 {
			n.Values = []string{pick(w, a.Choices...)}
		}
	case condition.Ref, condition.Refs:
		n.Values = []string{pick(w, "1", "2")}
	case condition.Text:
		n.Values = []string{pick(w, "ann", "jan", "ož", "100%", "_", `\`, "acme", "zal", "gold", "riga", "lukasz")}
	case condition.Number:
		n.Values = []string{pick(w, "0", "1", "2", "6.17", "6", "12.34")}
	default:
		n.Values = []string{time.Unix(w.clock.Load()+int64(w.r.IntN(10)-5)*86_400, 0).UTC().Format(time.DateOnly)}
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

var (
	all = desk.Scope{Agent: 1, All: true}
	few = desk.Scope{Agent: 2, Inboxes: []desk.InboxID{1}}
)

// wanted is whom a segment should show: every customer, looked at one by one.
func (w *world) wanted(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.SegmentID) (ids []desk.CustomerID) {
	w.t.Helper()
	living, err := w.segments.Customers.Living(ctx, tx, w.ids)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range w.ids {
		if _, there := living[c]; !there || w.segments.Customers.MaySee(ctx, tx, scope, c) != nil {
			continue
		}
		holds, err := w.segments.Contains(ctx, tx, c, id)
		if err != nil {
			w.t.Fatal(err)
		}
		if holds {
			ids = append(ids, c)
		}
	}
	slices.Sort(ids)
	return ids
}

// shown reads all pages of a segment in an order.
func (w *world) shown(ctx context.Context, tx *db.Tx, scope desk.Scope, ask segment.Ask) (ids []desk.CustomerID) {
	w.t.Helper()
	ask.Limit = 4
	for {
		list, next, err := w.segments.Find(ctx, tx, scope, ask)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		if ask.After = next; next == nil {
			return ids
		}
	}
}

func (w *world) check(g segment.Segment, when string) {
	w.t.Helper()
	text, _ := json.Marshal(g.Condition)
	for _, scope := range []desk.Scope{all, few} {
		w.read(func(ctx context.Context, tx *db.Tx) error {
			want := w.wanted(ctx, tx, scope, g.ID)
			for _, by := range []segment.Order{segment.ByName, segment.ByValue, segment.ByContact} {
				for _, desc := range []bool{false, true} {
					got := slices.Sorted(slices.Values(w.shown(ctx, tx, scope, segment.Ask{Segment: g.ID, By: by, Desc: desc})))
					if diff := cmp.Diff(want, got); diff != "" {
						w.t.Errorf("%s: %s by %s for agent %d (-should, +does):\n%s", when, text, by, scope.Agent, diff)
					}
				}
			}
			n, err := w.segments.Count(ctx, tx, scope, g.ID, nil)
			if err != nil || n.Count != len(want) || n.Capped || n.Estimate {
				w.t.Errorf("%s: Count = %+v, %v; want %d", when, n, err, len(want))
			}
			_, found, err := w.segments.Preview(ctx, tx, scope, eva, segment.Edit{Condition: g.Condition, Zone: g.Zone}, nil)
			if err != nil || found.Count != len(want) {
				w.t.Errorf("%s: Preview of %s for agent %d = %+v, %v; want %d", when, text, scope.Agent, found, err, len(want))
			}
			return nil
		})
	}
}

func (w *world) fill(id desk.SegmentID) {
	for done := false; !done; {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			f, err := w.segments.Fill(ctx, tx, id, 7)
			done = f.Done
			return err
		})
	}
}

func (w *world) save(node condition.Node) (g segment.Segment) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = w.segments.Create(ctx, tx, eva, segment.Edit{Name: "Some", Audience: desk.Everyone, Condition: node})
		return err
	})
	return g
}

// pass lets time go on, and moves whom it moves.
func (w *world) pass() {
	w.clock.Add(int64(w.r.IntN(9*86_400) + 1))
	for {
		var next desk.Time
		w.read(func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = w.segments.NextMove(ctx, tx)
			return err
		})
		if next > w.d.Now() {
			return
		}
		w.write(func(ctx context.Context, tx *db.Tx) error { return w.segments.Move(ctx, tx, 5) })
	}
}

// TestTheSegmentIsWhatTheConditionSays holds for random customers, conditions and histories that lists in any order, counts, members and each customer by himself agree.
func TestTheSegmentIsWhatTheConditionSays(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			w := newWorld(t, url(t), seed, 25)
			var registry condition.List
			w.read(func(ctx context.Context, tx *db.Tx) (err error) {
				registry, err = w.segments.Attributes(ctx, tx)
				return err
			})
			var kept []segment.Segment
			for i := range len(registry) + 8 { // each attribute at least once by itself
				node := w.condition(registry, i%4)
				if i < len(registry) {
					node = w.comparison(registry[i : i+1])
				}
				g := w.save(node)
				if i%6 == 0 {
					w.check(g, "before it is filled")
				}
				w.fill(g.ID)
				w.check(g, "filled")
				if kept = append(kept, g); t.Failed() {
					return
				}
			}
			for range 12 {
				done := "time passed"
				if w.r.IntN(3) == 0 {
					w.pass()
				} else {
					id := pick(w, w.ids...)
					done = w.happen(id)
					w.refresh(id)
				}
				for range 6 {
					w.check(pick(w, kept...), "after "+done)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}
