package bench

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Load sends mails by SMTP on several connections at once, each as fast as the receiver answers. As mail servers do, it sends the commands before a mail together where the
// receiver takes that (RFC 2920).
type Load struct {
	Address     string // host:port of the receiver
	To          string // recipient
	Connections int
	For         time.Duration
	First       int // number of the first writer: those of another load are other people
	Rate        int // mails a second, all connections together; 0 for as fast as they are taken
}

// Sent is what a load came to.
type Sent struct {
	Mails int64
	Took  time.Duration
}

// Run sends until the time is over or ctx ends.
func (l Load) Run(ctx context.Context) (Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, l.For)
	defer cancel()
	var sent atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	begun := time.Now()
	for n := range l.Connections {
		wg.Go(func() {
			if err := l.connection(ctx, n, &sent); err != nil && ctx.Err() == nil {
				failed.CompareAndSwap(nil, &err)
				cancel()
			}
		})
	}
	wg.Wait()
	out := Sent{sent.Load(), time.Since(begun)}
	if err := failed.Load(); err != nil {
		return out, *err
	}
	return out, nil
}

func (l Load) connection(ctx context.Context, n int, sent *atomic.Int64) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close() // the last mail was answered
	p := peer{bufio.NewReader(conn), bufio.NewWriter(conn)}
	if _, err := p.hear("220"); err != nil {
		return err
	}
	can, err := p.say("EHLO bench.test\r\n", "250")
	if err != nil {
		return err
	}
	together := slices.Contains(can, "PIPELINING")
	writer := newWriter(uint64(l.First + n))
	for begun := time.Now(); ctx.Err() == nil; {
		if !l.pace(ctx, begun, writer.seq) {
			break
		}
		from, mail := writer.next(l.To)
		if err := p.envelope(from, l.To, together); err != nil {
			return err
		}
		if _, err := p.say(mail+"\r\n.\r\n", "250"); err != nil {
			return err
		}
		sent.Add(1)
	}
	_, err = p.say("QUIT\r\n", "221")
	return err
}

// pace waits until a connection that sent so many mails may send another; false where ctx ends first.
func (l Load) pace(ctx context.Context, begun time.Time, sent int) bool {
	if l.Rate == 0 {
		return true
	}
	due := time.NewTimer(time.Until(begun.Add(time.Duration(sent*l.Connections) * time.Second / time.Duration(l.Rate))))
	defer due.Stop()
	select {
	case <-due.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// peer is the receiver at the other end.
type peer struct {
	r *bufio.Reader
	w *bufio.Writer
}

// envelope says from whom to whom a mail goes, up to where its text may follow.
func (p peer) envelope(from, to string, together bool) error {
	lines := [...]string{"MAIL FROM:<" + from + ">\r\n", "RCPT TO:<" + to + ">\r\n", "DATA\r\n"}
	want := [...]string{"250", "250", "354"}
	if together {
		if err := p.send(lines[:]...); err != nil {
			return err
		}
	}
	for i, line := range lines {
		if !together {
			if err := p.send(line); err != nil {
				return err
			}
		}
		if _, err := p.hear(want[i]); err != nil {
			return fmt.Errorf("after %.20q: %w", line, err)
		}
	}
	return nil
}

func (p peer) say(line, want string) ([]string, error) {
	if err := p.send(line); err != nil {
		return nil, err
	}
	answer, err := p.hear(want)
	if err != nil {
		return nil, fmt.Errorf("after %.20q: %w", line, err)
	}
	return answer, nil
}

func (p peer) send(lines ...string) error {
	for _, line := range lines {
		if _, err := p.w.WriteString(line); err != nil {
			return err
		}
	}
	return p.w.Flush()
}

// hear reads an answer, which must have the code; it returns the text of its lines.
func (p peer) hear(want string) (text []string, err error) {
	for {
		got, err := p.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if len(got) < 4 || !strings.HasPrefix(got, want) {
			return nil, fmt.Errorf("%q, want %s", got, want)
		}
		text = append(text, strings.TrimSpace(got[4:]))
		if got[3] == ' ' {
			return text, nil
		}
	}
}

// writer makes mails of about 4 KB: seven of ten begin a matter, three answer an earlier mail of the same person.
type writer struct {
	n    uint64
	rnd  *rand.Rand
	seq  int
	past []past
}

type past struct{ from, id, subject string }

func newWriter(n uint64) *writer {
	return &writer{n: n, rnd: rand.New(rand.NewPCG(n, 4096))}
}

var words = strings.Fields(`labdien paldies pasūtījums piegāde rēķins summa nav saņemts lūdzu atbildiet kad varētu preces kvalitāte bojāts
	iepakojums kurjers adrese tālrunis veikals atgriezt nauda maksājums datums laiks order delivery invoice amount please reply when goods quality
	damaged courier address phone shop return money payment date time thank you hello question answer help account password change`)

func (w *writer) text(size int) string {
	var b strings.Builder
	b.Grow(size + 100)
	line := 0
	for b.Len() < size {
		word := words[w.rnd.IntN(len(words))]
		if line+len(word) > 70 {
			b.WriteString("\r\n")
			line = 0
		}
		b.WriteString(word)
		b.WriteByte(' ')
		line += len(word) + 1
	}
	return b.String()
}

func (w *writer) next(to string) (from, mail string) {
	w.seq++
	id := fmt.Sprintf("%d.%d.%d@bench.test", w.n, w.seq, w.rnd.Uint32())
	from = fmt.Sprintf("customer%d.%d@bench.test", w.n, w.rnd.IntN(20000))
	subject := "Jautājums " + words[w.rnd.IntN(len(words))] + " " + fmt.Sprint(w.rnd.IntN(100000))
	var refers string
	if len(w.past) > 50 && w.rnd.IntN(10) < 3 {
		p := w.past[w.rnd.IntN(len(w.past))]
		from, subject = p.from, "Re: "+p.subject
		refers = "In-Reply-To: <" + p.id + ">\r\nReferences: <" + p.id + ">\r\n"
	}
	w.past = append(w.past, past{from, id, subject})
	if len(w.past) > 500 {
		w.past = w.past[100:]
	}
	mail = "From: Customer " + from[:8] + " <" + from + ">\r\nTo: <" + to + ">\r\nSubject: =?utf-8?q?" + strings.ReplaceAll(quoted(subject), " ", "_") +
		"?=\r\nMessage-ID: <" + id + ">\r\n" + refers + "Date: " + time.Now().Format(time.RFC1123Z) +
		"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + w.text(3700)
	return from, mail
}

// quoted is Q encoding of what is not ASCII (RFC 2047 4.2), without the blanks.
func quoted(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] >= 0x80 {
			fmt.Fprintf(&b, "=%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
