package automate_test

import (
	"context"
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/automation"
	"tellus/internal/platform/db"
)

// followers are those who follow a conversation.
func followers(d *desktest.Desk, c desk.ConversationID) (who []desk.AgentID) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := d.Conversations.FollowersOf(ctx, tx, []desk.ConversationID{c})
		who = all[c]
		return err
	})
	return who
}

// TestARuleHasPeopleFollow has a rule make people follow what begins, and another one take them away. Where all is so already nothing is said; where one may not see it nobody follows, and
// the log says why. A macro means whoever uses it.
func TestARuleHasPeopleFollow(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		liga, ivo := d.Agent("Liga", desk.AgentRole), d.Agent("Ivo", desk.LightAgent)
		id := ruling(d, desk.Action{Do: desk.Follow, Agents: []desk.AgentID{liga, d.Eva}})
		again := ruling(d, desk.Action{Do: desk.Follow, Agents: []desk.AgentID{liga}})
		first := d.ReceiveAbout(ann, "Boots", "My boots are too small.")
		d.Follow()
		if got := followers(d, first); fmt.Sprint(got) != fmt.Sprint([]desk.AgentID{d.Eva, liga}) {
			t.Errorf("%v follow it, want Eva and Liga", got)
		}
		if f, other := firings(d, id), firings(d, again); len(f) != 1 || fmt.Sprint(f[0].Deeds) != "[follow]" || len(other) != 0 {
			t.Errorf("fired %+v and %+v, want the first alone", f, other)
		}

		// Who may not see it follows nothing, and nobody else does by half.
		team := d.Team("Repairs", liga, d.Eva)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO inbox_access (inbox, team) SELECT id, $1 FROM inbox`, team); err != nil {
				return err
			}
			_, err := d.Rules.Delete(ctx, tx, desk.ByAgent(d.Eva), id)
			return err
		})
		blind := ruling(d, desk.Action{Do: desk.Follow, Agents: []desk.AgentID{d.Eva, ivo}})
		second := d.ReceiveAbout(berta, "Laces", "I need laces.")
		d.Follow()
		if got := followers(d, second); fmt.Sprint(got) != fmt.Sprint([]desk.AgentID{liga}) {
			t.Errorf("%v follow it, want Liga alone", got)
		}
		if f := firings(d, blind); len(f) != 1 || f[0].State != automation.Failed || f[0].Why != string(desk.WhyCannotSee) {
			t.Errorf("fired %+v, want it failed since one may not see it", f)
		}

		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Hands.Do(ctx, tx, d.Scope(d.Eva), second, 0, []desk.Action{{Do: desk.Follow, Me: true}, {Do: desk.Unfollow, Agents: []desk.AgentID{liga, ivo}}})
			return err
		})
		if got := followers(d, second); fmt.Sprint(got) != fmt.Sprint([]desk.AgentID{d.Eva}) {
			t.Errorf("%v follow it, want Eva alone", got)
		}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: "Nobody", Events: []desk.EventKind{desk.ConversationOpened}, Actions: []desk.Action{{Do: desk.Follow, Me: true}}})
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			t.Errorf("a rule for whoever acts: %v, want it refused", err)
		}
	})
}
