// Package channel is the plug for ways in and out of the house: types only. A driver lives in a folder of its own, knows nothing of
// features, and is told where to put what it receives.
package channel

import (
	"context"
	"io"
	"time"

	"tellus/internal/desk"
)

// Driver is one kind of channel.
type Driver interface {
	Kind() desk.ChannelKind
	Limits() Limits
	Open(ctx context.Context, settings Settings, state State) (Conn, error)
}

// Conn is an open connection of one inbox.
type Conn interface {
	// Receive hands over what arrives until ctx ends or the connection breaks; whoever called reconnects with back-off.
	Receive(ctx context.Context, accept Accept) error
	// Send delivers one message and says what became of it for each recipient. It never sends twice by itself.
	Send(ctx context.Context, out Outgoing) (Receipt, error)
	Close() error
}

// Tester explains in words whether settings work, before they are saved.
type Tester interface {
	Test(ctx context.Context, settings Settings) (in, out desk.Problem)
}

// Settings are those of one inbox, secrets opened.
type Settings struct {
	Inbox         desk.Inbox
	ReceiveSecret string
	SubmitSecret  string
	ReceiveToken  TokenSource // set where Receive.Auth is google or microsoft
	SubmitToken   TokenSource
}

// TokenSource gives a fresh OAuth 2 access token (RFC 6749), refreshed before it runs out.
type TokenSource func(ctx context.Context) (string, error)

// State keeps what a connection must remember between runs, and reports its health.
type State interface {
	Load(ctx context.Context) ([]byte, error) // nil where nothing was kept
	Save(ctx context.Context, data []byte) error
	Health(desk.Health)
}

// Accept keeps an arrival. nil means it is safe on disk and may be acknowledged to the outside.
type Accept func(ctx context.Context, a Arrival) error

// Arrival is what came, untouched.
type Arrival struct {
	Inbox      desk.InboxID
	SourceID   string // unique per inbox: folder/UIDVALIDITY/UID, SMTP transaction, webhook id
	ReceivedAt time.Time
	Envelope   Envelope
	Body       io.Reader
}

// Envelope is what the transport knew.
type Envelope struct {
	Peer       string         `json:"peer,omitempty"` // address of the sending server
	Helo       string         `json:"helo,omitempty"`
	From       string         `json:"from,omitempty"` // MAIL FROM; empty and NullSender for <>
	NullSender bool           `json:"nullSender,omitempty"`
	To         []string       `json:"to,omitempty"` // RCPT TO
	Verdicts   *desk.Verdicts `json:"verdicts,omitempty"`
	Flags      []string       `json:"flags,omitempty"` // IMAP keywords such as $Junk

	Channel  desk.ChannelKind `json:"channel,omitempty"`  // of what arrived as a mail by another way; desk.Email where empty
	Language string           `json:"language,omitempty"` // that the writer was spoken to in, where the channel knows
}

// Resolve says which inbox takes mail for an address (plus-tags removed by it); desk.NotFound where none does.
type Resolve func(ctx context.Context, recipient string) (desk.InboxID, error)

// Listener serves many inboxes on one port, such as the SMTP receiver.
type Listener interface {
	Listen(ctx context.Context, resolve Resolve, accept Accept) error
}

// Outgoing is a message ready to go.
type Outgoing struct {
	Message desk.MessageID
	From    string   // envelope sender; "" for the null return path
	To      []string // envelope recipients, Cc and Bcc among them
	Raw     func() (io.ReadCloser, int64, error)
	MailID  string // Message-ID without brackets
}

// Receipt is what became of a message.
type Receipt struct {
	Recipients []Recipient
	// Unsure is set where the connection broke after the last byte of the message was handed over and before the answer came. Recipients
	// then has only those who were refused before; of the others nobody knows.
	Unsure bool
}

// Recipient is the answer for one recipient.
type Recipient struct {
	Address string
	OK      bool
	Code    int    // SMTP reply code
	Status  string // RFC 3463
	Text    string
	Later   bool // a temporary refusal (4xx): try again
}

// Limits are what a channel allows.
type Limits struct {
	Text        int // characters; 0 for no limit
	HTML        bool
	Files       int64         // bytes of all attachments together; 0 for none allowed
	ReplyWithin time.Duration // 0 for no window
}
