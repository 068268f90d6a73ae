package courtesy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/engine/courtesy"
)

// TestTwoMachinesComeToRest has a machine that writes as a person does answer each answer at once, with texts that differ or not: no hour and no day brings it more than the cap, and no text comes
// twice within a day. What a machine owns up to, what is spam, what is ours and what cannot be answered is never answered.
func TestTwoMachinesComeToRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type sent struct {
			at   time.Duration
			text int
		}
		var all []sent
		count := func(now, within time.Duration, text int) (n int) {
			for _, s := range all {
				if now-s.at < within && (text < 0 || s.text == text) {
					n++
				}
			}
			return n
		}
		now := time.Duration(0)
		for range rapid.IntRange(1, 200).Draw(t, "mails") {
			now += time.Duration(rapid.Int64Range(0, int64(90*time.Minute)).Draw(t, "later"))
			text := rapid.IntRange(0, 20).Draw(t, "text")
			m := courtesy.Mail{Answerable: rapid.IntRange(0, 9).Draw(t, "answerable") > 0, Machine: rapid.IntRange(0, 9).Draw(t, "machine") == 0, Spam: rapid.IntRange(0, 9).Draw(t, "spam") == 0,
				Own: rapid.IntRange(0, 9).Draw(t, "own") == 0, Hour: count(now, time.Hour, -1), Day: count(now, 24*time.Hour, -1), Same: count(now, courtesy.Again, text)}
			why := courtesy.May(m)
			if why == "" && (m.Machine || m.Spam || m.Own || !m.Answerable) {
				t.Fatalf("%+v is answered", m)
			}
			if why != "" && !m.Machine && !m.Spam && !m.Own && m.Answerable && m.Hour == 0 && m.Same == 0 && m.Day < courtesy.MostPerDay {
				t.Fatalf("%+v is not answered: %s", m, why)
			}
			if why == "" {
				all = append(all, sent{now, text})
			}
			if n := count(now, time.Hour, -1); n > courtesy.MostPerHour {
				t.Fatalf("%d within an hour", n)
			}
			if n := count(now, 24*time.Hour, -1); n > courtesy.MostPerDay {
				t.Fatalf("%d within a day", n)
			}
			if n := count(now, courtesy.Again, text); n > 1 {
				t.Fatalf("the same %d times within a day", n)
			}
		}
	})
}
