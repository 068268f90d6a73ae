package feeds_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/hours"
	"tellus/internal/flow/feeds"
	"tellus/internal/platform/db"
	"tellus/internal/platform/outward"
)

// origin is a server of a feed on loopback, which says what a test wants it to say next.
type origin struct {
	*httptest.Server
	sync.Mutex
	answer http.HandlerFunc
	asked  []http.Header
}

func (o *origin) says(h http.HandlerFunc) {
	o.Lock()
	defer o.Unlock()
	o.answer = h
}

// sends has it send a calendar of events, each as its lines, and tell an unchanged one by its tag.
func (o *origin) sends(events ...string) {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	for i, e := range events {
		text += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%d\r\n%s\r\nEND:VEVENT\r\n", i, strings.ReplaceAll(e, " ", "\r\n"))
	}
	text += "END:VCALENDAR\r\n"
	tag := fmt.Sprintf(`"%x"`, len(text))
	o.says(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(text)) // a client that went away is what some tests are about
	})
}

func (o *origin) last() http.Header {
	o.Lock()
	defer o.Unlock()
	return o.asked[len(o.asked)-1]
}

func (o *origin) count() int {
	o.Lock()
	defer o.Unlock()
	return len(o.asked)
}

type house struct {
	*desktest.Desk
	*origin
	feeds *hours.Feeds
	cal   desk.CalendarID
}

func each(t *testing.T, do func(h *house)) {
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			do(open(t, e))
		})
	}
}

// open is a desk whose inbox is open from nine to five on every day, and a server on loopback that feeds may be read from.
func open(t *testing.T, e desktest.Engine) *house {
	o := &origin{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.Lock()
		o.asked = append(o.asked, r.Header.Clone())
		answer := o.answer
		o.Unlock()
		answer(w, r)
	}))
	t.Cleanup(o.Close)
	h := &house{Desk: desktest.New(t, e), origin: o}
	h.Feeds.Client = outward.New(outward.Options{Timeout: time.Minute, MaxBytes: 100 << 10, StaysSecure: true, Allow: func(to netip.AddrPort) bool {
		return to.String() == o.Listener.Addr().String()
	}})
	h.feeds = h.Feeds.Feeds
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		week := make([][]desk.OpenHours, 7)
		for d := range week {
			week[d] = []desk.OpenHours{{From: 9 * 60, To: 17 * 60}}
		}
		made, err := (&hours.Service{}).Create(ctx, tx, desk.System, desk.CalendarEdit{Name: "Office", Zone: "UTC", Week: week, Inboxes: []desk.InboxID{h.Support}})
		h.cal = made.ID
		return err
	})
	return h
}

func (h *house) edit(more func(*hours.FeedEdit)) hours.FeedEdit {
	e := hours.FeedEdit{Name: "Fairs", Address: h.Server.URL + "/private-0123456789/fairs.ics", Shuts: hours.ShutsAll, Active: true}
	if more != nil {
		more(&e)
	}
	return e
}

// add subscribes and looks.
func (h *house) add(more func(*hours.FeedEdit)) (f hours.Feed) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = h.feeds.Add(ctx, tx, desk.System, h.cal, h.edit(more))
		return err
	})
	h.Settle()
	return h.feed(f.ID)
}

func (h *house) feed(id desk.FeedID) (f hours.Feed) {
	h.T.Helper()
	h.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = h.feeds.Get(ctx, tx, h.cal, id)
		return err
	})
	return f
}

func (h *house) look(id desk.FeedID) hours.Feed {
	h.T.Helper()
	h.After(time.Second)
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.feeds.LookNow(ctx, tx, desk.System, h.cal, id)
		return err
	})
	h.Settle()
	return h.feed(id)
}

// hours are those that the inbox goes by now.
func (h *house) hours() (open hours.Hours) {
	h.T.Helper()
	h.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		open, _, err = hours.OfInbox(ctx, tx, h.Support)
		return err
	})
	return open
}

