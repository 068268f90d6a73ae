package receiver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"tellus/internal/channel"
	"tellus/internal/channel/email/receiver"
	"tellus/internal/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house takes mail for a few addresses.
type house struct {
	mu     sync.Mutex
	kept   []kept
	refuse map[desk.InboxID]error
	hold   chan struct{} // accept waits for it where it is set
	within chan struct{} // gets a token when accept has begun
}

type kept struct {
	channel.Arrival
	Raw string
}

func (h *house) resolve(_ context.Context, address string) (desk.InboxID, error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain != "house.test" {
		return 0, desk.Refuse(desk.NotFound, "no inbox for %s", address)
	}
	switch local {
	case "desk", "help", "žanis":
		return 1, nil
	case "sales":
		return 2, nil
	case "broken":
		return 0, errors.New("the database is away")
	}
	return 0, desk.Refuse(desk.NotFound, "no inbox for %s", address)
}

func (h *house) accept(ctx context.Context, a channel.Arrival) error {
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		return err
	}
	h.mu.Lock()
	hold, within := h.hold, h.within
	h.mu.Unlock()
	if within != nil {
		within <- struct{}{}
	}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.refuse[a.Inbox]; err != nil {
		return err
	}
	h.kept = append(h.kept, kept{Arrival: a, Raw: string(raw)})
	return nil
}

func (h *house) mails() []kept {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]kept(nil), h.kept...)
}

// start runs a receiver until the test ends, or until the function it returns is called.
func start(t testing.TB, h *house, config receiver.Config) (addr string, stop func()) {
	t.Helper()
	config.Addr = "127.0.0.1:0"
	config.Hostname = "mx.house.test"
	if config.Dir == "" {
		config.Dir = t.TempDir()
	}
	config.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := receiver.New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Listen(ctx, h.resolve, h.accept); err != nil {
			t.Errorf("Listen: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return s.Addr().String(), stop
}

func dial(t testing.TB, addr string) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { c.Close() }) // may be closed already
	return c
}

const letter = "From: Ann <ann@customer.test>\r\nTo: desk@house.test\r\nSubject: Hello\r\n\r\nWhere is my order?\r\n"

// wantCode checks that err is an SMTP answer with that code and status.
func wantCode(t *testing.T, what string, err error, code int, status smtp.EnhancedCode) {
	t.Helper()
	var answer *smtp.SMTPError
	if !errors.As(err, &answer) || answer.Code != code || answer.EnhancedCode != status {
		t.Errorf("%s: got %v (%+v), want %d %v", what, err, answer, code, status)
	}
}

func TestAMailArrivesOncePerInboxWithItsEnvelope(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, _ := start(t, h, receiver.Config{})
	c := dial(t, addr)
	if err := c.SendMail("ann@customer.test", []string{"desk+r.123@house.test", "HELP@house.test", "sales@house.test"}, strings.NewReader(letter)); err != nil {
		t.Fatalf("SendMail: %v", err)
	}
	if err := c.SendMail("", []string{"desk@house.test"}, strings.NewReader(letter)); err != nil {
		t.Fatalf("SendMail from the null sender: %v", err)
	}
	mails := h.mails()
	if len(mails) != 3 {
		t.Fatalf("%d arrivals, want 3", len(mails))
	}
	first, second, third := mails[0], mails[1], mails[2]
	if first.Inbox != 1 || strings.Join(first.Envelope.To, " ") != "desk+r.123@house.test HELP@house.test" || second.Inbox != 2 {
		t.Errorf("arrivals for %d %v and %d %v", first.Inbox, first.Envelope.To, second.Inbox, second.Envelope.To)
	}
	if first.Raw != letter || second.Raw != letter {
		t.Errorf("raw mail %q, want %q", first.Raw, letter)
	}
	if first.Envelope.From != "ann@customer.test" || first.Envelope.NullSender || first.Envelope.Peer != "127.0.0.1" || first.Envelope.Helo == "" {
		t.Errorf("envelope %+v", first.Envelope)
	}
	if !third.Envelope.NullSender || third.SourceID == first.SourceID || first.SourceID == "" {
		t.Errorf("third arrival %+v", third.Arrival)
	}
}

