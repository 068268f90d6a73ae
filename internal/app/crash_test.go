package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tellus/internal/channel"
	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// crashing is the size of a crash test.
type crashing struct {
	kills, bySMTP, byIMAP, replies, conversations int
}

// TestKilledServerLosesAndDoublesNothing kills the real program again and again while mails come in by SMTP and IMAP and answers go out. At the end
// each mail is there once, and each answer went out once or is marked as unsure.
func TestKilledServerLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	small := crashing{kills: 4, bySMTP: 150, byIMAP: 50, replies: 60, conversations: 6}
	size := crashing{kills: 20, bySMTP: 1500, byIMAP: 500, replies: 500, conversations: 50}
	if testing.Short() {
		killed(t, crashing{kills: 2, bySMTP: 80, byIMAP: 30, replies: 30, conversations: 6}, "")
		return
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killed(t, size, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killed(t, small, dbtest.PostgresURL(t))
	})
}

func killed(t *testing.T, size crashing, database string) {
	h := newCrashHouse(t, size, database)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	serving := make(chan struct{})
	go func() {
		defer close(serving)
		h.killAgainAndAgain(ctx)
	}()
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() { h.sendMails(ctx, w, 4) })
	}
	for w := range 4 {
		work.Go(func() { h.writeReplies(ctx, w, 4) })
	}
	work.Go(func() { h.dropMails(ctx) })
	work.Wait()
	h.settle(ctx)
	stop()
	<-serving
	if !t.Failed() {
		h.judge()
	}
}

type crashHouse struct {
	t       *testing.T
	size    crashing
	binary  string
	config  Config
	smtp    string
	token   string
	sink    *mailtest.Sink
	dovecot *mailtest.Dovecot
	support desk.InboxID
	box     desk.InboxID

	progress atomic.Int64 // mails acknowledged, answers accepted, mails dropped
	killed   atomic.Int64
	log      bytes.Buffer
}

// built is where the program lies that build made.
var built string

// build compiles the program once for the tests of this package.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tellus-test")
	if err != nil {
		return "", err
	}
	built = dir
	binary := filepath.Join(dir, "tellus")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "tellus/cmd/tellus").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built) // what is left in the folder for temporary files does no harm
	}
	os.Exit(code)
}

