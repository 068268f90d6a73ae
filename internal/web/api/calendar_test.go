package api

import (
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/hours"
)

// office is a calendar that is open from Monday to Friday from nine to five.
func office(name, zone string, more object) object {
	week := make([][]desk.OpenHours, 7)
	for d := range week {
		week[d] = []desk.OpenHours{}
		if d > 0 && d < 6 {
			week[d] = []desk.OpenHours{{From: 9 * 60, To: 17 * 60}}
		}
	}
	o := object{"name": name, "zone": zone, "week": week, "days": []object{}, "without": []string{}, "with": []string{}, "standard": false, "inboxes": []int{}, "teams": []int{}, "version": 0}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func TestCalendarsAreMadeChangedAndKeptWhileInUse(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		otto, ada := h.as(h.d.Agent("Otto", desk.AgentRole)), h.as(h.d.Agent("Ada", desk.Administrator))
		otto.refused(desk.Forbidden, post, "/calendars", office("Riga", "Europe/Riga", nil))
		var riga, night desk.Calendar
		ada.do(post, "/calendars", office("Riga", "Europe/Riga", object{"country": "LV", "inboxes": []desk.InboxID{h.d.Support}, "standard": true}), &riga)
		if len(riga.Inboxes) != 1 || !riga.Standard || riga.Version == 0 {
			h.t.Errorf("made %+v", riga)
		}
		ada.refused(desk.Conflict, post, "/calendars", office("riga", "Europe/Riga", nil))
		ada.refused(desk.Invalid, post, "/calendars", office("Nowhere", "Europe/Rigo", nil))
		ada.refused(desk.Invalid, post, "/calendars", office("Atlantis", "UTC", object{"country": "XX"}))
		ada.refused(desk.Invalid, post, "/calendars", office("Never", "UTC", object{"week": make([][]desk.OpenHours, 7)}))
		ada.refused(desk.Invalid, post, "/calendars", office("Twice", "UTC", object{"days": []object{{"date": "2026-12-24", "hours": []object{}}, {"date": "2026-12-24", "hours": []object{}}}}))

		ada.do(post, "/calendars", office("Night", "Europe/Riga", object{"inboxes": []desk.InboxID{h.d.Support}, "standard": true}), &night)
		path := "/calendars/" + riga.ID.String()
		otto.do(get, path, nil, &riga)
		if len(riga.Inboxes) != 0 || riga.Standard {
			h.t.Errorf("an inbox goes by two calendars: %+v", riga)
		}
		stale := office("Riga", "Europe/Riga", object{"version": riga.Version - 1})
		ada.refused(desk.Conflict, put, path, stale)
		ada.refused(desk.Conflict, del, "/calendars/"+night.ID.String(), nil)
		ada.do(del, path, nil, nil)
		otto.refused(desk.NotFound, get, path, nil)
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE action IN ('calendar.created', 'calendar.deleted')`)
		if log != 3 {
			h.t.Errorf("%d lines in the log, want 3", log)
		}
		var all calendarList
		otto.do(get, "/calendars", nil, &all)
		if len(all.Items) != 1 || all.Items[0].Name != "Night" {
			h.t.Errorf("left are %+v", all.Items)
		}
	})
}

func TestChangingHoursMovesWhatIsDue(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		ada := h.as(h.d.Agent("Ada", desk.Administrator))
		c := h.receive(h.d.Support, desktest.Ann, "horse")
		row := func() desk.Time {
			var due desk.Time
			h.ask(&due, `SELECT due_at FROM conversation WHERE id = $1`, c)
			return due
		}
		clock := row()
		week := make([][]desk.OpenHours, 7)
		weekday := h.d.Now().UTC().Weekday()
		for d := range week {
			week[d] = []desk.OpenHours{}
			if time.Weekday(d) == (weekday+2)%7 { // the day after tomorrow alone
				week[d] = []desk.OpenHours{{From: 8 * 60, To: 20 * 60}}
			}
		}
		var cal desk.Calendar
		ada.do(post, "/calendars", office("Rare", "UTC", object{"week": week, "inboxes": []desk.InboxID{h.d.Support}}), &cal)
		h.d.Settle()
		day := h.d.Now().UTC().AddDate(0, 0, 2)
		want := desk.At(time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, time.UTC)) // 240 minutes after eight
		if got := row(); got != want {
			h.t.Errorf("due at %s, want %s; by the clock it was %s", got, want, clock)
		}
		next := h.receive(h.d.Support, desktest.Bob, "goat")
		var due desk.Time
		h.ask(&due, `SELECT due_at FROM conversation WHERE id = $1`, next)
		if due != want {
			h.t.Errorf("a new one is due at %s, want %s", due, want)
		}
		var all calendarList
		ada.do(get, "/calendars", nil, &all)
		if all.Work.Total != 0 {
			h.t.Errorf("work that is done is shown: %+v", all.Work)
		}
		ada.do(put, "/calendars/"+cal.ID.String(), office("Rare", "UTC", object{"week": week, "version": cal.Version}), nil)
		h.d.Settle()
		if got := row(); got != clock {
			h.t.Errorf("without a calendar due at %s, want %s", got, clock)
		}
	})
}

func TestHolidaysAndPreview(t *testing.T) {
	t.Parallel()
	h := newDesked(t, desktest.SQLite)
	ada := h.as(h.d.Agent("Ada", desk.Administrator))
	var countries list[countryBody]
	ada.do(get, "/holidays", nil, &countries)
	if len(countries.Items) != 7 || countries.Items[0].Code != "DE" || len(countries.Items[0].Parts) != 16 {
		t.Errorf("countries %+v", countries.Items)
	}
	var days list[holidayBody]
	ada.do(get, "/holidays/GB/2026?part=SCT", nil, &days)
	if len(days.Items) == 0 || days.Items[0].Key != "new_year" {
		t.Errorf("holidays %+v", days.Items)
	}
	ada.refused(desk.NotFound, get, "/holidays/XX/2026", nil)
	var shown hours.Shown
	today := desk.DateOf(h.d.Now().UTC())
	ada.do(post, "/calendars/preview", office("", "UTC", object{"days": []object{{"date": today.String(), "name": "Move", "hours": []object{{"from": 0, "to": 1440}}}}}), &shown)
	if len(shown.Days) != previewDays || !shown.Open || !shown.Days[0].Own || shown.Days[0].Name != "Move" || shown.Days[0].Date != today {
		t.Errorf("preview %+v", shown)
	}
}

// TestACalendarFileIsReadAndChangesNothing has a file offer its dates, with what of it could not be read, and refuses what is none and who does not keep the settings.
func TestACalendarFileIsReadAndChangesNothing(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		ada, otto := h.as(h.d.Agent("Ada", desk.Administrator)), h.as(h.d.Agent("Otto", desk.AgentRole))
		week := make([][]desk.OpenHours, 7)
		for d := range week {
			week[d] = []desk.OpenHours{{From: 540, To: 1020}}
		}
		calendar := desk.CalendarEdit{Zone: "Europe/Riga", Week: week, Days: []desk.CalendarDay{}, Without: []string{}, With: []string{}, Inboxes: []desk.InboxID{}, Teams: []desk.TeamID{}}
		tomorrow := h.d.Now().AddDate(0, 0, 1)
		file := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Stocktaking\r\nDTSTART;VALUE=DATE:" + tomorrow.Format("20060102") + "\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Tick\r\nDTSTART:20260101T000000Z\r\nDTEND:20260101T000100Z\r\nRRULE:FREQ=MINUTELY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		var got calendarFile
		ada.do(post, "/calendars/file", object{"file": file, "calendar": calendar}, &got)
		if len(got.Items) != 3 || got.Items[0].Name != "Stocktaking" || len(got.Items[0].Hours) != 0 || got.Items[0].Own || got.Found != 2 || len(got.Unread) != 1 || got.Unread[0].Why != "often" || got.Unread[0].Name != "Tick" {
			h.t.Errorf("offered: %+v", got)
		}
		var all calendarList
		if ada.do(get, "/calendars", nil, &all); len(all.Items) != 0 {
			h.t.Errorf("it was kept: %+v", all.Items)
		}
		ada.refused(desk.Invalid, post, "/calendars/file", object{"file": "not a calendar", "calendar": calendar})
		otto.refused(desk.Forbidden, post, "/calendars/file", object{"file": file, "calendar": calendar})
	})
}
