//nolint:misspell // RFC 5545 spells it ORGANIZER
package mailmsg

import (
	"testing"
	"unicode/utf8"
)

// fuzzSeeds are small mails of each kind that the reader treats differently.
var fuzzSeeds = []string{
	"",
	"From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?Q?=C5=A1?=\r\nDate: Fri, 06 Mar 2026 09:30:15 +0200\r\n\r\nhello\r\n",
	"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n--b--\r\n",
	"Content-Type: multipart/alternative; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: text/html\n\n<p>t<img src=cid:a>\n--b--\n",
	"Content-Type: text/plain; format=flowed; delsp=yes\n\n> a \n> b\nc \nd\n",
	"Content-Type: text/html; charset=windows-1257\n\n<style>x</style><blockquote>\xe2</blockquote>&amp;<!-- x -->",
	"Content-Transfer-Encoding: base64\n\naGVsbG8=\n",
	"Content-Transfer-Encoding: quoted-printable\n\n=C5=A1=\n x=\n",
	"Subject: x\n\nbegin 644 a.txt\n#86)C\n`\nend\n",
	"Content-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART;TZID=Europe/Riga:20260306T093000\nDURATION:PT1H\nORGANIZER;CN=A:mailto:a@b.c\nEND:VEVENT\n",
	"Content-Type: a/b; name*0*=utf-8''%C5; name*1*=%A1; name=\"x\n\n",
	"Content-Type: text/plain; charset=utf-7\n\n+AWE-",
	"To: Team: a@b, \"c\" <d@e>; (x (y)) <@r:f@g>\nReferences: <a@b> <c@d\n\n",
}

// FuzzParse checks that any bytes are read, that every string is fit for a database and a page, and that nothing is given beyond the mail.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw, Limits{})
		check := func(what, s string) {
			if !utf8.ValidString(s) {
				t.Errorf("%s is not valid UTF-8: %q", what, s)
			}
			for i := 0; i < len(s); i++ {
				if s[i] == 0 {
					t.Errorf("%s has a NUL: %q", what, s)
				}
			}
		}
		check("Subject", m.Subject)
		check("Text", m.Text)
		check("HTML", m.HTML)
		check("MessageID", m.MessageID)
		for _, list := range [][]Address{m.From, m.Sender, m.ReplyTo, m.To, m.Cc, m.Bcc} {
			for _, a := range list {
				check("address", a.Name+a.Email+a.Group)
			}
		}
		for _, field := range m.Header.Fields() {
			check("field", field.Name+field.Value)
		}
		for _, a := range m.Attachments {
			check("name", a.Name())
			if a.Name() == "" || len(a.Name()) > 260 {
				t.Errorf("name of %d bytes: %q", len(a.Name()), a.Name())
			}
			if got := int64(len(a.Content())); got != a.Size() {
				t.Errorf("Size = %d, Content has %d bytes", a.Size(), got)
			}
			if int64(len(a.Content())) > int64(len(raw)) {
				t.Errorf("content of %d bytes in a mail of %d", len(a.Content()), len(raw))
			}
			check("text", a.Text())
			if inner := a.Message(); inner != nil {
				check("inner subject", inner.Subject)
			}
		}
		if inv, ok := m.Invitation(); ok {
			check("invitation", inv.Summary+inv.Location+inv.Organizer.Name)
		}
		m.BodyDigest()
		if m.Auto.Kind != AutoNone && (m.Auto.Reason == "" || !m.Auto.NoReply) {
			t.Errorf("automatic without reason, or answerable: %+v", m.Auto)
		}
	})
}

// FuzzAddresses checks that what is read as an address, and would be written, is read again as itself.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"Ann <ann@example.com>", `"a\"b" <a@b>`, "a: b@c;", "=?utf-8?q?a?= <b@c>", "<<a@b>", "a@b (c)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, a := range ParseAddresses(s) {
			if a.Email == "" {
				continue
			}
			email, err := writableEmail(a.Email)
			if err != nil {
				continue
			}
			again := ParseAddresses(writtenAddress(a.Name, email))
			if len(again) != 1 || again[0].Email != cleanEmail(email) {
				t.Errorf("ParseAddresses(%q) gave %+v, which is written as %q and read as %+v", s, a, writtenAddress(a.Name, email), again)
			}
		}
	})
}

// FuzzParseDate checks that dates are within the range that JSON and databases take.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"Fri, 06 Mar 2026 09:30:15 +0200 (EET)", "2026-03-06T09:30:15Z", "6-Mar-26 9:30pm", "Fri Mar  6 09:30:15 EET 2026"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseDate(s)
		if !ok {
			if !got.IsZero() {
				t.Errorf("ParseDate(%q) = %v and false", s, got)
			}
			return
		}
		if _, err := got.MarshalJSON(); err != nil {
			t.Errorf("ParseDate(%q) = %v: %v", s, got, err)
		}
	})
}

// FuzzCalendar checks that any text is read, and that an event does not end absurdly far from its beginning.
func FuzzCalendar(f *testing.F) {
	f.Add("BEGIN:VEVENT\nDTSTART;TZID=FLE Standard Time:20260306T093000\nDURATION:P1W2DT3H4M5S\nSUMMARY:a\\nb\nEND:VEVENT")
	f.Add("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260306\nATTENDEE;CN=\"a:b\":mailto:c@d\nBEGIN:VALARM\nSUMMARY:no\nEND:VALARM\nEND:VEVENT")
	f.Fuzz(func(t *testing.T, s string) {
		inv, ok := ParseCalendar(s)
		if !ok && inv.Summary != "" {
			t.Errorf("no event, yet a summary: %+v", inv)
		}
		if ok && !inv.Start.IsZero() && inv.End.IsZero() {
			t.Errorf("a start without an end: %+v", inv)
		}
		if len(inv.Attendees) > maxAttendees {
			t.Errorf("%d attendees", len(inv.Attendees))
		}
	})
}
