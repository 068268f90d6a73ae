package live_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

// closedInbox has the support inbox seen by a team only.
func (h *house) closedInbox(team desk.TeamID) {
	h.T.Helper()
	h.ChangeInbox(h.Support, func(e *inbox.Edit) { e.Teams = []desk.TeamID{team} })
}

func (h *house) restrict(id desk.ConversationID, in conversation.Access) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		return h.Conversations.SetAccess(ctx, tx, desk.ByAgent(h.Eva), desk.Scope{Agent: h.Eva, All: true}, id, in)
	})
}

func (h *house) seq() (newest desk.Seq) {
	h.T.Helper()
	if err := h.DB.Ask(h.T.Context(), `SELECT COALESCE(max(seq), 0) FROM event`).Scan(&newest); err != nil {
		h.T.Fatal(err)
	}
	return newest
}

func TestAMailShowsInEveryWindowOfWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team := h.Team("Support")
		h.closedInbox(team)
		insider, outsider := h.Agent("Ilze", desk.AgentRole, team), h.Agent("Otto", desk.AgentRole)
		eva, ilze, otto := h.browser("Eva", h.Eva), h.browser("Ilze", insider), h.browser("Otto", outsider)
		c := h.Receive(desktest.Ann, "A secret matter")
		heard := h.marked(eva, ilze, otto)
		for i, who := range []string{"Eva", "Ilze"} {
			if got := rows(heard[i]); !slices.Equal(got, []desk.ConversationID{c}) {
				t.Errorf("%s was told %s, want the row of %s", who, show(heard[i]), c)
			}
			for _, m := range heard[i] {
				if m.Row != nil && (!m.Row.Unread || m.Row.Subject != "A secret matter") {
					t.Errorf("%s was told the row %+v", who, m.Row)
				}
			}
		}
		if len(rows(heard[2])) != 0 || len(gone(heard[2])) != 0 {
			t.Errorf("Otto, who may not see it, was told %s", show(heard[2]))
		}
	})
}

func TestAChangeBringsOrTakesTheConversation(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team, other := h.Team("Support"), h.Team("Accounts")
		h.closedInbox(team)
		h.Team("Nobody")
		ann, bert := h.Agent("Anna", desk.AgentRole), h.Agent("Bert", desk.AgentRole, other)
		c := h.Receive(desktest.Ann, "Hello")
		eva, a, b := h.browser("Eva", h.Eva), h.browser("Anna", ann), h.browser("Bert", bert)
		check := func(what string, wantA, wantB string) {
			t.Helper()
			heard := h.marked(eva, a, b)
			for i, want := range []string{"row", wantA, wantB} {
				got := ""
				for _, m := range heard[i] {
					if m.Type == "row" && m.Row.ID == c || m.Type == "gone" && m.ID == c {
						got = m.Type
					}
				}
				if got != want {
					t.Errorf("%s: window %d was told %q (%s), want %q", what, i, got, show(heard[i]), want)
				}
			}
		}
		to := func(id desk.AgentID) conversation.Change { return conversation.Change{Assignee: &id} }
		inTeam := func(id desk.TeamID) conversation.Change { return conversation.Change{Team: &id} }
		h.Change(c, to(ann))
		check("assigned to Anna", "row", "gone")
		h.Change(c, to(0))
		check("taken from Anna", "gone", "gone")
		h.Change(c, inTeam(other))
		check("given to Bert's team", "gone", "row")
		h.restrict(c, conversation.Access{Restricted: true, Agents: []desk.AgentID{ann}})
		check("restricted to Anna and Eva", "row", "gone")
		subject := "Hello again"
		h.Change(c, conversation.Change{Subject: &subject})
		check("changed while restricted", "row", "")
		h.restrict(c, conversation.Access{})
		check("opened again", "gone", "row")
	})
}

