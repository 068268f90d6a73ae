// Package duty decides who is on duty: whose turn of a roster it is, who stands in for him while he is absent, and when that changes. It is pure. Turns are by the wall clock of their
// roster, so that a night that loses or gains an hour is as long as that night.
package duty

import (
	"cmp"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
)

// Horizon is how far ahead it is looked for a change.
const Horizon = 100 * 24 * time.Hour

// Bounds of a turn.
const (
	MostRank  = 9
	MostWeeks = 12
)

// Roster is whose turn it is, ready to be asked.
type Roster struct {
	Zone  *time.Location // nil is UTC
	Turns []desk.Turn
}

// Valid reports whether a turn can be kept.
func Valid(t desk.Turn) bool {
	h := notify.Hours{From: t.From, To: t.To, Days: notify.Days(t.Days)}
	return h.Valid() && t.Days > 0 && t.Rank >= 1 && t.Rank <= MostRank && t.Weeks >= 0 && t.Weeks <= MostWeeks && (t.Weeks < 2 || t.First != 0) && (t.Last == 0 || t.Last >= t.First)
}

// Duty is somebody who is on duty.
type Duty struct {
	Agent desk.AgentID `json:"agent"`
	Rank  int          `json:"rank"`
	For   desk.AgentID `json:"for,omitempty" doc:"Whose turn it is, where he stands in for somebody who is absent"`
	Until desk.Time    `json:"until,omitempty" doc:"When it ends or goes to somebody else; absent where that is farther away than anybody plans"`
}

func (r Roster) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// begins reports whether a turn begins on a day.
func begins(t *desk.Turn, day desk.Date) bool {
	if !notify.Days(t.Days).Has(day.Weekday()) || day < t.First || t.Last != 0 && day > t.Last {
		return false
	}
	return t.Weeks < 2 || (monday(day)-monday(t.First))/7%desk.Date(t.Weeks) == 0
}

// monday is the first day of a date's week.
func monday(d desk.Date) desk.Date { return d - desk.Date((int(d.Weekday())+6)%7) }

// span is the turn that begins on a day.
func (r Roster) span(t *desk.Turn, day desk.Date) (from, to desk.Time) {
	clock := func(day desk.Date, minutes int) desk.Time {
		y, m, d := day.Parts()
		return desk.At(time.Date(y, m, d, minutes/60, minutes%60, 0, 0, r.zone()))
	}
	end := day
	if t.To <= t.From {
		end++
	}
	return clock(day, t.From), clock(end, t.To)
}

// runs reports whether a turn runs at an instant: it may have begun on that day or the one before.
func (r Roster) runs(t *desk.Turn, at desk.Time) bool {
	today := desk.DateOf(at.Time().In(r.zone()))
	for _, day := range [...]desk.Date{today - 1, today} {
		if !begins(t, day) {
			continue
		}
		if from, to := r.span(t, day); from <= at && at < to {
			return true
		}
	}
	return false
}

// At returns who is on duty at an instant, who is called first before the others: by rank, and then as the turns are listed. Nobody is there twice. The turn of somebody who is absent
// is his deputy's; where there is none it is nobody's, so that the next rank is called.
func (r Roster) At(at desk.Time, away []desk.Absence) []Duty {
	now := r.at(at, away)
	for i := range now {
		now[i].Until = r.until(now[i], at, away)
	}
	return now
}

func (r Roster) at(at desk.Time, away []desk.Absence) []Duty {
	turns := slices.Clone(r.Turns)
	slices.SortStableFunc(turns, func(a, b desk.Turn) int { return cmp.Compare(a.Rank, b.Rank) })
	var all []Duty
	for i := range turns {
		t := &turns[i]
		if !r.runs(t, at) {
			continue
		}
		who := StandIn(t.Agent, at, away)
		if who == 0 || slices.ContainsFunc(all, func(d Duty) bool { return d.Agent == who }) {
			continue
		}
		d := Duty{Agent: who, Rank: t.Rank}
		if who != t.Agent {
			d.For = t.Agent
		}
		all = append(all, d)
	}
	return all
}

