package app

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// TestMailIsOnDiskBeforeItIsAcknowledged traces the system calls of the real program while it takes a mail by SMTP: between the last byte of the
// mail and the answer 250 the database's log is synced.
func TestMailIsOnDiskBeforeItIsAcknowledged(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Data: t.TempDir(), Listen: mailtest.FreeAddress(t)}
	smtpAt := mailtest.FreeAddress(t)
	a, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := a.Inboxes.Create(t.Context(), tx, desk.System, inbox.Edit{Name: "Support", Address: "support@shop.example", Language: "en", Active: true,
			Receive: desk.Receive{Method: "smtp"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "--seccomp-bpf", "-y", "-s", "2000", "-o", trace, "-e", "trace=fsync,fdatasync,read,write",
		binary, "serve", "--data", config.Data, "--listen", config.Listen, "--smtp-listen", smtpAt)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // strace would keep a signal to itself
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) // it may have ended
		select {
		case <-over:
		case <-time.After(dbtest.Patience):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // as above
			<-over
		}
	})
	for end := time.Now().Add(dbtest.Patience); ; <-time.After(20 * time.Millisecond) {
		c, err := net.Dial("tcp", smtpAt)
		if err == nil {
			c.Close() // only asked whether it listens
			break
		}
		select {
		case err := <-over:
			over <- err
			t.Skipf("strace may not trace here: %v", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("the program does not take mail")
		}
	}
	mail := "From: ann@customer.example\r\nTo: support@shop.example\r\nSubject: Sync\r\nMessage-ID: <sync@customer.example>\r\n\r\n" + lastLine + "\r\n"
	if err := sendMail(smtpAt, "ann@customer.example", "support@shop.example", mail); err != nil {
		t.Fatal(err)
	}
	// strace writes a line when its call returns: the answer that we have read may still be on its way into the file.
	var found string
	for end := time.Now().Add(dbtest.Patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		data, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		calls, done := between(string(data))
		if !done {
			continue
		}
		if synced(calls) {
			return
		}
		found = strings.Join(calls, "\n")
		break
	}
	t.Errorf("no sync of the database's log between the mail's last byte and 250:\n%s", found)
}

const lastLine = "the last line of this mail"

var (
	// endOfData is the read that brought the end of the mail.
	endOfData = regexp.MustCompile(`read.*` + lastLine + `.*\\r\\n\.\\r\\n"`)
	answered  = regexp.MustCompile(`write\(.*"250 2\.0\.0`)
	syncOf    = regexp.MustCompile(`(fsync|fdatasync)\(\d+<[^>]*tellus\.db-wal>\)\s+= 0`)
	syncBegun = regexp.MustCompile(`^(\d+)\s+(fsync|fdatasync)\(\d+<[^>]*tellus\.db-wal>.*unfinished`)
	syncEnded = regexp.MustCompile(`^(\d+)\s+<\.\.\. (fsync|fdatasync) resumed>.*= 0`)
)

// between returns the calls between the end of the mail and its answer; done is false where the answer is not there yet.
func between(trace string) (calls []string, done bool) {
	within := false
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		switch {
		case !within:
			within = endOfData.MatchString(line)
		case answered.MatchString(line):
			return calls, true
		default:
			calls = append(calls, line)
		}
	}
	return calls, false
}

// synced reports whether the write-ahead log was synced from beginning to end within the calls.
func synced(calls []string) bool {
	begun := map[string]bool{}
	for _, c := range calls {
		if syncOf.MatchString(c) {
			return true
		}
		if m := syncBegun.FindStringSubmatch(c); m != nil {
			begun[m[1]] = true
		}
		if m := syncEnded.FindStringSubmatch(c); m != nil && begun[m[1]] {
			return true
		}
	}
	return false
}

// TestASyncIsToldFromItsLack keeps the reading of traces honest.
func TestASyncIsToldFromItsLack(t *testing.T) {
	t.Parallel()
	const begin, end = `7 read(9<TCP:[1]>, "x ` + lastLine + `\r\n.\r\n", 4096) = 30` + "\n", `7 write(9<TCP:[1]>, "250 2.0.0 OK\r\n", 14) = 14` + "\n"
	for trace, want := range map[string]bool{
		begin + "8 fdatasync(5</d/tellus.db-wal>) = 0\n" + end:                                                 true,
		begin + "8 fsync(5</d/tellus.db-wal> <unfinished ...>\n8 <... fsync resumed>)             = 0\n" + end: true,
		begin + end: false,
		"8 fsync(5</d/tellus.db-wal>) = 0\n" + begin + end:                                                          false,
		begin + end + "8 fsync(5</d/tellus.db-wal>) = 0\n":                                                          false,
		begin + "8 fsync(5</d/other>) = 0\n" + end:                                                                  false,
		begin + "8 fsync(5</d/tellus.db-wal> <unfinished ...>\n" + end + "8 <... fsync resumed>)             = 0\n": false,
		"8 fsync(5</d/tellus.db-wal> <unfinished ...>\n" + begin + "8 <... fsync resumed>)             = 0\n" + end: false,
	} {
		calls, done := between(trace)
		if got := done && synced(calls); got != want {
			t.Errorf("synced = %v, want %v in\n%s", got, want, trace)
		}
	}
}
