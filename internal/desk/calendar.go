package desk

import "strconv"

// CalendarID names a calendar of opening hours.
type CalendarID int64

func (id CalendarID) String() string { return strconv.FormatInt(int64(id), 10) }

// FeedID names an iCalendar feed of a calendar.
type FeedID int64

func (id FeedID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about calendars. A feed that was looked at closes other hours only where CalendarUpdated says so too.
const (
	CalendarUpdated EventKind   = "calendar.updated"
	FeedLookedAt    EventKind   = "calendar.feed_looked_at"
	AboutCalendar   SubjectKind = "calendar"
)

// Calendar says when somebody is there.
type Calendar struct {
	ID CalendarID `json:"id"`
	CalendarEdit
}

// CalendarEdit is what people decide about a calendar.
type CalendarEdit struct {
	Name     string        `json:"name" maxLength:"100"`
	Zone     string        `json:"zone" maxLength:"100" doc:"IANA name of the clock that hours are read from"`
	Week     [][]OpenHours `json:"week" minItems:"7" maxItems:"7" doc:"The hours of each day of the week, Sunday first; a day without any is closed"`
	Days     []CalendarDay `json:"days" maxItems:"1000" doc:"Dates with hours of their own; they count more than holidays"`
	Country  string        `json:"country,omitempty" maxLength:"2" doc:"Whose public holidays are closed; empty for none"`
	Part     string        `json:"part,omitempty" maxLength:"3" doc:"The part of the country, where its holidays differ"`
	Without  []string      `json:"without" maxItems:"100" doc:"Keys of public holidays that are open nevertheless"`
	With     []string      `json:"with" maxItems:"100" doc:"Keys of customary holidays that are closed too"`
	Standard bool          `json:"standard" doc:"Inboxes and teams without a calendar of their own go by it; one calendar can be that"`
	Inboxes  []InboxID     `json:"inboxes" maxItems:"1000" doc:"That go by it; each goes by one calendar"`
	Teams    []TeamID      `json:"teams" maxItems:"1000" doc:"That go by it; each goes by one calendar"`
	Version  int64         `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// OpenHours are a span of the wall clock in minutes since midnight. They belong to the day on which they begin and may end on the next.
type OpenHours struct {
	From int `json:"from" minimum:"0" maximum:"1439"`
	To   int `json:"to" minimum:"1" maximum:"2879" doc:"After from, at most a day later; 1440 is midnight"`
}

// CalendarDay is a date with hours of its own, closed where it has none.
type CalendarDay struct {
	Date  Date        `json:"date"`
	Name  string      `json:"name,omitempty" maxLength:"100" doc:"Why, such as a company's own holiday"`
	Hours []OpenHours `json:"hours" maxItems:"10"`
}
