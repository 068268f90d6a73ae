package htmltext

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// judge parses what we made as a browser would, inside a page, and returns what is wrong with it. It knows nothing of how
// the result was made: it has its own, shorter lists.
func judge(sanitised string) []string {
	var faults []string
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	page := `<!doctype html><html><head><title>t</title></head><body><div id="frame">` + sanitised + `</div><p id="after">after</p></body></html>`
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	body := doc.LastChild.LastChild
	if body.DataAtom != atom.Body || body.FirstChild == nil || id(body.FirstChild) != "frame" {
		return []string{"the page around it has another shape"}
	}
	if after := body.FirstChild.NextSibling; after == nil || id(after) != "after" || after.NextSibling != nil {
		fault("it breaks out of the element around it")
	}
	elements := 0
	for n := range body.FirstChild.Descendants() {
		switch n.Type {
		case html.ElementNode:
			elements++
			judgeElement(n, fault)
		case html.CommentNode, html.DoctypeNode:
			fault("%v node %q", n.Type, n.Data)
		}
	}
	if written := startTags(sanitised); written != elements {
		fault("%d start tags were written, %d elements were built", written, elements)
	}
	return faults
}

func judgeElement(n *html.Node, fault func(string, ...any)) {
	if n.Namespace != "" {
		fault("<%s> is of %s", n.Data, n.Namespace)
	}
	switch n.Data {
	case "script", "style", "iframe", "frame", "object", "embed", "applet", "form", "input", "button", "textarea", "select", "link", "meta", "base",
		"svg", "math", "template", "video", "audio", "source", "portal", "noscript", "title", "xmp", "plaintext", "dialog":
		fault("<%s>", n.Data)
	}
	for _, a := range n.Attr {
		value := strings.ToLower(strings.Join(strings.FieldsFunc(a.Val, func(r rune) bool { return r <= ' ' }), ""))
		switch {
		case strings.HasPrefix(a.Key, "on"):
			fault("<%s %s>", n.Data, a.Key)
		case a.Key == "srcset" || a.Key == "background" || a.Key == "poster" || a.Key == "action" || a.Key == "formaction" || a.Key == "ping" || a.Key == "srcdoc" || a.Key == "xlink:href":
			fault("<%s %s=%q>", n.Data, a.Key, a.Val)
		case a.Key == "src":
			if !strings.HasPrefix(value, "cid:") && !strings.HasPrefix(value, "data:image/") || strings.HasPrefix(value, "data:image/svg") {
				fault("src=%q", a.Val)
			}
		case a.Key == "href":
			ok := strings.HasPrefix(value, "#mail-")
			for _, p := range []string{"http://", "https://", "mailto:", "tel:", "sms:"} {
				ok = ok || strings.HasPrefix(value, p)
			}
			if !ok {
				fault("href=%q", a.Val)
			}
			if value[0] != '#' && (attr(n, "target") != "_blank" || attr(n, "rel") != "noopener noreferrer") {
				fault("href=%q opens in place", a.Val)
			}
		case a.Key == "style":
			for _, bad := range []string{"url", "expression", "position", "javascript", "import", "\\", "behavior", "binding", "@", "<", "image", "attr(", "var("} {
				if strings.Contains(value, bad) && !strings.Contains(value, "list-style-position") {
					fault("style=%q", a.Val)
				}
			}
		case a.Key == "id":
			if !strings.HasPrefix(a.Val, "mail-") {
				fault("id=%q", a.Val)
			}
		case a.Key == "name":
			fault("name=%q", a.Val)
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func id(n *html.Node) string { return attr(n, "id") }

func startTags(s string) int {
	n := 0
	z := html.NewTokenizer(strings.NewReader(s))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			n++
		}
	}
	return n
}

// checkSafe judges both sanitisers on one input, and that they settle.
func checkSafe(t *testing.T, foreign string) {
	t.Helper()
	once := Sanitise(foreign)
	for _, f := range judge(once) {
		t.Errorf("Sanitise(%.300q)\n got %.600q\n which has %s", foreign, once, f)
	}
	if twice := Sanitise(once); twice != once {
		t.Errorf("Sanitise(%.300q)\n got %.600q\n and again %.600q", foreign, once, twice)
	}
	composed := SanitiseComposed(foreign)
	for _, f := range judge(composed) {
		t.Errorf("SanitiseComposed(%.300q)\n got %.600q\n which has %s", foreign, composed, f)
	}
	for _, f := range judge(FromText(foreign)) {
		t.Errorf("FromText(%.300q)\n got %.600q\n which has %s", foreign, FromText(foreign), f)
	}
	shown := ShowRemote(ShowInline(once, func(string) string { return "cid:\"><script>" }), func(string) string { return "cid:\"><script>" })
	for _, f := range judge(shown) {
		t.Errorf("ShowRemote(%.600q)\n got %.600q\n which has %s", once, shown, f)
	}
}
