package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// clamd speaks INSTREAM as clamd does: it finds what holds "EICAR", and refuses streams longer than limit.
type clamd struct {
	address string
	limit   int
	answer  func(content []byte) string
}

func startClamd(t *testing.T, answer func(content []byte) string) *clamd {
	t.Helper()
	return startClamdAt(t, "127.0.0.1:0", answer)
}

func startClamdAt(t *testing.T, at string, answer func(content []byte) string) *clamd {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	c := &clamd{address: l.Addr().String(), limit: 1 << 20, answer: answer}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.serve(conn)
		}
	}()
	t.Cleanup(func() {
		l.Close() // ends Accept
		<-done
	})
	return c
}

func (c *clamd) serve(conn net.Conn) {
	defer conn.Close() // clamd closes after each command
	_ = conn.SetDeadline(time.Now().Add(dbtest.Patience))
	r := bufio.NewReader(conn)
	if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	var content bytes.Buffer
	for {
		var n uint32
		if err := binary.Read(r, binary.BigEndian, &n); err != nil {
			return
		}
		if n == 0 {
			_, _ = io.WriteString(conn, c.answer(content.Bytes())+"\x00")
			return
		}
		if content.Len()+int(n) > c.limit {
			_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
			return
		}
		if _, err := io.CopyN(&content, r, int64(n)); err != nil {
			return
		}
	}
}

func eicar(content []byte) string {
	if bytes.Contains(content, []byte("EICAR")) {
		return "stream: Eicar-Signature FOUND"
	}
	return "stream: OK"
}

func TestClamdIsAskedByItsProtocol(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content, found, problem string
		answer                  func([]byte) string
	}{
		"clean":                {"hello", "", "", eicar},
		"empty":                {"", "", "", eicar},
		"found":                {"an EICAR file", "Eicar-Signature", "", eicar},
		"found across chunks":  {strings.Repeat("x", 64<<10-2) + "EICAR", "Eicar-Signature", "", eicar},
		"too long":             {strings.Repeat("x", 5<<20), "", "longer than the virus scanner takes|send to clamd", eicar},
		"says nothing":         {"hello", "", "no verdict", func([]byte) string { return "" }},
		"fails":                {"hello", "", "no verdict", func([]byte) string { return "stream: Can't allocate memory ERROR" }},
		"fails and says OK":    {"hello", "", "no verdict", func([]byte) string { return "something ERROR, not OK" }},
		"found without a name": {"hello", "unnamed", "", func([]byte) string { return "stream:  FOUND" }},
		"talks without end":    {"hello", "", "no verdict", func([]byte) string { return strings.Repeat("stream: OK", 1000) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startClamd(t, test.answer)
			found, err := askClamd(t.Context(), c.address, strings.NewReader(test.content))
			if found != test.found || (err != nil) != (test.problem != "") {
				t.Errorf("askClamd = %q, %v; want %q and a problem %q", found, err, test.found, test.problem)
			}
			if err == nil {
				return
			}
			for _, p := range strings.Split(test.problem, "|") {
				if strings.Contains(err.Error(), p) {
					return
				}
			}
			t.Errorf("askClamd: %v, want %q", err, test.problem)
		})
	}
}

func TestClamdThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // never accepts: the kernel does
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := askClamd(ctx, l.Addr().String(), strings.NewReader("hello")); err == nil {
		t.Error("askClamd of one that hangs: no error")
	}
	if _, err := askClamd(t.Context(), l.Addr().String(), failing{}); err == nil {
		t.Error("askClamd of what cannot be read: no error")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk") }

func FuzzReadClamd(f *testing.F) {
	for _, s := range []string{"stream: OK\x00", "stream: Eicar FOUND\x00", "stream:  FOUND", "INSTREAM size limit exceeded. ERROR", "OK", " FOUND", "stream: \x00\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		found, err := readClamd(answer)
		clean := strings.TrimRight(answer, "\x00\r\n") == "stream: OK"
		if (found == "" && err == nil) != clean {
			t.Errorf("readClamd(%q) = %q, %v", answer, found, err)
		}
	})
}

// TestAVirusIsHeld has a mail with a virus arrive at the whole program.
func TestAVirusIsHeld(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Data: t.TempDir(), Logger: dbtest.Logger(t)})
	r.settle()
	scanner := startClamd(t, eicar)
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	at := mailtest.FreeAddress(t)
	r.change(func(s *setting.Settings) { s.Scanner, s.Receiver.Listen = scanner.address, at })
	r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	mail := "From: ann@customer.example\nTo: support@shop.example\nSubject: Files\nMessage-ID: <v@customer.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\n\nSee files.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=bad.txt\n\nan EICAR file\n" +
		"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=good.txt\n\na good file\n--b--\n"
	dbtest.Eventually(t, "the receiver takes mail", func() bool { return r.deliver(at, "ann@customer.example", "support@shop.example", mail) == nil })
	var rows []desk.Conversation
	dbtest.Eventually(t, "the mail is there", func() bool {
		rows = append(r.rows("all"), r.rows("spam")...)
		return len(rows) == 1
	})
	for _, m := range r.open(rows[0].ID).Timeline.Messages {
		for _, a := range m.Attachments {
			want, status := "", 200
			if a.Name == "bad.txt" {
				want, status = "virus", 403
			}
			got, body, _ := r.send("GET", "/attachments/"+a.ID.String()+"?held=1", nil)
			if a.Held != want || got != status {
				t.Errorf("%s is held as %q and answered %d %s; want %q and %d", a.Name, a.Held, got, body, want, status)
			}
		}
		if m.Kind == desk.Incoming && len(m.Attachments) != 2 {
			t.Errorf("the mail has %d files", len(m.Attachments))
		}
	}
}

