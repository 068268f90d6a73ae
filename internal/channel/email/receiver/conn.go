package receiver

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// peerConn bounds how long a peer may keep us waiting, and can be asked to come to an end.
type peerConn struct {
	net.Conn
	peer    netip.Addr
	release func()

	mu       sync.Mutex
	idle     time.Duration
	until    time.Time // end of the mail under way; zero between mails
	draining bool
	closed   bool
	silent   int  // bytes read since we answered or took part of a mail
	refused  bool // the rest of a mail is thrown away
}

// mostSilent bounds what a peer may send without that anything comes of it, and with it the memory that one endless command costs.
const mostSilent = 256 << 10

var errEndless = errors.New("a command without an end")

func (c *peerConn) Read(b []byte) (int, error) {
	c.mu.Lock()
	deadline := time.Now().Add(c.idle)
	switch {
	case c.draining && c.until.IsZero():
		deadline = time.Unix(1, 0) // long ago
	case !c.until.IsZero() && c.until.Before(deadline):
		deadline = c.until
	}
	err := c.Conn.SetReadDeadline(deadline)
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silent += n; c.silent > mostSilent && !c.refused {
		return 0, errEndless
	}
	return n, err
}

// progress notes that what the peer sent was of use.
func (c *peerConn) progress() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = 0
}

func (c *peerConn) Write(b []byte) (int, error) {
	c.progress()
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.idle)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *peerConn) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	if first {
		c.release()
	}
	return c.Conn.Close()
}

// begin marks that a mail comes in, which may take limit.
func (c *peerConn) begin(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Now().Add(limit)
}

// refuse marks that the rest of the mail under way is of no interest.
func (c *peerConn) refuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = true
}

func (c *peerConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until, c.refused, c.silent = time.Time{}, false, 0
}

// drain ends the connection as soon as no mail is under way: the next read times out, on which the peer is told 421.
func (c *peerConn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	if c.until.IsZero() {
		_ = c.Conn.SetReadDeadline(time.Unix(1, 0)) // a broken connection ends anyway
	}
}

// gate lets in as many connections as allowed, in all and from one peer.
type gate struct {
	net.Listener
	most, mostOfOne int
	idle            time.Duration
	trusted         func(netip.Addr) bool

	mu    sync.Mutex
	conns map[*peerConn]struct{}
	peers map[netip.Prefix]int
}

// Accept refuses what is too many with 421 (RFC 5321 3.8) and goes on.
func (g *gate) Accept() (net.Conn, error) {
	for {
		raw, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c, ok := g.admit(raw); ok {
			return c, nil
		}
		// The answer fits into any socket's buffer, so this does not block; whether it arrives is the peer's concern.
		_, _ = raw.Write([]byte("421 4.7.0 Too many connections, try again later\r\n"))
		raw.Close()
	}
}

func (g *gate) admit(raw net.Conn) (*peerConn, bool) {
	var peer netip.Addr
	if at, err := netip.ParseAddrPort(raw.RemoteAddr().String()); err == nil {
		peer = at.Addr().Unmap().WithZone("")
	}
	key := network(peer)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.conns) >= g.most || (g.peers[key] >= g.mostOfOne && !g.trusted(peer)) {
		return nil, false
	}
	c := &peerConn{Conn: raw, peer: peer, idle: g.idle}
	c.release = func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.conns, c)
		if g.peers[key]--; g.peers[key] <= 0 {
			delete(g.peers, key)
		}
	}
	g.conns[c] = struct{}{}
	g.peers[key]++
	return c, true
}

// network is what counts as one peer: an IPv4 address, or the /64 that a customer of IPv6 has.
func network(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

func (g *gate) drain() {
	g.mu.Lock()
	open := make([]*peerConn, 0, len(g.conns))
	for c := range g.conns {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		c.drain()
	}
}
