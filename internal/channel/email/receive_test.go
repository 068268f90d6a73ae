package email_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryMailOfAFullMailboxArrivesOnceAndIsMarkedSeen(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	var mails []string
	for n := range 500 {
		mails = append(mails, mailOf(n))
	}
	mails[17] = "\x00\xff\xfe no header at all \x80\x81" // broken
	mails[18] = ""                                       // empty
	mails[19] = "Subject: mail 19\r\n\r\n" + strings.Repeat("a long line of a large mail ", 40_000) + "\r\n"
	d.Drop(t, mails...)
	s, state := newStore(), newMemory()
	stop := supervised(t, &email.Driver{}, settingsFor(d), state, s)
	all := s.await(t, 500)
	found := subjects(all)
	for n := range 500 {
		if n == 17 || n == 18 {
			continue
		}
		if found[fmt.Sprintf("mail %d", n)] != 1 {
			t.Errorf("mail %d arrived %d times, want once", n, found[fmt.Sprintf("mail %d", n)])
		}
	}
	broken := 0
	for _, a := range all {
		if strings.Contains(a.Raw, "no header at all") {
			broken++
		}
		if strings.HasPrefix(a.Raw, "Subject: mail 19\r\n") && len(a.Raw) < 1_000_000 {
			t.Errorf("the large mail has %d bytes", len(a.Raw))
		}
		if a.Inbox != 7 || !strings.Contains(a.SourceID, "/") || a.ReceivedAt.IsZero() {
			t.Errorf("arrival %+v lacks inbox, source or time", a.Arrival)
		}
	}
	if broken != 1 {
		t.Errorf("the broken mail arrived %d times, want once", broken)
	}
	state.await(t, "no backlog", func(h desk.Health) bool { return h.State == "ok" && h.Backlog == 0 && !h.LastMail.IsZero() })
	c := d.Client(t)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatalf("select: %v", err)
	}
	eventually(t, "all mails are seen", func() bool {
		unseen, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
		return err == nil && len(unseen.AllUIDs()) == 0
	})

	// A second start reads nothing again.
	stop()
	again := newStore()
	supervised(t, &email.Driver{}, settingsFor(d), state, again)
	d.Drop(t, mailOf(1000))
	got := again.await(t, 1)
	if len(got) != 1 || subjects(got)["mail 1000"] != 1 {
		t.Errorf("after a restart %d mails arrived: %v; want the new one only", len(got), subjects(got))
	}
}

func TestManyMailsAreAcceptedAtTheSameTime(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	for n := range 40 {
		d.Drop(t, mailOf(n))
	}
	s := newStore()
	s.delay = make(chan struct{})
	supervised(t, &email.Driver{}, settingsFor(d), newMemory(), s)
	eventually(t, "16 mails are being accepted", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.active == 16
	})
	close(s.delay)
	s.await(t, 40)
	if s.most != 16 {
		t.Errorf("up to %d mails were accepted at the same time, want 16", s.most)
	}
}

// TestANewMailIsNoticedAtOnce leaves nothing but IDLE to notice it by, or nothing but asking.
func TestANewMailIsNoticedAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options mailtest.DovecotOptions
		poll    time.Duration
	}{
		"by IDLE": {mailtest.DovecotOptions{}, time.Hour},
		"by NOOP": {mailtest.DovecotOptions{WithoutIdle: true}, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mailtest.StartDovecot(t, test.options)
			s, state := newStore(), newMemory()
			supervised(t, &email.Driver{Poll: test.poll}, settingsFor(d), state, s)
			state.await(t, "an open folder", func(h desk.Health) bool { return h.State == "ok" })
			c := d.Client(t)
			for n := range 3 {
				d.Append(t, c, "INBOX", mailOf(n))
				s.await(t, n+1)
			}
		})
	}
}

