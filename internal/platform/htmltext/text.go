package htmltext

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	maxQuotes   = 20  // "> " before a line
	maxLists    = 10  // levels of indentation
	maxBlanks   = 2   // blank lines in a row
	maxTextLink = 300 // bytes of an address that is written behind its words
	ruler       = "----------"
)

// ToText returns what a reader would read in foreign HTML, as plain text with "\n" between lines: paragraphs are parted by a blank
// line, list items begin with "- " or their number, quoted blocks with "> " per level (20 at most), cells of a row are parted by " | " in
// tables with headings or borders and by two spaces in others, links are followed by <their address> where it differs from
// their words, images give their alternative text in brackets. Scripts, styles and elements with display:none are left out.
// At most [MaxInput] bytes are read. There is no blank line at either end.
func ToText(foreign string) string {
	z := html.NewTokenizer(strings.NewReader(bounded(foreign)))
	t := &textWriter{}
	skip, unseen := skipper{}, skipper{}
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return t.finish()
		case html.TextToken:
			if !skip.active() && !unseen.active() {
				t.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, given := tag(z)
			if skip.start(name, kind == html.SelfClosingTagToken) {
				continue
			}
			if unseen.active() {
				if name == unseen.name && name != "p" {
					unseen.depth++
				}
				continue
			}
			if canHide[name] && invisible(given) {
				unseen.name, unseen.depth = name, 1
				continue
			}
			t.start(name, given)
		case html.EndTagToken:
			b, _ := z.TagName()
			name := string(b)
			if skip.end(name) {
				continue
			}
			if unseen.active() {
				if name == unseen.name {
					unseen.depth--
				}
				continue
			}
			t.end(name)
		}
	}
}

var canHide = set("div span p table td tr font center section")

// invisible tells the hidden preview lines of newsletters, filled with joiners and soft hyphens.
func invisible(given []html.Attribute) bool {
	a := lookup(given, "style")
	if a == nil || len(a.Val) > maxStyle {
		return false
	}
	for declaration := range strings.SplitSeq(a.Val, ";") {
		property, value, _ := strings.Cut(declaration, ":")
		if strings.EqualFold(strings.TrimSpace(property), "display") {
			return strings.EqualFold(strings.TrimSpace(trimImportant(value)), "none")
		}
	}
	return false
}

// textWriter lays out lines. Line breaks wait until something follows them.
type textWriter struct {
	b        strings.Builder
	line     []byte
	prefix   string // of the line being written
	started  bool   // the line has content
	any      bool   // some line has been written
	breaks   int    // line breaks to write before the next character
	space    bool   // a collapsed space waits
	quotes   int
	last     int // quote level of the last line
	lists    []list
	marker   string
	pre      int
	cell     bool // a further cell of a row begins
	tables   []bool
	href     string
	linked   strings.Builder
	inLinked bool
}

type list struct {
	ordered bool
	next    int
}

var (
	paragraphs = set("h1 h2 h3 h4 h5 h6 dl table figure fieldset")
	blocks     = set(`address article aside body center dd details dir div dt figcaption footer form header html legend li main menu nav
		section summary tr caption option`)
)

func (t *textWriter) start(name string, given []html.Attribute) {
	switch name {
	case "br":
		t.lineBreak()
	case "p":
		t.paragraph(given)
	case "hr":
		t.block()
		t.text(ruler)
		t.block()
	case "blockquote":
		t.separate()
		t.quotes++
	case "ul", "ol", "menu", "dir":
		t.startList(name, given)
	case "li":
		t.startItem(given)
	case "pre", "listing", "xmp", "plaintext", "textarea":
		t.separate()
		t.pre++
	case "td", "th":
		t.startCell(name)
	case "tr":
		t.block()
		t.cell = false
	case "img":
		if a := lookup(given, "alt"); a != nil && strings.TrimSpace(a.Val) != "" {
			t.text("[" + strings.TrimSpace(a.Val) + "]")
		}
	case "a":
		t.endLink()
		if a := lookup(given, "href"); a != nil {
			t.href, t.inLinked = safeLink(a.Val), true
			t.linked.Reset()
		}
	case "table":
		border := lookup(given, "border")
		if len(t.tables) < maxDepth {
			t.tables = append(t.tables, border != nil && border.Val != "0" && border.Val != "")
		}
		t.block()
	default:
		switch {
		case paragraphs[name]:
			t.separate()
		case blocks[name]:
			t.block()
		}
	}
}

