package conversation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func mergeSome(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	var sources []desk.ConversationID
	for _, id := range p.ids(`SELECT id FROM conversation ORDER BY id DESC LIMIT 12`) {
		if rapid.IntRange(0, 3).Draw(rt, fmt.Sprint("source ", id)) == 0 {
			sources = append(sources, desk.ConversationID(id))
		}
	}
	_, err := p.Conversations.Merge(ctx, tx, desk.ByAgent(scope.Agent), scope, c, sources)
	return err
}

func undoMerge(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, _ desk.MessageID) error {
	id := pick(rt, "merge", p.ids(`SELECT id FROM conversation_merge WHERE undone_at = 0 ORDER BY id`))
	_, err := p.Conversations.UndoMerge(ctx, tx, desk.ByAgent(scope.Agent), scope, id)
	return err
}

func splitSome(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	chosen := some(rt, "leaves", p.ids(fmt.Sprintf(`SELECT id FROM message WHERE conversation = %d ORDER BY id LIMIT 6`, c)))
	ids := make([]desk.MessageID, len(chosen))
	for i, m := range chosen {
		ids[i] = desk.MessageID(m)
	}
	_, err := p.Conversations.Split(ctx, tx, desk.ByAgent(scope.Agent), scope, c, ids, rapid.SampledFrom([]string{"", "Another matter"}).Draw(rt, "subject"), 7, p.boxes[0])
	return err
}

func linkTwo(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	other := desk.ConversationID(pick(rt, "other", p.ids(`SELECT id FROM conversation ORDER BY id DESC LIMIT 12`)))
	if rapid.IntRange(0, 3).Draw(rt, "unlink") == 0 {
		return p.Conversations.Unlink(ctx, tx, desk.ByAgent(scope.Agent), scope, c, other)
	}
	kind := rapid.SampledFrom([]conversation.LinkKind{"related", "parent", "child", "problem", "incident"}).Draw(rt, "kind")
	return p.Conversations.Link(ctx, tx, desk.ByAgent(scope.Agent), scope, c, other, kind)
}

func askAside(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	to := rapid.SampledFrom([]string{"c1@customer.example", "supplier@other.example"}).Draw(rt, "to")
	who, err := p.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: to, Name: to})
	if err != nil {
		return err
	}
	from, err := p.Sender(ctx, tx, scope.Agent, p.Support)
	if err != nil {
		return err
	}
	from.Scope = scope
	_, err = p.Conversations.AskAside(ctx, tx, from, c, desk.Customer{ID: who.ID, Name: who.Name}, 7, conversation.Side{To: []desk.NamedAddress{{Address: to}}, Subject: "Is it in stock?",
		HTML: "<p>Is it?</p>", ForwardAll: rapid.Bool().Draw(rt, "forward")}, func(m desk.Message) []string { return []string{m.From.Address} })
	return err
}