func newCrashHouse(t *testing.T, size crashing, database string) *crashHouse {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	h := &crashHouse{t: t, size: size, binary: binary, smtp: mailtest.FreeAddress(t),
		sink: mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true}), dovecot: mailtest.StartDovecot(t, mailtest.DovecotOptions{})}
	h.config = Config{Data: t.TempDir(), Listen: mailtest.FreeAddress(t), Database: database}
	a, err := Open(t.Context(), h.config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	password := h.dovecot.Password
	err = a.DB.Write(t.Context(), func(tx *db.Tx) error {
		ctx := t.Context()
		settings, err := a.Settings.Get(ctx, tx)
		if err != nil {
			return err
		}
		settings.UndoSeconds = 0
		if _, err := a.Settings.Save(ctx, tx, desk.System, settings); err != nil {
			return err
		}
		submit := desk.Submit{Host: h.sink.Host, Port: h.sink.Port, Security: "none", Auth: "none"}
		in, err := a.Inboxes.Create(ctx, tx, desk.System, inbox.Edit{Name: "Support", Address: "support@shop.example", Language: "en", Active: true,
			Receive: desk.Receive{Method: "smtp"}, Submit: submit})
		if err != nil {
			return err
		}
		h.support = in.ID
		in, err = a.Inboxes.Create(ctx, tx, desk.System, inbox.Edit{Name: "Box", Address: "box@shop.example", Language: "en", Active: true,
			Receive:       desk.Receive{Method: "imap", Host: h.dovecot.Host, Port: h.dovecot.Port, Security: "none", User: h.dovecot.User, Auth: "password"},
			ReceiveSecret: &password, Submit: submit})
		if err != nil {
			return err
		}
		h.box = in.ID
		var owner desk.AgentID
		if err := tx.Row(ctx, `
			INSERT INTO agent (name, email, email_key, role, accepted_at, created_at)
			VALUES ('Eva', 'eva@shop.example', 'eva@shop.example', 'owner', $1, $1)
			RETURNING id`, tx.Now).Scan(&owner); err != nil {
			return err
		}
		_, h.token, err = a.Staff.CreateToken(ctx, tx, staff.Identity{Agent: owner, Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}, staff.Visitor{},
			staff.NewToken{Name: "crash", Scopes: []string{string(desk.ReadConversations), string(desk.WriteConversations)}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range size.conversations {
		raw := fmt.Sprintf("From: customer%d@customer.example\r\nTo: support@shop.example\r\nSubject: Matter %d\r\nMessage-ID: <begin%d@customer.example>\r\n\r\nHello.\r\n", i, i, i)
		if err := a.Intake.Accept(t.Context(), channel.Arrival{Inbox: h.support, SourceID: fmt.Sprint("begin/", i), Body: strings.NewReader(raw)}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Intake.Process(t.Context(), desk.ArrivalID(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *crashHouse) total() int64 { return int64(h.size.bySMTP + h.size.byIMAP + h.size.replies) }

// killAgainAndAgain runs the program until ctx ends and kills it at even steps of what was done, at a moment of chance.
func (h *crashHouse) killAgainAndAgain(ctx context.Context) {
	for ctx.Err() == nil {
		cmd := exec.Command(h.binary, "serve", "--data", h.config.Data, "--listen", h.config.Listen, "--smtp-listen", h.smtp)
		if h.config.Database != "" {
			cmd.Args = append(cmd.Args, "--database", h.config.Database)
		}
		cmd.Stdout, cmd.Stderr = io.Discard, &h.log
		if err := cmd.Start(); err != nil {
			h.t.Errorf("start the program: %v", err)
			return
		}
		over := make(chan error, 1)
		go func() { over <- cmd.Wait() }()
		next := int64(-1)
		if n := h.killed.Load(); n < int64(h.size.kills) {
			next = (n + 1) * h.total() / int64(h.size.kills+1)
		}
		h.untilProgress(ctx, next, over)
		if ctx.Err() != nil {
			_ = cmd.Process.Signal(os.Interrupt) // it may have ended
			<-over
			return
		}
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			h.t.Errorf("kill: %v", err)
		}
		<-over
		h.killed.Add(1)
	}
}

// untilProgress waits until next things were done, and a moment of chance longer; for ever where next is negative.
func (h *crashHouse) untilProgress(ctx context.Context, next int64, over chan error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-over:
			over <- err
			h.t.Errorf("the program ended by itself: %v\n%s", err, h.log.String())
			return
		case <-tick.C:
		}
		if next >= 0 && h.progress.Load() >= next {
			<-time.After(rand.N(60 * time.Millisecond))
			return
		}
	}
}

// again calls do until it succeeds.
func (h *crashHouse) again(ctx context.Context, what string, do func() error) {
	var err error
	for end := time.Now().Add(5 * dbtest.Patience); time.Now().Before(end); {
		if err = do(); err == nil {
			h.progress.Add(1)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	h.t.Errorf("%s: %v", what, err)
}

// crashMail is the nth mail of a way in. Every hundredth has the Message-ID of the one before and another text.
func crashMail(way string, n int, to string) string {
	id := n
	if n%100 == 99 {
		id--
	}
	text := fmt.Sprintf("This is mail %d by %s.\r\n%s", n, way, strings.Repeat("Words that fill the mail. ", n%150))
	return fmt.Sprintf("From: writer%d@%s.example\r\nTo: %s\r\nSubject: Mail %d\r\nMessage-ID: <%s-%d@mail.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\n%s\r\n",
		n%97, way, to, n, way, id, text)
}

func (h *crashHouse) sendMails(ctx context.Context, from, step int) {
	for n := from; n < h.size.bySMTP; n += step {
		send := func() error {
			return sendMail(h.smtp, fmt.Sprintf("writer%d@smtp.example", n%97), "support@shop.example", crashMail("smtp", n, "support@shop.example"))
		}
		h.again(ctx, fmt.Sprintf("send mail %d", n), send)
		if n%10 == 0 { // a server that did not hear the answer sends once more
			h.again(ctx, fmt.Sprintf("send mail %d again", n), send)
			h.progress.Add(-1)
		}
	}
}

func sendMail(at, from, to, mail string) error {
	conn, err := net.DialTimeout("tcp", at, time.Second)
	if err != nil {
		return err
	}
	c := smtp.NewClient(conn)
	defer c.Close() // what counts was answered
	c.CommandTimeout, c.SubmissionTimeout = dbtest.Patience, dbtest.Patience
	return c.SendMail(from, []string{to}, strings.NewReader(mail))
}

func (h *crashHouse) dropMails(ctx context.Context) {
	for n := 0; n < h.size.byIMAP && ctx.Err() == nil; n++ {
		h.dovecot.Drop(h.t, crashMail("imap", n, "box@shop.example"))
		h.progress.Add(1)
		// In step with the others, so that kills fall among fetches.
		for h.progress.Load()*int64(h.size.byIMAP) < int64(n)*h.total() && ctx.Err() == nil {
			<-time.After(time.Millisecond)
		}
	}
}

func (h *crashHouse) writeReplies(ctx context.Context, from, step int) {
	for n := from; n < h.size.replies; n += step {
		body, err := json.Marshal(map[string]any{"html": fmt.Sprintf("<p>Answer %d</p>", n), "to": []desk.NamedAddress{{Address: fmt.Sprintf("customer%d@customer.example", n%h.size.conversations)}},
			"cc": []desk.NamedAddress{}, "bcc": []desk.NamedAddress{}, "attachments": []int{}, "seen": 0, "anyway": true, "then": "waiting"})
		if err != nil {
			h.t.Error(err)
			return
		}
		h.again(ctx, fmt.Sprintf("write answer %d", n), func() error {
			return h.post(ctx, fmt.Sprintf("/api/v1/conversations/%d/replies", n%h.size.conversations+1), fmt.Sprint("answer-", n), body)
		})
	}
}

func (h *crashHouse) post(ctx context.Context, path, key string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, dbtest.Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.config.Listen+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() // read to its end
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	return nil
}

// settle waits until the running program has nothing left to do.
func (h *crashHouse) settle(ctx context.Context) {
	d, err := h.config.existingDatabase(ctx)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer func() {
		if err := d.Close(); err != nil {
			h.t.Error(err)
		}
	}()
	var left string
	for end := time.Now().Add(5 * dbtest.Patience); time.Now().Before(end); <-time.After(50 * time.Millisecond) {
		var kept, queued, boxed int
		err := d.Ask(ctx, `
			SELECT (SELECT count(*) FROM arrival WHERE state = 'kept'), (SELECT count(*) FROM message WHERE state IN ('queued', 'sending')),
				(SELECT count(*) FROM arrival WHERE inbox = $1)`, h.box).Scan(&kept, &queued, &boxed)
		if err == nil && kept == 0 && queued == 0 && boxed >= h.size.byIMAP {
			return
		}
		left = fmt.Sprintf("%d arrivals not read, %d messages not sent, %d of %d mails fetched (%v)", kept, queued, boxed, h.size.byIMAP, err)
	}
	h.t.Errorf("not done: %s\n%s", left, h.log.String())
}

// judge counts what is there and what went out.
func (h *crashHouse) judge() {
	t := h.t
	if got := h.killed.Load(); got < int64(h.size.kills) {
		t.Errorf("killed %d times, want %d", got, h.size.kills)
	}
	d, err := h.config.existingDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	there := map[string]int{}
	answers := map[string][]answer{}
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT kind, mail_id, state, text FROM message`)
		if err != nil {
			return err
		}
		defer rows.Close() // read to its end
		for rows.Next() {
			var kind, id, state, text string
			if err := rows.Scan(&kind, &id, &state, &text); err != nil {
				return err
			}
			if kind == "outgoing" {
				answers[text] = append(answers[text], answer{id, state})
			} else if line, _, _ := strings.Cut(text, "\n"); strings.HasPrefix(line, "This is mail") {
				there[strings.SplitAfter(line, ".")[0]]++
			}
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	for way, n := range map[string]int{"smtp": h.size.bySMTP, "imap": h.size.byIMAP} {
		for i := range n {
			line := fmt.Sprintf("This is mail %d by %s.", i, way)
			if there[line] != 1 {
				t.Errorf("%q is there %d times", line, there[line])
			}
		}
	}
	if len(there) != h.size.bySMTP+h.size.byIMAP {
		t.Errorf("%d mails are there, want %d", len(there), h.size.bySMTP+h.size.byIMAP)
	}
	h.judgeAnswers(answers)
}

type answer struct{ id, state string }

func (h *crashHouse) judgeAnswers(answers map[string][]answer) {
	out := map[string]int{}
	for _, m := range h.sink.Mails() {
		_, rest, _ := strings.Cut(m.Data, "Message-ID: <")
		id, _, _ := strings.Cut(rest, ">")
		out[id]++
	}
	unsure, gone := 0, 0
	for n := range h.size.replies {
		list := answers[fmt.Sprintf("Answer %d", n)]
		if len(list) != 1 {
			h.t.Errorf("answer %d is there %d times", n, len(list))
			continue
		}
		a := list[0]
		switch {
		case a.state == "sent" && out[a.id] == 1:
		case a.state == "unsure" && out[a.id] <= 1:
			unsure++
			gone += out[a.id]
		default:
			h.t.Errorf("answer %d is %s and went out %d times", n, a.state, out[a.id])
		}
	}
	// At most as many can be in the server's hands at a kill as are sent at once.
	if unsure > h.size.kills*16 {
		h.t.Errorf("%d answers are unsure after %d kills", unsure, h.size.kills)
	}
	h.t.Logf("%d mails and %d answers through %d kills, %d unsure, %d of them out", h.size.bySMTP+h.size.byIMAP, h.size.replies, h.killed.Load(), unsure, gone)
}
