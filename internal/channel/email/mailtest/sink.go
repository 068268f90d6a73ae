package mailtest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is what a Sink took.
type Mail struct {
	From string
	To   []string
	Data string
	UTF8 bool
	TLS  bool
	User string // who signed in; "" where nobody did
	Conn int    // number of the connection, from 1
}

// Sink is a submission server that keeps what it is given and misbehaves on request.
type Sink struct {
	Host      string
	Port      int
	Authority *Authority

	mu          sync.Mutex
	mails       []Mail
	connections int
	behaviour   Behaviour
	server      *smtp.Server
	implicit    bool
}

// Behaviour is what a Sink does. The zero value takes everything without asking who it is.
type Behaviour struct {
	// Sender, Recipient and Data may refuse; nil errors accept. Use *smtp.SMTPError for a code of your own.
	Sender    func(from string) error
	Recipient func(to string) error
	Data      func(m Mail) error
	// HangUp closes the connection after the end of the mail and before the answer; the mail is kept.
	HangUp func(m Mail) bool
	// HangUpWithin closes the connection in the middle of the mail, which is thrown away.
	HangUpWithin func(from string) bool
	// Password is what User must sign in with; nobody must where it is empty.
	User, Password string
	// Token is what XOAUTH2 must bring; the mechanism is offered where it is set.
	Token func(user, token string) bool
	// LoginOnly offers AUTH LOGIN instead of PLAIN.
	LoginOnly bool
}

// SinkOptions are fixed from the start.
type SinkOptions struct {
	TLS       bool // TLS from the first byte; otherwise STARTTLS is offered
	NoTLS     bool // offers no STARTTLS
	NoUTF8    bool
	MaxBytes  int64
	Authority *Authority // made where nil
}

// StartSink listens on a free port until the test ends.
func StartSink(t testing.TB, options SinkOptions) *Sink {
	t.Helper()
	s := &Sink{Host: "127.0.0.1", Authority: options.Authority, implicit: options.TLS}
	if s.Authority == nil {
		s.Authority = NewAuthority(t)
	}
	config := &tls.Config{Certificates: []tls.Certificate{s.Authority.Certificate(t)}}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain = "sink.example.test"
	s.server.AllowInsecureAuth = true
	s.server.EnableSMTPUTF8 = !options.NoUTF8
	s.server.MaxMessageBytes = options.MaxBytes
	s.server.ReadTimeout = time.Minute
	s.server.WriteTimeout = time.Minute
	s.server.ErrorLog = silent{}
	if !options.NoTLS {
		s.server.TLSConfig = config
	}
	l, err := listenOn(s.Host)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	if options.TLS {
		l = tls.NewListener(l, config)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.server.Serve(l) // ends with Close
	}()
	t.Cleanup(func() {
		s.server.Close() // cuts what is open
		<-done
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Behave changes what the sink does from now on.
func (s *Sink) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

// Mails are those taken so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Connections is how many were made so far.
func (s *Sink) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *Sink) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// A session is made anew after STARTTLS; that is the same connection.
	_, secure := c.TLSConnectionState()
	if !secure || s.implicit {
		s.connections++
	}
	return &sinkSession{sink: s, conn: c, number: s.connections}, nil
}

type sinkSession struct {
	sink   *Sink
	conn   *smtp.Conn
	number int
	mail   Mail
	user   string
}

func (s *sinkSession) behaviour() Behaviour {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	return s.sink.behaviour
}

func (s *sinkSession) Reset()        { s.mail = Mail{} }
func (s *sinkSession) Logout() error { return nil }

func (s *sinkSession) Mail(from string, opts *smtp.MailOptions) error {
	b := s.behaviour()
	if b.User != "" && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	if b.Sender != nil {
		if err := b.Sender(from); err != nil {
			return err
		}
	}
	_, secure := s.conn.TLSConnectionState()
	s.mail = Mail{From: from, UTF8: opts.UTF8, TLS: secure, User: s.user, Conn: s.number}
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if refuse := s.behaviour().Recipient; refuse != nil {
		if err := refuse(to); err != nil {
			return err
		}
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	b := s.behaviour()
	if b.HangUpWithin != nil && b.HangUpWithin(s.mail.From) {
		s.conn.Conn().Close() // that is the behaviour asked for
		return errors.New("hung up")
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := s.mail
	m.Data = string(data)
	if b.Data != nil {
		if err := b.Data(m); err != nil {
			return err
		}
	}
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, m)
	s.sink.mu.Unlock()
	if b.HangUp != nil && b.HangUp(m) {
		s.conn.Conn().Close() // that is the behaviour asked for
	}
	return nil
}

func (s *sinkSession) AuthMechanisms() []string {
	b := s.behaviour()
	var offered []string
	switch {
	case b.LoginOnly:
		offered = append(offered, sasl.Login)
	case b.Password != "":
		offered = append(offered, sasl.Plain, sasl.Login)
	}
	if b.Token != nil {
		offered = append(offered, "XOAUTH2")
	}
	return offered
}

var errWrongPassword = &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Wrong name or password"}

func (s *sinkSession) Auth(mechanism string) (sasl.Server, error) {
	b := s.behaviour()
	check := func(user, password string) error {
		if user != b.User || password != b.Password {
			return errWrongPassword
		}
		s.user = user
		return nil
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	case "XOAUTH2":
		return &xoauth2Server{check: func(user, token string) bool {
			if b.Token == nil || !b.Token(user, token) {
				return false
			}
			s.user = user
			return true
		}}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// loginServer speaks AUTH LOGIN with the prompts that Exchange uses.
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		if response != nil {
			l.user, l.step = string(response), 2
			return []byte("Password:"), false, nil
		}
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

type xoauth2Server struct {
	check   func(user, token string) bool
	refused bool
}

func (x *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.refused {
		return nil, true, errWrongPassword
	}
	var user, token string
	for part := range strings.SplitSeq(string(response), "\x01") {
		if v, ok := strings.CutPrefix(part, "user="); ok {
			user = v
		}
		if v, ok := strings.CutPrefix(part, "auth=Bearer "); ok {
			token = v
		}
	}
	if x.check(user, token) {
		return nil, true, nil
	}
	x.refused = true
	return []byte(`{"status":"401","schemes":"bearer","scope":"mail"}`), false, nil
}
