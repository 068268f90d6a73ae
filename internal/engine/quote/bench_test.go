package quote

import (
	"strings"
	"testing"
)

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat("Hello, the parcel came today, but one cup is broken.\nCan you send another one, please?\n\n", 10) +
		"On Mon, Mar 4, 2024 at 10:15 AM Shop <help@shop.example> wrote:\n" + strings.Repeat("> Dear Ann, your order is on its way to you.\n", 30)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Split(text)
	}
}

func BenchmarkSplitHTML(b *testing.B) {
	body := bodies["Outlook"].html + strings.Repeat("<p class=\"MsoNormal\">Dear Ann, your order is on its way to you.<o:p></o:p></p>", 100)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		SplitHTML(body)
	}
}
