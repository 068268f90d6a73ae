package hours

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/ical"
)

// How a feed is looked at.
const (
	lookEvery    = 6 * time.Hour
	jitter       = 30 * time.Minute // at most so much sooner, so that feeds of one server do not all come at once
	firstRetry   = 5 * time.Minute  // doubled for each further failure, up to lookEvery
	wholeEvery   = 3 * 24 * time.Hour
	lost         = 15 * time.Minute // a look that is late by more was lost
	mostLost     = 100              // that are looked for at a time
	monthsBack   = 2
	monthsAhead  = 25
	mostKept     = 2000 // events of a feed
	longestTitle = 200  // in letters
)

// Asking is what is needed to look at a feed.
type Asking struct {
	Feed        desk.FeedID
	Address     string
	ETag, Since string // as it was sent with what is kept; empty where the whole file is wanted
	Zone        *time.Location
	From, Until time.Time // the months whose events are kept
	sealed      []byte
	at          desk.Time
}

// Heard is what came of looking at a feed.
type Heard struct {
	Same        bool // as it was: nothing but the time of reading changes
	Why         FeedWhy
	Status      int // of HTTP, for FeedStatus
	ETag, Since string
	Events      ical.Calendar
}

// Ask says how to look at a feed. ok is false where there is none, or it is not in use.
func (s *Feeds) Ask(ctx context.Context, tx *db.Tx, id desk.FeedID) (a Asking, ok bool, err error) {
	var zone string
	err = tx.Row(ctx, `SELECT c.zone FROM calendar c JOIN calendar_feed f ON f.calendar = c.id WHERE f.id = $1 AND f.active`, id).Scan(&zone)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("zone of feed %s: %w", id, err)
	}
	list, err := feedsOf(ctx, tx, `id = $1`, id)
	if err != nil || len(list) == 0 {
		return a, false, err
	}
	f := list[0]
	plain, err := s.Secrets.Open(f.address, addressContext(id))
	if err != nil {
		return a, false, fmt.Errorf("address of feed %s: %w", id, err)
	}
	a = Asking{Feed: id, Address: string(plain), sealed: f.address, at: tx.Now}
	if a.Zone, err = time.LoadLocation(zone); err != nil {
		return a, false, fmt.Errorf("zone of feed %s: %w", id, err)
	}
	// Whole months: what is kept, and so what is due, does not change with every look.
	y, m, _ := tx.Now.Time().In(a.Zone).Date()
	a.From, a.Until = time.Date(y, m-monthsBack, 1, 0, 0, 0, 0, a.Zone), time.Date(y, m+monthsAhead, 1, 0, 0, 0, 0, a.Zone)
	// One that did not change says nothing of the months that came into sight since, nor of whole days by another clock.
	if f.zone == zone && tx.Now.Sub(f.wholeAt) < wholeEvery {
		a.ETag, a.Since = f.etag, f.mod
	}
	return a, true, nil
}