func TestUnknownRecipientsAreRefusedAndUnsureOnesPutOff(t *testing.T) {
	t.Parallel()
	addr, _ := start(t, &house{}, receiver.Config{})
	c := dial(t, addr)
	if err := c.Mail("ann@customer.test", nil); err != nil {
		t.Fatalf("MAIL: %v", err)
	}
	wantCode(t, "unknown address", c.Rcpt("nobody@house.test", nil), 550, smtp.EnhancedCode{5, 1, 1})
	wantCode(t, "foreign domain", c.Rcpt("desk@elsewhere.test", nil), 550, smtp.EnhancedCode{5, 1, 1})
	wantCode(t, "unsure", c.Rcpt("broken@house.test", nil), 451, smtp.EnhancedCode{4, 3, 0})
	if err := c.Rcpt("desk@house.test", nil); err != nil {
		t.Errorf("known address: %v", err)
	}
	var last error
	for n := range 30 {
		if last = c.Rcpt(fmt.Sprintf("guess%d@house.test", n), nil); last == nil {
			t.Fatalf("guess %d was taken", n)
		}
	}
	if c.Noop() == nil {
		t.Errorf("a peer that guesses addresses was not sent away; last answer %v", last)
	}
}

func TestNothingIsAcknowledgedBeforeEveryInboxHasIt(t *testing.T) {
	t.Parallel()
	h := &house{refuse: map[desk.InboxID]error{2: errors.New("disk full")}}
	addr, _ := start(t, h, receiver.Config{})
	c := dial(t, addr)
	err := c.SendMail("ann@customer.test", []string{"desk@house.test", "sales@house.test"}, strings.NewReader(letter))
	wantCode(t, "one inbox cannot keep it", err, 451, smtp.EnhancedCode{4, 3, 0})
	if strings.Contains(err.Error(), "disk full") {
		t.Errorf("the answer %q tells the outside about our disk", err)
	}

	h.mu.Lock()
	h.hold, h.within = make(chan struct{}), make(chan struct{}, 1)
	h.mu.Unlock()
	answer := make(chan error, 1)
	go func() {
		answer <- c.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(letter))
	}()
	<-h.within
	select {
	case err := <-answer:
		t.Errorf("answered %v before accept returned", err)
	default:
	}
	close(h.hold)
	if err := <-answer; err != nil {
		t.Errorf("SendMail: %v", err)
	}
}

func TestPipelinedCommandsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, _ := start(t, h, receiver.Config{})
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	defer raw.Close()
	in := textproto.NewReader(bufio.NewReader(raw))
	if _, _, err := in.ReadResponse(220); err != nil {
		t.Fatalf("greeting: %v", err)
	}
	fmt.Fprint(raw, "EHLO customer.test\r\nMAIL FROM:<ann@customer.test> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<desk@house.test>\r\nRCPT TO:<nobody@house.test>\r\nDATA\r\n")
	_, capabilities, err := in.ReadResponse(250)
	if err != nil {
		t.Fatalf("EHLO: %v", err)
	}
	for _, want := range []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "STARTTLS", "SIZE", "ENHANCEDSTATUSCODES"} {
		if !strings.Contains(capabilities, want) {
			t.Errorf("EHLO offers no %s: %q", want, capabilities)
		}
	}
	for i, want := range []int{250, 250, 550, 354} {
		if code, text, err := in.ReadResponse(want); err != nil {
			t.Fatalf("answer %d: %d %s %v", i, code, text, err)
		}
	}
	// A dot at the beginning of a line, and the next mail right behind the first.
	fmt.Fprint(raw, "Subject: one\r\n\r\n..dot\r\n.\r\nMAIL FROM:<bob@customer.test>\r\nRCPT TO:<sales@house.test>\r\nDATA\r\n")
	for i, want := range []int{250, 250, 250, 354} {
		if code, text, err := in.ReadResponse(want); err != nil {
			t.Fatalf("second answer %d: %d %s %v", i, code, text, err)
		}
	}
	fmt.Fprint(raw, "Subject: two\r\n\r\nbody\r\n.\r\nQUIT\r\n")
	for i, want := range []int{250, 221} {
		if code, text, err := in.ReadResponse(want); err != nil {
			t.Fatalf("third answer %d: %d %s %v", i, code, text, err)
		}
	}
	mails := h.mails()
	if len(mails) != 2 || mails[0].Raw != "Subject: one\r\n\r\n.dot\r\n" || mails[1].Inbox != 2 {
		t.Errorf("kept %+v", mails)
	}
}

