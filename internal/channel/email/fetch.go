package email

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"tellus/internal/channel"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
)

const (
	batchSize    = 64        // mails in one FETCH
	acceptAtOnce = 16        // calls of accept at the same time
	inMemory     = 256 << 10 // larger mails are handed over while they arrive, one at a time
	longestPause = 30 * time.Second
)

// reader fetches what a folder holds above the mark.
type reader struct {
	conn    *conn
	session *session
	accept  channel.Accept
	first   mark // as it was when the connection began; its place and dates hold throughout
	mark    mark
	slots   chan struct{} // bounds the calls of accept at the same time

	background sync.WaitGroup // commands whose answer nobody waits for
	problem    desk.Problem   // why mails are refused, or could not be marked
	barren     int            // batches in a row of which nothing was kept
}

// batch is one FETCH under way.
type batch struct {
	uids []uint32 // ascending
	err  error    // of the command, once done is closed
	done chan struct{}

	mu      sync.Mutex
	kept    []uint32
	passed  []uint32 // left alone: older than what is asked for
	refused []uint32
	why     error           // of the last one refused
	settled map[uint32]bool // those that are in kept, passed or refused
	hollow  map[uint32]bool // those that the server spoke of without giving them
}

// suspect is the mail at which the connection broke, and how often.
type suspect struct {
	uid    uint32
	breaks int
}

var errHollow = errors.New("the server gave no body")

const mostBreaks = 3 // then a mail that breaks the connection is put aside

// catchUp fetches everything above the mark and the refused mails that are due.
func (r *reader) catchUp(ctx context.Context) error {
	uids, err := r.session.newer(r.mark.UID)
	if err != nil {
		return err
	}
	if len(uids) > batchSize {
		r.conn.log.InfoContext(ctx, "catching up with the folder", "mails", len(uids))
		r.conn.report(func(h *desk.Health) { h.Backlog = len(uids) + len(r.mark.Refused) })
	}
	if err := r.fetchAll(ctx, uids); err != nil {
		return err
	}
	due := r.conn.dueRefused(r.mark, time.Now())
	if len(due) == 0 {
		return nil
	}
	b := r.begin(ctx, due, false)
	<-b.done
	return r.settle(ctx, b, 0)
}

// fetchAll keeps two batches in flight, so that the server has always something to do, and settles them in order: the mark moves only over
// what was kept.
func (r *reader) fetchAll(ctx context.Context, uids []uint32) error {
	left := len(uids)
	var flying []*batch
	defer func() {
		if len(flying) == 0 {
			return
		}
		r.session.wire.Close() // we left early: let go of what is in flight
		for _, b := range flying {
			<-b.done
		}
	}()
	for len(uids) > 0 || len(flying) > 0 {
		for len(uids) > 0 && len(flying) < 2 {
			next, plain := r.conn.portion(uids)
			uids = uids[len(next):]
			flying = append(flying, r.begin(ctx, next, plain))
			if plain || len(next) < batchSize {
				break // a suspect is looked at alone
			}
		}
		b := flying[0]
		<-b.done
		flying = flying[1:]
		if err := r.settle(ctx, b, left); err != nil {
			return err
		}
		left -= len(b.uids)
	}
	return nil
}

// portion is what to fetch next: a batch, but a mail at which the connection broke before is asked for alone, and then without anything that a
// server may have to compute.
func (c *conn) portion(uids []uint32) (next []uint32, plain bool) {
	if c.suspect.breaks > 0 {
		if uids[0] == c.suspect.uid {
			return uids[:1], c.suspect.breaks > 1
		}
		if at := slices.Index(uids[:min(len(uids), batchSize)], c.suspect.uid); at > 0 {
			return uids[:at], false
		}
	}
	return uids[:min(len(uids), batchSize)], false
}

// begin sends a FETCH and reads its answers in the background until b.done is closed.
func (r *reader) begin(ctx context.Context, uids []uint32, plain bool) *batch {
	b := &batch{uids: uids, done: make(chan struct{}), settled: map[uint32]bool{}, hollow: map[uint32]bool{}}
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	answered := r.session.busy()
	cmd := r.session.client.Fetch(set, &imap.FetchOptions{
		UID:          true,
		Flags:        !plain,
		InternalDate: !plain,
		BodySection:  []*imap.FetchItemBodySection{{Peek: true}},
	})
	go func() {
		defer close(b.done)
		var accepting sync.WaitGroup
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			r.take(ctx, b, msg, &accepting)
		}
		err := cmd.Close()
		answered()
		accepting.Wait()
		b.err = err
	}()
	return b
}

