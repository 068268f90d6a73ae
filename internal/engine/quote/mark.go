package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark decides for every line what it is. Unmarked history ("From: … Subject: …" and all below it) is found first; what
// is above that is cut by its ">" lines, and what remains is searched for signatures.
func (d *document) mark() {
	end := d.historyStart()
	d.markQuoted(end)
	if !d.hasVisible() {
		d.showSomething()
		return
	}
	d.markSignatures()
	if !d.hasVisible() {
		d.show(Signature)
	}
}

// historyStart marks everything from the first sign of unmarked history as quote and returns the line where it begins,
// or the number of lines.
func (d *document) historyStart() int {
	for i := range d.lines {
		l := &d.lines[i]
		if l.blank || l.quoted || l.intro {
			continue
		}
		start, ok := d.historyAt(i)
		if !ok {
			continue
		}
		if !d.textBefore(start) {
			if l.intro {
				continue // an answer below an introduction whose quote has lost its marks
			}
			return len(d.lines) // a forwarded mail without a comment: it is all there is to read
		}
		start = d.includeSeparator(start)
		d.fold(start, len(d.lines))
		return start
	}
	return len(d.lines)
}

// historyAt reports whether unmarked history begins with line i, or with lines above that are wrapped into it.
func (d *document) historyAt(i int) (start int, ok bool) {
	l := &d.lines[i]
	if d.hints != nil && d.hints[i].history {
		return i, true
	}
	switch l.readSeparator() {
	case replyAbove:
		return i, true
	case originalMark:
		if next := d.nextInk(i + 1); next < 0 || !d.lines[next].quoted {
			return i, true
		}
	case plainSeparator:
		return i, false
	}
	if l.colon && (isLabelled(l) || likeHeader(l.body)) {
		if d.headerBlock(i, d.separatorAbove(i)) {
			return i, true
		}
	}
	if d.endsWithFooter(i) {
		return d.nextInk(i + 1), true
	}
	next := d.nextInk(i + 1)
	before := next >= 0 && d.lines[next].quoted
	in, ok := d.introEnding(i, before)
	if !ok {
		return 0, false
	}
	if before {
		d.setIntro(in)
		return 0, false
	}
	if !in.sure {
		return 0, false
	}
	if !d.textBefore(in.from) {
		d.setIntro(in) // what follows is the writer's own, quoted without marks
	}
	return in.from, true
}

func (d *document) setIntro(in intro) {
	for j := in.from; j <= in.to; j++ {
		d.lines[j].intro = true
	}
}

// endsWithFooter reports whether line i is a program's footer ("Sent from my phone") that stands alone between blank
// lines, below the writer's text and above what can only be the mail that was answered: text without any sign of its
// own. Where a later sign of history exists, the text between is taken for the writer's.
func (d *document) endsWithFooter(i int) bool {
	next := d.nextInk(i + 1)
	if next < i+2 || i == 0 || !d.lines[i-1].blank || !d.textBefore(i) || !isFooter(d.lines[i].body) {
		return false
	}
	for j := next; j < len(d.lines); j++ {
		l := &d.lines[j]
		if l.blank {
			continue
		}
		if l.quoted || isFooter(l.body) || l.readSeparator() > titledRule || isLabelled(l) || delimiterOf(l.body, l.body) != noDelimiter {
			return false
		}
		if _, ok := d.introEnding(j, false); ok {
			return false
		}
	}
	return detailOrText(d.lines[next].body)
}

// detailOrText refuses a postscript.
func detailOrText(body string) bool {
	lower := strings.ToLower(body)
	return !strings.HasPrefix(lower, "ps") && !strings.HasPrefix(lower, "p.s") && !strings.HasPrefix(lower, "p. s")
}

// textBefore reports whether anything that could be the writer's stands above line i.
func (d *document) textBefore(i int) bool {
	for d.own < len(d.lines) {
		l := &d.lines[d.own]
		if k := l.readSeparator(); d.ownText(l) && (k == noSeparator || k == titledRule) {
			break
		}
		d.own++ // lines only ever cease to be the writer's, so the search never goes back
	}
	return d.own < i
}

func (d *document) ownText(l *line) bool {
	return !l.blank && !l.quoted && !l.intro && l.mark == Visible
}

func (d *document) nextInk(i int) int {
	for ; i < len(d.lines); i++ {
		if !d.lines[i].blank {
			return i
		}
	}
	return -1
}

func (d *document) previousInk(i int) int {
	for ; i >= 0; i-- {
		if !d.lines[i].blank {
			return i
		}
	}
	return -1
}

func (d *document) separatorAbove(i int) bool {
	j := d.previousInk(i - 1)
	return j >= 0 && i-j <= 3 && d.lines[j].readSeparator() > noSeparator
}

// includeSeparator moves the start of history up over the rule that a program draws above it.
func (d *document) includeSeparator(start int) int {
	for {
		j := d.previousInk(start - 1)
		if j < 0 || start-j > 3 || d.lines[j].quoted {
			return start
		}
		switch d.lines[j].readSeparator() {
		case noSeparator:
			return start
		case titledRule:
			if !likeHeader(d.lines[start].body) {
				return start
			}
		}
		start = j
	}
}

// block is a run of quoted lines [from, to) with the introduction above it.
type block struct {
	from, to int
	intro    int // first line of the introduction, or from
	named    bool
}

