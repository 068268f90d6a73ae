package mailmsg

import (
	"bytes"
	"strings"
)

// parser cuts a mail into parts in one pass over its lines. Open multiparts are kept on a stack, and a line that begins with "--" is looked
// up among their boundaries in one step, so that neither depth nor number of multiparts makes a mail cost more than its size.
type parser struct {
	mail   *Mail
	limits Limits
	src    []byte

	stack []openMultipart
	byKey map[string]int // boundary, without its dashes → index in stack of the innermost multipart that uses it
	leaf  *Part          // the leaf whose lines are being passed, or nil within a preamble or epilogue
	start int            // where its content begins
	count int
	full  bool // the limit of parts has been reached
}

type openMultipart struct {
	part     *Part
	boundary string
	shadowed int // index of an outer multipart with the same boundary, -1 for none
	begin    int // where its body begins
	closed   bool
}

func (p *parser) parse() *Part {
	p.byKey = map[string]int{}
	root, pos := p.entity(0, nil)
	for pos < len(p.src) && !p.full && len(p.stack) > 0 {
		if !bytes.HasPrefix(p.src[pos:], []byte("--")) {
			skip := bytes.Index(p.src[pos:], []byte("\n--"))
			if skip < 0 {
				break
			}
			pos += skip + 1
		}
		line, next := lineAt(p.src, pos)
		if index, closing, ok := p.boundary(line); ok {
			p.endLeaf(pos)
			p.popTo(index, pos)
			if closing {
				p.stack[index].closed = true
				pos = next
				continue
			}
			_, pos = p.entity(next, p.stack[index].part)
			continue
		}
		pos = next
	}
	p.endLeaf(len(p.src))
	p.popTo(-1, len(p.src))
	return root
}

// boundary tells whether line is the delimiter of an open multipart, and of which.
func (p *parser) boundary(line []byte) (index int, closing, ok bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' || len(p.stack) == 0 {
		return 0, false, false
	}
	// RFC 2046 5.1.1: a boundary has at most 70 characters; foreign ones are longer, but not endless.
	key := bytes.TrimRight(line[2:], " \t\r")
	if len(key) > maxBoundary+2 {
		return 0, false, false
	}
	if i, found := p.byKey[string(key)]; found {
		return i, false, true
	}
	if k, cut := bytes.CutSuffix(key, []byte("--")); cut {
		if i, found := p.byKey[string(k)]; found {
			return i, true, true
		}
	}
	return 0, false, false
}

const maxBoundary = 16 << 10

// entity reads the header at pos, adds the part to its parent, and returns it with the offset at which its body begins.
func (p *parser) entity(pos int, parent *Part) (*Part, int) {
	r := headerReader{src: p.src, limit: p.limits.HeaderBytes, first: parent == nil}
	r.isStop = func(line []byte) bool { _, _, ok := p.boundary(line); return ok }
	h, body := r.read(pos)
	if parent != nil && !r.ended && h.Len() > 0 && !h.speaksOfContent() {
		h, body = Header{}, pos // no header, but text of the form "Note: see below"
	}
	if r.overrun {
		p.mail.problem(ProblemHeaderSize, "")
	}
	if r.badLines > 0 {
		p.mail.problem(ProblemHeaderSyntax, string(head(r.bad, 100)))
	}
	part := newPart(h, parent)
	part.limits = p.limits
	p.count++
	if parent == nil && h.Len() == 0 {
		p.mail.problem(ProblemNoHeader, "")
	}
	if parent != nil {
		parent.Parts = append(parent.Parts, part)
		part.depth = parent.depth + 1
	}
	if p.count >= p.limits.Parts {
		p.mail.problem(ProblemParts, "")
		p.full = true
	}
	if strings.HasPrefix(part.MediaType, "multipart/") && p.open(part, body) {
		return part, body
	}
	p.leaf, p.start = part, body
	return part, body
}

// speaksOfContent tells whether a header is one of a part: those have fields that begin with "Content-" (RFC 2045 9).
func (h Header) speaksOfContent() bool {
	for _, f := range h.fields {
		if len(f.name) > 8 && strings.EqualFold(f.name[:8], "content-") {
			return true
		}
	}
	return false
}

// open puts a multipart on the stack. It tells whether it could; if not, the part is treated as a leaf.
func (p *parser) open(part *Part, body int) bool {
	if part.depth >= p.limits.Depth {
		p.mail.problem(ProblemDepth, "")
		return false
	}
	boundary := strings.TrimRight(part.Params["boundary"], " \t")
	if boundary == "" {
		boundary = p.guessBoundary(body)
		p.mail.problem(ProblemBoundary, "")
	}
	if boundary == "" || len(boundary) > maxBoundary {
		return false
	}
	outer, ok := p.byKey[boundary]
	if !ok {
		outer = -1
	}
	p.byKey[boundary] = len(p.stack)
	p.stack = append(p.stack, openMultipart{part: part, boundary: boundary, shadowed: outer, begin: body})
	p.leaf = nil
	return true
}

