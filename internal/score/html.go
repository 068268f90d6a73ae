package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"tellus/internal/platform/htmltext"
)

func init() { Register("html", scoreHTML) }

// scoreHTML sanitises every piece of markup and looks, in the tree that a browser would build of the result inside a page, for what runs, loads or breaks
// out. The pages of the category that are no attacks must keep their words.
func scoreHTML(c *Corpus, s *Sheet) error {
	for _, row := range c.In("html") {
		content, err := c.Read(row.Path)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(row.Path, ".jsonl") {
			markHTML(s, row.Source, row.Path, string(content))
			s.Mark(row.Source, row.Path, "has text", strings.TrimSpace(htmltext.ToText(string(content))) != "", "nothing is left to read")
			continue
		}
		for n, line := range bytes.Split(content, []byte("\n")) {
			var fields struct{ Input, Payload string }
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if err := json.Unmarshal(line, &fields); err != nil {
				return fmt.Errorf("%s:%d: %w", row.Path, n+1, err)
			}
			markHTML(s, row.Path, fmt.Sprintf("%s:%d", row.Path, n+1), fields.Input+fields.Payload)
		}
	}
	return nil
}

func markHTML(s *Sheet, group, name, foreign string) {
	start := time.Now()
	sanitised := htmltext.Sanitise(foreign)
	took := time.Since(start)
	for _, check := range []struct{ measure, fault string }{
		{"runs nothing", runs(sanitised)},
		{"loads nothing", loads(sanitised)},
		{"stays in its place", breaksOut(sanitised)},
		{"composed runs nothing", runs(htmltext.SanitiseComposed(foreign)) + loads(htmltext.SanitiseComposed(foreign))},
	} {
		s.Mark(group, name, check.measure, check.fault == "", check.fault)
	}
	s.Mark(group, name, "below 1 s", took < time.Second, took.String())
}

const pageAround = `<!doctype html><html><head><title>t</title></head><body><div id="frame">%s</div><p id="after">after</p></body></html>`

// within returns the element that holds the markup, parsed inside a page, and the one after it, which must be "after" and
// the last.
func within(markup string) (frame, after *html.Node, err error) {
	doc, err := html.Parse(strings.NewReader(fmt.Sprintf(pageAround, markup)))
	if err != nil {
		return nil, nil, err
	}
	body := doc.LastChild.LastChild
	return body.FirstChild, body.FirstChild.NextSibling, nil
}

func breaksOut(markup string) string {
	frame, after, err := within(markup)
	if err != nil {
		return err.Error()
	}
	if frame.Data != "div" || after == nil || after.NextSibling != nil || !slices.Contains(after.Attr, html.Attribute{Key: "id", Val: "after"}) {
		return "the page around it changes"
	}
	return ""
}

var running = strings.Fields("script style iframe frame object embed applet form input button textarea select meta base svg math template noscript title xmp plaintext dialog portal")

// runs names what could run a script, send a form or show a page.
func runs(markup string) string {
	return firstFault(markup, func(n *html.Node) string {
		if slices.Contains(running, n.Data) || n.Namespace != "" {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			value := spaceless(a.Val)
			if strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" || a.Key == "action" || a.Key == "formaction" {
				return a.Key + "=" + a.Val
			}
			for _, scheme := range []string{"javascript:", "vbscript:", "livescript:", "mocha:"} {
				if (a.Key == "href" || a.Key == "src" || a.Key == "style") && strings.Contains(value, scheme) && (a.Key == "style" || strings.HasPrefix(value, scheme)) {
					return a.Key + "=" + a.Val
				}
			}
			if strings.HasPrefix(value, "data:") && (a.Key != "src" || !strings.HasPrefix(value, "data:image/") || strings.HasPrefix(value, "data:image/svg")) && (a.Key == "href" || a.Key == "src") {
				return a.Key + "=" + a.Val
			}
			if a.Key == "style" && (strings.Contains(value, "expression") || strings.Contains(value, "behavior") || strings.Contains(value, "binding")) {
				return "style=" + a.Val
			}
		}
		return ""
	})
}

// loads names what would be fetched when the markup is shown.
func loads(markup string) string {
	return firstFault(markup, func(n *html.Node) string {
		if slices.Contains([]string{"link", "video", "audio", "source", "track", "image"}, n.Data) {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			value := spaceless(a.Val)
			switch a.Key {
			case "src":
				if !strings.HasPrefix(value, "cid:") && !strings.HasPrefix(value, "data:image/") {
					return "src=" + a.Val
				}
			case "srcset", "background", "poster", "lowsrc", "dynsrc", "data", "ping", "longdesc", "xlink:href":
				return a.Key + "=" + a.Val
			case "style":
				if strings.Contains(value, "url") || strings.Contains(value, "image") || strings.Contains(value, "@") || strings.Contains(value, `\`) || strings.Contains(value, "src(") {
					return "style=" + a.Val
				}
			}
		}
		return ""
	})
}

// firstFault looks through all elements that the markup becomes in a page.
func firstFault(markup string, fault func(*html.Node) string) string {
	doc, err := html.Parse(strings.NewReader(fmt.Sprintf(pageAround, markup)))
	if err != nil {
		return err.Error()
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data == "title" && n.Parent.Data == "head" {
			continue
		}
		if f := fault(n); f != "" {
			return f
		}
	}
	return ""
}

// spaceless lowers an attribute's value and takes out what browsers pass over.
func spaceless(value string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, value))
}
