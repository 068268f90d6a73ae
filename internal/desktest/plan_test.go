package desktest_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// traced are the statements of a run: by their text, with the arguments of the first time.
type traced struct {
	mu  sync.Mutex
	all map[string][]any
}

func (q *traced) told(query string, args []any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, known := q.all[query]; !known {
		q.all[query] = slices.Clone(args)
	}
}

// large are the tables that grow with the years of a desk.
var large = []string{"conversation", "message", "customer", "address", "participant", "event", "arrival", "raw_mail", "delivery", "attachment",
	"outgoing_mail", "conversation_tag", "conversation_link", "mention", "read_mark", "job", "blob", "automatic_answer"}

var (
	planned = regexp.MustCompile(`^\s*(SELECT|UPDATE|DELETE|INSERT|WITH)\b`)
	scans   = regexp.MustCompile(`^SCAN (\w+)`)
	shelves = regexp.MustCompile(`^SEARCH (\w+) USING (?:COVERING )?INDEX \w+ \(shelf=\?\)`)
	lists   = regexp.MustCompile(`IN \(((?:\$\d+,)*)(\$\d+)\)`)
	aliases = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?`)
)

// bounded are statements that may look at a whole large table or index, and why that costs little at any size.
var bounded = map[string]string{
	"DELETE FROM automatic_answer":                     "holds two days",
	"SELECT COUNT(*) FROM job WHERE state = 'running'": "an index of the running ones alone",
	"SELECT COUNT(*) FROM conversation WHERE shelf IN": "once, as a time rule is made",
}

// noStatementScansALargeTable adds all lists in all orders to what the scenarios asked of SQLite, and asks the planner about each statement: what looks at
// all rows of a table that grows would be slow in a few years.
func noStatementScansALargeTable(t *testing.T, seen *traced) {
	d := desktest.New(t, desktest.SQLite)
	d.Trace(seen.told)
	lookAtEverything(d)
	fresh := desktest.Idle(t, desktest.SQLite) // no statistics yet
	if err := d.DB.RefreshStatistics(t.Context()); err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, query := range sortedTexts(seen.all) {
		if !planned.MatchString(query) || strings.Contains(query, "/* desktest */") || strings.Contains(query, "sqlite_stat1") {
			continue
		}
		looked++
		explain(fresh, query, seen.all[query])
		explain(d, query, seen.all[query]) // what is learned of a small desk must not mislead a large one
		if many := wide(query); many != query {
			explain(fresh, many, seen.all[query])
			explain(d, many, seen.all[query])
		}
	}
	if looked < 150 {
		t.Errorf("only %d statements looked at", looked)
	}
	t.Logf("%d statements", looked)
}

// wide asks for as many at once as there can be where a statement asks for a list: for many the planner may choose another index than for one.
func wide(query string) string {
	return lists.ReplaceAllString(query, "IN (${1}${2}"+strings.Repeat(",${2}", 300)+")")
}

func sortedTexts(m map[string][]any) []string {
	texts := make([]string, 0, len(m))
	for text := range m {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return texts
}

// lookAtEverything asks for every view in every order, from the first page and a later one, as somebody who sees all and somebody who does not.
func lookAtEverything(d *desktest.Desk) {
	tom := d.Agent("Tom", desk.AgentRole)
	team := d.Team("North", tom)
	for i := range 3 {
		d.Receive(desktest.Ann, fmt.Sprint("Matter ", i))
	}
	views := append(slices.Clone(conversation.Fixed), "inbox:1", conversation.View("team:"+team.String()))
	for _, agent := range []desk.AgentID{d.Eva, tom} {
		scope := d.Scope(agent)
		if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.TakeNext(ctx, tx, scope, d.Segments.Worth)
			return err
		}); err != nil && !desk.IsRefusal(err, desk.NotFound) {
			d.T.Fatal(err)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			if _, err := d.Conversations.Counts(ctx, tx, scope, views); err != nil {
				return err
			}
			for _, v := range views {
				for _, order := range []conversation.Order{"", conversation.DueFirst, conversation.NewestFirst, conversation.OldestFirst} {
					for _, after := range []*conversation.Cursor{nil, {Key: 1 << 50, ID: 2}} {
						for _, tag := range []desk.TagID{0, 1} {
							in := conversation.ListQuery{View: v, Order: order, After: after, Tag: tag, Limit: 50}
							if _, _, err := d.Conversations.List(ctx, tx, scope, in); err != nil {
								return err
							}
						}
					}
				}
			}
			for _, f := range []customer.Filter{{}, {Q: "ann"}, {Language: "lv"}, {Organisation: 1, Q: "a"}, {Warned: true}} {
				for _, after := range []*customer.Place{nil, {Key: "a", ID: 1}} {
					if _, _, err := d.Customers.Find(ctx, tx, scope, f, after, 20); err != nil {
						return err
					}
				}
			}
			if _, _, err := d.Customers.Organisations(ctx, tx, "a", customer.OrganisationPlace{}, 20); err != nil {
				return err
			}
			for _, f := range []conversation.SaidFilter{{}, {Channel: "phone"}, {Kind: desk.Incoming}, {Before: conversation.SaidBefore{At: 1 << 50, ID: 3}}} {
				if _, err := d.Conversations.SaidWith(ctx, tx, scope, 1, f, 40); err != nil {
					return err
				}
			}
			if _, err := d.Conversations.OfOrganisation(ctx, tx, scope, 1, 20); err != nil {
				return err
			}
			if _, err := d.Conversations.FiguresOf(ctx, tx, scope, 1); err != nil {
				return err
			}
			if _, err := d.Segments.Stale(ctx, tx, []desk.CustomerID{1, 2}); err != nil {
				return err
			}
			if _, err := d.Conversations.Loads(ctx, tx, []desk.AgentID{d.Eva, tom}); err != nil {
				return err
			}
			_, err := d.Inboxes.Health(ctx, tx)
			return err
		})
	}
}

// explain fails the test where the plan of a statement looks at all of a large table.
func explain(d *desktest.Desk, query string, args []any) {
	tables := map[string]string{}
	for _, m := range aliases.FindAllStringSubmatch(query, -1) {
		tables[m[1]] = m[1]
		if m[2] != "" {
			tables[m[2]] = m[1]
		}
	}
	var plan []string
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, "EXPLAIN QUERY PLAN "+query, slices.Clone(args)...)
		if err != nil {
			d.T.Errorf("not prepared: %v\n%s", err, query)
			return nil
		}
		defer rows.Close() // read to the end
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan = append(plan, detail)
		}
		return rows.Err()
	})
	for _, step := range plan {
		m := scans.FindStringSubmatch(step)
		if m == nil && !strings.Contains(query, "LIMIT") {
			m = shelves.FindStringSubmatch(step) // all that is active, or all that is finished
		}
		if m == nil || !slices.Contains(large, tables[m[1]]) {
			continue
		}
		if slices.ContainsFunc(keys(bounded), func(k string) bool { return strings.HasPrefix(query, k) }) {
			continue
		}
		d.T.Errorf("%s:\n%s\nplan:\n  %s", step, query, strings.Join(plan, "\n  "))
	}
}

func keys(m map[string]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}
