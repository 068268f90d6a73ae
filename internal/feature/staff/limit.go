package staff

import (
	"net/netip"
	"sync"
	"time"

	"tellus/internal/desk"
)

// rate is a token bucket's shape: burst tries at once, then one per refill.
type rate struct {
	burst  float64
	refill time.Duration
}

// Doors are guarded by rate, never by locking an account: whoever knows a name must not be able to keep its owner out. A browser that has
// signed in before carries a device cookie and has buckets of its own (OWASP: device cookies).
var (
	perAddress = rate{30, 10 * time.Second} // failed tries from one address (IPv6: one /64)
	perAccount = rate{10, time.Minute}      // failed tries on one account by unknown devices
	perDevice  = rate{10, time.Minute}      // failed tries on its account by a known device
	perFactor  = rate{6, time.Minute}       // wrong codes for one agent
	perBegin   = rate{100, time.Second}     // passkey ceremonies begun from one address
	perLink    = rate{30, 10 * time.Second} // unknown one-time links from one address
	perMail    = rate{3, 10 * time.Minute}  // mails asked for to one account
)

const maxBuckets = 50_000

// limits keeps token buckets in memory, of this node alone: several nodes allow as many times the rate, which changes nothing that matters.
type limits struct {
	now func() desk.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	rate
	tokens float64
	at     desk.Time
}

func newLimits(now func() desk.Time) *limits {
	return &limits{now: now, buckets: map[string]*bucket{}}
}

func (l *limits) fill(b *bucket, now desk.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(b.burst, b.tokens+float64(passed)/float64(b.refill))
	}
	b.at = now
}

// try names a bucket and its shape.
type try struct {
	rate
	key string
}

// take takes one try from every bucket and reports true, or takes none where one is empty. Taking before trying, and giving back after
// success, keeps many tries at the same time within the rate.
func (l *limits) take(tries ...try) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.buckets)+len(tries) > maxBuckets {
		l.sweep(now)
	}
	for _, t := range tries {
		b := l.buckets[t.key]
		if b == nil {
			b = &bucket{rate: t.rate, tokens: t.burst, at: now}
			l.buckets[t.key] = b
		}
		l.fill(b, now)
		if b.tokens < 1 {
			return false
		}
	}
	for _, t := range tries {
		l.buckets[t.key].tokens--
	}
	return true
}

// giveBack returns a try that was no failure.
func (l *limits) giveBack(tries ...try) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tries {
		if b := l.buckets[t.key]; b != nil {
			b.tokens = min(b.burst, b.tokens+1)
		}
	}
}

// sweep drops the buckets that are full again, and where that is not enough, half of the others: memory stays bounded under a flood
// from very many addresses.
func (l *limits) sweep(now desk.Time) {
	for k, b := range l.buckets {
		if l.fill(b, now); b.tokens >= b.burst {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < maxBuckets/2 {
			return
		}
		delete(l.buckets, k)
	}
}

// addressKey names the bucket of an address. A home or a server has a whole /64 of IPv6.
func addressKey(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return "ip:" + ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return "ip:" + p.String()
		}
	}
	return "ip:" + addr.String()
}

var errTooMany = &desk.Refusal{Code: desk.TooMany, Message: "too many tries; wait a minute", Details: map[string]int{"seconds": 60}}
