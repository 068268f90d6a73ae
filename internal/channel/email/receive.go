package email

import (
	"context"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

// Receive reads the mailbox: what is above the mark first, then what arrives. It returns when ctx ends (with its error) or the connection
// breaks (with a *Failure). Mails of one batch are accepted at once, so accept is called from several goroutines. An inbox that is not read
// by IMAP just waits for ctx.
func (c *conn) Receive(ctx context.Context, accept channel.Accept) error {
	if c.settings.Inbox.Receive.Method != "imap" {
		<-ctx.Done()
		return ctx.Err()
	}
	c.progress = false
	c.report(func(h *desk.Health) { h.State, h.NextTry = "connecting", 0 })
	defer c.health.flush()
	entering, cancel := context.WithTimeout(ctx, time.Minute)
	s, err := c.driver.enter(entering, c.settings)
	cancel()
	if err != nil {
		return err
	}
	defer s.close()
	// Whatever waits for the server ends with ctx. What accept is doing sees the end of ctx itself.
	cut := context.AfterFunc(ctx, func() { s.wire.Close() })
	defer cut()

	err = c.read(ctx, s, accept)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// read is the life of a connection: look, fetch, wait.
func (c *conn) read(ctx context.Context, s *session, accept channel.Accept) error {
	m, err := c.loadMark(ctx, s)
	if err != nil {
		return err
	}
	r := &reader{conn: c, session: s, accept: accept, first: m, mark: m, slots: make(chan struct{}, acceptAtOnce)}
	defer r.background.Wait()
	defer s.wire.Close() // so that no command in the background waits for an answer
	for {
		if err := r.catchUp(ctx); err != nil {
			return err
		}
		c.progress = true
		now := time.Now()
		c.report(func(h *desk.Health) {
			h.State, h.LastContact, h.Backlog, h.NextTry = "ok", desk.At(now), len(r.mark.Refused), 0
			h.Problem = r.problem
		})
		renew := c.nextRetry(r.mark, now, or(c.driver.Renew, 9*time.Minute))
		if err := s.await(ctx, renew, or(c.driver.Poll, time.Minute)); err != nil {
			return err
		}
	}
}
