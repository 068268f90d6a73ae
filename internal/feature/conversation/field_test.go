package conversation_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

type house struct {
	*desktest.Desk
	s field.Service
}

func (h *house) by() desk.Actor { return desk.ByAgent(h.Eva) }

func (h *house) field(e field.Edit) (f desk.Field) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) { f, err = h.s.Create(ctx, tx, h.by(), e); return err })
	return f
}

func (h *house) kind(e field.TypeEdit) (t desk.ConversationType) {
	h.T.Helper()
	if e.Icon == "" {
		e.Icon, e.Colour = "tag", "grey"
	}
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = h.s.CreateType(ctx, tx, h.by(), e)
		return err
	})
	return t
}

// change is a change that may be refused.
func (h *house) change(id desk.ConversationID, ch conversation.Change) (c desk.Conversation, err error) {
	err = h.Try(func(ctx context.Context, tx *db.Tx) error {
		scope := desk.Scope{Agent: h.Eva, All: true}
		row, err := h.Conversations.Get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		ch.Version = row.Version
		c, err = h.Conversations.Update(ctx, tx, h.by(), scope, id, ch)
		return err
	})
	return c, err
}

func refusal(t testing.TB, err error, why desk.Why) *desk.Refusal {
	t.Helper()
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Why != why {
		t.Fatalf("refused with %v, want %s", err, why)
	}
	return r
}

func TestAConversationIsNotResolvedWithoutWhatIsRequiredOfItsType(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		order := h.kind(field.TypeEdit{Name: "Order", Kind: desk.Order, Inboxes: []desk.InboxID{d.Support}})
		complaint := h.kind(field.TypeEdit{Name: "Complaint", Kind: desk.Complaint})
		number := h.field(field.Edit{Name: "Order number", Kind: desk.TextField, Types: []desk.TypeID{order.ID}, Required: true})
		amount := h.field(field.Edit{Name: "Claim", Kind: desk.MoneyField, Types: []desk.TypeID{complaint.ID}, Required: true})
		if number.Key != "order_number" || amount.Form.Currency != "EUR" {
			d.T.Errorf("made %+v and %+v", number, amount)
		}
		c := d.Receive(desktest.Ann, "Where is it?")
		row, err := h.change(c, conversation.Change{})
		if err != nil || row.TypeID != order.ID {
			d.T.Fatalf("it began as type %s, %v, want %s", row.TypeID, err, order.ID)
		}
		resolved := desk.StatusResolved
		_, err = h.change(c, conversation.Change{Status: &resolved})
		r := refusal(d.T, err, desk.WhyFieldsMissing)
		if diff := cmp.Diff(map[string]any{"fields": []desk.FieldID{number.ID}}, r.Details); diff != "" {
			d.T.Errorf("at fault (-want +got):\n%s", diff)
		}
		_, err = h.change(c, conversation.Change{Fields: desk.FieldValues{amount.ID: desk.MoneyOf(1, "EUR")}})
		refusal(d.T, err, desk.WhyFieldNotHere)

		// Another type asks for another field; what the first type held is kept.
		row, err = h.change(c, conversation.Change{Fields: desk.FieldValues{number.ID: desk.TextOf(" LV-7 ")}})
		if err != nil || !row.Fields[number.ID].Equal(desk.TextOf("LV-7")) {
			d.T.Fatalf("set %+v, %v", row.Fields, err)
		}
		_, err = h.change(c, conversation.Change{Type: &complaint.ID, Status: &resolved})
		refusal(d.T, err, desk.WhyFieldsMissing)
		row, err = h.change(c, conversation.Change{Type: &complaint.ID, Fields: desk.FieldValues{amount.ID: desk.MoneyOf(1250, "EUR")}, Status: &resolved})
		if err != nil || row.Status != resolved || len(row.Fields) != 2 {
			d.T.Fatalf("resolved as %+v, %v", row, err)
		}
		row, err = h.change(c, conversation.Change{Fields: desk.FieldValues{number.ID: {}, amount.ID: {}}})
		if err != nil || len(row.Fields) != 0 {
			d.T.Errorf("after values were taken away: %+v, %v", row.Fields, err)
		}
	})
}

