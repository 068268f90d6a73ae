package api

import (
	"strings"
	"testing"

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
