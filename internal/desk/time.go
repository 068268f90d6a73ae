package desk

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is an instant in microseconds since 1970-01-01 UTC: what a BIGINT column holds. Zero means "not yet" or "unknown".
// In JSON it is an RFC 3339 string in UTC, and null where it is zero.
type Time int64

// Never is an instant that does not come (in the year 2255, the last below 2^53 µs): a sentinel for columns that lists sort by.
const Never Time = 1<<53 - 1

// At converts t; what is below a microsecond is cut off.
func At(t time.Time) Time { return Time(t.UnixMicro()) }

// Time converts back; the zero Time becomes the zero time.Time.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

func (t Time) Add(d time.Duration) Time     { return t + Time(d.Microseconds()) }
func (t Time) Sub(u Time) time.Duration     { return time.Duration(t-u) * time.Microsecond }
func (t Time) Before(u Time) bool           { return t < u }
func (t Time) IsZero() bool                 { return t == 0 }
func (t Time) String() string               { return t.Time().Format(time.RFC3339Nano) }
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON writes an RFC 3339 string, or null for zero and Never.
func (t Time) MarshalJSON() ([]byte, error) {
	if t == 0 || t >= Never {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time().Format("2006-01-02T15:04:05.000000Z"))
}

// UnmarshalJSON reads an RFC 3339 string or null.
func (t *Time) UnmarshalJSON(data []byte) error {
	if string(data) == "null" || string(data) == `""` {
		*t = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("time %s: %w", data, err)
	}
	return t.UnmarshalText([]byte(s))
}

// UnmarshalText reads an RFC 3339 string, as query parameters carry it.
func (t *Time) UnmarshalText(data []byte) error {
	at, err := time.Parse(time.RFC3339Nano, string(data))
	if err != nil {
		return fmt.Errorf("time %q: %w", data, err)
	}
	*t = At(at)
	return nil
}
