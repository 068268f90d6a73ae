package mailmsg

import (
	"strings"
	"testing"
)

// BenchmarkParse reads a mail of 20 KB as webmail writes it: both versions of the text and a picture.
func BenchmarkParse(b *testing.B) {
	o := draft()
	o.Text = strings.Repeat("Labdien! Vēlos uzzināt, kad saņemšu savu pasūtījumu.\n", 40)
	o.HTML = "<html><body>" + strings.Repeat("<p>Labdien! Vēlos <b>uzzināt</b>, kad saņemšu savu pasūtījumu.</p>\n", 40) + "<img src=\"cid:p@x\"></body></html>"
	o.Inline = []File{{Name: "p.png", MediaType: "image/png", ContentID: "p@x", Content: make([]byte, 8<<10)}}
	raw, err := Compose(o)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(raw, Limits{})
	}
}

// BenchmarkGuess reads a short unlabelled mail, whose character set must be guessed.
func BenchmarkGuess(b *testing.B) {
	raw := []byte("Subject: x\r\n\r\nLabdien! K\xe2p\xe7c r\xe7\xed\xeens atkal ir liel\xe2ks? L\xfbdzu, atbildiet \xf0odien.\r\n")
	Parse(raw, Limits{})
	b.ReportAllocs()
	for b.Loop() {
		Parse(raw, Limits{})
	}
}

func BenchmarkLoadModels(b *testing.B) {
	for b.Loop() {
		countSamples()
	}
}
