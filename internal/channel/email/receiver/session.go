package receiver

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"tellus/internal/channel"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
	"tellus/internal/platform/mailmsg"
)

const (
	mostReceived = 50 // Received fields, then it is a loop (RFC 5321 6.3; the limit is that of Postfix)
	mostUnknown  = 20 // unknown recipients of one connection, then somebody is guessing
)

// session is one peer.
type session struct {
	server  *Server
	ctx     context.Context // ends when the grace at shutdown is over; a session is one call of the library's server, spread over methods
	conn    *smtp.Conn
	peer    *peerConn
	resolve channel.Resolve
	accept  channel.Accept

	from    string
	to      []recipient
	unknown int
}

type recipient struct {
	address string
	inbox   desk.InboxID
}

func (s *Server) open(ctx context.Context, c *smtp.Conn, resolve channel.Resolve, accept channel.Accept) (smtp.Session, error) {
	raw := c.Conn()
	if secure, ok := raw.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	peer, ok := raw.(*peerConn)
	if !ok {
		return nil, fmt.Errorf("smtp receiver: a connection of type %T", raw)
	}
	return &session{server: s, ctx: ctx, conn: c, peer: peer, resolve: resolve, accept: accept}, nil
}

func (s *session) Reset() {
	s.from, s.to = "", nil
	s.peer.end()
}

func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if options != nil && options.Size > s.server.config.MaxBytes {
		return s.tooLarge()
	}
	s.from, s.to = quoted(from), nil
	return nil
}

// quoted is an address as it stood in the command: the library takes the quotes off local parts such as "john smith", without which it is none.
func quoted(address string) string {
	local, domain, ok := desk.SplitMail(address)
	if !ok {
		return address
	}
	return mailmsg.Mailbox(local, domain)
}

// Rcpt takes a recipient that an inbox answers for.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	to = quoted(to)
	inbox, err := s.resolve(s.ctx, to)
	switch {
	case err == nil:
		s.to = append(s.to, recipient{address: to, inbox: inbox})
		return nil
	case desk.IsRefusal(err, desk.NotFound):
		if s.unknown++; s.unknown > mostUnknown {
			s.peer.drain()
			return refusal(421, 4, 7, 0, "Too many unknown recipients")
		}
		return refusal(550, 5, 1, 1, "No such address here")
	}
	s.server.log.WarnContext(s.ctx, "recipient could not be looked up", "error", err)
	return refusal(451, 4, 3, 0, "Try again later")
}

// Data takes a mail and answers only when every inbox has kept it.
func (s *session) Data(r io.Reader) error {
	s.server.taking.RLock()
	defer s.server.taking.RUnlock()
	s.peer.begin(s.server.config.MailLimit)
	mail, err := spoolFrom(&bounded{Reader: progress{r, s.peer}, left: s.server.config.MaxBytes, beyond: s.tooLarge()}, s.server.config.SpoolDir)
	if err != nil {
		s.peer.refuse()
		return s.unread(err)
	}
	defer mail.drop()
	if _, chunked := r.(*io.PipeReader); chunked && mail.length() != s.announced() {
		return refusal(451, 4, 4, 2, "The mail ended early")
	}
	header := verdict.Header(mail.start.Bytes())
	if received(header) > mostReceived {
		return refusal(554, 5, 4, 6, "Mail loop: too many Received fields")
	}
	envelope := channel.Envelope{
		Peer:       s.peer.peer.String(),
		Helo:       s.conn.Hostname(),
		From:       s.from,
		NullSender: s.from == "",
		Verdicts:   s.verdicts(header, mail),
	}
	id := newID()
	at := time.Now().UTC()
	for _, group := range byInbox(s.to) {
		envelope.To = group.addresses
		err := s.accept(s.ctx, channel.Arrival{
			Inbox: group.inbox, SourceID: id, ReceivedAt: at, Envelope: envelope, Body: mail.open(),
		})
		if err != nil {
			// Inboxes that have it already recognise the mail when it comes again.
			s.server.log.WarnContext(s.ctx, "mail could not be kept; the sender tries again", "inbox", group.inbox, "source", id, "error", err)
			return refusal(451, 4, 3, 0, "The mail could not be stored, try again later")
		}
	}
	return nil
}