func TestEventsTellWhichFieldsChangedAndNoValue(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		f := h.field(field.Edit{Name: "Card", Kind: desk.TextField, Personal: true})
		kept := h.field(field.Edit{Name: "Count", Kind: desk.NumberField})
		c := d.Receive(desktest.Ann, "Hello")
		row, err := h.change(c, conversation.Change{Fields: desk.FieldValues{f.ID: desk.TextOf("secretword"), kept.ID: desk.NumberOf(3)}})
		if err != nil {
			d.T.Fatal(err)
		}
		if _, err := h.change(c, conversation.Change{Fields: desk.FieldValues{f.ID: desk.TextOf("secretword")}}); err != nil {
			d.T.Fatal(err)
		}
		var told, leaks int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Row(ctx, `SELECT count(*) FROM event WHERE kind = 'fields.changed'`).Scan(&told); err != nil {
				return err
			}
			return tx.Row(ctx, `SELECT count(*) FROM event WHERE data LIKE '%secretword%'`).Scan(&leaks)
		})
		if told != 1 || leaks != 0 {
			d.T.Errorf("%d events tell of a change, %d of the value; want 1 and 0", told, leaks)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			n, err := d.Conversations.ForgetFields(ctx, tx, desk.System, row.Customer)
			if n != 1 {
				d.T.Errorf("forgot in %d conversations", n)
			}
			return err
		})
		if row, err = h.change(c, conversation.Change{}); err != nil || !cmp.Equal(row.Fields, desk.FieldValues{kept.ID: desk.NumberOf(3)}) {
			d.T.Errorf("after the person was forgotten: %+v, %v", row.Fields, err)
		}
	})
}

func TestDefinitionsAreChangedByVersionAndArchived(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		e := field.Edit{Name: "Reason", Kind: desk.ChoiceField, Options: []desk.FieldOption{{Name: "Late"}, {Name: "Damaged"}, {Name: "Broken"}}}
		f := h.field(e)
		if second := h.field(e); second.Key != "reason_2" {
			d.T.Errorf("the second key is %q", second.Key)
		}
		c := d.Receive(desktest.Ann, "Hello")
		if _, err := h.change(c, conversation.Change{Fields: desk.FieldValues{f.ID: desk.IDsOf(f.Options[2].ID)}}); err != nil {
			d.T.Fatal(err)
		}
		// Renamed, and "Broken" merged into "Damaged"; "Late" left out.
		e.Version, e.Options = f.Version, []desk.FieldOption{{ID: 2, Name: "Damaged goods"}, {ID: 3, Name: "Broken", Into: 2}}
		var made desk.Field
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			made, err = h.s.Change(ctx, tx, h.by(), f.ID, e)
			return err
		})
		if late, ok := made.Option(1); !ok || !late.Archived || made.Meant(3) != 2 {
			d.T.Errorf("made %+v", made.Options)
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Change(ctx, tx, h.by(), f.ID, e); return err })
		var r *desk.Refusal
		if !errors.As(err, &r) || r.Code != desk.Conflict {
			d.T.Errorf("a stale version: %v", err)
		}
		e.Version, e.Archived = made.Version, true
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			made, err = h.s.Change(ctx, tx, h.by(), f.ID, e)
			return err
		})
		if made.ArchivedAt == 0 {
			d.T.Error("it is not archived")
		}
		_, err = h.change(c, conversation.Change{Fields: desk.FieldValues{f.ID: desk.IDsOf[int64](2)}})
		refusal(d.T, err, desk.WhyFieldNotHere)
		if row, err := h.change(c, conversation.Change{}); err != nil || row.Fields[f.ID].Empty() {
			d.T.Errorf("the value went with the archive: %+v, %v", row.Fields, err)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.s.Order(ctx, tx, h.by(), []desk.FieldID{f.ID + 1})
		})
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			all, err := h.s.All(ctx, tx)
			if len(all) != 2 || all[0].ID != f.ID+1 {
				d.T.Errorf("in order: %+v", all)
			}
			return err
		})
	})
}

