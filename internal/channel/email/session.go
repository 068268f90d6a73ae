package email

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"tellus/internal/channel"
)

// session is one IMAP connection with the folder selected.
type session struct {
	client   *imapclient.Client
	wire     *wire
	news     chan struct{} // holds a token when the server spoke of the folder
	canIdle  bool
	canMark  bool // the server keeps \Seen
	validity uint32
	newest   uint32 // UID that the newest mail had when the folder was opened, at least; unknownNewest where the server did not say

	pending atomic.Int32 // commands awaiting their answer
	since   atomic.Int64 // UnixNano since when there have been any
	stalled atomic.Bool
	stop    chan struct{}
	ended   sync.WaitGroup
}

// errStalled is the cause where a server left a command unanswered.
var errStalled = &Failure{Code: codeTimeout, Detail: "the server stopped answering"}

// enter connects, signs in and selects the folder. ctx bounds this and nothing later.
func (d *Driver) enter(ctx context.Context, settings channel.Settings) (*session, error) {
	in := settings.Inbox.Receive
	w, err := d.dial(ctx, server{host: in.Host, port: in.Port, security: in.Security, alpn: "imap"})
	if err != nil {
		return nil, err
	}
	cut := context.AfterFunc(ctx, func() { w.Close() }) // whatever waits on it fails then
	defer cut()

	s := &session{wire: w, news: make(chan struct{}, 1), stop: make(chan struct{})}
	options := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) { s.tell() },
	}}
	if in.Security == "starttls" {
		options.TLSConfig = d.tlsConfig(in.Host)
		if s.client, err = imapclient.NewStartTLS(w, options); err != nil {
			return nil, because(ctx, failure(codeTLS, "STARTTLS", err))
		}
	} else {
		s.client = imapclient.New(w, options)
	}
	s.ended.Go(func() { s.watch(or(d.Stall, 2*time.Minute)) })
	if err := s.signIn(ctx, settings); err != nil {
		s.close()
		return nil, because(ctx, err)
	}
	if err := s.openFolder(in.Folder); err != nil {
		s.close()
		return nil, because(ctx, err)
	}
	return s, nil
}

// because prefers the end of ctx as the cause of a failure that it brought about.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil && err != nil {
		return failure(codeTimeout, err.Error(), ctx.Err())
	}
	return err
}

// tell never blocks: the decoder of the IMAP library waits for it.
func (s *session) tell() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *session) signIn(ctx context.Context, settings channel.Settings) error {
	if err := s.client.WaitGreeting(); err != nil {
		return failure(codeProtocol, "greeting", err)
	}
	caps := s.client.Caps()
	in := settings.Inbox.Receive
	var err error
	switch {
	case s.client.State() == imap.ConnStateAuthenticated: // PREAUTH
	case in.Auth == "google" || in.Auth == "microsoft":
		err = s.signInByToken(ctx, in.User, settings.ReceiveToken, caps)
	case caps.Has(imap.AuthCap(sasl.Plain)):
		err = s.client.Authenticate(sasl.NewPlainClient("", in.User, settings.ReceiveSecret))
	case caps.Has(imap.CapLoginDisabled):
		return fail(codeAuth, "the server takes no password on this connection")
	default:
		err = s.client.Login(in.User, settings.ReceiveSecret).Wait()
	}
	if err != nil {
		return refusedAuth(err)
	}
	s.canIdle = s.client.Caps().Has(imap.CapIdle) || s.client.Caps().Has(imap.CapIMAP4rev2)
	return nil
}

// refusedAuth tells a refusal to sign in from a server that is out of order (RFC 5530: UNAVAILABLE, INUSE, LIMIT, SERVERBUG).
func refusedAuth(err error) error {
	var status *imap.Error
	if !errors.As(err, &status) {
		return failure(codeProtocol, "sign in", err)
	}
	code := codeAuth
	switch status.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug:
		code = codeOther
	case imap.ResponseCodePrivacyRequired:
		code = codeTLS
	}
	return &Failure{Code: code, Detail: clip(status.Text), Err: err}
}

func (s *session) signInByToken(ctx context.Context, user string, source channel.TokenSource, caps imap.CapSet) error {
	if source == nil {
		return fail(codeOAuth, "the authorisation is missing")
	}
	if !caps.Has(imap.AuthCap("XOAUTH2")) {
		return fail(codeOAuth, "the server does not offer XOAUTH2")
	}
	token, err := source(ctx)
	if err != nil {
		return failure(codeOAuth, "get an access token", err)
	}
	mechanism := &xoauth2{user: user, token: token}
	err = s.client.Authenticate(mechanism)
	var status *imap.Error
	if !errors.As(err, &status) {
		return err
	}
	// The next connection needs another token; if there is none, that is the better explanation.
	if _, again := source(refused(ctx, token)); again != nil {
		return failure(codeOAuth, "get an access token", again)
	}
	return &Failure{Code: codeOAuth, Detail: clip(said(err) + " " + mechanism.refusal), Err: err}
}

