package hours

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/holiday"
	"tellus/internal/engine/worktime"
)

// Hours are a calendar that can be asked. Holidays are known from the year before to ten years after the one in which it was compiled.
type Hours struct {
	*worktime.Calendar
	special  map[desk.Date]ShutDay // dates that differ from their weekday, which may be closed anyway
	closings []Closing             // in order of From
	without  *worktime.Calendar    // as it would be without closings; nil where there are none
}

// years before and after this one of which the holidays are put in: as far as worktime looks.
const (
	yearsBack  = 1
	yearsAhead = 11
)

// Compile makes hours of what a calendar says and of what else closes it, in order of From. It fails where Check would have refused it.
func Compile(c desk.CalendarEdit, closings []Closing, now desk.Time) (Hours, error) {
	p := worktime.Plan{Zone: c.Zone}
	for d, hours := range c.Week {
		if d < len(p.Week) {
			p.Week[d] = spans(hours)
		}
	}
	special := map[desk.Date]ShutDay{}
	year := now.Time().Year()
	for y := year - yearsBack; y <= year+yearsAhead; y++ {
		for _, h := range holiday.In(c.Country, c.Part, y) {
			if Closed(c, h) {
				p.Days = append(p.Days, worktime.Day{Date: h.Date})
				special[h.Date] = ShutDay{Holiday: h.Key, Substitute: h.Substitute}
			}
		}
	}
	for _, d := range c.Days { // after the holidays: of one date the last counts
		p.Days = append(p.Days, worktime.Day{Date: d.Date, Hours: spans(d.Hours)})
		special[d.Date] = ShutDay{Name: d.Name}
	}
	cal, err := worktime.Compile(p)
	if err != nil || len(closings) == 0 {
		return Hours{Calendar: cal, special: special}, err
	}
	for _, x := range closings {
		p.Shut = append(p.Shut, worktime.Span{From: x.From, To: x.To})
	}
	shut, err := worktime.Compile(p)
	return Hours{shut, special, closings, cal}, err
}

// Closed reports whether a calendar closes for a holiday of its country.
func Closed(c desk.CalendarEdit, h holiday.Holiday) bool {
	if h.Usual {
		return slices.Contains(c.With, h.Key)
	}
	return !slices.Contains(c.Without, h.Key)
}

func spans(hours []desk.OpenHours) (list []worktime.Hours) {
	for _, h := range hours {
		list = append(list, worktime.Hours{From: time.Duration(h.From) * time.Minute, To: time.Duration(h.To) * time.Minute})
	}
	return list
}

// remembered are calendars that were compiled, by all that they are made of: what two desks in one process say alike is the same.
var remembered struct {
	sync.Mutex
	by map[string]Hours
}

const mostRemembered = 500

// compiled is Compile for the columns of a row, which every message asks for.
func compiled(zone, text, fed string, now desk.Time) (Hours, error) {
	key := strconv.Itoa(now.Time().Year()) + " " + zone + " " + text + " " + fed
	remembered.Lock()
	h, ok := remembered.by[key]
	remembered.Unlock()
	if ok {
		return h, nil
	}
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Hours{}, fmt.Errorf("read opening hours: %w", err)
	}
	closings, err := closingsOf(fed)
	if err != nil {
		return Hours{}, err
	}
	h, err = Compile(desk.CalendarEdit{Zone: zone, Week: p.Week, Days: p.Days, Country: p.Country, Part: p.Part, Without: p.Without, With: p.With}, closings, now)
	if err != nil {
		return Hours{}, err
	}
	remembered.Lock()
	defer remembered.Unlock()
	if len(remembered.by) >= mostRemembered || remembered.by == nil {
		remembered.by = map[string]Hours{}
	}
	remembered.by[key] = h
	return h, nil
}
