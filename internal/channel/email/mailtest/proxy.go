package mailtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy passes connections on to a server, until it is told to cut them.
type Proxy struct {
	Port int

	target   string
	listener net.Listener
	mu       sync.Mutex
	open     map[net.Conn]struct{}
	cutAfter atomic.Int64 // bytes from the server until the cut; 0 for never
	cutOn    atomic.Value // a string from the server on which to cut; "" for never
	silent   atomic.Bool
	running  sync.WaitGroup
	accepted atomic.Int64
}

// StartProxy listens on a free port of the host of target ("host:port"), and passes on to it.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		t.Fatalf("proxy to %q: %v", target, err)
	}
	l, err := listenOn(host)
	if err != nil {
		t.Fatalf("proxy to %q: %v", target, err)
	}
	p := &Proxy{Port: l.Addr().(*net.TCPAddr).Port, target: target, listener: l, open: map[net.Conn]struct{}{}}
	p.running.Go(p.serve)
	t.Cleanup(func() {
		l.Close() // ends serve
		p.Cut()
		p.running.Wait()
	})
	return p
}

// CutAfter cuts the connection that passes this many more bytes from the server, once.
func (p *Proxy) CutAfter(bytes int64) { p.cutAfter.Store(bytes) }

// CutOn cuts every connection on which the server says text (within one packet), like a server that stumbles over a mail.
func (p *Proxy) CutOn(text string) { p.cutOn.Store(text) }

// Silence swallows what the server says, so that the connection looks alive and is dead.
func (p *Proxy) Silence(on bool) { p.silent.Store(on) }

// Connections is how many were made so far.
func (p *Proxy) Connections() int { return int(p.accepted.Load()) }

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close() // that is the purpose
	}
}

func (p *Proxy) serve() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.accepted.Add(1)
		out, err := dial(p.target)
		if err != nil {
			in.Close() // as if the server had
			continue
		}
		p.hold(in, out)
		p.running.Go(func() {
			_, _ = io.Copy(out, in) // ends with either connection
			out.Close()
		})
		p.running.Go(func() {
			defer p.release(in, out)
			p.pass(in, out)
			in.Close()
		})
	}
}

func (p *Proxy) hold(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.open[c] = struct{}{}
	}
}

func (p *Proxy) release(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.open, c)
		c.Close() // the other side has closed already
	}
}

// pass copies what the server says, counting towards the cut.
func (p *Proxy) pass(in io.Writer, out io.Reader) {
	buf := make([]byte, 64<<10)
	for {
		n, err := out.Read(buf)
		if err != nil {
			return
		}
		if p.silent.Load() {
			continue
		}
		if text, _ := p.cutOn.Load().(string); text != "" && bytes.Contains(buf[:n], []byte(text)) {
			return
		}
		if left := p.cutAfter.Load(); left > 0 {
			if left <= int64(n) {
				p.cutAfter.Store(0)
				_, _ = in.Write(buf[:left]) // the connection is cut whatever became of it
				return
			}
			p.cutAfter.Store(left - int64(n))
		}
		if _, err := in.Write(buf[:n]); err != nil {
			return
		}
	}
}

func dial(address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(context.Background(), "tcp", address)
}
