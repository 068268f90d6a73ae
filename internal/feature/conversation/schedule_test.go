package conversation_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// answers are the mails that agents wrote, of those that went out.
func answers(d *desktest.Desk) (n int) {
	for _, m := range d.Outlet.Mails() {
		if !strings.Contains(m.Raw, "Auto-Submitted: auto-replied") {
			n++
		}
	}
	return n
}

func onBoth(t *testing.T, fn func(t *testing.T, d *desktest.Desk)) {
	t.Helper()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			fn(t, desktest.New(t, e))
		})
	}
}

func inHours(d *desktest.Desk, n int) desk.Time {
	return desk.At(d.Now().Add(time.Duration(n) * time.Hour))
}

// schedule has Eva write an answer that leaves in so many hours.
func schedule(t *testing.T, d *desktest.Desk, c desk.ConversationID, hours int, then conversation.Then) desk.Message {
	t.Helper()
	m, err := d.ReplyAs(d.Eva, c, conversation.Reply{HTML: "<p>It is on its way.</p>", Anyway: true, Then: then, Timing: conversation.Timing{SendAt: inHours(d, hours)}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestScheduledMailLeavesAtItsTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		waitingSince := d.Row(c).WaitingSince
		m := schedule(t, d, c, 70, conversation.Resolve)
		row := d.Row(c)
		if answers(d) != 0 || row.Shelf() != desk.ShelfSnoozed || row.WaitingSince != waitingSince || row.Status.Finished() || row.Assignee != d.Eva {
			t.Fatalf("after scheduling: %d sent, %+v; want nothing sent, snoozed with Eva, and the customer waiting still", answers(d), row)
		}
		d.After(69 * time.Hour)
		if answers(d) != 0 {
			t.Fatal("the mail left before its time")
		}
		d.After(time.Hour + time.Minute)
		row = d.Row(c)
		if answers(d) != 1 || row.Status != desk.StatusResolved || row.WaitingSince != 0 || row.SnoozedUntil != 0 {
			t.Errorf("at its time: %d sent, %+v; want one sent, resolved, nobody waiting", answers(d), row)
		}
		mails := d.Outlet.Mails()
		if date := "Date: " + m.SendAt.Time().Format("Mon, 02 Jan 2006 15:04:05"); !strings.Contains(mails[len(mails)-1].Raw, date) {
			t.Errorf("the mail has no %q in it", date)
		}
		d.After(24 * time.Hour)
		if answers(d) != 1 {
			t.Errorf("%d sent a day later, want one", answers(d))
		}
	})
}

func TestCustomerWhoWritesFirstHoldsTheMailBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		m := schedule(t, d, c, 5, conversation.Wait)
		d.After(time.Hour)
		d.Receive(desktest.Ann, "It came, thank you!", "In-Reply-To: <"+d.Outlet.Mails()[0].ID+">")
		row := d.Row(c)
		if row.Shelf() != desk.ShelfActive {
			t.Errorf("the conversation lies on shelf %v after the customer wrote, want active", row.Shelf())
		}
		d.After(10 * time.Hour)
		if answers(d) != 0 {
			t.Fatal("the mail left although the customer wrote before")
		}
		list := scheduledOf(d, d.Eva)
		if len(list) != 1 || !list[0].Held || list[0].Message != m.ID {
			t.Fatalf("scheduled: %+v, want the one mail, held", list)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			from, err := d.Sender(ctx, tx, d.Eva, d.Support)
			if err != nil {
				return err
			}
			from.SendAt = tx.Now
			_, err = d.Conversations.Reschedule(ctx, tx, from, m.ID, conversation.Timing{})
			return err
		})
		d.Settle()
		if row = d.Row(c); answers(d) != 1 || row.Status != desk.StatusWaiting {
			t.Errorf("after sending it at once: %d sent, %s; want one sent, waiting", answers(d), row.Status)
		}
		if list := scheduledOf(d, d.Eva); len(list) != 0 {
			t.Errorf("scheduled: %+v, want none", list)
		}
	})
}