func (t *textWriter) end(name string) {
	switch name {
	case "br":
		t.lineBreak()
	case "p":
		t.separate()
	case "blockquote":
		t.separate()
		t.quotes = max(0, t.quotes-1)
	case "ul", "ol", "menu", "dir":
		if len(t.lists) > 0 {
			t.lists = t.lists[:len(t.lists)-1]
		}
		t.marker = ""
		t.separate()
	case "pre", "listing", "xmp", "plaintext", "textarea":
		t.pre = max(0, t.pre-1)
		t.separate()
	case "td", "th":
		t.endCell()
	case "a":
		t.endLink()
	case "table":
		if len(t.tables) > 0 {
			t.tables = t.tables[:len(t.tables)-1]
		}
		t.cell = false
		t.block()
	default:
		switch {
		case paragraphs[name]:
			t.separate()
		case blocks[name]:
			t.block()
		}
	}
}

// paragraph begins a paragraph. Word and Outlook write each line as a paragraph without space around it.
func (t *textWriter) paragraph(given []html.Attribute) {
	if a := lookup(given, "class"); a != nil && strings.HasPrefix(a.Val, "Mso") {
		if t.breaks == 2 && t.any {
			// The blank line came from the end of the paragraph before, which was of the same kind.
			t.breaks = 1
		}
		t.block()
		return
	}
	t.separate()
}

func (t *textWriter) startList(name string, given []html.Attribute) {
	if len(t.lists) == 0 {
		t.separate()
	} else {
		t.block()
	}
	l := list{ordered: name == "ol", next: 1}
	if a := lookup(given, "start"); a != nil {
		if n, err := strconv.Atoi(a.Val); err == nil && n >= 0 && n < 1e6 {
			l.next = n
		}
	}
	if len(t.lists) < maxDepth {
		t.lists = append(t.lists, l)
	}
}

func (t *textWriter) startItem(given []html.Attribute) {
	t.block()
	t.marker = "- "
	if len(t.lists) == 0 {
		return
	}
	l := &t.lists[len(t.lists)-1]
	if !l.ordered {
		return
	}
	if a := lookup(given, "value"); a != nil {
		if n, err := strconv.Atoi(a.Val); err == nil && n >= 0 && n < 1e6 {
			l.next = n
		}
	}
	t.marker = strconv.Itoa(l.next) + ". "
	l.next++
}

func (t *textWriter) startCell(name string) {
	t.endCell()
	if n := len(t.tables); n > 0 && name == "th" {
		t.tables[n-1] = true
	}
}

// endCell lets a separator stand between what is on this line and the next cell.
func (t *textWriter) endCell() { t.cell = t.started && t.breaks == 0 }

func (t *textWriter) endLink() {
	if !t.inLinked {
		return
	}
	t.inLinked = false
	words := strings.TrimSpace(t.linked.String())
	address := strings.TrimPrefix(t.href, "mailto:")
	if words == "" || address == "" || len(address) > maxTextLink || strings.HasPrefix(address, "tel:") || strings.HasPrefix(address, "sms:") {
		return
	}
	if bare(words) == bare(address) || strings.Contains(words, address) {
		return
	}
	t.put(" <" + address + ">")
}

