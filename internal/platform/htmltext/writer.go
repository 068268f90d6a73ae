package htmltext

import (
	"strings"

	"golang.org/x/net/html"
)

// writer writes elements so that each end tag closes what the writer opened and a browser's parser agrees: it closes and
// adds the elements that the HTML standard (13.2.6, tree construction) closes and adds by itself. Without that, balanced
// tags such as <li><div><li></li></div></li> would close an element of the page around them.
type writer struct {
	b    strings.Builder
	open []string
	// described are the open elements as style rules see them.
	described []element
	// inline: something has been written since the last block began or ended; gapped: the tags of a block were left out since.
	inline, gapped bool
	// over counts the start tags left out because of depth, so that their end tags are left out too.
	over map[string]int
}

func newWriter(size int) *writer {
	w := &writer{over: map[string]int{}}
	w.b.Grow(min(size, MaxInput) + 256)
	return w
}

var (
	void = set("br hr img wbr col")

	// closesP: a start tag of these ends an open paragraph.
	closesP = set(`address article aside blockquote center details dir div dl figcaption figure footer header hr h1 h2 h3 h4 h5 h6
		li dd dt main menu nav ol p pre section summary table ul`)
	headings = set("h1 h2 h3 h4 h5 h6")

	// special elements stop the search for an item to close and for an ordinary end tag's partner.
	special = set(`address article aside blockquote caption center colgroup dd details dir div dl dt figcaption figure footer
		header h1 h2 h3 h4 h5 h6 li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul`)
	formatting = set("a b big code em font i s small strike strong tt u")

	boundary      = set("td th caption table")
	tablePart     = set("caption colgroup col tbody thead tfoot tr td th")
	tableBody     = set("tbody thead tfoot")
	tableSkeleton = set("table tbody thead tfoot tr colgroup")
)

func (w *writer) top() string {
	if len(w.open) == 0 {
		return ""
	}
	return w.open[len(w.open)-1]
}

// find returns the index of the innermost open element that is one of names, or -1 where one of stop comes first.
func (w *writer) find(is func(string) bool, stop map[string]bool) int {
	for i := len(w.open) - 1; i >= 0; i-- {
		if is(w.open[i]) {
			return i
		}
		if stop[w.open[i]] {
			return -1
		}
	}
	return -1
}

func named(name string) func(string) bool { return func(n string) bool { return n == name } }
func among(m map[string]bool) func(string) bool {
	return func(n string) bool { return m[n] }
}

// closeTo closes all elements from index i on.
func (w *writer) closeTo(i int) {
	for n := len(w.open) - 1; n >= i; n-- {
		if special[w.open[n]] {
			w.inline, w.gapped = false, false
		}
		w.b.WriteString("</")
		w.b.WriteString(w.open[n])
		w.b.WriteByte('>')
	}
	w.open = w.open[:i]
	w.described = w.described[:i]
}

func (w *writer) push(name string, attributes []html.Attribute) {
	switch {
	case special[name] || name == "br" || name == "hr":
		w.inline, w.gapped = false, false
	case name == "img":
		w.fillGap()
	}
	w.b.WriteByte('<')
	w.b.WriteString(name)
	for _, a := range attributes {
		w.b.WriteByte(' ')
		w.b.WriteString(a.Key)
		w.b.WriteString(`="`)
		w.b.WriteString(html.EscapeString(a.Val))
		w.b.WriteByte('"')
	}
	w.b.WriteByte('>')
	if !void[name] {
		w.open = append(w.open, name)
		w.described = append(w.described, element{name: name})
	}
}

// gapping are the elements whose text stands apart from what is around it.
var gapping = set(`address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr
	legend li main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul body`)

// gap notes that an element's tags are left out; where it was a block, what follows begins on a new line.
func (w *writer) gap(name string) {
	if gapping[name] {
		w.gapped = w.inline
	}
}

// fillGap writes the line break that a left-out block asks for, before further text.
func (w *writer) fillGap() {
	if w.gapped {
		w.b.WriteString("<br>")
	}
	w.inline, w.gapped = true, false
}

// describeTop says what the element that was opened last is called, for style rules that ask for what is around.
func (w *writer) describeTop(e element) {
	if n := len(w.open) - 1; n >= 0 && w.open[n] == e.name {
		w.described[n] = e
	}
}

