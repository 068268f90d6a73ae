package htmltext

import (
	"strings"
	"testing"
)

// newsletter is 15 KB of nested layout tables as shops send them.
func newsletter() string {
	row := `<tr><td align="left" valign="top" style="padding:10px 20px;font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#333333"><a href="https://shop.example/p?id=1&amp;utm=x" title="See the kettle"><img src="https://shop.example/i.png" width="200" height="100" alt="Kettle"></a><p class="MsoNormal">A kettle for <b>19,99 €</b></p></td></tr>`
	return `<html><head><style>p.MsoNormal{margin:0;font-size:11pt} td{color:#222} .x .y{color:red}</style></head><body><table width="600" cellpadding="0" cellspacing="0">` + strings.Repeat(row, 40) + `</table></body></html>`
}

func BenchmarkSanitise(b *testing.B) {
	s := newsletter()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		Sanitise(s)
	}
}

func BenchmarkToText(b *testing.B) {
	s := newsletter()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		ToText(s)
	}
}
