package htmltext

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var attacks = []string{
	`<script>alert(1)</script>hello`,
	`<SCRIPT SRC=//evil.example/x.js></SCRIPT >hello`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`,
	`<img/src="x"/onerror="alert(1)">`,
	"<img src=\"x\" \x00onerror=alert(1)>",
	`<a href="javascript:alert(1)">x</a>`,
	"<a href=\" \x01java\tscript\n:alert(1)\">x</a>",
	`<a href="&#106;avascript&colon;alert(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`,
	`<a href="vbscript:msgbox(1)">x</a>`,
	`<a href="//evil.example">x</a><a href="\\evil.example\x">y</a>`,
	`<a href="https:evil">x</a><a href="https:///evil.example">y</a>`,
	`<svg><script>alert(1)</script></svg>after`,
	`<svg><style><img src=x onerror=alert(1)></style></svg>`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>`,
	`<math><mi//xlink:href="data:x,<script>alert(4)</script>">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<textarea></textarea><img src=x onerror=alert(1)></textarea>`,
	`<title><img src=x onerror=alert(1)></title>`,
	`<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>`,
	`<template><img src=x onerror=alert(1)></template>`,
	`<style>p{background:url(https://evil.example/x);color:red;position:fixed}p{color:expression(1)}p{font-family:"</style><img src=x onerror=alert(1)>"}</style><p>x</p>`,
	`<style>*{color:red}</style><style>div div div div{color:red}</style><div><div><div><div>x`,
	`<style>p{color:red}</sty</style><p id=a class="b c">x</p><style>.b{color:blue</style><p class=b>y`,
	`<form action="https://evil.example"><input name=password><button>send</button></form>`,
	`<iframe src="https://evil.example"></iframe><frame src=x><object data=x></object><embed src=x>`,
	`<meta http-equiv=refresh content="0;url=https://evil.example"><base href="https://evil.example/"><link rel=stylesheet href=//evil.example>`,
	`<div style="background:url(https://evil.example/x)">x</div>`,
	`<div style="background:#fff url('https://evil.example/x') no-repeat">x</div>`,
	`<div style="background-image:u\72l(https://evil.example)">x</div>`,
	`<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999">x</div>`,
	`<div style="width:expression(alert(1))">x</div>`,
	`<div style="behavior:url(#default#time2)">x</div>`,
	`<div style="color:red;/*x*/position/**/:absolute;col/**/or:blue">x</div>`,
	`<div style="font-family:'a;position:fixed;b'">x</div>`,
	`<div style="font-family:&quot;x&quot;,url(x)">x</div>`,
	`<style>@import 'https://evil.example/x.css'; body{background:url(x)}</style>x`,
	`<img srcset="https://evil.example/x 2x" src="https://evil.example/y" lowsrc=z dynsrc=z>`,
	`<img src="data:image/svg+xml;base64,PHN2Zz4=">`,
	`<img src="data:text/html;base64,PHN2Zz4=">`,
	`<table background="https://evil.example/x"><tr><td background="https://evil.example/y">x</table>`,
	`<video poster="https://evil.example/x"><source src="https://evil.example/y"></video><audio src=x autoplay></audio>`,
	`<input type=image src=https://evil.example/x><body background=https://evil.example/x onload=alert(1)>`,
	`<a name="cookie" id="location">x</a><div id=getElementById></div><img name=body alt=x>`,
	`<ul><li><div><li>x</li></div></li></ul></div></div></div>escape`,
	`</div></td></tr></table></body></html><script>alert(1)</script>`,
	`<table><tr><td><div><tr><td></div></div>x</table>`,
	`<table><caption><div><td></div></caption></table></div>`,
	`<a href="https://a.example"><table><a href="https://b.example">x</a></table>y</a>`,
	`<p><table><p></table></p></p></p>`,
	`<h1><h2><h3>x</h1></h2></h3>`,
	`<b><div></b></div></b>`,
	`<dl><dt><p><dd><div><dt>x</dl></div>`,
	`<table><table><table><tr><table><td>x`,
	`<table><col><colgroup><col>text<tr>text<b>bold<td>cell</table>`,
	`<!--[if mso]><script>alert(1)</script><![endif]-->x<![if !mso]>y<![endif]>`,
	`<!-- --!><img src=x onerror=alert(1)>-->`,
	`<!doctype html><![CDATA[<img src=x onerror=alert(1)>]]>`,
	`<?xml version="1.0"?><?php echo 1 ?>x`,
	`<div title="&quot;><img src=x onerror=alert(1)>">x</div>`,
	`<div class="x" class="y" style="color:red" style="position:fixed">x</div>`,
	`<img src="cid:a&quot;onerror=alert(1)//">`,
	"<img src=x` onerror=alert(1)//`>",
	`<marquee onstart=alert(1)>x</marquee><blink>y</blink><keygen autofocus onfocus=alert(1)>`,
	`<details open ontoggle=alert(1)><summary>x</summary>y</details>`,
	`<a href="https://good.example" target=_top ping="https://evil.example">x</a>`,
	`<plaintext><script>alert(1)</script>`,
	`<select><option><img src=x onerror=alert(1)></select>after`,
	`<div`, `<div title="`, `<`, `<!--`, `</`, `<a href=`, `&#x`, "\x00\x00<\x00b>",
	"\xff\xfe<b>\x80</b>",
	`<pre>
  x</pre><ruby>a<rp>(<rt>b<rp>)</ruby>`,
}

