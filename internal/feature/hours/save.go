package hours

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
	"tellus/internal/engine/language"
	"tellus/internal/engine/worktime"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Bounds of a calendar and of a desk.
const (
	mostCalendars = 200
	mostSpans     = 10 // of a day
)

// Create keeps a new calendar. The first one of a desk needs not be the standard one.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by desk.Actor, e desk.CalendarEdit) (desk.Calendar, error) {
	if err := Check(&e, tx.Now); err != nil {
		return desk.Calendar{}, err
	}
	var all int
	if err := tx.Row(ctx, `SELECT count(*) FROM calendar`).Scan(&all); err != nil {
		return desk.Calendar{}, fmt.Errorf("count calendars: %w", err)
	}
	if all >= mostCalendars {
		return desk.Calendar{}, desk.WhyEnough.Refuse(mostCalendars)
	}
	var id desk.CalendarID
	if err := s.unique(ctx, tx, func() error {
		return tx.Row(ctx, `INSERT INTO calendar (name, name_key, zone, plan, created_at, version) VALUES ($1, $2, $3, '{}', $4, 0) RETURNING id`,
			e.Name, language.Fold(e.Name), e.Zone, tx.Now).Scan(&id)
	}); err != nil {
		return desk.Calendar{}, err
	}
	return s.write(ctx, tx, by, id, e)
}

