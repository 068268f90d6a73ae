package route_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	"tellus/internal/feature/routing"
	"tellus/internal/platform/db"
)

// skill makes a skill that these people have.
func (w *world) skill(name string, who ...desk.AgentID) (made desk.Skill) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = w.Router.Routing.CreateSkill(ctx, tx, desk.ByAgent(w.Eva), desk.SkillEdit{Name: name, Agents: who})
		return err
	})
	return made
}

// can says which skills somebody has.
func (w *world) can(who desk.AgentID, skills ...desk.SkillID) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Router.Routing.SetSkillsOf(ctx, tx, desk.ByAgent(w.Eva), who, skills)
		return err
	})
	w.Distribute()
}

// demand has the team give out, and ask for skills by type.
func (w *world) demand(m assign.Method, minutes, capacity int, needs ...routing.SkillNeed) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		now, err := w.Router.Routing.Of(ctx, tx, w.team)
		if err != nil {
			return err
		}
		now.Method, now.Capacity, now.PreviousDays, now.WaiveMinutes, now.Skills = m, capacity, 0, minutes, needs
		_, _, err = w.Router.Routing.Set(ctx, tx, desk.ByAgent(w.Eva), w.team, now.Edit)
		return err
	})
	w.Distribute()
}

// kind makes a type of conversations.
func (w *world) kind(name string) (made desk.ConversationType) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = w.Fields.CreateType(ctx, tx, desk.ByAgent(w.Eva), field.TypeEdit{Name: name, Kind: desk.OtherType, Icon: "tag", Colour: "grey"})
		return err
	})
	return made
}

// about has a customer write about something of a type, 0 for none.
func (w *world) about(customer int, kind desk.TypeID) desk.ConversationID {
	w.T.Helper()
	c := w.receive(customer)
	if kind != 0 {
		w.Change(c, conversation.Change{Type: &kind})
	}
	w.Distribute()
	return c
}

func TestALetterGoesToWhoHasTheSkillOfItsType(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		plain, skilled := w.people[0], w.people[1]
		repair, other := w.kind("Repair").ID, w.kind("Other matters").ID
		soldering := w.skill("Soldering", skilled)
		w.demand(assign.LeastBusy, 30, 20, routing.SkillNeed{Type: repair, Skill: soldering.ID, Need: assign.Required})
		w.here(plain)
		letter := w.about(1, repair)
		if who := w.Row(letter).Assignee; who != 0 {
			t.Fatalf("given to %s, who cannot", who)
		}
		for i, kind := range []desk.TypeID{other, 0} {
			if who := w.Row(w.about(2+i, kind)).Assignee; who != plain {
				t.Errorf("what needs nothing is with %s", who)
			}
		}
		w.here(plain, skilled)
		if who := w.Row(letter).Assignee; who != skilled {
			t.Fatalf("it is with %s, want %s", who, skilled)
		}
		// Why is said by the name of then.
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := w.Router.Routing.ChangeSkill(ctx, tx, desk.ByAgent(w.Eva), soldering.ID, desk.SkillEdit{Name: "Brazing", Agents: []desk.AgentID{skilled}, Version: soldering.Version})
			return err
		})
		why := w.why(letter)[0]
		if want := []routing.SkillAsked{{Skill: soldering.ID, Name: "Soldering", Need: assign.Required}}; why.How != assign.Only || !slices.Equal(why.Skills, want) || why.Waived || why.Language != "" {
			t.Errorf("why: %+v", why)
		}
		for _, c := range why.Considered {
			if (c.Out == assign.NoSkill) != (c.Agent != skilled) || slices.Contains(c.Lacks, soldering.ID) != (c.Agent != skilled) {
				t.Errorf("considered: %+v", c)
			}
		}

		// So is what turns out to be of another type, and what waits when somebody learns it or it is needed no more.
		w.here(plain)
		w.here(plain) // the other has gone, and did not come back
		second, third, fourth := w.about(5, repair), w.about(6, repair), w.about(7, repair)
		w.Change(second, conversation.Change{Type: &other})
		w.Distribute()
		if a, b := w.Row(second).Assignee, w.Row(third).Assignee; a != plain || b != 0 {
			t.Errorf("of another type it is with %s, what needs the skill is with %s", a, b)
		}
		w.can(plain, soldering.ID)
		if who := w.Row(third).Assignee; who != plain {
			t.Errorf("when he has learned it, it is with %s", who)
		}
		if who := w.Row(fourth).Assignee; who != plain {
			t.Errorf("when he has learned it, the next is with %s", who)
		}
		w.can(plain)
		fifth := w.about(8, repair)
		if who := w.Row(fifth).Assignee; who != 0 {
			t.Errorf("who has unlearned it has what needs it: %s", who)
		}
		w.demand(assign.LeastBusy, 0, 20, routing.SkillNeed{Type: repair, Skill: soldering.ID, Need: assign.Preferred})
		if who := w.Row(fifth).Assignee; who != plain {
			t.Errorf("where it is only preferred it is with %s", who)
		}
	})
}

