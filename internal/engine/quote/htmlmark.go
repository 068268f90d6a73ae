package quote

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

type elementMark int

const (
	noMark        elementMark = iota
	markQuoted                // holds quoted text
	markIntro                 // holds the introduction of a quote
	markSignature             // holds the signature
	markHistory               // what follows to the end is the answered mail
)

// elementMarks are the names (class, id, name) by which mail programs mark what they write into HTML bodies. A prefix
// "x_" (Outlook on the web, when it quotes) or "ecx" (Hotmail) is taken off before.
var elementMarks = map[string]elementMark{
	// Gmail
	"gmail_attr": markIntro, "gmail_signature": markSignature, "gmail_signature_prefix": markSignature,
	// Thunderbird
	"moz-cite-prefix": markIntro, "moz-forward-container": markHistory, "moz-signature": markSignature, "moz-email-headers-table": markHistory,
	// Yahoo
	"yahoo_quoted": markQuoted, "yahooquoted": markQuoted, "yqt": markQuoted,
	// Outlook: desktop, web, mobile, Mac
	"divrplyfwdmsg": markHistory, "appendonsend": markHistory, "olk_src_body_section": markQuoted, "ms-outlook-mobile-reference-message": markHistory, "mail-editor-reference-message-container": markHistory,
	"ms-outlook-mobile-signature": markSignature, "_originalmessage": markHistory, "stopspelling": markHistory, "outlookmessageheader": markHistory,
	// Zimbra
	"zwchr": markHistory, "__headers__": markHistory, "__quoted_text__": markQuoted,
	// Proton, Tuta, Zoho, Roundcube, GMX and web.de, Spark, Front, Missive, Superhuman, Samsung
	"protonmail_quote": markQuoted, "protonmail_signature_block": markSignature, "tutanota_quote": markQuoted, "zmail_extra": markQuoted, "zmail_extra_hr": markHistory,
	"reply-intro": markIntro, "replysplit": markHistory, "mail_android_quote": markQuoted, "messagereplysection": markQuoted, "front-blockquote": markQuoted, "missive_quote": markQuoted, "sh-quoted-content": markQuoted,
	"quoted-content": markQuoted, "mcntmcontainer": markQuoted, "composer_quoted": markQuoted, "quotedtext": markQuoted, "messagesignaturesection": markSignature, "applemailsignature": markSignature,
	// mail.ru, Yandex, o2 and wp, Interia, Seznam, Inbox.lv
	"cl_quoted": markQuoted, "mail-quote-collapse": markQuoted, "js-helper": noMark, "js-readmsg-msg": noMark, "nh_extra": markQuoted, "gwp": noMark, "reply-quote": markQuoted,
	// NetEase, QQ, Naver
	"isreplycontent": markQuoted, "ntes_not_fresh_mail": markHistory, "isforwardcontent": markHistory, "mail_original": markQuoted,
	// help desks
	"freshdesk_quote": markQuoted, "zd_quoted": markQuoted, "hs_reply": markHistory, "intercom-quote": markQuoted, "front-quote": markQuoted,
}

// markOf says what an element's names, kind and style tell of its content.
func markOf(n *html.Node) elementMark {
	for _, a := range n.Attr {
		switch a.Key {
		case "class":
			if len(a.Val) > 500 {
				continue
			}
			for _, class := range strings.Fields(a.Val) {
				if m := namedMark(class); m != noMark {
					return m
				}
			}
		case "id", "name", "data-marker", "data-smartmail":
			if n.DataAtom == atom.A && a.Key != "name" || len(a.Val) > 100 {
				continue
			}
			if n.DataAtom == atom.Div && a.Key == "name" && a.Val == "quote" {
				return markQuoted
			}
			if m := namedMark(a.Val); m != noMark {
				return m
			}
		case "data-signatureblock":
			return markSignature
		}
	}
	switch n.DataAtom {
	case atom.Blockquote:
		if attr(n, "type") != "cite" && isIndent(attr(n, "style")) {
			return noMark
		}
		return markQuoted
	case atom.Div:
		if isOutlookRule(attr(n, "style")) {
			return markHistoryIfHeaders(n)
		}
	}
	return noMark
}

func namedMark(name string) elementMark {
	name = strings.ToLower(name)
	for {
		cut := strings.TrimPrefix(strings.TrimPrefix(name, "x_"), "ecx")
		if cut == name {
			break
		}
		name = cut
	}
	if m, ok := elementMarks[name]; ok {
		return m
	}
	// Yahoo puts a random word before its names.
	if strings.HasPrefix(name, "ydp") && strings.HasSuffix(name, "yahoo_quoted") || strings.HasPrefix(name, "yahoo_quoted_") {
		return markQuoted
	}
	return noMark
}

// isIndent recognises a blockquote that only indents, as Apple Mail and Gmail write it.
func isIndent(style string) bool {
	s := strings.ReplaceAll(strings.ToLower(style), " ", "")
	return strings.Contains(s, "border:none") || strings.Contains(s, "border:medium") || strings.Contains(s, "0px0px0px40px") || strings.Contains(s, "00040px")
}

// isOutlookRule recognises the thin line that Outlook and Windows Mail draw above the headers of the answered mail.
func isOutlookRule(style string) bool {
	if style == "" || len(style) > 1000 {
		return false
	}
	s := strings.ToLower(style)
	return strings.Contains(s, "border-top") && strings.Contains(s, "solid") && !strings.Contains(s, "border-top:none") ||
		strings.Contains(s, "border:none;border-top:solid")
}

// markHistoryIfHeaders looks whether the text of a ruled element begins with a header line, within its first words.
func markHistoryIfHeaders(n *html.Node) elementMark {
	text := firstText(n, 200)
	if kind, _ := labelOf(text); kind != 0 {
		return markHistory
	}
	return noMark
}

// firstText returns the first words of an element, up to limit bytes, looking at a bounded number of nodes.
func firstText(n *html.Node, limit int) string {
	var b strings.Builder
	visits := 0
	var walk func(*html.Node) bool
	walk = func(n *html.Node) bool {
		visits++
		if visits > 60 || b.Len() >= limit {
			return false
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data[:min(len(n.Data), limit)])
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if !walk(c) {
				return false
			}
		}
		return true
	}
	walk(n)
	return clean(strings.ToValidUTF8(b.String(), ""))
}
