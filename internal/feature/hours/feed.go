package hours

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/secret"
)

// Feeds are iCalendar feeds whose events close calendars. They are looked at by whoever handles [Look]; their addresses, which may hold a token, are kept sealed.
type Feeds struct{ Secrets *secret.Keyring }

// Which events of a feed shut the hours.
const (
	ShutsDays = "days" // those of whole days
	ShutsAll  = "all"
)

// FeedWhy says why a feed could not be read.
type FeedWhy string

const (
	FeedStatus      FeedWhy = "status"      // it answered, but not with success
	FeedNoCalendar  FeedWhy = "nocalendar"  // what came is no whole iCalendar file
	FeedTooLarge    FeedWhy = "toolarge"    // more came than is taken
	FeedTooSlow     FeedWhy = "tooslow"     // it did not come to an end in time
	FeedPrivate     FeedWhy = "private"     // the address is one of an inner network that the operator did not let through
	FeedMoved       FeedWhy = "moved"       // it leads on without end, or out of an encrypted connection
	FeedUnreachable FeedWhy = "unreachable" // there is no such name, or no connection
)

// Feed is an iCalendar feed of a calendar, without its address.
type Feed struct {
	ID         desk.FeedID     `json:"id"`
	Calendar   desk.CalendarID `json:"calendar"`
	Name       string          `json:"name"`
	Host       string          `json:"host" doc:"Of its address, with the scheme; the rest may be secret"`
	Shuts      string          `json:"shuts" enum:"days,all" doc:"Which events close the hours: those of whole days, or all"`
	Public     bool            `json:"public" doc:"Customers may read the titles of its events"`
	Active     bool            `json:"active"`
	Looking    bool            `json:"looking,omitempty" doc:"It is about to be looked at"`
	ReadAt     desk.Time       `json:"readAt,omitempty" doc:"When it was last found as it is kept"`
	FailedAt   desk.Time       `json:"failedAt,omitempty" doc:"Since when it cannot be read; what was read last counts meanwhile"`
	FailedWhy  FeedWhy         `json:"failedWhy,omitempty" enum:"status,nocalendar,toolarge,tooslow,private,moved,unreachable"`
	Status     int             `json:"status,omitempty" doc:"Of HTTP, for status"`
	NextAt     desk.Time       `json:"nextAt,omitempty" doc:"When it is looked at again"`
	Events     int             `json:"events" doc:"From two months ago to two years ahead"`
	Unread     int             `json:"unread" doc:"Events that could not be taken"`
	Cut        bool            `json:"cut,omitempty" doc:"It holds more events than are taken; the earliest are"`
	Coming     []FeedEvent     `json:"coming" doc:"What is on now or comes, the earliest first"`
	Version    int64           `json:"version"`
	address    []byte
	events     []heard
	etag, mod  string
	zone       string
	lookedAt   desk.Time
	wholeAt    desk.Time
	askedAt    desk.Time
	failures   int64
	eventsText string
}

// FeedEvent is an event as people see it.
type FeedEvent struct {
	Name   string    `json:"name"`
	From   desk.Time `json:"from"`
	To     desk.Time `json:"to"`
	AllDay bool      `json:"allDay,omitempty"`
	Shuts  bool      `json:"shuts,omitempty" doc:"It closes the hours"`
}

// heard is an event as the column of events holds it, in Unix seconds.
type heard struct {
	From   int64  `json:"f"`
	To     int64  `json:"t"`
	Name   string `json:"n,omitempty"`
	AllDay bool   `json:"d,omitempty"`
}

// FeedEdit is what people decide about a feed.
type FeedEdit struct {
	Version int64  `json:"version,omitempty" doc:"The one that was seen; absent for a new one"`
	Name    string `json:"name" minLength:"1" maxLength:"100"`
	Address string `json:"address,omitempty" maxLength:"2000" doc:"https, http or webcal; it is never told again. Needed for a new one, the address stays where it is absent"`
	Shuts   string `json:"shuts" enum:"days,all"`
	Public  bool   `json:"public"`
	Active  bool   `json:"active"`
}

// Bounds of feeds, and of what is shown of one.
const (
	mostFeeds  = 10 // of a calendar
	mostComing = 20
)

// Look is the job that looks at a feed. There is one that waits for each.
type Look struct {
	Feed desk.FeedID `json:"feed"`
}

// JobKind names the job.
func (Look) JobKind() string { return "calendar.look" }

// JobQueue keeps slow servers from holding up other work.
func (Look) JobQueue() string { return "feeds" }

func lookAt(ctx context.Context, tx *db.Tx, id desk.FeedID, at desk.Time) error {
	return jobs.EnqueueSoon(ctx, tx, at, Look{id}, jobs.Unique(id.String()), jobs.MaxAttempts(3))
}

