// Package receiver is the built-in SMTP server: it takes mail for the addresses of the house, says 250 only when every inbox has it safe on disk,
// and never sends, relays or stores anything by itself.
package receiver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"tellus/internal/channel"
	"tellus/internal/channel/email/verdict"
)

// Config is what an operator decides. Zero values are sensible except for Addr.
type Config struct {
	Addr     string // host:port to listen on
	Hostname string // what we call ourselves; the machine's name where empty

	// CertFile and KeyFile are PEM; a renewed certificate is taken up within a minute. Without them a self-signed one is made in Dir and kept.
	CertFile, KeyFile string
	Dir               string

	MaxBytes        int64         // of one mail; 50 MiB where zero
	MaxRecipients   int           // of one mail; 100 where zero
	MaxConns        int           // at the same time; 500 where zero
	MaxConnsPerPeer int           // from one address or IPv6 /64, trusted peers excepted; 20 where zero
	Idle            time.Duration // that a peer may be silent; 5 min where zero (RFC 5321 4.5.3.2.7)
	MailLimit       time.Duration // that one mail may take; 30 min where zero
	Grace           time.Duration // for mails under way when Listen is to end; 10 s where zero
	SpoolDir        string        // for mails over 256 KB while they come in; the system's where empty

	// Checker judges senders; nil for not at all. Peers on loopback, private networks and in Trusted are relays of our own side, for
	// which DNS would say nothing: what a server named TrustedAuthserv wrote into the mail counts instead, if that is set.
	Checker         *verdict.Checker
	Trusted         []netip.Prefix
	TrustedAuthserv string

	Log *slog.Logger // slog.Default where nil
}

// Server listens on one port for all inboxes.
type Server struct {
	config   Config
	listener net.Listener
	cert     *certificate
	log      *slog.Logger
	taking   sync.RWMutex // held for reading while a mail is taken
}

var _ channel.Listener = (*Server)(nil)

// New takes the port and prepares the certificate. Whoever doesn't call Listen then calls Close.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	cert, err := loadCertificate(config.CertFile, config.KeyFile, config.Dir, config.Hostname, config.Log)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", config.Addr)
	if err != nil {
		return nil, fmt.Errorf("smtp receiver: %w", err)
	}
	return &Server{config: config, listener: l, cert: cert, log: config.Log}, nil
}

func (c Config) withDefaults() Config {
	if c.Hostname == "" {
		c.Hostname = "localhost"
		if name, err := os.Hostname(); err == nil {
			c.Hostname = name
		}
	}
	c.MaxBytes = or(c.MaxBytes, 50<<20)
	c.MaxRecipients = or(c.MaxRecipients, 100)
	c.MaxConns = or(c.MaxConns, 500)
	c.MaxConnsPerPeer = or(c.MaxConnsPerPeer, 20)
	c.Idle = or(c.Idle, 5*time.Minute)
	c.MailLimit = or(c.MailLimit, 30*time.Minute)
	c.Grace = or(c.Grace, 10*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func or[T int | int64 | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close gives the port back.
func (s *Server) Close() error { return s.listener.Close() }

// Listen takes mail until ctx ends. Mails under way then have Grace to be finished; peers that are between mails are told 421 at once. It returns
// nil then, and otherwise why the port is of no use any more.
func (s *Server) Listen(ctx context.Context, resolve channel.Resolve, accept channel.Accept) error {
	g := &gate{
		Listener: s.listener, most: s.config.MaxConns, mostOfOne: s.config.MaxConnsPerPeer, idle: s.config.Idle, trusted: s.trusted,
		conns: map[*peerConn]struct{}{}, peers: map[netip.Prefix]int{},
	}
	// What is under way may outlive ctx by the grace.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return s.open(working, c, resolve, accept)
	}))
	server.Domain = s.config.Hostname
	server.TLSConfig = &tls.Config{GetCertificate: s.cert.get, MinVersion: tls.VersionTLS12}
	// The session bounds mails, to the byte: the library refuses a streamed mail of just the size that it announces. EHLO says SIZE without a number
	// instead (RFC 1870 4), and a sender that names the size of a mail is told before it comes.
	server.MaxMessageBytes = 0
	server.MaxRecipients = s.config.MaxRecipients
	server.MaxLineLength = 0 // mails may have lines of any length; peerConn bounds those of commands
	server.EnableSMTPUTF8 = true
	server.ErrorLog = quiet{s.log}

	served := make(chan error, 1)
	go func() { served <- server.Serve(g) }()
	select {
	case err := <-served:
		server.Close() // the listener is broken; cut what is left
		return fmt.Errorf("smtp receiver: %w", err)
	case <-ctx.Done():
	}
	s.listener.Close() // ends Serve, so that nobody is admitted any more
	if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) {
		s.log.WarnContext(ctx, "port broke while it was given back", "error", err)
	}
	g.drain()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer cancel()
	if err := server.Shutdown(shutdown); errors.Is(err, context.DeadlineExceeded) {
		s.log.WarnContext(ctx, "mails under way were cut off at the end")
		stop()
		g.cut()
	}
	s.taking.Lock() // waits for those who are still in accept
	defer s.taking.Unlock()
	return nil
}

func (g *gate) cut() {
	g.mu.Lock()
	open := make([]*peerConn, 0, len(g.conns))
	for c := range g.conns {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		c.Close() // that is the purpose
	}
}

// trusted tells relays of our own side from the rest of the world.
func (s *Server) trusted(peer netip.Addr) bool {
	if !peer.IsValid() || peer.IsLoopback() || peer.IsPrivate() || peer.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range s.config.Trusted {
		if p.Contains(peer) {
			return true
		}
	}
	return false
}

// quiet takes what the library complains about: peers that break off, for the most part.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	q.log.Debug("smtp receiver", "about", fmt.Sprintf(format, v...))
}
func (q quiet) Println(v ...any) { q.log.Debug("smtp receiver", "about", fmt.Sprint(v...)) }
