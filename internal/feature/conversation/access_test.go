package conversation_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// TestARestrictionReachesWhatWasAskedBeside restricts a conversation with a side conversation and one beside that, and with an incident, which is another customer's matter.
func TestARestrictionReachesWhatWasAskedBeside(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		tom, uma := d.Agent("Tom", desk.AgentRole), d.Agent("Uma", desk.AgentRole)
		scope := desk.Scope{Agent: d.Eva, All: true}
		by := desk.ByAgent(d.Eva)
		main, other := d.Receive(desktest.Ann, "A broken lamp"), d.Receive(desktest.Person{Name: "Ben", Address: "ben@customer.example"}, "Mine too")
		ask := func(id desk.ConversationID, whom string) (side desk.ConversationID) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				who, err := d.Customers.Identify(ctx, tx, by, customer.Sighting{Kind: desk.AddressEmail, Value: whom})
				if err != nil {
					return err
				}
				from, err := d.Sender(ctx, tx, d.Eva, d.Support)
				if err != nil {
					return err
				}
				side, err = d.Conversations.AskAside(ctx, tx, from, id, desk.Customer{ID: who.ID, Name: who.Name}, 7,
					conversation.Side{To: []desk.NamedAddress{{Address: whom}}, Subject: "Is it in stock?", HTML: "<p>Is it?</p>"}, nil)
				return err
			})
			return side
		}
		side := ask(main, "parts@supplier.example")
		deeper := ask(side, "factory@supplier.example")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Conversations.Link(ctx, tx, by, scope, main, other, conversation.LinkIncident)
		})
		set := func(id desk.ConversationID, restricted bool, agents ...desk.AgentID) {
			t.Helper()
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				return d.Conversations.SetAccess(ctx, tx, by, scope, id, conversation.Access{Restricted: restricted, Agents: agents})
			})
		}
		sees := func(when string, want map[desk.ConversationID][]desk.AgentID) {
			t.Helper()
			got := map[desk.ConversationID][]desk.AgentID{}
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				for _, id := range []desk.ConversationID{main, side, deeper, other} {
					var restricted bool
					if err := tx.Row(ctx, `SELECT restricted FROM conversation WHERE id = $1`, id).Scan(&restricted); err != nil {
						return err
					}
					if !restricted {
						continue
					}
					for _, a := range []desk.AgentID{d.Eva, tom, uma} {
						_, err := d.Conversations.Get(ctx, tx, desk.Scope{Agent: a, All: true}, id)
						if err == nil {
							got[id] = append(got[id], a)
						}
					}
				}
				return nil
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, seen by (-want +got):\n%s", when, diff)
			}
		}
		set(main, true, tom)
		both := []desk.AgentID{d.Eva, tom}
		sees("restricted", map[desk.ConversationID][]desk.AgentID{main: both, side: both, deeper: both})
		set(main, false)
		sees("opened again", map[desk.ConversationID][]desk.AgentID{})
		set(deeper, true, uma)
		set(main, true, tom)
		sees("one of them restricted by itself", map[desk.ConversationID][]desk.AgentID{main: both, side: both, deeper: {d.Eva}})
		set(main, false)
		sees("which is not opened with the others", map[desk.ConversationID][]desk.AgentID{deeper: {d.Eva}})
	})
}
