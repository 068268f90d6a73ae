package verdict

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"tellus/internal/channel/email/spf"
)

const (
	keepAnswer  = 5 * time.Minute // Go's resolver does not tell the time to live
	keepMissing = time.Minute
	keepFailure = 5 * time.Second // a name server that is away is not asked for every mail
	mostAnswers = 20_000
	askLimit    = 4 * time.Second
)

// Cache remembers what a resolver answered, and asks once where many ask the same thing at the same time. It serves any number of goroutines.
type Cache struct {
	resolver spf.Resolver
	now      func() time.Time

	mu      sync.Mutex
	answers map[question]*answer
	asking  sync.WaitGroup
}

var (
	_ spf.Resolver = (*Cache)(nil)
	_ spf.Resolver = (*net.Resolver)(nil)
)

// NewCache puts a memory before a resolver.
func NewCache(resolver spf.Resolver) *Cache {
	return &Cache{resolver: resolver, now: time.Now, answers: map[question]*answer{}}
}

type question struct{ kind, name string }

type answer struct {
	ready chan struct{} // closed when the rest is there
	until time.Time
	value any
	err   error
}

// ask returns a remembered answer or gets one. An asker whose ctx ends leaves; the question goes on for the others.
func (c *Cache) ask(ctx context.Context, q question, get func(ctx context.Context) (any, error)) (any, error) {
	q.name = strings.ToLower(q.name)
	c.mu.Lock()
	a, known := c.answers[q]
	if known && (a.until.IsZero() || c.now().Before(a.until)) {
		c.mu.Unlock()
	} else {
		a = &answer{ready: make(chan struct{})}
		c.makeRoom()
		c.answers[q] = a
		c.mu.Unlock()
		c.asking.Go(func() { c.fill(context.WithoutCancel(ctx), a, get) })
	}
	select {
	case <-a.ready:
		return a.value, a.err
	case <-ctx.Done():
		return nil, &net.DNSError{Err: ctx.Err().Error(), Name: q.name, IsTimeout: true, IsTemporary: true}
	}
}

// Wait returns when no question is under way any more, which takes four seconds at most. Nobody may ask meanwhile.
func (c *Cache) Wait() { c.asking.Wait() }

func (c *Cache) fill(ctx context.Context, a *answer, get func(ctx context.Context) (any, error)) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	value, err := get(ctx)
	keep := keepAnswer
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		keep = keepMissing
	case err != nil:
		keep = keepFailure
	}
	c.mu.Lock()
	a.value, a.err, a.until = value, err, c.now().Add(keep)
	c.mu.Unlock()
	close(a.ready)
}

// makeRoom forgets what is over, and where all is current, some of it. The caller holds the lock.
func (c *Cache) makeRoom() {
	if len(c.answers) < mostAnswers {
		return
	}
	now := c.now()
	for q, a := range c.answers {
		if !a.until.IsZero() && now.After(a.until) {
			delete(c.answers, q)
		}
	}
	for q, a := range c.answers {
		if len(c.answers) < mostAnswers*9/10 {
			return
		}
		if !a.until.IsZero() {
			delete(c.answers, q)
		}
	}
}

func (c *Cache) LookupTXT(ctx context.Context, name string) ([]string, error) {
	v, err := c.ask(ctx, question{"txt", name}, func(ctx context.Context) (any, error) { return c.resolver.LookupTXT(ctx, name) })
	txts, _ := v.([]string)
	return txts, err
}

func (c *Cache) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	v, err := c.ask(ctx, question{network, host}, func(ctx context.Context) (any, error) {
		return c.resolver.LookupNetIP(ctx, network, host)
	})
	addrs, _ := v.([]netip.Addr)
	return addrs, err
}

func (c *Cache) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	v, err := c.ask(ctx, question{"mx", name}, func(ctx context.Context) (any, error) { return c.resolver.LookupMX(ctx, name) })
	exchangers, _ := v.([]*net.MX)
	return exchangers, err
}

func (c *Cache) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	v, err := c.ask(ctx, question{"ptr", addr}, func(ctx context.Context) (any, error) { return c.resolver.LookupAddr(ctx, addr) })
	names, _ := v.([]string)
	return names, err
}
