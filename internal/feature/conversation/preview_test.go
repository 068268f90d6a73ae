package conversation

import (
	"testing"

	"tellus/internal/desk"
)

func TestARecordSaysHowLongItTookAndWhatWasNoted(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]struct {
		seconds int
		text    string
	}{
		"":                    {0, ""},
		"Asked about the hob": {0, "Asked\nabout the hob"},
		"1 min":               {1, ""},
		"12 min · Agreed":     {12 * 60, "Agreed"},
		"13 min · Agreed":     {12*60 + 1, " Agreed "},
	} {
		if got := recordPreview(desk.Record{Seconds: in.seconds}, in.text); got != want {
			t.Errorf("recordPreview(%d s, %q) = %q, want %q", in.seconds, in.text, got, want)
		}
	}
	if got := recordedBy(desk.Letter, "out"); got != "letter_out" {
		t.Errorf("recordedBy = %q", got)
	}
}
