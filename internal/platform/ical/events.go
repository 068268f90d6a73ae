package ical

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Event is one time at which an event takes place: of one that repeats, there is one for each.
type Event struct {
	UID     string
	Summary string
	From    time.Time
	To      time.Time // after From
	AllDay  bool      // From and To are midnights of the zone that was asked for
}

// Why says why an event was left out.
type Why string

const (
	WhyStart   Why = "start"   // it does not say when it begins, or not so that it can be read
	WhyZone    Why = "zone"    // it goes by a clock that is not known here
	WhyLength  Why = "length"  // it takes no time
	WhyRule    Why = "rule"    // how it repeats cannot be read
	WhyOften   Why = "often"   // it repeats by the hour or more often
	WhyDates   Why = "dates"   // dates that are added or left out cannot be read
	WhyFollow  Why = "follow"  // it changes all times that follow it, which is not read
	WhyTooMany Why = "toomany" // there are more times, or it takes longer to find them, than is taken
)

// Skipped is an event that could not be taken.
type Skipped struct {
	Summary string
	Why     Why
}

// Calendar is what a file says within a time.
type Calendar struct {
	Events  []Event // in order
	Skipped []Skipped
	Found   int  // events in the file, of any time
	Cut     bool // the file is longer than what is read of it
}

// Bounds of what is read: a file of 10 MB in which everything is as bad as it can be takes as long as ctx allows and not much longer.
const (
	maxBytes  = 10 << 20
	maxEvents = 20_000 // in a file
	maxTimes  = 20_000 // in what is returned
	maxSteps  = 50_000 // times of one event that are looked at
	maxRule   = 500    // bytes of a rule
)

// entry is an event as it is written.
type entry struct {
	uid, summary, status, transparent string
	start, end, duration, recurrence  property
	rules                             []string
	added, left                       []property // RDATE, EXDATE
}

type property struct{ params, value string }

// Read returns what takes place between two instants, whole days and times without a zone by the clock of zone. Cancelled events are left out, and those that take
// nobody's time. An event that cannot be taken is told of and hinders no other. Once ctx is done, no further event is taken, all that are left are WhyTooMany.
func Read(ctx context.Context, text string, zone *time.Location, from, until time.Time) Calendar {
	entries, cut := entries(text)
	c := Calendar{Found: len(entries), Cut: cut}
	moved := map[string][]*entry{} // by UID
	for i := range entries {
		if e := &entries[i]; e.recurrence.value != "" && e.uid != "" {
			moved[e.uid] = append(moved[e.uid], e)
		}
	}
	r := reader{ctx: ctx, zone: zone, from: from, until: until}
	for i := range entries {
		e := &entries[i]
		if e.status == "CANCELLED" || e.transparent == "TRANSPARENT" {
			continue
		}
		var instead []*entry
		if e.recurrence.value == "" {
			instead = moved[e.uid]
		}
		events, why := r.times(e, instead)
		if why == "" && len(c.Events)+len(events) > maxTimes {
			why = WhyTooMany
		}
		if why != "" {
			c.Skipped = append(c.Skipped, Skipped{e.summary, why})
			continue
		}
		c.Events = append(c.Events, events...)
	}
	slices.SortStableFunc(c.Events, func(a, b Event) int { return a.From.Compare(b.From) })
	return c
}

// entries reads the events of a file as they are written. One that the file breaks off in is read as far as it goes, unless it was cut here.
func entries(text string) (list []entry, cut bool) {
	if len(text) > maxBytes {
		text, cut = text[:maxBytes], true
	}
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\uFEFF")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var e entry
	within, inner := false, 0 // inner are components inside the event, such as alarms
	for _, line := range Lines(text) {
		name, params, value := Property(line)
		switch {
		case name == "BEGIN" && !within:
			within, e = strings.EqualFold(value, "VEVENT"), entry{}
		case name == "BEGIN":
			inner++
		case name == "END" && inner > 0:
			inner--
		case name == "END" && within:
			if within = false; len(list) == maxEvents {
				return list, true
			}
			list = append(list, e)
		case within && inner == 0:
			e.take(name, property{params, value})
		}
	}
	if within && !cut && len(list) < maxEvents {
		list = append(list, e)
	}
	return list, cut
}

func (e *entry) take(name string, p property) {
	switch name {
	case "UID":
		e.uid = p.value
	case "SUMMARY":
		e.summary = Text(p.value)
	case "STATUS":
		e.status = strings.ToUpper(p.value)
	case "TRANSP":
		e.transparent = strings.ToUpper(p.value)
	case "DTSTART":
		e.start = p
	case "DTEND":
		e.end = p
	case "DURATION":
		e.duration = p
	case "RECURRENCE-ID":
		e.recurrence = p
	case "RRULE":
		e.rules = append(e.rules, p.value)
	case "RDATE":
		e.added = append(e.added, p)
	case "EXDATE":
		e.left = append(e.left, p)
	}
}

// param is the value of a parameter, "" where there is none. Semicolons within quotes part nothing.
func (p property) param(name string) string {
	quoted, start := false, 0
	for i := 0; i <= len(p.params); i++ {
		if i < len(p.params) && p.params[i] == '"' {
			quoted = !quoted
		}
		if i == len(p.params) || p.params[i] == ';' && !quoted {
			if key, value, ok := strings.Cut(p.params[start:i], "="); ok && strings.EqualFold(strings.TrimSpace(key), name) {
				return strings.Trim(strings.TrimSpace(value), `"`)
			}
			start = i + 1
		}
	}
	return ""
}
