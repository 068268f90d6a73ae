package desk

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferencesNameWhatChanged(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ā", 301)
	before := Inbox{ID: 1, Name: "Info", Aliases: []string{}, Acknowledge: true, Receive: Receive{Method: "imap", Host: "a.example", HasSecret: false}, Version: 1}
	after := Inbox{ID: 1, Name: "Info", Aliases: nil, Signature: long, Receive: Receive{Method: "imap", Host: "b.example", HasSecret: true},
		Teams: []TeamID{3}, AcknowledgeText: map[string]string{"lv": "Paldies"}, Version: 2}
	want := []FieldChange{
		{Field: "acknowledge", Old: true, New: false},
		{Field: "acknowledgeText.lv", New: "Paldies"},
		{Field: "receive.host", Old: "a.example", New: "b.example"},
		{Field: "signature", New: strings.Repeat("ā", 300) + "…"},
		{Field: "teams", New: []any{3.0}},
	}
	got := Differences(before, after)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Differences (-want +got):\n%s", diff)
	}
	if got := Differences(before, after, "name", "teams"); len(got) != 1 || got[0].Field != "teams" {
		t.Errorf("Differences of name and teams = %+v", got)
	}
	if got := Differences(before, before); len(got) != 0 {
		t.Errorf("Differences of equal ones = %+v", got)
	}
	if got := Differences(make(chan int), 5); len(got) != 0 {
		t.Errorf("Differences of what is no object = %+v", got)
	}
}