// take hands one mail to accept: small ones in the background, large ones while they arrive.
func (r *reader) take(ctx context.Context, b *batch, msg *imapclient.FetchMessageData, accepting *sync.WaitGroup) {
	var (
		uid   uint32
		a     = channel.Arrival{Inbox: r.conn.inbox()}
		flags []imap.Flag
		given bool
	)
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataInternalDate:
			a.ReceivedAt = item.Time.UTC()
		case imapclient.FetchItemDataFlags:
			flags = item.Flags
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || uid == 0 {
				continue
			}
			body := &exactly{r: item.Literal, left: item.Literal.Size()}
			given = true
			if r.first.tooOld(uid, a.ReceivedAt) {
				b.pass(uid)
				continue // the library skips the body
			}
			a.SourceID = fmt.Sprintf("%s/%d/%d", r.first.Place, r.session.validity, uid)
			// RFC 3501 leaves the order of items to the server; ours asks for the body last, and flags that come later are not awaited.
			a.Envelope.Flags = keywords(flags)
			if a.ReceivedAt.IsZero() {
				a.ReceivedAt = time.Now().UTC()
			}
			r.keep(ctx, b, uid, a, body, accepting)
		}
	}
	if uid != 0 && !given {
		b.mu.Lock()
		b.hollow[uid] = true
		b.mu.Unlock()
	}
}

func (r *reader) keep(ctx context.Context, b *batch, uid uint32, a channel.Arrival, body *exactly, accepting *sync.WaitGroup) {
	whole := body.left <= inMemory
	var start []byte
	var err error
	if whole {
		start, err = io.ReadAll(body)
	} else {
		start = make([]byte, inMemory)
		_, err = io.ReadFull(body, start)
	}
	if err != nil {
		r.session.abandon() // the mail comes again
		return
	}
	header := verdict.Header(start)
	flags := a.Envelope.Flags
	a.Envelope = deliveredWith(header)
	a.Envelope.Flags, a.Envelope.Verdicts = flags, verdict.FromHeaders(header, "")
	if !whole {
		a.Body = io.MultiReader(bytes.NewReader(start), body)
		r.acceptOne(ctx, b, uid, a, body)
		return
	}
	a.Body = bytes.NewReader(start)
	r.slots <- struct{}{}
	accepting.Go(func() {
		defer func() { <-r.slots }()
		r.acceptOne(ctx, b, uid, a, body)
	})
}

