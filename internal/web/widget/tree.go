package widget

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// The page is built as a tree and written by html.Render, which escapes every text and every value of an attribute and puts the latter in quotes. What
// that does not make safe is caught here: addresses (link), and elements whose content is not escaped (verbatim). Names of elements and attributes
// are always words of ours.

// attribute is one of an element; without a name it is not there.
type attribute = html.Attribute

// with is an attribute. Scripts and styles in attributes are not made, and an address that is not safe to follow is left out.
func with(name, value string) attribute {
	switch {
	case strings.HasPrefix(name, "on") || name == "style" || name == "srcdoc":
		return attribute{}
	case addresses[name]:
		if value = link(value); value == "" {
			return attribute{}
		}
	}
	return attribute{Key: name, Val: clean(value)}
}

// only is an attribute that is there where something holds.
func only(holds bool, a attribute) attribute {
	if !holds {
		return attribute{}
	}
	return a
}

// addresses are the attributes in which browsers expect an address.
var addresses = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "data": true, "poster": true, "ping": true, "background": true, "cite": true, "manifest": true,
	"srcset": true, "imagesrcset": true}

// link returns an address that is safe to follow, as browsers will read it: of http and https, or a path of our own. Of every other, javascript: and
// //elsewhere too, it returns nothing.
func link(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil || u.Opaque != "":
		return ""
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return u.String()
	case u.Scheme == "" && u.Host == "" && u.User == nil && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "//"):
		return u.String()
	}
	return ""
}

// clean replaces what no document of HTML may hold, and ends lines as browsers do.
func clean(text string) string { return cleaner.Replace(strings.ToValidUTF8(text, "\uFFFD")) }

var cleaner = strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n")

// verbatim are the elements whose content html.Render writes as it is. They are made by script, data and sheet alone.
var verbatim = map[string]bool{"script": true, "style": true, "iframe": true, "noembed": true, "noframes": true, "noscript": true, "plaintext": true, "xmp": true}

// block are the elements whose children each begin a line.
var block = map[string]bool{"html": true, "head": true, "body": true, "main": true, "form": true, "div": true}

// element makes an element. Children may be nil, which stands for what is not there; a verbatim element gets none.
func element(name string, attributes []attribute, inside ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name}
	for _, a := range attributes {
		if a.Key != "" {
			n.Attr = append(n.Attr, a)
		}
	}
	for _, child := range inside {
		if child == nil || verbatim[name] {
			continue
		}
		if block[name] {
			n.AppendChild(text("\n"))
		}
		n.AppendChild(child)
	}
	if block[name] && n.FirstChild != nil {
		n.AppendChild(text("\n"))
	}
	return n
}

func text(words string) *html.Node { return &html.Node{Type: html.TextNode, Data: clean(words)} }

// words is an element that holds nothing but text.
func words(name, class, what string) *html.Node {
	return element(name, []attribute{only(class != "", with("class", class))}, text(what))
}

// data is JSON for a script: encoding/json writes <, > and & as escapes, so that nothing in it can end the element.
func data(id string, value any) (*html.Node, error) {
	content, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", id, err)
	}
	n := element("script", []attribute{with("type", "application/json"), with("id", id)})
	n.AppendChild(text(string(content)))
	return n, nil
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// sheet sets colours by the names of their variables; what is no colour is left out.
func sheet(nonce string, colours ...[2]string) *html.Node {
	var css strings.Builder
	for _, c := range colours {
		if colour.MatchString(c[1]) {
			css.WriteString(c[0] + ":" + c[1] + ";")
		}
	}
	n := element("style", []attribute{with("nonce", nonce)})
	n.AppendChild(text(":root{" + css.String() + "}"))
	return n
}