func TestNoAttackGetsThrough(t *testing.T) {
	t.Parallel()
	for _, a := range attacks {
		checkSafe(t, a)
	}
}

func TestSanitiseKeepsWhatIsMeantForReading(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ foreign, want string }{
		"paragraphs":        {`<html><head><title>t</title></head><body><p>Hello <b>Ann</b>`, `<p>Hello <b>Ann</b></p>`},
		"link":              {`<a href="http://a.example/x?y=1&amp;z=2" onclick=x>go</a>`, `<a href="http://a.example/x?y=1&amp;z=2" target="_blank" rel="noopener noreferrer">go</a>`},
		"mailto":            {`<a href="MAILTO:ann@a.example">go</a>`, `<a href="mailto:ann@a.example" target="_blank" rel="noopener noreferrer">go</a>`},
		"link without http": {`<a href="www.a.example/x">go</a>`, `<a href="https://www.a.example/x" target="_blank" rel="noopener noreferrer">go</a>`},
		"link with a space": {`<a href="https://a.example/a b%">go</a>`, `<a href="https://a.example/a%20b%" target="_blank" rel="noopener noreferrer">go</a>`},
		"relative link":     {`<a href="/x">go</a>`, `<a>go</a>`},
		"anchor":            {`<a href="#top">go</a><a name="top">x</a>`, `<a href="#mail-top">go</a><a id="mail-top">x</a>`},
		"remote image":      {`<img src="https://a.example/x.png" alt="X" width=10>`, `<img alt="X" width="10" data-remote-src="https://a.example/x.png">`},
		"inline image":      {`<img src="cid:part1@a.example">`, `<img src="cid:part1@a.example">`},
		"data image":        {`<img src="data:image/PNG;base64,iVBO Rw0=">`, `<img src="data:image/png;base64,iVBORw0=">`},
		"style":             {`<p style="color: red; position:absolute; margin:0 0 10px !important">x</p>`, `<p style="color:red;margin:0 0 10px">x</p>`},
		"background colour": {`<td style="background:#FFF url(x)">x</td><table><tr><td style="background:#FFF url(x)">x</table>`, `x<table><tbody><tr><td style="background-color:#FFF">x</td></tr></tbody></table>`},
		"font":              {`<font face="Arial, sans-serif" size=2 color=#333>x</font>`, `<font face="Arial, sans-serif" size="2" color="#333">x</font>`},
		"font names":        {`<span style="font-family:'Segoe UI', Arial;font-size:11.0pt">x</span>`, `<span style="font-family:&#39;Segoe UI&#39;, Arial;font-size:11.0pt">x</span>`},
		"unclosed head":     {`<head><meta charset=utf-8><style>p{}</style><div>x</div>`, `<div>x</div>`},
		"office namespace":  {`<p class=MsoNormal>x<o:p>&nbsp;</o:p></p>`, "<p class=\"MsoNormal\">x\u00a0</p>"},
		"form in a table":   {`<table><form><tr><td>x</td></tr></form></table>`, `<table><tbody><tr><td>x</td></tr></tbody></table>`},
		"crossed tags":      {`<b>a<i>b</b>c</i>d`, `<b>a<i>b</i></b>cd`},
		"stray end tags":    {`</object></iframe>a<svg></svg>b`, `ab`},
		"self-closing":      {`a<svg/>b<br/>c</br>d<hr/>`, `ab<br>c<br>d<hr>`},
		"quotes":            {`<blockquote type="cite" class="gmail_quote">x</blockquote>`, `<blockquote class="gmail_quote">x</blockquote>`},
		"style sheet": {`<head><style><!-- p.a, #x {color:red;position:fixed} p {margin:0; color:blue} td > b {color:red} /* } */
			@media print { p {color:black} } @import url(x); div .b{font-size:9pt} a:hover{color:red} p.a{background:url(x)} --></style></head><p class="a">x</p><p style="color:green">y</p><div><i><u class="c b">z</u></i></div>
			<table><tr><td><b>1</b><i><b>2</b></i></table>`, `<p class="a" style="margin:0;color:red">x</p><p style="margin:0;color:green">y</p><div><i><u class="c b" style="font-size:9pt">z</u></i></div>
			<table><tbody><tr><td><b style="color:red">1</b><i><b>2</b></i></td></tr></tbody></table>`},
		"style sheet for paper":  {`<style media=print>p{color:red}</style><p>x</p>`, `<p>x</p>`},
		"style within a drawing": {`<svg><style>p{color:red}</style></svg><p>x</p>`, `<p>x</p>`},
		"nested list":            {`<ul><li>a<ul><li>b</ul><li>c</ul>`, `<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>`},
	}
	for name, tt := range tests {
		if d := cmp.Diff(tt.want, Sanitise(tt.foreign)); d != "" {
			t.Errorf("%s: Sanitise(%q): -want +got\n%s", name, tt.foreign, d)
		}
	}
}