// start writes a start tag, with what must be closed or opened before it.
func (w *writer) start(name string, attributes []html.Attribute) {
	if len(w.open) >= maxDepth && !void[name] {
		w.over[name]++
		return
	}
	if tablePart[name] {
		w.startTablePart(name, attributes)
		return
	}
	if name == "table" && tableSkeleton[w.top()] {
		// A table directly in a table ends it; see "in table", start tag "table".
		w.closeTo(w.find(named("table"), nil))
	}
	w.enterCell()
	switch name {
	case "li":
		w.closeItem(named("li"))
	case "dd", "dt":
		w.closeItem(func(n string) bool { return n == "dd" || n == "dt" })
	case "a":
		if i := w.find(named("a"), boundary); i >= 0 {
			w.closeTo(i)
		}
	}
	if closesP[name] {
		if i := w.find(named("p"), boundary); i >= 0 {
			w.closeTo(i)
		}
	}
	if headings[name] && headings[w.top()] {
		w.closeTo(len(w.open) - 1)
	}
	w.push(name, attributes)
}

// closeItem closes an open list item that a further item ends.
func (w *writer) closeItem(is func(string) bool) {
	for i := len(w.open) - 1; i >= 0; i-- {
		n := w.open[i]
		if is(n) {
			w.closeTo(i)
			return
		}
		if special[n] && n != "address" && n != "div" && n != "p" {
			return
		}
	}
}

// startTablePart writes a part of a table where a table is open, and leaves it out elsewhere, as browsers do.
func (w *writer) startTablePart(name string, attributes []html.Attribute) {
	table := w.find(named("table"), nil)
	if table < 0 {
		return
	}
	switch name {
	case "col":
		if w.top() != "colgroup" {
			w.closeTo(table + 1)
			w.push("colgroup", nil)
		}
	case "tr":
		w.closeTo(w.row(table) + 1)
		if w.top() == "table" {
			w.push("tbody", nil)
		}
	case "td", "th":
		if i := w.find(named("tr"), set("table")); i >= 0 {
			w.closeTo(i + 1)
			break
		}
		w.closeTo(w.row(table) + 1)
		if w.top() == "table" {
			w.push("tbody", nil)
		}
		w.push("tr", nil)
	default:
		w.closeTo(table + 1)
	}
	w.push(name, attributes)
}

// row returns the index of the innermost open element that may hold a row.
func (w *writer) row(table int) int {
	if i := w.find(among(tableBody), onlyTable); i >= 0 {
		return i
	}
	return table
}

var onlyTable = set("table")

// enterCell opens a cell where content would stand between the cells of a table. Browsers move such content before the
// table, which is the door of many an attack by mutation; a cell of its own keeps it where it was written.
func (w *writer) enterCell() {
	if !tableSkeleton[w.top()] {
		return
	}
	if w.top() == "colgroup" {
		w.closeTo(len(w.open) - 1)
	}
	if w.top() == "table" {
		w.push("tbody", nil)
	}
	if w.top() != "tr" {
		w.push("tr", nil)
	}
	w.push("td", nil)
}

// end closes the element that an end tag means, if there is one.
func (w *writer) end(name string) {
	if w.over[name] > 0 {
		w.over[name]--
		return
	}
	if void[name] {
		return
	}
	var i int
	switch {
	case name == "table":
		i = w.find(named(name), nil)
	case tablePart[name]:
		i = w.find(named(name), onlyTable)
	case headings[name]:
		i = w.find(among(headings), boundary)
	case name == "li":
		i = w.find(named(name), itemBoundary)
	case formatting[name] || special[name]:
		i = w.find(named(name), boundary)
	default:
		i = w.find(named(name), special)
	}
	if i >= 0 {
		w.closeTo(i)
	}
}

var itemBoundary = set("td th caption table ul ol")

// text writes characters, escaped. Control characters are left out: they show nothing and confuse readers of markup.
func (w *writer) text(s string) {
	s = strings.Map(printable, s)
	if s == "" {
		return
	}
	if tableSkeleton[w.top()] && strings.Trim(s, " \t\r\n\f") != "" {
		w.enterCell()
	}
	if strings.Trim(s, " \t\r\n\f") != "" {
		w.fillGap()
	}
	w.b.WriteString(html.EscapeString(s))
}

func printable(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\f':
		return r
	case r < ' ' || r == 0x7F || (r >= 0xFDD0 && r <= 0xFDEF) || r == 0xFFFE || r == 0xFFFF:
		return -1
	}
	return r
}

func (w *writer) finish() string {
	w.closeTo(0)
	return w.b.String()
}
