package hours

import (
	"context"
	"database/sql"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Book is all calendars and what goes by them, as of a stamp. It never changes and may be used by many at once.
type Book struct {
	stands   map[desk.CalendarID]stored
	inboxes  map[desk.InboxID]desk.CalendarID
	teams    map[desk.TeamID]desk.CalendarID
	standard desk.CalendarID
}

type stored struct {
	id                    desk.CalendarID
	name, zone, text, fed string
	standard              bool
}

// StampText asks for the stamp of the calendars: a Book of the same one is still true.
const StampText = `SELECT stamp FROM calendar_stamp`

// LoadBook reads all calendars.
func LoadBook(ctx context.Context, tx *db.Tx) (*Book, error) {
	b := &Book{stands: map[desk.CalendarID]stored{}, inboxes: map[desk.InboxID]desk.CalendarID{}, teams: map[desk.TeamID]desk.CalendarID{}}
	rows, err := tx.Query(ctx, `SELECT id, name, zone, plan, fed, standard FROM calendar ORDER BY id DESC`)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, c *stored) error {
		if err := r.Scan(&c.id, &c.name, &c.zone, &c.text, &c.fed, &c.standard); err != nil {
			return err
		}
		if b.stands[c.id] = *c; c.standard {
			b.standard = c.id
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the calendars: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT calendar, inbox, 0 FROM calendar_inbox UNION ALL SELECT calendar, 0, team FROM calendar_team`)
	if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var calendar desk.CalendarID
		var inbox desk.InboxID
		var team desk.TeamID
		if err := r.Scan(&calendar, &inbox, &team); err != nil {
			return err
		}
		if inbox != 0 {
			b.inboxes[inbox] = calendar
		} else {
			b.teams[team] = calendar
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read what goes by calendars: %w", err)
	}
	return b, nil
}

// Of is the calendar that a conversation goes by: that of its team, which works on it, else that of its inbox, else the standard one; 0 where there is none, so that every
// hour counts. It is the one place that says so. A nil book has no calendar.
func (b *Book) Of(inbox desk.InboxID, team desk.TeamID) desk.CalendarID {
	if b == nil {
		return 0
	}
	if id := b.teams[team]; id != 0 && team != 0 {
		return id
	}
	if id := b.inboxes[inbox]; id != 0 {
		return id
	}
	return b.standard
}

// Open is a calendar of the book, ready to be asked; ok is false where it has no such calendar.
func (b *Book) Open(id desk.CalendarID, now desk.Time) (h Hours, ok bool, err error) {
	if b == nil {
		return Hours{}, false, nil
	}
	c, ok := b.stands[id]
	if !ok {
		return Hours{}, false, nil
	}
	h, err = compiled(c.zone, c.text, c.fed, now)
	return h, err == nil, err
}

// Name is what a calendar is called, "" where the book has none of that id.
func (b *Book) Name(id desk.CalendarID) string {
	if b == nil {
		return ""
	}
	return b.stands[id].name
}
