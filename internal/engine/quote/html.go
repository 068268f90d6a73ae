package quote

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxHTML  = 8 << 20 // larger bodies are shown whole
	maxDepth = 200     // elements nested deeper lose their own tags, never their text
)

// SplitHTML divides an HTML mail body into what the writer wrote and what can be folded away: history and signature, in
// their order. Both parts are well formed, carry the elements around them, and together hold every text and image
// exactly once; style sheets stand in both. The folded part is empty where nothing is to be folded, and then the visible part is the body as it was given.
// The HTML may be a whole document or a fragment; it is not sanitised here. The cost is linear; bodies over 8 MiB and
// such as have nothing visible are not divided.
func SplitHTML(body string) (visible, folded string) {
	if len(body) > maxHTML {
		return body, ""
	}
	root := parseHTML(body)
	f := flatten(root)
	d := newDocument(f.text())
	for i := range d.lines {
		f.flags[i].apply(&d.lines[i])
	}
	d.hints = f.flags
	d.mark()
	marks := make([]Kind, len(d.lines))
	last, any := Visible, false
	for i := range d.lines {
		if !d.lines[i].blank {
			last = d.lines[i].mark
		}
		marks[i] = last // blank lines go with what is above them
		any = any || last != Visible
	}
	if !any {
		return body, ""
	}
	return f.render(root, marks, true), f.render(root, marks, false)
}

// hint is what the structure of an HTML body says about one line of its text.
type hint struct {
	quoted    bool // inside a blockquote or a container that a program made for quotes
	intro     bool // inside the element that a program writes its introduction into
	history   bool // begins what a program marks as the answered mail, to the end
	signature bool // inside the element that a program writes the signature into
}

func (h hint) apply(l *line) {
	if l.blank {
		return
	}
	if h.quoted {
		l.quoted = true
	}
	if h.intro && !l.quoted && l.readSeparator() == noSeparator {
		// Gmail uses the same element above a forwarded mail, and people write into it.
		kind, _ := labelOf(l.body)
		t := traitsOf(l.body[:min(len(l.body), maxMarkLine)])
		l.intro = kind == 0 && (t&(hasVerb|hasAddress) != 0 || isDated(t))
	}
}

// flat is an HTML body as lines of text, with the line that each leaf of the tree stands on.
type flat struct {
	lines  []string
	flags  []hint
	lineOf map[*html.Node]int
	cur    strings.Builder
	flag   hint
	ink    bool
	space  bool
	next   bool // the next ink begins history
}

func (f *flat) text() string { return strings.Join(f.lines, "\n") }

// flatten walks over the tree once. Block elements and <br> break lines; paragraphs stand between blank lines.
func flatten(root *html.Node) *flat {
	f := &flat{lineOf: map[*html.Node]int{}}
	f.walk(root, hint{}, false)
	f.endLine()
	return f
}

func (f *flat) endLine() {
	f.lines = append(f.lines, strings.TrimRight(f.cur.String(), " "))
	f.flags = append(f.flags, f.flag)
	f.cur.Reset()
	f.flag, f.ink, f.space = hint{}, false, false
}

func (f *flat) breakLine() {
	if f.ink {
		f.endLine()
	}
}

func (f *flat) breakParagraph() {
	f.breakLine()
	if n := len(f.lines); n > 0 && f.lines[n-1] != "" {
		f.endLine()
	}
}

func (f *flat) write(s string, h hint) {
	if !f.ink {
		f.flag = h
		if f.next {
			f.flag.history, f.next = true, false
		}
	}
	f.flag.quoted = f.flag.quoted && h.quoted
	f.ink = true
	f.cur.WriteString(s)
}

func (f *flat) walk(n *html.Node, h hint, pre bool) {
	switch n.Type {
	case html.TextNode:
		f.walkText(n, h, pre)
		return
	case html.CommentNode, html.DoctypeNode:
		f.lineOf[n] = len(f.lines)
		return
	case html.ElementNode:
		if inBoth(n) {
			return
		}
		h = f.readMarks(n, h)
		pre = pre || n.DataAtom == atom.Pre
	}
	switch n.DataAtom {
	case atom.Br:
		f.lineOf[n] = len(f.lines)
		f.endLine()
		return
	case atom.Hr:
		f.breakLine()
		f.lineOf[n] = len(f.lines)
		f.write("-----", h)
		f.breakLine()
		return
	case atom.Img, atom.Video, atom.Audio, atom.Object, atom.Svg:
		f.lineOf[n] = len(f.lines)
		if !isPixel(n) {
			f.write("\ufffc", h)
		}
	}
	block, paragraph := isBlock(n)
	if paragraph {
		f.breakParagraph()
	} else if block {
		f.breakLine()
	}
	if n.FirstChild == nil {
		f.lineOf[n] = len(f.lines)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		f.walk(c, h, pre)
	}
	if paragraph {
		f.breakParagraph()
	} else if block {
		f.breakLine()
	}
}

