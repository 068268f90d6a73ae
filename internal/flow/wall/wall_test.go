package wall_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/field"
	figures "tellus/internal/feature/figure"
	"tellus/internal/feature/wallboard"
	"tellus/internal/flow/wall"
	"tellus/internal/platform/db"
)

func walls(d *desktest.Desk) *wall.Walls {
	return &wall.Walls{DB: d.DB, Figures: &figures.Service{Conversations: d.Conversations}, Staff: d.Staff, Presence: d.Presence}
}

func draw(d *desktest.Desk, w *wall.Walls, b *desk.Wallboard) *wall.Picture {
	d.T.Helper()
	p, err := w.Draw(context.Background(), b)
	if err != nil {
		d.T.Fatal(err)
	}
	return p
}

func zoe(i int) desktest.Person {
	return desktest.Person{Name: "Zoe", Address: fmt.Sprintf("z%d@home.example", i)}
}

// TestABoardShowsHowItStands lives through a day of which each figure is known, and looks at a board of everything and at one of one team.
func TestABoardShowsHowItStands(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T.(*testing.T)
		mia, leo := d.Agent("Mia", desk.AgentRole), d.Agent("Leo", desk.AgentRole)
		shoes, bags := d.Team("Shoes", mia, leo), d.Team("Bags", mia)
		d.Promise(60)
		var complaint desk.ConversationType
		var why desk.Field
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if complaint, err = d.Fields.CreateType(ctx, tx, desk.System, field.TypeEdit{Name: "Grumble", Kind: desk.Complaint, Icon: "complaint", Colour: "red"}); err != nil {
				return err
			}
			why, err = d.Fields.Create(ctx, tx, desk.System, field.Edit{Name: "Why unhappy", Kind: desk.ChoiceField, Options: []desk.FieldOption{{Name: "Not called back"}, {Name: "Incomplete"}, {Name: "Nobody chose it"}}})
			return err
		})
		// It is nine in the morning of the day after, in Riga.
		zone, err := time.LoadLocation("Europe/Riga")
		if err != nil {
			t.Fatal(err)
		}
		y, m, day := d.Now().In(zone).Date()
		d.After(time.Date(y, m, day+1, 9, 0, 0, 0, zone).Sub(d.Now()))

		var all []desk.ConversationID
		for i := range 5 {
			c := d.ReceiveAbout(zoe(i), fmt.Sprint("Matter ", i), "Hello?")
			if i < 3 {
				d.Change(c, conversation.Change{Team: &shoes})
			}
			all = append(all, c)
		}
		d.Change(all[0], conversation.Change{Fields: desk.FieldValues{why.ID: desk.IDsOf(why.Options[0].ID)}})
		d.Change(all[1], conversation.Change{Type: &complaint.ID, Fields: desk.FieldValues{why.ID: desk.IDsOf(why.Options[0].ID)}})
		d.Change(all[3], conversation.Change{Type: &complaint.ID, Fields: desk.FieldValues{why.ID: desk.IDsOf(why.Options[1].ID)}})
		d.After(20 * time.Minute)
		d.Reply(all[0], "So it is.")
		resolved := desk.StatusResolved
		d.Change(all[0], conversation.Change{Status: &resolved})
		d.After(70 * time.Minute) // the others are late
		if _, err := d.Promises.Fire(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := d.ReceiveAbout(zoe(9), "Just now", "Hello?")
		d.Change(fresh, conversation.Change{Team: &bags})
		hidden := d.ReceiveAbout(zoe(10), "Between us", "Hello?")
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Conversations.SetAccess(ctx, tx, desk.System, desk.Scope{Agent: d.Eva, All: true}, hidden, conversation.Access{Restricted: true})
		})
		d.Here[mia] = desk.At(d.Now())
		if _, err := d.Presence.Review(t.Context(), d.DB); err != nil {
			t.Fatal(err)
		}

		board := desk.Wallboard{ID: 1, WallboardEdit: desk.WallboardEdit{Name: "All", Zone: "Europe/Riga", Language: "lv", Theme: "dark", Field: why.ID, Version: 1}}
		w := walls(d)
		p := draw(d, w, &board)
		if p.Received != 6 || p.Resolved != 1 || p.Name != "All" || p.Language != "lv" || p.Theme != "dark" {
			t.Errorf("of today: %+v", p)
		}
		if p.FirstAnswer.Kept != 1 || p.FirstAnswer.Broken != 4 || p.FirstAnswer.Median < 20*60 || p.FirstAnswer.Median > 21*60 {
			t.Errorf("first answers: %+v", p.FirstAnswer)
		}
		if p.FirstContact != (wall.Contact{Resolved: 1, Once: 1}) {
			t.Errorf("first contact: %+v", p.FirstContact)
		}
		if p.Waiting.Count != 5 || p.Complaints.Count != 2 || p.Complaints.Late != 2 || p.Complaints.Due != desk.Never {
			t.Errorf("waiting: %+v, complaints %+v", p.Waiting, p.Complaints)
		}
		if want := (&wall.Reasons{Field: "Why unhappy", Days: 30, Items: []figure.Share{{Name: "Not called back", Count: 2}, {Name: "Incomplete", Count: 1}}}); !cmp.Equal(want, p.Reasons) {
			t.Error(cmp.Diff(want, p.Reasons))
		}
		type line struct {
			team                        string
			open, waiting, late, people int64
			due, soon                   bool
			kept, broken                int64
		}
		lines := func(p *wall.Picture) (all []line) {
			for _, q := range p.Queues {
				all = append(all, line{q.Team, q.Open, q.Waiting, q.Late, q.People, q.Due != desk.Never, q.Soon, q.Kept, q.Broken})
				if (q.Since != 0) != (q.Waiting > 0) {
					t.Errorf("%d wait in %q, since %s", q.Waiting, q.Team, q.Since)
				}
			}
			return all
		}
		want := []line{{"", 2, 2, 2, -1, false, false, 0, 2}, {"Shoes", 2, 2, 2, 1, false, false, 1, 2}, {"Bags", 1, 1, 0, 1, true, false, 0, 0}}
		if diff := cmp.Diff(want, lines(p), cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("queues:\n%s", diff)
		}

		// A board of one team counts what that has; whoever is its only one, nobody's name is there.
		one := board
		one.ID, one.Teams, one.Field = 2, []desk.TeamID{bags}, 0
		p = draw(d, w, &one)
		if diff := cmp.Diff([]line{{"Bags", 1, 1, 0, 1, true, false, 0, 0}}, lines(p), cmp.AllowUnexported(line{})); diff != "" || p.Received != 1 || p.Reasons != nil || p.Complaints.Count != 0 || p.FirstAnswer.Median != -1 {
			t.Errorf("of one team: %+v\n%s", p, diff)
		}
		// A board of a team that is no more counts nothing, not everything.
		gone := board
		gone.ID, gone.Teams = 3, []desk.TeamID{9999}
		if p = draw(d, w, &gone); len(p.Queues) != 0 || p.Received != 0 || p.Waiting.Count != 0 {
			t.Errorf("of no team: %+v", p)
		}

		// What changes is seen seconds later, and at midnight a new day begins.
		late := d.ReceiveAbout(zoe(11), "One more", "Hello?")
		d.Change(late, conversation.Change{Team: &bags})
		d.After(5 * time.Second)
		if p = draw(d, w, &one); p.Queues[0].Open != 2 {
			t.Errorf("seconds later: %+v", p.Queues)
		}
		d.After(16 * time.Hour)
		if p = draw(d, w, &board); p.Received != 0 || p.Resolved != 0 || p.FirstContact != (wall.Contact{ResolvedBefore: 1, OnceBefore: 1}) || p.FirstAnswer != (wall.Answers{Median: -1}) {
			t.Errorf("the day after: %+v", p)
		}
	})
}

