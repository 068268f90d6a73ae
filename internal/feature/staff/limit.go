package staff

import (
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/rate"
)

// Doors are guarded by rate, never by locking an account: whoever knows a name must not be able to keep its owner out. A browser that has
// signed in before carries a device cookie and has buckets of its own (OWASP: device cookies).
var (
	perAddress = rate.Rate{Burst: 30, Refill: 10 * time.Second} // failed tries from one address (IPv6: one /64)
	perAccount = rate.Rate{Burst: 10, Refill: time.Minute}      // failed tries on one account by unknown devices
	perDevice  = rate.Rate{Burst: 10, Refill: time.Minute}      // failed tries on its account by a known device
	perFactor  = rate.Rate{Burst: 6, Refill: time.Minute}       // wrong codes for one agent
	perBegin   = rate.Rate{Burst: 100, Refill: time.Second}     // passkey ceremonies begun from one address
	perLink    = rate.Rate{Burst: 30, Refill: 10 * time.Second} // unknown one-time links from one address
	perMail    = rate.Rate{Burst: 3, Refill: 10 * time.Minute}  // mails asked for to one account
)

// mostBuckets is how many addresses, accounts and devices are remembered at a time.
const mostBuckets = 50_000

var errTooMany = &desk.Refusal{Code: desk.TooMany, Message: "too many tries; wait a minute", Details: map[string]int{"seconds": 60}}