// Take keeps what came of looking at a feed, and has it looked at again later; what fails leaves the events as they are. What was asked of another address, or before somebody else looked, is dropped.
// moved reports whether other hours are closed now.
func (s *Feeds) Take(ctx context.Context, tx *db.Tx, a Asking, h Heard) (moved bool, err error) {
	var of desk.CalendarID
	err = tx.Row(ctx, `SELECT calendar FROM calendar_feed WHERE id = $1`, a.Feed).Scan(&of)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("calendar of feed %s: %w", a.Feed, err)
	}
	if err := tx.Lock(ctx, "calendar", int64(of)); err != nil {
		return false, err
	}
	list, err := feedsOf(ctx, tx, `id = $1`, a.Feed)
	if err != nil || len(list) == 0 {
		return false, err
	}
	f := &list[0]
	if !f.Active || f.lookedAt > a.at || !bytes.Equal(f.address, a.sealed) {
		return false, nil
	}
	if h.Why != "" {
		return false, s.failed(ctx, tx, f, h)
	}
	next := tx.Now.Add(lookEvery - spread(f, jitter))
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET read_at = $2, looked_at = $2, failed_at = 0, failed_why = '', status = 0, failures = 0, next_at = $3 WHERE id = $1`, f.ID, tx.Now, next); err != nil {
		return false, fmt.Errorf("keep feed %s: %w", f.ID, err)
	}
	if !h.Same {
		if err := keepEvents(ctx, tx, f, a, h); err != nil {
			return false, err
		}
		if moved, err = fill(ctx, tx, desk.System, of); err != nil {
			return false, err
		}
	}
	if err := lookAt(ctx, tx, f.ID, next); err != nil {
		return false, err
	}
	return moved, toldFeed(ctx, tx, desk.System, of)
}

func keepEvents(ctx context.Context, tx *db.Tx, f *Feed, a Asking, h Heard) error {
	events := make([]heard, 0, min(mostKept, len(h.Events.Events)))
	for _, e := range h.Events.Events[:min(mostKept, len(h.Events.Events))] {
		x := heard{e.From.Unix(), e.To.Unix(), title(e.Summary), e.AllDay}
		if e.To.Nanosecond() > 0 {
			x.To++
		}
		if x.From < x.To {
			events = append(events, x)
		}
	}
	text, err := json.Marshal(events)
	if err != nil {
		return fmt.Errorf("events of feed %s: %w", f.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET events = $2, found = $3, unread = $4, cut = $5, etag = $6, modified = $7, zone = $8, whole_at = $9 WHERE id = $1`,
		f.ID, string(text), h.Events.Found, len(h.Events.Skipped), h.Events.Cut || len(h.Events.Events) > mostKept, h.ETag, h.Since, a.Zone.String(), tx.Now); err != nil {
		return fmt.Errorf("keep the events of feed %s: %w", f.ID, err)
	}
	return nil
}

func title(s string) string {
	s = line(s)
	if r := []rune(s); len(r) > longestTitle {
		s = string(r[:longestTitle-1]) + "…"
	}
	return s
}

// failed notes that a feed could not be read, since when, and when that is tried again.
func (s *Feeds) failed(ctx context.Context, tx *db.Tx, f *Feed, h Heard) error {
	since := f.FailedAt
	if since == 0 {
		since = tx.Now
	}
	next := tx.Now.Add(Retry(f.failures+1) + spread(f, firstRetry/5))
	if _, err := tx.Exec(ctx, `UPDATE calendar_feed SET looked_at = $2, failed_at = $3, failed_why = $4, status = $5, failures = failures + 1, next_at = $6 WHERE id = $1`,
		f.ID, tx.Now, since, string(h.Why), h.Status, next); err != nil {
		return fmt.Errorf("note that feed %s fails: %w", f.ID, err)
	}
	if err := lookAt(ctx, tx, f.ID, next); err != nil {
		return err
	}
	return toldFeed(ctx, tx, desk.System, f.Calendar)
}

// Retry is how long after so many failures in a row, at least 1, a feed is looked at again: from five minutes to six hours.
func Retry(failures int64) time.Duration {
	wait := firstRetry
	for range min(failures-1, 20) {
		wait = min(2*wait, lookEvery)
	}
	return wait
}

// spread is a part of a span that differs from feed to feed and from look to look.
func spread(f *Feed, most time.Duration) time.Duration {
	n := (int64(f.ID)*2654435761 + f.lookedAt.Time().Unix()*40503) % int64(most/time.Second)
	return time.Duration(max(n, -n)) * time.Second
}

// LookForLost has the feeds looked at whose turn passed without: the job that was to do it is gone.
func (s *Feeds) LookForLost(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id FROM calendar_feed WHERE next_at < $1 AND active ORDER BY next_at, id LIMIT $2`, tx.Now.Add(-lost), mostLost)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.FeedID) error { return r.Scan(id) })
	if err != nil {
		return fmt.Errorf("feeds that nobody looked at: %w", err)
	}
	for _, id := range ids {
		if err := lookAt(ctx, tx, id, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// Whole reports whether a text is an iCalendar file from beginning to end; one that breaks off would open what the rest of it closes.
func Whole(text string) bool {
	text = strings.ToUpper(strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF")))
	return strings.HasPrefix(text, "BEGIN:VCALENDAR") && strings.HasSuffix(text, "END:VCALENDAR")
}

// toldFeed tells who looks at the calendar that one of its feeds is not as it was.
func toldFeed(ctx context.Context, tx *db.Tx, by desk.Actor, of desk.CalendarID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.FeedLookedAt, SubjectKind: desk.AboutCalendar, Subject: int64(of)})
}
