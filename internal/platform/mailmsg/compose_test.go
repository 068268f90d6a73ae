package mailmsg

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var composedAt = time.Date(2026, 3, 6, 9, 30, 0, 0, time.FixedZone("", 2*3600))

func draft() Outgoing {
	return Outgoing{From: Address{Name: "Desk", Email: "desk@example.com"}, To: []Address{{Name: "Ann", Email: "ann@example.com"}},
		Subject: "Your order", Date: composedAt, MessageID: "1@example.com", Text: "Hello,\n\nit is on its way.\n"}
}

func mustCompose(t *testing.T, o Outgoing) []byte {
	t.Helper()
	raw, err := Compose(o)
	if err != nil {
		t.Fatalf("Compose(%+v): %v", o, err)
	}
	return raw
}

func TestComposePlain(t *testing.T) {
	t.Parallel()
	want := strings.ReplaceAll(`Date: Fri, 06 Mar 2026 09:30:00 +0200
From: Desk <desk@example.com>
To: Ann <ann@example.com>
Subject: Your order
Message-ID: <1@example.com>
In-Reply-To: <b@x>
References: <a@x> <b@x>
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
X-Tellus-Loop: d1
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

Hello,

it is on its way.
`, "\n", "\r\n")
	o := draft()
	o.InReplyTo, o.References, o.AutoSubmitted, o.Loop, o.Bcc = "b@x", []string{"a@x"}, "auto-replied", "d1", []Address{{Email: "secret@example.com"}}
	if diff := cmp.Diff(want, string(mustCompose(t, o))); diff != "" {
		t.Errorf("Compose (-want +got):\n%s", diff)
	}
	to, err := o.Recipients()
	if diff := cmp.Diff([]string{"ann@example.com", "secret@example.com"}, to); diff != "" || err != nil {
		t.Errorf("Recipients: %v (-want +got):\n%s", err, diff)
	}
}

func TestComposeLeavesOutANameThatIsTheAddress(t *testing.T) {
	t.Parallel()
	o := draft()
	o.To = []Address{{Name: "Ann@Example.com", Email: "ann@example.com"}, {Name: "ann", Email: "ann@example.com"}}
	if raw := string(mustCompose(t, o)); !strings.Contains(raw, "\r\nTo: ann@example.com, ann <ann@example.com>\r\n") {
		t.Errorf("Compose:\n%s", raw)
	}
}

// TestComposeStructure looks at where text, HTML, inline images and attachments end up.
func TestComposeStructure(t *testing.T) {
	t.Parallel()
	image := File{Name: "p.png", MediaType: "image/png", ContentID: "p@x", Content: []byte{0, 1, 2}}
	pdf := File{Name: "rēķins.pdf", MediaType: "application/pdf", Content: []byte("PDF")}
	mail := File{Name: "old.eml", MediaType: "message/rfc822", Content: []byte("Subject: old\n\nhello\n")}
	for name, c := range map[string]struct {
		change func(*Outgoing)
		want   string
	}{
		"text":       {func(*Outgoing) {}, "text/plain"},
		"HTML only":  {func(o *Outgoing) { o.Text, o.HTML = "", "<p>hi" }, "text/html"},
		"both":       {func(o *Outgoing) { o.HTML = "<p>hi" }, "multipart/alternative text/plain text/html"},
		"with image": {func(o *Outgoing) { o.HTML, o.Inline = "<img src=cid:p@x>", []File{image} }, "multipart/alternative text/plain multipart/related text/html image/png"},
		"with attachments": {func(o *Outgoing) {
			o.HTML, o.Inline, o.Attachments = "<img src=cid:p@x>", []File{image}, []File{pdf, mail}
		},
			"multipart/mixed multipart/alternative text/plain multipart/related text/html image/png application/pdf message/rfc822"},
		"text with attachment": {func(o *Outgoing) { o.Attachments = []File{pdf} }, "multipart/mixed text/plain application/pdf"},
		"image but no HTML":    {func(o *Outgoing) { o.Inline = []File{image} }, "multipart/mixed text/plain image/png"},
		"nothing at all":       {func(o *Outgoing) { o.Text = "" }, "text/plain"},
		"a multipart as file":  {func(o *Outgoing) { o.Attachments = []File{{Name: "x", MediaType: "multipart/mixed; boundary=x"}} }, "multipart/mixed text/plain application/octet-stream"},
		"a mail with long lines": {func(o *Outgoing) {
			o.Attachments = []File{{Name: "x.eml", MediaType: "message/rfc822", Content: []byte("Subject: x\n\n" + strings.Repeat("x", 2000))}}
		}, "multipart/mixed text/plain application/octet-stream"},
	} {
		o := draft()
		c.change(&o)
		m := Parse(mustCompose(t, o), Limits{})
		var types []string
		m.Root.Walk(func(p *Part) bool { types = append(types, p.MediaType); return true })
		if got := strings.Join(types, " "); got != c.want || len(m.Problems) > 0 {
			t.Errorf("%s: %s, problems %v; want %s", name, got, m.Problems, c.want)
		}
	}
}

