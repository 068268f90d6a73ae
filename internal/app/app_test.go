package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
)

// running is the whole program, serving.
type running struct {
	t      *testing.T
	app    *App
	url    string
	out    *output
	client *http.Client
	stop   func()
}

// output is what the program tells its operator.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start opens the house and serves it until the test ends, or stop is called. before may change what was wired.
func start(t *testing.T, c Config, before ...func(a *App)) *running {
	t.Helper()
	r := &running{t: t, out: &output{}}
	c.Listen, c.Output = "127.0.0.1:0", r.out
	var err error
	if r.app, err = Open(t.Context(), c); err != nil {
		t.Fatalf("Open: %v", err)
	}
	for _, f := range before {
		f(r.app)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- r.app.Serve(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-over:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(dbtest.Patience):
			t.Error("Serve does not end")
		}
		if err := r.app.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	t.Cleanup(r.stop)
	dbtest.Eventually(t, "the desk listens", func() bool { return r.app.Address() != nil })
	r.url = "http://" + r.app.Address().String()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	r.client = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return r
}

type object = map[string]any

// send makes a call and returns what was answered.
func (r *running) send(method, path string, in any) (status int, body []byte, header http.Header) {
	r.t.Helper()
	var content io.Reader
	kind := "application/json"
	switch v := in.(type) {
	case nil:
	case *upload:
		content, kind = &v.form, v.kind
	default:
		data, err := json.Marshal(in)
		if err != nil {
			r.t.Fatal(err)
		}
		content = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+"/api/v1"+path, content)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := r.client.Do(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close() // read to its end
	if body, err = io.ReadAll(res.Body); err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, body, res.Header
}

// do expects success.
func (r *running) do(method, path string, in, out any) {
	r.t.Helper()
	status, body, _ := r.send(method, path, in)
	if status < 200 || status > 299 {
		r.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			r.t.Fatalf("%s %s: %v in %s", method, path, err, body)
		}
	}
}

type upload struct {
	form bytes.Buffer
	kind string
}

// upload adds a file to what is being written.
func (r *running) upload(name, kind string, content []byte) (a desk.Attachment) {
	r.t.Helper()
	var u upload
	w := multipart.NewWriter(&u.form)
	part, err := w.CreatePart(map[string][]string{"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}, "Content-Type": {kind}})
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	u.kind = w.FormDataContentType()
	r.do("POST", "/attachments", &u, &a)
	return a
}

var setupLink = regexp.MustCompile(`http://\S+/app/setup\?token=(\S+)`)

// settle makes the first owner by the link that was printed.
func (r *running) settle() {
	r.t.Helper()
	var link []string
	dbtest.Eventually(r.t, "the link is printed", func() bool {
		link = setupLink.FindStringSubmatch(r.out.String())
		return link != nil
	})
	if !strings.HasPrefix(link[0], "http://localhost:") && !strings.HasPrefix(link[0], r.url) {
		r.t.Errorf("the link %s leads elsewhere than to %s", link[0], r.url)
	}
	r.do("POST", "/setup", object{"token": link[1], "name": "Inga Kalna", "email": "inga@shop.example", "password": "gaišs rīts virs Gaujas",
		"language": "en", "timeZone": "Europe/Riga", "company": "Shop"}, nil)
}

// change changes the settings of the desk.
func (r *running) change(change func(s *setting.Settings)) {
	r.t.Helper()
	var s setting.Settings
	r.do("GET", "/settings", nil, &s)
	change(&s)
	r.do("PATCH", "/settings", s, nil)
}

// box is an inbox that sends by a sink.
func box(sink *mailtest.Sink, receive desk.Receive) object {
	return object{"name": "Support", "address": "support@shop.example", "fromName": "Shop", "language": "en", "acknowledge": true, "answerWithin": 240,
		"reopen": "always", "replyToken": true, "active": true, "receive": receive,
		"submit": desk.Submit{Host: sink.Host, Port: sink.Port, Security: "none", Auth: "none"}}
}

// deliver hands a mail over by SMTP; from is "" for the null sender.
func (r *running) deliver(at, from, to, mail string) error {
	mail = strings.ReplaceAll(mail, "\n", "\r\n")
	c, err := smtp.Dial(at)
	if err != nil {
		return err
	}
	defer c.Close() // Quit has said goodbye
	if err := c.SendMail(from, []string{to}, strings.NewReader(mail)); err != nil {
		return err
	}
	return c.Quit()
}

// rows are the conversations of a view.
func (r *running) rows(view string) (all []desk.Conversation) {
	r.t.Helper()
	var p struct{ Items []desk.Conversation }
	r.do("GET", "/conversations?view="+view, nil, &p)
	return p.Items
}

// opened is what these tests look at of an open conversation.
type opened struct {
	Conversation desk.Conversation
	Timeline     struct{ Messages []desk.Message }
}

func (r *running) open(c desk.ConversationID) (o opened) {
	r.t.Helper()
	r.do("GET", "/conversations/"+c.String(), nil, &o)
	return o
}

// has waits until a conversation holds n messages.
func (r *running) has(c desk.ConversationID, n int) (o opened) {
	r.t.Helper()
	dbtest.Eventually(r.t, fmt.Sprintf("conversation %s has %d messages", c, n), func() bool {
		o = r.open(c)
		return len(o.Timeline.Messages) >= n
	})
	if len(o.Timeline.Messages) != n {
		r.t.Fatalf("conversation %s has %d messages, want %d", c, len(o.Timeline.Messages), n)
	}
	return o
}

func sunk(t *testing.T, s *mailtest.Sink, n int) mailtest.Mail {
	t.Helper()
	dbtest.Eventually(t, fmt.Sprintf("%d mails went out", n), func() bool { return len(s.Mails()) >= n })
	return s.Mails()[n-1]
}

var pixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// TestAMailIsAnsweredThroughTheWholeProgram walks from the printed link to a bounce.
func TestAMailIsAnsweredThroughTheWholeProgram(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		r := start(t, c)
		r.settle()
		first, second := mailtest.FreeAddress(t), mailtest.FreeAddress(t)
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		r.change(func(s *setting.Settings) {
			s.UndoSeconds, s.Receiver.Listen, s.Receiver.Hostname = 0, first, "mx.shop.example"
		})
		r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)

		// In by the built-in receiver; the acknowledgement goes out.
		mail := "From: Ann Berg <ann@customer.example>\nTo: support@shop.example\nSubject: Where is my order?\nMessage-ID: <a1@customer.example>\n\nIt is late.\n"
		dbtest.Eventually(t, "the receiver takes mail", func() bool { return r.deliver(first, "ann@customer.example", "support@shop.example", mail) == nil })
		if err := r.deliver(first, "ann@customer.example", "nobody@elsewhere.example", mail); err == nil || !strings.Contains(err.Error(), "5") {
			t.Errorf("a mail for somebody else: %v, want a refusal", err)
		}
		ack := sunk(t, sink, 1)
		if ack.From != "" || !strings.Contains(ack.Data, "Auto-Submitted: auto-replied") || !strings.Contains(ack.Data, "In-Reply-To: <a1@customer.example>") {
			t.Errorf("the acknowledgement went from %q:\n%s", ack.From, ack.Data)
		}
		rows := r.rows("all")
		if len(rows) != 1 || rows[0].Subject != "Where is my order?" {
			t.Fatalf("the conversations are %+v", rows)
		}
		id := rows[0].ID
		o := r.has(id, 2)

		// An answer with a file, an inline picture, a copy and a blind copy.
		file, picture := r.upload("rēķins.txt", "text/plain", []byte("42 EUR")), r.upload("dot.png", "image/png", pixel)
		r.do("POST", "/conversations/"+id.String()+"/replies", object{
			"html": `<p>It comes tomorrow.</p><img src="cid:` + picture.ContentID + `">`,
			"to":   []object{{"name": "Ann Berg", "address": "ann@customer.example"}}, "cc": []object{{"name": "", "address": "carl@customer.example"}},
			"bcc": []object{{"name": "", "address": "boss@shop-partners.example"}}, "attachments": []desk.AttachmentID{file.ID, picture.ID},
			"seen": o.Timeline.Messages[0].ID, "then": "waiting", "quote": true}, nil)
		answer := sunk(t, sink, 2)
		for i := 2; strings.Join(answer.To, " ") == "" && i < 5; i++ {
			answer = sunk(t, sink, i)
		}
		to := map[string]bool{}
		dbtest.Eventually(t, "the answer reaches all three", func() bool {
			for _, m := range sink.Mails()[1:] {
				for _, a := range m.To {
					to[a] = true
				}
			}
			return len(to) == 3
		})
		if !to["boss@shop-partners.example"] || strings.Contains(answer.Data, "boss@") {
			t.Errorf("the blind copy went to %v; headers and all:\n%s", to, answer.Data)
		}
		for _, want := range []string{"In-Reply-To: <a1@customer.example>", "Cc: ", "carl@customer.example", "Content-ID: <", "cid:", "filename", "42 EUR"} {
			if !strings.Contains(answer.Data, want) && !strings.Contains(answer.Data, base64.StdEncoding.EncodeToString([]byte(want))) {
				t.Errorf("the answer lacks %q:\n%s", want, answer.Data)
			}
		}
		if strings.Contains(answer.Data, "/api/v1/attachments") {
			t.Error("the answer points into the desk for its picture")
		}
		token := regexp.MustCompile(`(?m)^Reply-To:.*<(support\+[^@>]+@shop\.example)>`).FindStringSubmatch(answer.Data)
		if token == nil || !strings.HasPrefix(answer.From, "support+") {
			t.Fatalf("no token in Reply-To or envelope (%s):\n%s", answer.From, answer.Data)
		}

		// The customer answers, by the token only, in capitals as some systems write it, and by the Message-ID only.
		err := r.deliver(first, "ann@customer.example", strings.Replace(token[1], "support+", "Support+", 1),
			"From: ann@customer.example\nTo: "+strings.ToUpper(token[1])+"\nSubject: Something else\nMessage-ID: <a2@customer.example>\n\nThank you!\n")
		if err != nil {
			t.Fatalf("answer by token: %v", err)
		}
		r.has(id, 4)
		mailID := regexp.MustCompile(`(?m)^Message-ID: (<[^>]+>)`).FindStringSubmatch(answer.Data)
		r.change(func(s *setting.Settings) { s.Receiver.Listen = second }) // while it runs
		reply := "From: ann@customer.example\nTo: support@shop.example\nIn-Reply-To: " + mailID[1] + "\nSubject: A third\nMessage-ID: <a3@customer.example>\n\nGot it.\n"
		dbtest.Eventually(t, "the receiver has moved", func() bool { return r.deliver(second, "ann@customer.example", "support@shop.example", reply) == nil })
		r.has(id, 5)
		if err := r.deliver(first, "ann@customer.example", "support@shop.example", reply); err == nil {
			t.Error("the receiver still takes mail at its former address")
		}

		// A bounce comes back to the envelope's address.
		dsn := "From: MAILER-DAEMON@mx.customer.example\nTo: " + answer.From + "\nSubject: Undelivered Mail\nMessage-ID: <b1@mx.customer.example>\nMIME-Version: 1.0\n" +
			"Auto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo such user.\n--b\nContent-Type: message/delivery-status\n\n" +
			"Reporting-MTA: dns; mx.customer.example\n\nFinal-Recipient: rfc822; carl@customer.example\nAction: failed\nStatus: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\n" +
			"Message-ID: " + mailID[1] + "\nSubject: x\n--b--\n"
		if err := r.deliver(second, "", answer.From, dsn); err != nil {
			t.Fatalf("bounce: %v", err)
		}
		dbtest.Eventually(t, "the answer is marked", func() bool {
			for _, m := range r.open(id).Timeline.Messages {
				for _, d := range m.Deliveries {
					if d.Recipient == "carl@customer.example" && d.State == desk.Bounced {
						return true
					}
				}
			}
			return false
		})
		var health struct{ Items []desk.Health }
		r.do("GET", "/inboxes/health", nil, &health)
		if len(health.Items) != 1 || health.Items[0].Outgoing != "ok" || health.Items[0].OutProblem.Code != "" {
			t.Errorf("health is %+v", health.Items)
		}
		if n := len(sink.Mails()); n > 4 {
			t.Errorf("%d mails went out", n)
		}
		r.stop()
		if strings.Contains(r.out.String(), "panic") {
			t.Errorf("the program said %s", r.out)
		}
	})
}