func TestAChangeOfSightStartsAnew(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team := h.Team("Support")
		h.closedInbox(team)
		otto := h.Agent("Otto", desk.AgentRole)
		c := h.Receive(desktest.Ann, "Hello")
		b, eva := h.browser("Otto", otto), h.browser("Eva", h.Eva)
		boss := staff.Identity{Agent: h.Eva, Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			now, err := h.Staff.Agent(ctx, tx, otto)
			if err != nil {
				return err
			}
			_, err = h.Staff.UpdateAgent(ctx, tx, boss, staff.Visitor{}, otto, staff.AgentChange{Version: now.Version, Teams: &[]desk.TeamID{team}})
			return err
		})
		b.next("reset")
		for _, m := range h.marked(eva)[0] {
			if m.Type == "reset" {
				t.Error("Eva, whose sight stayed, was told to start anew")
			}
		}
		subject := "Hello again"
		h.Change(c, conversation.Change{Subject: &subject})
		if m := b.next("row"); m.Row.ID != c {
			t.Errorf("Otto was told of %s, want %s", m.Row.ID, c)
		}
		h.closedInbox(h.Team("Others"))
		b.next("reset")
		h.Receive(desktest.Bob, "Something else")
		if heard := h.marked(b)[0]; len(rows(heard)) != 0 {
			t.Errorf("Otto, whose team lost the inbox, was told %s", show(heard))
		}
	})
}

func TestALineThatWasCutIsToldExactlyWhatItMissed(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		cookie := http.Header{"Cookie": {h.signIn(h.Eva)}}
		c := h.Receive(desktest.Ann, "Hello")
		first := h.dial("Eva", cookie, 0)
		h.marked(first)
		from := h.seq()
		_ = first.socket.NetConn().Close() // that is the cut
		subject := "While away"
		h.Change(c, conversation.Change{Subject: &subject})
		d := h.Receive(desktest.Bob, "Came meanwhile")
		b := h.dial("Eva again", cookie, from)
		heard := h.marked(b)[0]
		if got := rows(heard); !slices.Equal(got, []desk.ConversationID{c, d}) {
			t.Errorf("after the cut Eva was told %s, want the rows of %s and %s", show(heard), c, d)
		}
		seen := map[desk.Seq]int{}
		for _, m := range heard {
			for _, e := range m.events() {
				seen[e.Seq]++
				if e.Seq <= from {
					t.Errorf("event %d (%s) was told again", e.Seq, e.Kind)
				}
			}
		}
		for seq, n := range seen {
			if n != 1 {
				t.Errorf("event %d was told %d times", seq, n)
			}
		}
	})
}

// TestNothingIsMissedBetweenTwoLines cuts a line again and again while events are appended, with and without others connected.
func TestNothingIsMissedBetweenTwoLines(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		cookie := http.Header{"Cookie": {h.signIn(h.Eva)}}
		at := h.seq()
		const many = 400
		last := make(chan desk.Seq, 1)
		go func() {
			var newest desk.Seq
			for i := range many {
				var e *desk.Event
				err := h.DB.Write(context.Background(), func(tx *db.Tx) error {
					e = &desk.Event{By: desk.System, Kind: desk.TagUpdated, SubjectKind: desk.AboutTag, Subject: int64(i + 1)}
					return eventlog.Append(context.Background(), tx, e)
				})
				newest = e.Seq // known with the commit
				if err != nil {
					h.T.Errorf("append: %v", err)
				}
			}
			last <- newest
		}()
		got := map[int64]bool{}
		var end desk.Seq
		for line := 0; end == 0 || at < end; line++ {
			b, err := h.tryDial(fmt.Sprint("line ", line), cookie, at)
			if err != nil {
				h.T.Fatal(err)
			}
			enough := time.After(time.Duration(3+line%5*7+line) * time.Millisecond) // ever longer, so that the slowest machine gets on
		hear:
			for {
				select {
				case m := <-b.heard:
					if m.Type == "reset" {
						h.T.Fatalf("line %d: reset at %d", line, m.Seq)
					}
					if m.Type == "event" {
						got[m.events()[0].Subject] = true
						at = max(at, m.Seq)
					}
				case end = <-last:
				case <-enough:
					break hear
				}
			}
			_ = b.socket.NetConn().Close() // that is the cut
			if line > 3000 {
				h.T.Fatalf("still at %d of %d", at, end)
			}
		}
		if len(got) != many {
			h.T.Errorf("%d of %d events were told", len(got), many)
		}
	})
}

