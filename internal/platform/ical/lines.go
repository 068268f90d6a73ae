// Package ical reads calendars (RFC 5545) as programs write them: what does not keep to the rules is read for what it most likely means.
package ical

import (
	"strings"
	"time"
	_ "time/tzdata" // calendars name zones, whatever the machine has installed
)

// Lines unfolds text whose lines end with a line feed (RFC 5545 3.1): a line that begins with a blank goes on with the one before it.
func Lines(text string) []string {
	text = strings.ReplaceAll(text, "\n ", "")
	text = strings.ReplaceAll(text, "\n\t", "")
	return strings.Split(text, "\n")
}

// Property cuts NAME;PARAM=value:text into its name in capitals, its parameters as they stand, and its value. A colon within quotes ends nothing. All are "" where there
// is no colon.
func Property(line string) (name, params, value string) {
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
		return "", "", ""
	}
	name, params, _ = strings.Cut(line[:colon], ";")
	return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[colon+1:])
}

var escapes = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

// Text takes the escapes off a text (RFC 5545 3.3.11), and the blanks around it.
func Text(s string) string { return strings.TrimSpace(escapes.Replace(s)) }

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

// Time reads 20260306T093000Z, 20260306T093000 with the name of a zone, and 20260306, which is midnight UTC. The time is zero where it is none of these; where the
// zone is not known, it is as if in UTC.
func Time(value, zoneName string) (t time.Time, allDay, zoneUnknown bool) {
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		return t, false, false
	}
	if t, err := time.Parse("20060102", value); err == nil {
		return t, true, false
	}
	zone, known := Zone(zoneName)
	t, err := time.ParseInLocation("20060102T150405", value, zone)
	if err != nil {
		return time.Time{}, false, false
	}
	return t, false, !known
}

// Zone finds a zone by a name that programs write; ok is false, and the zone UTC, where it is not known.
func Zone(name string) (zone *time.Location, ok bool) {
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

// Duration reads P1DT2H30M (RFC 5545 3.3.6), up to ten years.
func Duration(s string) (time.Duration, bool) {
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
