package desk

import (
	"encoding/json"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, counted from 1970-01-01, whatever the zone. It holds the years 1 to 9999. In JSON it is "2026-12-24";
// null reads as the zero Date.
type Date int32

const secondsOfDay = 24 * 60 * 60

// On is the date of a year, a month and a day, which are normalised as time.Date does it.
func On(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

// DateOf is the date that a clock shows, in the zone of t.
func DateOf(t time.Time) Date { return On(t.Date()) }

// ParseDate reads "2026-12-24".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("date %q: %w", s, err)
	}
	return DateOf(t), nil
}

// Midnight is the beginning of the date in UTC.
func (d Date) Midnight() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// Parts are its year, month and day of the month.
func (d Date) Parts() (year int, month time.Month, day int) { return d.Midnight().Date() }

// Year is its year.
func (d Date) Year() int { return d.Midnight().Year() }

// Weekday is its day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) } // 1970-01-01 was a Thursday

func (d Date) String() string               { return d.Midnight().Format(time.DateOnly) }
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalText reads "2026-12-24", as query parameters carry it.
func (d *Date) UnmarshalText(data []byte) (err error) {
	*d, err = ParseDate(string(data))
	return err
}

// UnmarshalJSON reads "2026-12-24" or null.
func (d *Date) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("date %s: %w", data, err)
	}
	return d.UnmarshalText([]byte(s))
}