func TestACursorOfAnotherWorldStartsAnew(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.Receive(desktest.Ann, "Hello")
		cookie := http.Header{"Cookie": {h.signIn(h.Eva)}}
		for _, from := range []desk.Seq{1 << 40, -5} {
			// What is not settled yet when the line starts anew is told after the reset, rightly.
			dbtest.Eventually(h.T, "all that is settled", func() bool { return h.events.Horizon() >= h.seq() })
			b := h.dial("Eva", cookie, from)
			if m := b.next("reset"); m.Seq == 0 || m.Seq > h.seq() {
				t.Errorf("from %d: reset to %d, want where the log is", from, m.Seq)
			}
			c := h.Receive(desktest.Bob, "And then")
			if m := b.next("row"); m.Row.ID != c {
				t.Errorf("from %d: told of %s, want %s", from, m.Row.ID, c)
			}
		}
	})
}

func TestWhoMissedTooMuchStartsAnew(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		from := h.seq()
		h.append(3000, 10)
		dbtest.Eventually(h.T, "all that is settled", func() bool { return h.events.Horizon() >= h.seq() })
		b := h.dial("Eva", http.Header{"Cookie": {h.signIn(h.Eva)}}, max(from, 1))
		if m := b.next("reset"); m.Seq != h.seq() {
			t.Errorf("reset to %d, want %d", m.Seq, h.seq())
		}
		if heard := h.marked(b)[0]; len(heard) != 0 {
			t.Errorf("told %s after the reset", show(heard))
		}
	})
}

// append writes n events of about size bytes that everybody hears.
func (h *house) append(n, size int) {
	h.T.Helper()
	data := []byte(`"` + strings.Repeat("x", size) + `"`)
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		var all []*desk.Event
		for range n {
			all = append(all, &desk.Event{By: desk.System, Kind: desk.SettingUpdated, SubjectKind: desk.AboutSetting, Data: data})
		}
		return eventlog.Append(ctx, tx, all...)
	})
}

func TestASlowWindowIsDroppedAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	eva := h.browser("Eva", h.Eva)
	slow, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close() // the server has closed it by then
	fmt.Fprintf(slow, "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: %s\r\n\r\n", h.signIn(h.Eva))
	head := make([]byte, 12)
	if _, err := slow.Read(head); err != nil || string(head) != "HTTP/1.1 101" {
		t.Fatalf("upgrade: %q, %v", head, err)
	}
	h.marked(eva)
	for range 8 {
		h.append(1000, 4000) // 32 MB: more than the queue and any buffer on the way
		h.marked(eva)        // which runs out of patience where a write to the slow one hangs
	}
	dbtest.Eventually(t, "the slow window is cut off", func() bool {
		_ = slow.SetReadDeadline(time.Now().Add(5 * time.Second)) // an error shows in Read
		buf := make([]byte, 1<<20)
		for {
			if _, err := slow.Read(buf); err != nil {
				return !strings.Contains(err.Error(), "timeout")
			}
		}
	})
	c := h.Receive(desktest.Ann, "Hello")
	if m := eva.next("row"); m.Row.ID != c {
		t.Errorf("told of %s, want %s", m.Row.ID, c)
	}
}

func TestTheEndOfASessionEndsItsLineAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		otto := h.Agent("Otto", desk.AgentRole)
		boss := staff.Identity{Agent: h.Eva, Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}
		h.Agent("Olga", desk.Owner) // a desk without an owner answers that it must be set up first
		eva := h.browser("Eva", h.Eva)
		cookie := h.signIn(otto)
		one, two := h.dial("one", http.Header{"Cookie": {cookie}}, 0), h.browser("two", otto)
		h.marked(one, two)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			id, _, err := h.Staff.Authenticate(ctx, tx, strings.TrimPrefix(cookie, "tellus_session="))
			if err != nil {
				return err
			}
			return h.Staff.SignOut(ctx, tx, id, staff.Visitor{})
		})
		one.ends()
		h.marked(two)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			now, err := h.Staff.Agent(ctx, tx, otto)
			if err != nil {
				return err
			}
			off := false
			_, err = h.Staff.UpdateAgent(ctx, tx, boss, staff.Visitor{}, otto, staff.AgentChange{Version: now.Version, Active: &off})
			return err
		})
		two.ends()
		for _, m := range h.marked(eva)[0] {
			if m.Type == "reset" {
				t.Error("Eva was told to start anew because a colleague left")
			}
		}
		if _, err := h.tryDial("one again", http.Header{"Cookie": {cookie}}, 0); err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("a line with a session that is over: %v, want 401", err)
		}
	})
}

