package live

import (
	"strconv"
	"strings"
	"testing"

	"tellus/internal/desk"
)

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"", "0", "1", "-1", "+1", "abc", "9223372036854775807", "9223372036854775808", "1e3", " 1", "\x00", "log.7", "log.0", "log.", "other.7", ".", "log.7.7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seq, given := parseCursor(text, "log")
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && (!given || int64(seq) != n) {
			t.Errorf("parseCursor(%q) = %d, %v", text, seq, given)
		}
		if log, number, named := strings.Cut(text, "."); named {
			n, err := strconv.ParseInt(number, 10, 64)
			if want := desk.Seq(n); err == nil && log == "log" && n >= 0 && (!given || seq != want) || log != "log" && (!given || seq != -1) {
				t.Errorf("parseCursor(%q) = %d, %v", text, seq, given)
			}
		}
		if given && seq < -1 {
			t.Errorf("parseCursor(%q) = %d", text, seq)
		}
	})
}
