package automate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
)

// TestRulesAskHowPeopleStand asks about who has a conversation and about its team, as they are when something happens: nobody is there, somebody comes, has work, and goes.
func TestRulesAskHowPeopleStand(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		anna := d.Agent("Anna", desk.AgentRole)
		team := d.Team("Helpers", anna)
		d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Team = team })
		tags := map[string]desk.TagID{}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			for name, when := range map[string]condition.Node{
				"nobody": {Attr: "team.online", Op: condition.Less, Values: []string{"1"}},
				"queue":  {Attr: "team.queue", Op: condition.More, Values: []string{"1"}},
				"away":   {Attr: "agent.state", Op: condition.Is, Values: []string{"away", "offline"}},
				"here":   {Attr: "agent.state", Op: condition.Is, Values: []string{"online"}},
				"busy":   {Attr: "agent.load", Op: condition.More, Values: []string{"1"}},
			} {
				tag, err := d.Conversations.SaveTag(ctx, tx, desk.ByAgent(d.Eva), desk.Tag{Name: name, Colour: "grey"})
				if err != nil {
					return err
				}
				tags[name] = tag.ID
				if _, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: name, Active: true, Condition: when,
					Events: []desk.EventKind{desk.ConversationOpened, desk.AssigneeChanged, desk.NoteAdded}, Actions: []desk.Action{{Do: desk.AddTags, Tags: []desk.TagID{tag.ID}}}}); err != nil {
					return err
				}
			}
			return nil
		})
		got := func(c desk.ConversationID) string {
			d.Follow()
			row := d.Row(c)
			var names []string
			for name, id := range tags {
				if slices.Contains(row.Tags, id) {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			return fmt.Sprint(names)
		}
		first := d.Receive(ann, "Nobody is there")
		if g := got(first); g != "[nobody]" {
			t.Errorf("while nobody is there: %s", g)
		}
		d.Here[anna] = desk.At(d.Now())
		d.Distribute()
		second := d.Receive(berta, "Two wait")
		if g := got(second); g != "[queue]" {
			t.Errorf("while she is there and two wait: %s", g)
		}
		d.Change(first, conversation.Change{Assignee: &anna})
		d.Change(second, conversation.Change{Assignee: &anna})
		if g := got(second); g != "[busy here queue]" {
			t.Errorf("once she has both: %s", g)
		}
		clear(d.Here)
		d.Distribute() // her last window went
		d.After(time.Hour)
		d.Distribute()
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), first, conversation.NewNote{HTML: "<p>She went.</p>"}, d.Staff.Scope)
			return err
		})
		if g := got(first); g != "[away busy here nobody]" {
			t.Errorf("when she went: %s", g)
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "by time", Active: true, Events: []desk.EventKind{desk.TimePassed},
				Condition: condition.Node{All: []condition.Node{{Attr: "team.online", Op: condition.Less, Values: []string{"1"}}, {Attr: "waiting", Op: condition.Older, Amount: 1, Unit: "hours"}}},
				Actions:   []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent}}})
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			t.Errorf("a time rule that asks who is there: %v, want it refused", err)
		}
	})
}
