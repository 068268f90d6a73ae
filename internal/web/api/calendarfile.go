package api

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
	"tellus/internal/platform/ical"
)

type calendarFileInput struct {
	Body struct {
		File     string            `json:"file" maxLength:"10485760" doc:"The text of an iCalendar file (RFC 5545)"`
		Calendar desk.CalendarEdit `json:"calendar" doc:"As it stands in the form, saved or not"`
	}
}

// calendarFile is what a file would make of a calendar.
type calendarFile struct {
	Items  []hours.Offered `json:"items" doc:"The dates from today on, for two years, the earliest first"`
	Found  int             `json:"found" doc:"Events in the file, of any time"`
	Unread []unreadEvent   `json:"unread" doc:"Events that could not be taken"`
	Cut    bool            `json:"cut,omitempty" doc:"The file is longer than what was read of it"`
}

// unreadEvent is an event that could not be taken.
type unreadEvent struct {
	Name string   `json:"name"`
	Why  ical.Why `json:"why" enum:"start,zone,length,rule,often,dates,follow,toomany"`
}

// Bounds of what is read of a file.
const (
	mostOffered    = 400
	mostUnread     = 50
	yearsOfFile    = 2
	longestReading = 10 * time.Second
)

func (s *Server) readCalendarFile(ctx context.Context, _ *Caller, in *calendarFileInput) (*reply[calendarFile], error) {
	now, err := read(ctx, s, func(tx *db.Tx) (desk.Time, error) { return tx.Now, nil })
	if err != nil {
		return nil, err
	}
	e := in.Body.Calendar
	if e.Name == "" {
		e.Name = "?" // it may be filled before it has a name
	}
	if err := hours.Check(&e, now); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return nil, desk.WhyZone.At("body.calendar.zone")
	}
	ctx, stop := context.WithTimeout(ctx, longestReading)
	defer stop()
	y, m, d := now.Time().In(zone).Date()
	found := ical.Read(ctx, in.Body.File, zone, time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y+yearsOfFile, m, d, 0, 0, 0, 0, zone))
	if found.Found == 0 {
		return nil, desk.WhyNoEvents.At("body.file")
	}
	events := make([]hours.Event, len(found.Events))
	for i, e := range found.Events {
		events[i] = hours.Event{Name: e.Summary, From: e.From, To: e.To}
	}
	out := calendarFile{Found: found.Found, Cut: found.Cut, Unread: []unreadEvent{}}
	for _, u := range found.Skipped[:min(mostUnread, len(found.Skipped))] {
		out.Unread = append(out.Unread, unreadEvent{u.Summary, u.Why})
	}
	if out.Items, err = hours.Offer(e, events, desk.On(y, m, d), mostOffered); err != nil {
		return nil, err
	}
	return answer(out), nil
}