func TestTooLargeMailsAreRefusedWhileTheyCome(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, _ := start(t, h, receiver.Config{MaxBytes: 1 << 20})
	c := dial(t, addr)
	wantCode(t, "announced", c.Mail("ann@customer.test", &smtp.MailOptions{Size: 2 << 20}), 552, smtp.EnhancedCode{5, 3, 4})
	large := letter + strings.Repeat("0123456789abcdef\r\n", 100_000)
	wantCode(t, "not announced", c.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(large)), 552, smtp.EnhancedCode{5, 3, 4})
	// The connection lives on, and what fits into the limit but not into memory comes whole.
	medium := letter + strings.Repeat("0123456789abcdef\r\n", 50_000)
	if err := c.SendMail("ann@customer.test", []string{"desk@house.test", "sales@house.test"}, strings.NewReader(medium)); err != nil {
		t.Fatalf("SendMail: %v", err)
	}
	mails := h.mails()
	if len(mails) != 2 || mails[0].Raw != medium || mails[1].Raw != medium {
		t.Errorf("%d mails kept, want the same one in two inboxes", len(mails))
	}
}

// TestTheLimitIsTheLargestMailThatIsTaken stands on both sides of it, in each way that a mail may come.
func TestTheLimitIsTheLargestMailThatIsTaken(t *testing.T) {
	t.Parallel()
	const limit = 1 << 19 // beyond what is held in memory
	for _, size := range []int{limit - 1, limit, limit + 1} {
		mail := letter + strings.Repeat("x", size-len(letter)-2) + "\r\n"
		for way, send := range map[string]func(addr string) error{
			"declared": func(addr string) error {
				return dial(t, addr).Mail("ann@customer.test", &smtp.MailOptions{Size: int64(size)})
			},
			"streamed": func(addr string) error {
				return dial(t, addr).SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(mail))
			},
			"in one chunk": func(addr string) error { return sendChunks(addr, mail) },
			"in several chunks": func(addr string) error {
				return sendChunks(addr, mail[:limit/2], mail[limit/2:limit-1], mail[limit-1:])
			},
			"ended by no bytes": func(addr string) error { return sendChunks(addr, mail, "") },
		} {
			t.Run(fmt.Sprintf("%s %+d", way, size-limit), func(t *testing.T) {
				t.Parallel()
				h := &house{}
				addr, _ := start(t, h, receiver.Config{MaxBytes: limit})
				err := send(addr)
				if size > limit {
					wantCode(t, "the answer", err, 552, smtp.EnhancedCode{5, 3, 4})
				} else if err != nil {
					t.Errorf("refused: %v", err)
				}
				want := 1
				if way == "declared" || size > limit {
					want = 0
				}
				if mails := h.mails(); len(mails) != want || want == 1 && mails[0].Raw != mail {
					t.Errorf("%d mails kept, want %d, whole", len(mails), want)
				}
			})
		}
	}
}

// sendChunks hands a mail over by BDAT (RFC 3030) and returns the first refusal.
func sendChunks(addr string, chunks ...string) error {
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer raw.Close()
	in := textproto.NewReader(bufio.NewReader(raw))
	if _, _, err := in.ReadResponse(220); err != nil {
		return err
	}
	commands := []string{"EHLO customer.test\r\n", "MAIL FROM:<ann@customer.test>\r\n", "RCPT TO:<desk@house.test>\r\n"}
	for i, chunk := range chunks {
		last := ""
		if i == len(chunks)-1 {
			last = " LAST"
		}
		commands = append(commands, fmt.Sprintf("BDAT %d%s\r\n%s", len(chunk), last, chunk))
	}
	for _, command := range commands {
		if _, err := io.WriteString(raw, command); err != nil {
			return err
		}
		code, text, err := in.ReadResponse(250)
		if err != nil {
			answer := &smtp.SMTPError{Code: code, Message: text}
			_, _ = fmt.Sscanf(text, "%d.%d.%d", &answer.EnhancedCode[0], &answer.EnhancedCode[1], &answer.EnhancedCode[2]) // a status need not be there
			return answer
		}
	}
	return nil
}

