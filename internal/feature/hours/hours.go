// Package hours owns the calendars of opening hours, and which inbox and team goes by which. It compiles them for who asks when somebody is there; it changes nothing
// that is due by them: whoever keeps due times works them out anew.
package hours

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Service is the feature. Its zero value is ready.
type Service struct{}

// plan is what the column of that name holds of a calendar.
type plan struct {
	Week    [][]desk.OpenHours `json:"week"`
	Days    []desk.CalendarDay `json:"days"`
	Country string             `json:"country"`
	Part    string             `json:"part"`
	Without []string           `json:"without"`
	With    []string           `json:"with"`
}

const selectCalendar = `SELECT id, name, zone, plan, standard, version FROM calendar`

func scan(r *sql.Rows, c *desk.Calendar) error {
	var text string
	if err := r.Scan(&c.ID, &c.Name, &c.Zone, &text, &c.Standard, &c.Version); err != nil {
		return err
	}
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fmt.Errorf("plan of calendar %s: %w", c.ID, err)
	}
	c.Week, c.Days, c.Country, c.Part, c.Without, c.With = p.Week, p.Days, p.Country, p.Part, p.Without, p.With
	c.Inboxes, c.Teams = []desk.InboxID{}, []desk.TeamID{}
	return nil
}

// All returns every calendar by name.
func (s *Service) All(ctx context.Context, tx *db.Tx) ([]desk.Calendar, error) {
	rows, err := tx.Query(ctx, selectCalendar+` ORDER BY name_key`)
	return s.used(ctx, tx, rows, err)
}

// Get returns a calendar; desk.NotFound where there is none.
func (s *Service) Get(ctx context.Context, tx *db.Tx, id desk.CalendarID) (desk.Calendar, error) {
	rows, err := tx.Query(ctx, selectCalendar+` WHERE id = $1`, id)
	list, err := s.used(ctx, tx, rows, err)
	if err != nil {
		return desk.Calendar{}, err
	}
	if len(list) == 0 {
		return desk.Calendar{}, desk.Refuse(desk.NotFound, "no calendar %s", id)
	}
	return list[0], nil
}

// used reads calendars and completes them with what goes by them.
func (s *Service) used(ctx context.Context, tx *db.Tx, rows *sql.Rows, err error) ([]desk.Calendar, error) {
	list, err := db.Rows(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("load calendars: %w", err)
	}
	at := map[desk.CalendarID]*desk.Calendar{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	for _, kind := range []string{"inbox", "team"} {
		rows, err := tx.Query(ctx, `SELECT calendar, `+kind+` FROM calendar_`+kind+` ORDER BY `+kind)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var calendar desk.CalendarID
			var id int64
			if err := r.Scan(&calendar, &id); err != nil {
				return err
			}
			switch c := at[calendar]; {
			case c == nil:
			case kind == "inbox":
				c.Inboxes = append(c.Inboxes, desk.InboxID(id))
			default:
				c.Teams = append(c.Teams, desk.TeamID(id))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("what goes by calendars: %w", err)
		}
	}
	return list, nil
}

// OfInbox returns the hours that an inbox goes by: its own calendar, else the standard one. ok is false where there is neither, so that every hour counts.
func OfInbox(ctx context.Context, tx *db.Tx, id desk.InboxID) (h Hours, ok bool, err error) {
	return of(ctx, tx, ofInboxText, int64(id))
}

const ofInboxText = `
	SELECT zone, plan, fed FROM calendar
	WHERE id = COALESCE((SELECT calendar FROM calendar_inbox WHERE inbox = $1), (SELECT min(id) FROM calendar WHERE standard))`

func of(ctx context.Context, tx *db.Tx, query string, id int64) (h Hours, ok bool, err error) {
	var zone, text, fed string
	err = tx.Row(ctx, query, id).Scan(&zone, &text, &fed)
	if errors.Is(err, sql.ErrNoRows) {
		return Hours{}, false, nil
	}
	if err != nil {
		return Hours{}, false, fmt.Errorf("which hours %d goes by: %w", id, err)
	}
	h, err = compiled(zone, text, fed, tx.Now)
	return h, err == nil, err
}
