package conversation_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// TestChecklistsTimeAndFieldsFollowAMerge merges a conversation that has all of them into one that has none, goes on with them there, and undoes it.
func TestChecklistsTimeAndFieldsFollowAMerge(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		order := h.field(field.Edit{Name: "Order", Kind: desk.TextField, Personal: true}).ID
		into, from := d.Receive(desktest.Ann, "Broken"), d.Receive(desktest.Ann, "Also broken")
		if _, err := h.change(from, conversation.Change{Fields: desk.FieldValues{order: {Form: desk.TextValue, Text: "LV-1"}}}); err != nil {
			t.Fatal(err)
		}
		scope := desk.Scope{Agent: d.Eva, All: true}
		var lists []desk.Checklist
		var entry desk.TimeEntry
		var m conversation.Merge
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if lists, err = d.Conversations.AddChecklist(ctx, tx, h.by(), scope, from, conversation.NewChecklist{Name: "To do", Items: []desk.CheckWord{{Words: "Call"}, {Words: "Write", Required: true}}}); err != nil {
				return err
			}
			if entry, err = d.Spend(ctx, tx, scope, from, 600); err != nil {
				return err
			}
			m, err = d.Conversations.Merge(ctx, tx, h.by(), scope, into, []desk.ConversationID{from})
			return err
		})
		wants := func(when string, id desk.ConversationID, checks, checked, spent int64, value string) {
			t.Helper()
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				c, err := d.Conversations.Get(ctx, tx, scope, id)
				if err != nil {
					return err
				}
				if c.ID != id || int64(c.Checks) != checks || int64(c.Checked) != checked || c.Spent != spent || c.Fields[order].Text != value {
					t.Errorf("%s: %d of %d checks, %d seconds, order %q; want %d of %d, %d, %q", when, c.Checked, c.Checks, c.Spent, c.Fields[order].Text, checked, checks, spent, value)
				}
				total, err := d.Spent(ctx, tx, scope, id)
				if total != spent {
					t.Errorf("%s: the entries make %d seconds, want %d", when, total, spent)
				}
				return err
			})
		}
		wants("merged", into, 2, 0, 600, "LV-1")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err1 := d.Conversations.Tick(ctx, tx, h.by(), scope, into, lists[0].Items[0].ID, true)
			if err1 != nil {
				return err1
			}
			if err := d.SpendOtherwise(ctx, tx, scope, entry, 700); err != nil {
				return err
			}
			_, err := d.Spend(ctx, tx, scope, into, 50)
			return err
		})
		wants("gone on", into, 2, 1, 750, "LV-1")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.UndoMerge(ctx, tx, h.by(), scope, m.ID)
			return err
		})
		wants("undone, the first", into, 0, 0, 50, "")
		wants("undone, the other", from, 2, 1, 700, "LV-1")
	})
}

// TestForgettingACustomerReachesWhatHisConversationGave takes personal values out of a conversation that was merged, and out of that of somebody else that it went into.
func TestForgettingACustomerReachesWhatHisConversationGave(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		code := h.field(field.Edit{Name: "Code", Kind: desk.TextField, Personal: true}).ID
		plain := h.field(field.Edit{Name: "Shop", Kind: desk.TextField}).ID
		into, from := d.Receive(desktest.Person{Name: "Ben", Address: "ben@customer.example"}, "Mine"), d.Receive(desktest.Ann, "Hers")
		said := desk.FieldValues{code: {Form: desk.TextValue, Text: "010190"}, plain: {Form: desk.TextValue, Text: "Riga"}}
		if _, err := h.change(from, conversation.Change{Fields: said}); err != nil {
			t.Fatal(err)
		}
		scope := desk.Scope{Agent: d.Eva, All: true}
		var row desk.Conversation
		var m conversation.Merge
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if row, err = d.Conversations.Get(ctx, tx, scope, from); err != nil {
				return err
			}
			if m, err = d.Conversations.Merge(ctx, tx, h.by(), scope, into, []desk.ConversationID{from}); err != nil {
				return err
			}
			_, err = d.Conversations.ForgetFields(ctx, tx, desk.System, row.Customer)
			return err
		})
		check := func(id desk.ConversationID, want string) {
			t.Helper()
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				c, err := d.Conversations.Get(ctx, tx, scope, id)
				if c.Fields[code].Text != "" || c.Fields[plain].Text != want {
					t.Errorf("conversation %s holds %+v", id, c.Fields)
				}
				return err
			})
		}
		check(into, "Riga")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.UndoMerge(ctx, tx, h.by(), scope, m.ID)
			return err
		})
		check(into, "")
		check(from, "Riga")
	})
}