// Change replaces a calendar. It refuses a stale version with desk.Conflict.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CalendarID, e desk.CalendarEdit) (desk.Calendar, error) {
	if err := tx.Lock(ctx, "calendar", int64(id)); err != nil {
		return desk.Calendar{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := Check(&e, tx.Now); err != nil {
		return now, err
	}
	return s.write(ctx, tx, by, id, e)
}

func (s *Service) unique(ctx context.Context, tx *db.Tx, do func() error) error {
	err := tx.Savepoint(ctx, do) // a unique violation would spoil the whole transaction on PostgreSQL
	if db.IsUnique(err) {
		return desk.WhyNameTaken.At("body.name")
	}
	if err != nil {
		return fmt.Errorf("keep calendar: %w", err)
	}
	return nil
}

func (s *Service) write(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CalendarID, e desk.CalendarEdit) (desk.Calendar, error) {
	text, err := json.Marshal(plan{e.Week, e.Days, e.Country, e.Part, e.Without, e.With})
	if err != nil {
		return desk.Calendar{}, fmt.Errorf("write calendar %s: %w", id, err)
	}
	if e.Standard {
		if _, err := tx.Exec(ctx, `UPDATE calendar SET standard = FALSE, version = version + 1 WHERE standard AND id <> $1`, id); err != nil {
			return desk.Calendar{}, fmt.Errorf("make calendar %s the standard one: %w", id, err)
		}
	}
	if err := s.unique(ctx, tx, func() error {
		_, err := tx.Exec(ctx, `UPDATE calendar SET name = $2, name_key = $3, zone = $4, plan = $5, standard = $6, version = version + 1 WHERE id = $1`,
			id, e.Name, language.Fold(e.Name), e.Zone, string(text), e.Standard)
		return err
	}); err != nil {
		return desk.Calendar{}, err
	}
	if err := assign(ctx, tx, "inbox", id, e.Inboxes); err != nil {
		return desk.Calendar{}, err
	}
	if err := assign(ctx, tx, "team", id, e.Teams); err != nil {
		return desk.Calendar{}, err
	}
	if err := told(ctx, tx, by, id); err != nil {
		return desk.Calendar{}, err
	}
	return s.Get(ctx, tx, id)
}

// assign has exactly these go by a calendar. Where one went by another before, that one has changed.
func assign[T desk.InboxID | desk.TeamID](ctx context.Context, tx *db.Tx, kind string, id desk.CalendarID, want []T) error {
	if _, err := tx.Exec(ctx, `DELETE FROM calendar_`+kind+` WHERE calendar = $1`, id); err != nil {
		return fmt.Errorf("what goes by calendar %s: %w", id, err)
	}
	for i, one := range want {
		if _, err := tx.Exec(ctx, `
			UPDATE calendar SET version = version + 1
			WHERE id IN (SELECT calendar FROM calendar_`+kind+` WHERE `+kind+` = $1)`, int64(one)); err != nil {
			return fmt.Errorf("what went by calendars: %w", err)
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO calendar_`+kind+` (`+kind+`, calendar) SELECT id, $2 FROM `+kind+` WHERE id = $1
			ON CONFLICT (`+kind+`) DO UPDATE SET calendar = excluded.calendar`, int64(one), int64(id))
		if err != nil {
			return fmt.Errorf("have %s %d go by calendar %s: %w", kind, one, id, err)
		}
		if n == 0 {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("body.%ss[%d]", strings.Replace(kind, "inbox", "inboxe", 1), i), "there is no such %s", kind)
		}
	}
	return nil
}

// Delete removes a calendar that nothing goes by.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CalendarID) (desk.Calendar, error) {
	if err := tx.Lock(ctx, "calendar", int64(id)); err != nil {
		return desk.Calendar{}, err
	}
	now, err := s.Get(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Standard || len(now.Inboxes)+len(now.Teams) > 0 {
		return now, desk.WhyCalendarUsed.Refuse()
	}
	if _, err := tx.Exec(ctx, `DELETE FROM calendar WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("delete calendar %s: %w", id, err)
	}
	return now, told(ctx, tx, by, id)
}

// told has whoever remembers calendars look again, and tells of the change.
func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CalendarID) error {
	if _, err := tx.Exec(ctx, `UPDATE calendar_stamp SET stamp = stamp + 1`); err != nil {
		return fmt.Errorf("note that calendars changed: %w", err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CalendarUpdated, SubjectKind: desk.AboutCalendar, Subject: int64(id)})
}

// Check brings a calendar into the form in which it is kept. It refuses hours that are none, a zone and a country that are not known, and a calendar that is not open
// for an hour within a year from now.
func Check(e *desk.CalendarEdit, now desk.Time) error {
	if e.Name = line(e.Name); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "" || e.Zone == "Local" {
		return desk.WhyZone.At("body.zone")
	}
	if len(e.Week) != 7 {
		return desk.WhyNeeded.At("body.week")
	}
	for d := range e.Week {
		if err := checkHours(fmt.Sprintf("body.week[%d]", d), &e.Week[d]); err != nil {
			return err
		}
	}
	if e.Days == nil {
		e.Days = []desk.CalendarDay{}
	}
	seen := map[desk.Date]bool{}
	for i := range e.Days {
		d := &e.Days[i]
		d.Name = line(d.Name)
		if seen[d.Date] || d.Date <= 0 {
			return desk.WhyDateTwice.At(fmt.Sprintf("body.days[%d].date", i), d.Date.String())
		}
		seen[d.Date] = true
		if err := checkHours(fmt.Sprintf("body.days[%d].hours", i), &d.Hours); err != nil {
			return err
		}
	}
	slices.SortFunc(e.Days, func(a, b desk.CalendarDay) int { return int(a.Date - b.Date) })
	if e.Country == "" {
		e.Part = ""
	} else if !holiday.Known(e.Country, e.Part) {
		return desk.RefuseField(desk.Invalid, "body.country", "its holidays are not known")
	}
	e.Without, e.With = keys(e.Without), keys(e.With)
	h, err := Compile(*e, nil, now)
	if err != nil {
		return fmt.Errorf("compile calendar: %w", err)
	}
	if due, ok := h.Add(now.Time(), time.Hour); !ok || due.After(now.Time().AddDate(1, 0, 0)) {
		return desk.WhyNeverOpen.At("body.week")
	}
	return nil
}

func checkHours(field string, hours *[]desk.OpenHours) error {
	if *hours == nil {
		*hours = []desk.OpenHours{}
	}
	if len(*hours) > mostSpans {
		return desk.WhyEnough.At(field, mostSpans)
	}
	for i, h := range *hours {
		span := worktime.Hours{From: time.Duration(h.From) * time.Minute, To: time.Duration(h.To) * time.Minute}
		if !span.Valid() {
			return desk.WhyNoHours.At(fmt.Sprintf("%s[%d]", field, i))
		}
	}
	slices.SortFunc(*hours, func(a, b desk.OpenHours) int { return a.From - b.From })
	return nil
}

func keys(list []string) []string {
	out := []string{}
	for _, k := range list {
		if k = line(k); k != "" && len(k) <= 50 {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func line(s string) string { return strings.Join(strings.Fields(db.Text(s)), " ") }
