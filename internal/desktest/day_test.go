package desktest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tellus/internal/desktest"
)

// TestDays plays every file of testdata/day on both databases.
func TestDays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/day/*.day")
	if err != nil || len(files) == 0 {
		t.Fatalf("no days found: %v", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".day"), func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			desktest.Each(t, func(d *desktest.Desk) {
				for _, wrong := range d.PlayDay(filepath.Base(path), string(file)) {
					d.T.Error(wrong)
				}
			})
		})
	}
}

// TestADayThatGoesOtherwiseSaysSo has each kind of expectation not be met: the line and what was instead are told, and nothing else.
func TestADayThatGoesOtherwiseSaysSo(t *testing.T) {
	t.Parallel()
	const file = `# one of each kind
agent Anna
team Help Anna
inbox Support team=Help noack
push Help in_turn capacity=1
tag seen
rule Mark message.received tags=seen
policy Std first_answer=60
2026-03-09 09:00 Anna comes
09:01 mail from Liga: Where is it?
expect #1 with Anna because only
expect #1 with Eva
expect #1 with Anna because previous
expect #1 resolved
expect #1 priority 3
expect #1 due 2026-03-09 10:02
expect #1 tags none
expect #1 told Anna
expect #1 breached 1
expect #1 escalated 1
expect rule Mark fired 2
expect conversations 2
`
	desktest.Each(t, func(d *desktest.Desk) {
		got := d.PlayDay("wrong.day", file)
		want := []string{
			"wrong.day:12: expect #1 with Eva: instead: Anna, at Mon 2026-03-09 09:01",
			"wrong.day:13: expect #1 with Anna because previous: instead: only, ",
			"wrong.day:14: expect #1 resolved: instead: open, ",
			"wrong.day:15: expect #1 priority 3: instead: 1, ",
			"wrong.day:16: expect #1 due 2026-03-09 10:02: instead: 2026-03-09 10:01, ",
			"wrong.day:17: expect #1 tags none: instead: seen, ",
			"wrong.day:18: expect #1 told Anna: instead: nobody, ",
			"wrong.day:19: expect #1 breached 1: instead: 0, ",
			"wrong.day:20: expect #1 escalated 1: instead: 0, ",
			"wrong.day:21: expect rule Mark fired 2: instead: 1, ",
			"wrong.day:22: expect conversations 2: instead: 1, ",
		}
		if len(got) != len(want) {
			d.T.Fatalf("%d complaints, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
		}
		for i, line := range want {
			if !strings.HasPrefix(got[i], line) {
				d.T.Errorf("complaint %q, want %q", got[i], line)
			}
		}
	})
}
