package commitment

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// span is a length of time from now.
type span struct {
	n       float64
	unit    unit
	working bool
}

// phrase is what a sentence says of until when.
type phrase struct {
	from, to int // words of it

	says    mark // with n; 0 where one of the others says it
	n       int
	weekday int  // 1 Monday to 7 Sunday
	later   bool // that of next week
	date    struct{ year, month, day int }
	span    span
	minute  int // of the day; -1 where it says none
}

// when finds the first time in a sentence: a day, with the time of it where that stands near, or a time alone.
func (g *tongue) when(w []token) (phrase, bool) {
	var day, clock *phrase
	for i := 0; i < len(w); {
		p, ok := g.at(w, i)
		if !ok {
			i++
			continue
		}
		if p.minute >= 0 && !p.dated() {
			if p.says == partOfDay && day == nil { // the evening: of which day?
				if later, ok := g.dayBehind(w, p); ok {
					day = &later
					i = later.to
					clock = &p
					continue
				}
				i = p.to
				continue
			}
			if clock == nil || day != nil && i-day.to <= together && clock.to < day.from-together {
				clock = &p
			}
		} else if day == nil {
			day = &p
		} else if p.date.day != 0 && day.weekday != 0 && i-day.to <= 1 { // Friday, 27 November
			p.from = day.from
			day = &p
		}
		i = p.to
	}
	switch {
	case day == nil && clock == nil:
		return phrase{}, false
	case day == nil:
		return g.wide(w, *clock), true
	case clock != nil && day.minute < 0 && day.span.unit == 0:
		if gap := max(day.from-clock.to, clock.from-day.to); gap <= together {
			day.minute = clock.minute
			if !slices.ContainsFunc(w[min(day.to, clock.to):max(day.from, clock.from)], func(t token) bool { return !slices.Contains(g.by, t.text) && !slices.Contains(g.clock, t.text) }) {
				day.from, day.to = min(day.from, clock.from), max(day.to, clock.to)
			}
		}
	}
	return g.wide(w, *day), true
}

// dayBehind is the day that follows a part of it: on the morning of Friday.
func (g *tongue) dayBehind(w []token, part phrase) (phrase, bool) {
	for i := part.to; i < len(w) && i <= part.to+2; i++ {
		if p, ok := g.at(w, i); ok && p.dated() {
			return p, true
		}
	}
	return phrase{}, false
}

// wide takes the words before it along that belong to it: by Friday.
func (g *tongue) wide(w []token, p phrase) phrase {
	for p.from > 0 && slices.Contains(g.by, w[p.from-1].text) && w[p.from-1].clause == w[p.from].clause {
		p.from--
	}
	return p
}

func (p *phrase) dated() bool {
	return p.says != 0 && p.says != partOfDay || p.weekday != 0 || p.date.day != 0 || p.span.unit != 0
}

// at reads the time that begins with a word.
func (g *tongue) at(w []token, i int) (p phrase, ok bool) {
	p = phrase{from: i, to: i + 1, minute: -1}
	if g.dateAt(w, &p) {
		return p, true
	}
	for _, s := range g.sayings {
		if !fits(w, i, s.words) {
			continue
		}
		p.says, p.n, p.to = s.says, s.n, i+len(s.words)
		switch s.says {
		case partOfDay:
			p.minute = s.n * 60
		case eveningNow:
			p.says, p.n, p.minute = dayAhead, 0, s.n*60
		}
		return p, true
	}
	for d, stem := range g.weekdays {
		if has(w[i].text, stem) && len(w[i].text) <= len(stem)+4 {
			p.weekday = d + 1
			p.later = i > 0 && (w[i-1].text == "next" || has(w[i-1].text, "nakam") || has(w[i-1].text, "przyszl") || has(w[i-1].text, "kit"))
			return p, true
		}
	}
	for _, before := range g.before {
		if !fits(w, i, before) {
			continue
		}
		if s, to, ok := g.span(w, i+len(before), g.code == "en" || before[0] == "do"); ok {
			p.span, p.to = s, to
			return p, true
		}
	}
	for _, after := range g.after {
		if s, to, ok := g.span(w, i, false); ok && to < len(w) && w[to].text == after {
			p.span, p.to = s, to+1
			return p, true
		}
	}
	return p, g.clockAt(w, &p)
}

