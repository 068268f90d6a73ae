package desk

import "strconv"

type (
	RosterID  int64
	AbsenceID int64
)

func (id RosterID) String() string  { return strconv.FormatInt(int64(id), 10) }
func (id AbsenceID) String() string { return strconv.FormatInt(int64(id), 10) }

// Turn is when somebody is on duty: the same hours on some days of the week, by the wall clock of the roster. Hours that go over midnight belong to the day on which they begin.
type Turn struct {
	Agent AgentID `json:"agent" minimum:"1"`
	Rank  int     `json:"rank" minimum:"1" maximum:"9" doc:"Who is called first: 1; 2 is called where nobody of rank 1 is there, and so on"`
	From  int     `json:"from" minimum:"0" maximum:"1439" doc:"Minutes since midnight"`
	To    int     `json:"to" minimum:"0" maximum:"1439" doc:"Likewise; at or before from it is of the next day"`
	Days  int     `json:"days" minimum:"1" maximum:"127" doc:"Of the week: bit 0 is Sunday"`
	Weeks int     `json:"weeks,omitempty" minimum:"0" maximum:"12" doc:"Every so many weeks, counted from the week of first; 0 and 1: every week"`
	First Date    `json:"first,omitzero" doc:"The first day on which it begins"`
	Last  Date    `json:"last,omitzero" doc:"The last day on which it begins"`
}

// RosterEdit is what people decide about a roster.
type RosterEdit struct {
	Name    string `json:"name" minLength:"1" maxLength:"120"`
	Zone    string `json:"zone" minLength:"1" maxLength:"64" doc:"Time zone of the IANA database"`
	Turns   []Turn `json:"turns" maxItems:"200"`
	Version int64  `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Roster says who is on duty, and when.
type Roster struct {
	ID RosterID `json:"id"`
	RosterEdit
}

// AbsenceEdit is what is decided about somebody's planned absence.
type AbsenceEdit struct {
	From    Time    `json:"from"`
	To      Time    `json:"to" doc:"When he is back"`
	Deputy  AgentID `json:"deputy,omitempty" doc:"Who stands in for him on duty and is given what comes back to him; his team where it is absent"`
	Version int64   `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Absence is a time in which somebody is not there, and that was known before.
type Absence struct {
	ID    AbsenceID `json:"id"`
	Agent AgentID   `json:"agent"`
	AbsenceEdit
}

// Covers reports whether an instant lies within it.
func (a *Absence) Covers(at Time) bool { return a.From <= at && at < a.To }

// Facts about duty.
const (
	RosterUpdated  EventKind   = "roster.updated"
	AbsenceUpdated EventKind   = "absence.updated"
	AboutRoster    SubjectKind = "roster"
	AboutAbsence   SubjectKind = "absence"
)
