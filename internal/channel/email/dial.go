package email

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	dialTimeout = 20 * time.Second
	writeStall  = 2 * time.Minute // a server that takes no byte for this long is given up
)

// server is where to connect and how.
type server struct {
	host     string
	port     int
	security string // tls, starttls or none
	alpn     string
}

func (s server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// dial connects, with TLS where the server speaks it from the start. An unencrypted connection is kept only where it ends on this very
// machine, which is checked on the address that was reached, not on the name.
func (d *Driver) dial(ctx context.Context, s server) (*wire, error) {
	switch s.security {
	case "tls", "starttls", "none":
	default:
		return nil, fail(codeOther, "unknown kind of security %q", s.security)
	}
	if s.host == "" || s.port <= 0 || s.port > 65535 {
		return nil, fail(codeOther, "the server's name or port is missing")
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dialer := net.Dialer{KeepAlive: 30 * time.Second}
	raw, err := dialer.DialContext(ctx, "tcp", s.address())
	if err != nil {
		return nil, failure(codeOther, "connect to "+s.address(), err)
	}
	if s.security == "none" && !loopback(raw.RemoteAddr()) {
		raw.Close() // nothing was said yet
		return nil, fail(codeTLS, "%s is not this machine: only an encrypted connection is allowed", s.address())
	}
	w := &wire{Conn: raw}
	if s.security != "tls" {
		return w, nil
	}
	config := d.tlsConfig(s.host)
	config.NextProtos = []string{s.alpn}
	secure := tls.Client(w.Conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close() // the handshake failed; there is nothing to flush
		return nil, failure(codeTLS, "speak TLS with "+s.address(), err)
	}
	w.Conn = secure
	return w, nil
}

func (d *Driver) tlsConfig(host string) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: d.Roots, MinVersion: tls.VersionTLS12}
}

func loopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// wire is a connection that knows how long it has waited for the other side, and whether a write ever failed.
type wire struct {
	net.Conn
	reading     atomic.Int64 // UnixNano since when a Read has been waiting; 0 while none is
	patience    atomic.Int64 // nanoseconds that one Read may wait; 0 for ever
	writeFailed atomic.Bool
}

func (w *wire) Read(b []byte) (int, error) {
	now := time.Now()
	if p := w.patience.Load(); p > 0 {
		if err := w.Conn.SetReadDeadline(now.Add(time.Duration(p))); err != nil {
			return 0, err
		}
	}
	w.reading.Store(now.UnixNano())
	defer w.reading.Store(0)
	return w.Conn.Read(b)
}

// SetReadDeadline makes of a deadline the time that each Read may wait, so that a large mail on a slow line, or one that we are slow to keep,
// does not run into the five minutes that the IMAP library gives a literal as a whole.
func (w *wire) SetReadDeadline(t time.Time) error {
	if t.IsZero() {
		w.patience.Store(0)
		return w.Conn.SetReadDeadline(t)
	}
	left := max(time.Until(t), 1)
	w.patience.Store(int64(left))
	return w.Conn.SetReadDeadline(t)
}

// Write gives the other side writeStall to take the bytes.
func (w *wire) Write(b []byte) (int, error) {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(writeStall)); err != nil {
		w.writeFailed.Store(true)
		return 0, err
	}
	n, err := w.Conn.Write(b)
	if err != nil {
		w.writeFailed.Store(true)
	}
	return n, err
}

// waiting is how long a Read has been waiting; 0 while none is.
func (w *wire) waiting() time.Duration {
	since := w.reading.Load()
	if since == 0 {
		return 0
	}
	return time.Since(time.Unix(0, since))
}
