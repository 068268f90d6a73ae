package holiday

import (
	"slices"
	"time"

	"tellus/internal/desk"
)

// law is what a country has for its holidays.
type law struct {
	parts []string
	moved []string // keys of holidays that get a substitute when they fall on a weekend
	rules []rule
}

// rule is one holiday while it is one.
type rule struct {
	key       string
	when      func(year int) (desk.Date, bool)
	from, to  int      // years, 0 for always
	in        []string // parts where it holds; empty for all, and for the country as such
	somewhere []string // parts where it holds in some communities alone
	usual     bool
}

func (r rule) holds(part string) bool {
	return len(r.in)+len(r.somewhere) == 0 || slices.Contains(r.in, part) || slices.Contains(r.somewhere, part)
}

func (r rule) since(year int) rule         { r.from = year; return r }
func (r rule) only(parts ...string) rule   { r.in = parts; return r }
func (r rule) partly(parts ...string) rule { r.somewhere = parts; return r }
func (r rule) byCustom() rule              { r.usual = true; return r }
func (r rule) except(years ...int) rule {
	when := r.when
	r.when = func(year int) (desk.Date, bool) {
		d, ok := when(year)
		return d, ok && !slices.Contains(years, year)
	}
	return r
}

// on is the same date every year.
func on(key string, month time.Month, day int) rule {
	return rule{key: key, when: func(year int) (desk.Date, bool) { return desk.On(year, month, day), true }}
}

// easter is so many days after Easter Sunday.
func easter(key string, days desk.Date) rule {
	return rule{key: key, when: func(year int) (desk.Date, bool) { return Easter(year) + days, true }}
}

// after is the first such day of the week on a date or after it.
func after(key string, weekday time.Weekday, month time.Month, day int) rule {
	return rule{key: key, when: func(year int) (desk.Date, bool) {
		d := desk.On(year, month, day)
		return d + desk.Date((weekday-d.Weekday()+7)%7), true
	}}
}

// once is a single date.
func once(key string, year int, month time.Month, day int) rule {
	return rule{key: key, from: year, to: year, when: func(int) (desk.Date, bool) { return desk.On(year, month, day), true }}
}
