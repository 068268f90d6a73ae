package figure_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/conversation"
	figures "tellus/internal/feature/figure"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
)

// week is the seven days that end on the day on which it is now, in Riga.
func week(t *testing.T, d *desktest.Desk, by figure.By) figures.Span {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	today, err := desk.ParseDate(d.Now().In(zone).Format(time.DateOnly))
	if err != nil {
		t.Fatal(err)
	}
	return figures.Span{From: today - 6, To: today, Zone: zone.String(), Bounds: figure.Days(today-6, today, zone), By: by}
}

// TestAWeekIsCounted lives through a week in which each figure is known, and looks at it by team, inbox and channel, as somebody who sees all and as somebody who sees one team.
func TestAWeekIsCounted(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T.(*testing.T)
		s := &figures.Service{Conversations: d.Conversations}
		mia := d.Agent("Mia", desk.AgentRole)
		shoes := d.Team("Shoes", mia)
		others := d.Team("Others")
		d.ChangeInbox(d.Support, func(e *inbox.Edit) { e.Teams = []desk.TeamID{others} })
		d.Promise(60)
		old := d.ReceiveAbout(desktest.Ann, "Before the week", "Hello?") // it stays open
		d.After(8 * 24 * time.Hour)
		var all []desk.ConversationID
		for i := range 6 {
			c := d.ReceiveAbout(desktest.Person{Name: "Zoe", Address: fmt.Sprintf("z%d@home.example", i)}, fmt.Sprint("Matter ", i), "Hello?")
			if i < 4 {
				d.Change(c, conversation.Change{Team: &shoes})
			}
			all = append(all, c)
		}
		resolved := desk.StatusResolved
		d.After(30 * time.Minute)
		d.Reply(all[0], "So it is.") // in time, and solved by it
		d.Change(all[0], conversation.Change{Status: &resolved})
		d.After(2 * time.Hour)
		d.Reply(all[1], "So it is.") // late, twice
		d.Reply(all[1], "And so.")
		d.Change(all[1], conversation.Change{Status: &resolved})
		spam := true
		d.Change(all[5], conversation.Change{Spam: &spam}) // counts for nothing
		if _, err := d.Promises.Fire(t.Context()); err != nil {
			t.Fatal(err)
		}

		read := func(scope desk.Scope, by figure.By) (f figures.Figures) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				f, err = s.Of(ctx, tx, scope, week(t, d, by))
				return err
			})
			return f
		}
		eva := d.Scope(d.Eva)
		want := figures.Line{Received: 5, Answered: 2, Resolved: 2, FirstContact: 1, Open: 4, Ages: []int64{3, 0, 0, 0, 1},
			Causes: []figures.Cause{}, Promises: []figures.Promise{{Kind: deadline.FirstAnswer, Kept: 1, Broken: 4}}} // the old one broke before the week, spam counts for nothing
		for _, by := range []figure.By{figure.ByTeam, figure.ByInbox, figure.ByChannel} {
			f := read(eva, by)
			if diff := cmp.Diff(want, f.Total); diff != "" {
				t.Errorf("by %s:\n%s", by, diff)
			}
			var received, done int64
			for _, day := range f.Days {
				received, done = received+day.Received, done+day.Resolved
			}
			if received != 5 || done != 2 || len(f.Days) != 7 || f.Days[6].Received != 5 {
				t.Errorf("day by day: %+v", f.Days)
			}
		}
		teams := read(eva, figure.ByTeam).Lines
		if len(teams) != 2 || teams[0].Key != shoes.String() || teams[0].Received != 4 || teams[1].Key != "" || teams[1].Received != 1 || teams[1].Open != 2 {
			t.Errorf("by team: %+v", teams)
		}
		// Who sees one team has its figures for all there is.
		if f := read(d.Scope(mia), figure.ByTeam); f.Total.Received != 4 || f.Total.Open != 2 || len(f.Lines) != 1 {
			t.Errorf("as Mia sees it: %+v", f.Total)
		}

		// Behind each figure are as many conversations as it says.
		behind := func(scope desk.Scope, w figures.Which, below int64, limit int) (rows []desk.Conversation) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				rows, err = s.Behind(ctx, tx, scope, week(t, d, figure.ByTeam), w, below, limit)
				return err
			})
			return rows
		}
		for n, count := range map[figure.Name]int{figure.Received: 5, figure.Answered: 2, figure.Resolved: 2, figure.FirstContact: 1, figure.Open: 4, figure.Kept: 1, figure.Broken: 4} {
			if got := behind(eva, figures.Which{Figure: n}, 0, 50); len(got) != count {
				t.Errorf("behind %s are %d, want %d", n, len(got), count)
			}
		}
		of, nobody := strconv.Itoa(int(shoes)), ""
		if got := behind(eva, figures.Which{Figure: figure.Received, Key: &of}, 0, 50); len(got) != 4 {
			t.Errorf("behind a team's are %d", len(got))
		}
		if got := behind(eva, figures.Which{Figure: figure.Open, Key: &nobody}, 0, 50); len(got) != 2 {
			t.Errorf("behind no team's are %d", len(got))
		}
		if got := behind(eva, figures.Which{Figure: figure.Open, Age: 5}, 0, 50); len(got) != 1 || got[0].ID != old {
			t.Errorf("the oldest are %+v", got)
		}
		if got := behind(eva, figures.Which{Figure: figure.Broken, Kind: deadline.Resolve}, 0, 50); len(got) != 0 {
			t.Errorf("another kind of promise has %d", len(got))
		}
		first := behind(eva, figures.Which{Figure: figure.Received}, 0, 3)
		rest := behind(eva, figures.Which{Figure: figure.Received}, first[len(first)-1].Number, 3)
		if len(first) != 3 || len(rest) != 2 || rest[0].Number >= first[2].Number {
			t.Errorf("in pages: %d and %d", len(first), len(rest))
		}
		if got := behind(d.Scope(mia), figures.Which{Figure: figure.Open}, 0, 50); len(got) != 2 {
			t.Errorf("Mia sees %d behind what is open", len(got))
		}
	})
}

