package index_test

import (
	"context"
	"testing"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
)

// TestSearchFollowsAMerge: words of what was merged lead to the conversation in which they live, for those who may see that one and for nobody else; undoing turns it back.
func TestSearchFollowsAMerge(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		sales := d.Team("Sales")
		seller, other := d.Agent("Sid", desk.AgentRole, sales), d.Agent("Olga", desk.AgentRole)
		box := d.Inbox(inbox.Edit{Name: "Sales", Address: "sales@shop.example", Language: "en", AnswerWithin: 60, Reopen: "always", Teams: []desk.TeamID{sales}})
		open := d.ReceiveAbout(desktest.Ann, "Delivery", "Where are my umbrellas?")
		d.Arrive(box, d.Mail(desktest.Bob, "Offer", "Nine hundred parasols, please."), channel.Envelope{From: desktest.Bob.Address, To: []string{"sales@shop.example"}})
		var secret desk.ConversationID
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `/* test */ SELECT max(id) FROM conversation`).Scan(&secret)
		})
		d.Write(func(ctx context.Context, tx *db.Tx) error { // a call beside the mails
			in, err := d.Inboxes.Get(ctx, tx, box)
			if err != nil {
				return err
			}
			_, err = d.Conversations.RecordIn(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), secret, in, conversation.NewRecord{Channel: desk.Phone,
				Record: desk.Record{Direction: "in", Outcome: "agreed"}, HTML: "<p>wants tarpaulins too</p>"})
			return err
		})
		f.want(other, "umbrellas", open)
		f.want(other, "parasols")
		f.want(seller, "tarpaulins", secret)
		var m conversation.Merge
		merge := func(into, from desk.ConversationID) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				m, err = d.Conversations.Merge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), into, []desk.ConversationID{from})
				return err
			})
		}
		undo := func() {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.UndoMerge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), m.ID)
				return err
			})
		}
		number := "#" + desk.ConversationID(d.Row(open).Number).String()

		merge(secret, open)
		for _, word := range []string{"umbrellas", "parasols", "tarpaulins"} {
			f.want(d.Eva, word, secret)
			f.want(seller, word, secret)
			f.want(other, word)
		}
		f.want(seller, number, secret)
		f.want(other, number)
		if p := f.page(d.Eva, "umbrellas", index.Ask{}); len(p.Hits) != 1 || p.Hits[0].Where != index.InMessage || p.Hits[0].Conversation.Subject != "Offer" {
			t.Errorf("the hit is %+v, want the message in the living conversation", p.Hits)
		}
		undo()
		f.want(other, "umbrellas", open)
		f.want(other, "parasols")
		f.want(seller, "tarpaulins", secret)

		merge(open, secret)
		for _, word := range []string{"umbrellas", "parasols", "tarpaulins"} {
			f.want(d.Eva, word, open)
			f.want(other, word, open)
		}
		undo()
		f.want(other, "parasols")
		f.want(d.Eva, "parasols", secret)
	})
}
