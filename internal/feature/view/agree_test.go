package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
		if i == 0 { // chance alone asks for segments too seldom
			e.Condition = condition.Node{Any: []condition.Node{w.comparison(slices.DeleteFunc(slices.Clone(registry), func(a *condition.Attribute) bool { return a.Of != "segment" })), e.Condition}}
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