func TestSanitiseComposedKeepsWhatTheEditorMakes(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`<div>a</div><div>b<br></div><table><tr><td>c<td>d</table>e`:                      `a<br>b<br>c<br>d<br>e`,
		`<h1>a</h1><h4>b</h4><p>c <u>d</u> <s>e</s> <code>f</code></p>`:                   `<h1>a</h1>b<p>c <u>d</u> <s>e</s> <code>f</code></p>`,
		`<p style="color:red" class="x" id="y">a<font>b</font></p>`:                       `<p>ab</p>`,
		`<span data-type="mention" data-id="7" class="mention" data-x=1>@Ilze</span>`:     `<span class="mention" data-type="mention" data-id="7">@Ilze</span>`,
		`<span data-type="mention" data-id="x">@Ilze</span><span>b</span>`:                `@Ilzeb`,
		`<img src="cid:1" alt="a" width="20" onload=x><img src="https://a.example/x">`:    `<img src="cid:1" alt="a" width="20">`,
		`<a href="https://a.example">x</a><a href="#x">y</a><a href="javascript:1">z</a>`: `<a href="https://a.example" target="_blank" rel="noopener noreferrer">x</a>yz`,
		`<ol start="3"><li><p>a</p></li></ol>`:                                            `<ol start="3"><li><p>a</p></li></ol>`,
	}
	for composed, want := range tests {
		if d := cmp.Diff(want, SanitiseComposed(composed)); d != "" {
			t.Errorf("SanitiseComposed(%q): -want +got\n%s", composed, d)
		}
	}
}

