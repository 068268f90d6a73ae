// Package email is the way in and out of the house by mail: mailboxes are read by IMAP, answers are handed over by SMTP submission. It
// keeps nothing but marks of how far a mailbox was read, never looks into a mail beyond its header, and never sends twice by itself. The
// built-in SMTP receiver is in the folder receiver.
package email

import (
	"context"
	"crypto/x509"
	"log/slog"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

// Driver opens mailboxes. The zero value works; the fields are there for operators with an authority of their own, and for tests.
type Driver struct {
	// Roots are the certificate authorities to believe; the system's where nil.
	Roots *x509.CertPool
	// Hello is the name we say to submission servers (RFC 5321 4.1.1.1); our address where empty.
	Hello string
	// Renew is how often a waiting connection is asked anew: IDLE is renewed and the folder looked at, which also finds connections
	// that died silently. 9 minutes where zero; servers may hang up after 30 (RFC 2177).
	Renew time.Duration
	// Poll is how often a server without IDLE is asked; a minute where zero.
	Poll time.Duration
	// Stall is how long a server may leave a command unanswered; two minutes where zero.
	Stall time.Duration
	// RetryRefused is the first wait before a mail that accept refused is offered again, doubled each time up to an hour; 30 s where zero.
	RetryRefused time.Duration
	// TestLimit bounds Test; 15 s where zero.
	TestLimit time.Duration
	Log       *slog.Logger // slog.Default where nil
}

var (
	_ channel.Driver = (*Driver)(nil)
	_ channel.Tester = (*Driver)(nil)
)

// Kind is desk.Email.
func (d *Driver) Kind() desk.ChannelKind { return desk.Email }

// Limits are those of mail in general; a submission server that takes less says so when it is asked.
func (d *Driver) Limits() channel.Limits {
	return channel.Limits{HTML: true, Files: 25 << 20}
}

// Open prepares a connection without touching the network: Receive connects to the mailbox, and Send to the submission server when there is
// something to send, so that one works while the other is away.
func (d *Driver) Open(_ context.Context, settings channel.Settings, state channel.State) (channel.Conn, error) {
	return &conn{
		driver:   d,
		settings: settings,
		state:    state,
		log:      d.logger().With("inbox", settings.Inbox.ID),
		outbox:   newPool(d, settings),
		health:   health{state: state, now: desk.Health{Inbox: settings.Inbox.ID}},
		retry:    map[uint32]retry{},
	}, nil
}

func (d *Driver) logger() *slog.Logger {
	if d.Log == nil {
		return slog.Default()
	}
	return d.Log
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// conn is one inbox. It outlives the network connections made for it.
type conn struct {
	driver   *Driver
	settings channel.Settings
	state    channel.State
	log      *slog.Logger
	outbox   *pool

	health health

	// Of the one Receive at a time, and of Supervise around it:
	progress bool             // the last Receive got as far as reading the folder
	retry    map[uint32]retry // mails that accept refused, by UID
	suspect  suspect
}

// Close ends idle submission connections; Receive ends with its context.
func (c *conn) Close() error { return c.outbox.close() }

func (c *conn) inbox() desk.InboxID { return c.settings.Inbox.ID }
