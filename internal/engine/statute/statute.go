// Package statute counts time limits that the law sets: by country, in working or calendar days, from the day on which something was received. It is pure: nothing
// depends on the zone or the clock of a server, and no pause, snooze or change of a policy is known here, since none of them moves such a limit.
package statute

import (
	"errors"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // limits name zones, whatever the machine has installed

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
)

// Count is what days a limit is counted in.
type Count string

const (
	WorkingDays  Count = "working_days"  // neither Saturdays, Sundays nor public holidays of the country
	CalendarDays Count = "calendar_days" // every day
)

// Valid reports whether it is one of the counts.
func (c Count) Valid() bool { return c == WorkingDays || c == CalendarDays }

// MostDays is how long a limit is at most, and how many working days before its end somebody is warned at most.
const MostDays = 366

// Term is how a limit is counted. The day of receipt is not counted, as in Regulation (EEC, Euratom) No 1182/71, Article 3(1); the limit ends with the last hour of
// its last day (Article 3(2)(b)) by the clock of the country. What only most, but not all, are closed on by custom is a working day: a limit that is met too early does no harm.
type Term struct {
	Country string `json:"country" doc:"ISO 3166-1; its public holidays are not working days"`
	Part    string `json:"part,omitempty" doc:"ISO 3166-2 without the country, where holidays differ within it"`
	Zone    string `json:"zone" doc:"IANA name of the clock by which days begin and end"`
	Days    int    `json:"days" minimum:"1" maximum:"366"`
	Count   Count  `json:"count" enum:"working_days,calendar_days"`
	// Rolls tells that a last day which is no working day is followed by the next one that is (Article 3(4)); limits in working days never end on another.
	Rolls bool `json:"rolls" doc:"A last day that is no working day moves to the next one that is"`
}

// What a term is refused for.
var (
	ErrCountry = errors.New("the public holidays of the country are not known")
	ErrZone    = errors.New("no such zone")
	ErrDays    = errors.New("a limit is 1 to 366 working or calendar days")
)

// Check reports why a term cannot be counted: ErrCountry, ErrZone or ErrDays.
func (t Term) Check() error {
	_, err := t.zone()
	switch {
	case err != nil:
		return err
	case !holiday.Known(t.Country, t.Part):
		return ErrCountry
	case t.Days < 1 || t.Days > MostDays || !t.Count.Valid():
		return ErrDays
	}
	return nil
}

func (t Term) zone() (*time.Location, error) {
	if t.Zone == "" || t.Zone == "Local" { // the zone of a server is none
		return nil, ErrZone
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrZone, err)
	}
	return zone, nil
}

// DayOff is a day that is no working day, and why.
type DayOff struct {
	Date    desk.Date `json:"date"`
	Holiday string    `json:"holiday,omitempty" doc:"Key of the public holiday; absent on Saturdays and Sundays that are none"`
}

// Reckoning is how a limit came to its end.
type Reckoning struct {
	Received desk.Date `json:"received" doc:"The day of receipt by the country's clock; it is not counted"`
	Last     desk.Date `json:"last" doc:"The last day of the limit"`
	Off      []DayOff  `json:"off" doc:"Days that were not counted, or that the end moved over, in order"`
}

// Reckon counts a term from the instant of receipt. It fails where Check does.
func (t Term) Reckon(received desk.Time) (Reckoning, error) {
	zone, err := t.zone()
	if err != nil {
		return Reckoning{}, err
	}
	return t.ReckonDay(desk.DateOf(received.Time().In(zone)))
}

// ReckonDay is Reckon for a day of receipt.
func (t Term) ReckonDay(received desk.Date) (Reckoning, error) {
	if err := t.Check(); err != nil {
		return Reckoning{}, err
	}
	r := Reckoning{Received: received, Last: received, Off: []DayOff{}}
	for left := t.Days; left > 0; {
		r.Last++
		off, is := t.off(r.Last)
		if is && t.Count == WorkingDays {
			r.Off = append(r.Off, off)
			continue
		}
		left--
	}
	for t.Rolls {
		off, is := t.off(r.Last)
		if !is {
			break
		}
		r.Off = append(r.Off, off)
		r.Last++
	}
	return r, nil
}

// off reports whether a day is no working day.
func (t Term) off(d desk.Date) (DayOff, bool) {
	for _, h := range holiday.In(t.Country, t.Part, d.Year()) {
		if h.Date == d && !h.Usual {
			return DayOff{d, h.Key}, true
		}
	}
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	return DayOff{Date: d}, weekend
}

// Works reports whether a day is a working day of the country.
func (t Term) Works(d desk.Date) bool {
	_, off := t.off(d)
	return !off
}

// End is the last microsecond of a day by the country's clock: whatever happens up to it happens in time, and lists show it on the day that it belongs to.
func (t Term) End(last desk.Date) (desk.Time, error) {
	zone, err := t.zone()
	if err != nil {
		return 0, err
	}
	y, m, d := last.Parts()
	return desk.At(time.Date(y, m, d+1, 0, 0, 0, 0, zone)) - 1, nil
}

// morning is the hour of the country's clock at which a warning is given.
const morning = 8

// Warnings are the instants at which to warn of a last day: in the morning of the n-th working day before it for each n, or of the last working day not after it for 0.
// They are in order, each once.
func (t Term) Warnings(last desk.Date, before []int) ([]desk.Time, error) {
	zone, err := t.zone()
	if err != nil {
		return nil, err
	}
	all := make([]desk.Time, 0, len(before))
	for _, n := range before {
		d := last
		for !t.Works(d) {
			d--
		}
		for left := min(max(0, n), MostDays); left > 0; {
			if d--; t.Works(d) {
				left--
			}
		}
		y, m, day := d.Parts()
		all = append(all, desk.At(time.Date(y, m, day, morning, 0, 0, 0, zone)))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Ready is a limit that is offered ready-made, to be confirmed with counsel before it is used.
type Ready struct {
	Key  string `json:"key"` // never changes; the desk has words for it
	Term Term   `json:"term"`
}

// ReadyMade are the ready-made limits: a consumer's complaint is to be answered in writing. They end on their last day, whatever day that is: whether the law of the
// country lets the next working day do is for counsel to say, and the earlier day is on the safe side.
func ReadyMade() []Ready {
	return []Ready{
		{"complaint_lv", Term{Country: "LV", Zone: "Europe/Riga", Days: 15, Count: WorkingDays}},
		{"complaint_lt", Term{Country: "LT", Zone: "Europe/Vilnius", Days: 14, Count: CalendarDays}},
		{"complaint_pl", Term{Country: "PL", Zone: "Europe/Warsaw", Days: 14, Count: CalendarDays}},
	}
}
