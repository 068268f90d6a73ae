package hours

import (
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
)

// Shown is what a calendar comes to in the next weeks.
type Shown struct {
	Open   bool      `json:"open" doc:"Whether it is open now"`
	Next   desk.Time `json:"next,omitempty" doc:"When it closes, or opens; absent where that is not within ten years"`
	Event  string    `json:"event,omitempty" doc:"Title of the event of a feed that keeps it closed now"`
	Public bool      `json:"public,omitempty" doc:"That title may be shown to customers"`
	Days   []DayOpen `json:"days"`
}

// DayOpen is a date as it will be.
type DayOpen struct {
	Date       desk.Date        `json:"date"`
	Hours      []desk.OpenHours `json:"hours" doc:"As they stand, before the clock is put forward or back"`
	Name       string           `json:"name,omitempty" doc:"Of a date with hours of its own"`
	Own        bool             `json:"own,omitempty" doc:"It has hours of its own"`
	Holiday    string           `json:"holiday,omitempty" doc:"Key of the public holiday that it is"`
	Substitute bool             `json:"substitute,omitempty" doc:"It is a day off in place of the holiday"`
	Events     string           `json:"events,omitempty" doc:"Titles of the events of feeds that take hours of it; hours are what is left"`
}

// Preview says what a calendar that Check took, and what else closes it, comes to: whether it is open now, and so many days from today on.
func Preview(c desk.CalendarEdit, closings []Closing, now desk.Time, days int) (Shown, error) {
	h, err := Compile(c, closings, now)
	if err != nil {
		return Shown{}, err
	}
	at := now.Time().In(h.Zone())
	out := Shown{Days: make([]DayOpen, 0, days)}
	out.Open, out.Next = h.Now(now)
	if x, ok := h.ClosedBy(now); ok {
		out.Event, out.Public = x.Name, x.Public
	}
	holidays := map[desk.Date]holiday.Holiday{}
	today := desk.DateOf(at)
	for y := today.Year(); y <= (today + desk.Date(days)).Year(); y++ {
		for _, x := range holiday.In(c.Country, c.Part, y) {
			if Closed(c, x) {
				holidays[x.Date] = x
			}
		}
	}
	for d := today; d < today+desk.Date(days); d++ {
		day := DayOpen{Date: d, Hours: c.Week[d.Weekday()]}
		if x, ok := holidays[d]; ok {
			day.Hours, day.Holiday, day.Substitute = []desk.OpenHours{}, x.Key, x.Substitute
		}
		if i := slices.IndexFunc(c.Days, func(x desk.CalendarDay) bool { return x.Date == d }); i >= 0 {
			day.Hours, day.Name, day.Own = c.Days[i].Hours, c.Days[i].Name, true
		}
		out.Days = append(out.Days, day)
	}
	return out, cutDays(c, closings, today, out.Days)
}

// Now says whether it is open, and when it closes or opens next; 0 where that is not within ten years.
func (h Hours) Now(now desk.Time) (open bool, next desk.Time) {
	at := now.Time()
	change, ok := h.NextOpen(at)
	if open = h.OpenAt(at); open {
		change, ok = h.NextClose(at)
	}
	if ok {
		next = desk.At(change)
	}
	return open, next
}

// Due is when so much open time has passed since an instant; by the clock where the hours end for good before, since what is owed does not.
func (h Hours) Due(from desk.Time, within time.Duration) desk.Time {
	due, ok := h.Add(from.Time(), within)
	if !ok {
		return from.Add(within)
	}
	return desk.At(due)
}
