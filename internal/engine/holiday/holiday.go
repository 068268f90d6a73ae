// Package holiday computes public holidays: by country, part of a country, and year. It knows laws as they changed since 2010 and as they stand; where a law moves
// a holiday that falls on a weekend, both days are named.
package holiday

import (
	"cmp"
	"slices"
	"time"

	"tellus/internal/desk"
)

// FirstYear and LastYear are what In answers for: before, laws were others; after, the Gregorian calendar will be, but hardly the laws.
const (
	FirstYear = 2010
	LastYear  = 2100
)

// Holiday is a day off in a year.
type Holiday struct {
	// Key names the holiday within its country, such as "easter_monday"; it never changes, so that somebody can take it out for good.
	Key  string
	Date desk.Date
	// Substitute tells that the holiday itself fell on a weekend, or on another one, and this is the day off in its place.
	Substitute bool
	// Usual tells that no law makes it a day off for all, but most are closed.
	Usual bool
}

// Country is a country whose holidays are known.
type Country struct {
	Code  string   // ISO 3166-1
	Parts []string // ISO 3166-2 without the country, where holidays differ within it; what holds for the whole country is known without one
}

// Countries are those known, in the order of their codes.
func Countries() []Country {
	list := make([]Country, 0, len(laws))
	for code, l := range laws {
		list = append(list, Country{code, slices.Clone(l.parts)})
	}
	slices.SortFunc(list, func(a, b Country) int { return cmp.Compare(a.Code, b.Code) })
	return list
}

// Known reports whether the holidays of a part of a country are known; an empty part is what holds in all of it.
func Known(country, part string) bool {
	l, ok := laws[country]
	return ok && (part == "" || slices.Contains(l.parts, part))
}

// In returns the holidays of a country, or of a part of it, in a year, by date. Of what is not known, and of years outside of FirstYear to LastYear, it is empty.
func In(country, part string, year int) (list []Holiday) {
	l, ok := laws[country]
	if !ok || year < FirstYear || year > LastYear {
		return nil
	}
	for _, r := range l.rules {
		if year < r.from || r.to != 0 && year > r.to || !r.holds(part) {
			continue
		}
		if d, ok := r.when(year); ok {
			list = append(list, Holiday{Key: r.key, Date: d, Usual: r.usual || slices.Contains(r.somewhere, part)})
		}
	}
	slices.SortStableFunc(list, byDate)
	return substitutes(l, list)
}

func byDate(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) }

// substitutes adds the days off in place of what falls on a weekend: each the next day that is neither one nor a holiday.
func substitutes(l law, list []Holiday) []Holiday {
	taken := map[desk.Date]bool{}
	for _, h := range list {
		taken[h.Date] = true
	}
	for _, h := range slices.Clone(list) {
		if !slices.Contains(l.moved, h.Key) || !weekend(h.Date) {
			continue
		}
		d := h.Date
		for weekend(d) || taken[d] {
			d++
		}
		taken[d] = true
		list = append(list, Holiday{Key: h.Key, Date: d, Substitute: true, Usual: h.Usual})
	}
	slices.SortStableFunc(list, byDate)
	return list
}

func weekend(d desk.Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// Easter is the Sunday of Easter by the Gregorian calendar (J.-M. Oudin 1940, in Seidelmann, Explanatory Supplement to the Astronomical Almanac, 1992).
func Easter(year int) desk.Date {
	g := year % 19
	c := year / 100
	h := (c - c/4 - (8*c+13)/25 + 19*g + 15) % 30
	i := h - h/28*(1-h/28*(29/(h+1))*((21-g)/11))
	j := (year + year/4 + i + 2 - c + c/4) % 7
	return desk.On(year, time.March, 28+i-j)
}
