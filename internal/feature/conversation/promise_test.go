package conversation_test

import (
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
)

func TestTakingResolvedBackKeepsThePromise(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.AnswerWithin = 240 })
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		before := d.Row(c)
		for _, put := range []desk.Status{desk.StatusResolved, desk.StatusWaiting} {
			open := desk.StatusOpen
			d.After(time.Minute)
			d.Change(c, conversation.Change{Status: &put})
			d.Change(c, conversation.Change{Status: &open})
			if now := d.Row(c); now.WaitingSince != before.WaitingSince || now.DueAt != before.DueAt || before.DueAt >= desk.Never {
				t.Errorf("after %s and back: waiting since %v, due %v; want %v, %v", put, now.WaitingSince, now.DueAt, before.WaitingSince, before.DueAt)
			}
		}
		d.Reply(c, "It is here.")
		open := desk.StatusOpen
		d.Change(c, conversation.Change{Status: &open})
		if now := d.Row(c); now.WaitingSince != 0 {
			t.Errorf("reopened by hand after the answer: waiting since %v, want nobody waiting", now.WaitingSince)
		}
	})
}
