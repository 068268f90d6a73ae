//nolint:misspell // RFC 5545 spells it ORGANIZER
package mailmsg

import (
	"strings"
	"time"
	_ "time/tzdata" // invitations name zones, whatever the machine has installed
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
	lines := calendarLines(cleanText(text))
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

// calendarLines unfolds (RFC 5545 3.1): a line that begins with a blank goes on with the one before it.
func calendarLines(text string) []string {
	text = normaliseNewlines(text)
	text = strings.ReplaceAll(text, "\n ", "")
	text = strings.ReplaceAll(text, "\n\t", "")
	return strings.Split(text, "\n")
}

// calendarProperty cuts NAME;PARAM=value:text. A colon within quotes ends nothing.
func calendarProperty(line string) (name string, params map[string]string, value string) {
	quoted, colon := false, -1
	for i := 0; i < len(line); i++ {
		if line[i] == '"' {
			quoted = !quoted
		}
		if line[i] == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		return "", nil, ""
	}
	name, rest, _ := strings.Cut(line[:colon], ";")
	if rest != "" {
		params = map[string]string{}
		for _, p := range splitParams(rest) {
			params[p.name] = p.value
		}
	}
	return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[colon+1:])
}

func (inv *Invitation) take(name string, params map[string]string, value string) {
	switch name {
	case "UID":
		inv.UID = value
	case "SUMMARY":
		inv.Summary = calendarText(value)
	case "DESCRIPTION":
		inv.Description = calendarText(value)
	case "LOCATION":
		inv.Location = calendarText(value)
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
		inv.Start, inv.AllDay, inv.ZoneUnknown = calendarTime(params, value)
	case "DTEND":
		inv.End, _, _ = calendarTime(params, value)
	}
}

// finish supplies the end (RFC 5545 3.6.1): from the duration, else a day for whole-day events.
func (inv *Invitation) finish(duration string) {
	if !inv.End.IsZero() || inv.Start.IsZero() {
		return
	}
	switch d, ok := calendarDuration(duration); {
	case ok:
		inv.End = inv.Start.Add(d)
	case inv.AllDay:
		inv.End = inv.Start.AddDate(0, 0, 1)
	default:
		inv.End = inv.Start
	}
}

var calendarEscapes = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

func calendarText(s string) string { return strings.TrimSpace(calendarEscapes.Replace(s)) }

func calendarPerson(params map[string]string, value string) Address {
	a := Address{Name: calendarText(params["cn"]), Email: cleanEmail(value)}
	if a.Email == "" && params["email"] != "" {
		a.Email = cleanEmail(params["email"])
	}
	if a.Name == a.Email {
		a.Name = ""
	}
	return a
}

// windowsZones are the names that Outlook writes for zones of this part of the world (Unicode CLDR, windowsZones.xml).
var windowsZones = map[string]string{
	"FLE Standard Time": "Europe/Riga", "E. Europe Standard Time": "Europe/Chisinau", "GTB Standard Time": "Europe/Bucharest",
	"Central European Standard Time": "Europe/Warsaw", "Central Europe Standard Time": "Europe/Budapest", "W. Europe Standard Time": "Europe/Berlin",
	"Romance Standard Time": "Europe/Paris", "GMT Standard Time": "Europe/London", "Russian Standard Time": "Europe/Moscow", "Belarus Standard Time": "Europe/Minsk",
	"Kaliningrad Standard Time": "Europe/Kaliningrad", "Turkey Standard Time": "Europe/Istanbul", "Greenwich Standard Time": "Atlantic/Reykjavik",
	"Eastern Standard Time": "America/New_York", "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver",
	"Pacific Standard Time": "America/Los_Angeles", "India Standard Time": "Asia/Kolkata", "China Standard Time": "Asia/Shanghai",
	"Tokyo Standard Time": "Asia/Tokyo", "Israel Standard Time": "Asia/Jerusalem", "UTC": "UTC", "GMT": "UTC",
}

// calendarTime reads 20260306T093000Z, 20260306T093000 with a zone, and 20260306.
func calendarTime(params map[string]string, value string) (t time.Time, allDay, zoneUnknown bool) {
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		return t, false, false
	}
	if t, err := time.Parse("20060102", value); err == nil {
		return t, true, false
	}
	zone, known := calendarZone(params["tzid"])
	t, err := time.ParseInLocation("20060102T150405", value, zone)
	if err != nil {
		return time.Time{}, false, false
	}
	return t, false, !known
}

func calendarZone(name string) (*time.Location, bool) {
	name = strings.Trim(name, `"/ `)
	if w, ok := windowsZones[name]; ok {
		name = w
	}
	if name == "" || name == "Local" || len(name) > 200 {
		return time.UTC, false
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone, true
	}
	// Some programs prefix a path: /freeassociation.sourceforge.net/Europe/Riga.
	if pieces := strings.Split(name, "/"); len(pieces) > 2 {
		if zone, err := time.LoadLocation(strings.Join(pieces[len(pieces)-2:], "/")); err == nil {
			return zone, true
		}
	}
	return time.UTC, false
}

// calendarDuration reads P1DT2H30M (RFC 5545 3.3.6), up to ten years.
func calendarDuration(s string) (time.Duration, bool) {
	s, ok := strings.CutPrefix(strings.ToUpper(s), "P")
	if !ok || s == "" {
		return 0, false
	}
	var sum time.Duration
	n, digits := 0, false
	for _, r := range s {
		if r >= '0' && r <= '9' {
			if n = n*10 + int(r-'0'); n > 10_000_000 {
				return 0, false
			}
			digits = true
			continue
		}
		unit := map[rune]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[r]
		if r == 'T' {
			continue
		}
		if unit == 0 || !digits || time.Duration(n) > 10*365*24*time.Hour/unit {
			return 0, false
		}
		sum += time.Duration(n) * unit
		n, digits = 0, false
	}
	return sum, sum <= 10*366*24*time.Hour
}