// TestFilesAreScannedOnceClamdIsBack has a mail with a virus arrive at the whole program while clamd is away.
func TestFilesAreScannedOnceClamdIsBack(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Data: t.TempDir(), Logger: dbtest.Logger(t)})
	r.settle()
	scanner := mailtest.FreeAddress(t)
	at := mailtest.FreeAddress(t)
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	r.change(func(s *setting.Settings) { s.Scanner, s.Receiver.Listen = scanner, at })
	r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	mail := "From: ann@customer.example\nTo: support@shop.example\nSubject: File\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\n\nSee file.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=bad.txt\n\nan EICAR file\n--b--\n"
	dbtest.Eventually(t, "the receiver takes mail", func() bool { return r.deliver(at, "ann@customer.example", "support@shop.example", mail) == nil })
	var file desk.Attachment
	look := func() desk.Attachment {
		for _, c := range append(r.rows("all"), r.rows("spam")...) {
			for _, m := range r.open(c.ID).Timeline.Messages {
				for _, a := range m.Attachments {
					file = a
				}
			}
		}
		return file
	}
	dbtest.Eventually(t, "the mail is there", func() bool { return look().ID != 0 })
	if !file.Unscanned || file.Held != "" {
		t.Errorf("the file is %+v, want it unscanned", file)
	}
	for query, want := range map[string]int{"": 403, "?inline=1": 403, "?held=1": 200} {
		if status, body, _ := r.send("GET", "/attachments/"+file.ID.String()+query, nil); status != want {
			t.Errorf("the unscanned file%s is answered %d %s, want %d", query, status, body, want)
		}
	}
	startClamdAt(t, scanner, eicar)
	dbtest.Eventually(t, "the file is scanned", func() bool {
		// It would be asked about by itself, in a quarter of a minute at the latest.
		if err := r.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE job SET run_at = 0 WHERE kind = 'intake.unscanned' AND state = 'ready'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.app.Workers.Wake()
		return !look().Unscanned
	})
	if file.Held != "virus" {
		t.Errorf("the file is held as %q, want virus", file.Held)
	}
}

// TestAMailFromThePipeIsScanned takes a mail by the command while the server runs elsewhere.
func TestAMailFromThePipeIsScanned(t *testing.T) {
	t.Parallel()
	config := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	r := start(t, config)
	r.settle()
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	r.change(func(s *setting.Settings) { s.Scanner = startClamd(t, eicar).address })
	r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	r.stop()
	mail := "From: ann@customer.example\nTo: support@shop.example\nSubject: File\nContent-Type: text/plain; name=bad.txt\nContent-Disposition: attachment; filename=bad.txt\n\nan EICAR file\n"
	if _, err := TakeMail(t.Context(), config, "", strings.NewReader(mail)); err != nil {
		t.Fatal(err)
	}
	d, err := config.existingDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var held string
	if err := d.Ask(t.Context(), `SELECT held FROM attachment`).Scan(&held); err != nil || held != "virus" {
		t.Errorf("the file is held as %q, %v; want virus", held, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// TestARealClamdIsUnderstood asks the real program, where it is installed, with a signature of our own.
func TestARealClamdIsUnderstood(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("clamd is not installed")
	}
	folder, at := t.TempDir(), mailtest.FreeAddress(t)
	bad := "tellus: this stands for a virus"
	sum := md5.Sum([]byte(bad))
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("test.hdb", fmt.Sprintf("%x:%d:Tellus.Test\n", sum, len(bad)))
	host, port, _ := strings.Cut(at, ":")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	conf := write("clamd.conf", "Foreground yes\nUser "+me.Username+"\nTCPAddr "+host+"\nTCPSocket "+port+"\nDatabaseDirectory "+folder+"\nLogSyslog no\nStreamMaxLength 1M\nLogFile "+
		filepath.Join(folder, "log")+"\n")
	run := exec.CommandContext(t.Context(), program, "--config-file="+conf)
	var said bytes.Buffer
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _ = run.Wait(); t.Failed() { // the test's context has ended it
			t.Logf("last: %v\n%s", err, said.String())
		}
	})
	dbtest.Eventually(t, "clamd answers", func() bool {
		_, err = askClamd(t.Context(), at, strings.NewReader("hello"))
		return err == nil
	})
	if found, err := askClamd(t.Context(), at, strings.NewReader(bad)); err != nil || !strings.Contains(found, "Tellus.Test") {
		t.Errorf("askClamd of what it knows = %q, %v", found, err)
	}
	if _, err := askClamd(t.Context(), at, strings.NewReader(strings.Repeat("x", 3<<20))); err == nil {
		t.Error("askClamd of what is too long: no error")
	}
}
