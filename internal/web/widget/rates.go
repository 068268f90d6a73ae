package widget

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"tellus/internal/desk"
)

// rate is a token bucket's shape: burst at once, then one per refill.
type rate struct {
	burst  float64
	refill time.Duration
}

var (
	perNetwork = rate{10, 20 * time.Second} // one visitor, or one office behind one address
	perAddress = rate{5, 5 * time.Minute}   // messages in the name of one mail address, whoever writes them: it may get an acknowledgement for each
	perForm    = rate{300, time.Second}     // a flood from very many addresses
)

const mostBuckets = 20_000

// rates keeps token buckets in memory, of this node alone: several nodes allow as many times the rate, which changes nothing that matters.
type rates struct {
	now func() desk.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	rate
	left float64
	at   desk.Time
}

func newRates(now func() desk.Time) *rates { return &rates{now: now, buckets: map[string]*bucket{}} }

// take takes one from the bucket of a key, or returns false where it is empty.
func (l *rates) take(shape rate, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= mostBuckets {
			l.sweep(now)
		}
		b = &bucket{rate: shape, left: shape.burst, at: now}
		l.buckets[key] = b
	}
	b.fill(now)
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

func (b *bucket) fill(now desk.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(b.burst, b.left+float64(passed)/float64(b.refill))
	}
	b.at = now
}

// sweep drops the buckets that are full again, and where that is not enough, half of the others: memory stays bounded in a flood.
func (l *rates) sweep(now desk.Time) {
	for k, b := range l.buckets {
		if b.fill(now); b.left >= b.burst {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < mostBuckets/2 {
			return
		}
		delete(l.buckets, k)
	}
}

// network names the network of an address: a home or a server has a whole /64 of IPv6.
func network(ip string) string {
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

func mailbox(email string) string { return "mail:" + strings.ToLower(email) }
