package conversation_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

// taken is what is compared: what actions change and an undo gives back.
type taken struct {
	status   desk.Status
	priority desk.Priority
	assignee desk.AgentID
	kind     desk.TypeID
	tags     map[desk.TagID]bool
	fields   desk.FieldValues
}

func (h *house) stand(id desk.ConversationID) (t taken) {
	h.T.Helper()
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		c, err := h.Conversations.Get(ctx, tx, desk.Scope{Agent: h.Eva, All: true}, id)
		t = taken{c.Status, c.Priority, c.Assignee, c.TypeID, map[desk.TagID]bool{}, c.Fields}
		for _, tag := range c.Tags {
			t.tags[tag] = true
		}
		return err
	})
	return t
}

func drawn(rt *rapid.T, label string, tags []desk.TagID, kinds []desk.TypeID, fields []desk.FieldID) (ch conversation.Change) {
	if rapid.Bool().Draw(rt, label+" status") {
		s := rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved}).Draw(rt, label+" which status")
		ch.Status = &s
	}
	if rapid.Bool().Draw(rt, label+" priority") {
		p := desk.Priority(rapid.IntRange(int(desk.Low), int(desk.Urgent)).Draw(rt, label+" which priority"))
		ch.Priority = &p
	}
	if rapid.Bool().Draw(rt, label+" type") {
		k := rapid.SampledFrom(kinds).Draw(rt, label+" which type")
		ch.Type = &k
	}
	if rapid.Bool().Draw(rt, label+" tags") {
		ch.AddTags = []desk.TagID{rapid.SampledFrom(tags).Draw(rt, label+" added")}
		if gone := rapid.SampledFrom(tags).Draw(rt, label+" removed"); gone != ch.AddTags[0] {
			ch.RemoveTags = []desk.TagID{gone}
		}
	}
	for _, f := range fields {
		if rapid.Bool().Draw(rt, fmt.Sprint(label, " field ", f)) {
			if ch.Fields == nil {
				ch.Fields = desk.FieldValues{}
			}
			ch.Fields[f] = desk.NumberOf(float64(rapid.IntRange(0, 3).Draw(rt, fmt.Sprint(label, " value ", f))))
		}
	}
	return ch
}

// stands is what a value is after the undo: what it was where nobody touched what the actions made of it, what somebody made of it else.
func stands[T comparable](before, after, meddled T) T {
	if meddled == after {
		return before
	}
	return meddled
}

func TestTakingAnAnswerBackTakesItsActionsBack(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d}
		var tags []desk.TagID
		for _, name := range []string{"refund", "late", "vip"} {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				tag, err := d.Conversations.SaveTag(ctx, tx, h.by(), desk.Tag{Name: name, Colour: "grey"})
				tags = append(tags, tag.ID)
				return err
			})
		}
		kinds := []desk.TypeID{0, h.kind(field.TypeEdit{Name: "Order 2", Kind: desk.Order}).ID, h.kind(field.TypeEdit{Name: "Other 2", Kind: desk.OtherType}).ID}
		fields := []desk.FieldID{h.field(field.Edit{Name: "One", Kind: desk.NumberField}).ID, h.field(field.Edit{Name: "Two", Kind: desk.NumberField}).ID}
		scope := desk.Scope{Agent: d.Eva, All: true}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			c := d.Receive(desktest.Person{Name: "P", Address: fmt.Sprintf("p%d@play.example", n)}, "Hello")
			if _, err := h.change(c, drawn(rt, "first", tags, kinds, fields)); err != nil {
				rt.Fatal(err)
			}
			before := h.stand(c)
			var m desk.Message
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				was, row, err := d.Conversations.Standing(ctx, tx, scope, c)
				if err != nil {
					return err
				}
				from, err := d.Sender(ctx, tx, d.Eva, row.Inbox)
				if err != nil {
					return err
				}
				from.SendAt = tx.Now.Add(1 << 40)
				if m, err = d.Conversations.Reply(ctx, tx, from, c, conversation.Reply{HTML: "<p>ok</p>", Anyway: true, To: []desk.NamedAddress{{Address: row.Address}},
					Then: rapid.SampledFrom([]conversation.Then{conversation.KeepOpen, conversation.Wait, conversation.Resolve}).Draw(rt, "then")}); err != nil {
					return err
				}
				if row, err = d.Conversations.Get(ctx, tx, scope, c); err != nil {
					return err
				}
				acts := drawn(rt, "macro", tags, kinds, fields)
				acts.Version = row.Version
				if _, err := d.Conversations.Update(ctx, tx, h.by(), scope, c, acts); err != nil {
					return err
				}
				return d.Conversations.KeepStanding(ctx, tx, scope, c, m.ID, was)
			})
			after := h.stand(c)
			if rapid.Bool().Draw(rt, "somebody meddles") {
				if _, err := h.change(c, drawn(rt, "meddler", tags, kinds, fields)); err != nil {
					rt.Fatal(err)
				}
			}
			meddled := h.stand(c)
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.Cancel(ctx, tx, h.by(), scope, m.ID)
				return err
			})
			got := h.stand(c)
			if meddled.status == after.status && after.status != before.status && got.status != before.status {
				rt.Errorf("status %s, want %s", got.status, before.status)
			}
			if want := stands(before.priority, after.priority, meddled.priority); got.priority != want {
				rt.Errorf("priority %d, want %d", got.priority, want)
			}
			if want := stands(before.assignee, after.assignee, meddled.assignee); got.assignee != want {
				rt.Errorf("assignee %d, want %d", got.assignee, want)
			}
			if want := stands(before.kind, after.kind, meddled.kind); got.kind != want {
				rt.Errorf("type %d, want %d", got.kind, want)
			}
			for _, tag := range tags {
				if want := stands(before.tags[tag], after.tags[tag], meddled.tags[tag]); got.tags[tag] != want {
					rt.Errorf("tag %d: %v, want %v", tag, got.tags[tag], want)
				}
			}
			for _, f := range fields {
				want := meddled.fields[f]
				if want.Equal(after.fields[f]) {
					want = before.fields[f]
				}
				if !got.fields[f].Equal(want) {
					rt.Errorf("field %d: %+v, want %+v", f, got.fields[f], want)
				}
			}
		})
		var left int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM message_undo`).Scan(&left)
		})
		if left != 0 {
			d.T.Errorf("%d records of what was taken back are left", left)
		}
	})
}

func TestWhatWasBeforeIsForgottenWhenTheAnswerLeaves(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Hello")
		scope := desk.Scope{Agent: d.Eva, All: true}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			was, row, err := d.Conversations.Standing(ctx, tx, scope, c)
			if err != nil {
				return err
			}
			from, err := d.Sender(ctx, tx, d.Eva, row.Inbox)
			if err != nil {
				return err
			}
			m, err := d.Conversations.Reply(ctx, tx, from, c, conversation.Reply{HTML: "<p>ok</p>", Anyway: true, To: []desk.NamedAddress{{Address: row.Address}}, Then: conversation.Wait})
			if err != nil {
				return err
			}
			return d.Conversations.KeepStanding(ctx, tx, scope, c, m.ID, was)
		})
		d.Settle()
		var left int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM message_undo`).Scan(&left)
		})
		if left != 0 {
			d.T.Errorf("%d records are left after the answer left", left)
		}
	})
}