func TestAConnectionCutInTheMiddleLosesNothing(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	proxy := mailtest.StartProxy(t, fmt.Sprintf("%s:%d", d.Host, d.Port))
	var mails []string
	for n := range 200 {
		body := ""
		if n%50 == 20 {
			body = strings.Repeat(fmt.Sprintf("line of mail %d\r\n", n), 40_000) // larger than what is read into memory
		}
		mails = append(mails, mailOf(n)+body)
	}
	d.Drop(t, mails...)
	settings := settingsFor(d)
	settings.Inbox.Receive.Port = proxy.Port
	proxy.CutAfter(30_000)
	s, state := newStore(), newMemory()
	cuts := 0
	s.refusing(func(arrival) error {
		if cuts < 3 && len(s.order) > 0 && len(s.order)%20 == 0 {
			cuts++
			proxy.CutAfter(150_000) // somewhere within what comes next
		}
		return nil
	})
	supervised(t, &email.Driver{}, settings, state, s)
	all := s.await(t, 200)
	found := subjects(all)
	for n := range 200 {
		if found[fmt.Sprintf("mail %d", n)] != 1 {
			t.Errorf("mail %d was kept %d times, want once", n, found[fmt.Sprintf("mail %d", n)])
		}
	}
	for _, a := range all {
		for n := 20; n < 200; n += 50 {
			if strings.Contains(a.Raw, fmt.Sprintf("Subject: mail %d\r\n", n)) && strings.Count(a.Raw, "line of mail") != 40_000 {
				t.Errorf("mail %d was kept with %d lines of 40000", n, strings.Count(a.Raw, "line of mail"))
			}
		}
	}
	if proxy.Connections() < 3 {
		t.Errorf("%d connections were made: nothing was cut", proxy.Connections())
	}
}

func TestAServerThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	proxy := mailtest.StartProxy(t, fmt.Sprintf("%s:%d", d.Host, d.Port))
	settings := settingsFor(d)
	settings.Inbox.Receive.Port = proxy.Port
	s, state := newStore(), newMemory()
	supervised(t, &email.Driver{Renew: 100 * time.Millisecond, Stall: 300 * time.Millisecond}, settings, state, s)
	state.await(t, "an open folder", func(h desk.Health) bool { return h.State == "ok" })
	proxy.Silence(true)
	h := state.await(t, "a failure", func(h desk.Health) bool { return h.State == "failing" })
	if h.Problem.Code != "timeout" || h.NextTry.IsZero() {
		t.Errorf("health %+v, want a timeout and the next try", h)
	}
	proxy.Silence(false)
	d.Drop(t, mailOf(1))
	s.await(t, 1)
}

func TestARefusedMailIsTriedAgainAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	for n := range 10 {
		d.Drop(t, mailOf(n))
	}
	s, state := newStore(), newMemory()
	refused := 0
	s.refusing(func(a arrival) error {
		if strings.Contains(a.Raw, "Subject: mail 4\r\n") && refused < 2 {
			refused++
			return errors.New("no room")
		}
		return nil
	})
	supervised(t, &email.Driver{RetryRefused: 50 * time.Millisecond}, settingsFor(d), state, s)
	all := s.await(t, 10)
	if refused != 2 {
		t.Errorf("the mail was refused %d times, want 2", refused)
	}
	if last := all[len(all)-1]; !strings.Contains(last.Raw, "Subject: mail 4\r\n") {
		t.Errorf("the refused mail was not the last one")
	}
	state.await(t, "no problem", func(h desk.Health) bool { return h.State == "ok" && h.Backlog == 0 && h.Problem.Code == "" })
	if strings.Contains(state.kept(), "refused") {
		t.Errorf("the mark is %s, want nothing refused", state.kept())
	}
}

func TestFlagsThatOthersChangeMeanwhileHideNoMail(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	var mails []string
	for n := range 300 {
		mails = append(mails, mailOf(n))
	}
	d.Drop(t, mails...)
	c := d.Client(t)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatalf("select: %v", err)
	}
	s, state := newStore(), newMemory()
	// Each mail is kept only after all flags have changed once more.
	var changing sync.Mutex
	flag, changes := imap.StoreFlagsAdd, 0
	s.refusing(func(arrival) error {
		changing.Lock()
		defer changing.Unlock()
		if changes++; changes%10 != 0 {
			return nil
		}
		if err := c.Store(imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}, &imap.StoreFlags{Op: flag, Silent: true, Flags: []imap.Flag{imap.FlagFlagged}}, nil).Close(); err != nil {
			t.Errorf("change flags: %v", err)
		}
		flag = map[imap.StoreFlagsOp]imap.StoreFlagsOp{imap.StoreFlagsAdd: imap.StoreFlagsDel, imap.StoreFlagsDel: imap.StoreFlagsAdd}[flag]
		return nil
	})
	supervised(t, &email.Driver{RetryRefused: 50 * time.Millisecond}, settingsFor(d), state, s)
	found := subjects(s.await(t, 300))
	for n := range 300 {
		if found[fmt.Sprintf("mail %d", n)] != 1 {
			t.Errorf("mail %d was kept %d times, want once", n, found[fmt.Sprintf("mail %d", n)])
		}
	}
}

