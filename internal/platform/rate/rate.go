// Package rate bounds how often something may be done, by token buckets in memory. They are of this node alone: several nodes allow as many times the
// rate.
package rate

import (
	"net/netip"
	"sync"
	"time"

	"tellus/internal/desk"
)

// Rate is a bucket's shape: Burst at once, then one per Refill.
type Rate struct {
	Burst  float64
	Refill time.Duration
}

// Try names a bucket and its shape. The shape of a key never changes.
type Try struct {
	Rate
	Key string
}

// Limits are the buckets of one purpose.
type Limits struct {
	now  func() desk.Time
	most int

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	Rate
	tokens float64
	at     desk.Time
}

// New makes limits that remember at most so many keys.
func New(now func() desk.Time, most int) *Limits {
	return &Limits{now: now, most: most, buckets: map[string]*bucket{}}
}

func (b *bucket) fill(now desk.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(b.Burst, b.tokens+float64(passed)/float64(b.Refill))
	}
	b.at = now
}

// Take takes one from every bucket and reports true, or takes none where one is empty. Taking before trying, and giving back after
// success, keeps many tries at the same time within the rate.
func (l *Limits) Take(tries ...Try) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.buckets)+len(tries) > l.most {
		l.sweep(now)
	}
	for _, t := range tries {
		b := l.buckets[t.Key]
		if b == nil {
			b = &bucket{Rate: t.Rate, tokens: t.Burst, at: now}
			l.buckets[t.Key] = b
		}
		b.fill(now)
		if b.tokens < 1 {
			return false
		}
	}
	for _, t := range tries {
		l.buckets[t.Key].tokens--
	}
	return true
}

// GiveBack returns what was taken for something that does not count.
func (l *Limits) GiveBack(tries ...Try) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tries {
		if b := l.buckets[t.Key]; b != nil {
			b.tokens = min(b.Burst, b.tokens+1)
		}
	}
}

// sweep drops the buckets that are full again, and where that is not enough, half of the others: memory stays bounded under a flood
// from very many addresses.
func (l *Limits) sweep(now desk.Time) {
	for k, b := range l.buckets {
		if b.fill(now); b.tokens >= b.Burst {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < l.most/2 {
			return
		}
		delete(l.buckets, k)
	}
}

// Network is the key of the network of an address. A home or a server has a whole /64 of IPv6.
func Network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return "net:" + ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return "net:" + p.String()
		}
	}
	return "net:" + addr.String()
}
