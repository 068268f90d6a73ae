package notify_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/notice"
	"tellus/internal/feature/staff"
	flow "tellus/internal/flow/notify"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/webpush/pushtest"
)

// house is a desk whose notices are made when the test says so.
type house struct {
	*desktest.Desk
	position desk.Seq
}

func each(t *testing.T, f func(h *house)) {
	t.Helper()
	desktest.Each(t, func(d *desktest.Desk) { f(&house{Desk: d}) })
}

// tell hands the consumer what happened since, as the log would.
func (h *house) tell() {
	h.T.Helper()
	h.Settle()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		events, err := after(ctx, tx, h.position)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := h.Notify.Take(ctx, tx, events); err != nil {
			return err
		}
		h.position = events[len(events)-1].Seq
		return nil
	})
	h.Settle()
}

func after(ctx context.Context, tx *db.Tx, from desk.Seq) ([]desk.Event, error) {
	rows, err := tx.Query(ctx, `SELECT seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, conversation, message, data FROM event WHERE seq > $1 ORDER BY seq`, from)
	return db.Rows(rows, err, func(r *sql.Rows, e *desk.Event) error {
		var data string
		err := r.Scan(&e.Seq, &e.At, &e.By.Kind, &e.By.ID, &e.Kind, &e.SubjectKind, &e.Subject, &e.Conversation, &e.Message, &data)
		if data != "" {
			e.Data = json.RawMessage(data)
		}
		return err
	})
}

// told are the unread notices of an agent, as "kind:count".
func (h *house) told(agent desk.AgentID) map[desk.ConversationID][]string {
	h.T.Helper()
	h.tell()
	out := map[desk.ConversationID][]string{}
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.Notices.List(ctx, tx, h.Scope(agent), nil, true, 100)
		for _, n := range all {
			text := n.Kind
			if n.Count > 1 {
				text += ":" + string(rune('0'+n.Count))
			}
			out[n.Conversation] = append(out[n.Conversation], text)
		}
		return err
	})
	return out
}

func (h *house) want(what string, agent desk.AgentID, want map[desk.ConversationID][]string) {
	h.T.Helper()
	if diff := cmp.Diff(want, h.told(agent)); diff != "" {
		h.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

type told = map[desk.ConversationID][]string

func (h *house) assign(c desk.ConversationID, to desk.AgentID) {
	h.Change(c, conversation.Change{Assignee: &to})
}

func TestWhatConcernsSomebodyIsToldOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.AgentRole)
		c := h.Receive(desktest.Ann, "Hello")
		h.want("nobody's conversation", ilze, told{})
		h.assign(c, ilze)
		h.want("assigned", ilze, told{c: {"assigned"}})
		h.want("assigned to another: its author", h.Eva, told{})
		h.After(time.Minute)
		h.Receive(desktest.Ann, "Re: Hello")
		h.After(time.Minute)
		h.Receive(desktest.Ann, "Re: Hello")
		h.want("two replies are one notice", ilze, told{c: {"reply:2", "assigned"}})
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.Notices.Read(ctx, tx, h.Scope(ilze), notice.Which{Conversation: c})
		})
		h.want("after reading", ilze, told{})
	})
}

func TestNobodyIsToldWhatHeMayNotSeeAnyMore(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team := h.Team("Support")
		ilze := h.Agent("Ilze", desk.AgentRole, team)
		c := h.Receive(desktest.Ann, "Hello")
		h.assign(c, ilze)
		h.want("assigned", ilze, told{c: {"assigned"}})
		h.assign(c, 0)
		others := h.Team("Others")
		h.ChangeInbox(h.Support, func(e *inbox.Edit) { e.Teams = []desk.TeamID{others} })
		h.want("sight lost", ilze, told{})
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			n, err := h.Notices.Unread(ctx, tx, h.Scope(ilze))
			if n != 0 {
				t.Errorf("Unread = %d, want 0", n)
			}
			return err
		})
	})
}

// subscribe signs an agent in with a browser that takes pushes.
func (h *house) subscribe(agent desk.AgentID, name string) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		var session desk.SessionID
		if err := tx.Row(ctx, `INSERT INTO session (agent, token_hash, stage, device, ip, created_at, seen_at, expires_at)
			VALUES ($1, $2, 'full', 'x', '', $3, $3, $4) RETURNING id`, agent, []byte(name), tx.Now, tx.Now.Add(staff.SessionMax)).Scan(&session); err != nil {
			return err
		}
		if _, err := h.Notices.Key(ctx, tx); err != nil {
			return err
		}
		_, err := h.Notices.Subscribe(ctx, tx, staff.Identity{Agent: agent, Session: session}, h.Pushes.Subscribe(name))
		return err
	})
}

func (h *house) wishes(agent desk.AgentID, change func(w *notify.Wishes)) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.Notices.WishesOf(ctx, tx, []desk.AgentID{agent})
		if err != nil {
			return err
		}
		w := all[agent]
		change(&w.Wishes)
		if _, err = h.Notices.Save(ctx, tx, agent, w); err != nil {
			return err
		}
		return h.Notify.WishesChanged(ctx, tx, agent)
	})
}