func TestAMailAtWhichTheConnectionBreaksIsPutAside(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	proxy := mailtest.StartProxy(t, fmt.Sprintf("%s:%d", d.Host, d.Port))
	settings := settingsFor(d)
	settings.Inbox.Receive.Port = proxy.Port
	for n := range 20 {
		d.Drop(t, mailOf(n))
	}
	proxy.CutOn("Where is order 12?")
	s, state := newStore(), newMemory()
	supervised(t, &email.Driver{}, settings, state, s)
	all := s.await(t, 19)
	if found := subjects(all); found["mail 12"] != 0 || found["mail 19"] != 1 {
		t.Errorf("got %v, want all but mail 12", found)
	}
	h := state.await(t, "one mail to wait", func(h desk.Health) bool { return h.State == "ok" && h.Backlog == 1 })
	if !strings.Contains(state.kept(), "refused") {
		t.Errorf("health %+v, mark %s: want mail 12 noted", h, state.kept())
	}
	// What comes later is not held up.
	d.Drop(t, mailOf(100))
	s.await(t, 20)
}

func TestTheEnvelopeIsWhatTheDeliveringServerWrote(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	c := d.Client(t)
	mail := "Return-Path: <>\r\nDelivered-To: help@example.test\r\nReceived: from a by mx.example.test; today\r\n" +
		"Authentication-Results: mx.example.test; dmarc=fail header.from=bank.test\r\nReturn-Path: <forged@bank.test>\r\n" +
		"Delivered-To: forged@example.test\r\n" + mailOf(1)
	d.Append(t, c, "INBOX", mail)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatalf("select: %v", err)
	}
	if err := c.Store(imap.SeqSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagJunk}}, nil).Close(); err != nil {
		t.Fatalf("mark as junk: %v", err)
	}
	s := newStore()
	supervised(t, &email.Driver{}, settingsFor(d), newMemory(), s)
	got := s.await(t, 1)[0].Envelope
	want := channel.Envelope{
		NullSender: true, To: []string{"help@example.test"}, Flags: []string{"$Junk"},
		Verdicts: &desk.Verdicts{DMARC: "fail", From: "bank.test"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
}

func TestAFolderWithANewIdentityIsReadOnceMore(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	c := d.Client(t)
	if err := c.Create("Support", nil).Wait(); err != nil {
		t.Fatalf("create: %v", err)
	}
	for n := range 5 {
		d.Append(t, c, "Support", mailOf(n))
	}
	settings := settingsFor(d)
	settings.Inbox.Receive.Folder = "Support"
	s, state := newStore(), newMemory()
	supervised(t, &email.Driver{}, settings, state, s)
	s.await(t, 5)

	if err := c.Delete("Support").Wait(); err != nil {
		t.Fatalf("delete: %v", err)
	}
	h := state.await(t, "a missing folder", func(h desk.Health) bool { return h.State == "failing" && h.Problem.Code == "folder" })
	if h.Problem.Detail == "" {
		t.Errorf("the problem %+v does not say what the server said", h.Problem)
	}
	if err := c.Create("Support", nil).Wait(); err != nil {
		t.Fatalf("create again: %v", err)
	}
	for n := range 6 {
		d.Append(t, c, "Support", mailOf(n))
	}
	all := s.await(t, 11)
	if found := subjects(all); found["mail 0"] != 2 || found["mail 5"] != 1 {
		t.Errorf("got %v: want the first five twice under two identities, the sixth once", found)
	}
}

// eventually polls what has no way to tell.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func BenchmarkCatchUpWith2000Mails(b *testing.B) {
	d := mailtest.StartDovecot(b, mailtest.DovecotOptions{})
	var mails []string
	for n := range 2000 {
		mails = append(mails, mailOf(n)+strings.Repeat("A line of text in a mail of four kilobytes.\r\n", 85))
	}
	d.Drop(b, mails...)
	for b.Loop() {
		s := newStore()
		conn, err := (&email.Driver{}).Open(b.Context(), settingsFor(d), newMemory())
		if err != nil {
			b.Fatalf("Open: %v", err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- conn.Receive(ctx, s.accept) }()
		s.await(b, 2000)
		cancel()
		<-done
		conn.Close()
	}
	b.ReportMetric(2000*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
