//nolint:misspell // RFC 5545 spells it ORGANIZER
package mailmsg

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// regional are mails of the kind that a desk in the Baltics and Poland gets from old programs.
var regional = []struct{ language, charset, name, subject, text, file string }{
	{"lv", "windows-1257", "Žanete Ķirse", "Šķiņķa piegāde", "Labvakar!\nVai šķiņķi un čiekurus atvedīsiet līdz Ģirta vārda dienai?\nĀrija – Jūrmalā\n", "rēķins.txt"},
	{"lv", "iso-8859-13", "Žanete Ķirse", "Šķiņķa piegāde", "Labvakar!\nVai šķiņķi un čiekurus atvedīsiet līdz Ģirta vārda dienai?\nĀrija Jūrmalā\n", "rēķins.txt"},
	{"lv", "iso-8859-4", "Žanete Ķirse", "Šķiņķa piegāde", "Labvakar!\nVai šķiņķi un čiekurus atvedīsiet līdz Ģirta vārda dienai?\nĀrija Jūrmalā\n", "rēķins.txt"},
	{"lt", "windows-1257", "Žygimantas Šėža", "Sąskaitos klaida", "Laba diena,\nkodėl mūsų sąskaitoje du mėnesiai? Gal įsivėlė klaida?\nAčiū iš anksto – Žygis\n", "sąskaita.txt"},
	{"lt", "iso-8859-13", "Žygimantas Šėža", "Sąskaitos klaida", "Laba diena,\nkodėl mūsų sąskaitoje du mėnesiai? Gal įsivėlė klaida?\nAčiū iš anksto\n", "sąskaita.txt"},
	{"lt", "iso-8859-4", "Žygimantas Šėža", "Sąskaitos klaida", "Laba diena,\nkodėl mūsų sąskaitoje du mėnesiai? Gal įsivėlė klaida?\nAčiū iš anksto\n", "sąskaita.txt"},
	{"pl", "windows-1250", "Stanisław Gęś", "Spóźniona przesyłka", "Szanowni Państwo,\ngdzie się podziała moja paczka? Już tydzień minął, a kurier wciąż milczy.\nŹle – bardzo źle\n", "zdjęcie.txt"},
	{"pl", "iso-8859-2", "Stanisław Gęś", "Spóźniona przesyłka", "Szanowni Państwo,\ngdzie się podziała moja paczka? Już tydzień minął, a kurier wciąż milczy.\nŹle, bardzo źle\n", "zdjęcie.txt"},
}

// TestRegional reads them labelled rightly in each transfer encoding, and with labels that say nothing, the wrong thing, or something unknown.
func TestRegional(t *testing.T) {
	t.Parallel()
	for _, c := range regional {
		for _, encoding := range []string{"8bit", "quoted-printable", "base64"} {
			for _, label := range []string{c.charset, "", "utf-8", "us-ascii", "x-unknown-9", strings.ToUpper(c.charset), `"` + c.charset + `"`} {
				text := encodeIn(t, c.charset, strings.ReplaceAll(c.text, "\n", "\r\n"))
				raw := "From: =?" + c.charset + "?B?" + base64.StdEncoding.EncodeToString(encodeIn(t, c.charset, c.name)) + "?= <ann@example.com>\r\n" +
					"To: desk@example.com\r\nSubject: " + string(encodeIn(t, c.charset, c.subject)) + "\r\nMIME-Version: 1.0\r\n" +
					"Content-Type: multipart/mixed; boundary=\"bo\"\r\n\r\n--bo\r\nContent-Type: text/plain"
				if label != "" {
					raw += "; charset=" + label
				}
				raw += "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + encodeTransfer(encoding, text) + "\r\n--bo\r\n" +
					"Content-Type: text/plain; charset=" + c.charset + "; name=\"" + string(encodeIn(t, c.charset, c.file)) + "\"\r\nContent-Disposition: attachment\r\n" +
					"Content-Transfer-Encoding: " + encoding + "\r\n\r\n" + encodeTransfer(encoding, text) + "\r\n--bo--\r\n"
				m := Parse([]byte(raw), Limits{})
				got := fmt.Sprintf("%s|%s|%s", m.Author().Name, m.Subject, m.Text)
				want := fmt.Sprintf("%s|%s|%s", c.name, c.subject, c.text)
				if got != want {
					t.Errorf("%s in %s, %s, labelled %q:\n got %q\nwant %q", c.language, c.charset, encoding, label, got, want)
				}
				if len(m.Attachments) != 1 || m.Attachments[0].FileName != c.file {
					t.Errorf("%s in %s, %s, labelled %q: attachments %v, want %s", c.language, c.charset, encoding, label, m.Attachments, c.file)
					continue
				}
				if a := m.Attachments[0]; a.SHA256() != sha256.Sum256(text) || a.Text() != c.text || a.Size() != int64(len(text)) {
					t.Errorf("%s in %s, %s: attachment of %d bytes %q, want %d", c.language, c.charset, encoding, a.Size(), a.Text(), len(text))
				}
			}
		}
	}
}

