package webpush

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrGone is returned where the browser takes no messages any more: the subscription should be forgotten.
var ErrGone = errors.New("the browser takes no pushes any more")

// Refused is what a push service answered where it did not take a message.
type Refused struct {
	Status int
	After  time.Duration // when it may be tried again by Retry-After, 0 where it does not say
}

func (r *Refused) Error() string {
	return fmt.Sprintf("the push service answered %d", r.Status)
}

// Again reports whether trying later may help: too many at a time, or trouble of the service itself.
func (r *Refused) Again() bool {
	return r.Status == http.StatusTooManyRequests || r.Status == http.StatusRequestTimeout || r.Status >= 500
}

// Message is what is sent.
type Message struct {
	Plain  []byte        // at most MaxPlain bytes
	TTL    time.Duration // how long the service keeps it for a browser that is away
	Urgent bool          // wakes a device that saves power (RFC 8030, 5.3)
	Topic  string        // replaces an earlier one of the same topic that is still kept (RFC 8030, 5.4): at most 32 letters of base64url
}

// Sender sends messages. HTTP must be a client that keeps away from the own network: endpoints come from browsers.
type Sender struct {
	HTTP    *http.Client
	Key     *Key
	Contact string // mailto: or https: address for the operators of push services
	Now     func() time.Time
}

// most is how long Retry-After is believed.
const most = 6 * time.Hour

// Send hands a message to the push service of a subscription. It returns ErrGone (wrapped) where the browser has gone, *Refused where the service did not
// take it, and the failure of the network otherwise.
func (s *Sender) Send(ctx context.Context, to Subscription, m Message) error {
	service, _, _, err := to.read()
	if err != nil {
		return err
	}
	body, err := Encrypt(to, m.Plain)
	if err != nil {
		return err
	}
	authorisation, err := s.Key.authorise(service, s.Contact, s.Now())
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push: %w", ErrSubscription)
	}
	h := request.Header
	h.Set("Authorization", authorisation)
	h.Set("Content-Encoding", "aes128gcm")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("TTL", strconv.Itoa(int(m.TTL/time.Second)))
	h.Set("Urgency", "normal")
	if m.Urgent {
		h.Set("Urgency", "high")
	}
	if m.Topic != "" {
		h.Set("Topic", m.Topic)
	}
	response, err := s.HTTP.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the address itself is a secret of the browser's
		}
		return fmt.Errorf("push to %s: %w", service.Host, err)
	}
	defer response.Body.Close()                                       // read side only; nothing buffered
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 16<<10)) // so that the connection can be used again; what it says is not needed
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return nil
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone:
		return fmt.Errorf("push to %s: %w", service.Host, ErrGone)
	}
	return &Refused{Status: response.StatusCode, After: retryAfter(response.Header.Get("Retry-After"), s.Now())}
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3), bounded.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, most)
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), most)
	}
	return 0
}