func TestARequiredSkillIsWaivedAtItsMinute(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		who, repair := w.people[0], w.kind("Repair").ID
		soldering := w.skill("Soldering")
		w.demand(assign.InTurn, 30, 20, routing.SkillNeed{Type: repair, Skill: soldering.ID, Need: assign.Required})
		w.here(who)
		letter := w.about(1, repair)
		wait := w.pass(29, who)
		if left := w.Row(letter).CreatedAt.Add(30 * time.Minute).Sub(desk.At(w.Now())); wait <= 0 || wait > left+time.Second {
			t.Errorf("it looks again in %s, and it is waived in %s", wait, left)
		}
		if got := w.Row(letter).Assignee; got != 0 {
			t.Fatalf("given to %s a minute too early", got)
		}
		w.pass(1, who)
		if got := w.Row(letter).Assignee; got != who {
			t.Fatalf("after 30 minutes it is with %s", got)
		}
		if why := w.why(letter)[0]; !why.Waived || len(why.Skills) != 1 || len(why.Considered[0].Lacks) != 1 || why.Considered[0].Out != assign.Fit {
			t.Errorf("why: %+v", why)
		}
		if w.pass(0, who); w.told() != 1 {
			t.Errorf("it was told %d times", w.told())
		}
	})
}

// Merged, a skill is had by who had either and asked for by what asked for either, required where either was; deleted, nothing asks for it.
func TestASkillIsMergedAndDeleted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		repair, other := w.kind("Repair").ID, w.kind("Other matters").ID
		a, b := w.skill("Soldering", w.people[0]), w.skill("Brazing", w.people[0], w.people[1])
		w.demand(assign.InTurn, 30, 20, routing.SkillNeed{Type: repair, Skill: a.ID, Need: assign.Required}, routing.SkillNeed{Type: repair, Skill: b.ID, Need: assign.Preferred}, routing.SkillNeed{Type: other, Skill: a.ID, Need: assign.Preferred})
		drop := func(id, into desk.SkillID) (gone desk.Skill, now routing.Distribution, left []desk.Skill) {
			w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				if gone, err = w.Router.Routing.DropSkill(ctx, tx, desk.ByAgent(w.Eva), id, into); err != nil {
					return err
				}
				if now, err = w.Router.Routing.Of(ctx, tx, w.team); err != nil {
					return err
				}
				left, err = w.Router.Routing.Skills(ctx, tx)
				return err
			})
			return gone, now, left
		}
		gone, now, left := drop(a.ID, b.ID)
		if len(gone.Agents) != 1 || !slices.Equal(gone.Teams, []desk.TeamID{w.team}) {
			t.Errorf("it was used by %+v", gone)
		}
		if want := []routing.SkillNeed{{Type: repair, Skill: b.ID, Need: assign.Required}, {Type: other, Skill: b.ID, Need: assign.Preferred}}; !slices.Equal(now.Skills, want) {
			t.Errorf("merged, the team asks for %+v", now.Skills)
		}
		if len(left) != 1 || !slices.Equal(left[0].Agents, w.people[:2]) || left[0].Version == b.Version {
			t.Errorf("merged: %+v", left)
		}
		w.here(w.people[2])
		letter := w.about(1, repair)
		if who := w.Row(letter).Assignee; who != 0 {
			t.Errorf("who has neither was given it: %s", who)
		}
		if _, now, left = drop(b.ID, 0); len(now.Skills) != 0 || len(left) != 0 {
			t.Errorf("deleted: %+v, %+v", now.Skills, left)
		}
		if w.Distribute(); w.Row(letter).Assignee != w.people[2] {
			t.Error("what needs nothing any more waits")
		}
	})
}