// TestComposeRefuses holds that no value can add a field, a recipient or a line.
func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Outgoing)
		want   error
	}{
		"no recipient":           {func(o *Outgoing) { o.To = nil }, ErrAddress},
		"no sender":              {func(o *Outgoing) { o.From = Address{} }, ErrAddress},
		"no domain":              {func(o *Outgoing) { o.To[0].Email = "ann" }, ErrAddress},
		"line end in address":    {func(o *Outgoing) { o.To[0].Email = "ann@example.com\r\nBcc: bob@example.com" }, ErrAddress},
		"second address":         {func(o *Outgoing) { o.To[0].Email = "ann@example.com, bob@example.com" }, ErrAddress},
		"bracket in address":     {func(o *Outgoing) { o.To[0].Email = "ann@example.com>" }, ErrAddress},
		"blank in address":       {func(o *Outgoing) { o.Bcc = []Address{{Email: "ann @example.com"}} }, ErrAddress},
		"line end in quotes":     {func(o *Outgoing) { o.To[0].Email = "\"a\r\nb\"@example.com" }, ErrAddress},
		"unseen letters":         {func(o *Outgoing) { o.To[0].Email = "p\u202eteris@example.com" }, ErrAddress},
		"blank beyond ASCII":     {func(o *Outgoing) { o.To[0].Email = "p\u00a0teris@example.com" }, ErrAddress},
		"no date":                {func(o *Outgoing) { o.Date = time.Time{} }, ErrField},
		"no id":                  {func(o *Outgoing) { o.MessageID = "" }, ErrField},
		"line end in id":         {func(o *Outgoing) { o.MessageID = "1@x>\r\nBcc: <bob@example.com" }, ErrField},
		"blank in reference":     {func(o *Outgoing) { o.References = []string{"a b@x"} }, ErrField},
		"endless id":             {func(o *Outgoing) { o.InReplyTo = strings.Repeat("x", 2000) + "@x" }, ErrField},
		"line end in marker":     {func(o *Outgoing) { o.AutoSubmitted = "auto-replied\r\nBcc: x@y" }, ErrField},
		"line end in name":       {func(o *Outgoing) { o.Extra = []Field{{"X-A\r\nBcc", "x@y"}} }, ErrField},
		"reserved field":         {func(o *Outgoing) { o.Extra = []Field{{"bCC", "x@y"}} }, ErrField},
		"colon in name":          {func(o *Outgoing) { o.Extra = []Field{{"Bcc: x@y, X", "z"}} }, ErrField},
		"line end in content id": {func(o *Outgoing) { o.HTML, o.Inline = "x", []File{{ContentID: "a@b\r\nX: y"}} }, ErrField},
	} {
		o := draft()
		c.change(&o)
		if raw, err := Compose(o); !errors.Is(err, c.want) {
			t.Errorf("%s: Compose gave %v, want %v\n%s", name, err, c.want, raw)
		}
	}
	o := draft()
	o.From.Name, o.Subject, o.To[0].Name, o.Loop = "De\r\nBcc: x@y\r\nsk", "Hello\r\nBcc: x@y\r\n\r\nbody", "A\nnn\", <x@y>", "a\r\nBcc: x@y"
	o.Extra = []Field{{"List-Unsubscribe", "<https://example.com/u>\r\nBcc: x@y"}}
	o.Attachments = []File{{Name: "a\"\r\nBcc: x@y.pdf", MediaType: "text/x\r\nBcc: x@y", Content: []byte("x")}}
	m := Parse(mustCompose(t, o), Limits{})
	m.Root.Walk(func(p *Part) bool {
		if p.Header.Has("Bcc") {
			t.Errorf("a value became a field: %v", p.Header.Fields())
		}
		return true
	})
	if len(m.To) != 1 || m.To[0].Email != "ann@example.com" || m.Subject != "Hello  Bcc: x@y    body" || m.Text != draft().Text {
		t.Errorf("To %v, subject %q, text %q", m.To, m.Subject, m.Text)
	}
}

