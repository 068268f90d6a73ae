package hook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTheSignatureIsThatOfTheStandard holds it to the example of the specification of Standard Webhooks' libraries.
func TestTheSignatureIsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1614265330, 0)
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, []byte(`{"test": 2432232314}`), key); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if got := Secret(key); got != "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" {
		t.Errorf("secret %q", got)
	}
}

// TestEachKeySigns has whoever knows one of two keys find his signature among those that are sent, and whoever knows another one none.
func TestEachKeySigns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 24, 64)
		fresh, old, other := key.Draw(t, "fresh"), key.Draw(t, "old"), key.Draw(t, "other")
		id, body := "msg_"+rapid.StringMatching(`[a-z2-7]{26}`).Draw(t, "id"), []byte(rapid.String().Draw(t, "body"))
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "at"), 0)
		header := Sign(id, at, body, fresh, old)
		for _, k := range [][]byte{fresh, old, other} {
			m := hmac.New(sha256.New, k)
			m.Write([]byte(id + "." + Timestamp(at) + "." + string(body)))
			sum, found := m.Sum(nil), false
			for one := range strings.FieldsSeq(header) {
				if text, ok := strings.CutPrefix(one, "v1,"); ok {
					raw, err := base64.StdEncoding.DecodeString(text)
					found = found || err == nil && hmac.Equal(raw, sum)
				}
			}
			if known := bytes.Equal(k, fresh) || bytes.Equal(k, old); found != known {
				t.Fatalf("key known %v, signature found %v in %q", known, found, header)
			}
		}
	})
}

// TestTriesGrowApartWithinADay plays a receiver that never takes a call: pauses are never shorter than the receiver asked for, never a second shorter than a tenth below the former one's growth,
// and it ends within a day and two hours; without wishes of the receiver's all tries are made, over about a day.
func TestTriesGrowApartWithinADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		began := time.Unix(1_700_000_000, 0)
		now, asks, before := began, rapid.Bool().Draw(t, "asks"), time.Duration(0)
		for tries := 1; ; tries++ {
			if tries > MostTries {
				t.Fatalf("tried %d times", tries)
			}
			asked := time.Duration(0)
			if asks {
				asked = time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(t, "asked"))
			}
			at, ok := Next(tries, began, now, asked, rapid.Float64Range(0, 1).Draw(t, "chance"))
			pause := at.Sub(now)
			if pause < asked || !asks && (pause < before*8/10 || pause > 7*time.Hour) {
				t.Fatalf("after %d tries it waits %v, before it %v, asked for %v", tries, pause, before, asked)
			}
			if !ok {
				if !asks && (tries != MostTries || now.Sub(began) < 18*time.Hour) {
					t.Fatalf("given up after %d tries and %v", tries, now.Sub(began))
				}
				return
			}
			if at.Sub(began) > Longest {
				t.Fatalf("tried %v after it began", at.Sub(began))
			}
			now, before = at, pause
		}
	})
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{200: Taken, 204: Taken, 299: Taken, 301: Again, 304: Again, 400: Again, 404: Again, 410: Gone, 429: Again, 500: Again, 503: Again, 0: Again} {
		if got := Judge(status); got != want {
			t.Errorf("Judge(%d) = %q, want %q", status, got, want)
		}
	}
	since := time.Unix(1_700_000_000, 0)
	if Hopeless(since, since.Add(Patience-1)) || !Hopeless(since, since.Add(Patience)) {
		t.Error("a webhook is given up at another time than after Patience")
	}
}

// TestCutKeepsTheBeginning holds what is sent of a text to its beginning, whole letters, within the bound.
func TestCutKeepsTheBeginning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := strings.TrimSpace(strings.Repeat(rapid.StringN(0, 50, -1).Draw(t, "text"), rapid.IntRange(0, 200).Draw(t, "times")))
		text, cut := Cut(whole)
		if !strings.HasPrefix(whole, text) || len([]rune(text)) > MostText || cut != (text != whole) {
			t.Fatalf("cut %d letters to %d, more: %v", len([]rune(whole)), len([]rune(text)), cut)
		}
	})
}
