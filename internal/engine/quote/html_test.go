package quote

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// Each body is as its program writes it, cut down; the visible text is given without white space.
var bodies = map[string]struct{ html, want string }{
	"Gmail":                 {`<div dir="ltr">Yes, please.<div>Ann</div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Mar 4, 2024 at 10:15 AM Shop &lt;<a href="mailto:help@shop.example">help@shop.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div>Shall we send it?</div></blockquote></div>`, "Yes,please.Ann"},
	"Gmail, answers inside": {`<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">On Mon, Mar 4, 2024 at 10:15 AM Shop &lt;help@shop.example&gt; wrote:<br></div><blockquote class="gmail_quote">Which size?</blockquote><div>42</div><blockquote class="gmail_quote">Which colour?</blockquote><div>Blue.</div></div></div>`, "Whichsize?42Whichcolour?Blue."},
	"Gmail, signature":      {`<div dir="ltr">Thanks.<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Ann Smith<br>ACME</div></div>`, "Thanks."},
	"Gmail, forwarded":      {`<div dir="ltr">What is this?<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong>Bank</strong> &lt;info@bank.example&gt;<br>Date: Mon, Mar 4, 2024 at 10:15 AM<br>Subject: Payment<br>To: &lt;ann@example.com&gt;<br></div><br><div>It failed.</div></div></div>`, "Whatisthis?"},
	"Outlook":               {`<html><head><style>p.MsoNormal{margin:0}</style></head><body><div class="WordSection1"><p class="MsoNormal">Labdien,<o:p></o:p></p><p class="MsoNormal">jā, lūdzu.<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Shop &lt;help@shop.example&gt;<br><b>Sent:</b> Monday, March 4, 2024 10:15 AM<br><b>To:</b> Ann<br><b>Subject:</b> Order</p></div></div><p class="MsoNormal">Shall we?</p></div></body></html>`, "Labdien,jā,lūdzu."},
	"Outlook in a language we know by its rule": {`<div class="WordSection1"><p>Gerai.</p><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p><b>Nuo:</b> Parduotuvė [mailto:pagalba@shop.example]<br><b>Išsiųsta:</b> 2024 m. kovo 4 d. 10:15<br><b>Kam:</b> Ona<br><b>Tema:</b> Užsakymas</p></div><p>Ar siųsti?</p></div>`, "Gerai."},
	"Outlook on the web":                        {`<div style="font-size:12pt">Agreed.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Shop &lt;help@shop.example&gt;<br><b>Sent:</b> Monday, March 4, 2024 10:15<br><b>To:</b> Ann<br><b>Subject:</b> Order</div><div>Do you agree?</div>`, "Agreed."},
	"Outlook for phones":                        {`<div dir="ltr">Ok</div><div class="ms-outlook-mobile-signature"><br>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Shop</div><div>Passt das?</div>`, "Ok"},
	"Apple Mail":                                {`<html><body>Sure.<br><div><br><blockquote type="cite"><div>On 4 Mar 2024, at 10:15, Shop &lt;help@shop.example&gt; wrote:</div><br><div>Is it fine?</div></blockquote></div><br></body></html>`, "Sure."},
	"Apple Mail, indented list":                 {`<div>Needed:</div><blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;"><div>two cups</div></blockquote><div>Thanks</div>`, "Needed:twocupsThanks"},
	"Thunderbird":                               {`<p>Tak.</p><div class="moz-cite-prefix">W dniu 4.03.2024 o 10:15, Sklep pisze:<br></div><blockquote type="cite" cite="mid:a@b"><p>Czy wysłać?</p></blockquote>`, "Tak."},
	"Thunderbird, answer below":                 {`<div class="moz-cite-prefix">Am 04.03.24 um 10:15 schrieb Shop:<br></div><blockquote type="cite"><p>Welche Größe?</p></blockquote><p>42, bitte.</p>`, "42,bitte."},
	"Yahoo":                                     {`<div class="yahoo-style-wrap">Fine.</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>On Monday, March 4, 2024 at 10:15:00 AM GMT+2, Shop &lt;help@shop.example&gt; wrote:</div><div>Is it?</div></div>`, "Fine."},
	"Proton":                                    {`<div>Good.</div><div class="protonmail_signature_block"><div>Sent with Proton Mail secure email.</div></div><div class="protonmail_quote">On Monday, March 4th, 2024 at 10:15, Shop &lt;help@shop.example&gt; wrote:<br><blockquote type="cite">Good?</blockquote></div>`, "Good."},
	"Zoho":                                      {`<div>Right.</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- On Mon, 04 Mar 2024 10:15:00 +0200 <b>help@shop.example</b> wrote ----</div><blockquote>Right?</blockquote></div>`, "Right."},
	"Yandex":                                    {`<div>Да.</div><div><br /></div><div>04.03.2024, 10:15, "Магазин" &lt;help@shop.example&gt;:</div><blockquote><p>Отправить?</p></blockquote>`, "Да."},
	"mail.ru":                                   {`<div>Спасибо</div><br><br><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">Понедельник, 4 марта 2024, 10:15 +03:00 от Shop &lt;help@shop.example&gt;:<br><br><div>Пришло?</div></blockquote>`, "Спасибо"},
	"Roundcube":                                 {`<p>Jā.</p><div id="reply-intro">Shop &lt;help@shop.example&gt; @ 2024-03-04 10:15 rakstīja:</div><blockquote type="cite"><p>Vai sūtīt?</p></blockquote>`, "Jā."},
	"marks typed into HTML":                     {`<div>Yes.<br><br>&gt; Subject: Order<br>&gt; From: help@shop.example<br>&gt; Date: Mon, 4 Mar 2024 10:15:00 +0200<br>&gt; <br>&gt; Shall we?</div>`, "Yes."},
	"plain text in pre":                         {"<pre>Yes.\n\nOn Mon, Mar 4, 2024 at 10:15 AM Shop &lt;help@shop.example&gt; wrote:\n&gt; Shall we?\n</pre>", "Yes."},
	"only a forwarded mail":                     {`<div class="gmail_quote">---------- Forwarded message ---------<br>From: Bank &lt;info@bank.example&gt;<br>Date: Mon, Mar 4, 2024<br>Subject: Payment<br><br>It failed.</div>`, "----------Forwardedmessage---------From:Bank<info@bank.example>Date:Mon,Mar4,2024Subject:PaymentItfailed."},
	"no history":                                {`<p>Where is my <b>order</b>?</p>`, "Whereismyorder?"},
	"wrong nesting":                             {`<div><b>Yes.<p>Please</div></b><div id="divRplyFwdMsg"><b>From:</b> Shop<td></table>old`, "Yes.Please"},
}

