package desktest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/platform/mailmsg"
)

// Outlet is the mail server that a desk hands its mails to: a deliver.Outlet. It takes everything until it is told otherwise.
type Outlet struct {
	mu        sync.Mutex
	mails     []Mail
	away      bool
	unsure    bool
	deadly    bool
	permanent bool
	refuse    []string
	postpone  []string
	tries     int
	wait      chan struct{}
}

// Mail is a mail that went out.
type Mail struct {
	Inbox desk.InboxID
	From  string   // of the envelope
	To    []string // of the envelope: those who got it
	ID    string
	Raw   string
	Read  *mailmsg.Mail
}

var (
	errAway    = errors.New("connection refused")
	errRefused = errors.New("wrong password")
)

// Refuse has a recipient refused for good from now on, by 550 5.1.1.
func (o *Outlet) Refuse(address string) { o.set(func() { o.refuse = append(o.refuse, address) }) }

// Postpone has a recipient put off, by 451 4.7.1.
func (o *Outlet) Postpone(address string) { o.set(func() { o.postpone = append(o.postpone, address) }) }

// Away has nobody answer.
func (o *Outlet) Away() { o.set(func() { o.away = true }) }

// Reject has the server refuse us for good.
func (o *Outlet) Reject() { o.set(func() { o.permanent = true }) }

// BeUnsure has the server take mails and never say so.
func (o *Outlet) BeUnsure() { o.set(func() { o.unsure = true }) }

// Die has the program die in the middle of the next sending: the mail is out, nobody noted it.
func (o *Outlet) Die() { o.set(func() { o.deadly = true }) }

// Accept has everything taken again.
func (o *Outlet) Accept() {
	o.set(func() {
		o.away, o.unsure, o.deadly, o.permanent, o.refuse, o.postpone = false, false, false, false, nil, nil
	})
}

// Hold has sendings wait until the returned function is called.
func (o *Outlet) Hold() (release func()) {
	gate := make(chan struct{})
	o.set(func() { o.wait = gate })
	return sync.OnceFunc(func() {
		o.set(func() { o.wait = nil })
		close(gate)
	})
}

func (o *Outlet) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

// Mails are those that went out so far.
func (o *Outlet) Mails() []Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mails)
}

// Tries is how often a mail was handed over or tried to be.
func (o *Outlet) Tries() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tries
}

// Permanent reports whether an error will not mend by itself.
func (o *Outlet) Permanent(err error) bool { return errors.Is(err, errRefused) }

// Send takes a mail, or does what it was told to.
func (o *Outlet) Send(ctx context.Context, box desk.InboxID, out channel.Outgoing) (channel.Receipt, error) {
	r, _, err := out.Raw()
	if err != nil {
		return channel.Receipt{}, err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return channel.Receipt{}, errors.Join(err, r.Close())
	}
	if err := r.Close(); err != nil {
		return channel.Receipt{}, err
	}
	o.mu.Lock()
	gate := o.wait
	o.tries++
	o.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return channel.Receipt{}, ctx.Err()
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return channel.Receipt{}, errAway
	}
	if o.permanent {
		return channel.Receipt{}, errRefused
	}
	var receipt channel.Receipt
	mail := Mail{Inbox: box, From: out.From, ID: out.MailID, Raw: string(raw), Read: mailmsg.Parse(raw, mailmsg.Limits{})}
	for _, to := range out.To {
		switch {
		case has(o.refuse, to):
			receipt.Recipients = append(receipt.Recipients, channel.Recipient{Address: to, Code: 550, Status: "5.1.1", Text: "no such user"})
		case has(o.postpone, to):
			receipt.Recipients = append(receipt.Recipients, channel.Recipient{Address: to, Code: 451, Status: "4.7.1", Text: "try later", Later: true})
		default:
			mail.To = append(mail.To, to)
			if !o.unsure {
				receipt.Recipients = append(receipt.Recipients, channel.Recipient{Address: to, OK: true, Code: 250})
			}
		}
	}
	if len(mail.To) > 0 {
		o.mails = append(o.mails, mail)
		receipt.Unsure = o.unsure
	}
	if o.deadly {
		o.deadly = false
		panic("the program dies while it sends")
	}
	return receipt, nil
}

func has(list []string, address string) bool {
	return slices.ContainsFunc(list, func(a string) bool { return strings.EqualFold(a, address) })
}
