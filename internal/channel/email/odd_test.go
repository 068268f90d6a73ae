package email_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email"
	"tellus/internal/desk"
)

// oddServer speaks as much IMAP as a driver needs, and has mails that real servers stumble over now and then.
type oddServer struct {
	mu      sync.Mutex
	fetched map[int]int // how often each mail was asked for
	give    func(uid, times int, items string) (data string, ok bool)
	mails   int
}

func (o *oddServer) serve(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	o.fetched = map[int]int{}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				o.talk(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().(*net.TCPAddr).Port
}

func (o *oddServer) talk(c net.Conn) {
	fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] odd\r\n")
	in := bufio.NewScanner(c)
	for in.Scan() {
		tag, command, _ := strings.Cut(in.Text(), " ")
		status := "OK"
		switch verb := strings.ToUpper(command); {
		case strings.HasPrefix(verb, "CAPABILITY"):
			fmt.Fprint(c, "* CAPABILITY IMAP4rev1\r\n")
		case strings.HasPrefix(verb, "SELECT"):
			fmt.Fprintf(c, "* %d EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n", o.mails)
		case strings.HasPrefix(verb, "UID SEARCH"):
			var from int
			fmt.Sscanf(verb, "UID SEARCH UID %d:*", &from)
			fmt.Fprint(c, "* SEARCH")
			for uid := from; uid <= o.mails; uid++ {
				fmt.Fprintf(c, " %d", uid)
			}
			fmt.Fprint(c, "\r\n")
		case strings.HasPrefix(verb, "UID FETCH"):
			if !o.fetch(c, verb) {
				status = "NO some mails could not be fetched"
			}
		}
		fmt.Fprintf(c, "%s %s done\r\n", tag, status)
	}
}

func (o *oddServer) fetch(c net.Conn, verb string) (ok bool) {
	ok = true
	_, rest, _ := strings.Cut(verb, "UID FETCH ")
	set, items, _ := strings.Cut(rest, " ")
	for part := range strings.SplitSeq(set, ",") {
		var from, to int
		if n, _ := fmt.Sscanf(part, "%d:%d", &from, &to); n < 2 {
			to = from
		}
		for uid := from; uid <= to; uid++ {
			o.mu.Lock()
			o.fetched[uid]++
			times := o.fetched[uid]
			o.mu.Unlock()
			data, given := o.give(uid, times, items)
			if !given {
				ok = false
				continue
			}
			fmt.Fprintf(c, "* %d FETCH (UID %d %s)\r\n", uid, uid, data)
		}
	}
	return ok
}

func body(uid int) string {
	mail := mailOf(uid)
	return fmt.Sprintf("BODY[] {%d}\r\n%s", len(mail), mail)
}

func TestServersThatStumbleOverAMail(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]func(uid, times int, items string) (string, bool){
		"NIL for a body": func(uid, times int, _ string) (string, bool) {
			if uid == 5 && times < 3 {
				return "BODY[] NIL", true
			}
			return body(uid), true
		},
		"flags only": func(uid, times int, _ string) (string, bool) {
			if uid == 5 && times < 3 {
				return `FLAGS (\Seen)`, true
			}
			return body(uid), true
		},
		"NO for some": func(uid, times int, _ string) (string, bool) {
			return body(uid), uid != 5 || times >= 3
		},
		"a date that nobody can read": func(uid, _ int, items string) (string, bool) {
			if uid == 5 && strings.Contains(items, "INTERNALDATE") {
				return `INTERNALDATE "the day before yesterday" ` + body(uid), true
			}
			return body(uid), true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &oddServer{give: give, mails: 10}
			port := server.serve(t)
			settings := channel.Settings{Inbox: desk.Inbox{ID: 7, Receive: desk.Receive{
				Method: "imap", Host: "127.0.0.1", Port: port, Security: "none", User: "a",
			}}, ReceiveSecret: "b"}
			s, state := newStore(), newMemory()
			supervised(t, &email.Driver{RetryRefused: 20 * time.Millisecond, Poll: 50 * time.Millisecond}, settings, state, s)
			found := subjects(s.await(t, 10))
			for uid := 1; uid <= 10; uid++ {
				if found[fmt.Sprintf("mail %d", uid)] != 1 {
					t.Errorf("mail %d was kept %d times, want once", uid, found[fmt.Sprintf("mail %d", uid)])
				}
			}
			state.await(t, "no backlog", func(h desk.Health) bool { return h.State == "ok" && h.Backlog == 0 && h.Problem.Code == "" })
		})
	}
}