// words is the text of a rendered part without white space.
func words(t interface{ Fatalf(string, ...any) }, s string) string {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatalf("parse %q: %v", s, err)
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script" || n.Data == "title") {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return strings.Join(strings.Fields(b.String()), "")
}

func TestSplitHTMLShowsWhatTheWriterWrote(t *testing.T) {
	t.Parallel()
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visible, folded := SplitHTML(c.html)
			if got := words(t, visible); got != c.want {
				t.Errorf("visible words: got %q, want %q\nvisible %s\nfolded %s", got, c.want, visible, folded)
			}
			if (words(t, c.html) == c.want) != (folded == "") {
				t.Errorf("folded %q", folded)
			}
		})
	}
}

func TestSplitHTMLKeepsImages(t *testing.T) {
	t.Parallel()
	visible, folded := SplitHTML(`<div><img src="cid:photo"></div><blockquote type="cite">On 4 Mar 2024, at 10:15, Shop &lt;help@shop.example&gt; wrote:<br>Send a photo. <img src="cid:logo"></blockquote>`)
	if !strings.Contains(visible, "cid:photo") || strings.Contains(visible, "cid:logo") {
		t.Errorf("visible %s", visible)
	}
	if !strings.Contains(folded, "cid:logo") || strings.Contains(folded, "cid:photo") {
		t.Errorf("folded %s", folded)
	}
}