func (h *house) due(c desk.ConversationID) string { return h.Row(c).DueAt.Time().Format("02 15:04") }

func (h *house) redone() (turn int) {
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `SELECT COALESCE(max(turn), 0) FROM due_work`).Scan(&turn)
	})
	return turn
}

func TestAnEventShutsTheHoursAndMovesWhatIsDue(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		c := h.Receive(desktest.Ann, "horse")
		if got := h.due(c); got != "02 14:00" {
			h.T.Fatalf("without a feed due at %s, want 02 14:00", got)
		}
		h.sends("SUMMARY:Stocktaking DTSTART:20260302T093000Z DTEND:20260302T123000Z", "SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(nil)
		if f.Events != 2 || f.ReadAt == 0 || f.FailedWhy != "" || f.Looking || len(f.Coming) != 2 || f.Coming[0].Name != "Stocktaking" || !f.Coming[1].AllDay || f.Host != h.Server.URL {
			h.T.Fatalf("feed %+v", f)
		}
		if got := h.due(c); got != "02 16:30" { // four hours from half past twelve
			h.T.Errorf("due at %s, want 02 16:30", got)
		}
		open := h.hours()
		x, ok := open.ClosedBy(desk.At(h.Now()))
		if !ok || x.Name != "Stocktaking" || x.Public {
			h.T.Errorf("closed by %+v, %v", x, ok)
		}
		if x, ok := open.ClosedBy(desk.At(h.Now().Add(12 * time.Hour))); ok { // at ten in the evening nobody would be there anyway
			h.T.Errorf("closed by %+v at night", x)
		}
		why, days := open.Shut(desktest.Start, desktest.Start.Add(150*time.Minute))
		if why != hours.ShutEvent || len(days) != 1 || days[0].Name != "Stocktaking" || !days[0].Event || days[0].Date.String() != "2026-03-02" {
			h.T.Errorf("shut by %s: %+v", why, days)
		}
		if why, days := open.Shut(desktest.Start.Add(7*time.Hour), desktest.Start.Add(14*time.Hour)); why != hours.ShutHours || len(days) != 0 { // the outing begins at midnight, and takes nothing before nine
			h.T.Errorf("the night is shut by %s: %+v", why, days)
		}

		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		if f = h.look(f.ID); f.Events != 1 {
			h.T.Errorf("feed with fewer events %+v", f)
		}
		if got := h.due(c); got != "02 14:00" {
			h.T.Errorf("after the event was taken out due at %s, want 02 14:00", got)
		}
	})
}

func TestOnlyWholeDaysShutWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Stocktaking DTSTART:20260302T093000Z DTEND:20260302T123000Z", "SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(func(e *hours.FeedEdit) { e.Shuts, e.Public = hours.ShutsDays, true })
		if open := h.hours(); !open.OpenAt(h.Now()) || open.OpenAt(h.Now().AddDate(0, 0, 1)) || f.Coming[0].Shuts || !f.Coming[1].Shuts {
			h.T.Errorf("hours %+v, feed %+v", open, f)
		}
		if x, ok := h.hours().ClosedBy(desk.At(h.Now().AddDate(0, 0, 1))); !ok || !x.Public {
			h.T.Errorf("tomorrow is closed by %+v, %v", x, ok)
		}
		change := func(more func(*hours.FeedEdit)) (moved bool) {
			h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				e := h.edit(more)
				e.Address, e.Version = "", h.feed(f.ID).Version
				_, moved, err = h.feeds.Change(ctx, tx, desk.System, h.cal, f.ID, e)
				return err
			})
			return moved
		}
		if !change(nil) || h.hours().OpenAt(h.Now()) { // all events
			h.T.Error("all events do not shut")
		}
		if change(func(e *hours.FeedEdit) { e.Public = true }) {
			h.T.Error("what customers may read moves what is due")
		}
		if !change(func(e *hours.FeedEdit) { e.Active = false }) || !h.hours().OpenAt(h.Now()) {
			h.T.Error("a feed that is off shuts")
		}
		if err := h.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.feeds.LookNow(ctx, tx, desk.System, h.cal, f.ID)
			return err
		}); !desk.IsRefusal(err, desk.Conflict) {
			h.T.Errorf("looking at one that is off: %v", err)
		}
		asked := h.count()
		if change(nil); h.hours().OpenAt(h.Now()) {
			h.T.Error("one that is on again does not shut as it did")
		}
		if h.Settle(); h.count() != asked+1 {
			h.T.Errorf("one that is on again was asked %d times", h.count()-asked)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, moved, err := h.feeds.Remove(ctx, tx, desk.System, h.cal, f.ID)
			if !moved {
				h.T.Error("one that is gone still shuts")
			}
			return err
		})
		if !h.hours().OpenAt(h.Now()) {
			h.T.Error("one that is gone still shuts")
		}
		h.After(24 * time.Hour)
		if h.count() != asked+1 {
			h.T.Error("one that is gone is still asked")
		}
	})
}