// announced is how many bytes the BDAT commands of this mail (RFC 3030) spoke of. go-smtp v0.25.1 takes a connection that ends within a chunk for
// the end of the chunk, and tells nobody the size; a mail cut off so must not be kept as if it were whole. -1 where the library has changed,
// which refuses chunks for the time being and fails a test.
func (s *session) announced() int64 {
	field := reflect.ValueOf(s.conn).Elem().FieldByName("bytesReceived")
	if !field.IsValid() || !field.CanInt() {
		return -1
	}
	return field.Int()
}

// progress tells the connection that a mail is being read.
type progress struct {
	io.Reader
	peer *peerConn
}

func (p progress) Read(b []byte) (int, error) {
	// The library fills whatever it is given before it returns.
	n, err := p.Reader.Read(b[:min(len(b), mostSilent/8)])
	if n > 0 {
		p.peer.progress()
	}
	return n, err
}

// bounded gives up a mail as soon as it is larger than allowed. The library's own bound refuses a mail of exactly that size too.
type bounded struct {
	io.Reader
	left   int64 // bytes that may still come
	beyond error
}

func (r *bounded) Read(b []byte) (int, error) {
	if int64(len(b)) > r.left+1 {
		b = b[:r.left+1]
	}
	n, err := r.Reader.Read(b)
	if r.left -= int64(n); r.left < 0 {
		return 0, r.beyond
	}
	return n, err
}

func (s *session) tooLarge() error {
	return refusal(552, 5, 3, 4, fmt.Sprintf("The mail is larger than %d bytes", s.server.config.MaxBytes))
}

// unread says why a mail did not come in whole.
func (s *session) unread(err error) error {
	var refused *smtp.SMTPError
	switch {
	case errors.As(err, &refused):
		return refused // 552: larger than allowed
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, smtp.ErrDataReset), errors.Is(err, net.ErrClosed):
		return refusal(451, 4, 4, 2, "The mail ended early")
	}
	s.server.log.WarnContext(s.ctx, "mail could not be taken", "error", err)
	return refusal(451, 4, 3, 0, "Try again later")
}

func (s *session) verdicts(header []string, mail *spool) *desk.Verdicts {
	if s.server.trusted(s.peer.peer) {
		if s.server.config.TrustedAuthserv == "" {
			return nil
		}
		return verdict.FromHeaders(header, s.server.config.TrustedAuthserv)
	}
	if s.server.config.Checker == nil {
		return nil
	}
	return s.server.config.Checker.Check(s.ctx, verdict.Delivery{Peer: s.peer.peer, Helo: s.conn.Hostname(), From: s.from}, header, mail.open)
}

func received(header []string) int {
	n := 0
	for _, field := range header {
		if name, _, _ := strings.Cut(field, ":"); strings.EqualFold(strings.TrimSpace(name), "received") {
			n++
		}
	}
	return n
}

// group is an inbox with those of its addresses that a mail is for.
type group struct {
	inbox     desk.InboxID
	addresses []string
}

func byInbox(to []recipient) []group {
	var groups []group
	for _, r := range to {
		at := slices.IndexFunc(groups, func(g group) bool { return g.inbox == r.inbox })
		if at < 0 {
			groups = append(groups, group{inbox: r.inbox})
			at = len(groups) - 1
		}
		groups[at].addresses = append(groups[at].addresses, r.address)
	}
	return groups
}

// newID names a transaction. It is unique by its millisecond and by chance, 80 bits of it; the time comes first so that ids of one hour lie beside each
// other in an index, as in RFC 9562 5.7.
func newID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16)
	rand.Read(b[6:]) // never fails (crypto/rand)
	return "smtp/" + hex.EncodeToString(b[:])
}

func refusal(code, class, subject, detail int, message string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: message}
}