func TestTakingAnAnswerBackTakesItsNoteBackUnlessSomebodyWroteSince(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		scope := desk.Scope{Agent: d.Eva, All: true}
		for _, since := range []string{"", "note", "mail", "priority"} {
			who := desktest.Person{Name: "P", Address: "p" + since + "@play.example"}
			c := d.Receive(who, "Hello")
			before := d.Row(c)
			var m desk.Message
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				was, row, err := d.Conversations.Standing(ctx, tx, scope, c)
				if err != nil {
					return err
				}
				from, err := d.Sender(ctx, tx, d.Eva, row.Inbox)
				if err != nil {
					return err
				}
				from.SendAt = tx.Now.Add(1 << 40)
				if m, err = d.Conversations.Reply(ctx, tx, from, c, conversation.Reply{HTML: "<p>ok</p>", Anyway: true, To: []desk.NamedAddress{{Address: row.Address}}, Then: conversation.Wait}); err != nil {
					return err
				}
				if row, err = d.Conversations.Get(ctx, tx, scope, c); err != nil {
					return err
				}
				urgent := desk.Urgent
				if _, err := d.Conversations.Update(ctx, tx, desk.ByAgent(d.Eva), scope, c, conversation.Change{Priority: &urgent, Version: row.Version}); err != nil {
					return err
				}
				if _, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(d.Eva), scope, c, conversation.NewNote{HTML: "<p>by the macro</p>"}, d.Staff.Scope); err != nil {
					return err
				}
				return d.Conversations.KeepStanding(ctx, tx, scope, c, m.ID, was)
			})
			switch since {
			case "note":
				d.Write(func(ctx context.Context, tx *db.Tx) error {
					_, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(d.Eva), scope, c, conversation.NewNote{HTML: "<p>about that note</p>"}, d.Staff.Scope)
					return err
				})
			case "mail":
				d.Receive(who, "Re: Hello")
			case "priority":
				low := desk.Low
				d.Write(func(ctx context.Context, tx *db.Tx) error {
					row, err := d.Conversations.Get(ctx, tx, scope, c)
					if err != nil {
						return err
					}
					_, err = d.Conversations.Update(ctx, tx, desk.ByAgent(d.Eva), scope, c, conversation.Change{Priority: &low, Version: row.Version})
					return err
				})
			}
			var back conversation.TakenBack
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				back, err = d.Conversations.Cancel(ctx, tx, desk.ByAgent(d.Eva), scope, m.ID)
				return err
			})
			stays := since == "note" || since == "mail"
			if back.NoteStays != stays || back.ActionsStay != (since == "priority") {
				d.T.Errorf("with %q since: the note stays: %v, actions stay: %v", since, back.NoteStays, back.ActionsStay)
			}
			o, err := d.Opened(d.Eva, c)
			if err != nil {
				d.T.Fatal(err)
			}
			seen := false
			for _, x := range o.Timeline.Messages {
				seen = seen || x.Kind == desk.Note && x.State != desk.Cancelled && x.Text == "by the macro"
			}
			if seen != stays {
				d.T.Errorf("with %q since: the note is there: %v, want %v", since, seen, stays)
			}
			if since == "" {
				if after := d.Row(c); after.Messages != before.Messages || after.Preview != before.Preview || after.Priority != before.Priority || after.Status != before.Status {
					d.T.Errorf("after all was taken back: %+v, want as before %+v", after, before)
				}
			}
		}
	})
}