// bare takes off what does not matter when an address is compared with its words.
func bare(address string) string {
	a := strings.ToLower(address)
	a = strings.TrimPrefix(strings.TrimPrefix(a, "https://"), "http://")
	return strings.TrimSuffix(strings.TrimPrefix(a, "www."), "/")
}

// lineBreak ends the line, be it empty.
func (t *textWriter) lineBreak() {
	t.dropSpace()
	t.breaks++
}

// dropSpace forgets the space at the end of a line, except where it is part of the mark before a signature.
func (t *textWriter) dropSpace() {
	if t.space && t.breaks == 0 && string(t.line) == "--" {
		t.line = append(t.line, ' ')
	}
	t.space = false
}

// block makes what follows begin on a line of its own.
func (t *textWriter) block() {
	t.dropSpace()
	t.breaks = max(t.breaks, 1)
	t.cell = false
}

// separate makes what follows begin after a blank line; within lists, on a line of its own.
func (t *textWriter) separate() {
	t.block()
	if len(t.lists) == 0 {
		t.breaks = max(t.breaks, 2)
	}
}

func (t *textWriter) text(s string) {
	if t.pre > 0 {
		t.preformatted(s)
		return
	}
	for s != "" {
		end := strings.IndexAny(s, " \t\r\n\f")
		if end < 0 {
			end = len(s)
		}
		if end > 0 {
			t.put(s[:end])
		}
		if end == len(s) {
			return
		}
		t.space = true
		s = strings.TrimLeft(s[end:], " \t\r\n\f")
	}
}

func (t *textWriter) preformatted(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			t.lineBreak()
		}
		if line != "" {
			t.put(line)
		}
	}
}

// put writes characters, after the breaks and the space that wait for them.
func (t *textWriter) put(s string) {
	s = strings.Map(readable, s)
	if s == "" {
		return
	}
	if t.breaks > 0 || !t.any {
		t.newLine()
	}
	if t.cell && t.started {
		t.cell = false
		if n := len(t.tables); n > 0 && t.tables[n-1] {
			t.line = append(t.line, " | "...)
		} else {
			t.line = append(t.line, "  "...)
		}
	} else if t.space && t.started && t.pre == 0 {
		t.line = append(t.line, ' ')
		if t.inLinked {
			t.linked.WriteByte(' ')
		}
	}
	t.space, t.started = false, true
	t.line = append(t.line, s...)
	if t.inLinked && t.linked.Len() < 2*maxTextLink {
		t.linked.WriteString(s)
	}
}

// readable drops control characters and what only steers hyphenation or fills preview lines; a no-break space is a space
// that does not collapse.
func readable(r rune) rune {
	switch r {
	case 0xA0, 0x2007, 0x202F:
		return ' '
	case 0xAD, 0xFEFF, 0x200B, 0x2060, 0x034F:
		return -1
	}
	return printable(r)
}

// newLine writes the finished line and the blank ones that wait, and begins the next.
func (t *textWriter) newLine() {
	if t.any {
		t.flush()
		blank := strings.TrimRight(strings.Repeat("> ", min(t.last, t.quotes, maxQuotes)), " ")
		for range min(t.breaks-1, maxBlanks) {
			t.b.WriteString(blank)
			t.b.WriteByte('\n')
		}
	}
	t.any, t.started, t.breaks = true, false, 0
	t.last = t.quotes
	t.prefix = strings.Repeat("> ", min(t.quotes, maxQuotes))
	if depth := min(len(t.lists), maxLists); depth > 0 {
		if t.marker != "" {
			t.prefix += strings.Repeat("  ", depth-1) + t.marker
		} else {
			t.prefix += strings.Repeat("  ", depth)
		}
	} else {
		t.prefix += t.marker
	}
	t.marker = ""
}