// Over random days with two skills, two types and a team that asks for some of them: nothing waits that somebody who is free can, nobody is given what he cannot before it is waived, and nobody more than
// he may have.
func TestNothingWaitsForASkillThatSomebodyHas(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		kinds := []desk.TypeID{0, w.kind("Repair").ID, w.kind("Other matters").ID}
		skills := []desk.SkillID{w.skill("Soldering").ID, w.skill("Sewing").ID}
		has := map[desk.AgentID][]desk.SkillID{}
		here, customers, seen := []desk.AgentID{}, 0, map[desk.ConversationID]int{}
		rapid.Check(t, func(rt *rapid.T) {
			team := desires{capacity: rapid.IntRange(1, 3).Draw(rt, "capacity"), minutes: rapid.SampledFrom([]int{5, 30}).Draw(rt, "minutes")}
			method := rapid.SampledFrom(assign.Methods).Draw(rt, "method")
			ask := func() {
				team.needs = nil
				for _, k := range kinds[1:] {
					for _, s := range skills {
						if n := rapid.SampledFrom([]assign.Need{assign.Required, assign.Preferred, assign.Indifferent}).Draw(rt, "need"); n != assign.Indifferent {
							team.needs = append(team.needs, routing.SkillNeed{Type: k, Skill: s, Need: n})
						}
					}
				}
				w.demand(method, team.minutes, team.capacity, team.needs...)
			}
			ask()
			w.checkSkills(rt, has, team, seen)
			for range rapid.IntRange(3, 10).Draw(rt, "steps") {
				switch rapid.SampledFrom([]string{"mail", "mail", "mail", "here", "resolve", "learn", "pass", "turns out", "ask"}).Draw(rt, "step") {
				case "mail":
					customers++
					w.about(customers, rapid.SampledFrom(kinds).Draw(rt, "kind"))
				case "here":
					here = rapid.SliceOfNDistinct(rapid.SampledFrom(w.people), 0, 3, rapid.ID).Draw(rt, "who")
					w.here(here...)
					w.pass(0, here...)
				case "resolve":
					if c := w.one(rt, `TRUE`); c != 0 {
						to := desk.StatusResolved
						w.Change(c, conversation.Change{Status: &to})
						w.Distribute()
					}
				case "learn":
					who := rapid.SampledFrom(w.people).Draw(rt, "who")
					has[who] = rapid.SliceOfDistinct(rapid.SampledFrom(skills), rapid.ID).Draw(rt, "skills")
					w.can(who, has[who]...)
				case "turns out":
					if c := w.one(rt, `assignee IS NULL`); c != 0 {
						w.Change(c, conversation.Change{Type: &kinds[rapid.IntRange(0, 2).Draw(rt, "kind")]})
						w.Distribute()
					}
				case "ask":
					ask()
				case "pass":
					w.pass(rapid.IntRange(1, 20).Draw(rt, "pass"), here...)
				}
				w.checkSkills(rt, has, team, seen)
			}
		})
	})
}

// desires is what a team asks for.
type desires struct {
	needs             []routing.SkillNeed
	minutes, capacity int
}

// lacks says, apart from the engine, whether somebody with some skills lacks one that is required for a type.
func (d desires) lacks(kind desk.TypeID, has []desk.SkillID) bool {
	return slices.ContainsFunc(d.needs, func(n routing.SkillNeed) bool {
		return n.Type == kind && n.Need == assign.Required && !slices.Contains(has, n.Skill)
	})
}

func (w *world) checkSkills(rt *rapid.T, has map[desk.AgentID][]desk.SkillID, team desires, seen map[desk.ConversationID]int) {
	var takers map[desk.AgentID]bool
	var waiting []conversation.InQueue
	w.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		if takers, err = w.Presence.Takers(ctx, tx, "mail"); err != nil {
			return err
		}
		waiting, err = w.Conversations.Queue(ctx, tx, w.team, nil, 1000)
		return err
	})
	minutes := time.Duration(team.minutes) * time.Minute
	for _, p := range w.people {
		if n := w.load(p); takers[p] && n < team.capacity {
			for _, q := range waiting {
				if desk.At(w.Now()) >= q.Since.Add(minutes) || !team.lacks(q.Type, has[p]) {
					rt.Fatalf("conversation %s of type %s waits since %s, now %s, while %s, who has %v, has %d of %d", q.ID, q.Type, q.Since.Time(), w.Now(), p, has[p], n, team.capacity)
				}
			}
		}
	}
	for c, a := range w.fresh(seen) {
		for _, p := range a.Considered {
			if p.Agent == a.Agent && p.Load >= p.Capacity {
				rt.Fatalf("conversation %s was given to %s, who had %d of %d", c, a.Agent, p.Load, p.Capacity)
			}
		}
		row := w.Row(c)
		if team.lacks(row.TypeID, has[a.Agent]) && (!a.Waived || a.At < row.CreatedAt.Add(minutes)) {
			rt.Fatalf("conversation %s of type %s was given to %s, who has %v: %+v", c, row.TypeID, a.Agent, has[a.Agent], a)
		}
	}
}