func encodeTransfer(encoding string, b []byte) string {
	switch encoding {
	case "base64":
		w := &mailWriter{}
		w.base64(b)
		return w.out.String()
	case "quoted-printable":
		var out strings.Builder
		for _, c := range b {
			if c >= 0x80 || c == '=' {
				fmt.Fprintf(&out, "=%02X", c)
			} else {
				out.WriteByte(c)
			}
		}
		return out.String()
	}
	return string(b)
}

// shape writes a mail's body in a form to compare: text, whether there is HTML, attachments.
func shape(m *Mail) string {
	var out []string
	out = append(out, fmt.Sprintf("text %q", m.Text))
	if m.HTML != "" {
		out = append(out, fmt.Sprintf("html %q", m.HTML))
	}
	for _, a := range m.Attachments {
		inline := ""
		if a.Inline {
			inline = " inline"
		}
		out = append(out, fmt.Sprintf("%s %s %q%s", a.MediaType, a.Name(), a.Content(), inline))
	}
	return strings.Join(out, "\n")
}

func TestStructure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  string
		want []string
	}{
		"plain": {"Subject: x\n\nhello\n", []string{`text "hello\n"`}},
		"html only": {"Content-Type: text/html\n\n<p>Dear <b>desk</b>,</p><p>it&nbsp;broke &amp; burns</p>", []string{
			`text "Dear desk,\n\nit broke & burns"`, `html "<p>Dear <b>desk</b>,</p><p>it&nbsp;broke &amp; burns</p>"`}},
		"alternative": {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", []string{
			`text "plain"`, `html "<p>rich"`}},
		"alternative with empty plain": {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", []string{
			`text "rich"`, `html "<p>rich"`}},
		"related inside alternative": {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: multipart/related; boundary=c\n\n--c\nContent-Type: text/html\n\n" +
			"<img src=\"cid:i@x\">\n--c\nContent-Type: image/png\nContent-ID: <i@x>\nContent-Transfer-Encoding: base64\n\nAAEC\n--c--\n--b--\n", []string{
			`text "plain"`, `html "<img src=\"cid:i@x\">"`, `image/png image.png "\x00\x01\x02" inline`}},
		"related, picture first": {"Content-Type: multipart/related; boundary=c\n\n--c\nContent-Type: image/png\nContent-ID: <i@x>\n\nX\n--c\nContent-Type: text/html\n\n<img src=\"cid:i@x\">hi\n--c--\n", []string{
			`text "hi"`, `html "<img src=\"cid:i@x\">hi"`, `image/png image.png "X" inline`}},
		"related with a start": {"Content-Type: multipart/related; boundary=c; start=\"<r@x>\"\n\n--c\nContent-Type: text/html\nContent-ID: <f@x>\n\nframe\n--c\nContent-Type: text/html\nContent-ID: <r@x>\n\nhi\n--c--\n", []string{
			`text "hi"`, `html "hi"`, `text/html document.html "frame"`}},
		"part that only looks like a header": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nNote: see below\n--b\nContent-Type: text/plain\n--b--\n", []string{`text "Note: see below"`}},
		"mixed with attachment": {"Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\nhello\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n--b--\nepilogue\n",
			[]string{`text "hello"`, `application/pdf a.pdf "PDF"`}},
		"text, image, text": {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbefore\n--b\nContent-Type: image/png; name=p.png\nContent-Disposition: inline\n\nX\n--b\n\nafter\n--b--\n",
			[]string{`text "before\n\nafter"`, `image/png p.png "X"`}},
		"html and plain footer": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>rich\n--b\nContent-Type: text/plain\n\nfooter & co\n--b--\n",
			[]string{`text "rich\n\nfooter & co"`, `html "<p>rich\n<br>\n<div style=\"white-space:pre-wrap\">footer &amp; co</div>"`}},
		"text attachment": {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: text/plain; name=notes.txt\n\nnotes\n--b--\n",
			[]string{`text "hello"`, `text/plain notes.txt "notes"`}},
		"named text that stands first": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=body.txt\n\nhello\n--b--\n", []string{`text "hello"`}},
		"attached mail": {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ndeep\n--b--\n",
			[]string{`text "see below"`, `message/rfc822 inner.eml "Subject: inner\n\ndeep"`}},
		"digest": {"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n",
			[]string{`text ""`, `message/rfc822 one.eml "Subject: one\n\n1"`, `message/rfc822 two.eml "Subject: two\n\n2"`}},
		"signed": {"Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\n\n--b\n\nhello\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nS\n--b--\n",
			[]string{`text "hello"`, `application/pkcs7-signature smime.p7s "S"`}},
		"delivery report": {"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nnot delivered\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--\n",
			[]string{`text "not delivered"`, `message/delivery-status delivery-status.txt "Action: failed"`, `text/rfc822-headers headers.txt "Subject: x"`}},
		"apple double": {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: multipart/appledouble; boundary=c\n\n--c\nContent-Type: application/applefile\n\nfork\n--c\nContent-Type: image/png; name=p.png\n\nX\n--c--\n--b--\n",
			[]string{`text "hello"`, `image/png p.png "X"`}},
		"winmail.dat":          {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nT\n--b--\n", []string{`text "hello"`, `application/ms-tnef winmail.dat "T"`}},
		"encrypted S/MIME":     {"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAEC\n", []string{`text ""`, `application/pkcs7-mime smime.p7m "\x00\x01\x02"`}},
		"uuencode within text": {"Subject: x\n\nhere it is\nbegin 644 C:\\docs\\cat.txt\n#0V%T\n`\nend\nbye\n", []string{`text "here it is\nbye\n"`, `application/octet-stream cat.txt "Cat"`}},
		"text that only speaks of uuencode": {"Subject: x\n\nbegin 644 soon\nthis is no encoded line at all, and it is longer than they are, too\nend\n", []string{
			`text "begin 644 soon\nthis is no encoded line at all, and it is longer than they are, too\nend\n"`}},
		"uuencode as transfer encoding": {"Content-Type: application/x-cat; name=cat\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 cat\n#0V%T\n`\nend\n", []string{`text ""`, `application/x-cat cat "Cat"`}},
		"unclosed multiparts": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--b\nContent-Type: image/png\n\nX\n", []string{
			`text "plain"`, `image/png image.png "X\n"`}},
		"boundary that begins like another": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b2\n\n--b2\n\nplain\n--b2--\n--b\nContent-Type: image/png\n\nX\n--b--\n", []string{
			`text "plain"`, `image/png image.png "X"`}},
		"boundary that never comes":         {"Content-Type: multipart/mixed; boundary=b\n\nhello\n", []string{`text "hello\n"`}},
		"multipart without boundary":        {"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nhello\n--b--\n", []string{`text "hello"`}},
		"part without header or blank line": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nhello there\n--b--\n", []string{`text "hello there"`}},
		"flowed": {"Content-Type: text/plain; format=flowed\n\nThis line goes \non here.\n\n> quoted \n> text\n-- \nAnn\n", []string{
			`text "This line goes on here.\n\n> quoted text\n-- \nAnn\n"`}},
		"flowed, DelSp":           {"Content-Type: text/plain; format=flowed; delsp=yes\n\nkokt \neils\n  stuffed\n", []string{`text "kokteils\n stuffed\n"`}},
		"enriched":                {"Content-Type: text/enriched\n\n<bold>Hi</bold> <color><param>red</param>there</color> << 3\n", []string{`text "Hi there < 3\n"`}},
		"UTF-7":                   {"Content-Type: text/plain; charset=utf-7\n\nP+ARM-teris +- J+AQE-nis\n", []string{`text "Pēteris + Jānis\n"`}},
		"ISO-2022-JP":             {"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B@vBu5!\x1b(B\n", []string{`text "洗濯機\n"`}},
		"base64 without padding":  {"Content-Transfer-Encoding: base64\n\naGVsbG8\n", []string{`text "hello"`}},
		"base64 with a footer":    {"Content-Transfer-Encoding: base64\n\naGVsbG8=\n____________\nMailing list: see below.\n", []string{`text "hello"`}},
		"base64, twice joined":    {"Content-Transfer-Encoding: base64\n\naGVsbG8=\nIHRoZXJl\n", []string{`text "hello there"`}},
		"text labelled base64":    {"Content-Transfer-Encoding: base64\n\nHello, I am no base64 at all!\n", []string{`text "Hello, I am no base64 at all!\n"`}},
		"broken quoted-printable": {"Content-Transfer-Encoding: quoted-printable\n\n100=% sure=\n, =C4=81 =zz\n", []string{`text "100=% sure, ā =zz\n"`}},
		"HTML that names its character set": {"Content-Type: text/html\n\n<meta http-equiv=content-type content=\"text/html; charset=windows-1257\">\xe2\xe7\xee", []string{
			`text "āēī"`, "html \"<meta http-equiv=content-type content=\\\"text/html; charset=windows-1257\\\">āēī\""}},
		"two attachments of one name": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\nX\n--b\nContent-Type: image/png\n\nY\n--b--\n", []string{
			`text ""`, `image/png image.png "X"`, `image/png image1.png "Y"`}},
		"calendar": {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nmeet\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n", []string{
			`text "meet"`, `text/calendar invitation.ics "BEGIN:VCALENDAR"`}},
		"plain and mixed HTML, as Apple Mail writes": {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>one\n--c\nContent-Type: application/pdf; name=a.pdf\n\nP\n--c\nContent-Type: text/html\n\n<p>two\n--c--\n--b--\n", []string{
			`text "plain"`, `html "<p>one\n<p>two"`, `application/pdf a.pdf "P"`}},
	} {
		m := Parse([]byte(c.raw), Limits{})
		if diff := cmp.Diff(strings.Join(c.want, "\n"), shape(m)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nproblems: %v", name, diff, m.Problems)
		}
	}
}

