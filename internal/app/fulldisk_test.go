package app

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"golang.org/x/sys/unix"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/platform/db/dbtest"
)

// TestAFullDiskLosesNothingAndIsOverWhenThereIsSpace fills the data folder with mail: what does not fit is put off, what was acknowledged stays, and the
// program goes on by itself once there is space.
func TestAFullDiskLosesNothingAndIsOverWhenThereIsSpace(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("a small disk cannot be mounted, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount the small disk: %v", err)
		}
	})
	c := Config{Data: folder, Logger: dbtest.Logger(t), SMTPListen: mailtest.FreeAddress(t)}
	r := start(t, c)
	r.settle()
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	b := box(sink, desk.Receive{Method: "smtp"})
	b["acknowledge"] = false
	r.do("POST", "/inboxes", b, nil)

	letter := func(n int) error {
		from := fmt.Sprintf("a%d@customer.example", n)
		return r.deliver(c.SMTPListen, from, "support@shop.example", fmt.Sprintf("From: %s\nTo: support@shop.example\nSubject: Letter %d\nMessage-ID: <full%d@customer.example>\n\n%s",
			from, n, n, strings.Repeat(fmt.Sprintf("%d the order is late and here is why\n", n), 5000)))
	}
	dbtest.Eventually(t, "the receiver takes mail", func() bool { return letter(0) == nil })
	taken, putOff := 1, 0
	for n := 1; putOff < 5; n++ {
		if n > 500 {
			t.Fatalf("%d mails fitted on the small disk", taken)
		}
		err := letter(n)
		var answer *smtp.SMTPError
		switch {
		case err == nil:
			taken++
		case errors.As(err, &answer) && answer.Temporary():
			putOff++
		default:
			t.Fatalf("mail %d on a full disk: %v, want it put off", n, err)
		}
	}
	r.rows("all") // the desk is read as before
	if err := unix.Mount("tmpfs", folder, "tmpfs", unix.MS_REMOUNT, "size=256m"); err != nil {
		t.Fatal(err)
	}
	dbtest.Eventually(t, "mail is taken again", func() bool { return letter(1000) == nil })
	taken++
	dbtest.Eventually(t, "every mail that was acknowledged is a conversation", func() bool {
		dbtest.Exec(t, r.app.DB, `UPDATE job SET run_at = 0 WHERE state = 'ready'`) // what failed tries again later; the test need not wait for that
		r.app.Workers.Wake()
		return len(r.rows("all&limit=100"))+len(r.rows("spam&limit=100")) >= taken
	})
	if got := len(r.rows("all&limit=100")) + len(r.rows("spam&limit=100")); got != taken {
		t.Errorf("%d conversations of %d mails", got, taken)
	}
}
