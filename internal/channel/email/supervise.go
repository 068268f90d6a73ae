package email

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

// Backoff is how long to wait between tries to connect. Waits double from First to Longest and vary by up to a half, so that many mailboxes
// of one server don't come back at the same moment.
type Backoff struct {
	First   time.Duration // 1 s where zero
	Longest time.Duration // 5 min where zero
	// Stubborn is the first wait after what time alone rarely mends: a wrong password, a missing folder, a bad certificate. Trying these
	// often locks accounts. 30 s where zero; three times Longest at most.
	Stubborn time.Duration
}

func (b Backoff) wait(failures int, problem string) time.Duration {
	first, longest := or(b.First, time.Second), or(b.Longest, 5*time.Minute)
	switch problem {
	case codeAuth, codeOAuth, codeFolder, codePermission, codeCertificate:
		first, longest = or(b.Stubborn, 30*time.Second), 3*longest
	}
	wait := longest
	if failures < 20 {
		wait = min(first<<failures, longest)
	}
	return wait/2 + rand.N(wait/2+1)
}

// Supervise keeps a connection of this driver receiving until ctx ends: it reconnects with back-off and reports health through the
// connection's State, with the time of the next try. It returns when ctx has ended and nothing of it runs any more.
func Supervise(ctx context.Context, receiver channel.Conn, accept channel.Accept, backoff Backoff) {
	c, ok := receiver.(*conn)
	if !ok {
		panic("email.Supervise: not a connection of this driver")
	}
	defer c.report(func(h *desk.Health) { h.State, h.NextTry = "off", 0 })
	if c.settings.Inbox.Receive.Method != "imap" {
		c.report(func(h *desk.Health) { h.State = "ok" })
		<-ctx.Done()
		return
	}
	failures := 0
	for ctx.Err() == nil {
		err := c.Receive(ctx, accept)
		if ctx.Err() != nil {
			return
		}
		if c.progress {
			failures = 0
		}
		now := time.Now()
		problem := ProblemOf(err, desk.At(now))
		wait := backoff.wait(failures, problem.Code)
		failures++
		c.log.WarnContext(ctx, "mailbox is out of reach", "problem", problem.Code, "error", err, "next", wait.Round(time.Millisecond))
		c.report(func(h *desk.Health) {
			h.State, h.Problem, h.NextTry = "failing", problem, desk.At(now.Add(wait))
		})
		if !sleep(ctx, wait) {
			return
		}
	}
}

// sleep is false where ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Permanent reports whether an error of Send will stay whatever is mended. A wrong password or a bad certificate is not permanent: the mail waits until
// it is put right. What a server refuses for good stands in the Receipt.
func Permanent(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Code == codeTooLarge
}