// TestBombsCostOneAnswer has no limit of time: anything worse than linear uses up the time of the whole run.
func TestBombsCostOneAnswer(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, _ := start(t, h, receiver.Config{MaxBytes: 20 << 20})
	for name, test := range map[string]struct {
		mail   string
		code   int
		status smtp.EnhancedCode
	}{
		"a loop":                      {strings.Repeat("Received: from a by b; today\r\n", 51) + letter, 554, smtp.EnhancedCode{5, 4, 6}},
		"ten megabytes of header":     {strings.Repeat("X-Filler: "+strings.Repeat("x", 900)+"\r\n", 11_000) + letter, 0, smtp.EnhancedCode{}},
		"one field of five megabytes": {"Subject: " + strings.Repeat("word word word\r\n ", 330_000) + "\r\n" + letter, 0, smtp.EnhancedCode{}},
		"a line of three megabytes":   {letter + strings.Repeat("x", 3<<20) + "\r\n", 0, smtp.EnhancedCode{}},
		"no header at all":            {"\x00\xff\xfe\r\n\r\n\r\n", 0, smtp.EnhancedCode{}},
		"nothing":                     {"", 0, smtp.EnhancedCode{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			err := c.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(test.mail))
			if test.code == 0 && err != nil {
				t.Errorf("SendMail: %v", err)
			}
			if test.code != 0 {
				wantCode(t, name, err, test.code, test.status)
			}
		})
	}
}

func TestAMailThatEndsEarlyIsNotKept(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, stop := start(t, h, receiver.Config{})
	const envelope = "EHLO customer.test\r\nMAIL FROM:<ann@customer.test>\r\nRCPT TO:<desk@house.test>\r\n"
	for name, end := range map[string]string{
		"DATA":       "DATA\r\n" + letter,
		"one chunk":  "BDAT 500 LAST\r\n" + letter,
		"two chunks": "BDAT 10\r\n0123456789BDAT 500 LAST\r\n" + letter,
		"no last":    fmt.Sprintf("BDAT %d\r\n%s", len(letter), letter),
	} {
		raw, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("dial: %v", err)
		}
		fmt.Fprint(raw, envelope+end)
		raw.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, raw) // until the server has closed
		raw.Close()

		raw, err = net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("dial: %v", err)
		}
		fmt.Fprint(raw, "EHLO customer.test\r\nSTARTTLS\r\n")
		in := textproto.NewReader(bufio.NewReader(raw))
		for _, code := range []int{220, 250, 220} {
			if _, _, err := in.ReadResponse(code); err != nil {
				t.Fatalf("%s: STARTTLS: %v", name, err)
			}
		}
		secure := tls.Client(raw, &tls.Config{InsecureSkipVerify: true}) // self-signed
		fmt.Fprint(secure, envelope+end)
		secure.CloseWrite() // says good-bye properly
		io.Copy(io.Discard, secure)
		raw.Close()
	}
	stop()
	if mails := h.mails(); len(mails) != 0 {
		t.Errorf("kept %+v, want nothing of a mail that ended early", mails)
	}
}

func TestAMailInChunksArrivesWhole(t *testing.T) {
	t.Parallel()
	h := &house{}
	addr, _ := start(t, h, receiver.Config{})
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	defer raw.Close()
	large := strings.Repeat("x", 1<<20)
	fmt.Fprintf(raw, "EHLO customer.test\r\nMAIL FROM:<ann@customer.test>\r\nRCPT TO:<desk@house.test>\r\nBDAT %d\r\n%sBDAT %d\r\n%sBDAT 0 LAST\r\nQUIT\r\n",
		len(letter), letter, len(large), large)
	in := textproto.NewReader(bufio.NewReader(raw))
	for i, code := range []int{220, 250, 250, 250, 250, 250, 250, 221} {
		if _, text, err := in.ReadResponse(code); err != nil {
			t.Fatalf("answer %d: %v %s", i, err, text)
		}
	}
	if mails := h.mails(); len(mails) != 1 || mails[0].Raw != letter+large {
		t.Errorf("%d mails kept, want one whole", len(mails))
	}
}

func TestACommandWithoutAnEndIsCutOff(t *testing.T) {
	t.Parallel()
	addr, _ := start(t, &house{}, receiver.Config{})
	for name, begin := range map[string]string{
		"at once":         "EHLO ",
		"between chunks":  "EHLO customer.test\r\nMAIL FROM:<ann@customer.test>\r\nRCPT TO:<desk@house.test>\r\nBDAT 1\r\nxBDAT ",
		"after a refusal": "EHLO customer.test\r\nMAIL FROM:<ann@customer.test>\r\nRCPT TO:<no@house.test>\r\nDATA\r\n",
	} {
		raw, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("dial: %v", err)
		}
		defer raw.Close()
		fmt.Fprint(raw, begin)
		block, sent := strings.Repeat("x", 64<<10), 0
		for sent < 64<<20 {
			n, err := io.WriteString(raw, block)
			if sent += n; err != nil {
				break
			}
		}
		if sent >= 64<<20 {
			t.Errorf("%s: the server read all of %d bytes of one line", name, sent)
		}
	}
}