func addressContext(id desk.FeedID) string { return "calendar-feed/" + id.String() + "/address" }

const selectFeed = `SELECT id, calendar, name, host, sealed, shuts, public, active, events, unread, cut, etag, modified, zone, whole_at, read_at, looked_at, asked_at, failed_at, failed_why, status, failures, next_at, version FROM calendar_feed`

func scanFeed(r *sql.Rows, f *Feed) error {
	if err := r.Scan(&f.ID, &f.Calendar, &f.Name, &f.Host, &f.address, &f.Shuts, &f.Public, &f.Active, &f.eventsText, &f.Unread, &f.Cut, &f.etag, &f.mod, &f.zone, &f.wholeAt, &f.ReadAt, &f.lookedAt, &f.askedAt,
		&f.FailedAt, &f.FailedWhy, &f.Status, &f.failures, &f.NextAt, &f.Version); err != nil {
		return err
	}
	f.Looking = f.Active && f.askedAt > f.lookedAt
	if err := json.Unmarshal([]byte(f.eventsText), &f.events); err != nil {
		return fmt.Errorf("events of feed %s: %w", f.ID, err)
	}
	f.Events, f.Coming = len(f.events), []FeedEvent{}
	return nil
}

func feedsOf(ctx context.Context, tx *db.Tx, where string, arg any) ([]Feed, error) {
	rows, err := tx.Query(ctx, selectFeed+` WHERE `+where+` ORDER BY id`, arg)
	list, err := db.Rows(rows, err, scanFeed)
	if err != nil {
		return nil, fmt.Errorf("load feeds: %w", err)
	}
	for i := range list {
		f := &list[i]
		for _, e := range f.events {
			if len(f.Coming) == mostComing {
				break
			}
			if to := desk.Time(e.To * 1e6); to > tx.Now {
				f.Coming = append(f.Coming, FeedEvent{orElse(e.Name, f.Name), desk.Time(e.From * 1e6), to, e.AllDay, f.Active && (f.Shuts == ShutsAll || e.AllDay)})
			}
		}
	}
	return list, nil
}

// Of returns the feeds of a calendar, the oldest first.
func (s *Feeds) Of(ctx context.Context, tx *db.Tx, id desk.CalendarID) ([]Feed, error) {
	list, err := feedsOf(ctx, tx, `calendar = $1`, id)
	if list == nil {
		list = []Feed{}
	}
	return list, err
}

// Get returns a feed; desk.NotFound where there is none, or it is not the calendar's.
func (s *Feeds) Get(ctx context.Context, tx *db.Tx, of desk.CalendarID, id desk.FeedID) (Feed, error) {
	list, err := feedsOf(ctx, tx, `id = $1`, id)
	if err != nil {
		return Feed{}, err
	}
	if len(list) == 0 || list[0].Calendar != of {
		return Feed{}, desk.Refuse(desk.NotFound, "calendar %s has no feed %s", of, id)
	}
	return list[0], nil
}

// parseAddress brings an address into the form in which it is fetched, and says what of it may be shown.
func parseAddress(text string) (address, host string, err error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil {
		return "", "", desk.WhyFeedAddress.At("body.address")
	}
	switch strings.ToLower(u.Scheme) {
	case "webcal", "webcals":
		u.Scheme = "https"
	case "http", "https":
		u.Scheme = strings.ToLower(u.Scheme)
	default:
		return "", "", desk.WhyFeedAddress.At("body.address")
	}
	if u.Hostname() == "" || u.User != nil { // a name and a password would be left out when it is fetched
		return "", "", desk.WhyFeedAddress.At("body.address")
	}
	u.Fragment = ""
	return u.String(), u.Scheme + "://" + strings.ToLower(u.Host), nil
}

func checkFeed(e *FeedEdit) error {
	if e.Name = line(e.Name); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	return nil
}