func TestMessageWithin(t *testing.T) {
	t.Parallel()
	inner := "From: bob@example.com\nSubject: inner\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ndeep\n--i\nContent-Type: image/png; name=p.png\n\nX\n--i--\n"
	for name, body := range map[string]string{
		"as it is": "Content-Type: message/rfc822\n\n" + inner,
		"base64":   "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(inner)),
	} {
		m := Parse([]byte("Subject: outer\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nsee\n--o\n"+body+"\n--o--\n"), Limits{})
		if len(m.Attachments) != 1 {
			t.Fatalf("%s: %d attachments, want 1", name, len(m.Attachments))
		}
		got := m.Attachments[0].Message()
		if got == nil || got.Subject != "inner" || got.Text != "deep" || len(got.Attachments) != 1 || got.Author().Email != "bob@example.com" {
			t.Errorf("%s: inner mail %+v", name, got)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`name="../../etc/passwd"`:                     "passwd",
		`name="C:\Users\ann\price list.pdf"`:          "price list.pdf",
		`name="a:b*c?.txt"`:                           "a_b_c_.txt",
		`name=".."`:                                   "file.bin",
		`name="x` + "\u202e" + `gpj.exe"`:             "xgpj.exe",
		`name="` + strings.Repeat("ā", 300) + `.pdf"`: strings.Repeat("ā", 98) + ".pdf",
		`x=y`: "file.bin",
	} {
		m := Parse([]byte("Content-Type: application/x-thing; "+in+"\n\nX"), Limits{})
		if got := m.Attachments[0].Name(); got != want {
			t.Errorf("name for %q = %q, want %q", in, got, want)
		}
	}
}

func TestReplyTo(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"From: ann@example.com\n":                                          "ann@example.com",
		"From: ann@example.com\nReply-To: Bob <bob@example.com>\n":         "Bob <bob@example.com>",
		"From: ann@example.com\nReply-To: broken\n":                        "ann@example.com",
		"From: ann@example.com\nReply-To: bob <no reply@example.com>\n":    "ann@example.com",
		"Sender: ann@example.com\n":                                        "ann@example.com",
		"Return-Path: <ann@example.com>\nFrom: nobody\n":                   "ann@example.com",
		"Return-Path: <>\nFrom: nobody\n":                                  "",
		"From: a@example.com, b@example.com\nReply-To: c@x.com, d@x.com\n": "c@x.com d@x.com",
	} {
		m := Parse([]byte(raw+"\nhello\n"), Limits{})
		var got []string
		for _, a := range m.Answerable() {
			got = append(got, a.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Answerable for %q = %v, want %s", raw, got, want)
		}
	}
}

// TestDigest checks identity: what carriers change does not matter, what a sender writes does.
func TestDigest(t *testing.T) {
	t.Parallel()
	const base = "Received: from a by b\r\nDKIM-Signature: v=1\r\nMessage-ID: <1@x>\r\nSubject: Where is\r\n my order?\r\nFrom: ann@example.com\r\n\r\nhello\r\n"
	digest := func(raw string) string {
		sum := Parse([]byte(raw), Limits{}).BodyDigest()
		return hex.EncodeToString(sum[:])
	}
	for name, raw := range map[string]string{
		"another path":      strings.Replace(base, "from a by b", "from c by d", 1),
		"no trace":          strings.Replace(base, "Received: from a by b\r\nDKIM-Signature: v=1\r\n", "", 1),
		"more trace":        "Return-Path: <x@y>\r\nDelivered-To: desk@example.com\r\nX-Spam-Score: 3\r\nAuthentication-Results: mx; spf=pass\r\nARC-Seal: i=1\r\n" + base,
		"refolded":          strings.Replace(base, "Where is\r\n my order?", "Where is my\r\n order?", 1),
		"LF":                strings.ReplaceAll(base, "\r\n", "\n"),
		"blank line at end": base + "\r\n",
		"fields reordered":  strings.Replace("From: ann@example.com\r\n"+base, "order?\r\nFrom: ann@example.com", "order?", 1),
	} {
		if digest(raw) != digest(base) {
			t.Errorf("%s: another digest, want the same", name)
		}
	}
	for name, raw := range map[string]string{
		"another text":    strings.Replace(base, "hello", "hullo", 1),
		"another subject": strings.Replace(base, "order", "money", 1),
		"another sender":  strings.Replace(base, "ann@", "bob@", 1),
		"another id":      strings.Replace(base, "1@x", "2@x", 1),
	} {
		if digest(raw) == digest(base) {
			t.Errorf("%s: the same digest, want another", name)
		}
	}
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	const event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:FLE Standard Time\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:17@example.com\r\n" +
		"ORGANIZER;CN=\"Bērziņš: Jānis\":mailto:janis@example.com\r\nATTENDEE;CN=Desk;RSVP=TRUE:MAILTO:desk@example.com\r\nSUMMARY:Iekārtas\\, ka\r\n s nedarbojas\r\n" +
		"DTSTART;TZID=\"FLE Standard Time\":20260306T093000\r\nDTEND;TZID=\"FLE Standard Time\":20260306T103000\r\nLOCATION:Brīvības iela 1\\nRīga\r\nRRULE:FREQ=DAILY\r\n" +
		"BEGIN:VALARM\r\nDESCRIPTION:reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	m := Parse([]byte("Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n"+event), Limits{})
	got, ok := m.Invitation()
	if !ok {
		t.Fatal("no invitation")
	}
	want := Invitation{Method: "REQUEST", UID: "17@example.com", Summary: "Iekārtas, kas nedarbojas", Location: "Brīvības iela 1\nRīga",
		Organizer: Address{Name: "Bērziņš: Jānis", Email: "janis@example.com"}, Attendees: []Address{{Name: "Desk", Email: "desk@example.com"}},
		Start: time.Date(2026, 3, 6, 7, 30, 0, 0, time.UTC), End: time.Date(2026, 3, 6, 8, 30, 0, 0, time.UTC), Repeats: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("invitation (-want +got):\n%s", diff)
	}
	for in, want := range map[string]string{
		"DTSTART:20260306T093000Z\nDURATION:PT1H30M":                      "2026-03-06T09:30:00Z 2026-03-06T11:00:00Z",
		"DTSTART;VALUE=DATE:20260306":                                     "2026-03-06T00:00:00Z 2026-03-07T00:00:00Z whole day",
		"DTSTART:20260306T093000":                                         "2026-03-06T09:30:00Z 2026-03-06T09:30:00Z unknown zone",
		"DTSTART;TZID=/x.net/Europe/Warsaw:20260706T093000\nDURATION:P1D": "2026-07-06T07:30:00Z 2026-07-07T07:30:00Z",
		"DTSTART;TZID=Nowhere:20260306T093000Z":                           "2026-03-06T09:30:00Z 2026-03-06T09:30:00Z",
	} {
		inv, ok := ParseCalendar("BEGIN:VEVENT\n" + in + "\nEND:VEVENT\n")
		text := inv.Start.UTC().Format(time.RFC3339) + " " + inv.End.UTC().Format(time.RFC3339)
		if inv.AllDay {
			text += " whole day"
		}
		if inv.ZoneUnknown {
			text += " unknown zone"
		}
		if !ok || text != want {
			t.Errorf("ParseCalendar(%q) = %s, %v; want %s", in, text, ok, want)
		}
	}
}

// TestContentIsNotCopied holds that an unencoded attachment is part of the mail's own bytes.
func TestContentIsNotCopied(t *testing.T) {
	t.Parallel()
	raw := []byte("Content-Type: application/x-big\n\n" + strings.Repeat("x", 1000))
	content := Parse(raw, Limits{}).Attachments[0].Content()
	if &content[0] != &raw[len(raw)-1000] {
		t.Error("content was copied")
	}
}