func TestRemoteImagesAreShownOnlyThroughTheProxy(t *testing.T) {
	t.Parallel()
	s := Sanitise(`<img src="https://a.example/1.png?x=1&amp;y=2" alt="one"><img src="https://a.example/1.png?x=1&amp;y=2"><img src="//b.example/2.gif"><img src="cid:c">`)
	want := []string{"https://a.example/1.png?x=1&y=2", "https://b.example/2.gif"}
	if d := cmp.Diff(want, RemoteImages(s)); d != "" {
		t.Errorf("RemoteImages(%q): -want +got\n%s", s, d)
	}
	shown := ShowRemote(s, func(address string) string {
		if strings.Contains(address, "b.example") {
			return ""
		}
		return "/proxy?u=1&v=2"
	})
	shown = ShowInline(shown, func(id string) string { return "/part/" + id })
	wantShown := `<img src="/proxy?u=1&amp;v=2" alt="one"><img src="/proxy?u=1&amp;v=2"><img data-remote-src="https://b.example/2.gif"><img src="/part/c">`
	if d := cmp.Diff(wantShown, shown); d != "" {
		t.Errorf("ShowRemote, ShowInline: -want +got\n%s", d)
	}
}

func TestQuotedLooksAsItWas(t *testing.T) {
	t.Parallel()
	s := Sanitise(`<p id=a class=x style="color:red">x <a href="#a">y</a></p><img src="https://a.example/1.png" alt=one><img src="cid:1"><img src="cid:2" alt=two>`)
	want := `<p class="x" style="color:red">x <a>y</a></p><img alt="one" src="https://a.example/1.png"><img alt="two">`
	if d := cmp.Diff(want, Quoted(s)); d != "" {
		t.Errorf("Quoted(%q): -want +got\n%s", s, d)
	}
	for _, a := range attacks {
		q := Quoted(Sanitise(a))
		for _, f := range judge(Sanitise(q)) {
			t.Errorf("Quoted(%q) = %q, which has %s", a, q, f)
		}
		if direct := Quoted(a); strings.Contains(direct, "alert(1)>") || strings.Contains(direct, "javascript:") {
			t.Errorf("Quoted(%q) = %q", a, direct)
		}
	}
}

// Pieces that the parser treats specially, thrown together, find what no list of attacks holds.
func TestAnyMixtureOfTagsStaysInItsPlace(t *testing.T) {
	t.Parallel()
	pieces := strings.Fields(`<div> </div> <p> </p> <li> </li> <ul> </ul> <ol> <table> </table> <tr> </tr> <td> </td> <th> <tbody> </tbody> <thead> <caption> </caption>
		<colgroup> <col> </colgroup> <a> </a> <a/href="https://a.example"> <b> </b> <i> </i> <font/color=red> </font> <h1> </h1> <h2> </h2> <dl> <dt> <dd> </dd> </dl> <blockquote> </blockquote>
		<pre> </pre> <br> </br> <hr> <img/alt=x> <svg> </svg> <math> </math> <style> </style> <script> </script> <title> </title> <select> </select> <option> <textarea> </textarea>
		<form> </form> <button> </button> <nobr> <ruby> <rt> <rp> <rb> <rtc> </ruby> <object> </object> <template> </template> <iframe> </iframe> <noscript> </noscript> <head> </head> <body> </body> </html>
		<details> <summary> </summary> </details> <center> </center> <section> <span> </span> <s> </s> <em> <code> <menu> <dir> <address> <figure> <figcaption> <frameset> <plaintext> <xmp> <marquee> <!-- --> <main> <nav> <big> <tt> <del> <ins> text &lt;`)
	rapid.Check(t, func(rt *rapid.T) {
		foreign := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 40).Draw(rt, "pieces"), "")
		once := Sanitise(foreign)
		for _, f := range judge(once) {
			rt.Errorf("Sanitise(%q)\n got %q\n which has %s", foreign, once, f)
		}
		if twice := Sanitise(once); twice != once {
			rt.Errorf("Sanitise(%q)\n got %q\n and again %q", foreign, once, twice)
		}
		for _, f := range judge(SanitiseComposed(foreign)) {
			rt.Errorf("SanitiseComposed(%q)\n got %q\n which has %s", foreign, SanitiseComposed(foreign), f)
		}
	})
}