// TestPromisesOfPeopleAreCounted has people keep and break what they promised, in two teams: each is counted by the team whose it was as it ended, and by its cause.
func TestPromisesOfPeopleAreCounted(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T.(*testing.T)
		s := &figures.Service{Conversations: d.Conversations}
		shoes := d.Team("Shoes")
		a, b := d.ReceiveAbout(desktest.Ann, "Boots", "Hello?"), d.ReceiveAbout(desktest.Ann, "Gloves", "Hello?")
		d.Change(a, conversation.Change{Team: &shoes})
		kept, late, given := d.Commit(a, "In time", time.Hour), d.Commit(a, "Too late", time.Hour), d.Commit(b, "Never", time.Hour)
		d.Commit(b, "Still open, and late", 2*time.Hour)
		dropped := d.Commit(b, "Not needed", time.Hour)
		d.EndCommitment(kept, true, "")
		d.EndCommitment(dropped, false, "not_needed")
		d.After(3 * time.Hour)
		if _, err := d.Promises.Fire(t.Context()); err != nil {
			t.Fatal(err)
		}
		nobody := desk.TeamID(0)
		d.Change(a, conversation.Change{Team: &nobody}) // it was theirs as its time passed
		d.EndCommitment(late, true, "forgotten")
		d.EndCommitment(given, false, "forgotten")
		var f figures.Figures
		d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			f, err = s.Of(ctx, tx, d.Scope(d.Eva), week(t, d, figure.ByTeam))
			return err
		})
		if diff := cmp.Diff([]figures.Promise{{Kind: figures.People, Kept: 1, Broken: 3}}, f.Total.Promises); diff != "" {
			t.Errorf("all:\n%s", diff)
		}
		if diff := cmp.Diff([]figures.Cause{{Cause: "forgotten", Count: 2}, {Cause: "", Count: 1}}, f.Total.Causes); diff != "" {
			t.Errorf("causes:\n%s", diff)
		}
		for _, l := range f.Lines {
			if want := (figures.Promise{Kind: figures.People, Kept: 1, Broken: 1}); l.Key == shoes.String() && l.Promises[0] != want {
				t.Errorf("of the team: %+v, want %+v", l.Promises, want)
			}
		}
		for which, want := range map[figures.Which]int{{Figure: figure.Kept}: 1, {Figure: figure.Broken}: 2, {Figure: figure.Broken, Kind: figures.People}: 2, {Figure: figure.Broken, Kind: deadline.Resolve}: 0} {
			var rows []desk.Conversation
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				rows, err = s.Behind(ctx, tx, d.Scope(d.Eva), week(t, d, figure.ByTeam), which, 0, 50)
				return err
			})
			if len(rows) != want {
				t.Errorf("behind %+v are %d conversations, want %d", which, len(rows), want)
			}
		}
	})
}
