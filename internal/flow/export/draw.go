package export

import (
	_ "embed" // the look of a page
	"fmt"
	"io"

	"golang.org/x/net/html"
)

//go:embed page.css
var sheet string

// policy lets a page that somebody opens from a folder load nothing and run nothing, whatever was written to the desk.
const policy = "default-src 'none'; style-src 'unsafe-inline'"

// write writes the page as a tree: html.Render escapes every text and every attribute. Links are paths of this archive, made by us.
func (d document) write(w io.Writer) error {
	root := &html.Node{Type: html.DocumentNode}
	root.AppendChild(&html.Node{Type: html.DoctypeNode, Data: "html"})
	root.AppendChild(element("html", attrs("lang", d.Language),
		element("head", nil,
			element("meta", attrs("charset", "utf-8")),
			element("meta", attrs("name", "viewport", "content", "width=device-width, initial-scale=1")),
			element("meta", attrs("name", "referrer", "content", "no-referrer")),
			element("meta", attrs("http-equiv", "Content-Security-Policy", "content", policy)),
			element("title", nil, text(d.Title)),
			element("style", nil, &html.Node{Type: html.TextNode, Data: sheet}),
		),
		element("body", nil, d.body()...),
	))
	if err := html.Render(w, root); err != nil {
		return fmt.Errorf("write the page %q: %w", d.Title, err)
	}
	return nil
}

func (d document) body() (all []*html.Node) {
	if d.Up != "" {
		all = append(all, element("p", nil, element("a", attrs("href", d.Up), text("←"))))
	}
	all = append(all, element("h1", nil, text(d.Title)), line("p", "about", d.About), facts(d.Facts))
	for _, p := range d.Parts {
		all = append(all, line("h2", "", p.Title), links(p.Links))
		for _, s := range p.Said {
			all = append(all, s.draw())
		}
	}
	return all
}

func (s said) draw() *html.Node {
	class := ""
	if s.Note {
		class = "note"
	}
	return element("article", attrs("class", class),
		element("header", nil, element("b", nil, text(s.Who)), text(" "), line("span", "when", s.When)),
		facts(s.Facts), line("p", "about", s.State), line("div", "text", s.Text), line("div", "folded", s.Folded), links(s.Files))
}

func facts(list []pair) *html.Node {
	if len(list) == 0 {
		return nil
	}
	n := element("dl", nil)
	for _, f := range list {
		n.AppendChild(element("dt", nil, text(f.Name)))
		n.AppendChild(element("dd", nil, text(f.Value)))
	}
	return n
}

// links are names, with a link where there is one.
func links(list []pair) *html.Node {
	if len(list) == 0 {
		return nil
	}
	n := element("ul", nil)
	for _, l := range list {
		name := text(l.Name)
		if l.Value != "" {
			name = element("a", attrs("href", l.Value), name)
		}
		n.AppendChild(element("li", nil, name))
	}
	return n
}

// line is an element with a text, nil where there is none.
func line(name, class, words string) *html.Node {
	if words == "" {
		return nil
	}
	return element(name, attrs("class", class), text(words))
}

func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// attrs takes names and values in turn; an attribute without a value is left out.
func attrs(pairs ...string) (all []html.Attribute) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all = append(all, html.Attribute{Key: pairs[i], Val: pairs[i+1]})
		}
	}
	return all
}

// element is an element; children that are nil are left out.
func element(name string, attributes []html.Attribute, inside ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, Attr: attributes}
	for _, child := range inside {
		if child != nil {
			n.AppendChild(child)
		}
	}
	return n
}