// walkText adds the words of a text node. In <pre> a node is split where its lines end, so that each part can go its way.
func (f *flat) walkText(n *html.Node, h hint, pre bool) {
	if pre {
		if i := strings.IndexByte(n.Data, '\n'); i >= 0 && i+1 < len(n.Data) {
			rest := &html.Node{Type: html.TextNode, Data: n.Data[i+1:]}
			n.Data = n.Data[:i+1]
			n.Parent.InsertBefore(rest, n.NextSibling)
		}
	}
	f.lineOf[n] = len(f.lines)
	for i, word := range strings.Fields(n.Data) {
		first, _ := utf8.DecodeRuneInString(n.Data)
		if f.ink && (i > 0 || f.space || isSpace(first)) {
			word = " " + word
		}
		f.write(word, h)
		f.space = false
	}
	if last, _ := utf8.DecodeLastRuneInString(n.Data); n.Data != "" && isSpace(last) {
		f.space = true
	}
	if pre && strings.HasSuffix(n.Data, "\n") {
		f.endLine()
	}
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\u00a0' }

// readMarks adds to h what an element's names say.
func (f *flat) readMarks(n *html.Node, h hint) hint {
	switch markOf(n) {
	case markQuoted:
		h.quoted, h.intro, h.signature = true, false, false
	case markIntro:
		h.intro = true
	case markSignature:
		h.signature = !h.quoted
	case markHistory:
		if !h.quoted {
			f.breakLine()
			f.next = true
		}
	}
	return h
}

// render writes the part of the tree whose leaves are visible, or those that are not.
func (f *flat) render(root *html.Node, marks []Kind, visible bool) string {
	keep := func(n *html.Node) bool {
		i, ok := f.lineOf[n]
		if !ok {
			return visible
		}
		return (marks[min(i, len(marks)-1)] == Visible) == visible
	}
	var b strings.Builder
	out := prune(root, keep)
	if out == nil {
		return ""
	}
	for c := out.FirstChild; c != nil; c = c.NextSibling {
		// The builder never fails, and the tree has no void element with children.
		_ = html.Render(&b, c)
	}
	return b.String()
}

// prune copies a tree with those leaves that keep wants, and the elements around them.
func prune(n *html.Node, keep func(*html.Node) bool) *html.Node {
	if inBoth(n) {
		return clone(n, true)
	}
	if n.FirstChild == nil {
		if n.Type != html.DocumentNode && !keep(n) {
			return nil
		}
		return clone(n, false)
	}
	c := clone(n, false)
	useful := n.Type == html.DocumentNode
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if p := prune(k, keep); p != nil {
			c.AppendChild(p)
			useful = useful || !inBoth(k)
		}
	}
	if !useful {
		return nil
	}
	return c
}

func clone(n *html.Node, deep bool) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Attr: n.Attr}
	if deep {
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			c.AppendChild(clone(k, true))
		}
	}
	return c
}

// inBoth tells elements that shape the rest and are no text themselves.
func inBoth(n *html.Node) bool {
	return n.Type == html.ElementNode && (n.DataAtom == atom.Head || n.DataAtom == atom.Style || n.DataAtom == atom.Script || n.DataAtom == atom.Title || n.DataAtom == atom.Meta || n.DataAtom == atom.Link)
}

func isPixel(n *html.Node) bool {
	small := func(s string) bool { return s == "0" || s == "1" || s == "2" || s == "1px" || s == "0px" }
	return small(attr(n, "width")) || small(attr(n, "height"))
}

func isBlock(n *html.Node) (block, paragraph bool) {
	if n.Type != html.ElementNode {
		return false, false
	}
	switch n.DataAtom {
	case atom.P, atom.Table, atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Fieldset:
		return true, true
	case atom.Div, atom.Body, atom.Html, atom.Tr, atom.Li, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Aside, atom.Nav,
		atom.Center, atom.Address, atom.Form, atom.Dt, atom.Dd, atom.Td, atom.Th, atom.Caption, atom.Figure, atom.Details, atom.Summary:
		return true, false
	}
	return false, false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