// guessBoundary looks for the boundary of a multipart that names none: the first line that begins with "--" and is followed by a field.
func (p *parser) guessBoundary(pos int) string {
	limit := min(len(p.src), pos+8<<10)
	for pos < limit {
		line, next := lineAt(p.src[:limit], pos)
		pos = next
		if len(line) < 3 || !bytes.HasPrefix(line, []byte("--")) || pos >= limit {
			continue
		}
		if _, _, ok := p.boundary(line); ok {
			return ""
		}
		after, _ := lineAt(p.src[:limit], pos)
		if n, _ := fieldName(after); len(n) >= 8 && strings.EqualFold(n[:8], "content-") {
			return string(bytes.TrimRight(line[2:], " \t"))
		}
	}
	return ""
}

// endLeaf gives the open leaf its content, which ends before the line end that precedes offset end.
func (p *parser) endLeaf(end int) {
	if p.leaf == nil {
		return
	}
	raw := p.src[min(p.start, end):end]
	if len(p.stack) > 0 && end < len(p.src) {
		raw = stripLineEnd(raw)
	}
	p.leaf.Raw = raw
	p.leaf = nil
}

// popTo closes the multiparts above index on the stack, whose closing delimiters are missing unless they were seen.
func (p *parser) popTo(index, end int) {
	for len(p.stack)-1 > index {
		top := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		if top.shadowed >= 0 {
			p.byKey[top.boundary] = top.shadowed
		} else {
			delete(p.byKey, top.boundary)
		}
		top.part.Raw = p.src[min(top.begin, end):end]
		if len(top.part.Parts) == 0 {
			// The boundary never came: what is there is shown as text rather than lost.
			p.mail.problem(ProblemBoundary, top.boundary)
			top.part.MediaType = "text/plain"
			continue
		}
		if !top.closed {
			p.mail.problem(ProblemUnclosed, "")
		}
	}
}

// newPart reads what the header of an entity says about its body.
func newPart(h Header, parent *Part) *Part {
	p := &Part{parent: parent}
	if parent != nil {
		h.hint = parent.Header.hint
	}
	// The character set must be known before the name beside it can be read, where that stands in raw bytes.
	if v := h.field("Content-Type"); !isASCII(v) {
		_, ascii := parseMediaType(strings.Map(dropHigh, string(unfold(v))), "")
		if own := ascii["charset"]; own != "" {
			h.hint = own
		}
	}
	mediaType, params := parseMediaType(h.Raw("Content-Type"), h.hint)
	p.Params = params
	p.MediaType = normaliseMediaType(mediaType, parent)
	p.Charset = strings.ToLower(strings.TrimSpace(params["charset"]))
	if p.Charset != "" {
		h.hint = p.Charset
	}
	p.Header = h

	disposition, dparams := parseMediaType(h.Raw("Content-Disposition"), h.hint)
	switch {
	case disposition == "":
	case strings.HasPrefix(disposition, "inline"):
		p.Disposition = "inline"
	default:
		p.Disposition = "attachment" // RFC 2183 2.8: unknown ones are attachments
	}
	p.FileName = dparams["filename"]
	for _, other := range []string{dparams["name"], params["name"], params["filename"]} {
		if p.FileName == "" {
			p.FileName = other
		}
	}
	p.FileName = strings.TrimSpace(baseName(collapseSpace(p.FileName)))

	if ids := ParseIDs(h.Raw("Content-ID")); len(ids) > 0 {
		p.ContentID = ids[0]
	}
	p.Encoding, _ = normaliseEncoding(h.Raw("Content-Transfer-Encoding"))
	if strings.HasPrefix(p.MediaType, "multipart/") {
		p.Encoding = "7bit" // RFC 2045 6.4: others are not allowed, and where written anyway they are not true
	}
	return p
}

func dropHigh(r rune) rune {
	if r >= 0x80 {
		return 'x'
	}
	return r
}

// normaliseMediaType supplies defaults (RFC 2045 5.2, RFC 2046 5.1.5) and completes what senders leave out.
func normaliseMediaType(t string, parent *Part) string {
	switch t {
	case "":
		if parent != nil && parent.MediaType == "multipart/digest" {
			return "message/rfc822"
		}
		return "text/plain"
	case "text", "plain", "text/", "ascii":
		return "text/plain"
	case "html", "text/htm":
		return "text/html"
	case "multipart":
		return "multipart/mixed"
	}
	major, minor, ok := strings.Cut(t, "/")
	if !ok || major == "" || minor == "" || strings.ContainsAny(t, ` "<>@,;:\[]?=`) {
		return "application/octet-stream" // RFC 2045 5.2 says text/plain, but what names a type and garbles it is seldom text
	}
	return t
}
