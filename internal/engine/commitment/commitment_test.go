package commitment

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
)

// TestEachThingIsToldOnceAndInOrder lives through a commitment: at each time that Next names something is told, and then nothing of it is told again.
func TestEachThingIsToldOnceAndInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		made := desk.Time(rapid.Int64Range(1, 1e15).Draw(t, "made"))
		due := made.Add(time.Duration(rapid.Int64Range(1, 60*24*400).Draw(t, "minutes")) * time.Minute)
		s := Standing{Due: due, Soon: SoonFrom(made, due)}
		if s.Soon < made || s.Soon > due || due.Sub(s.Soon) > longestWarning {
			t.Fatalf("made at %s and due at %s, it is close from %s", made, due, s.Soon)
		}
		now, told := made, 0
		for s.Next() < desk.Never {
			if s.Next() < now {
				t.Fatalf("at %s something is to be told at %s", now, s.Next())
			}
			now = s.Next()
			if now >= s.Due {
				s.Broken = now
			} else {
				s.Warned = now
			}
			if told++; told > 2 {
				t.Fatal("it goes on telling")
			}
		}
		if s.StateAt(now) != Late || s.Broken != due {
			t.Fatalf("not kept by %s it is %s", due, s.StateAt(now))
		}
	})
}

// TestHowItStands: what was kept in time is kept whenever one looks, and what was not is broken, whether somebody was told of it or not.
func TestHowItStands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		due := desk.Time(rapid.Int64Range(1000, 2000).Draw(t, "due"))
		end := desk.Time(rapid.Int64Range(1, 3000).Draw(t, "end"))
		looked := end + desk.Time(rapid.Int64Range(0, 3000).Draw(t, "looked"))
		told := desk.Time(0)
		if end > due && rapid.Bool().Draw(t, "told") {
			told = due
		}
		kept, dropped := Standing{Due: due, Broken: told, Kept: end}, Standing{Due: due, Broken: told, Dropped: end}
		want, wantDropped := Kept, Dropped
		if end > due {
			want, wantDropped = Broken, Broken
		}
		if got := kept.StateAt(looked); got != want {
			t.Fatalf("due at %d and kept at %d it is %s", due, end, got)
		}
		if got := dropped.StateAt(looked); got != wantDropped {
			t.Fatalf("due at %d and given up at %d it is %s", due, end, got)
		}
		if kept.Next() != desk.Never || dropped.Next() != desk.Never {
			t.Fatal("something is to be told of what is over")
		}
	})
}
