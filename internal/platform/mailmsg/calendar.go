//nolint:misspell // RFC 5545 spells it ORGANIZER
package mailmsg

import (
	"strings"
	"time"

	"tellus/internal/platform/ical"
)

// Invitation is what a calendar part (RFC 5545, RFC 6047) says of its first event.
type Invitation struct {
	Method      string // "REQUEST", "CANCEL", "REPLY", "PUBLISH", or "" where none is given
	UID         string
	Summary     string
	Description string
	Location    string
	Organizer   Address
	Attendees   []Address // at most 500
	Start, End  time.Time // zero where absent; whole days begin at midnight UTC
	AllDay      bool
	// ZoneUnknown tells that Start and End are wall-clock times of a place that the invitation does not name in a way known here; they are
	// given as if in UTC.
	ZoneUnknown bool
	Status      string // "CONFIRMED", "TENTATIVE", "CANCELLED" or ""
	Repeats     bool   // the event has a rule of recurrence
}

// maxCalendar bounds how much of a calendar is read, maxAttendees how many people of it.
const (
	maxCalendar  = 1 << 20
	maxAttendees = 500
)

// IsCalendar tells whether the part is a calendar.
func (p *Part) IsCalendar() bool {
	return p.MediaType == "text/calendar" || p.MediaType == "application/ics" || strings.HasSuffix(strings.ToLower(p.FileName), ".ics")
}

// Invitation reads a part that is a calendar. ok is false where it is none, or holds no event.
func (p *Part) Invitation() (inv Invitation, ok bool) {
	if !p.IsCalendar() {
		return inv, false
	}
	text, _ := p.decodedText(maxCalendar)
	return ParseCalendar(text)
}

// Invitation returns the first invitation among the mail's parts.
func (m *Mail) Invitation() (inv Invitation, ok bool) {
	m.Root.Walk(func(p *Part) bool {
		if !p.IsMultipart() {
			inv, ok = p.Invitation()
		}
		return !ok
	})
	return inv, ok
}

// ParseCalendar reads the first event of a calendar, tolerantly. ok is false where there is none.
func ParseCalendar(text string) (inv Invitation, ok bool) {
	if len(text) > maxCalendar {
		text = text[:maxCalendar]
	}
	var duration string
	depth := 0 // components inside the event, such as alarms
	lines := ical.Lines(normaliseNewlines(cleanText(text)))
	for _, line := range lines {
		name, params, value := calendarProperty(line)
		switch {
		case name == "METHOD" && !ok:
			inv.Method = strings.ToUpper(value)
		case name == "BEGIN" && !ok:
			ok = strings.EqualFold(value, "VEVENT")
		case name == "BEGIN":
			depth++
		case name == "END" && ok && depth > 0:
			depth--
		case name == "END" && ok:
			inv.finish(duration)
			return inv, true
		case !ok || depth > 0:
		case name == "DURATION":
			duration = value
		default:
			inv.take(name, params, value)
		}
	}
	inv.finish(duration)
	return inv, ok
}

// calendarProperty cuts NAME;PARAM=value:text.
func calendarProperty(line string) (name string, params map[string]string, value string) {
	name, rest, value := ical.Property(line)
	if rest != "" {
		params = map[string]string{}
		for _, p := range splitParams(rest) {
			params[p.name] = p.value
		}
	}
	return name, params, value
}

func (inv *Invitation) take(name string, params map[string]string, value string) {
	switch name {
	case "UID":
		inv.UID = value
	case "SUMMARY":
		inv.Summary = ical.Text(value)
	case "DESCRIPTION":
		inv.Description = ical.Text(value)
	case "LOCATION":
		inv.Location = ical.Text(value)
	case "STATUS":
		inv.Status = strings.ToUpper(value)
	case "RRULE", "RDATE":
		inv.Repeats = true
	case "ORGANIZER":
		inv.Organizer = calendarPerson(params, value)
	case "ATTENDEE":
		if len(inv.Attendees) < maxAttendees {
			inv.Attendees = append(inv.Attendees, calendarPerson(params, value))
		}
	case "DTSTART":
		inv.Start, inv.AllDay, inv.ZoneUnknown = ical.Time(value, params["tzid"])
	case "DTEND":
		inv.End, _, _ = ical.Time(value, params["tzid"])
	}
}

// finish supplies the end (RFC 5545 3.6.1): from the duration, else a day for whole-day events.
func (inv *Invitation) finish(duration string) {
	if !inv.End.IsZero() || inv.Start.IsZero() {
		return
	}
	switch d, ok := ical.Duration(duration); {
	case ok:
		inv.End = inv.Start.Add(d)
	case inv.AllDay:
		inv.End = inv.Start.AddDate(0, 0, 1)
	default:
		inv.End = inv.Start
	}
}

func calendarPerson(params map[string]string, value string) Address {
	a := Address{Name: ical.Text(params["cn"]), Email: cleanEmail(value)}
	if a.Email == "" && params["email"] != "" {
		a.Email = cleanEmail(params["email"])
	}
	if a.Name == a.Email {
		a.Name = ""
	}
	return a
}
