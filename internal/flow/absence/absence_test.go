package absence_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

type house struct {
	*desktest.Desk
	mia, jon desk.AgentID
	team     desk.TeamID
}

func each(t *testing.T, f func(h *house)) {
	t.Helper()
	desktest.Each(t, func(d *desktest.Desk) {
		h := &house{Desk: d, mia: d.Agent("Mia", desk.AgentRole), jon: d.Agent("Jon", desk.AgentRole)}
		h.team = h.Team("Support", h.mia, h.jon)
		h.ChangeInbox(h.Support, func(e *inbox.Edit) { e.Team = h.team })
		f(h)
	})
}

func (h *house) absent(who, deputy desk.AgentID, in, span time.Duration) (a desk.Absence) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = h.Duty.Plan(ctx, tx, desk.ByAgent(who), who, desk.AbsenceEdit{From: tx.Now.Add(in), To: tx.Now.Add(in + span), Deputy: deputy})
		return err
	})
	return a
}

func (h *house) holder(what string, c desk.ConversationID, want desk.AgentID) {
	h.T.Helper()
	if got := h.Row(c); got.Assignee != want || got.Team != h.team {
		h.T.Errorf("%s: agent %d of team %d has it, want agent %d", what, got.Assignee, got.Team, want)
	}
}

// TestWhatWaitsGoesBackToTheTeam has somebody go: what waits for her goes back as she goes, what waits for a customer stays hers until he writes, and when she is back nothing is taken.
func TestWhatWaitsGoesBackToTheTeam(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		waits, asked := h.Receive(desktest.Ann, "Where is it?"), h.Receive(desktest.Bob, "Broken")
		waiting := desk.StatusWaiting
		h.Change(waits, conversation.Change{Assignee: &h.mia})
		h.Change(asked, conversation.Change{Assignee: &h.mia, Status: &waiting})
		h.absent(h.mia, 0, time.Hour, 48*time.Hour)
		h.HandOver()
		h.holder("before she goes", waits, h.mia)
		h.After(time.Hour)
		h.HandOver()
		h.holder("as she goes", waits, 0)
		h.holder("what waits for the customer", asked, h.mia)
		h.Receive(desktest.Bob, "Re: Broken")
		h.HandOver()
		h.holder("as he writes", asked, 0)
		h.After(48 * time.Hour)
		h.HandOver()
		h.Change(asked, conversation.Change{Assignee: &h.mia})
		h.Receive(desktest.Bob, "Re: Broken")
		h.HandOver()
		h.holder("back again", asked, h.mia)
	})
}

// TestTheDeputyIsGivenIt gives what comes to the deputy, to his own while he is absent too, and to the team where the deputy may not see it.
func TestTheDeputyIsGivenIt(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		kai, out := h.Agent("Kai", desk.AgentRole), h.Agent("Out", desk.AgentRole)
		h.Team("Others", out)
		second := h.Team("Second", kai)
		h.ChangeInbox(h.Support, func(e *inbox.Edit) { e.Teams = []desk.TeamID{h.team, second} })
		c := h.Receive(desktest.Ann, "Hello")
		h.Change(c, conversation.Change{Assignee: &h.mia})
		h.absent(h.mia, h.jon, 0, 10*time.Hour)
		h.HandOver()
		h.holder("the deputy", c, h.jon)
		h.absent(h.jon, kai, 0, 5*time.Hour)
		h.HandOver()
		h.holder("the deputy's deputy", c, kai)
		h.absent(kai, out, 0, 5*time.Hour)
		h.HandOver()
		h.holder("a deputy who may not see it", c, 0)
	})
}

// TestWhoIsAbsentIsGivenNothing has what goes back be given to a colleague by the team's distribution, never to her, and cancelling has her be there again.
func TestWhoIsAbsentIsGivenNothing(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := h.Router.Routing.Set(ctx, tx, desk.ByAgent(h.Eva), h.team, routing.Edit{Method: assign.InTurn, Capacity: 10})
			return err
		})
		for _, who := range []desk.AgentID{h.mia, h.jon} {
			h.Here[who] = desk.At(h.Now())
		}
		h.Distribute()
		a := h.absent(h.mia, 0, 0, 10*time.Hour)
		h.HandOver()
		var all []desk.ConversationID
		for i := range 4 {
			all = append(all, h.Receive(desktest.Ann, fmt.Sprint("Hello ", i)))
		}
		h.Distribute()
		for _, c := range all {
			h.holder("given", c, h.jon)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Duty.Cancel(ctx, tx, desk.ByAgent(h.mia), a.ID)
			return err
		})
		h.HandOver()
		c := h.Receive(desktest.Bob, "Hello")
		h.Distribute()
		h.holder("there again", c, h.mia)
	})
}

// TestThreeNodesHandOverOnce has three wake at once for 150 conversations: each goes back once.
func TestThreeNodesHandOverOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		const many = 150
		for i := range many {
			c := h.Receive(desktest.Ann, fmt.Sprint("Hello ", i))
			h.Change(c, conversation.Change{Assignee: &h.mia})
		}
		h.absent(h.mia, h.jon, 0, 10*time.Hour)
		var nodes sync.WaitGroup
		for range 3 {
			nodes.Go(func() {
				for {
					wait, err := h.Absence.Turn(h.T.Context())
					if err != nil {
						h.T.Error(err)
						return
					}
					if wait > 0 {
						return
					}
				}
			})
		}
		nodes.Wait()
		var n, gave int
		h.Read(func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Row(ctx, `SELECT count(*) FROM conversation WHERE assignee = $1`, h.jon).Scan(&n); err != nil {
				return err
			}
			return tx.Row(ctx, `SELECT count(*) FROM event WHERE kind = 'assignee.changed' AND data LIKE '%absent%'`).Scan(&gave)
		})
		if n != many || gave != many {
			t.Errorf("%d went to the deputy by %d events, want %d", n, gave, many)
		}
	})
}