func TestAnUnchangedFeedIsNotReadAgainAndMovesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(nil)
		before := h.redone()
		h.After(6 * time.Hour)
		again := h.feed(f.ID)
		if h.count() != 2 || h.last().Get("If-None-Match") == "" || again.ReadAt <= f.ReadAt || again.Events != 1 || again.NextAt <= f.NextAt {
			h.T.Errorf("asked %d times, the last with %v: %+v", h.count(), h.last(), again)
		}
		if h.redone() != before {
			h.T.Error("what is due was worked out anew though nothing changed")
		}
		h.sends("SUMMARY:Renamed DTSTART;VALUE=DATE:20260303")
		if f = h.look(f.ID); f.Coming[0].Name != "Renamed" || h.redone() != before {
			h.T.Errorf("another title: %+v, turn %d, want %d", f, h.redone(), before)
		}
		for range 4 {
			h.After(24 * time.Hour)
		}
		if !slices.ContainsFunc(h.asked[3:], func(r http.Header) bool { return r.Get("If-None-Match") == "" }) {
			h.T.Error("in four days it was never asked for whole: what comes into sight would never be seen")
		}
	})
}

func TestAFeedThatFailsKeepsWhatWasReadAndSaysWhy(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Stocktaking DTSTART:20260302T090000Z DTEND:20260302T123000Z")
		f := h.add(nil)
		gone := make(chan struct{})
		defer close(gone)
		var since desk.Time
		for _, c := range []struct {
			why    hours.FeedWhy
			status int
			answer http.HandlerFunc
		}{
			{hours.FeedStatus, 404, http.NotFound},
			{hours.FeedStatus, 304, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }}, // though nothing was known any more
			{hours.FeedNoCalendar, 0, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Sign in") }},
			{hours.FeedNoCalendar, 0, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026")
			}},
			{hours.FeedTooLarge, 0, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "BEGIN:VCALENDAR\r\n", strings.Repeat("X-A:b\r\n", 100<<10), "END:VCALENDAR")
			}},
			{hours.FeedMoved, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }},
			{hours.FeedPrivate, 0, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
			}},
			{hours.FeedUnreachable, 0, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, _ := http.NewResponseController(w).Hijack()
				_ = conn.Close() // breaking off is what is wanted
			}},
		} {
			h.says(c.answer)
			if c.status == 304 {
				h.Write(func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE calendar_feed SET etag = '', modified = ''`)
					return err
				})
			}
			now := h.look(f.ID)
			if now.FailedWhy != c.why || now.Status != c.status || now.Events != 1 || now.ReadAt != f.ReadAt || now.FailedAt == 0 || since != 0 && now.FailedAt != since || now.Looking {
				h.T.Errorf("%s %d: %+v", c.why, c.status, now)
			}
			since = now.FailedAt
			if h.hours().OpenAt(h.Now()) {
				h.T.Errorf("%s: what was read last does not count", c.why)
			}
		}
		h.sends()
		if f = h.look(f.ID); f.FailedWhy != "" || f.FailedAt != 0 || f.Events != 0 || !h.hours().OpenAt(h.Now()) {
			h.T.Errorf("well again, and empty: %+v", f)
		}
	})
}

func TestASlowServerIsGivenUp(t *testing.T) {
	t.Parallel()
	h := open(t, desktest.SQLite)
	h.Feeds.Client = outward.New(outward.Options{Timeout: 50 * time.Millisecond, Allow: func(netip.AddrPort) bool { return true }})
	h.says(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "BEGIN:VCALENDAR\r\n")
		_ = http.NewResponseController(w).Flush() // what cannot be flushed comes too late too
		<-r.Context().Done()
	})
	if f := h.add(nil); f.FailedWhy != hours.FeedTooSlow {
		t.Errorf("feed %+v", f)
	}
}

func TestFailuresAreTriedAgainLessAndLessOften(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.says(http.NotFound)
		f := h.add(nil)
		var waits []time.Duration
		for range 10 {
			waits = append(waits, f.NextAt.Sub(desk.At(h.Now())))
			n := h.count()
			h.After(waits[len(waits)-1])
			if f = h.feed(f.ID); h.count() != n+1 {
				h.T.Fatalf("asked %d times after %v", h.count()-n, waits)
			}
		}
		if !slices.IsSorted(waits[:6]) || waits[0] < 5*time.Minute || waits[9] < 6*time.Hour || waits[9] > 6*time.Hour+time.Minute {
			h.T.Errorf("waits %v", waits)
		}
	})
}

func TestTheServersOfTheOwnNetworkAreNotAsked(t *testing.T) {
	t.Parallel()
	h := open(t, desktest.SQLite)
	h.Feeds.Client = feeds.Client(nil)
	h.sends()
	if f := h.add(nil); f.FailedWhy != hours.FeedPrivate || h.count() != 0 {
		t.Errorf("asked %d times: %+v", h.count(), f)
	}
	h.Feeds.Client = feeds.Client([]netip.AddrPort{netip.MustParseAddrPort(h.Listener.Addr().String())})
	h.After(time.Hour)
	var f hours.Feed
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.feeds.Of(ctx, tx, h.cal)
		f = all[0]
		return err
	})
	if f.FailedWhy != "" || f.ReadAt == 0 {
		t.Errorf("though it was let through: %+v", f)
	}
}

func TestTheAddressIsKeptSealed(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends()
		h.add(nil)
		var address []byte
		var host string
		h.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT sealed, host FROM calendar_feed`).Scan(&address, &host)
		})
		if strings.Contains(string(address), "private") || host != h.Server.URL {
			h.T.Errorf("address %q, host %q", address, host)
		}
		for _, bad := range []string{"", "fairs.ics", "ftp://a.example/x.ics", "https://", "https://me:word@a.example/x.ics", "file:///etc/passwd", "https://a b/"} {
			err := h.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.feeds.Add(ctx, tx, desk.System, h.cal, h.edit(func(e *hours.FeedEdit) { e.Address = bad }))
				return err
			})
			if !desk.IsRefusal(err, desk.Invalid) {
				h.T.Errorf("Add(%q): %v", bad, err)
			}
		}
	})
}

func TestAnotherZoneMovesWholeDays(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.sends("SUMMARY:Outing DTSTART;VALUE=DATE:20260303")
		f := h.add(nil)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			s := &hours.Service{}
			c, err := s.Get(ctx, tx, h.cal)
			if err != nil {
				return err
			}
			c.Zone = "Europe/Riga"
			if _, err := s.Change(ctx, tx, desk.System, h.cal, c.CalendarEdit); err != nil {
				return err
			}
			return h.feeds.LookAgain(ctx, tx, desk.System, h.cal)
		})
		h.Settle()
		f = h.feed(f.ID)
		if want := "2026-03-02T22:00:00Z"; f.Coming[0].From.String() != want || h.last().Get("If-None-Match") != "" {
			h.T.Errorf("the day begins at %s, want %s; asked with %v", f.Coming[0].From, want, h.last())
		}
	})
}