func (s *session) openFolder(folder string) error {
	if folder == "" {
		folder = "INBOX"
	}
	data, err := s.client.Select(folder, nil).Wait()
	if err != nil {
		var status *imap.Error
		if errors.As(err, &status) {
			return failure(codeFolder, "open folder "+folder, err)
		}
		return failure(codeProtocol, "open folder "+folder, err)
	}
	s.validity, s.newest = data.UIDValidity, unknownNewest
	if data.UIDNext > 0 {
		s.newest = uint32(data.UIDNext) - 1
	}
	// RFC 3501 7.1: where the server doesn't say, all flags can be changed.
	s.canMark = len(data.PermanentFlags) == 0 || slices.Contains(data.PermanentFlags, imap.FlagSeen)
	return nil
}

// watch cuts a connection whose server leaves a command unanswered for longer than limit. While we are the ones who are slow, nothing
// happens.
func (s *session) watch(limit time.Duration) {
	tick := time.NewTicker(max(limit/8, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.client.Closed():
			return
		case <-tick.C:
			asked := time.Since(time.Unix(0, s.since.Load()))
			if s.pending.Load() > 0 && min(asked, s.wire.waiting()) > limit {
				s.stalled.Store(true)
				s.wire.Close() // fails whatever waits
				return
			}
		}
	}
}

// busy marks that an answer is awaited, until the function that it returns is called.
func (s *session) busy() func() {
	if s.pending.Add(1) == 1 {
		s.since.Store(time.Now().UnixNano())
	}
	return func() { s.pending.Add(-1) }
}

// broke finds the cause of a failed command.
func (s *session) broke(doing string, err error) error {
	if err == nil {
		return nil
	}
	if s.stalled.Load() {
		return errStalled
	}
	return failure(codeProtocol, doing, err)
}

// abandon ends a connection on which a literal broke off. The library's reader of it may be used again only when its decoder has ended: until then,
// both would read from the same buffer.
func (s *session) abandon() {
	s.wire.Close() // broken anyway
	<-s.client.Closed()
}

func (s *session) close() {
	close(s.stop)
	s.wire.Close()   // first, so that nothing blocks on it
	s.client.Close() // waits for the decoder; its error is the cut itself
	s.ended.Wait()
}

// unknownNewest counts every mail as having been there.
const unknownNewest = ^uint32(0)

// newer lists the UIDs above mark, ascending. A server answers "n:*" with its newest mail even where that is older (RFC 3501 6.4.8).
func (s *session) newer(mark uint32) ([]uint32, error) {
	if mark == ^uint32(0) {
		return nil, nil
	}
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(mark + 1), Stop: 0}}}}
	return s.search(criteria, mark)
}

// cameSince lists the UIDs of what the server received at a time or later, ascending, and of some that came less than two days before: it compares
// days of a zone of its own (RFC 3501 6.4.4), and clocks are at most 14 hours from UTC.
func (s *session) cameSince(t time.Time) ([]uint32, error) {
	return s.search(&imap.SearchCriteria{Since: t.UTC().Add(-14 * time.Hour)}, 0)
}

// search lists the UIDs above one of the mails that fit, ascending.
func (s *session) search(criteria *imap.SearchCriteria, above uint32) ([]uint32, error) {
	defer s.busy()()
	data, err := s.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, s.broke("look for new mail", err)
	}
	set, ok := data.All.(imap.UIDSet)
	if !ok || set.Dynamic() {
		return nil, fail(codeProtocol, "the server answered a search with %v", data.All)
	}
	var uids []uint32
	for _, span := range set {
		for uid := span.Start; ; uid++ {
			if uint32(uid) > above {
				uids = append(uids, uint32(uid))
			}
			if uid >= span.Stop || len(uids) >= mostListed {
				break
			}
		}
		if len(uids) >= mostListed {
			break
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// mostListed bounds one look at a folder; the rest is found by the next look.
const mostListed = 1 << 20

// await waits for news of the folder, at most for the given time. It renews IDLE by ending it: whoever called looks at the folder and comes
// back. Servers without IDLE are asked with NOOP.
func (s *session) await(ctx context.Context, renew, poll time.Duration) error {
	if !s.canIdle {
		if err := rest(ctx, s, min(renew, poll)); err != nil {
			return err
		}
		defer s.busy()()
		return s.broke("ask for news", s.client.Noop().Wait())
	}
	done := s.busy()
	idle, err := s.client.Idle()
	done()
	if err != nil {
		return s.broke("wait for mail", err)
	}
	resting := rest(ctx, s, renew)
	done = s.busy()
	defer done()
	if err := idle.Close(); err != nil && resting == nil {
		return s.broke("wait for mail", err)
	}
	if err := idle.Wait(); err != nil && resting == nil {
		return s.broke("wait for mail", err)
	}
	return resting
}

// rest ends with news, with the connection, with ctx or after d.
func rest(ctx context.Context, s *session, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.client.Closed():
		return fail(codeProtocol, "the server closed the connection")
	case <-s.news:
	case <-timer.C:
	}
	return nil
}
