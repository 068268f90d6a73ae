package mailmsg

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// bombs are mails made to cost more than their size. Each must be read, with its attachments, below a second and 100 MB.
func bombs() map[string][]byte {
	repeat := func(s string, n int) string { return strings.Repeat(s, n) }
	out := map[string][]byte{
		"a thousand nested messages": []byte(repeat("Content-Type: message/rfc822\r\n\r\n", 1000) + "Subject: innermost\r\n\r\nhello\r\n"),
		"100,000 parts":              []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 100_000) + "--b--\r\n"),
		"100,000 empty parts":        []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeat("--b\r\n", 100_000) + "--b--\r\n"),
		"10 MB header, one field":    []byte("From: ann@example.com\r\nX-Long: " + repeat("a", 10<<20) + "\r\nSubject: after\r\n\r\nhello\r\n"),
		"10 MB header, folded":       []byte("From: ann@example.com\r\nX-Long: " + repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n ", 10<<20/30) + "\r\nSubject: after\r\n\r\nhello\r\n"),
		"10 MB header, many fields":  []byte("From: ann@example.com\r\n" + repeat("X-A: b\r\n", 10<<20/8) + "\r\nhello\r\n"),
		"10 MB of recipients":        []byte("From: ann@example.com\r\nTo: " + repeat("bob@example.com, ", 10<<20/17) + "\r\n\r\nhello\r\n"),
		"many To fields":             []byte("From: ann@example.com\r\n" + repeat("To: bob@example.com, \"Ann\" <ann@example.com>\r\n", 20_000) + "\r\nhello\r\n"),
		"10 MB without line end":     []byte(repeat("a", 10<<20)),
		"10 MB of line ends":         []byte("Subject: x\n" + repeat("\n", 10<<20)),
		"10 MB of CR":                []byte(repeat("\r", 10<<20)),
		"10 MB of NUL":               make([]byte, 10<<20),
		"encoded words, unclosed":    []byte("Subject: " + repeat("=?utf-8?q?", 200_000) + "\r\n\r\nx"),
		"encoded words, adjacent":    []byte("Subject: " + repeat("=?utf-8?b?xA==?= ", 100_000) + "\r\n\r\nx"),
		"encoded words, base64 bits": []byte("Subject: " + repeat("=?utf-8?b?x?= ", 100_000) + "\r\n\r\nx"),
		"quotes in an address":       []byte("From: " + repeat("\"\\\"<", 100_000) + "\r\n\r\nx"),
		"brackets in an address":     []byte("From: " + repeat("<", 300_000) + "\r\n\r\nx"),
		"closing brackets":           []byte("From: a" + repeat(">", 300_000) + "\r\n\r\nx"),
		"nested comments":            []byte("From: " + repeat("(", 300_000) + "\r\n\r\nx"),
		"commas and brackets":        []byte("To: " + repeat("<\",", 100_000) + "\r\n\r\nx"),
		"parameters":                 []byte("Content-Type: text/plain; " + repeat("a*1*=%41; ", 100_000) + "\r\n\r\nx"),
		"blanks in a parameter":      []byte("Content-Type: text/plain; name=a" + repeat(" ", 250_000) + "b; c=d\r\n\r\nx"),
		"quotes in a parameter":      []byte("Content-Type: text/plain; name=\"" + repeat("\"a", 120_000) + "\r\n\r\nx"),
		"group":                      []byte("To: " + repeat("a:", 150_000) + "\r\n\r\nx"),
		"references":                 []byte("References: " + repeat("<a@b>", 60_000) + "\r\n\r\nx"),
		"boundary-like lines":        []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + repeat("--c\r\n", 1_000_000) + "--b--\r\n"),
		"unclosed tags":              []byte("Content-Type: text/html\r\n\r\n" + repeat("<a href=\"", 400_000)),
		"open angle brackets":        []byte("Content-Type: text/html\r\n\r\n" + repeat("<", 4<<20)),
		"unclosed comments":          []byte("Content-Type: text/html\r\n\r\n" + repeat("<!--", 1<<20)),
		"unclosed styles":            []byte("Content-Type: text/html\r\n\r\n" + repeat("<title>", 600_000)),
		"quotes within tags":         []byte("Content-Type: text/html\r\n\r\n" + repeat("<a b=\"' c='>", 300_000)),
		"deep block quotes":          []byte("Content-Type: text/html\r\n\r\n" + repeat("<blockquote>a", 300_000)),
		"entities":                   []byte("Content-Type: text/html\r\n\r\n" + repeat("&amp", 1<<20)),
		"cid links":                  []byte("Content-Type: text/html\r\n\r\n" + repeat("cid:", 1<<20)),
		"meta tags":                  []byte("Content-Type: text/html\r\n\r\n" + repeat("<meta ", 1<<20)),
		"enriched":                   []byte("Content-Type: text/enriched\r\n\r\n" + repeat("<param>", 600_000)),
		"uuencode beginnings":        []byte("Subject: x\r\n\r\n" + repeat("begin 644 a\r\n#86)C\r\n", 200_000)),
		"uuencode, no end":           []byte("Subject: x\r\n\r\n" + repeat("begin 644 a\r\n", 300_000)),
		"flowed":                     []byte("Content-Type: text/plain; format=flowed\r\n\r\n" + repeat(repeat(">", 900)+" a \r\n", 4000)),
		"utf-7":                      []byte("Content-Type: text/plain; charset=utf-7\r\n\r\n" + repeat("+", 4<<20)),
		"invalid utf-8":              []byte("Content-Type: text/plain; charset=utf-8\r\n\r\n" + repeat("\xc4\x81\xc4\xc4\x81\xc4\x81\xc4\x81\xc4\x81", 1<<19)),
		"unlabelled bytes":           []byte("Content-Type: text/plain\r\n\r\n" + repeat("\xe2\xe7 a", 1<<20)),
		"base64 paddings":            []byte("Content-Transfer-Encoding: base64\r\n\r\n" + repeat("YQ==", 2<<20)),
		"soft line breaks":           []byte("Content-Transfer-Encoding: quoted-printable\r\n\r\n" + repeat("=\r\n", 2<<20)),
		"header lines without colon": []byte("Subject: x\r\n" + repeat("abc\r\n abc\r\n", 300_000) + "\r\nx"),
		"mbox lines":                 []byte(repeat("From x\r\n", 500_000) + "Subject: x\r\n\r\nx"),
		"calendar":                   []byte("Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nATTENDEE:a@b\r\n", 100_000)),
	}
	var deep, same bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		same.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n")
	}
	out["unclosed nested multiparts"] = deep.Bytes()
	out["unclosed nested multiparts, same boundary"] = same.Bytes()
	var nested bytes.Buffer
	for i := range 1000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n", i, i)
	}
	out["messages in unclosed multiparts"] = nested.Bytes()
	var noBoundary bytes.Buffer
	noBoundary.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 50_000 {
		noBoundary.WriteString("--b\r\nContent-Type: multipart/mixed\r\n\r\n--c\r\nx\r\n")
	}
	out["multiparts without boundary"] = noBoundary.Bytes()
	qp := "Subject: innermost\r\n\r\nhello\r\n"
	for range 200 {
		qp = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(qp, "=", "=3D")
		if len(qp) > 4<<20 {
			break
		}
	}
	out["encoded nested messages"] = []byte(qp)
	return out
}