func TestBombsCostLinearTime(t *testing.T) {
	t.Parallel()
	n := 200_000
	if testing.Short() {
		n = 40_000 // whatever costs more than linear work is caught at full size
	}
	bombs := map[string]string{
		"open divs":         strings.Repeat("<div>", n) + "x" + strings.Repeat("</div>", n),
		"open bold":         strings.Repeat("<b>", n),
		"bold paragraphs":   strings.Repeat("<b>", 300) + strings.Repeat("<p>", n),
		"tables":            strings.Repeat("<table><tr><td>", n/3),
		"bare tables":       strings.Repeat("<table>", n),
		"lists":             strings.Repeat("<ul><li>", n/2),
		"quotes":            strings.Repeat("<blockquote>", n) + strings.Repeat("x<br>", n/10),
		"end tags":          strings.Repeat("<span>", 250) + strings.Repeat("</div>", n),
		"links":             strings.Repeat("<a href=https://a.example>", n/5),
		"attributes":        "<div " + strings.Repeat("a=b ", n) + ">x</div>",
		"style sheet":       "<style>" + strings.Repeat("div div.a div, * , b{color:red;width:1px} ", 5000) + "</style>" + strings.Repeat("<div><b>", 100) + strings.Repeat("<b class=a></b>", n/10),
		"unclosed rules":    "<style>" + strings.Repeat("@media{", n) + "</style><p>",
		"many rules":        strings.Repeat("<style>b{color:red}</style><b></b>", n/20),
		"many attributes":   strings.Repeat("<p "+strings.Repeat("title=x ", 500)+">", 200),
		"declarations":      `<p style="` + strings.Repeat("color:red;", n/10) + `">`,
		"comments":          strings.Repeat("<!--", n),
		"comments in style": `<p style="` + strings.Repeat("/*", 4000) + `">`,
		"hidden":            strings.Repeat("<svg>", n),
		"entities":          strings.Repeat("&lt;", n),
		"unclosed tag":      "<div " + strings.Repeat("x", n),
		"line breaks":       strings.Repeat("<br>", n),
		"text":              strings.Repeat("http://,", n/5),
		"nothing but less":  strings.Repeat("<", n),
	}
	for name, bomb := range bombs {
		// Quadratic work on these would not end within the time that the whole run has.
		s := Sanitise(bomb)
		text := ToText(bomb)
		fromText := FromText(bomb)
		if len(s) > 8*len(bomb)+1000 || len(text) > 12*len(bomb)+1000 || len(fromText) > 12*len(bomb) {
			t.Errorf("%s: %d bytes became %d of HTML, %d of text, %d from text", name, len(bomb), len(s), len(text), len(fromText))
		}
		for _, f := range judge(s) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestLongInputIsCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ā", MaxInput/2+10)
	if got := len(Sanitise(long)); got > MaxInput {
		t.Errorf("Sanitise of %d bytes gave %d, want at most %d", len(long), got, MaxInput)
	}
	if s := ToText(long); strings.ContainsRune(s, '\uFFFD') {
		t.Errorf("ToText cut a character in two")
	}
}

func TestCorpusIsHarmless(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("TELLUS_CORPUS")
	if corpus == "" {
		t.Skip("TELLUS_CORPUS names no folder of test mails")
	}
	cases := 0
	err := filepath.WalkDir(filepath.Join(corpus, "html"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) != ".jsonl" {
			cases++
			checkSafe(t, string(content))
			return nil
		}
		lines := bufio.NewScanner(strings.NewReader(string(content)))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var row map[string]any
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				return err
			}
			for _, key := range []string{"input", "payload"} {
				if s, ok := row[key].(string); ok {
					cases++
					checkSafe(t, s)
				}
			}
		}
		return lines.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if cases < 100 {
		t.Errorf("only %d cases were found in %s", cases, corpus)
	}
}

func FuzzSanitise(f *testing.F) {
	for _, a := range attacks {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, foreign string) {
		checkSafe(t, foreign)
		ToText(foreign)
	})
}
