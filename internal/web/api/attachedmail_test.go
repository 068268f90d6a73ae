package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

func TestAttachedMailIsShownSafely(t *testing.T) {
	t.Parallel()
	raw := strings.ReplaceAll(`From: Dace <dace@carrier.example>
Subject: Claim
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p onclick="x()">Damaged</p><script>alert(1)</script><img src="cid:ramp"><img src="cid:drawing"><img src="https://tracker.example/x.gif">
--b
Content-Type: image/png
Content-ID: <ramp>
Content-Transfer-Encoding: base64

AAAA
--b
Content-Type: image/svg+xml
Content-ID: <drawing>

<svg/>
--b--
`, "\n", "\r\n")
	got := attachedHTML(mailmsg.Parse([]byte(raw), mailmsg.Limits{HTMLText: htmltext.ToText}))
	for _, want := range []string{"<p>Damaged</p>", `src="data:image/png;base64,AAAA"`} {
		if !strings.Contains(got, want) {
			t.Errorf("attachedHTML = %s, want %s in it", got, want)
		}
	}
	for _, bad := range []string{"script", "onclick", "svg", ` src="https`} {
		if strings.Contains(got, bad) {
			t.Errorf("attachedHTML = %s, want no %s in it", got, bad)
		}
	}
}

func TestAttachedMailShowsNoMorePicturesThanFit(t *testing.T) {
	t.Parallel()
	const times = 40
	picture := strings.Repeat("A", 400_000)
	raw := "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat(`<img src="cid:one">`, times) +
		"\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <one>\r\n\r\n" + picture + "\r\n--b--\r\n"
	got := attachedHTML(mailmsg.Parse([]byte(raw), mailmsg.Limits{HTMLText: htmltext.ToText}))
	if n := strings.Count(got, "data:image/png"); n == 0 || n == times {
		t.Errorf("attachedHTML shows the picture %d times of %d, want as often as it fits", n, times)
	}
	if len(got) > 2*largestInline {
		t.Errorf("attachedHTML has %d bytes", len(got))
	}
}

func TestFilesOfAnAttachedMailAreGiven(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		h.d.Arrive(h.d.Support, `From: ann@customer.example
To: support@shop.example
Subject: Fwd
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=o

--o

See below.
--o
Content-Type: message/rfc822

From: Dace <dace@carrier.example>
Subject: Claim
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=i

--i

Two files.
--i
Content-Type: application/pdf
Content-Disposition: attachment; filename*=utf-8''r%C4%93%C4%B7ins.pdf

%PDF-1.7 x
--i
Content-Type: application/octet-stream
Content-Disposition: attachment; filename=run.exe

MZ
--i--
--o--
`, channel.Envelope{})
		b := h.as(h.d.Eva)
		var id desk.AttachmentID
		h.ask(&id, `SELECT max(id) FROM attachment`)
		at := fmt.Sprintf("/attachments/%s/mail", id)
		var got attachedMail
		b.do(get, at, nil, &got)
		want := []attachedFile{{"rēķins.pdf", "application/pdf", 10, ""}, {"run.exe", "application/octet-stream", 2, "executable"}}
		if d := cmp.Diff(want, got.Attachments); d != "" || got.Cut {
			t.Errorf("the files (-want +got):\n%s", d)
		}
		for _, c := range []struct {
			rest   string
			status int
			kind   string
			body   string
		}{
			{"/0", 200, "application/octet-stream", "%PDF-1.7 x"},
			{"/0?inline=1", 200, "application/pdf", "%PDF-1.7 x"},
			{"/1", 403, "application/problem+json", ""},
			{"/1?held=1&inline=1", 200, "application/octet-stream", "MZ"},
			{"/2", 404, "application/problem+json", ""},
			{"/-1", 404, "application/problem+json", ""},
			{"/x", 422, "application/problem+json", ""},
		} {
			status, body, header := b.send(get, at+"/files"+c.rest, nil)
			if status != c.status || header.Get("Content-Type") != c.kind || c.body != "" && strings.TrimSpace(string(body)) != c.body {
				t.Errorf("GET files%s = %d %s %q, want %d %s %q", c.rest, status, header.Get("Content-Type"), body, c.status, c.kind, c.body)
			}
		}
	})
}