func (g *tongue) dateAt(w []token, p *phrase) bool {
	i := p.from
	t := w[i].text
	if y, rest, found := strings.Cut(t, "-"); found && len(y) == 4 {
		m, d, _ := strings.Cut(rest, "-")
		return p.setDate(atoi(y), atoi(m), atoi(d))
	}
	if parts := strings.FieldsFunc(t, func(r rune) bool { return r == '.' || r == '/' }); len(parts) >= 2 {
		d, m, y := atoi(parts[0]), atoi(parts[1]), 0
		if len(parts) == 2 && strings.Contains(t, "/") && (d == 1 || d == 3) && m <= 4 {
			return false // a half, three quarters
		}
		if len(parts) == 3 {
			if y = atoi(parts[2]); y < 100 {
				y += 2000
			}
		}
		if m > 12 && strings.Contains(t, "/") {
			d, m = m, d
		}
		if len(parts) == 2 && i > 0 && slices.Contains(g.clock, w[i-1].text) && g.code != "en" && atoi(parts[0]) < 24 && atoi(parts[1]) < 60 && w[i-1].text != "do" && w[i-1].text != "lidz" && w[i-1].text != "iki" {
			return false // plkst. 13.30
		}
		return p.setDate(y, m, d)
	}
	if d := atoi(t); d >= 1 && d <= 31 && len(t) <= 2 {
		j := i + 1
		if j < len(w) && slices.Contains([]string{"st", "nd", "rd", "th"}, w[j].text) {
			j++
		}
		if j < len(w) && w[j].text == "of" {
			j++
		}
		if m := g.month(w, j); m > 0 && p.setDate(year(w, j+1), m, d) {
			p.to = j + 1
			if p.date.year != 0 {
				p.to++
			}
			return true
		}
		return false
	}
	if m := g.month(w, i); m > 0 && i+1 < len(w) { // November 27, lapkričio 27 d.
		if d := atoi(w[i+1].text); d >= 1 && d <= 31 && len(w[i+1].text) <= 2 && p.setDate(0, m, d) {
			p.to = i + 2
			if p.to < len(w) && slices.Contains([]string{"st", "nd", "rd", "th", "d", "diena", "dienos"}, w[p.to].text) {
				p.to++
			}
			return true
		}
	}
	return false
}

// month is the month that a word names, 0 where it names none.
func (g *tongue) month(w []token, i int) int {
	if i >= len(w) {
		return 0
	}
	for m, stem := range g.months {
		if has(w[i].text, stem) && (g.code != "en" || w[i].text == stem || w[i].text == "sept" || w[i].text == strings.ToLower(time.Month(m+1).String())) && len(w[i].text) <= len(stem)+6 {
			return m + 1
		}
	}
	return 0
}

func year(w []token, i int) int {
	if i < len(w) && len(w[i].text) == 4 {
		if y := atoi(w[i].text); y >= 2000 && y < 2100 {
			return y
		}
	}
	return 0
}

func (p *phrase) setDate(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	p.date.year, p.date.month, p.date.day = y, m, d
	return true
}

// atoi is -1 for what is no number.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (g *tongue) clockAt(w []token, p *phrase) bool {
	i := p.from
	if h, m, found := strings.Cut(w[i].text, ":"); found {
		return p.setClock(atoi(h), atoi(m), "", false)
	}
	introduced := i > 0 && slices.Contains(g.clock, w[i-1].text)
	if h, ok := g.hours[w[i].text]; ok && (introduced || g.code == "lv") {
		after := next(w, i)
		if g.code == "en" && !slices.Contains(g.oclock, after) && after != "" && slices.ContainsFunc(g.units, func(u struct {
			stem string
			unit unit
			n    float64
		}) bool {
			return has(after, u.stem)
		}) {
			return false
		}
		if slices.Contains(g.oclock, after) {
			p.to++
		}
		return p.setClock(h, 0, after, true)
	}
	if h, m, dotted := strings.Cut(w[i].text, "."); dotted && introduced {
		return p.setClock(atoi(h), atoi(m), "", false)
	}
	h := atoi(w[i].text)
	if h < 0 || h > 24 || len(w[i].text) > 2 {
		return false
	}
	after := next(w, i)
	if slices.Contains(g.oclock, after) && (g.code != "lt" || i == 0 || w[i-1].text != "per" && w[i-1].text != "po") {
		p.to++
		return p.setClock(h, 0, after, g.code == "en")
	}
	if !introduced {
		return false
	}
	if _, _, length := g.span(w, i, true); length {
		return false
	}
	if sure := slices.Contains([]string{"plkst", "pulksten", "godz", "godzinie", "godziny", "at"}, w[i-1].text); !sure && (h < 7 || h > 20) {
		return false // by 3: of what?
	}
	return p.setClock(h, 0, after, g.code == "en")
}

// setClock sets the time of day. An hour from one to six that nobody calls one of the morning is one of the afternoon where guess is set.
func (p *phrase) setClock(h, m int, after string, guess bool) bool {
	if h < 0 || h > 24 || m < 0 || m > 59 {
		return false
	}
	switch {
	case after == "pm" && h < 12:
		h += 12
	case after == "am" && h == 12:
		h = 0
	case guess && after != "am" && after != "pm" && h >= 1 && h < 7:
		h += 12
	}
	p.minute = h*60 + m
	return true
}