func TestATokenSeesNoMoreAfterAChangeOfAccess(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team := h.Team("Support")
		h.closedInbox(team)
		var text string
		h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			boss := staff.Identity{Agent: h.Eva, Role: desk.Supervisor, Permissions: desk.Roles[desk.Supervisor]}
			_, text, err = h.Staff.CreateToken(ctx, tx, boss, staff.Visitor{}, staff.NewToken{Name: "screen", Scopes: []string{string(desk.ReadConversations)}})
			return err
		})
		b := h.dial("screen", http.Header{"Authorization": {"Bearer " + text}}, 0)
		h.Write(func(ctx context.Context, tx *db.Tx) error { return h.Staff.AccessChanged(ctx, tx, desk.System, h.Eva) })
		h.Receive(desktest.Ann, "A secret matter")
		if heard := h.marked(b)[0]; len(rows(heard)) != 0 {
			t.Errorf("a token without %s was told %s", desk.SeeAll, show(heard))
		}
	})
}

func TestMarksAndDraftsAreToldToTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		otto := h.Agent("Otto", desk.AgentRole)
		c := h.Receive(desktest.Ann, "Hello")
		evas, evas2, ottos := h.browser("Eva", h.Eva), h.browser("Eva's other window", h.Eva), h.browser("Otto", otto)
		h.marked(evas, evas2, ottos)
		var last desk.MessageID
		if err := h.DB.Ask(t.Context(), `SELECT max(id) FROM message WHERE conversation = $1 AND kind = 'incoming'`, c).Scan(&last); err != nil {
			t.Fatal(err)
		}
		// All in one transaction, so that they are told together.
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			for _, who := range []desk.AgentID{h.Eva, otto} {
				scope, err := h.Staff.Scope(ctx, tx, who)
				if err != nil {
					return err
				}
				if err := h.Conversations.Read(ctx, tx, scope, c, last); err != nil {
					return err
				}
				if _, err := h.Conversations.SaveDraft(ctx, tx, scope, c, desk.DraftBody{Mode: "reply", HTML: "<p>Dear Ann</p>"}); err != nil {
					return err
				}
			}
			_, err := h.Conversations.AddNote(ctx, tx, desk.ByAgent(otto), desk.Scope{Agent: otto, All: true}, c,
				conversation.NewNote{HTML: "<p>Look</p>"}, h.Staff.Scope)
			return err
		})
		heard := h.marked(evas, evas2, ottos)
		for i, me := range []desk.AgentID{h.Eva, h.Eva, otto} {
			var mine, notes int
			for _, m := range heard[i] {
				for _, e := range m.events() {
					switch {
					case e.Kind == desk.NoteAdded:
						notes++
					case e.By.Agent() != me:
						t.Errorf("agent %s was told %s of agent %s", me, e.Kind, e.By.Agent())
					case e.Kind == desk.ReadMarked || e.Kind == desk.DraftSaved:
						mine++
					}
				}
			}
			if mine != 2 || notes != 1 {
				t.Errorf("window %d was told %d marks and drafts of its own and %d notes, want 2 and 1: %s", i, mine, notes, show(heard[i]))
			}
		}
		for _, m := range heard[0] {
			if m.Type == "row" && !slices.Contains(m.kinds(), desk.NoteAdded) && m.Row.Unread {
				t.Error("Eva's row is unread after she read it")
			}
		}
	})
}

func TestCountsComeAtMostOnceASecond(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		const mails = 12
		began := time.Now()
		eva := h.browser("Eva", h.Eva)
		for i := range mails {
			h.Receive(desktest.Person{Name: "P", Address: fmt.Sprintf("p%d@other.example", i)}, "Hello")
		}
		times := 0
		eva.until("all mails counted", func(m told) bool {
			if m.Type != "counts" {
				return false
			}
			// Each may come late, and the next in time: what holds on a busy machine is how many there can be since the beginning.
			if times++; times > int(m.at.Sub(began)/time.Second)+1 {
				t.Errorf("counts came %d times within %v", times, m.at.Sub(began))
			}
			for _, v := range m.Items {
				if v.ID == "all" && v.Count == mails {
					return true
				}
			}
			return false
		})
	})
}

