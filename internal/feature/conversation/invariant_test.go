package conversation_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// TestNothingBreaksTheRows plays random use cases on one desk after the other, and holds after each few that all that is stored twice agrees, that
// lists, counts and single looks show exactly what may be seen, and that versions only grow.
func TestNothingBreaksTheRows(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, e)
			rapid.Check(t, func(rt *rapid.T) {
				for range 6 {
					p.act(rt)
				}
				rows := p.rows(rt)
				p.sums(rt, rows)
				round := p.Conversations.Round()
				for range 2 { // the second finds what was counted for the first
					agent := pick(rt, "who looks", p.agents)
					p.visible(rt, rows, agent, p.Scope(agent))
					p.lists(rt, rows, p.Scope(agent), round)
				}
			})
			least := 20
			if testing.Short() { // rapid plays a fifth
				least = 2
			}
			if len(p.versions) < least {
				t.Errorf("only %d conversations came about", len(p.versions))
			}
		})
	}
}

// stored is a conversation with what is stored beside its row.
type stored struct {
	desk.Conversation
	shelf int
	named []desk.AgentID
}

func (p *play) rows(rt *rapid.T) (all []stored) {
	p.T.Helper()
	ids := p.ids(`SELECT id FROM conversation ORDER BY id`)
	p.Read(func(ctx context.Context, tx *db.Tx) error {
		typed := make([]desk.ConversationID, len(ids))
		for i, id := range ids {
			typed[i] = desk.ConversationID(id)
		}
		if len(typed) == 0 {
			return nil
		}
		seen, err := p.Conversations.SeenBy(ctx, tx, typed, p.agents)
		if err != nil {
			return err
		}
		for _, s := range seen {
			one := stored{Conversation: s.Row, named: s.Named}
			if err := tx.Row(ctx, `SELECT shelf FROM conversation WHERE id = $1`, s.Row.ID).Scan(&one.shelf); err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	for _, c := range all {
		if c.Version < p.versions[c.ID] {
			rt.Fatalf("conversation %s went back from version %d to %d", c.ID, p.versions[c.ID], c.Version)
		}
		p.versions[c.ID] = c.Version
	}
	return all
}

// sums holds each row's summary against its messages, its shelf against what makes it, and its tags against their table.
func (p *play) sums(rt *rapid.T, rows []stored) {
	for _, c := range rows {
		if want := int(c.Shelf()); c.shelf != want {
			rt.Fatalf("conversation %s stands on shelf %d, want %d: %+v", c.ID, c.shelf, want, c.Conversation)
		}
		if waits := c.WaitingSince != 0; waits && (c.Status.Finished() || c.Status == desk.StatusWaiting) {
			rt.Fatalf("conversation %s is %s and waits for us since %s", c.ID, c.Status, c.WaitingSince)
		}
		p.Read(func(ctx context.Context, tx *db.Tx) error {
			var tags string
			if err := tx.Row(ctx, `SELECT tags FROM conversation WHERE id = $1`, c.ID).Scan(&tags); err != nil {
				return err
			}
			var kept []int64
			if err := json.Unmarshal([]byte(tags), &kept); err != nil {
				return err
			}
			var n int
			if err := tx.Row(ctx, `SELECT count(*) FROM conversation_tag WHERE conversation = $1`, c.ID).Scan(&n); err != nil {
				return err
			}
			if n != len(kept) {
				rt.Fatalf("conversation %s carries tags %v and %d rows of them", c.ID, kept, n)
			}
			return nil
		})
		if err := p.DB.Write(p.T.Context(), func(tx *db.Tx) error {
			was, anew, incoming, err := conversation.Recounted(p.T.Context(), tx, c.ID)
			if err != nil {
				return err
			}
			anew.LastAt = was.LastAt // calls and visits are written down after they took place
			if diff := gocmp.Diff(was, anew); diff != "" || incoming[0] != incoming[1] {
				rt.Fatalf("conversation %s is not what its messages say (-stored +recounted), last incoming %v:\n%s", c.ID, incoming, diff)
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
	}
}

// visible holds every way of looking at one conversation against Visible.
func (p *play) visible(rt *rapid.T, rows []stored, agent desk.AgentID, scope desk.Scope) {
	p.Read(func(ctx context.Context, tx *db.Tx) error {
		for _, c := range rows {
			want := conversation.Visible(scope, c.Conversation, c.named)
			looks := map[string]func() (bool, error){
				"Get": func() (bool, error) { return yes(p.Conversations.Get(ctx, tx, scope, c.ID)) },
				"Timeline": func() (bool, error) {
					return yes(p.Conversations.Timeline(ctx, tx, scope, c.ID, 0))
				},
				"Search": func() (bool, error) {
					found, err := p.Conversations.Search(ctx, tx, scope, fmt.Sprint(c.Number), 10)
					return len(found) > 0, err
				},
				"OfCustomer": func() (bool, error) {
					found, err := p.Conversations.OfCustomer(ctx, tx, scope, c.Customer, 0, 10_000)
					return slices.ContainsFunc(found, func(o desk.Conversation) bool { return o.ID == c.ID }), err
				},
				"Open": func() (bool, error) {
					o, err := p.Conversations.Open(ctx, tx, scope, c.ID, func(string) bool { return false })
					for _, l := range o.Links {
						if i := slices.IndexFunc(rows, func(r stored) bool { return r.ID == l.Conversation }); !conversation.Visible(scope, rows[i].Conversation, rows[i].named) {
							rt.Fatalf("agent %s sees conversation %s as a link of %s", agent, l.Conversation, c.ID)
						}
					}
					return yes(o, err)
				},
			}
			for name, look := range looks {
				got, err := look()
				if err != nil {
					return fmt.Errorf("%s of conversation %s: %w", name, c.ID, err)
				}
				if got != want {
					rt.Fatalf("%s of conversation %s shows it to agent %s: %v, want %v (%+v of %+v)", name, c.ID, agent, got, want, scope, c)
				}
			}
		}
		return nil
	})
}

func yes[T any](_ T, err error) (bool, error) {
	if desk.IsRefusal(err, desk.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// belongs says what a view holds, in Go.
func (p *play) belongs(v conversation.View, me desk.AgentID) func(c stored) bool {
	within := func(query string) func(stored) bool {
		ids := p.ids(fmt.Sprintf(query, me))
		return func(c stored) bool { return slices.Contains(ids, int64(c.ID)) }
	}
	active := func(c stored) bool { return c.Shelf() == desk.ShelfActive }
	switch v {
	case "mine":
		return func(c stored) bool { return active(c) && c.Assignee == me }
	case "unassigned":
		return func(c stored) bool { return active(c) && c.Assignee == 0 }
	case "all":
		return active
	case "waiting":
		return func(c stored) bool { return active(c) && c.Status == desk.StatusWaiting }
	case "mentions":
		named := within(`SELECT conversation FROM mention WHERE agent = %d AND seen_at = 0`)
		return func(c stored) bool { return c.TrashedAt == 0 && named(c) }
	case "following":
		named := within(`SELECT conversation FROM follower WHERE agent = %d`)
		return func(c stored) bool { return c.TrashedAt == 0 && named(c) }
	case "drafts":
		return within(`SELECT conversation FROM draft WHERE agent = %d AND conversation IS NOT NULL`)
	case "snoozed":
		return func(c stored) bool { return c.Shelf() == desk.ShelfSnoozed }
	case "finished":
		return func(c stored) bool { return c.Shelf() == desk.ShelfFinished }
	case "spam":
		return func(c stored) bool { return c.Shelf() == desk.ShelfSpam }
	case "trash":
		return func(c stored) bool { return c.Shelf() == desk.ShelfTrash }
	}
	for _, b := range p.boxes {
		if v == conversation.View("inbox:"+b.ID.String()) {
			return func(c stored) bool { return active(c) && c.Inbox == b.ID }
		}
	}
	for _, t := range p.teams {
		if v == conversation.View("team:"+t.String()) {
			return func(c stored) bool { return active(c) && c.Team == t }
		}
	}
	p.T.Fatalf("no view %q", v)
	return nil
}

// lists pages through a view in some order, and holds what comes against what belongs to it and may be seen.
func (p *play) lists(rt *rapid.T, rows []stored, scope desk.Scope, round *conversation.Round) {
	views := slices.Clone(conversation.Fixed)
	for _, b := range p.boxes {
		views = append(views, conversation.View("inbox:"+b.ID.String()))
	}
	for _, t := range p.teams {
		views = append(views, conversation.View("team:"+t.String()))
	}
	for _, v := range views {
		order := rapid.SampledFrom([]conversation.Order{conversation.DueFirst, conversation.NewestFirst, conversation.OldestFirst}).Draw(rt, "order")
		in := conversation.ListQuery{View: v, Order: order, Limit: rapid.IntRange(1, 9).Draw(rt, "limit")}
		if rapid.IntRange(0, 4).Draw(rt, "by tag") == 0 {
			in.Tag = pick(rt, "tag", p.tags)
		}
		belongs := p.belongs(v, scope.Agent)
		var want []desk.ConversationID
		sorted := slices.Clone(rows)
		slices.SortFunc(sorted, func(a, b stored) int {
			switch order {
			case conversation.DueFirst:
				return cmp.Or(cmp.Compare(due(a), due(b)), cmp.Compare(a.ID, b.ID))
			case conversation.NewestFirst:
				return cmp.Or(cmp.Compare(b.LastAt, a.LastAt), cmp.Compare(b.ID, a.ID))
			}
			return cmp.Or(cmp.Compare(a.LastAt, b.LastAt), cmp.Compare(a.ID, b.ID))
		})
		for _, c := range sorted {
			if belongs(c) && conversation.Visible(scope, c.Conversation, c.named) && (in.Tag == 0 || slices.Contains(c.Tags, in.Tag)) {
				want = append(want, c.ID)
			}
		}
		var got []desk.ConversationID
		p.Conversations.ForgetCounts()
		p.Read(func(ctx context.Context, tx *db.Tx) error {
			for {
				page, next, err := p.Conversations.List(ctx, tx, scope, in)
				if err != nil {
					return err
				}
				for _, c := range page {
					got = append(got, c.ID)
				}
				if next == nil {
					break
				}
				if len(page) != in.Limit || len(got) > len(rows) {
					rt.Fatalf("%s: a page of %d that is not the last, %d in all of %d", v, len(page), len(got), len(rows))
				}
				in.After = next
			}
			if in.Tag != 0 {
				return nil
			}
			counts, err := p.Conversations.Counts(ctx, tx, scope, []conversation.View{v})
			if err == nil && counts[0].Count != len(want) {
				rt.Fatalf("%s counts %d, holds %d", v, counts[0].Count, len(want))
			}
			if err != nil {
				return err
			}
			if counts, err = round.Counts(ctx, tx, scope, []conversation.View{v}); err == nil && counts[0].Count != len(want) {
				rt.Fatalf("%s counts %d in a round, holds %d", v, counts[0].Count, len(want))
			}
			return err
		})
		if diff := gocmp.Diff(want, got); diff != "" {
			rt.Fatalf("%s by %s for %+v (-want +got):\n%s", v, order, scope, diff)
		}
	}
}

func due(c stored) desk.Time { return c.DueAt }