// TestManyScreensAreOneQuestion has many screens ask for a board at once: the database is asked for one of them.
func TestManyScreensAreOneQuestion(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Receive(desktest.Ann, "Hello?")
		w := walls(d)
		board := desk.Wallboard{ID: 1, WallboardEdit: desk.WallboardEdit{Name: "All", Zone: "UTC", Language: "en", Theme: "light"}}
		var mu sync.Mutex
		asked := 0
		d.Trace(func(query string, _ []any) {
			mu.Lock()
			defer mu.Unlock()
			if len(query) > 20 {
				asked++
			}
		})
		draw(d, w, &board)
		mu.Lock()
		alone := asked
		mu.Unlock()
		var screens sync.WaitGroup
		for range 40 {
			screens.Go(func() { draw(d, w, &board) })
		}
		screens.Wait()
		mu.Lock()
		defer mu.Unlock()
		if alone == 0 || asked != alone {
			d.T.Errorf("one screen asks %d times, and forty more %d times", alone, asked-alone)
		}
	})
}

// TestABoardIsKept makes a board, refuses what cannot be one, and gives it links of which only the newest leads anywhere.
func TestABoardIsKept(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		t := d.T.(*testing.T)
		s := &wallboard.Service{}
		shoes := d.Team("Shoes")
		var words, private desk.Field
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			if words, err = d.Fields.Create(ctx, tx, desk.System, field.Edit{Name: "Words", Kind: desk.TextField}); err != nil {
				return err
			}
			private, err = d.Fields.Create(ctx, tx, desk.System, field.Edit{Name: "Illness", Kind: desk.ChoiceField, Personal: true, Options: []desk.FieldOption{{Name: "Cold"}}})
			return err
		})
		good := desk.WallboardEdit{Name: "  By  the door ", Teams: []desk.TeamID{shoes, shoes}, Zone: "Europe/Vilnius", Language: "lt", Theme: "light"}
		var b desk.Wallboard
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			b, err = s.Create(ctx, tx, good)
			return err
		})
		if b.Name != "By the door" || len(b.Teams) != 1 || b.LinkAt != 0 || b.Version != 1 {
			t.Errorf("made: %+v", b)
		}
		for at, bad := range map[string]func(e *desk.WallboardEdit){
			"body.name": func(e *desk.WallboardEdit) { e.Name = "BY THE DOOR" }, "body.zone": func(e *desk.WallboardEdit) { e.Zone = "Local" },
			"body.teams": func(e *desk.WallboardEdit) { e.Teams = []desk.TeamID{4711} }, "body.field": func(e *desk.WallboardEdit) { e.Field = words.ID },
			"body.field ": func(e *desk.WallboardEdit) { e.Field = private.ID }, "body.name ": func(e *desk.WallboardEdit) { e.Name = "  " },
		} {
			e := good
			e.Name = "Another"
			bad(&e)
			if err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := s.Create(ctx, tx, e)
				return err
			}); !desk.IsRefusal(err, desk.Invalid) {
				t.Errorf("%s: %v", at, err)
			}
		}
		e := b.WallboardEdit
		e.Theme = "dark"
		change := func() error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := s.Change(ctx, tx, b.ID, e)
				return err
			})
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := change(); !desk.IsRefusal(err, desk.Conflict) {
			t.Errorf("changed at the version before: %v", err)
		}
		leads := func(token string) bool {
			ok := false
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				found, err := s.Linked(ctx, tx, token)
				ok = err == nil && found.ID == b.ID
				if err != nil && !desk.IsRefusal(err, desk.NotFound) {
					return err
				}
				return nil
			})
			return ok
		}
		link := func() (token string) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				_, token, err = s.Link(ctx, tx, b.ID)
				return err
			})
			return token
		}
		if leads("") {
			t.Error("no secret at all leads to a board")
		}
		first := link()
		if !leads(first) {
			t.Error("its link leads nowhere")
		}
		second := link()
		if leads(first) || !leads(second) {
			t.Error("the link before leads on, or the new one nowhere")
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.Unlink(ctx, tx, b.ID)
			return err
		})
		if leads(second) {
			t.Error("a link that was taken away leads on")
		}
	})
}
