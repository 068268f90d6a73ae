package mailmsg

import (
	"bytes"
	"html"
	"path"
	"strconv"
	"strings"
)

// block is one stretch of a mail's body: plain text, HTML, or both as alternatives of each other.
type block struct {
	plain, html       string
	hasPlain, hasHTML bool
}

// bodyReader sorts the leaves of a mail into body and attachments.
type bodyReader struct {
	mail      *Mail
	room      int // bytes of text that may still be taken
	truncated bool
}

func (m *Mail) readBody() {
	r := &bodyReader{mail: m, room: m.limits.TextBytes}
	blocks := r.collect(m.Root, 0)
	r.put(blocks)
	m.markInline()
	m.nameAttachments()
	if r.truncated {
		m.problem(ProblemTextSize, "")
	}
}

// collect returns the body blocks of a part; index is its place among its siblings.
func (r *bodyReader) collect(p *Part, index int) []block {
	if p.IsMultipart() {
		return r.collectMultipart(p)
	}
	if !r.isBody(p, index) {
		if len(bytes.TrimSpace(p.Raw)) > 0 || p.FileName != "" || p.ContentID != "" || p.Header.Has("Content-Description") {
			r.mail.Attachments = append(r.mail.Attachments, p)
		}
		return nil
	}
	text, ok := p.decodedText(max(r.room, 0))
	if !ok {
		r.mail.problem(ProblemCharset, p.Charset)
	}
	if r.room <= 0 || len(p.Raw) > 0 && len(text) >= r.room {
		r.truncated = true
	}
	r.room -= len(text)
	switch p.MediaType {
	case "text/html", "application/xhtml+xml":
		return []block{{html: text, hasHTML: true}}
	case "text/enriched", "text/richtext":
		text = enrichedToText(text)
	default:
		text = r.cutInlineUU(p, text)
		if strings.EqualFold(p.Params["format"], "flowed") {
			text = unflow(text, strings.EqualFold(p.Params["delsp"], "yes"))
		}
	}
	return []block{{plain: text, hasPlain: true}}
}

func (r *bodyReader) collectMultipart(p *Part) []block {
	switch p.MediaType {
	case "multipart/alternative":
		return r.collectAlternative(p)
	case "multipart/appledouble":
		// RFC 1740: the first part is the resource fork, which only a Mac can use; the second is the file.
		for i, child := range p.Parts {
			if child.MediaType != "application/applefile" {
				r.collect(child, i+1)
			}
		}
		return nil
	}
	var out []block
	root := relatedRoot(p)
	for i, child := range p.Parts {
		if root > 0 { // the others count as following it, wherever they stand
			if i++; i-1 == root {
				i = 0
			}
		}
		if p.MediaType == "multipart/encrypted" && child.MediaType == "text/plain" {
			r.mail.Attachments = append(r.mail.Attachments, child)
			continue
		}
		out = append(out, r.collect(child, i)...)
	}
	return out
}

// relatedRoot returns which part of a multipart/related the others belong to: the one that "start" names (RFC 2387 3.2), else the first, else,
// where a program put its pictures first, the first that is text. It is 0 for other multiparts.
func relatedRoot(p *Part) int {
	if p.MediaType != "multipart/related" {
		return 0
	}
	if start := strings.Trim(p.Params["start"], "<> "); start != "" {
		for i, child := range p.Parts {
			if child.ContentID == start {
				return i
			}
		}
	}
	for i, child := range p.Parts {
		if child.Disposition != "attachment" && (strings.HasPrefix(child.MediaType, "text/") || child.IsMultipart()) {
			return i
		}
	}
	return 0
}

// collectAlternative makes one block of the versions of one content.
func (r *bodyReader) collectAlternative(p *Part) []block {
	var merged block
	var plains []string
	for i, child := range p.Parts {
		if child.MediaType == "text/x-amp-html" {
			continue // AMP for mail: a third version of what the others say
		}
		// Every alternative is a first part: a name on a text version does not make it an attachment.
		at := 0
		if child.Disposition == "attachment" {
			at = i
		}
		var plain, htm []string
		anyHTML := false
		for _, b := range r.collect(child, at) {
			anyHTML = anyHTML || b.hasHTML
			if b.hasPlain {
				plain = append(plain, b.plain)
			}
			switch {
			case b.hasHTML:
				htm = append(htm, b.html)
			case strings.TrimSpace(b.plain) != "":
				htm = append(htm, textToHTML(b.plain))
			}
		}
		switch {
		case anyHTML && (!merged.hasHTML || strings.TrimSpace(strings.Join(htm, "")) != ""):
			merged.html, merged.hasHTML = strings.Join(htm, "\n"), true // the last is the sender's best (RFC 2046 5.1.4)
		case !anyHTML:
			// Several plain versions are no alternatives but a gateway's footer; rather twice than lost.
			plains = append(plains, plain...)
		}
	}
	merged.hasPlain = len(plains) > 0
	merged.plain = joinText(plains)
	if !merged.hasPlain && !merged.hasHTML {
		return nil
	}
	// An empty text version beside a full HTML one is a mailer's negligence, not the sender's text.
	if merged.hasHTML && merged.hasPlain && strings.TrimSpace(merged.plain) == "" {
		merged.hasPlain = false
	}
	return []block{merged}
}

