// Package hook decides how webhooks are called: how a call is signed (Standard Webhooks, standardwebhooks.com), what an answer means, when it is tried again, and from when on a webhook that
// only fails is switched off. It sends nothing and reads no clock.
package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Outcome is what an answer means for a call.
type Outcome string

const (
	Taken Outcome = "taken"
	Again Outcome = "again" // it may be taken another time
	Gone  Outcome = "gone"  // nobody is there any more, and no webhook either (410)
)

// Judge says what a status of HTTP means. Redirects are not followed, so that what was meant for one address never goes to another; a refusal (4xx) is tried again, since receivers are mended
// while it waits.
func Judge(status int) Outcome {
	switch {
	case status >= 200 && status < 300:
		return Taken
	case status == 410:
		return Gone
	}
	return Again
}

// Bounds of a call.
const (
	MostTries = 9              // with the pauses between them about 22 hours
	Longest   = 26 * time.Hour // after which a call is not tried again, whatever pause was asked for

	firstPause   = 10 * time.Second
	longestPause = 6 * time.Hour
)

// Pause is how long to wait after so many tries (1 or more): ten seconds, then six times as long each time, six hours at most. chance, from 0 to 1, makes it up to a tenth shorter or longer, so
// that what failed together does not come back together.
func Pause(tries int, chance float64) time.Duration {
	pause := firstPause
	for range tries - 1 {
		if pause *= 6; pause >= longestPause {
			pause = longestPause
			break
		}
	}
	return time.Duration(float64(pause) * (0.9 + 0.2*min(max(chance, 0), 1)))
}

// Next is when a call that failed is tried again: after so many tries, the first of which was at began. It waits for as long as the receiver asked for at least (0 where it did not). ok is
// false where it is given up.
func Next(tries int, began, now time.Time, asked time.Duration, chance float64) (at time.Time, ok bool) {
	at = now.Add(max(Pause(tries, chance), asked))
	return at, tries < MostTries && at.Sub(began) <= Longest
}

// Patience is for how long a webhook may only fail before it is switched off.
const Patience = 5 * 24 * time.Hour

// Hopeless reports whether a webhook whose calls fail since a time, without one that was taken, is to be switched off.
func Hopeless(since, now time.Time) bool { return now.Sub(since) >= Patience }

// secretPrefix begins a secret as people see it.
const secretPrefix = "whsec_"

// SecretBytes is how long a secret is; Standard Webhooks wants 24 to 64.
const SecretBytes = 32

// Secret is how a secret is written.
func Secret(key []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(key) }

// Sign is the header webhook-signature of a call: one signature by each key, with spaces between, so that a receiver who has either takes it. What is signed is id.timestamp.body, the timestamp
// in seconds since 1970.
func Sign(id string, at time.Time, body []byte, keys ...[]byte) string {
	all := make([]string, len(keys))
	for i, key := range keys {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(id + "." + Timestamp(at) + "."))
		m.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
	}
	return strings.Join(all, " ")
}

// Timestamp is the header webhook-timestamp of a call that is sent at a time.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
