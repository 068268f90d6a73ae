package htmltext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestToTextReadsAsAPersonWould(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ foreign, want string }{
		"paragraphs":       {"<p>Dear Ann,</p>\n<p>thank   you\nfor your letter.</p>", "Dear Ann,\n\nthank you for your letter."},
		"line breaks":      {"a<br>b<br/><br>c", "a\nb\n\nc"},
		"lines of Gmail":   {"<div>a</div><div><br></div><div>b<br></div><div>c</div>", "a\n\nb\nc"},
		"lines of Outlook": {"<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p><p class=MsoNormal>c</p>", "a\n\nb\nc"},
		"entities":         {"a &lt;b&gt; &amp;amp; &euro;5&nbsp;000", "a <b> &amp; €5 000"},
		"script and style": {"<style>p{color:red}</style>a<script>var b = '<p>x</p>'</script>c", "ac"},
		"head":             {"<html><head><title>Title</title><meta x></head><body>text</body></html>", "text"},
		"hidden preview":   {`<div style="display:none;max-height:0">preview<div>x</div></div><p>text</p>`, "text"},
		"link":             {`see <a href="https://a.example/x">our page</a>.`, "see our page <https://a.example/x>."},
		"link that says it": {`see <a href="https://www.a.example/">a.example</a>, <a href="https://a.example/x">https://a.example/x</a>`,
			"see a.example, https://a.example/x"},
		"mail link":      {`<a href="mailto:ann@a.example">Ann</a> <a href="mailto:bo@a.example">bo@a.example</a>`, "Ann <ann@a.example> bo@a.example"},
		"script link":    {`<a href="javascript:alert(1)">x</a>`, "x"},
		"list":           {"<p>We need:</p><ul><li>one</li><li><p>two</p></li><li>three<ol><li>a</li><li>b<br>c</li></ol></li></ul><p>End</p>", "We need:\n\n- one\n- two\n- three\n  1. a\n  2. b\n    c\n\nEnd"},
		"numbered":       {`<ol start=3><li>x<li>y</ol>`, "3. x\n4. y"},
		"quote":          {"a<blockquote>b<br>c<blockquote>d</blockquote><p>e</p><p>f</p></blockquote>g", "a\n\n> b\n> c\n>\n> > d\n>\n> e\n>\n> f\n\ng"},
		"data table":     {"<table border=1><tr><th>Item<th>Price</tr><tr><td>Tea</td><td>3</td></tr></table>after", "Item | Price\nTea | 3\nafter"},
		"layout table":   {"<table><tr><td><table><tr><td>a</td></tr></table></td></tr><tr><td>b</td><td>c</td></tr></table>", "a\nb  c"},
		"image":          {`<img src=x alt="Our logo"><img src=y alt="">text`, "[Our logo]text"},
		"preformatted":   {"<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"},
		"headings":       {"<h1>A</h1>b<h2>C</h2>d", "A\n\nb\n\nC\n\nd"},
		"ruler":          {"a<hr>b", "a\n----------\nb"},
		"signature mark": {"a<br>-- <br>Ann", "a\n-- \nAnn"},
		"no signature":   {"a<br>-- b", "a\n-- b"},
		"soft hyphens":   {"un\u00adbreak\u200bable", "unbreakable"},
		"broken":         {"<p>a<b>b</p><div", "ab"},
		"empty":          {"<p> </p><br><br>", ""},
		"many blanks":    {"a" + strings.Repeat("<br>", 20) + "b", "a\n\n\nb"},
		"quoted in list": {"<ul><li><blockquote>x</blockquote></li></ul>", "> - x"},
	}
	for name, tt := range tests {
		if d := cmp.Diff(tt.want, ToText(tt.foreign)); d != "" {
			t.Errorf("%s: ToText(%q): -want +got\n%s", name, tt.foreign, d)
		}
	}
}

func TestFromTextShowsWhatWasWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a\nb\r\n\r\n\n c  d":                 "<p>a<br>b</p><p>&nbsp;c &nbsp;d</p>",
		"<b>&\"'":                             "<p>&lt;b&gt;&amp;&#34;&#39;</p>",
		"see https://a.example/x?y=1&z=2.":    `<p>see <a href="https://a.example/x?y=1&amp;z=2" target="_blank" rel="noopener noreferrer">https://a.example/x?y=1&amp;z=2</a>.</p>`,
		"(https://a.example/a_(b))":           `<p>(<a href="https://a.example/a_(b)" target="_blank" rel="noopener noreferrer">https://a.example/a_(b)</a>)</p>`,
		"<http://a.example>":                  `<p>&lt;<a href="http://a.example" target="_blank" rel="noopener noreferrer">http://a.example</a>&gt;</p>`,
		"WWW.a.example, mailto:ann@a.example": `<p><a href="https://WWW.a.example" target="_blank" rel="noopener noreferrer">WWW.a.example</a>, <a href="mailto:ann@a.example" target="_blank" rel="noopener noreferrer">mailto:ann@a.example</a></p>`,
		"xhttp://a.example javascript:a()":    `<p>xhttp://a.example javascript:a()</p>`,
		"http:// www. https":                  `<p>http:// www. https</p>`,
		"a\tb\x00":                            "<p>a&nbsp;&nbsp;&nbsp; b</p>",
		"":                                    "",
	}
	for text, want := range tests {
		if d := cmp.Diff(want, FromText(text)); d != "" {
			t.Errorf("FromText(%q): -want +got\n%s", text, d)
		}
	}
}

func TestTextSurvivesTheWayToHTMLAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`[A-Za-zāčģ0-9<&"'.,]([A-Za-zāčģ0-9 <>&"'.,:/]{0,20}[a-z0-9>])?`), 1, 8).Draw(rt, "lines")
		text := strings.Join(lines, "\n")
		if got := ToText(FromText(text)); got != text {
			rt.Errorf("ToText(FromText(%q)) = %q", text, got)
		}
		if got := ToText(Sanitise(FromText(text))); got != text {
			rt.Errorf("ToText(Sanitise(FromText(%q))) = %q", text, got)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("a<br>b")
	f.Add("<blockquote><ul><li>x</blockquote>")
	f.Fuzz(func(t *testing.T, s string) {
		text := ToText(s)
		if strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n") {
			t.Errorf("ToText(%q) = %q begins or ends with a blank line", s, text)
		}
		for _, fault := range judge(FromText(s)) {
			t.Errorf("FromText(%q) = %q has %s", s, FromText(s), fault)
		}
	})
}
