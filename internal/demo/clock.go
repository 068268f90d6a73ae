package demo

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

// clock is set by whoever plays the week; each look moves it a little, so that one thing comes after another.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time  { return time.UnixMicro(c.micros.Add(50)).UTC() }
func (c *clock) set(t time.Time) { c.micros.Store(max(t.UnixMicro(), c.micros.Load())) }

// outlet takes every mail in place of a mail server and throws it away. Some addresses refuse, so that the desk has something to show.
type outlet struct {
	mu   sync.Mutex
	sent map[desk.MessageID]string // Message-IDs of what went out
}

func newOutlet() *outlet { return &outlet{sent: map[desk.MessageID]string{}} }

// refusing is the domain whose server is said to refuse mail.
const refusing = "pastnieks.example"

// Send is a deliver.Outlet.
func (o *outlet) Send(_ context.Context, _ desk.InboxID, out channel.Outgoing) (channel.Receipt, error) {
	o.mu.Lock()
	o.sent[out.Message] = out.MailID
	o.mu.Unlock()
	var r channel.Receipt
	for _, to := range out.To {
		said := channel.Recipient{Address: to, OK: true, Code: 250, Status: "2.0.0", Text: "Ok: taken by the demo"}
		if strings.HasSuffix(to, "@"+refusing) {
			said = channel.Recipient{Address: to, Code: 550, Status: "5.1.1", Text: "5.1.1 <" + to + ">: Recipient address rejected: User unknown in virtual mailbox table"}
		}
		r.Recipients = append(r.Recipients, said)
	}
	return r, nil
}

// Permanent is a deliver.Outlet.
func (*outlet) Permanent(error) bool { return false }

func (o *outlet) mailID(m desk.MessageID) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent[m]
}
