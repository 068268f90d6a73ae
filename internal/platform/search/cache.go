package search

import (
	"bytes"
	"sync"
)

// cacheSize is how many bytes of values are remembered from search to search. What a search reads is mostly the same: who may see, what is common.
const cacheSize = 48 << 20

// cache remembers values of segments, and that a segment has none. A segment never changes, and no other gets its number while the process runs, so what is
// remembered stays true. Of two halves the older one is forgotten when the younger is full; what is asked for again stays. A nil cache remembers nothing.
type cache struct {
	mu           sync.Mutex
	young, older map[entry][]byte
	size         int // of young
}

func newCache() *cache { return &cache{young: map[entry][]byte{}} }

func (c *cache) get(e entry) (value []byte, ok bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if value, ok = c.young[e]; ok {
		return value, true
	}
	if value, ok = c.older[e]; ok {
		c.put(e, value)
	}
	return value, ok
}

// keep remembers a value, of which it makes its own copy where it is a part of a page.
func (c *cache) keep(e entry, value []byte) {
	if c == nil {
		return
	}
	if len(value) < pageSize {
		value = bytes.Clone(value)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(e, value)
}

func (c *cache) put(e entry, value []byte) {
	const of = 120 // an entry itself
	if c.size > cacheSize/2 {
		c.older, c.young, c.size = c.young, map[entry][]byte{}, 0
	}
	c.young[e] = value
	c.size += len(value) + len(e.key) + of
}