func TestReferencesAreCapped(t *testing.T) {
	t.Parallel()
	o := draft()
	for i := range 500 {
		o.References = append(o.References, fmt.Sprintf("%d.%s@example.com", i, strings.Repeat("x", 100)))
	}
	o.InReplyTo = o.References[499]
	m := Parse(mustCompose(t, o), Limits{})
	if n := len(m.References); n != maxRefsOut || m.References[0] != o.References[0] || m.References[n-1] != o.InReplyTo {
		t.Errorf("%d references, first %.10s, last %.10s", n, m.References[0], m.References[n-1])
	}
}

func TestInternationalDomain(t *testing.T) {
	t.Parallel()
	o := draft()
	o.To = []Address{{Email: "ann@bücher.example"}}
	if m := Parse(mustCompose(t, o), Limits{}); m.To[0].Email != "ann@xn--bcher-kva.example" {
		t.Errorf("To = %v, want the domain in ASCII", m.To)
	}
}

// genText draws text as people write it: several scripts, signs that headers and encodings treat specially, lines long and short.
func genText(newlines bool) *rapid.Generator[string] {
	runes := []rune("abc XYZ.,;:<>()[]@\"\\'=?_-#%&*/!0123456789āēčšžłąžößéжщ漢字😀\u00a0")
	if newlines {
		runes = append(runes, '\n', '\n', '\n', '\t', '.')
	}
	words := rapid.SampledFrom([]string{"From ", "=?utf-8?Q?x?=", "--", "=_", "=\n", ".", "begin", strings.Repeat("long", 300), strings.Repeat("ķ", 400), "  ", "(c)", "<a@b>", ", "})
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "word") {
				w := words.Draw(t, "w")
				if !newlines {
					w = strings.ReplaceAll(w, "\n", "")
				}
				b.WriteString(w)
			} else {
				b.WriteString(rapid.StringOfN(rapid.SampledFrom(runes), 0, 30, -1).Draw(t, "s"))
			}
		}
		return b.String()
	})
}

func genAddress() *rapid.Generator[Address] {
	local := rapid.StringMatching(`[a-z0-9]{1,8}([.+_-][a-z0-9]{1,5})?`)
	domain := rapid.StringMatching(`[a-z0-9]{1,8}\.(com|lv|lt|pl)`)
	name := genText(false)
	return rapid.Custom(func(t *rapid.T) Address {
		return Address{Name: trimName(strings.TrimSpace(clip(name.Draw(t, "name"), 200))), Email: local.Draw(t, "local") + "@" + domain.Draw(t, "domain")}
	})
}