// isBody tells whether a leaf is shown as part of the body. The rule is that of RFC 8621 4.1.4: text that is no attachment and has no
// file name, unless it stands first.
func (r *bodyReader) isBody(p *Part, index int) bool {
	if p.Disposition == "attachment" {
		return false
	}
	switch p.MediaType {
	case "text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml":
	default:
		return false
	}
	if p.parent != nil && p.parent.MediaType == "multipart/related" && index > 0 {
		return false
	}
	if p.parent != nil && p.parent.MediaType == "multipart/report" && index > 0 {
		return false // RFC 6522: only the first part speaks to people
	}
	return index == 0 || p.FileName == ""
}

// put joins the blocks into Text and HTML.
func (r *bodyReader) put(blocks []block) {
	m := r.mail
	anyHTML, anyPlain := false, false
	for _, b := range blocks {
		anyHTML = anyHTML || b.hasHTML
		anyPlain = anyPlain || b.hasPlain
	}
	var text, htm []string
	for _, b := range blocks {
		switch {
		case b.hasPlain:
			text = append(text, b.plain)
		case b.hasHTML:
			text = append(text, cleanText(m.limits.HTMLText(b.html)))
		}
		switch {
		case b.hasHTML:
			htm = append(htm, b.html)
		case b.hasPlain && strings.TrimSpace(b.plain) != "":
			htm = append(htm, textToHTML(b.plain))
		}
	}
	m.Text = clip(joinText(text), m.limits.TextBytes)
	if anyHTML {
		m.HTML = strings.Join(htm, "\n<br>\n")
	}
	switch {
	case anyPlain:
		m.TextFrom = "text/plain"
	case anyHTML:
		m.TextFrom = "text/html"
	}
}

// joinText puts stretches of text below each other, leaving out empty ones.
func joinText(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	var kept []string
	for _, s := range parts {
		if strings.TrimSpace(s) != "" {
			kept = append(kept, strings.TrimRight(s, "\n"))
		}
	}
	return strings.Join(kept, "\n\n")
}

func textToHTML(s string) string {
	return `<div style="white-space:pre-wrap">` + html.EscapeString(s) + `</div>`
}

// decodedText returns the content of a text part in UTF-8 with \n line ends, at most limit bytes. ok is false where its transfer encoding or
// character set was not what is declared.
func (p *Part) decodedText(limit int) (text string, ok bool) {
	raw := p.Raw
	if most := 4*limit + 4096; len(raw) > most {
		raw = raw[:most]
	}
	encoding := p.Encoding
	content, good := decodeTransfer(encoding, raw)
	if encoding == "base64" && !good && !looksBase64(raw) {
		content = raw // labelled base64 and plainly not
	}
	label := p.Charset
	if label == "" && (p.MediaType == "text/html" || p.MediaType == "application/xhtml+xml") {
		label = htmlCharset(content)
	}
	text, _, ok = decodeCharset(content, label)
	text = normaliseNewlines(text)
	return clip(text, limit), ok && good
}

// looksBase64 tells whether most of b's characters are of the base64 alphabet and in long lines, as encoders write it.
func looksBase64(b []byte) bool {
	b = head(b, 4096)
	other := 0
	for _, c := range b {
		if base64Values[c] == 0xFF && c != '=' && c != '\r' && c != '\n' {
			other++
		}
	}
	return other*20 < len(b)
}

func normaliseNewlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

// htmlCharset returns the character set that an HTML document declares of itself in its first kilobytes.
func htmlCharset(b []byte) string {
	lower := bytes.ToLower(head(b, 4096))
	i := bytes.Index(lower, []byte("<meta"))
	for i >= 0 {
		end := bytes.IndexByte(lower[i:], '>')
		if end < 0 {
			return ""
		}
		tag := lower[i : i+end]
		if j := bytes.Index(tag, []byte("charset")); j >= 0 {
			value := bytes.TrimLeft(tag[j+len("charset"):], " =\"'")
			if k := bytes.IndexAny(value, " \"';/"); k >= 0 {
				value = value[:k]
			}
			return string(value)
		}
		next := bytes.Index(lower[i+end:], []byte("<meta"))
		if next < 0 {
			return ""
		}
		i += end + next
	}
	return ""
}

