package hours

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Closing is an event of a feed that shuts a calendar, whatever its hours say, from one instant to another.
type Closing struct {
	Name     string
	From, To time.Time
	Public   bool // customers may read the name
}

// fed is a closing as the column of that name holds it, in Unix seconds. A calendar may have thousands, hence the letters.
type fed struct {
	From   int64  `json:"f"`
	To     int64  `json:"t"`
	Name   string `json:"n,omitempty"`
	Public bool   `json:"p,omitempty"`
}

func closingsOf(text string) ([]Closing, error) {
	if text == "" {
		return nil, nil
	}
	var list []fed
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read what feeds close: %w", err)
	}
	out := make([]Closing, 0, len(list))
	for _, x := range list {
		if x.From < x.To { // what is no time would spoil the whole calendar
			out = append(out, Closing{x.Name, time.Unix(x.From, 0).UTC(), time.Unix(x.To, 0).UTC(), x.Public})
		}
	}
	return out, nil
}

// Closings are what the feeds of a calendar shut, in order of From; none where there is no such calendar.
func (s *Service) Closings(ctx context.Context, tx *db.Tx, id desk.CalendarID) ([]Closing, error) {
	var text string
	if err := tx.Row(ctx, `SELECT COALESCE((SELECT fed FROM calendar WHERE id = $1), '')`, int64(id)).Scan(&text); err != nil {
		return nil, fmt.Errorf("what feeds close in calendar %s: %w", id, err)
	}
	return closingsOf(text)
}

// ClosedBy is the event that keeps it closed at an instant at which it would be open without; of several one that customers may read. ok is false where none does.
func (h Hours) ClosedBy(now desk.Time) (c Closing, ok bool) {
	at := now.Time()
	if h.without == nil || !h.without.OpenAt(at) {
		return c, false
	}
	for _, x := range h.closings {
		if x.From.After(at) {
			break
		}
		if x.To.After(at) && (!ok || x.Public && !c.Public) {
			c, ok = x, true
		}
	}
	return c, ok
}

// mostTold is how many events an explanation of one stretch names.
const mostTold = 20

// closedWithin are the events that took open hours between two instants.
func (h Hours) closedWithin(from, to time.Time) (days []ShutDay) {
	for _, x := range h.closings {
		if !x.From.Before(to) || len(days) == mostTold {
			break
		}
		begin, end := later(from, x.From), to
		if x.To.Before(to) {
			end = x.To
		}
		if begin.Before(end) && h.without.Between(begin, end) > 0 {
			days = append(days, ShutDay{Date: desk.DateOf(begin.In(h.Zone())), Name: x.Name, Event: true})
		}
	}
	return days
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// cutDays takes what is closed off the hours of days that follow each other, and names what took it.
func cutDays(c desk.CalendarEdit, closings []Closing, first desk.Date, days []DayOpen) error {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return desk.WhyZone.At("body.zone")
	}
	var events []Event
	from, until := moment(zone, first-1, 0), moment(zone, first+desk.Date(len(days))+1, 0)
	for _, x := range closings {
		if x.From.Before(until) && x.To.After(from) {
			// An event may last for years: only what lies in the days counts, and dates of the night before it.
			end := x.To
			if end.After(until) {
				end = until
			}
			events = append(events, Event{x.Name, later(x.From, from), end})
		}
	}
	if len(events) == 0 {
		return nil
	}
	cut, err := Offer(c, events, first-1, len(days)+3)
	for _, o := range cut {
		if i := int(o.Date - first); i >= 0 && i < len(days) {
			days[i].Hours, days[i].Events = o.Hours, o.Name
		}
	}
	return err
}

// fill writes down what the feeds of a calendar shut, as they are now. moved reports whether that closes other hours than before: what is due by them has to be worked out anew.
func fill(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CalendarID) (moved bool, err error) {
	feeds, err := feedsOf(ctx, tx, `calendar = $1 AND active`, id)
	if err != nil {
		return false, err
	}
	var list []fed
	for _, f := range feeds {
		for _, e := range f.events {
			if f.Shuts == ShutsAll || e.AllDay {
				list = append(list, fed{e.From, e.To, strings.TrimSpace(orElse(e.Name, f.Name)), f.Public})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b fed) int { return int(a.From - b.From) })
	text := ""
	if len(list) > 0 {
		data, err := json.Marshal(list)
		if err != nil {
			return false, fmt.Errorf("what feeds close in calendar %s: %w", id, err)
		}
		text = string(data)
	}
	var was string
	if err := tx.Row(ctx, `SELECT fed FROM calendar WHERE id = $1`, int64(id)).Scan(&was); err != nil {
		return false, fmt.Errorf("what feeds close in calendar %s: %w", id, err)
	}
	if was == text {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE calendar SET fed = $2 WHERE id = $1`, int64(id), text); err != nil {
		return false, fmt.Errorf("what feeds close in calendar %s: %w", id, err)
	}
	before, err := closingsOf(was)
	if err != nil {
		return false, err
	}
	after, err := closingsOf(text)
	if err != nil {
		return false, err
	}
	return !slices.Equal(shutBy(before), shutBy(after)), told(ctx, tx, by, id)
}

func orElse(a, b string) string {
	if strings.TrimSpace(a) == "" {
		return b
	}
	return a
}

// shutBy are the times that closings take together, whatever they are called and however many of them say so.
func shutBy(list []Closing) (spans [][2]int64) {
	for _, x := range list {
		from, to := x.From.Unix(), x.To.Unix()
		if n := len(spans); n > 0 && from <= spans[n-1][1] {
			spans[n-1][1] = max(spans[n-1][1], to)
		} else {
			spans = append(spans, [2]int64{from, to})
		}
	}
	return spans
}