func (r *reader) acceptOne(ctx context.Context, b *batch, uid uint32, a channel.Arrival, body *exactly) {
	err := r.accept(ctx, a)
	if body.broken() {
		r.session.abandon() // while accept was reading: whatever it says, the mail is not whole
		return
	}
	if ctx.Err() != nil && err != nil {
		return // we are being stopped; that says nothing about the mail
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled[uid] = true
	if err != nil {
		b.refused = append(b.refused, uid)
		b.why = err
		r.conn.log.WarnContext(ctx, "mail could not be kept; it is tried again later", "source", a.SourceID, "error", err)
		return
	}
	b.kept = append(b.kept, uid)
}

// settle moves the mark over a batch. left is how many mails wait, those of the batch included.
func (r *reader) settle(ctx context.Context, b *batch, left int) error {
	c := r.conn
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var status *imap.Error
	if b.err != nil && !errors.As(b.err, &status) {
		c.brokeAt(ctx, b, r)
		return r.session.broke("fetch mail", b.err)
	}
	if slices.Contains(b.uids, c.suspect.uid) {
		c.suspect = suspect{}
	}
	// A server that says NO could not give some of them (Gmail does so); with OK, what is missing was deleted meanwhile.
	// What it spoke of without giving it is there still: NIL for a body, or flags that another session changed.
	var gone []uint32
	for _, uid := range b.missing() {
		if b.err == nil && !b.hollow[uid] {
			gone = append(gone, uid)
			continue
		}
		c.log.WarnContext(ctx, "server did not give a mail; it is asked for again later", "uid", uid, "error", b.err)
		b.refused = append(b.refused, uid)
		b.why = cmp.Or(b.err, errHollow)
	}
	now := time.Now()
	for _, uid := range b.refused {
		c.postpone(uid, now)
	}
	settled := slices.Concat(b.kept, b.passed, gone)
	for _, uid := range settled {
		delete(c.retry, uid)
	}
	next := r.mark.with(b.uids[len(b.uids)-1], b.refused, settled)
	if len(next.Refused) > mostRefused {
		return failure(codeOther, "too many mails could not be kept", b.why)
	}
	if err := c.saveMark(ctx, next); err != nil {
		return err
	}
	r.mark = next
	r.markSeen(ctx, b.kept)
	return r.note(ctx, b, left-len(b.uids))
}

// note reports how it goes, and takes a rest where the store keeps nothing at all.
func (r *reader) note(ctx context.Context, b *batch, left int) error {
	now := desk.At(time.Now())
	switch {
	case len(b.kept) > 0:
		r.barren = 0
	case len(b.refused) > 0:
		r.barren++
	}
	switch {
	case len(b.refused) > 0:
		r.problem = ProblemOf(failure(codeOther, "keep mail", b.why), now)
	case len(r.mark.Refused) == 0:
		r.problem = desk.Problem{}
	}
	r.conn.report(func(h *desk.Health) {
		h.State, h.LastContact = "ok", now
		h.Backlog = max(left, 0) + len(r.mark.Refused)
		h.Problem = r.problem
		if len(b.kept) > 0 {
			h.LastMail = now
		}
		if r.barren > 0 {
			h.State = "failing"
		}
	})
	if r.barren == 0 || left <= 0 {
		return nil
	}
	return rest(ctx, &session{client: r.session.client}, min(time.Second<<min(r.barren-1, 5), longestPause))
}

// brokeAt remembers at which mail the connection broke. One that breaks it again and again is put aside, so that the others pass.
func (c *conn) brokeAt(ctx context.Context, b *batch, r *reader) {
	missing := b.missing()
	if len(missing) == 0 {
		return
	}
	uid := missing[0]
	if c.suspect.uid != uid {
		c.suspect = suspect{uid: uid}
	}
	c.suspect.breaks++
	if c.suspect.breaks < mostBreaks {
		return
	}
	c.log.WarnContext(ctx, "connection breaks at this mail; it is put aside", "uid", uid)
	c.suspect = suspect{}
	c.retry[uid] = retry{at: time.Now().Add(longestRetry), wait: longestRetry}
	refused := []uint32{uid}
	for _, other := range b.refused {
		if other < uid {
			refused = append(refused, other)
			c.postpone(other, time.Now())
		}
	}
	next := r.mark.with(uid, refused, nil)
	if err := c.saveMark(ctx, next); err != nil {
		c.log.ErrorContext(ctx, "mark could not be saved", "error", err)
	}
}

// pass leaves a mail alone.
func (b *batch) pass(uid uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled[uid] = true
	b.passed = append(b.passed, uid)
}

// missing are the mails of which nothing came, ascending.
func (b *batch) missing() []uint32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	var missing []uint32
	for _, uid := range b.uids {
		if !b.settled[uid] {
			missing = append(missing, uid)
		}
	}
	return missing
}

// markSeen sets \Seen. Nobody waits for it: the mark is what counts, the flag is for people who look into the mailbox.
func (r *reader) markSeen(ctx context.Context, uids []uint32) {
	if len(uids) == 0 || !r.session.canMark {
		return
	}
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	answered := r.session.busy()
	cmd := r.session.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil)
	r.background.Go(func() {
		defer answered()
		if err := cmd.Close(); err != nil && ctx.Err() == nil {
			r.conn.log.WarnContext(ctx, "mails could not be marked as seen", "mails", len(uids), "error", err)
		}
	})
}

// keywords are flags other than the system's, such as $Junk.
func keywords(flags []imap.Flag) []string {
	var words []string
	for _, f := range flags {
		if len(f) > 0 && f[0] != '\\' {
			words = append(words, string(f))
		}
	}
	return words
}

// exactly reads a known number of bytes and says io.ErrUnexpectedEOF where they end early: the IMAP library's literals end with io.EOF even
// where the connection broke.
type exactly struct {
	r    io.Reader
	mu   sync.Mutex
	left int64
	err  error
}

func (e *exactly) Read(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return 0, e.err
	}
	if e.left == 0 {
		return 0, io.EOF
	}
	if int64(len(b)) > e.left {
		b = b[:e.left]
	}
	n, err := e.r.Read(b)
	e.left -= int64(n)
	if err != nil && e.left > 0 {
		e.err = err
		if errors.Is(err, io.EOF) {
			e.err = io.ErrUnexpectedEOF
		}
		return n, e.err
	}
	return n, nil
}

// broken reports whether the bytes ended early.
func (e *exactly) broken() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err != nil
}
