package mailmsg

import (
	"html"
	"strings"
	"unicode/utf8"
)

// htmlToText is a small converter for mails without plain text: blocks become lines, entities are decoded, styles, scripts and comments go.
// It is one pass and knows no structure; whoever wants better passes Limits.HTMLText.
func htmlToText(src string) string {
	c := htmlConverter{src: src}
	c.out.Grow(len(src) / 2)
	c.run()
	return c.result()
}

// maxQuoteDepth is the deepest quotation that is marked as such.
const maxQuoteDepth = 8

type htmlConverter struct {
	src     string
	out     strings.Builder
	newline int  // line ends owed before the next text: 1 for a line, 2 for a paragraph
	space   bool // a blank is owed
	begun   bool
	pre     int
	quote   int

	lastDouble, lastSingle int             // where the last quote of each kind stands; 0 before it was looked for
	unclosed               map[string]bool // elements known to have no closing tag any more
}

func (c *htmlConverter) run() {
	s := c.src
	for i := 0; i < len(s); {
		open := strings.IndexByte(s[i:], '<')
		if open < 0 {
			c.text(s[i:])
			return
		}
		if open > 0 {
			c.text(s[i : i+open])
			i += open
		}
		next, ok := c.markup(i)
		if !ok {
			c.text("<")
			next = i + 1
		}
		i = next
	}
}

// markup handles what begins with "<" at i and returns the offset after it.
func (c *htmlConverter) markup(i int) (next int, ok bool) {
	s := c.src
	if strings.HasPrefix(s[i:], "<!--") {
		end := strings.Index(s[i+4:], "-->")
		if end < 0 {
			return len(s), true
		}
		return i + 4 + end + 3, true
	}
	j := i + 1
	closing := j < len(s) && s[j] == '/'
	if closing {
		j++
	}
	start := j
	for j < len(s) && j-start < 40 && (s[j] >= 'a' && s[j] <= 'z' || s[j] >= 'A' && s[j] <= 'Z' || s[j] >= '0' && s[j] <= '9' || s[j] == ':' || s[j] == '!' || s[j] == '?') {
		j++
	}
	if j == start {
		return 0, false
	}
	name := strings.ToLower(s[start:j])
	end := c.tagEnd(j)
	attrs := s[j:min(end, len(s))]
	next = min(end+1, len(s))
	if !closing {
		switch name {
		case "style", "script", "head", "title", "template", "noscript":
			if strings.HasSuffix(attrs, "/") {
				return next, true
			}
			return c.skipElement(name, next), true
		}
	}
	c.tag(name, closing, attrs)
	return next, true
}

// tagEnd returns the offset of the ">" that ends a tag, passing over quoted attribute values. A quote that is never closed is no quote.
func (c *htmlConverter) tagEnd(j int) int {
	s := c.src
	for k := j; k < len(s); k++ {
		ch := s[k]
		if ch == '>' {
			return k
		}
		if ch != '"' && ch != '\'' || s[k-1] != '=' && s[k-1] != ' ' {
			continue
		}
		last := &c.lastDouble
		if ch == '\'' {
			last = &c.lastSingle
		}
		if *last == 0 {
			*last = strings.LastIndexByte(s, ch)
		}
		if k < *last {
			k += 1 + strings.IndexByte(s[k+1:], ch)
		}
	}
	return len(s)
}

// skipElement returns the offset after the closing tag of an element whose content is no text. Where it is never closed, the rest of the
// document goes for style and script, as in a browser, and only the opening tag for others.
func (c *htmlConverter) skipElement(name string, from int) int {
	s := c.src
	if c.unclosed[name] {
		return from
	}
	for k := from; k < len(s); {
		lt := strings.Index(s[k:], "</")
		if lt < 0 {
			break
		}
		k += lt + 2
		if len(s)-k >= len(name) && strings.EqualFold(s[k:k+len(name)], name) {
			return min(c.tagEnd(k+len(name))+1, len(s))
		}
		if name == "head" && len(s)-k >= 4 && strings.EqualFold(s[k:k+4], "body") {
			break
		}
	}
	if name == "style" || name == "script" {
		return len(s)
	}
	if c.unclosed == nil {
		c.unclosed = map[string]bool{}
	}
	c.unclosed[name] = true
	return from
}