// TestAMailboxIsReadThroughTheWholeProgram has a real IMAP server, a test of the connection that explains, and health that recovers.
func TestAMailboxIsReadThroughTheWholeProgram(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		dove := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		sink.Behave(mailtest.Behaviour{User: "desk", Password: "sesame"})
		r := start(t, c, func(a *App) { a.mail.driver.Roots = dove.Authority.Roots })
		r.settle()
		in := box(sink, desk.Receive{Method: "imap", Host: dove.Host, Port: dove.TLSPort, Security: "tls", User: dove.User, Auth: "password"})
		in["submit"] = desk.Submit{Host: sink.Host, Port: sink.Port, Security: "none", Auth: "password", User: "desk"}
		in["receiveSecret"], in["submitSecret"] = "wrong", "sesame"
		test := func() (tested struct{ In, Out desk.Problem }) {
			r.do("POST", "/inboxes/test", in, &tested)
			return tested
		}
		tested := test()
		if tested.In.Code != "auth" || tested.In.Detail == "" || tested.Out.Code != "" {
			t.Errorf("test with a wrong password for reading = %+v", tested)
		}
		in["receiveSecret"], in["submitSecret"] = dove.Password, "wrong"
		tested = test()
		if tested.In.Code != "" || tested.Out.Code != "auth" {
			t.Errorf("test with a wrong password for sending = %+v", tested)
		}
		in["submitSecret"] = "sesame"
		dove.Drop(t, "From: Ann <ann@customer.example>\nTo: support@shop.example\nSubject: By IMAP\nMessage-ID: <i1@customer.example>\n\nHello\n")
		var made desk.Inbox
		r.do("POST", "/inboxes", in, &made)
		if !made.Receive.HasSecret || !made.Submit.HasSecret {
			t.Errorf("the inbox says that it has no secrets: %+v", made)
		}
		_, body, _ := r.send("GET", "/inboxes", nil)
		if bytes.Contains(body, []byte(dove.Password)) || bytes.Contains(body, []byte("sesame")) {
			t.Errorf("the list of inboxes tells a secret: %s", body)
		}
		// Only what comes after the inbox was made is a customer's; where old mails are taken too they become conversations as well.
		dove.Drop(t, "From: Bob <bob@customer.example>\nTo: support@shop.example\nSubject: Later\nMessage-ID: <i2@customer.example>\n\nHello\n")
		dbtest.Eventually(t, "the mail is a conversation", func() bool {
			for _, c := range r.rows("all") {
				if c.Subject == "Later" {
					return true
				}
			}
			return false
		})
		// The stored secrets serve a test of changed settings.
		delete(in, "receiveSecret")
		delete(in, "submitSecret")
		in["id"] = made.ID
		tested = test()
		if tested.In.Code != "" || tested.Out.Code != "" {
			t.Errorf("test with the stored passwords = %+v", tested)
		}
		health := func() desk.Health {
			var all struct{ Items []desk.Health }
			r.do("GET", "/inboxes/health", nil, &all)
			if len(all.Items) != 1 {
				return desk.Health{}
			}
			return all.Items[0]
		}
		dbtest.Eventually(t, "reading is well", func() bool { return health().State == "ok" })
		in["receiveSecret"], in["version"] = "wrong now", made.Version
		r.do("PATCH", "/inboxes/"+made.ID.String(), in, &made)
		dbtest.Eventually(t, "the failure shows", func() bool { h := health(); return h.State == "failing" && h.Problem.Code == "auth" && h.NextTry != 0 })
		in["receiveSecret"], in["version"] = dove.Password, made.Version
		r.do("PATCH", "/inboxes/"+made.ID.String(), in, &made)
		dbtest.Eventually(t, "reading is well again", func() bool { return health().State == "ok" })
		r.do("POST", "/inboxes/"+made.ID.String()+"/retry", nil, nil)
		dove.Drop(t, "From: Cleo <cleo@customer.example>\nTo: support@shop.example\nSubject: After\nMessage-ID: <i3@customer.example>\n\nHello\n")
		dbtest.Eventually(t, "mail comes after the reconnection", func() bool {
			for _, c := range r.rows("all") {
				if c.Subject == "After" {
					return true
				}
			}
			return false
		})
	})
}
