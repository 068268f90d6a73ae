// Package hooks sends what is to be said to webhooks, and says to who manages the settings where one was switched off by itself. It calls public addresses alone, but for servers of the own
// network that the operator lets through; nothing is sent while a transaction waits.
package hooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/hook"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/outward"
)

const (
	longest   = 20 * time.Second // of one try
	shown     = 1 << 10          // bytes of an answer that are kept
	drained   = 16 << 10         // bytes of an answer that are read, so that the connection can be used again
	mostAsked = 7 * 24 * time.Hour
	slice     = 500 // deliveries that are dropped at once
)

// Client calls webhooks. A redirect is an answer like others: what was meant for one address does not go to another one.
func Client(allowed []netip.AddrPort) *http.Client {
	client := outward.New(outward.Options{Timeout: longest, MaxBytes: drained, Allow: func(to netip.AddrPort) bool { return slices.Contains(allowed, to) }}).HTTP()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// Caller is the flow.
type Caller struct {
	DB       *db.DB
	Webhooks *webhook.Service
	Staff    *staff.Service
	HTTP     *http.Client
	Mail     staff.Mailer // may be nil: nobody is mailed
	URL      func() string
	Version  string
	Log      *slog.Logger
}

// Drop is the periodic job that forgets old deliveries.
type Drop struct{}

// JobKind names the job.
func (Drop) JobKind() string { return "webhook.drop" }

// Register adds the jobs to the workers.
func (c *Caller) Register(w *jobs.Workers) {
	jobs.Register(w, c.send)
	jobs.Register(w, c.drop)
	w.Every("webhook.drop", 24*time.Hour, Drop{})
}

func (c *Caller) drop(ctx context.Context, _ *jobs.Job[Drop]) error {
	for {
		n := 0
		err := c.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = c.Webhooks.Drop(ctx, tx, slice)
			return err
		})
		if err != nil || n < slice {
			return err
		}
	}
}

// send sends a delivery once, and leaves it to be tried again where it was not taken. A node that dies in between has it sent once more, with the same id.
func (c *Caller) send(ctx context.Context, job *jobs.Job[webhook.Send]) error {
	id := job.Payload.Delivery
	var d webhook.HookDelivery
	var w webhook.Webhook
	err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d, err = c.Webhooks.Delivery(ctx, tx, id); err != nil {
			return err
		}
		w, err = c.Webhooks.Get(ctx, tx, d.Webhook)
		return err
	})
	if desk.IsRefusal(err, desk.NotFound) || err == nil && d.State != webhook.Waiting {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Erased || !w.Active {
		why := webhook.WhyOff
		if d.Erased {
			why = webhook.WhyErased
		}
		return c.DB.Write(ctx, func(tx *db.Tx) error {
			if err := c.Webhooks.GiveUp(ctx, tx, id, why); err != nil {
				return err
			}
			return job.Complete(ctx, tx)
		})
	}
	try, err := c.call(ctx, w, d)
	if err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		next, off, err := c.Webhooks.Tried(ctx, tx, id, try)
		if err != nil && !desk.IsRefusal(err, desk.NotFound) { // it was removed meanwhile
			return err
		}
		if next != 0 {
			if _, err := jobs.Enqueue(ctx, tx, next, webhook.Send{Delivery: id}); err != nil {
				return err
			}
		}
		if off != "" {
			if err := c.tell(ctx, tx, w, off); err != nil {
				return err
			}
		}
		return job.Complete(ctx, tx)
	})
}

// call makes one try. It fails only where the node stops.
func (c *Caller) call(ctx context.Context, w webhook.Webhook, d webhook.HookDelivery) (t webhook.Try, err error) {
	began, body := c.DB.Now(), []byte(d.Body)
	t.Chance = rand.Float64() //nolint:gosec // it spreads tries, and is no secret
	address, keys, headers := w.Key(began)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return t, jobs.Permanent(fmt.Errorf("webhook %s has no address that can be called", w.ID))
	}
	for _, h := range headers {
		request.Header.Set(h.Name, h.Value)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Tellus-Webhook/"+strings.Fields(c.Version + " 0")[0])
	request.Header.Set("Webhook-Id", d.UID)
	request.Header.Set("Webhook-Timestamp", hook.Timestamp(began.Time()))
	request.Header.Set("Webhook-Signature", hook.Sign(d.UID, began.Time(), body, keys...))
	response, err := c.HTTP.Do(request)
	if ctx.Err() != nil {
		return t, fmt.Errorf("call webhook %s: %w", w.ID, ctx.Err())
	}
	if err == nil {
		t.Answer, err = read(response)
		t.Status = response.StatusCode
	}
	t.Took = c.DB.Now().Sub(began)
	switch {
	case t.Status == http.StatusGone:
		t.Why = webhook.WhyGone
	case t.Status != 0: // it has answered, even where the rest of its answer did not come
		t.Why = webhook.WhyStatus
		t.Asked = asked(response.Header.Get("Retry-After"), c.DB.Now().Time())
	default:
		t.Why = why(err)
	}
	if hook.Judge(t.Status) != hook.Taken {
		c.Log.InfoContext(ctx, "webhook not taken", "webhook", w.ID, "delivery", d.ID, "status", t.Status, "why", string(t.Why))
	}
	return t, nil
}

func read(r *http.Response) (string, error) {
	defer r.Body.Close() // read side only; nothing buffered
	head, err := io.ReadAll(io.LimitReader(r.Body, shown))
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(r.Body, drained))
	}
	return strings.ToValidUTF8(string(head), "\uFFFD"), err
}

// asked is for how long a receiver wants to be left alone: seconds, or a date (RFC 9110, 10.2.3).
func asked(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, mostAsked)
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), mostAsked)
	}
	return 0
}

func why(err error) webhook.Why {
	var network net.Error
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	switch {
	case errors.Is(err, outward.ErrForbidden):
		return webhook.WhyForbidden
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &plain):
		return webhook.WhyCertificate
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return webhook.WhyTimeout
	}
	return webhook.WhyUnreachable
}

// tell mails everybody who manages the settings that a webhook was switched off.
func (c *Caller) tell(ctx context.Context, tx *db.Tx, w webhook.Webhook, off string) error {
	c.Log.WarnContext(ctx, "webhook switched off", "webhook", w.ID, "why", off)
	if c.Mail == nil {
		return nil
	}
	all, err := c.Staff.Agents(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if !a.Active || !a.Role.May(desk.ManageSettings) {
			continue
		}
		to := staff.Recipient{Name: a.Name, Address: a.Email, Language: a.Language, TimeZone: a.TimeZone}
		if err := c.Mail(ctx, tx, to, "webhook_"+off, map[string]string{"name": w.Name, "host": w.Host, "link": c.URL() + "/app/settings/webhooks"}); err != nil {
			return err
		}
	}
	return nil
}