func TestChecklistsComeWithATypeAndHoldResolvingUp(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		complaint := h.kind(field.TypeEdit{Name: "Complaint", Kind: desk.Complaint})
		var template desk.ChecklistTemplate
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			template, err = h.s.SaveTemplate(ctx, tx, h.by(), 0, field.TemplateEdit{Name: "Complaint", Types: []desk.TypeID{complaint.ID},
				Items: []desk.CheckWord{{Words: "Call back", Required: true}, {Words: "Offer a voucher"}}})
			return err
		})
		c := d.Receive(desktest.Ann, "It broke")
		row, err := h.change(c, conversation.Change{Type: &complaint.ID})
		if err != nil || row.Checks != 2 || row.ChecksOwed != 1 {
			d.T.Fatalf("its checks: %+v, %v", row, err)
		}
		resolved := desk.StatusResolved
		_, err = h.change(c, conversation.Change{Status: &resolved})
		refusal(d.T, err, desk.WhyChecksOpen)
		scope := desk.Scope{Agent: d.Eva, All: true}
		var lists []desk.Checklist
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if lists, err = d.Conversations.Checklists(ctx, tx, scope, c); err != nil {
				return err
			}
			lists, err = d.Conversations.Tick(ctx, tx, h.by(), scope, c, lists[0].Items[0].ID, true)
			return err
		})
		if it := lists[0].Items[0]; it.DoneBy != d.Eva || it.DoneAt == 0 {
			d.T.Errorf("ticked as %+v", it)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			_, err = d.Conversations.RemoveChecklist(ctx, tx, h.by(), scope, c, lists[0].ID, false)
			return err
		})
		if row, err = h.change(c, conversation.Change{}); err != nil || row.Checks != 0 {
			d.T.Errorf("after it was taken away: %+v, %v", row, err)
		}
		var back []desk.Checklist
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			back, err = d.Conversations.RemoveChecklist(ctx, tx, h.by(), scope, c, lists[0].ID, true)
			return err
		})
		if diff := cmp.Diff(lists, back); diff != "" {
			d.T.Errorf("it came back changed:\n%s", diff)
		}
		if row, err = h.change(c, conversation.Change{Status: &resolved}); err != nil || row.Checked != 1 || row.Checks != 2 {
			d.T.Errorf("resolved as %+v, %v", row, err)
		}
		if other := d.Receive(desktest.Bob, "Another"); other != 0 {
			err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.Tick(ctx, tx, h.by(), scope, other, lists[0].Items[1].ID, true)
				return err
			})
			if !desk.IsRefusal(err, desk.NotFound) {
				d.T.Errorf("an item of another conversation: %v", err)
			}
		}
		_ = template
	})
}

func TestADeskBeginsWithTypesInItsLanguage(t *testing.T) {
	t.Parallel()
	d := desktest.New(t, desktest.SQLite)
	h := &house{Desk: d}
	var names []string
	for range 2 { // a second time makes nothing
		d.Write(func(ctx context.Context, tx *db.Tx) error { return h.s.Begin(ctx, tx, desk.System, "lv") })
	}
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.s.Types(ctx, tx)
		for _, k := range all {
			names = append(names, k.Name)
		}
		return err
	})
	if want := []string{"Jautājums", "Pasūtījums", "Sūdzība", "Pateicība", "Ierosinājums"}; !slices.Equal(names, want) {
		t.Errorf("types %q, want %q", names, want)
	}
}
