package live

import (
	"strconv"
	"testing"
)

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"", "0", "1", "-1", "+1", "abc", "9223372036854775807", "9223372036854775808", "1e3", " 1", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seq, given := parseCursor(text)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && (!given || int64(seq) != n) {
			t.Errorf("parseCursor(%q) = %d, %v", text, seq, given)
		}
		if given && seq < -1 {
			t.Errorf("parseCursor(%q) = %d", text, seq)
		}
	})
}
