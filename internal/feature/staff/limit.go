package staff

import (
	"net/netip"
	"strings"
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

// take takes one try from every named bucket and reports true, or takes none where one is empty. Taking before trying, and giving back after
// success, keeps many tries at the same time within the rate.
func (l *limits) take(r rate, keys ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		b := l.buckets[k]
		if b == nil {
			if len(l.buckets) >= maxBuckets {
				l.sweep(now)
			}
			b = &bucket{rate: r, tokens: r.burst, at: now}
			l.buckets[k] = b
		}
		l.fill(b, now)
		if b.tokens < 1 {
			return false
		}
	}
	for _, k := range keys {
		l.buckets[k].tokens--
	}
	return true
}

// giveBack returns a try that was no failure.
func (l *limits) giveBack(keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if b := l.buckets[k]; b != nil {
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

func accountKey(emailKey string) string { return "account:" + strings.ToValidUTF8(emailKey, "?") }