func TestWindowsSeeWhoElseLooksAndTypes(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		team := h.Team("Support")
		h.closedInbox(team)
		ilze, otto := h.Agent("Ilze", desk.AgentRole, team), h.Agent("Otto", desk.AgentRole)
		c := h.Receive(desktest.Ann, "Hello")
		eva, eva2, i, o := h.browser("Eva", h.Eva), h.browser("Eva's other window", h.Eva), h.browser("Ilze", ilze), h.browser("Otto", otto)
		opens := func(b *browser, id desk.ConversationID) { b.say(map[string]any{"type": "open", "conversation": id}) }
		sees := func(b *browser, want string) {
			t.Helper()
			b.until(want, func(m told) bool {
				if m.Type != "presence" {
					return false
				}
				var who []string
				for _, a := range m.Agents {
					s := map[desk.AgentID]string{h.Eva: "Eva", ilze: "Ilze", otto: "Otto"}[a.Agent]
					if a.Typing {
						s += "*"
					}
					who = append(who, s)
				}
				return m.Conversation == c && strings.Join(who, " ") == want
			})
		}
		opens(eva, c)
		sees(eva, "Eva")
		opens(i, c)
		sees(eva, "Eva Ilze")
		sees(i, "Eva Ilze")
		opens(eva2, c)
		eva2.say(map[string]any{"type": "typing", "conversation": c, "on": true})
		sees(i, "Eva* Ilze")
		opens(eva2, 0) // the first window still looks
		sees(i, "Eva Ilze")
		opens(o, c) // who may not see it does not look at it
		heard := h.marked(o, eva)
		for _, m := range slices.Concat(heard...) {
			if m.Type == "presence" && len(m.Agents) > 2 || m.Type == "presence" && m.Conversation == c && slices.Contains(heardBy(heard[0]), "presence") {
				t.Errorf("Otto, who may not see it, is among those who look, or was told: %s", show(heard[0]))
			}
		}
		h.restrict(c, conversation.Access{Restricted: true}) // Ilze lost it
		sees(eva, "Eva")
		h.restrict(c, conversation.Access{})
		opens(i, c)
		sees(eva, "Eva Ilze")
		_ = i.socket.NetConn().Close() // the browser dies
		sees(eva, "Eva")
	})
}

func heardBy(all []told) (types []string) {
	for _, m := range all {
		types = append(types, m.Type)
	}
	return types
}

func TestAPageOfAnotherSiteGetsNoLine(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	_, err := h.tryDial("evil", http.Header{"Cookie": {h.signIn(h.Eva)}, "Origin": {"https://evil.example"}}, 0)
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a line with a foreign Origin: %v, want 403", err)
	}
}

func TestForeignKindsOfEventsPassThrough(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		c := h.Receive(desktest.Ann, "Hello")
		eva := h.browser("Eva", h.Eva)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			return eventlog.Append(ctx, tx,
				&desk.Event{By: desk.Actor{Kind: "oracle", ID: 7}, Kind: "prophecy.spoken", SubjectKind: "prophecy", Subject: 3, Data: []byte(`{"deep":[1,{"x":null}]}`)},
				&desk.Event{By: desk.System, Kind: "conversation.foretold", SubjectKind: desk.AboutConversation, Subject: int64(c), Conversation: c},
				&desk.Event{By: desk.System, Kind: "conversation.lost", SubjectKind: desk.AboutConversation, Subject: 1 << 40, Conversation: 1 << 40})
		})
		heard := h.marked(eva)[0]
		if got := rows(heard); !slices.Equal(got, []desk.ConversationID{c}) {
			t.Errorf("told %s, want the row of %s", show(heard), c)
		}
	})
}

// TestTheEndLeavesNothingBehind does not run beside others: it looks at all goroutines.
func TestTheEndLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // see above
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			d := desktest.New(t, e)
			d.Receive(desktest.Ann, "Hello")
			before := goleak.IgnoreCurrent()
			h := open(d)
			eva := h.browser("Eva", h.Eva)
			eva.say(map[string]any{"type": "open", "conversation": 1})
			late := h.dial("Eva again", http.Header{"Cookie": {h.signIn(h.Eva)}}, h.seq())
			h.stop()
			eva.ends()
			late.ends()
			http.DefaultClient.CloseIdleConnections()
			var left error
			t.Cleanup(func() {
				if left != nil {
					t.Log(left)
				}
			})
			dbtest.Eventually(t, "all goroutines end", func() bool {
				left = goleak.Find(before, goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"))
				return left == nil
			})
		})
	}
}