func (c *htmlConverter) tag(name string, closing bool, attrs string) {
	switch name {
	case "br":
		c.breakLine()
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote":
		c.need(2)
		switch {
		case name == "pre" && closing:
			c.pre = max(0, c.pre-1)
		case name == "pre":
			c.pre++
		case name == "blockquote" && closing:
			c.quote = max(0, c.quote-1)
		case name == "blockquote":
			c.quote = min(c.quote+1, maxQuoteDepth)
		}
	case "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "address", "center", "form", "fieldset", "body", "html", "caption", "thead", "tbody":
		c.need(1)
		if name == "li" && !closing {
			c.text("* ")
			c.space = false
		}
	case "td", "th":
		c.space = true
	case "hr":
		c.need(1)
		c.text("---")
		c.need(1)
	case "img":
		// Webmail writes smileys as pictures; other pictures say little in words ("logo").
		if alt := html.UnescapeString(attribute(attrs, "alt")); alt != "" && utf8.RuneCountInString(alt) <= 8 && alt[0] >= 0x80 {
			c.text(alt)
		}
	}
}

// attribute returns the value of an attribute, or "".
func attribute(attrs, name string) string {
	lower := strings.ToLower(head2(attrs, 4000))
	i := strings.Index(lower, " "+name+"=")
	if i < 0 {
		return ""
	}
	v := attrs[i+len(name)+2:]
	if v == "" {
		return ""
	}
	if q := v[0]; q == '"' || q == '\'' {
		if end := strings.IndexByte(v[1:], q); end >= 0 {
			return v[1 : 1+end]
		}
		return ""
	}
	if end := strings.IndexAny(v, " \t\r\n>"); end >= 0 {
		v = v[:end]
	}
	return v
}

func (c *htmlConverter) need(n int) {
	if c.begun && c.newline < n {
		c.newline = n
	}
	c.space = false
}

func (c *htmlConverter) breakLine() {
	if c.newline > 0 {
		c.newline = min(c.newline+1, 3)
	} else {
		c.newline = 1
	}
	c.space = false
}

func (c *htmlConverter) text(s string) {
	s = html.UnescapeString(s)
	if c.pre > 0 {
		c.preformatted(s)
		return
	}
	for s != "" {
		i := strings.IndexAny(s, " \t\r\n\f")
		if i == 0 {
			if c.begun && c.newline == 0 {
				c.space = true
			}
			s = strings.TrimLeft(s, " \t\r\n\f")
			continue
		}
		word := s
		if i > 0 {
			word, s = s[:i], s[i:]
		} else {
			s = ""
		}
		c.word(word)
	}
}

func (c *htmlConverter) preformatted(s string) {
	for i, line := range strings.Split(normaliseNewlines(s), "\n") {
		if i > 0 {
			c.breakLine()
		}
		if line != "" {
			c.word(line)
		}
	}
}

func (c *htmlConverter) word(w string) {
	if c.begun && c.newline > 0 {
		for ; c.newline > 0; c.newline-- {
			c.out.WriteByte('\n')
			if c.newline > 1 && c.quote > 0 {
				c.out.WriteString(strings.TrimRight(strings.Repeat("> ", c.quote), " "))
			}
		}
		c.out.WriteString(strings.Repeat("> ", c.quote))
	} else if c.space {
		c.out.WriteByte(' ')
	} else if !c.begun {
		c.out.WriteString(strings.Repeat("> ", c.quote))
	}
	c.newline, c.space, c.begun = 0, false, true
	c.out.WriteString(w)
}

func (c *htmlConverter) result() string {
	s := c.out.String()
	// No-break spaces are how HTML indents; plain text has ordinary ones. Soft hyphens and zero-width marks are invisible.
	if strings.ContainsAny(s, "\u00a0\u00ad\u200b\ufeff") {
		s = strings.NewReplacer("\u00a0", " ", "\u00ad", "", "\u200b", "", "\ufeff", "").Replace(s)
	}
	if !strings.Contains(s, " \n") && !strings.Contains(s, "\t\n") {
		return strings.TrimRight(s, " \t")
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
	}
	return strings.Join(lines, "\n")
}

// enrichedToText drops the commands of text/enriched (RFC 1896): "<bold>", "<param>…</param>"; "<<" is a "<".
func enrichedToText(s string) string {
	var out strings.Builder
	const endParam = "</param>"
	shut := -2 // where the next end of a parameter stands; -1 where there is none any more
	for i := 0; i < len(s); {
		if s[i] != '<' {
			out.WriteByte(s[i])
			i++
			continue
		}
		if strings.HasPrefix(s[i:], "<<") {
			out.WriteByte('<')
			i += 2
			continue
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			out.WriteString(s[i:])
			break
		}
		if strings.EqualFold(s[i:i+end+1], "<param>") {
			if shut != -1 && shut < i {
				if shut = strings.Index(s[i:], endParam); shut >= 0 {
					shut += i
				}
			}
			if shut >= 0 {
				i = shut + len(endParam)
				continue
			}
		}
		i += end + 1
	}
	return out.String()
}