// Add subscribes a calendar to a feed, which is looked at soon.
func (s *Feeds) Add(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID, e FeedEdit) (Feed, error) {
	if err := checkFeed(&e); err != nil {
		return Feed{}, err
	}
	if strings.TrimSpace(e.Address) == "" {
		return Feed{}, desk.WhyNeeded.At("body.address")
	}
	address, host, err := parseAddress(e.Address)
	if err != nil {
		return Feed{}, err
	}
	if err := tx.Lock(ctx, "calendar", int64(of)); err != nil {
		return Feed{}, err
	}
	var there, n int
	if err := tx.Row(ctx, `SELECT (SELECT count(*) FROM calendar WHERE id = $1), (SELECT count(*) FROM calendar_feed WHERE calendar = $1)`, int64(of)).Scan(&there, &n); err != nil {
		return Feed{}, fmt.Errorf("count feeds: %w", err)
	}
	if there == 0 {
		return Feed{}, desk.Refuse(desk.NotFound, "no calendar %s", of)
	}
	if n >= mostFeeds {
		return Feed{}, desk.WhyEnough.Refuse(mostFeeds)
	}
	var id desk.FeedID
	if err := tx.Row(ctx, `INSERT INTO calendar_feed (calendar, name, host, shuts, public, active, asked_at, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7) RETURNING id`,
		int64(of), e.Name, host, e.Shuts, e.Public, e.Active, tx.Now).Scan(&id); err != nil {
		return Feed{}, fmt.Errorf("add feed: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET sealed = $2 WHERE id = $1`, id, s.Secrets.Seal([]byte(address), addressContext(id))); err != nil {
		return Feed{}, fmt.Errorf("keep the address of feed %s: %w", id, err)
	}
	if e.Active {
		if err := lookAt(ctx, tx, id, tx.Now); err != nil {
			return Feed{}, err
		}
	}
	if err := toldFeed(ctx, tx, by, of); err != nil {
		return Feed{}, err
	}
	return s.Get(ctx, tx, of, id)
}

// Change replaces what was decided about a feed; one with another address, or that is in use again, is looked at soon. It refuses a stale version with desk.Conflict. moved reports whether other hours
// are closed now.
func (s *Feeds) Change(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID, id desk.FeedID, e FeedEdit) (f Feed, moved bool, err error) {
	if err := tx.Lock(ctx, "calendar", int64(of)); err != nil {
		return f, false, err
	}
	was, err := s.Get(ctx, tx, of, id)
	if err != nil {
		return was, false, err
	}
	if e.Version != was.Version {
		return was, false, desk.Stale{Current: was}.Refuse()
	}
	if err := checkFeed(&e); err != nil {
		return was, false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET name = $2, shuts = $3, public = $4, active = $5, version = version + 1 WHERE id = $1`, id, e.Name, e.Shuts, e.Public, e.Active); err != nil {
		return was, false, fmt.Errorf("change feed %s: %w", id, err)
	}
	again := e.Active && !was.Active
	if strings.TrimSpace(e.Address) != "" {
		address, host, err := parseAddress(e.Address)
		if err != nil {
			return was, false, err
		}
		if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET sealed = $2, host = $3, etag = '', modified = '' WHERE id = $1`, id, s.Secrets.Seal([]byte(address), addressContext(id)), host); err != nil {
			return was, false, fmt.Errorf("keep the address of feed %s: %w", id, err)
		}
		again = e.Active
	}
	if moved, err = fill(ctx, tx, by, of); err != nil {
		return was, false, err
	}
	if again {
		err = s.ask(ctx, tx, by, of, id)
	} else {
		err = toldFeed(ctx, tx, by, of)
	}
	if err != nil {
		return was, false, err
	}
	f, err = s.Get(ctx, tx, of, id)
	return f, moved, err
}

// Remove ends a subscription: its events close nothing any more. moved reports whether other hours are closed now.
func (s *Feeds) Remove(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID, id desk.FeedID) (was Feed, moved bool, err error) {
	if err := tx.Lock(ctx, "calendar", int64(of)); err != nil {
		return was, false, err
	}
	if was, err = s.Get(ctx, tx, of, id); err != nil {
		return was, false, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM calendar_feed WHERE id = $1`, id); err != nil {
		return was, false, fmt.Errorf("remove feed %s: %w", id, err)
	}
	if err := toldFeed(ctx, tx, by, of); err != nil {
		return was, false, err
	}
	moved, err = fill(ctx, tx, by, of)
	return was, moved, err
}

// LookNow has a feed in use looked at soon, whenever it would have been.
func (s *Feeds) LookNow(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID, id desk.FeedID) (Feed, error) {
	f, err := s.Get(ctx, tx, of, id)
	if err != nil {
		return f, err
	}
	if !f.Active {
		return f, desk.WhyFeedOff.Refuse()
	}
	if err := s.ask(ctx, tx, by, of, id); err != nil {
		return f, err
	}
	return s.Get(ctx, tx, of, id)
}

// LookAgain has all feeds of a calendar in use looked at soon: what whole days are depends on its zone.
func (s *Feeds) LookAgain(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID) error {
	list, err := feedsOf(ctx, tx, `calendar = $1 AND active`, of)
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := s.ask(ctx, tx, by, of, f.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Feeds) ask(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID, id desk.FeedID) error {
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET asked_at = $2, next_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("ask for feed %s: %w", id, err)
	}
	if err := lookAt(ctx, tx, id, tx.Now); err != nil {
		return err
	}
	return toldFeed(ctx, tx, by, of)
}
