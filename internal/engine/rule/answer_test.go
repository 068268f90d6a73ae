package rule_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/rule"
)

// TestAnswersAreBounded has machines that look like people answer each answer at once, in any number of conversations and by any number of rules: no rule answers twice in one
// conversation within its hours, and no address gets more than so many mails within any 24 hours.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := desk.Action{Do: desk.Answer, Hours: rapid.IntRange(1, desk.MostAnswerHours).Draw(t, "hours"), Daily: rapid.IntRange(1, desk.MostAnswers).Draw(t, "daily")}
		type place struct{ rule, conversation int }
		sent := map[place][]desk.Time{}
		var all []desk.Time
		now := desk.At(time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC))
		within := func(times []desk.Time, span time.Duration) (n int) {
			for _, at := range times {
				if at > now.Add(-span) {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 150).Draw(t, "mails") {
			now = now.Add(time.Duration(rapid.Int64Range(1, int64(30*time.Hour)).Draw(t, "pause")))
			p := place{rapid.IntRange(1, 3).Draw(t, "rule"), rapid.IntRange(1, 3).Draw(t, "conversation")}
			is := rule.Answering{Reachable: true, Lately: within(all, 24*time.Hour)}
			if n := len(sent[p]); n > 0 {
				is.Last = sent[p][n-1]
			}
			why := rule.Withhold(a, is, now)
			recent, many := within(sent[p], time.Duration(a.Hours)*time.Hour) > 0, is.Lately >= a.Daily
			if acts := why == rule.Acts; acts == (recent || many) {
				t.Fatalf("%q, answered in %d h: %v, %d of %d today", why, a.Hours, recent, is.Lately, a.Daily)
			}
			if why == rule.Acts {
				sent[p], all = append(sent[p], now), append(all, now)
			}
			if within(sent[p], time.Duration(a.Hours)*time.Hour) > 1 || within(all, 24*time.Hour) > a.Daily {
				t.Fatal("more than the bounds")
			}
		}
	})
}

// TestMachinesAreNeverAnswered holds whatever else is so.
func TestMachinesAreNeverAnswered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		is := rule.Answering{Machine: rapid.Bool().Draw(t, "machine"), Own: rapid.Bool().Draw(t, "own"), Reachable: rapid.Bool().Draw(t, "reachable"),
			PutAway: rapid.Bool().Draw(t, "put away"), Last: desk.Time(rapid.Int64Range(0, 1e15).Draw(t, "last")), Lately: rapid.IntRange(0, 9).Draw(t, "lately")}
		a := desk.Action{Do: desk.Answer, Hours: rapid.IntRange(1, desk.MostAnswerHours).Draw(t, "hours"), Daily: rapid.IntRange(1, desk.MostAnswers).Draw(t, "daily")}
		if why := rule.Withhold(a, is, desk.Time(rapid.Int64Range(0, 1e15).Draw(t, "now"))); why == rule.Acts && (is.Machine || is.Own || is.PutAway || !is.Reachable) {
			t.Fatalf("answered %+v", is)
		}
	})
}