// pushed are the pushes that a browser got, as "title | body".
func (h *house) pushed(name string) (all []string) {
	h.T.Helper()
	h.tell()
	h.After(2 * time.Second)
	for _, m := range h.Pushes.Got(name) {
		var p struct{ Title, Body string }
		if err := json.Unmarshal([]byte(m.Plain), &p); err != nil {
			h.T.Fatalf("push %q: %v", m.Plain, err)
		}
		all = append(all, p.Title+" | "+p.Body)
	}
	return all
}

func TestABrowserIsPushedWhatItsOwnerChose(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.AgentRole)
		h.subscribe(ilze, "phone")
		c := h.Receive(desktest.Ann, "Where is my parcel?")
		h.assign(c, ilze)
		if diff := cmp.Diff([]string{"A conversation is yours now | Conversation #10001"}, h.pushed("phone")); diff != "" {
			t.Errorf("nothing of the customer's (-want +got):\n%s", diff)
		}
		h.wishes(ilze, func(w *notify.Wishes) { w.Subjects = true })
		h.Receive(desktest.Ann, "Re: Where is my parcel?")
		got := h.pushed("phone")
		if last := got[len(got)-1]; !strings.HasPrefix(last, "New reply | #10001 ") || !strings.HasSuffix(last, "Where is my parcel?") {
			t.Errorf("with subjects: %q", last)
		}
	})
}

func TestQuietHoursAreSummedUpAfterwards(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.AgentRole)
		h.subscribe(ilze, "phone")
		now := h.Now().Hour()*60 + h.Now().Minute()
		h.wishes(ilze, func(w *notify.Wishes) {
			w.Quiet = notify.Hours{On: true, From: now - 60, To: now + 60, Days: notify.Everyday}
		})
		var all []desk.ConversationID
		for _, who := range []string{"One", "Two"} {
			c := h.Receive(desktest.Ann, who)
			h.assign(c, ilze)
			all = append(all, c)
		}
		if got := h.pushed("phone"); len(got) != 0 {
			t.Errorf("in quiet hours: %q", got)
		}
		h.After(2 * time.Hour)
		got := h.pushed("phone")
		if len(got) != 1 || !strings.HasPrefix(got[0], "2 notices came in your quiet hours | ") {
			t.Errorf("afterwards: %q, want them as one", got)
		}
		_ = all
	})
}

func TestABrowserThatHasGoneIsForgottenAndABusyServiceIsAskedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.AgentRole)
		h.subscribe(ilze, "phone")
		h.subscribe(ilze, "desk")
		h.Pushes.Forget("desk")
		h.Pushes.Say(pushtest.Answer{Status: 429, RetryAfter: "60"}, pushtest.Answer{Status: 429, RetryAfter: "60"})
		c := h.Receive(desktest.Ann, "Hello")
		h.assign(c, ilze)
		if got := h.pushed("phone"); len(got) != 0 {
			t.Errorf("while the service is busy: %q", got)
		}
		h.After(5 * time.Minute)
		if got := h.pushed("phone"); len(got) != 1 {
			t.Errorf("a while later: %q, want one push", got)
		}
		h.Read(func(ctx context.Context, tx *db.Tx) error {
			left, err := h.Notices.Devices(ctx, tx, ilze, 0)
			if len(left) != 1 || left[0].SentAt == 0 {
				t.Errorf("devices %+v, want the phone alone", left)
			}
			return err
		})
	})
}

// digest lets time pass, and the minute come that looks who is to be mailed.
func (h *house) digest(span time.Duration) {
	h.T.Helper()
	h.After(span)
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := jobs.Enqueue(ctx, tx, tx.Now, flow.Digest{})
		return err
	})
	h.Settle()
}

// mails waits until there are so many mails: they are kept a moment after their transaction.
func (h *house) mails(n int) []desktest.Letter {
	h.T.Helper()
	dbtest.Eventually(h.T, "there are so many mails", func() bool { return len(h.Letters.All()) >= n })
	return h.Letters.All()
}

func TestWhatIsUnreadIsMailedOnceToWhoIsAway(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.AgentRole)
		here := true
		h.Notify.AtDesk = func(context.Context, *db.Tx, desk.AgentID) (bool, error) { return here, nil }
		c, d := h.Receive(desktest.Ann, "Hello"), h.Receive(desktest.Bob, "Goodbye")
		h.assign(c, ilze)
		h.assign(d, ilze)
		h.tell()
		h.digest(40 * time.Minute)
		if got := h.Letters.All(); len(got) != 0 {
			t.Errorf("mailed to who is at the desk: %+v", got)
		}
		here = false
		h.digest(2 * time.Minute)
		got := h.mails(1)
		if len(got) != 1 || got[0].Template != "digest" || strings.Count(got[0].Data["list"], "https://desk.example/app/view/all/") != 2 ||
			strings.Contains(got[0].Data["list"], "Hello") {
			t.Fatalf("mails %+v, want one that names both conversations by their numbers", got)
		}
		h.Receive(desktest.Ann, "Re: Hello")
		h.Change(c, conversation.Change{Assignee: new(desk.AgentID)})
		h.assign(c, ilze)
		h.tell()
		h.digest(60 * time.Minute)
		if got := h.Letters.All(); len(got) != 1 {
			t.Errorf("%d mails within two hours, want 1", len(got))
		}
		h.digest(90 * time.Minute)
		h.mails(2)
	})
}