// TestBombs is not parallel: it measures time and memory.
func TestBombs(t *testing.T) {
	loadModels() // once per process; not the mail's cost
	for name, raw := range bombs() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		m := Parse(raw, Limits{})
		m.BodyDigest()
		for _, a := range m.Attachments {
			a.SHA256()
			a.Name()
			a.Size()
		}
		m.Invitation()
		for inner := firstMessage(m); inner != nil; inner = firstMessage(inner) {
			inner.BodyDigest()
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		used := after.TotalAlloc - before.TotalAlloc
		// The time is the score's business (mail-cost); here a bomb that costs more than linear work uses up the time of the whole run.
		if used > 100<<20 {
			t.Errorf("%s (%d KB): %d MB, want below 100 MB", name, len(raw)>>10, used>>20)
		}
		if testing.Verbose() {
			t.Logf("%-45s %6d KB %10v %6d KB allocated %v", name, len(raw)>>10, took.Round(time.Microsecond), used>>10, m.Problems)
		}
	}
}

func firstMessage(m *Mail) *Mail {
	for _, a := range m.Attachments {
		if inner := a.Message(); inner != nil {
			return inner
		}
	}
	return nil
}

// TestBeyondLimits checks that what lies beyond a limit is named as a problem, and that what lies within is there.
func TestBeyondLimits(t *testing.T) {
	t.Parallel()
	all := bombs()
	for name, want := range map[string]ProblemCode{
		"100,000 parts": ProblemParts, "10 MB header, one field": ProblemHeaderSize, "unclosed nested multiparts": ProblemDepth, "10 MB without line end": ProblemNoHeader,
	} {
		if m := Parse(all[name], Limits{}); !m.Has(want) {
			t.Errorf("%s: problems %v, want %s", name, m.Problems, want)
		}
	}
	if m := Parse(all["10 MB header, one field"], Limits{}); m.Subject != "after" || m.Author().Email != "ann@example.com" || m.Text != "hello\n" {
		t.Errorf("fields around a long one were lost: %q %v %q", m.Subject, m.From, m.Text)
	}
	depth := 0
	for m := Parse(all["a thousand nested messages"], Limits{Depth: 2000}); m != nil; m = firstMessage(m) {
		depth++
		if m.Subject == "innermost" {
			if depth != 1001 || m.Text != "hello\n" {
				t.Errorf("innermost message at depth %d with text %q, want 1001", depth, m.Text)
			}
			return
		}
	}
	t.Errorf("a thousand nested messages: gave up at depth %d though the limit is 2000", depth)
}