// due is the instant that a phrase names; false where there is none.
func (p *phrase) due(now time.Time, cal Calendar) (time.Time, bool) {
	zone := now.Location()
	y, m, d := now.Date()
	noon := func(ahead int) time.Time { return time.Date(y, m, d+ahead, 12, 0, 0, 0, zone) }
	switch {
	case p.span.unit != 0:
		return p.span.due(now, cal)
	case p.date.day != 0:
		day := time.Date(p.date.year, time.Month(p.date.month), p.date.day, 12, 0, 0, 0, zone)
		if p.date.year == 0 {
			if day = time.Date(y, time.Month(p.date.month), p.date.day, 12, 0, 0, 0, zone); day.Before(noon(-30)) {
				day = time.Date(y+1, time.Month(p.date.month), p.date.day, 12, 0, 0, 0, zone)
			}
		}
		if day.Day() != p.date.day { // 31 November
			return now, false
		}
		return p.on(day, cal), true
	case p.weekday != 0:
		ahead := (p.weekday - int(now.Weekday()) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		monday := (8-int(now.Weekday()))%7 + 0
		if monday == 0 {
			monday = 7
		}
		if p.later && ahead < monday {
			ahead += 7
		}
		return p.on(noon(ahead), cal), true
	case p.says == dayAhead:
		return p.on(noon(p.n), cal), true
	case p.says == weekEnd:
		friday := noon(int(time.Friday) - (int(now.Weekday())+6)%7 - 1 + 7*p.n)
		for back := range 5 { // the last day of it that is worked on
			if day := friday.AddDate(0, 0, -back); opens(day, cal) && !p.on(day, cal).Before(now) {
				return p.on(day, cal), true
			}
		}
		return p.on(friday, cal), true
	case p.says == monthEnd:
		return p.on(time.Date(y, m+1+time.Month(p.n), 0, 12, 0, 0, 0, zone), cal), true
	}
	at := p.on(noon(0), cal)
	if !at.After(now) {
		at = p.on(noon(1), cal)
	}
	return at, true
}

// on is the time of a day that is meant, or the end of it.
func (p *phrase) on(noon time.Time, cal Calendar) time.Time {
	y, m, d := noon.Date()
	if p.minute >= 0 {
		return time.Date(y, m, d, p.minute/60, p.minute%60, 0, 0, noon.Location())
	}
	return dayEnds(noon, cal)
}

func dayEnds(noon time.Time, cal Calendar) time.Time {
	y, m, d := noon.Date()
	if cal != nil {
		if open := cal.Spans(time.Date(y, m, d, 0, 0, 0, 0, noon.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, noon.Location())); len(open) > 0 {
			return open[len(open)-1].To.In(noon.Location())
		}
	}
	return time.Date(y, m, d, closing, 0, 0, 0, noon.Location())
}

// opens reports whether a day is worked on.
func opens(noon time.Time, cal Calendar) bool {
	if cal == nil {
		return noon.Weekday() != time.Saturday && noon.Weekday() != time.Sunday
	}
	y, m, d := noon.Date()
	return len(cal.Spans(time.Date(y, m, d, 0, 0, 0, 0, noon.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, noon.Location()))) > 0
}

// due is the end of a span from now: hours and minutes by the clock, days as whole ones, to the end of the last.
func (s span) due(now time.Time, cal Calendar) (time.Time, bool) {
	if s.n <= 0 || s.n > 400 {
		return now, false
	}
	switch s.unit {
	case minutes:
		return now.Add(time.Duration(s.n * float64(time.Minute))).Truncate(time.Minute), true
	case hours:
		return now.Add(time.Duration(s.n * float64(time.Hour))).Truncate(time.Minute), true
	}
	y, m, d := now.Date()
	n := int(math.Ceil(s.n))
	noon := func(ahead int) time.Time { return time.Date(y, m, d+ahead, 12, 0, 0, 0, now.Location()) }
	switch {
	case s.unit == weeks:
		return dayEnds(noon(7*n), cal), true
	case s.unit == months:
		return dayEnds(time.Date(y, m+time.Month(n), d, 12, 0, 0, 0, now.Location()), cal), true
	case !s.working:
		return dayEnds(noon(n), cal), true
	}
	for ahead := 1; ahead <= 366; ahead++ {
		if opens(noon(ahead), cal) {
			if n--; n == 0 {
				return dayEnds(noon(ahead), cal), true
			}
		}
	}
	return now, false
}