func genFile(inline bool) *rapid.Generator[File] {
	return rapid.Custom(func(t *rapid.T) File {
		f := File{
			Name:      safeFileName(strings.TrimSpace(genText(false).Draw(t, "file name"))),
			MediaType: rapid.SampledFrom([]string{"application/pdf", "image/png", "text/plain", "application/octet-stream"}).Draw(t, "type"),
			Content:   rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "content"),
		}
		if inline {
			f.MediaType = "image/png"
			f.ContentID = rapid.StringMatching(`[a-z0-9]{4,9}@[a-z]{3}`).Draw(t, "cid")
		}
		if f.Name == "" {
			f.Name = "x.bin"
		}
		return f
	})
}

// TestRoundTrip: what Compose writes, Parse reads, whatever the words; the mail is 7-bit with lines that servers take; writing again gives
// the same bytes.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		addresses := rapid.SliceOfN(genAddress(), 0, 4)
		o := Outgoing{
			From: genAddress().Draw(t, "from"), To: rapid.SliceOfN(genAddress(), 1, 4).Draw(t, "to"), Cc: addresses.Draw(t, "cc"), ReplyTo: addresses.Draw(t, "reply-to"),
			Subject: strings.TrimSpace(genText(false).Draw(t, "subject")), Date: composedAt, MessageID: "17.a@example.com",
			Text: genText(true).Draw(t, "text"), HTML: genText(true).Draw(t, "html"),
			Attachments: rapid.SliceOfN(genFile(false), 0, 3).Draw(t, "attachments"),
		}
		if o.HTML != "" {
			o.Inline = rapid.SliceOfN(genFile(true), 0, 2).Draw(t, "inline")
		}
		raw, err := Compose(o)
		if err != nil {
			t.Fatalf("Compose: %v", err)
		}
		if again, _ := Compose(o); !bytes.Equal(raw, again) {
			t.Fatal("written twice, it differs")
		}
		for _, line := range strings.Split(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
			if len(line) > maxLine || strings.ContainsAny(line, "\r\n\x00") || !isASCII([]byte(line)) {
				t.Fatalf("line of %d bytes: %q", len(line), line)
			}
		}
		m := Parse(raw, Limits{})
		same := func(what string, got, want any) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s\nmail:\n%s", what, diff, raw)
			}
		}
		same("From", m.From, []Address{o.From})
		same("To", m.To, o.To)
		same("Cc", append([]Address{}, m.Cc...), append([]Address{}, o.Cc...))
		same("Reply-To", append([]Address{}, m.ReplyTo...), append([]Address{}, o.ReplyTo...))
		same("Subject", m.Subject, o.Subject)
		same("Message-ID", m.MessageID, o.MessageID)
		same("Date", m.Date.Equal(o.Date), true)
		same("HTML", strings.TrimRight(m.HTML, "\n"), strings.TrimRight(o.HTML, "\n"))
		if strings.TrimSpace(o.Text) != "" {
			same("Text", strings.TrimRight(m.Text, "\n"), strings.TrimRight(o.Text, "\n"))
		}
		same("problems", len(m.Problems), 0)
		files := append(append([]File{}, o.Inline...), o.Attachments...)
		same("number of files", len(m.Attachments), len(files))
		for i, f := range files {
			got := m.Attachments[i]
			same("file name", got.FileName, f.Name)
			same("content", append([]byte{}, got.Content()...), append([]byte{}, f.Content...))
			same("content id", got.ContentID, f.ContentID)
		}
	})
}

func TestNewMessageID(t *testing.T) {
	t.Parallel()
	a, b := NewMessageID("example.com"), NewMessageID("example.com")
	if a == b || len(a) != 26+len("@example.com") {
		t.Errorf("NewMessageID gave %q and %q", a, b)
	}
}

func TestIDDomainIsThatOfTheSender(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"help@shop.test": "shop.test", "help@žanis.lv": "xn--anis-kbb.lv", "help": "tellus.invalid", "": "tellus.invalid", "a@b c": "tellus.invalid"} {
		got := IDDomain(address)
		if got != want {
			t.Errorf("IDDomain(%q) = %q, want %q", address, got, want)
		}
		o := draft()
		o.MessageID = NewMessageID(got)
		mustCompose(t, o)
	}
}