func (t *textWriter) flush() {
	line := strings.TrimRight(string(t.line), " \t")
	if line == "--" && len(t.line) == 3 {
		line = "-- " // the mark before a signature; RFC 3676 4.3
	}
	t.b.WriteString(strings.TrimRight(t.prefix, " "))
	if line != "" {
		t.b.WriteString(t.prefix[len(strings.TrimRight(t.prefix, " ")):])
		t.b.WriteString(line)
	}
	t.b.WriteByte('\n')
	t.line = t.line[:0]
}

func (t *textWriter) finish() string {
	t.endLink()
	if t.any {
		t.flush()
	}
	return strings.Trim(t.b.String(), "\n")
}

// FromText returns HTML that shows plain text as it was written: escaped, a paragraph per blank line, a break per line, indentation
// and repeated spaces kept, and http, https, mailto and www addresses as links. The result needs no sanitising.
func FromText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var b strings.Builder
	b.Grow(len(text) + len(text)/4)
	open := false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t\f\v")
		if line == "" {
			if open {
				b.WriteString("</p>")
				open = false
			}
			continue
		}
		if open {
			b.WriteString("<br>")
		} else {
			b.WriteString("<p>")
			open = true
		}
		autolink(&b, line)
	}
	if open {
		b.WriteString("</p>")
	}
	return b.String()
}

var linkStarts = []string{"https://", "http://", "mailto:", "www."}

func autolink(b *strings.Builder, line string) {
	from := 0
	for i := 0; i < len(line); i++ {
		if i > 0 && (isAlphanumeric(line[i-1]) || line[i-1] >= utf8.RuneSelf) {
			continue
		}
		n, extent := linkLength(line[i:])
		if extent == 0 {
			continue
		}
		address := line[i : i+n]
		target := safeLink(address)
		if target == "" {
			i += extent - 1 // not to be looked at again from its middle
			continue
		}
		escapeLine(b, line[from:i], from == 0)
		b.WriteString(`<a href="` + html.EscapeString(target) + `" target="_blank" rel="noopener noreferrer">`)
		b.WriteString(html.EscapeString(strings.Map(printable, address)))
		b.WriteString("</a>")
		i += n - 1
		from = i + 1
	}
	escapeLine(b, line[from:], from == 0)
}

// linkLength returns how many bytes of s, which begins at a word, are an address, and how many were looked at; 0 if it is
// none. Punctuation that ends the sentence is not part of it, nor is a closing bracket that was opened before it.
func linkLength(s string) (n, extent int) {
	start := 0
	for _, scheme := range linkStarts {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			start = len(scheme)
			break
		}
	}
	if start == 0 {
		return 0, 0
	}
	end := strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r == '<' || r == '>' || r == '"' || r == 0x7F || r == 0xA0 || r == '“' || r == '”' || r == '„' || r == '«' || r == '»'
	})
	if end < 0 {
		end = len(s)
	}
	extent = end
	if end > maxAddress {
		return 0, extent
	}
	opened := strings.Count(s[:end], "(") - strings.Count(s[:end], ")")
	for end > start {
		switch s[end-1] {
		case '.', ',', ';', ':', '!', '?', '\'', '*', '_', ']', '}':
			end--
			continue
		case ')':
			if opened < 0 {
				opened++
				end--
				continue
			}
		}
		break
	}
	if end <= start {
		return 0, extent
	}
	return end, extent
}

// escapeLine writes text whose spaces would collapse with no-break spaces in their places.
func escapeLine(b *strings.Builder, s string, atStart bool) {
	spaces := 0
	if atStart {
		spaces = 1
	}
	for _, r := range s {
		switch r {
		case ' ':
			if spaces > 0 {
				b.WriteString("&nbsp;")
			} else {
				b.WriteByte(' ')
			}
			spaces++
			continue
		case '\t':
			b.WriteString("&nbsp;&nbsp;&nbsp; ")
			spaces = 1
			continue
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '"':
			b.WriteString("&#34;")
		case '\'':
			b.WriteString("&#39;")
		default:
			if printable(r) >= 0 {
				b.WriteRune(r)
			}
		}
		spaces = 0
	}
}
