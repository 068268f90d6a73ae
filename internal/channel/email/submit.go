package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"

	"tellus/internal/channel"
)

// lastWord is how long Send still waits for the answer to a mail that was handed over when its context ends: giving up means not to know.
const lastWord = 15 * time.Second

// Send hands a mail to the submission server, once.
//
// An error means that nothing was handed over and the same mail may be sent again: the server was out of reach, or refused to talk with us.
// Otherwise the Receipt has an answer for every recipient, in the order of out.To. Where it is Unsure, the connection broke after the last byte and
// before the answer: the Receipt has only those who were refused before, the others may or may not get the mail, and sending again may make it
// arrive twice.
func (c *conn) Send(ctx context.Context, out channel.Outgoing) (channel.Receipt, error) {
	if len(out.To) == 0 {
		return channel.Receipt{}, fail(codeOther, "the mail has no recipient")
	}
	for anew := false; ; anew = true {
		s, reused, err := c.outbox.get(ctx, anew)
		if err != nil {
			return channel.Receipt{}, err
		}
		t := &transaction{submitter: s, out: out}
		err = t.run(ctx)
		if t.intact {
			c.outbox.put(s)
		} else {
			c.outbox.drop(s)
		}
		// A server may close a connection that was kept; one that it did not talk on at all can be replaced.
		if err != nil && reused && !t.spoken && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return channel.Receipt{}, because(ctx, err)
		}
		return t.receipt, nil
	}
}

// transaction is one mail on one connection.
type transaction struct {
	*submitter
	out     channel.Outgoing
	receipt channel.Receipt
	spoken  bool // the server accepted or refused the sender
	intact  bool // the connection can be used for another mail
}

func (t *transaction) run(ctx context.Context) error {
	cut := context.AfterFunc(ctx, func() { t.wire.Close() })
	defer cut()
	body, size, err := t.out.Raw()
	if err != nil {
		t.intact = true
		return fmt.Errorf("open the mail: %w", err)
	}
	defer body.Close()

	addresses := t.addresses()
	if refused := t.beforehand(addresses, size); refused {
		t.intact = true
		return nil
	}
	if err := t.Mail(addresses.from, &smtp.MailOptions{Size: size, UTF8: addresses.utf8}); err != nil {
		return t.refusedAll("sender", err)
	}
	t.spoken = true
	accepted, err := t.recipients(addresses.to)
	if err != nil {
		return err
	}
	if accepted == 0 {
		t.intact = t.Reset() == nil
		return nil
	}
	data, err := t.Data()
	if err != nil {
		return t.refusedAll("data", err)
	}
	if _, err := io.Copy(data, body); err != nil {
		return failure(codeProtocol, "hand over the mail", err) // without its end: the server throws away what it got
	}
	cut()
	answered := make(chan struct{})
	defer close(answered)
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastWord):
			t.wire.Close() // fails the wait for the answer
		case <-answered:
		}
	})()
	return t.finish(data)
}

// finish sends the end of the mail and reads what became of it.
func (t *transaction) finish(data *smtp.DataCommand) error {
	t.mails++
	answer, err := data.CloseWithResponse()
	if err == nil {
		t.intact = true
		t.settle(channel.Recipient{OK: true, Code: 250, Text: clip(answer.StatusText)})
		return nil
	}
	var refusal *smtp.SMTPError
	if errors.As(err, &refusal) {
		t.intact = refusal.Code != 421
		t.settle(recipient("", refusal))
		return nil
	}
	if t.wire.writeFailed.Load() {
		// The end of the mail never left, so the server must throw away what it got (RFC 5321 4.1.1.4).
		return failure(codeProtocol, "end the mail", err)
	}
	t.receipt.Unsure = true
	t.receipt.Recipients = slices.DeleteFunc(t.receipt.Recipients, func(r channel.Recipient) bool { return r.OK })
	return nil
}

// settle gives the answer to the mail to all recipients that were accepted before.
func (t *transaction) settle(answer channel.Recipient) {
	for i := range t.receipt.Recipients {
		r := &t.receipt.Recipients[i]
		if r.OK {
			answer.Address = r.Address
			*r = answer
		}
	}
}

