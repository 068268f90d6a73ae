package email

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tellus/internal/channel"
)

const (
	submitAtOnce   = 4                // connections to one submission server
	submitIdle     = 20 * time.Second // a connection is kept open for the next mail
	submitMost     = 50               // mails per connection; many servers hang up after 100
	commandTimeout = 2 * time.Minute
	// RFC 5321 4.5.3.2.6: a client that gives up earlier sends mails twice.
	answerTimeout = 10 * time.Minute
	// A password that was refused is not tried again for this long, whatever waits to be sent: that is how accounts get locked.
	refusedPause = 30 * time.Second
)

// submitter is a connection to the submission server, signed in.
type submitter struct {
	*smtp.Client
	wire   *wire
	utf8   bool
	size   int64 // the largest mail that the server takes; 0 where it doesn't say
	mails  int   // handed over so far
	expire *time.Timer
}

// quit says good-bye without waiting long for an answer.
func (s *submitter) quit() {
	s.CommandTimeout = 2 * time.Second
	if s.Quit() != nil {
		s.wire.Close() // the server has left already
	}
}

// pool keeps connections for a burst of mails.
type pool struct {
	driver   *Driver
	settings channel.Settings
	slots    chan struct{}

	mu     sync.Mutex
	idle   []*submitter
	closed bool
	ended  sync.WaitGroup

	refused   error // the last refusal to sign in; nil where the last try was fine
	refusedAt time.Time
}

func newPool(d *Driver, settings channel.Settings) *pool {
	return &pool{driver: d, settings: settings, slots: make(chan struct{}, submitAtOnce)}
}

// get returns a connection that was kept (reused is true) or a new one. It blocks while as many as allowed are in use. The caller gives it
// back with put or drop.
func (p *pool) get(ctx context.Context, anew bool) (s *submitter, reused bool, err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	if !anew {
		if s := p.take(); s != nil {
			return s, true, nil
		}
	}
	if err = p.pausing(); err == nil {
		s, err = p.driver.submit(ctx, p.settings)
		p.note(err)
	}
	if err != nil {
		<-p.slots
		return nil, false, err
	}
	return s, false, nil
}

// pausing is the refusal because of which we don't try at present.
func (p *pool) pausing() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused != nil && time.Since(p.refusedAt) < refusedPause {
		return p.refused
	}
	return nil
}

func (p *pool) note(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var f *Failure
	p.refused = nil
	if errors.As(err, &f) && f.Code == codeAuth {
		p.refused, p.refusedAt = err, time.Now()
	}
}

// take removes the connection used last from those kept.
func (p *pool) take() *submitter {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		s := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if s.expire.Stop() {
			p.ended.Done()
			return s
		}
	}
	return nil
}

// put keeps a connection for the next mail.
func (p *pool) put(s *submitter) {
	defer func() { <-p.slots }()
	p.mu.Lock()
	if p.closed || s.mails >= submitMost {
		p.mu.Unlock()
		s.quit()
		return
	}
	p.ended.Add(1)
	s.expire = time.AfterFunc(submitIdle, func() {
		defer p.ended.Done()
		p.forget(s)
		s.quit()
	})
	p.idle = append(p.idle, s)
	p.mu.Unlock()
}

// drop gives up a connection that is of no more use.
func (p *pool) drop(s *submitter) {
	s.wire.Close() // broken, or the server is in the middle of a mail
	<-p.slots
}

func (p *pool) forget(s *submitter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.idle {
		if other == s {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return
		}
	}
}

func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for s := p.take(); s != nil; s = p.take() {
		s.quit()
	}
	p.ended.Wait()
	return nil
}

// submit connects to the submission server and signs in. A connection that is not encrypted carries no password and goes to this machine only.
func (d *Driver) submit(ctx context.Context, settings channel.Settings) (*submitter, error) {
	out := settings.Inbox.Submit
	w, err := d.dial(ctx, server{host: out.Host, port: out.Port, security: out.Security, alpn: "smtp"})
	if err != nil {
		return nil, err
	}
	cut := context.AfterFunc(ctx, func() { w.Close() })
	defer cut()
	s, err := d.greet(w, out.Host, out.Security)
	if err != nil {
		w.Close() // nothing was sent
		return nil, because(ctx, err)
	}
	if err := s.signIn(ctx, settings); err != nil {
		w.Close() // nothing was sent
		return nil, because(ctx, err)
	}
	// What a server allows may depend on who asks, so look after signing in.
	s.utf8, _ = s.Extension("SMTPUTF8")
	if size, ok := s.MaxMessageSize(); ok {
		s.size = int64(size)
	}
	return s, nil
}

func (d *Driver) greet(w *wire, host, security string) (*submitter, error) {
	s := &submitter{wire: w}
	if security == "starttls" {
		client, err := smtp.NewClientStartTLS(w, d.tlsConfig(host))
		if err != nil {
			return nil, failure(codeTLS, "STARTTLS", err)
		}
		s.Client = client
	} else {
		s.Client = smtp.NewClient(w)
	}
	s.CommandTimeout, s.SubmissionTimeout = 30*time.Second, answerTimeout
	name := d.Hello
	if name == "" {
		name = literal(w.LocalAddr())
	}
	if err := s.Hello(name); err != nil {
		var refusal *smtp.SMTPError
		if errors.As(err, &refusal) {
			return nil, failure(codeRejected, "greet", err)
		}
		return nil, failure(codeProtocol, "greet", err)
	}
	s.CommandTimeout = commandTimeout
	return s, nil
}

// literal is how a host without a name of its own introduces itself (RFC 5321 4.1.3).
func literal(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return "localhost"
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is4() {
		return "[" + ip.String() + "]"
	}
	return "[IPv6:" + ip.String() + "]"
}

func (s *submitter) signIn(ctx context.Context, settings channel.Settings) error {
	out := settings.Inbox.Submit
	var mechanism sasl.Client
	switch out.Auth {
	case "none", "":
		if out.User == "" || out.Auth == "none" {
			return nil
		}
		mechanism = s.byPassword(out.User, settings.SubmitSecret)
	case "google", "microsoft":
		if settings.SubmitToken == nil {
			return fail(codeOAuth, "the authorisation is missing")
		}
		token, err := settings.SubmitToken(ctx)
		if err != nil {
			return failure(codeOAuth, "get an access token", err)
		}
		mechanism = &xoauth2{user: out.User, token: token}
	default:
		mechanism = s.byPassword(out.User, settings.SubmitSecret)
	}
	if mechanism == nil {
		return fail(codeAuth, "the server offers no way to sign in that we know")
	}
	if err := s.Auth(mechanism); err != nil {
		var refusal *smtp.SMTPError
		if !errors.As(err, &refusal) {
			return failure(codeProtocol, "sign in", err)
		}
		code := codeAuth
		if x, ok := mechanism.(*xoauth2); ok {
			// The next connection needs another token; if there is none, that is the better explanation.
			if _, again := settings.SubmitToken(refused(ctx, x.token)); again != nil {
				return failure(codeOAuth, "get an access token", again)
			}
			return &Failure{Code: codeOAuth, Detail: clip(said(err) + " " + x.refusal), Err: err}
		}
		return &Failure{Code: code, Detail: clip(said(err)), Err: err}
	}
	return nil
}

// byPassword picks PLAIN, or LOGIN where that is all there is; nil where neither is.
func (s *submitter) byPassword(user, password string) sasl.Client {
	switch {
	case s.SupportsAuth(sasl.Plain):
		return sasl.NewPlainClient("", user, password)
	case s.SupportsAuth(sasl.Login):
		return login{user: user, password: password}
	}
	return nil
}