// everything is all that a merge may touch, row by row, without versions and without the records of merges.
func (p *play) everything() []string {
	var all []string
	for name, query := range map[string]string{
		"conversation": `SELECT c.id, c.customer, c.customer_name, c.address, c.subject, c.status, c.priority, c.shelf, COALESCE(c.assignee, 0), COALESCE(c.team, 0), c.tags, c.restricted, c.spam, c.trashed_at, c.snoozed_until,
			c.due_at, c.waiting_since, c.language, c.preview, c.preview_by, c.messages, c.attachments, c.troubled, c.acknowledged_at, c.first_answer_at, c.resolved_at, c.last_incoming, c.last_at, c.merged_into,
			c.fields, c.checks, c.checked, c.checks_owed, c.spent, c.wake_on, c.wake_for, c.wake_number, c.wake_by, c.wake_since FROM conversation c`,
		"message":             `SELECT id, conversation, origin, state, text, send_at, facts FROM message`,
		"delivery":            `SELECT message, recipient, state, attempts, next_try_at FROM delivery`,
		"participant":         `SELECT conversation, address_key, address, name, COALESCE(customer, 0), role, created_at, brought_by FROM participant`,
		"checklist":           `SELECT id, conversation, name, deleted_at FROM checklist`,
		"checklist_item":      `SELECT id, checklist, words, done_at FROM checklist_item`,
		"work_entry":          `SELECT id, conversation, agent, seconds, deleted_at FROM work_entry`,
		"follower":            `SELECT conversation, agent FROM follower`,
		"conversation_tag":    `SELECT conversation, tag FROM conversation_tag`,
		"conversation_access": `SELECT conversation, agent FROM conversation_access`,
		"conversation_link":   `SELECT from_conversation, to_conversation, kind FROM conversation_link`,
		"mention":             `SELECT agent, message, conversation, seen_at FROM mention`,
		"read_mark":           `SELECT agent, conversation, message FROM read_mark`,
		"draft":               `SELECT id, agent, COALESCE(conversation, 0), body, version, home FROM draft`,
	} {
		p.Read(func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, query)
			if err != nil {
				return err
			}
			defer rows.Close() // read to its end, or the test fails
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values := make([]any, len(columns))
				to := make([]any, len(columns))
				for i := range values {
					to[i] = &values[i]
				}
				if err := rows.Scan(to...); err != nil {
					return err
				}
				line := name
				for i, v := range values {
					line += fmt.Sprintf(" %s=%v", columns[i], v)
				}
				all = append(all, line)
			}
			return rows.Err()
		})
	}
	slices.Sort(all)
	return all
}

// TestUndoingMergesRestoresEveryRow plays random use cases, merges at random, once and again, and undoes all of it in any order that is allowed: every row is as it was.
func TestUndoingMergesRestoresEveryRow(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, e)
			scope := desk.Scope{Agent: p.Eva, All: true}
			merged, waiting := 0, 0
			rapid.Check(t, func(rt *rapid.T) {
				for range 8 {
					p.act(rt)
				}
				before := p.everything()
				if slices.ContainsFunc(before, func(l string) bool { return strings.Contains(l, "state=queued") && !strings.Contains(l, "send_at=0 ") }) {
					waiting++
				}
				var made []int64
				for range rapid.IntRange(1, 4).Draw(rt, "merges") {
					const outside = `NOT IN (SELECT to_conversation FROM conversation_link WHERE kind IN ('side', 'forward')) ORDER BY id DESC LIMIT 8`
					into, sources := pick(rt, "into", p.ids(`SELECT id FROM conversation WHERE shelf < 3 AND id `+outside)), some(rt, "from", p.ids(`SELECT id FROM conversation WHERE shelf <> 5 AND id `+outside))
					sources = slices.DeleteFunc(sources, func(id int64) bool { return id == into })
					typed := make([]desk.ConversationID, len(sources))
					for i, id := range sources {
						typed[i] = desk.ConversationID(id)
					}
					var m conversation.Merge
					err := p.Try(func(ctx context.Context, tx *db.Tx) (err error) {
						m, err = p.Conversations.Merge(ctx, tx, desk.ByAgent(p.Eva), scope, desk.ConversationID(into), typed)
						return err
					})
					if err == nil {
						made = append(made, m.ID)
						p.history = append(p.history, fmt.Sprintf("merge %d: %v into %d", m.ID, m.Conversations, into))
						p.sums(rt, p.rows(rt))
					} else if r := (*desk.Refusal)(nil); !asRefusal(err, &r) {
						rt.Fatal(err)
					}
				}
				merged += len(made)
				for len(made) > 0 {
					// What was merged on can only be undone after that; the newest can always be.
					i := rapid.IntRange(0, len(made)-1).Draw(rt, "undo")
					undo := func(i int) error {
						return p.Try(func(ctx context.Context, tx *db.Tx) error {
							_, err := p.Conversations.UndoMerge(ctx, tx, desk.ByAgent(p.Eva), scope, made[i])
							return err
						})
					}
					err := undo(i)
					if r := (*desk.Refusal)(nil); asRefusal(err, &r) && r.Why == desk.WhyMergedOn {
						i = len(made) - 1
						err = undo(i)
					}
					if err != nil {
						rt.Fatalf("undo merge %d: %v", made[i], err)
					}
					p.history = append(p.history, fmt.Sprintf("undo merge %d", made[i]))
					made = slices.Delete(made, i, i+1)
				}
				if diff := gocmp.Diff(before, p.everything()); diff != "" {
					rt.Fatalf("not as it was (-before +now):\n%s", diff)
				}
			})
			if merged < 30 && !testing.Short() {
				t.Errorf("only %d merges took place", merged)
			}
			if waiting < 20 && !testing.Short() {
				t.Errorf("a scheduled mail waited only %d times", waiting)
			}
		})
	}
}