// markQuoted folds the ">" blocks above line end. A block is folded when it ends the text, or when an introduction says
// what it is and the answer stands below it as a whole. Answers between several blocks need them as context.
func (d *document) markQuoted(end int) {
	blocks := d.blocks(end)
	if len(blocks) == 0 {
		d.markBareIntros(end)
		return
	}
	for _, b := range blocks {
		for i := b.intro; i < b.from; i++ {
			d.lines[i].intro = true
		}
	}
	groups := d.group(blocks)
	last := len(groups) - 1
	for n, g := range groups {
		switch {
		case n == last && !d.inkAfter(g.to, end):
			if g.named || d.textBefore(g.intro) {
				d.fold(g.intro, g.to)
			}
		case len(groups) == 1 && g.named:
			d.fold(g.intro, g.to)
		case g.intro < g.from:
			d.fold(g.intro, g.from) // the answers below need their questions, not who asked when
		}
	}
}

func (d *document) fold(from, to int) {
	for i := from; i < to; i++ {
		d.lines[i].mark = Quote
	}
}

// markBareIntros folds introductions whose quoted text has lost its marks and stands at the top of the text.
func (d *document) markBareIntros(end int) {
	for i := 0; i < end; i++ {
		if d.lines[i].intro {
			d.lines[i].mark = Quote
		}
	}
}

// inkAfter reports whether something of the writer's stands between line i and end; signatures and rules don't count.
func (d *document) inkAfter(i, end int) bool {
	start := d.nextInk(i)
	if start < 0 || start >= end {
		return false
	}
	return d.signatureStart(start, end) != start
}

func (d *document) blocks(end int) []block {
	var out []block
	for i := 0; i < end; i++ {
		if !d.lines[i].quoted {
			continue
		}
		to := d.blockEnd(i, end)
		b := block{from: i, to: to, intro: i}
		if j := d.previousInk(i - 1); j >= 0 && i-j <= 3 && !d.lines[j].quoted {
			if in, ok := d.introEnding(j, true); ok {
				b.intro, b.named = in.from, true
			} else if d.lines[j].intro {
				for j > 0 && d.lines[j-1].intro {
					j--
				}
				b.intro, b.named = j, true
			} else if d.lines[j].readSeparator() == originalMark {
				b.intro, b.named = j, true
			}
		}
		b.named = b.named || d.introducesItself(i, to)
		out = append(out, b)
		i = to - 1
	}
	return out
}

// blockEnd returns the line behind the quoted run that begins at i. Blank lines inside belong to it, and so do lines
// that lost their mark when the quote was wrapped once more.
func (d *document) blockEnd(i, end int) int {
	to := i + 1
	for j := i + 1; j < end; j++ {
		l := &d.lines[j]
		switch {
		case l.quoted:
			to = j + 1
		case l.blank:
		case d.wrapped(j, end):
		default:
			return to
		}
	}
	return to
}

// wrapped reports whether an unmarked line is the torn-off end of the quoted line above it: no blank line around it, a
// long line above, more quote below, and it goes on in lower case in the middle of a sentence. Below a text that was
// written on top of the quote, the sentence may even have ended, since who answers on top doesn't answer inside.
func (d *document) wrapped(j, end int) bool {
	if j == 0 || j+1 >= end || !d.lines[j-1].quoted || !d.lines[j+1].quoted {
		return false
	}
	above, l := &d.lines[j-1], &d.lines[j]
	if utf8.RuneCountInString(above.body) < 60 {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(l.body); !unicode.IsLower(r) {
		return false
	}
	switch last, _ := utf8.DecodeLastRuneInString(above.body); last {
	case '?', '!', ':':
		return false
	case '.', '…':
		return d.longTextAbove()
	}
	return true
}

// longTextAbove reports whether the writer has already written a paragraph above the first quote.
func (d *document) longTextAbove() bool {
	if d.above < 0 {
		d.above = 0
		for i := range d.lines {
			if d.lines[i].quoted {
				break
			}
			if d.ownText(&d.lines[i]) {
				d.above += len(d.lines[i].body)
			}
		}
	}
	return d.above >= 200
}

// introducesItself reports whether a quoted block carries its own introduction behind its marks, as Apple Mail and
// Hotmail write it.
func (d *document) introducesItself(from, to int) bool {
	var b strings.Builder
	n := 0
	for i := from; i < to && n < 8; i++ {
		if s := unquote(d.lines[i].body); s != "" && len(s) <= maxMarkLine {
			b.WriteString(s)
			b.WriteByte('\n')
			n++
		}
	}
	if n == 0 {
		return false
	}
	inner := newDocument(b.String())
	if inner.headerBlock(0, false) {
		return true
	}
	for i := range inner.lines[:min(len(inner.lines), maxIntroLines)] {
		if in, ok := inner.introEnding(i, false); ok {
			return in.from == 0 && in.sure
		}
	}
	return false
}

// group joins blocks that have no text of the writer's between them.
func (d *document) group(blocks []block) []block {
	out := blocks[:1:1]
	for _, b := range blocks[1:] {
		last := &out[len(out)-1]
		between := false
		for i := last.to; i < b.intro; i++ {
			between = between || d.ownText(&d.lines[i])
		}
		if between {
			out = append(out, b)
			continue
		}
		last.to = b.to
		last.named = last.named || b.named
	}
	return out
}

func (d *document) hasVisible() bool {
	for i := range d.lines {
		if !d.lines[i].blank && d.lines[i].mark == Visible {
			return true
		}
	}
	return false
}

// showSomething takes marks back where nothing else would be left to read, except those of the introductions.
func (d *document) showSomething() {
	for i := range d.lines {
		if !d.lines[i].intro {
			d.lines[i].mark = Visible
		}
	}
	if !d.hasVisible() {
		d.show(Quote)
	}
}

func (d *document) show(kind Kind) {
	for i := range d.lines {
		if d.lines[i].mark == kind {
			d.lines[i].mark = Visible
		}
	}
}