func TestScheduledMailIsTakenBackAndMoved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		before := d.Row(c)
		m := schedule(t, d, c, 5, conversation.Wait)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			from, err := d.Sender(ctx, tx, d.Eva, d.Support)
			if err != nil {
				return err
			}
			_, err = d.Conversations.Reschedule(ctx, tx, from, m.ID, conversation.Timing{SendAt: inHours(d, 9)})
			return err
		})
		d.After(6 * time.Hour)
		if n, row := answers(d), d.Row(c); n != 0 || row.Shelf() != desk.ShelfSnoozed {
			t.Fatalf("at the first time: %d sent, shelf %v; want none and snoozed", n, row.Shelf())
		}
		otto := d.Agent("Otto", desk.Supervisor)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			draft, err := d.Conversations.Cancel(ctx, tx, desk.ByAgent(otto), desk.Scope{All: true, Agent: otto}, m.ID)
			if !strings.Contains(draft.Body.HTML, "on its way") {
				t.Errorf("the draft is %q", draft.Body.HTML)
			}
			return err
		})
		d.After(10 * time.Hour)
		row := d.Row(c)
		if answers(d) != 0 || row.Shelf() != desk.ShelfActive || row.WaitingSince != before.WaitingSince {
			t.Errorf("after it was taken back: %d sent, %+v; want none, active, waiting since %v", answers(d), row, before.WaitingSince)
		}
	})
}

func TestScheduledMailStaysInATrashedConversation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		schedule(t, d, c, 5, conversation.Wait)
		yes := true
		d.Change(c, conversation.Change{Trashed: &yes})
		d.After(10 * time.Hour)
		if answers(d) != 0 {
			t.Error("a mail left from a conversation in the trash")
		}
		if list := scheduledOf(d, d.Eva); len(list) != 1 || !list[0].Held {
			t.Errorf("scheduled: %+v, want the mail, held", list)
		}
	})
}

func TestTimesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	d := desktest.New(t, desktest.SQLite)
	c := d.Receive(desktest.Ann, "Where is my parcel?")
	for hours, want := range map[int]string{-1: "this is over already", 24 * 400: "a mail can be scheduled for a year ahead at the most"} {
		_, err := d.ReplyAs(d.Eva, c, conversation.Reply{HTML: "<p>x</p>", Anyway: true, Then: conversation.Wait, Timing: conversation.Timing{SendAt: inHours(d, hours)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("in %d hours: %v, want %q", hours, err, want)
		}
	}
}

func TestSnoozeUntilSomebodyWrites(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "Where is my parcel?")
		if _, err := d.ReplyAs(d.Eva, c, conversation.Reply{HTML: "<p>Ask the neighbour.</p>", Anyway: true, Then: conversation.Wait, Timing: conversation.Timing{Await: true}}); err != nil {
			t.Fatal(err)
		}
		d.After(1000 * time.Hour)
		if row := d.Row(c); row.Shelf() != desk.ShelfSnoozed || !row.UntilReply {
			t.Fatalf("after six weeks: %+v, want snoozed until somebody writes", row)
		}
		d.Receive(desktest.Ann, "He has it!", "In-Reply-To: <"+d.Outlet.Mails()[1].ID+">")
		if row := d.Row(c); row.Shelf() != desk.ShelfActive || row.UntilReply {
			t.Errorf("after she wrote: %+v, want active", row)
		}
	})
}

func TestScheduledMailsAreListedForWhomSees(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *desktest.Desk) {
		first, second := d.Receive(desktest.Ann, "One"), d.Receive(desktest.Bob, "Two")
		schedule(t, d, first, 9, conversation.Wait)
		schedule(t, d, second, 4, conversation.Wait)
		list := scheduledOf(d, d.Eva)
		if len(list) != 2 || list[0].Conversation != second || list[1].Conversation != first || list[0].Preview != "It is on its way." {
			t.Errorf("scheduled: %+v, want the second first", list)
		}
		otto := d.Agent("Otto", desk.Supervisor)
		if list := scheduledOf(d, otto); len(list) != 0 {
			t.Errorf("another agent's: %+v, want none", list)
		}
		d.Change(first, conversation.Change{Assignee: &otto})
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			seen, err := d.Conversations.ListScheduled(ctx, tx, desk.Scope{Agent: d.Eva}) // who sees what is hers, and nothing else
			if len(seen) != 1 || seen[0].Conversation != second {
				t.Errorf("where she sees only what is assigned to her: %+v, want the second", seen)
			}
			return err
		})
	})
}

func scheduledOf(d *desktest.Desk, agent desk.AgentID) (list []conversation.Scheduled) {
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = d.Conversations.ListScheduled(ctx, tx, desk.Scope{All: true, Agent: agent})
		return err
	})
	return list
}
