package condition

import (
	"strconv"
	"time"

	"tellus/internal/desk"
)

// occurrence is when a day of every year, written as 03-31, is in a year.
func occurrence(text string, year int) (date, bool) {
	leap, err := time.Parse(time.DateOnly, "2000-"+text) // a leap year has every day
	if err != nil {
		return date{}, false
	}
	d := date{year, leap.Month(), leap.Day()}
	if d.month == time.February && d.day == 29 && dateOf(time.Date(year, time.February, 29, 0, 0, 0, 0, time.UTC)).month != time.February {
		d.day = 28
	}
	return d, true
}

// matchYearly looks at the occurrences around now. Where the comparison holds for a whole year round, next is earlier than it would have to be.
func (t *test) matchYearly(text string, now desk.Time) (holds bool, next desk.Time) {
	year := dayOf(now, t.env.Zone).year
	next = desk.Never
	for y := year - 2; y <= year+3; y++ {
		d, ok := occurrence(text, y)
		if !ok {
			return false, desk.Never
		}
		switch from, to := t.daySpan(d); {
		case now < from:
			next = min(next, from)
		case now < to:
			holds, next = true, min(next, to)
		}
	}
	return holds, next
}

// sqlYearly compares months and days as they are written. In a common year what lies before 1 March holds 29 February too, as occurrence says.
func (t *test) sqlYearly(w *writer, column string) string {
	there := "COALESCE(" + column + ", '') <> ''"
	first, after := t.dayBounds(w.now)
	lo, ok := parseDay(first)
	hi, ok2 := parseDay(after)
	if !ok || !ok2 || hi.String() >= lo.plus(12, 0).String() {
		return there // the whole year
	}
	compared := column
	if w.postgres {
		compared += ` COLLATE "C"`
	}
	joint := " AND "
	if hi.year > lo.year {
		joint = " OR "
	}
	return "(" + there + " AND (" + compared + " >= " + w.q.Arg(lo.inYear()) + joint + compared + " < " + w.q.Arg(hi.inYear()) + "))"
}

// inYear is the day without its year, as 03-31.
func (d date) inYear() string { return d.String()[len(d.String())-len("03-31"):] }

// BirthdayInYear is the day of the year of a birthday as desk.Customer keeps it, YYYY-MM-DD or --MM-DD; empty where there is none.
func BirthdayInYear(birthday string) string {
	const form = "03-31"
	if len(birthday) < len(form) {
		return ""
	}
	return birthday[len(birthday)-len(form):]
}

// birthdayColumn is the same in SQL.
func birthdayColumn(column string) SQL {
	n := strconv.Itoa(len("03-31"))
	return SQL{"substr(" + column + ", -" + n + ")", "right(" + column + ", " + n + ")"}
}
