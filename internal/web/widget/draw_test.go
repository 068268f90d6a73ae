package widget

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// fullPage has everything that a page can show, with words of others from say wherever such come to stand.
func fullPage(say func() string) shownPage {
	p := shownPage{Lang: "lv", Title: say(), House: say(), Greeting: say(), Action: "/form/abc?lang=lv&frame=1", Words: map[string]string{}, Files: true, FilesFault: "F" + say(),
		Notice: "N" + say(), Ticket: say(), Page: say(), Privacy: "https://shop.example/privacy?a=1&b=2", Trap: trap, Nonce: "AAAA+/==", Accent: "#0f6e63", Ink: "#ffffff",
		Script: "form-abc.js", Style: "form-abc.css"}
	for _, key := range wordKeys {
		p.Words[key] = "W" + say()
	}
	for _, id := range []string{"name", "email", "message"} {
		f := field{ID: id, Label: say(), Kind: "text", Complete: "off", Value: say(), Fault: "F" + say(), Needed: id == "email", Most: 10}
		if id == "message" {
			f.Kind = ""
		}
		p.Fields = append(p.Fields, f)
	}
	p.Config = config{House: say(), Greeting: say(), Words: p.Words, Most: map[string]int{"name": 1}}
	return p
}

func drawn(t testing.TB, p shownPage) (page string, tree *html.Node) {
	t.Helper()
	var out bytes.Buffer
	if err := p.draw(&out); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), tree
}

// skeleton are the elements of a page with the names of their attributes, and the values that browsers act upon.
func skeleton(n *html.Node, depth int) (all []string) {
	if n.Type == html.ElementNode {
		line := strings.Repeat(" ", depth) + n.Data
		for _, a := range n.Attr {
			line += " " + a.Key
			if addresses[a.Key] || slices.Contains([]string{"id", "name", "type", "class", "for", "nonce", "target", "method", "enctype"}, a.Key) {
				line += "=" + a.Val
			}
		}
		all = append(all, line)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		all = append(all, skeleton(c, depth+1)...)
	}
	return all
}

func content(n *html.Node, name, id string) (found string) {
	if n.Type == html.ElementNode && n.Data == name && (id == "" || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "id" && a.Val == id })) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			found += c.Data
		}
		return found
	}
	for c := n.FirstChild; c != nil && found == ""; c = c.NextSibling {
		found = content(c, name, id)
	}
	return found
}

// hostile are texts that break out of some place in a page that is glued together.
var hostile = []string{`"><script>alert(1)</script>`, `' onfocus=alert(1) autofocus x='`, "</title><script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>", "</script><script>alert(1)//",
	"<!--<script>", "-->", "]]>", "</style><script>", "javascript:alert(1)", "&lt;b&gt;", "&#34;&quot;", "\x00", "\xff\xfe", "\u2028\u2029", "\r\n\r\n", "\n", "`${alert(1)}`", "{{.Nonce}}", "=\"", "<", ">", "&",
	"\"", "'", "/>", "<plaintext>", "<base href=//evil.example>"}

func TestNoWordsOfOthersChangeThePage(t *testing.T) {
	t.Parallel()
	_, tree := drawn(t, fullPage(func() string { return "harmless" }))
	want := skeleton(tree, 0)
	text := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 4).Draw(t, "parts")
		return strings.Join(parts, "")
	})
	rapid.Check(t, func(rt *rapid.T) {
		p := fullPage(func() string { return text.Draw(rt, "text") })
		page, tree := drawn(t, p)
		if d := cmp.Diff(want, skeleton(tree, 0)); d != "" {
			rt.Fatalf("the page is another (-want +got):\n%s\n%s", d, page)
		}
		var back config
		if err := json.Unmarshal([]byte(content(tree, "script", "config")), &back); err != nil {
			rt.Fatalf("the script's settings are no JSON: %v", err)
		}
		if got, want := content(tree, "title", ""), clean(p.Title+" – "+p.House); got != want {
			rt.Errorf("title %q, want %q", got, want)
		}
		if got, want := content(tree, "textarea", "message"), clean(p.Fields[2].Value); got != want {
			rt.Errorf("message %q, want %q", got, want)
		}
	})
}

