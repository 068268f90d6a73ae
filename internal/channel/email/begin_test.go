package email_test

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel/email"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
)

// dated puts a mail into the mailbox as if the server had received it at a time.
func dated(t *testing.T, c *imapclient.Client, n int, at time.Time) {
	t.Helper()
	mail := mailOf(n)
	cmd := c.Append("INBOX", int64(len(mail)), &imap.AppendOptions{Time: at})
	if _, err := cmd.Write([]byte(mail)); err != nil {
		t.Fatalf("append: %v", err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatalf("append: %v", err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func TestOnlyMailSinceTheTimeAskedForIsTakenAtFirst(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	c := d.Client(t)
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for n, at := range []time.Time{
		noon.AddDate(-1, 0, 0), noon.Add(-time.Second), noon, // the third is in time
		noon.Add(-3 * time.Hour), // moved there by hand, between those in time
		noon.Add(time.Hour).In(time.FixedZone("", 11*3600)), noon.Add(2 * time.Hour).In(time.FixedZone("", -11*3600)),
	} {
		dated(t, c, n, at)
	}
	settings := settingsFor(d)
	settings.Inbox.Receive.Since = desk.At(noon.Add(300 * time.Millisecond))
	s, state := newStore(), newMemory()
	stop := supervised(t, &email.Driver{}, settings, state, s)
	s.await(t, 3)
	dated(t, c, 6, noon.AddDate(0, -1, 0)) // somebody moves an old mail into the folder
	if diff := cmp.Diff(map[string]int{"mail 2": 1, "mail 4": 1, "mail 5": 1, "mail 6": 1}, subjects(s.await(t, 4))); diff != "" {
		t.Fatalf("taken (-want +got):\n%s", diff)
	}
	marked := func(uid string) { // a mail is kept before the mark moves over it
		t.Helper()
		eventually(t, "the mark at "+uid, func() bool { return strings.Contains(state.kept(), `"uid":`+uid) })
	}
	marked("7")
	stop()

	again := newStore()
	dated(t, c, 7, time.Now())
	stop = supervised(t, &email.Driver{}, settings, state, again)
	if got := subjects(again.await(t, 1)); got["mail 7"] != 1 || len(got) != 1 {
		t.Fatalf("after a new start: got %v, want the new one alone", got)
	}
	marked("8")
	stop()

	settings.Inbox.Receive.Since = desk.At(noon.AddDate(0, -6, 0)) // now they want more of it
	older := newStore()
	supervised(t, &email.Driver{}, settings, state, older)
	if got := subjects(older.await(t, 7)); got["mail 0"] != 0 || got["mail 1"] != 1 || got["mail 3"] != 1 {
		t.Fatalf("from an earlier date: got %v, want all but the first", got)
	}
}

func TestFromNowOnLeavesAFullMailboxAlone(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	c := d.Client(t)
	for n := range 100 {
		dated(t, c, n, time.Now().Add(-time.Hour))
	}
	settings := settingsFor(d)
	settings.Inbox.Receive.Since = desk.At(time.Now())
	s, state := newStore(), newMemory()
	supervised(t, &email.Driver{}, settings, state, s)
	state.await(t, "a look at the folder", func(h desk.Health) bool { return h.State == "ok" })
	dated(t, c, 100, time.Now())
	if got := subjects(s.await(t, 1)); got["mail 100"] != 1 || len(got) != 1 {
		t.Errorf("got %v, want what came since", got)
	}
}

func TestAnotherMailboxIsNotTakenForTheOneThatWasRead(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	c := d.Client(t)
	for n := range 3 {
		d.Append(t, c, "INBOX", mailOf(n))
	}
	settings := settingsFor(d)
	s, state := newStore(), newMemory()
	stop := supervised(t, &email.Driver{}, settings, state, s)
	s.await(t, 3)
	stop()
	// The same server under another name stands for one whose folder has the same UIDVALIDITY: those of big providers do.
	settings.Inbox.Receive.Host = "::ffff:" + d.Host
	supervised(t, &email.Driver{}, settings, state, s)
	if got := subjects(s.await(t, 6)); got["mail 0"] != 2 {
		t.Errorf("got %v, want the mails of the other mailbox too", got)
	}
	if strings.Contains(state.kept(), d.Host) || strings.Contains(state.kept(), d.User) {
		t.Errorf("the mark %s tells where the mailbox is", state.kept())
	}
}