func asRefusal(err error, r **desk.Refusal) bool {
	found, ok := err.(*desk.Refusal) //nolint:errorlint // refusals come as they are
	if ok {
		*r = found
	}
	return ok
}

// TestMergesAndMovesAtOnce merges, undoes, moves and writes at the same time: all of it ends, nothing is lost, and every row is what its messages say.
func TestMergesAndMovesAtOnce(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, e)
			var all []desk.ConversationID
			for i := range 6 {
				p.Write(func(ctx context.Context, tx *db.Tx) error {
					who := fmt.Sprintf("r%d@customer.example", i)
					writer, err := p.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: who, Name: "Customer"})
					if err != nil {
						return err
					}
					done, err := p.Conversations.Receive(ctx, tx, conversation.Incoming{Inbox: p.boxes[0], Channel: desk.Email, Customer: writer.ID, CustomerName: writer.Name,
						From: desk.NamedAddress{Address: who}, Subject: "Race", Text: "Hello", MailID: who, Identity: []byte(who), ReceivedAt: tx.Now}, 0, 0)
					all = append(all, done.Conversation)
					return err
				})
			}
			scope := desk.Scope{Agent: p.Eva, All: true}
			var work sync.WaitGroup
			for w := range 4 {
				work.Go(func() {
					for i := range 12 {
						a, b := all[(w+i)%6], all[(w*2+i*3+1)%6]
						err := p.DB.Write(t.Context(), func(tx *db.Tx) error {
							ctx := t.Context()
							switch (w + i) % 4 {
							case 0:
								_, err := p.Conversations.Merge(ctx, tx, desk.ByAgent(p.Eva), scope, a, []desk.ConversationID{b})
								return err
							case 1:
								var id int64
								if err := tx.Row(ctx, `SELECT COALESCE(max(id), 0) FROM conversation_merge WHERE undone_at = 0`).Scan(&id); err != nil {
									return err
								}
								_, err := p.Conversations.UndoMerge(ctx, tx, desk.ByAgent(p.Eva), scope, id)
								return err
							case 2:
								_, err := p.Conversations.AddNote(ctx, tx, desk.ByAgent(p.Eva), scope, a, conversation.NewNote{HTML: "<p>x</p>"}, p.Staff.Scope)
								return err
							}
							return p.Conversations.Link(ctx, tx, desk.ByAgent(p.Eva), scope, a, b, "related")
						})
						if r := (*desk.Refusal)(nil); err != nil && !asRefusal(err, &r) && !strings.Contains(err.Error(), "just merged") {
							t.Errorf("worker %d: %v", w, err)
						}
					}
				})
			}
			work.Wait()
			p.Read(func(ctx context.Context, tx *db.Tx) error {
				var lost int
				if err := tx.Row(ctx, `SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation WHERE c.shelf = 5`).Scan(&lost); err != nil {
					return err
				}
				if lost != 0 {
					t.Errorf("%d messages are in conversations that nobody sees", lost)
				}
				return nil
			})
			rapid.Check(t, func(rt *rapid.T) { p.sums(rt, p.rows(rt)) })
		})
	}
}