// recipients offers all of them and returns how many were accepted. The error is that of a broken connection.
func (t *transaction) recipients(to []string) (accepted int, err error) {
	for i, address := range to {
		if address == "" { // beforehand refused it
			continue
		}
		err := t.Rcpt(address, nil)
		if err == nil {
			t.receipt.Recipients[i] = channel.Recipient{Address: t.out.To[i], OK: true, Code: 250}
			accepted++
			continue
		}
		var refusal *smtp.SMTPError
		if !errors.As(err, &refusal) {
			return 0, failure(codeProtocol, "offer a recipient", err)
		}
		t.receipt.Recipients[i] = recipient(t.out.To[i], refusal)
		if refusal.Code == 421 { // the server hangs up: RFC 5321 4.2.1
			return 0, failure(codeRejected, "offer a recipient", err)
		}
	}
	return accepted, nil
}

// refusedAll turns a refusal of the sender or of the mail as a whole into answers for all recipients that are not refused yet.
func (t *transaction) refusedAll(what string, err error) error {
	var refusal *smtp.SMTPError
	if !errors.As(err, &refusal) {
		return failure(codeProtocol, "offer the "+what, err)
	}
	if refusal.Code == 421 {
		return failure(codeRejected, "offer the "+what, err)
	}
	t.spoken = true
	t.intact = t.Reset() == nil
	for i := range t.receipt.Recipients {
		if r := t.receipt.Recipients[i]; r.OK || r.Code == 0 {
			t.receipt.Recipients[i] = recipient(t.out.To[i], refusal)
		}
	}
	return nil
}

// beforehand refuses what the server would refuse anyway, and prepares the receipt. It is true where nothing is left to send.
func (t *transaction) beforehand(a addresses, size int64) bool {
	t.receipt.Recipients = make([]channel.Recipient, len(t.out.To))
	tooLarge := t.size > 0 && size > t.size
	left := 0
	for i, address := range t.out.To {
		r := &t.receipt.Recipients[i]
		r.Address = address
		switch {
		case tooLarge:
			r.Code, r.Status = 552, "5.3.4" // RFC 3463: message too big for system
			r.Text = fmt.Sprintf("the mail has %d bytes, the server takes %d", size, t.size)
		case a.to[i] == "":
			r.Code, r.Status, r.Text = 553, "5.6.7", "the server takes no addresses beyond ASCII (SMTPUTF8)"
		default:
			left++
		}
	}
	return left == 0
}

// addresses are those of the envelope as the server takes them.
type addresses struct {
	from string
	to   []string // "" where the server cannot take the address
	utf8 bool     // RFC 6531 is needed
}

// addresses writes domains in ASCII (RFC 5890) wherever the rest is ASCII too, so that as few servers as possible must know RFC 6531.
func (t *transaction) addresses() addresses {
	var a addresses
	a.from = asciiDomain(t.out.From)
	for _, address := range t.out.To {
		address = asciiDomain(address)
		if !ascii(address) {
			if !t.utf8 {
				a.to = append(a.to, "")
				continue
			}
			a.utf8 = true
		}
		a.to = append(a.to, address)
	}
	if !ascii(a.from) {
		if !t.utf8 {
			a.to = make([]string, len(t.out.To))
			return a
		}
		a.utf8 = true
	}
	return a
}

func asciiDomain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || !ascii(address[:at]) || ascii(address) {
		return address
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return address
	}
	return address[:at+1] + domain
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func recipient(address string, refusal *smtp.SMTPError) channel.Recipient {
	return channel.Recipient{
		Address: address,
		Code:    refusal.Code,
		Status:  enhanced(refusal),
		Text:    clip(refusal.Message),
		Later:   refusal.Temporary(),
	}
}

// enhanced is the status of RFC 3463 that a server gave, "" where it gave none.
func enhanced(refusal *smtp.SMTPError) string {
	e := refusal.EnhancedCode
	if e[0] != 2 && e[0] != 4 && e[0] != 5 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
}