func TestAPageSaysWhatItIsGiven(t *testing.T) {
	t.Parallel()
	page, _ := drawn(t, fullPage(func() string { return "<&\"'>" }))
	for _, want := range []string{"<!DOCTYPE html><html lang=\"lv\">", "<title>&lt;&amp;&#34;&#39;&gt; – &lt;&amp;&#34;&#39;&gt;</title>", `value="&lt;&amp;&#34;&#39;&gt;"`,
		`<form class="form" method="post" action="/form/abc?lang=lv&amp;frame=1" enctype="multipart/form-data">`, `:root{--accent:#0f6e63;--accent-ink:#ffffff;}</style>`,
		`<a href="https://shop.example/privacy?a=1&amp;b=2" target="_blank" rel="noopener">`, `<script type="module" src="/widget/assets/form-abc.js"></script>`,
		`<span class="optional">W&lt;`, `<input id="files" name="files" type="file" multiple="" aria-describedby="files-hint files-fault" aria-invalid="true"/>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	sent := fullPage(func() string { return "x" })
	sent.Sent, sent.Frame = true, true
	page, _ = drawn(t, sent)
	if strings.Contains(page, "<form") || strings.Contains(page, "<script") || !strings.Contains(page, `<a href="/form/abc?lang=lv&amp;frame=1">`) || !strings.Contains(page, `data-frame=""`) {
		t.Errorf("thanks are said by\n%s", page)
	}
}

func TestLinksLeadToPagesOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://shop.example/p?a=1&b#c": "https://shop.example/p?a=1&b#c", "http://shop.example": "http://shop.example", " https://shop.example ": "https://shop.example",
		"HTTPS://shop.example": "https://shop.example", "/form/abc?lang=lv": "/form/abc?lang=lv", "/a\"><b>": "/a%22%3E%3Cb%3E", "/\\evil.example": "/%5Cevil.example",
		"javascript:alert(1)": "", "JaVaScRiPt:alert(1)": "", " javascript:alert(1)": "", "java\nscript:alert(1)": "", "java\tscript:alert(1)": "", "\x01javascript:alert(1)": "",
		"javascript://shop.example/%0aalert(1)": "", "vbscript:x": "", "data:text/html,<script>alert(1)</script>": "", "blob:https://shop.example/x": "", "file:///etc/passwd": "",
		"//evil.example/x": "", "///evil.example": "", "\\\\evil.example": "", "https:evil.example": "", "https:///x": "", "https://": "", "": "", "form": "", "#top": "", "mailto:a@b.example": "",
		"https://a.example/%zz": "", "&#106;avascript:alert(1)": "",
	} {
		if got := link(address); got != want {
			t.Errorf("link(%q) = %q, want %q", address, got, want)
		}
		a := with("href", address)
		if a.Val != want || (a.Key == "") != (want == "") {
			t.Errorf("href %q became %+v", address, a)
		}
	}
	p := fullPage(func() string { return "x" })
	p.Privacy = "javascript:alert(1)"
	if page, _ := drawn(t, p); strings.Contains(page, "javascript") || strings.Contains(page, "noopener") {
		t.Errorf("a link that runs a script is shown:\n%s", page)
	}
}

func TestWhatCannotBeMadeSafeIsNotMade(t *testing.T) {
	t.Parallel()
	for _, a := range []attribute{with("onclick", "x()"), with("style", "color:red"), with("srcdoc", "<b>"), with("src", "javascript:x"), with("formaction", "javascript:x")} {
		if a.Key != "" {
			t.Errorf("there is an attribute %+v", a)
		}
	}
	for _, name := range []string{"script", "style", "iframe", "noscript"} {
		if n := element(name, nil, text("alert(1)")); n.FirstChild != nil {
			t.Errorf("%s holds a text that nothing escapes", name)
		}
	}
	var out bytes.Buffer
	if err := html.Render(&out, sheet(`"x`, [2]string{"--a", "#123abc"}, [2]string{"--b", "red;}</style><script>"}, [2]string{"--c", "#123abc;x:url(//e)"})); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), `<style nonce="&#34;x">:root{--a:#123abc;}</style>`; got != want {
		t.Errorf("the style is %s, want %s", got, want)
	}
}