// until is when somebody's duty ends or becomes another.
func (r Roster) until(d Duty, at desk.Time, away []desk.Absence) desk.Time {
	for next := r.next(at, away); next < desk.Never && next.Sub(at) < Horizon; next = r.next(next, away) {
		if !slices.Contains(r.at(next, away), Duty{Agent: d.Agent, Rank: d.Rank, For: d.For}) {
			return next
		}
	}
	return 0
}

// First returns who is called first at an instant: all of the best rank that is there.
func (r Roster) First(at desk.Time, away []desk.Absence) []desk.AgentID {
	var who []desk.AgentID
	all := r.at(at, away)
	for _, d := range all {
		if d.Rank == all[0].Rank {
			who = append(who, d.Agent)
		}
	}
	return who
}

// next is the next instant at which a turn or an absence begins or ends, desk.Never where none does within the horizon.
func (r Roster) next(at desk.Time, away []desk.Absence) desk.Time {
	next := desk.Never
	look := func(t desk.Time) {
		if t > at && t < next {
			next = t
		}
	}
	for i := range away {
		look(away[i].From)
		look(away[i].To)
	}
	today := desk.DateOf(at.Time().In(r.zone()))
	for i := range r.Turns {
		t := &r.Turns[i]
		for day := today - 1; day <= today+8 || day <= today+desk.Date(7*t.Weeks+7) || t.First > today && day <= t.First+8; day++ {
			if t.First > day {
				day = t.First
			}
			if t.Last != 0 && day > t.Last {
				break
			}
			if !begins(t, day) {
				continue
			}
			from, to := r.span(t, day)
			look(from)
			look(to)
			if from > at {
				break // what begins later changes later
			}
		}
	}
	return next
}

// Next is the first instant from at on at which somebody is on duty, and who is called first then; desk.Never where nobody is within the horizon.
func (r Roster) Next(at desk.Time, away []desk.Absence) (desk.Time, []desk.AgentID) {
	for t := at; t < desk.Never && t.Sub(at) < Horizon; t = r.next(t, away) {
		if who := r.First(t, away); len(who) > 0 {
			return t, who
		}
	}
	return desk.Never, nil
}

// Part is a time in which the same people are on duty; nobody where Who is empty.
type Part struct {
	From desk.Time `json:"from"`
	To   desk.Time `json:"to"`
	Who  []Duty    `json:"who"`
}

// Plan splits a time into parts in which the same people are on duty, without gap or overlap.
func (r Roster) Plan(from, to desk.Time, away []desk.Absence) []Part {
	var parts []Part
	for at := from; at < to; {
		end := min(r.next(at, away), to)
		who := r.at(at, away)
		if n := len(parts); n > 0 && slices.Equal(parts[n-1].Who, who) {
			parts[n-1].To = end
		} else {
			parts = append(parts, Part{at, end, slices.Concat([]Duty{}, who)})
		}
		at = end
	}
	return parts
}

// StandIn is who does what somebody would at an instant: himself, his deputy while he is absent, that one's deputy while he is absent too; 0 where that leads to nobody or in a circle.
func StandIn(agent desk.AgentID, at desk.Time, away []desk.Absence) desk.AgentID {
	for range len(away) + 1 {
		a := Absent(agent, at, away)
		if a == nil {
			return agent
		}
		if agent = a.Deputy; agent == 0 {
			return 0
		}
	}
	return 0
}

// Absent is the absence that covers an instant, nil where somebody is there: of several the one that ends last.
func Absent(agent desk.AgentID, at desk.Time, away []desk.Absence) (found *desk.Absence) {
	for i := range away {
		a := &away[i]
		if a.Agent == agent && a.Covers(at) && (found == nil || a.To > found.To) {
			found = a
		}
	}
	return found
}
