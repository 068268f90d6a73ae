package notify_test

import (
	"context"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/notify"
	"tellus/internal/platform/db"
)

// roster makes one in UTC.
func (h *house) roster(turns ...desk.Turn) (id desk.RosterID) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		r, err := h.Duty.Create(ctx, tx, desk.ByAgent(h.Eva), desk.RosterEdit{Name: "Managers", Zone: "UTC", Turns: turns})
		id = r.ID
		return err
	})
	return id
}

// call asks who is on duty to look.
func (h *house) call(c desk.ConversationID, roster desk.RosterID, loud bool) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.Hands.DoByPolicy(ctx, tx, c, []desk.Action{{Do: desk.TellPeople, Duty: []desk.RosterID{roster}, Loud: loud}})
		return err
	})
}

// quiet has somebody never be disturbed by day.
func (h *house) quiet(agent desk.AgentID) {
	h.wishes(agent, func(w *notify.Wishes) {
		w.Quiet = notify.Hours{On: true, From: 6 * 60, To: 20 * 60, Days: notify.Everyday}
	})
}

// TestWhoIsOnDutyIsCalledThoughItIsQuiet calls a roster: the first rank is told at once in his quiet hours, the second and a colleague with quiet hours are not.
func TestWhoIsOnDutyIsCalledThoughItIsQuiet(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze, jan := h.Agent("Ilze", desk.Supervisor), h.Agent("Jan", desk.Supervisor)
		for who, name := range map[desk.AgentID]string{ilze: "ilze", jan: "jan"} {
			h.subscribe(who, name)
			h.quiet(who)
		}
		roster := h.roster(desk.Turn{Agent: ilze, Rank: 1, From: 9 * 60, To: 17 * 60, Days: 127}, desk.Turn{Agent: jan, Rank: 2, From: 0, To: 0, Days: 127})
		c := h.Receive(desktest.Ann, "Hello")
		h.call(c, roster, false)
		if got := h.pushed("ilze"); len(got) != 1 {
			t.Errorf("who is on duty: %q, want one push", got)
		}
		h.want("the second rank", jan, told{})
		h.assign(c, jan)
		if got := h.pushed("jan"); len(got) != 0 {
			t.Errorf("in quiet hours, and not on duty: %q", got)
		}
		h.After(8 * time.Hour) // 18:00: it is Jan's turn
		h.call(c, roster, false)
		if got := h.pushed("jan"); len(got) == 0 {
			t.Error("the next rank was not called when the first had gone")
		}
	})
}

// TestWhatIsLoudIsToldByEveryMeans mails at once who is at his desk, was mailed a minute ago and wants no such mail; a second time too.
func TestWhatIsLoudIsToldByEveryMeans(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.Supervisor)
		h.subscribe(ilze, "phone")
		h.wishes(ilze, func(w *notify.Wishes) {
			w.By = map[notify.Kind]map[notify.Channel]bool{notify.Told: {notify.InApp: false, notify.Push: false, notify.Mail: false}}
		})
		h.quiet(ilze)
		h.Notify.AtDesk = func(context.Context, *db.Tx, desk.AgentID) (bool, error) { return true, nil }
		roster := h.roster(desk.Turn{Agent: ilze, Rank: 1, From: 9 * 60, To: 17 * 60, Days: 127})
		for i, who := range []desktest.Person{desktest.Ann, desktest.Bob} {
			c := h.Receive(who, "Hello")
			h.call(c, roster, true)
			if got := h.told(ilze)[c]; len(got) != 1 || got[0] != "told" {
				t.Errorf("on the bell: %q", got)
			}
			if got := h.pushed("phone"); len(got) != i+1 {
				t.Errorf("pushes %q, want %d", got, i+1)
			}
			h.mails(i + 1)
		}
	})
}

// TestWhoIsNextIsCalledWhenHisTurnBegins rings out of the hours of the owner's line: nobody is disturbed before they begin, and it is not forgotten.
func TestWhoIsNextIsCalledWhenHisTurnBegins(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.Supervisor)
		h.subscribe(ilze, "phone")
		roster := h.roster(desk.Turn{Agent: ilze, Rank: 1, From: 14 * 60, To: 20 * 60, Days: 127})
		c := h.Receive(desktest.Ann, "Hello")
		h.call(c, roster, true)
		if got := h.pushed("phone"); len(got) != 0 || len(h.Letters.All()) != 0 {
			t.Errorf("before the hours: pushes %q, mails %+v", got, h.Letters.All())
		}
		h.wishes(ilze, func(w *notify.Wishes) { w.MailWait = 60 }) // what he chooses meanwhile brings nothing forward
		if got := h.pushed("phone"); len(got) != 0 {
			t.Errorf("after choosing: pushes %q", got)
		}
		h.After(4*time.Hour + time.Minute)
		if got := h.pushed("phone"); len(got) != 1 {
			t.Errorf("as they begin: %q, want one push", got)
		}
		h.mails(1)
	})
}

// TestTimeOffIsNotDisturbed pushes nothing to who is absent or out of his working hours, unless he is on duty then.
func TestTimeOffIsNotDisturbed(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ilze := h.Agent("Ilze", desk.Supervisor)
		h.subscribe(ilze, "phone")
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Duty.Plan(ctx, tx, desk.ByAgent(ilze), ilze, desk.AbsenceEdit{From: tx.Now.Add(-time.Hour), To: tx.Now.Add(48 * time.Hour)})
			return err
		})
		c := h.Receive(desktest.Ann, "Hello")
		h.assign(c, ilze)
		if got := h.pushed("phone"); len(got) != 0 {
			t.Errorf("while absent: %q", got)
		}
		h.digest(3 * time.Hour)
		if got := h.Letters.All(); len(got) != 0 {
			t.Errorf("mailed while absent: %+v", got)
		}
		h.After(46 * time.Hour)
		if got := h.pushed("phone"); len(got) != 1 {
			t.Errorf("back again: %q, want one push", got)
		}
	})
}
