package notify_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/sla"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// TestARuleTellsPeopleOfABrokenPromise has a promise break: the rule raises the priority and tells a team, the lead of the conversation's, and whoever has the conversation, once each, and nobody who may
// not see it.
func TestARuleTellsPeopleOfABrokenPromise(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		mia, jon, out, ida := h.Agent("Mia", desk.AgentRole), h.Agent("Jon", desk.Supervisor), h.Agent("Out", desk.AgentRole), h.Agent("Ida", desk.Supervisor)
		leads := h.Team("Leads", jon, out)
		sees := h.Team("Support", mia, ida)
		h.ChangeInbox(h.Support, func(e *inbox.Edit) { e.Teams = []desk.TeamID{sees} })
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Staff.UpdateTeam(ctx, tx, staff.Identity{Agent: h.Eva}, staff.Visitor{}, sees, staff.TeamChange{Version: 1, Leads: &[]desk.AgentID{ida}})
			return err
		})
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := h.Policies.Create(ctx, tx, desk.ByAgent(h.Eva), sla.Edit{Name: "All", Active: true,
				Targets: []sla.Target{{Kind: deadline.FirstAnswer, Minutes: []int64{60, 60, 60, 60}}}}); err != nil {
				return err
			}
			_, err := h.Rules.Create(ctx, tx, desk.ByAgent(h.Eva), automation.Edit{Name: "Late", Active: true, Events: []desk.EventKind{desk.ClockBreached},
				Actions: []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent},
					{Do: desk.TellPeople, Agents: []desk.AgentID{h.Eva}, Teams: []desk.TeamID{leads}, Holder: true, Leads: true}}})
			return err
		})
		h.Settle()
		c := h.Receive(desktest.Ann, "Where is my parcel?")
		h.Change(c, conversation.Change{Assignee: &mia, Team: &sees})
		for _, who := range []desk.AgentID{h.Eva, mia, jon, out, ida} {
			h.told(who)
		}
		h.Follow()
		h.After(2 * time.Hour)
		if _, err := h.Promises.Fire(t.Context()); err != nil {
			h.T.Fatal(err)
		}
		h.Follow()
		h.Follow()
		if got := h.Row(c).Priority; got != desk.Urgent {
			h.T.Errorf("priority %d, want urgent", got)
		}
		want := map[desk.AgentID][]string{h.Eva: {"told"}, jon: {"told"}, ida: {"told"}, mia: {"told", "overdue", "assigned"}, out: nil}
		for who, kinds := range want {
			if diff := cmp.Diff(kinds, h.told(who)[c]); diff != "" {
				h.T.Errorf("agent %s was told:\n%s", who, diff)
			}
		}
	})
}