// unflow joins the lines of format=flowed text (RFC 3676 4): a line that ends with a blank goes on on the next line of the same quote depth.
func unflow(s string, delSp bool) string {
	lines := strings.Split(s, "\n")
	var out strings.Builder
	out.Grow(len(s))
	flowing, depth := false, 0
	for i, line := range lines {
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		text := line[d:]
		if d > 0 || strings.HasPrefix(text, " ") {
			text = strings.TrimPrefix(text, " ") // space-stuffing
		}
		if !flowing || d != depth {
			if i > 0 {
				out.WriteByte('\n')
			}
			if d > 0 {
				out.WriteString(strings.Repeat(">", min(d, 100)) + " ")
			}
		}
		depth = d
		// RFC 3676 4.3: the signature separator is never flowed.
		flowing = strings.HasSuffix(text, " ") && text != "-- "
		if flowing && delSp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
	}
	return out.String()
}

// cutInlineUU takes uuencoded files out of a text and makes them attachments.
func (r *bodyReader) cutInlineUU(p *Part, text string) string {
	if !strings.Contains(text, "begin ") {
		return text
	}
	src := []byte(text)
	var out []byte
	kept := 0
	for pos := 0; pos < len(src); {
		line, next := lineAt(src, pos)
		if !isUUBegin(line) {
			pos = next
			continue
		}
		end, after, ok := uuEnd(src, next)
		if !ok || len(r.mail.Attachments) >= r.mail.limits.Parts {
			pos = max(next, end)
			continue
		}
		fields := bytes.SplitN(line, []byte{' '}, 3)
		file := &Part{MediaType: "application/octet-stream", Encoding: "x-uuencode", Disposition: "attachment", Raw: src[pos:after],
			FileName: strings.TrimSpace(baseName(string(fields[2]))), parent: p, depth: p.depth + 1, limits: p.limits, Params: map[string]string{}}
		r.mail.Attachments = append(r.mail.Attachments, file)
		out = append(out, src[kept:pos]...)
		kept, pos = after, after
	}
	if kept == 0 {
		return text
	}
	return string(append(out, src[kept:]...))
}

// uuEnd returns where the uuencoded lines from pos on end, and the offset after the "end" line. ok is false where they are no such lines.
func uuEnd(src []byte, pos int) (end, after int, ok bool) {
	lines := 0
	for pos < len(src) {
		line, next := lineAt(src, pos)
		trimmed := bytes.TrimSpace(line)
		if bytes.Equal(trimmed, []byte("end")) {
			return pos, next, lines > 0
		}
		if len(trimmed) > 0 && trimmed[0] != '`' {
			n := int(line[0]-' ') & 0x3F
			if len(line) > 64+4 || line[0] < ' ' || line[0] > '`' || (n+2)/3*4 > len(line)+4 {
				return pos, pos, false
			}
		}
		lines++
		pos = next
	}
	return pos, pos, false
}

// nameAttachments gives attachments that would have the same name a number: "image.gif", "image1.gif".
func (m *Mail) nameAttachments() {
	taken := make(map[string]bool, len(m.Attachments))
	next := map[string]int{}
	for _, a := range m.Attachments {
		name := a.ownName()
		key := strings.ToLower(name)
		if !taken[key] {
			taken[key], a.name = true, name
			continue
		}
		ext := path.Ext(name)
		for n := next[key] + 1; ; n++ {
			numbered := strings.TrimSuffix(name, ext) + strconv.Itoa(n) + ext
			if low := strings.ToLower(numbered); !taken[low] {
				taken[low], a.name, next[key] = true, numbered, n
				break
			}
		}
	}
}

// markInline marks the attachments that the HTML shows in place.
func (m *Mail) markInline() {
	var refs map[string]bool
	if m.HTML != "" {
		refs = cidReferences(m.HTML)
	}
	for _, a := range m.Attachments {
		if a.Disposition == "attachment" && !refs[strings.ToLower(a.ContentID)] {
			continue
		}
		switch {
		case a.ContentID != "" && refs[strings.ToLower(a.ContentID)]:
			a.Inline = true
		case a.parent != nil && a.parent.MediaType == "multipart/related" && a.ContentID != "" && strings.HasPrefix(a.MediaType, "image/"):
			a.Inline = true
		case refs[strings.ToLower(a.Header.Get("Content-Location"))]:
			a.Inline = a.Header.Has("Content-Location")
		}
	}
}

// maxCID bounds the links that are looked at, and the length of each.
const (
	maxCIDs = 10_000
	maxCID  = 300
)

// cidReferences collects what "cid:" links and sources in HTML refer to, in lower case.
func cidReferences(htm string) map[string]bool {
	out := map[string]bool{}
	lower := strings.ToLower(htm)
	for range maxCIDs {
		i := strings.Index(lower, "cid:")
		if i < 0 {
			break
		}
		lower = lower[i+4:]
		end := strings.IndexAny(head2(lower, maxCID), "\"' >)\r\n\t")
		if end < 0 {
			end = min(len(lower), maxCID)
		}
		id := html.UnescapeString(lower[:end])
		out[id] = true
		out[string(appendPercent(nil, id))] = true
		lower = lower[end:]
	}
	return out
}
