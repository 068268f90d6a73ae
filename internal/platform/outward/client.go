// Package outward fetches foreign URLs: addresses that came from outside and may be meant to make this server knock at
// doors which only it can reach. Every connection goes to a public address, judged after the name was resolved and at each redirect, so
// that a name which answers differently the second time gains nothing; time and size are bounded; no cookie, credential, referrer or
// proxy of the environment is used.
package outward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

var (
	// ErrForbidden is returned for an address that is not on the public internet, or a port that no web server has.
	ErrForbidden = errors.New("address is not public")
	// ErrURL is returned for what is no absolute http or https URL.
	ErrURL = errors.New("not a web address")
	// ErrTooLarge is returned where more came than the limit allows.
	ErrTooLarge = errors.New("answer is too large")
	// ErrDowngrade is returned where a redirect leads out of an encrypted connection, and the client is not to follow it.
	ErrDowngrade = errors.New("redirect out of https")
	// ErrRedirects is returned where redirects do not come to an end.
	ErrRedirects = errors.New("too many redirects")
)

const (
	defaultTimeout = 15 * time.Second
	defaultBytes   = 10 << 20
	maxRedirects   = 5
	maxURL         = 16 << 10
	userAgent      = "Mozilla/5.0 (compatible; Tellus)"
)

// Options of a client; zero values mean the defaults in brackets.
type Options struct {
	Timeout  time.Duration // for the whole exchange, redirects and body included (15 s)
	MaxBytes int64         // of a body, after decompression (10 MB)
	// Allow lets further addresses through; for tests, which run servers on loopback. The port is the one dialled.
	Allow func(netip.AddrPort) bool
	// StaysSecure refuses redirects from https to http: for addresses that hold a secret.
	StaysSecure bool
}

// Client fetches foreign URLs. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	maxBytes int64
}

// New returns a client.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultBytes
	}
	dialer := &net.Dialer{
		Timeout: min(o.Timeout, 10*time.Second),
		// Control runs for each resolved address right before the connection to it.
		Control: func(_, address string, _ syscall.RawConn) error { return control(address, o.Allow) },
	}
	return &Client{
		maxBytes: o.MaxBytes,
		http: &http.Client{
			Timeout:       o.Timeout,
			CheckRedirect: checkRedirect(o.StaysSecure),
			Transport: &http.Transport{
				Proxy:                  nil, // a proxy would resolve names out of our sight
				DialContext:            dialer.DialContext,
				TLSHandshakeTimeout:    10 * time.Second,
				ResponseHeaderTimeout:  o.Timeout,
				MaxResponseHeaderBytes: 64 << 10,
				MaxIdleConns:           20,
				IdleConnTimeout:        30 * time.Second,
				ForceAttemptHTTP2:      true,
			},
		},
	}
}

func control(address string, allow func(netip.AddrPort) bool) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %q: %w", address, ErrForbidden)
	}
	if mayReach(to) || (allow != nil && allow(netip.AddrPortFrom(to.Addr().Unmap(), to.Port()))) {
		return nil
	}
	return fmt.Errorf("connect to %s: %w", to, ErrForbidden)
}

func checkRedirect(staysSecure bool) func(next *http.Request, via []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return ErrRedirects
		}
		if next.URL.Scheme != "http" && next.URL.Scheme != "https" {
			return fmt.Errorf("redirect to %s: %w", next.URL.Scheme, ErrURL)
		}
		if staysSecure && next.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https" {
			return ErrDowngrade
		}
		next.URL.User = nil
		next.Header.Del("Referer")
		next.Header.Del("Authorization")
		return nil
	}
}

// HTTP returns the guarded client itself, for protocols that need more than [Client.Get]. Whoever uses it bounds what he reads.
func (c *Client) HTTP() *http.Client { return c.http }

// Answer is what came back, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	URL    string // after redirects
}

// Get fetches an address. accept is the Accept header, may be "". It returns ErrURL, ErrForbidden, ErrTooLarge, ErrDowngrade or
// ErrRedirects, wrapped, or the failure of the network.
func (c *Client) Get(ctx context.Context, address, accept string) (Answer, error) {
	return c.GetNewer(ctx, address, accept, Known{})
}

// Known is what a server said of the version that one has, in its own words; both may be empty.
type Known struct{ ETag, LastModified string }

// KnownOf is what an answer says of its version.
func KnownOf(a Answer) Known { return Known{a.Header.Get("ETag"), a.Header.Get("Last-Modified")} }

// GetNewer is Get for who has a version already: the answer has status 304 and no body where there is no other one.
func (c *Client) GetNewer(ctx context.Context, address, accept string, known Known) (Answer, error) {
	u, err := parse(address)
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, fmt.Errorf("get: %w", ErrURL)
	}
	request.Header.Set("User-Agent", userAgent)
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	if known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		request.Header.Set("If-Modified-Since", known.LastModified)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("get from %s: %w", u.Host, withoutURL(err))
	}
	defer response.Body.Close() // read side only; nothing buffered
	if response.ContentLength > c.maxBytes {
		return Answer{}, fmt.Errorf("get from %s: %d bytes: %w", u.Host, response.ContentLength, ErrTooLarge)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, c.maxBytes+1))
	if err != nil {
		return Answer{}, fmt.Errorf("read from %s: %w", u.Host, err)
	}
	if int64(len(body)) > c.maxBytes {
		return Answer{}, fmt.Errorf("get from %s: %w", u.Host, ErrTooLarge)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body, URL: response.Request.URL.String()}, nil
}

func parse(address string) (*url.URL, error) {
	if len(address) > maxURL {
		return nil, fmt.Errorf("%d bytes: %w", len(address), ErrURL)
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, ErrURL
	}
	u.User, u.Fragment = nil, ""
	return u, nil
}

// withoutURL unwraps the error of net/http, which repeats the address: it may hold a customer's secret link, and errors are
// logged.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