// balanced fails where a part has an end tag without its start or the other way round.
func balanced(t interface{ Fatalf(string, ...any) }, part string) {
	z := html.NewTokenizer(strings.NewReader(part))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("left open %v in %q", open, part)
			}
			return
		case html.StartTagToken:
			name, _ := z.TagName()
			if !isVoid(string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("end of %s with %v open in %q", name, open, part)
			}
			open = open[:len(open)-1]
		}
	}
}

func checkSplitHTML(t interface{ Fatalf(string, ...any) }, body string) {
	visible, folded := SplitHTML(body)
	if folded == "" {
		if visible != body {
			t.Fatalf("SplitHTML(%q) folds nothing but changes it to %q", body, visible)
		}
		return
	}
	balanced(t, visible)
	balanced(t, folded)
}

func anyBody() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"<div>", "</div>", "<p>", "</p>", "<blockquote type=cite>", "</blockquote>", "<br>", "<hr>", "<b>", "</b>", "<table><tr><td>", "</td></tr></table>", "<pre>", "</pre>", "<img src=x>", "<div class=gmail_quote>", "<div id=divRplyFwdMsg>", "<ul><li>", "</ul>",
		"hello", "w\n\nw", " ", "&gt; q", "On Mon, Mar 4, 2024 at 10:15 AM Ann &lt;ann@example.com&gt; wrote:", "From: Ann &lt;a@b.example&gt;", "Subject: x", "-- ", "<!-- c -->", "<style>a{}</style>", "<svg>", "</svg>", "<a href=#", ">", "&amp;", "</", "<title>t</title>", "<span class=gmail_signature>", "</span>",
	})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "") })
}

func TestSplitHTMLIsWellFormed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkSplitHTML(t, anyBody().Draw(t, "body")) })
}

// No word may get lost or stand in both parts: each body numbers its words.
func TestSplitHTMLLosesNoWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		n := rapid.IntRange(1, 30).Draw(t, "n")
		for i := range n {
			b.WriteString(rapid.SampledFrom([]string{"<div>", "</div>", "<p>", "<br>", "<blockquote>", "</blockquote>", "<div class=gmail_quote>", "On Mon, Mar 4, 2024 at 10:15 AM Ann &lt;ann@example.com&gt; wrote:<br>", "<b>", "</b>", ""}).Draw(t, "tag"))
			b.WriteString(" w")
			b.WriteString(strings.Repeat("x", i+1))
			b.WriteString("z ")
		}
		visible, folded := SplitHTML(b.String())
		for i := range n {
			word := "w" + strings.Repeat("x", i+1) + "z"
			if got := strings.Count(visible, word) + strings.Count(folded, word); got != 1 {
				t.Fatalf("%s stands %d times after SplitHTML(%q)", word, got, b.String())
			}
		}
	})
}

func TestDeepAndWideHTML(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"<div>", "<b><i>x<p>", "<table><tr><td>", "<blockquote>a", "<a href=x>", "</div>", "x<br>", "<font size=1><p>"} {
		visible, folded := SplitHTML(strings.Repeat(unit, (1<<18)/len(unit)) + "end")
		if !strings.Contains(visible+folded, "end") {
			t.Errorf("%q repeated loses its end", unit)
		}
	}
}

func FuzzSplitHTML(f *testing.F) {
	for _, c := range bodies {
		f.Add(c.html)
	}
	f.Fuzz(func(t *testing.T, body string) {
		visible, folded := SplitHTML(body)
		if folded == "" && visible != body {
			t.Fatalf("SplitHTML(%q) folds nothing but changes it to %q", body, visible)
		}
	})
}
