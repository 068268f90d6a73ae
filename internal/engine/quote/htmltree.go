package quote

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parseHTML makes a tree of HTML in linear time. It is simpler than a browser's parser on purpose: that one copies
// formatting elements into each new paragraph, which lets a small body grow without bound. Wrong nesting is closed,
// stray end tags are dropped.
func parseHTML(body string) *html.Node {
	root := &html.Node{Type: html.DocumentNode}
	open := []*html.Node{root}
	over := 0 // start tags dropped beyond maxDepth
	z := html.NewTokenizer(strings.NewReader(body))
	z.SetMaxBuf(maxHTML + 1)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if !errors.Is(z.Err(), io.EOF) {
				root.AppendChild(&html.Node{Type: html.TextNode, Data: string(z.Raw())})
			}
			return root
		}
		t := z.Token()
		top := open[len(open)-1]
		switch kind {
		case html.TextToken:
			if t.Data != "" {
				top.AppendChild(&html.Node{Type: html.TextNode, Data: t.Data})
			}
		case html.CommentToken:
			top.AppendChild(&html.Node{Type: html.CommentNode, Data: t.Data})
		case html.DoctypeToken:
			if top == root {
				top.AppendChild(&html.Node{Type: html.DoctypeNode, Data: t.Data})
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			open = closeImplied(open, t.DataAtom)
			n := &html.Node{Type: html.ElementNode, DataAtom: t.DataAtom, Data: t.Data, Attr: t.Attr}
			switch {
			case isVoid(t.Data):
				open[len(open)-1].AppendChild(n)
			case len(open) > maxDepth:
				over++
			default:
				open[len(open)-1].AppendChild(n)
				open = append(open, n)
			}
		case html.EndTagToken:
			if over > 0 {
				over--
				continue
			}
			open = closeTag(open, t)
		}
	}
}

// closeTag pops to the element that an end tag names; where none is open, nothing happens. A cell is not closed from
// inside by what was opened around its table.
func closeTag(open []*html.Node, t html.Token) []*html.Node {
	for i := len(open) - 1; i > 0; i-- {
		n := open[i]
		if n.Data == t.Data {
			return open[:i]
		}
		if (n.DataAtom == atom.Td || n.DataAtom == atom.Th) && t.DataAtom != atom.Table && t.DataAtom != atom.Tr && t.DataAtom != atom.Tbody && t.DataAtom != atom.Body && t.DataAtom != atom.Html {
			return open
		}
	}
	return open
}

// closeImplied pops what HTML lets writers leave open before an element.
func closeImplied(open []*html.Node, next atom.Atom) []*html.Node {
	top := open[len(open)-1].DataAtom
	switch next {
	case atom.P, atom.Div, atom.Table, atom.Ul, atom.Ol, atom.Blockquote, atom.Pre, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if top == atom.P {
			return open[:len(open)-1]
		}
	case atom.Li:
		if top == atom.Li {
			return open[:len(open)-1]
		}
	case atom.Td, atom.Th:
		if top == atom.Td || top == atom.Th {
			return open[:len(open)-1]
		}
	case atom.Tr:
		if top == atom.Td || top == atom.Th {
			open = open[:len(open)-1]
			top = open[len(open)-1].DataAtom
		}
		if top == atom.Tr {
			return open[:len(open)-1]
		}
	case atom.Body:
		if top == atom.Head {
			return open[:len(open)-1]
		}
	}
	return open
}

func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "keygen", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}