func TestTooManyConnectionsAreToldToComeLater(t *testing.T) {
	t.Parallel()
	addr, _ := start(t, &house{}, receiver.Config{MaxConns: 2})
	first, second := dial(t, addr), dial(t, addr)
	if err := first.Noop(); err != nil {
		t.Fatalf("first: %v", err)
	}
	if err := second.Noop(); err != nil {
		t.Fatalf("second: %v", err)
	}
	var answer *smtp.SMTPError
	if err := dial(t, addr).Noop(); !errors.As(err, &answer) || answer.Code != 421 {
		t.Errorf("third: %v, want 421", err)
	}
	if err := first.Quit(); err != nil {
		t.Errorf("QUIT: %v", err)
	}
	deadline := time.Now().Add(time.Minute)
	for dial(t, addr).Noop() != nil {
		if time.Now().After(deadline) {
			t.Fatalf("nobody is let in after the first has left")
		}
	}
}

func TestTLSAndAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	h := &house{}
	dir := t.TempDir()
	addr, stop := start(t, h, receiver.Config{Dir: dir})
	fingerprint := func(addr string) string {
		c, err := smtp.DialStartTLS(addr, &tls.Config{InsecureSkipVerify: true}) // self-signed: that it is the same one is what counts
		if err != nil {
			t.Fatalf("STARTTLS: %v", err)
		}
		defer c.Close()
		if err := c.SendMail("žofija@customer.test", []string{"žanis@house.test"}, strings.NewReader(letter)); err != nil {
			t.Errorf("SendMail: %v", err)
		}
		state, ok := c.TLSConnectionState()
		if !ok {
			t.Fatalf("the connection is not encrypted")
		}
		return string(state.PeerCertificates[0].Raw)
	}
	first := fingerprint(addr)
	stop()
	addr, _ = start(t, h, receiver.Config{Dir: dir})
	if fingerprint(addr) != first {
		t.Errorf("the certificate was made anew, want it kept")
	}
	if mails := h.mails(); len(mails) != 2 || mails[0].Envelope.From != "žofija@customer.test" {
		t.Errorf("kept %+v", mails)
	}
}

func TestTheEndWaitsForMailsUnderWayButNotForIdlePeers(t *testing.T) {
	t.Parallel()
	h := &house{hold: make(chan struct{}), within: make(chan struct{}, 1)}
	addr, stop := start(t, h, receiver.Config{Grace: 5 * time.Minute})
	idle := dial(t, addr)
	if err := idle.Noop(); err != nil {
		t.Fatalf("NOOP: %v", err)
	}
	busy := dial(t, addr)
	answer := make(chan error, 1)
	go func() {
		answer <- busy.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(letter))
	}()
	<-h.within
	ended := make(chan struct{})
	go func() {
		stop()
		close(ended)
	}()
	// The idle peer is sent away although the other is at work.
	var gone error
	for gone == nil {
		gone = idle.Noop()
	}
	close(h.hold)
	if err := <-answer; err != nil {
		t.Errorf("the mail under way was answered %v, want 250", err)
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the end waits for more than the mail under way")
	}
	if len(h.mails()) != 1 {
		t.Errorf("%d mails kept, want 1", len(h.mails()))
	}
}

func TestAMailThatOutlastsTheGraceIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	h := &house{hold: make(chan struct{}), within: make(chan struct{}, 1)}
	addr, stop := start(t, h, receiver.Config{Grace: 100 * time.Millisecond})
	c := dial(t, addr)
	answer := make(chan error, 1)
	go func() {
		answer <- c.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(letter))
	}()
	<-h.within
	stop()
	if err := <-answer; err == nil {
		t.Errorf("acknowledged a mail that nobody kept")
	}
	if len(h.mails()) != 0 {
		t.Errorf("%d mails kept, want none", len(h.mails()))
	}
}

func BenchmarkMailsOf4KB(b *testing.B) {
	h := &house{}
	addr, _ := start(b, h, receiver.Config{})
	mail := letter + strings.Repeat("A line of text in a mail of four kilobytes.\r\n", 90)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		c := dial(b, addr)
		for pb.Next() {
			if err := c.SendMail("ann@customer.test", []string{"desk@house.test"}, strings.NewReader(mail)); err != nil {
				b.Errorf("SendMail: %v", err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
