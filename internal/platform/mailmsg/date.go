package mailmsg

import (
	"strconv"
	"strings"
	"time"
)

var monthNames = map[string]time.Month{
	"jan": time.January, "feb": time.February, "mar": time.March, "apr": time.April, "may": time.May, "jun": time.June,
	"jul": time.July, "aug": time.August, "sep": time.September, "oct": time.October, "nov": time.November, "dec": time.December,
}

// zoneNames holds the zones of RFC 5322 4.3 and those that mailers really write, in minutes east of UTC.
var zoneNames = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120,
	"eet": 120, "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
	"jst": 540, "ist": 330, "hst": -600, "akst": -540, "akdt": -480, "aest": 600, "aedt": 660,
}

// ParseDate reads the date of a mail (RFC 5322 3.3 and 4.3) and what mailers write instead: two-digit years, no seconds, named zones,
// the order of C's asctime, ISO 8601. Without a zone it is taken as UTC. Dates whose parts are out of range are refused.
func ParseDate(s string) (time.Time, bool) {
	if len(s) > 200 {
		s = s[:200]
	}
	if strings.Contains(s, "(") {
		s = dropComments(s)
	}
	if t, ok := parseISODate(strings.TrimSpace(s)); ok {
		return t, true
	}
	var d dateParts
	d.day, d.year, d.month, d.offset = -1, -1, 0, 0
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '\r' || r == '\n' })
	for _, w := range words {
		if !d.take(w) {
			// "7-Nov-2026" and "07/Nov/26"
			for _, piece := range strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '/' || r == '.' }) {
				d.take(piece)
			}
		}
	}
	return d.time()
}

type dateParts struct {
	day, year            int
	month                time.Month
	hour, minute, second int
	clock, zone          bool
	broken               bool // a clock that could not be read
	pm, am               bool
	offset               int // minutes east of UTC
}

// take uses one word and tells whether it could.
func (d *dateParts) take(w string) bool {
	lower := strings.ToLower(w)
	switch {
	case strings.Count(w, ":") >= 1 && !d.clock:
		d.broken = !d.takeClock(w)
		return true
	case (w[0] == '+' || w[0] == '-') && !d.zone && d.clock:
		return d.takeOffset(w)
	case lower == "am" || lower == "pm":
		d.am, d.pm = lower == "am", lower == "pm"
		return true
	}
	if n, err := strconv.Atoi(w); err == nil && n >= 0 {
		switch {
		case d.day < 0 && n >= 1 && n <= 31 && len(w) <= 2:
			d.day = n
		case d.year < 0 && (len(w) == 2 || len(w) == 4 || len(w) == 3):
			d.year = fullYear(n, len(w))
		default:
			return false
		}
		return true
	}
	if len(lower) >= 3 && d.month == 0 {
		if m, ok := monthNames[lower[:3]]; ok && isLetters(lower) {
			d.month = m
			return true
		}
	}
	if off, ok := zoneNames[lower]; ok && !d.zone && d.clock {
		d.offset, d.zone = off, true
		return true
	}
	if d.clock && !d.zone {
		for _, prefix := range []string{"gmt", "utc"} { // "GMT+0200"
			if rest, ok := strings.CutPrefix(lower, prefix); ok && rest != "" {
				return d.takeOffset(rest)
			}
		}
	}
	return isLetters(lower) // a weekday
}

func isLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return s[i] >= 0x80 || s[i] == '.'
		}
	}
	return true
}

// fullYear follows RFC 5322 4.3: two digits below 50 are of this century, three digits count from 1900.
func fullYear(n, digits int) int {
	switch {
	case digits == 2 && n < 50:
		return 2000 + n
	case digits <= 3:
		return 1900 + n
	}
	return n
}

func (d *dateParts) takeClock(w string) bool {
	// A zone may be glued on: "10:00:00+0200".
	if i := strings.LastIndexAny(w, "+-"); i > 0 {
		clock := w[:i]
		return d.takeClock(clock) && d.takeOffset(w[i:])
	}
	lower := strings.ToLower(w)
	if rest, ok := strings.CutSuffix(lower, "pm"); ok {
		d.pm, lower = true, rest
	} else if rest, ok := strings.CutSuffix(lower, "am"); ok {
		d.am, lower = true, rest
	} else if rest, ok := strings.CutSuffix(lower, "z"); ok {
		d.zone, lower = true, rest
	}
	pieces := strings.Split(lower, ":")
	nums := [3]int{}
	if len(pieces) > 3 {
		return false
	}
	for i, piece := range pieces {
		piece, _, _ = strings.Cut(piece, ".")
		n, err := strconv.Atoi(piece)
		if err != nil {
			return false
		}
		nums[i] = n
	}
	d.hour, d.minute, d.second = nums[0], nums[1], nums[2]
	d.clock = true
	return true
}

func (d *dateParts) takeOffset(w string) bool {
	sign := 1
	switch w[0] {
	case '-':
		sign = -1
		w = w[1:]
	case '+':
		w = w[1:]
	}
	w = strings.Replace(w, ":", "", 1)
	n, err := strconv.Atoi(w)
	if err != nil || n < 0 || len(w) == 0 || len(w) > 4 {
		return false
	}
	if len(w) <= 2 {
		n *= 100
	}
	minutes := n/100*60 + n%100
	if minutes > 24*60 {
		minutes = 0 // nonsense such as "-9999": better the clock as written than no date
	}
	d.offset, d.zone = sign*minutes, true
	return true
}

func (d *dateParts) time() (time.Time, bool) {
	if d.pm && d.hour < 12 {
		d.hour += 12
	}
	if d.am && d.hour == 12 {
		d.hour = 0
	}
	if d.broken || d.day < 1 || d.month == 0 || d.year < 1900 || d.year > 9999 || d.hour > 24 || d.minute > 59 || d.second > 60 || d.hour < 0 || d.minute < 0 || d.second < 0 {
		return time.Time{}, false
	}
	zone := time.UTC
	if d.offset != 0 {
		zone = time.FixedZone("", d.offset*60)
	}
	t := time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, zone)
	if t.Day() != d.day && d.hour < 24 && d.second < 60 {
		return time.Time{}, false // 31 February
	}
	return t, true
}

func parseISODate(s string) (time.Time, bool) {
	if len(s) < 10 || s[4] != '-' {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
