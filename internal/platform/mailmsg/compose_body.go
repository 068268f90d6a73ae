package mailmsg

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// body writes the parts: text, or text and HTML as alternatives, HTML with its images as related, attachments around it all.
func (w *mailWriter) body(o Outgoing) {
	if len(o.Attachments) == 0 {
		w.content(o)
		return
	}
	b := w.multipart("mixed", "")
	w.delimiter(b)
	w.content(o)
	for _, f := range o.Attachments {
		w.delimiter(b)
		w.file(f, "attachment")
	}
	w.close(b)
}

func (w *mailWriter) content(o Outgoing) {
	switch {
	case o.HTML == "" && len(o.Inline) == 0:
		w.text("plain", o.Text)
	case o.HTML == "":
		b := w.multipart("mixed", "")
		w.delimiter(b)
		w.text("plain", o.Text)
		w.inline(b, o.Inline)
		w.close(b)
	case o.Text == "":
		w.html(o)
	default:
		b := w.multipart("alternative", "")
		w.delimiter(b)
		w.text("plain", o.Text)
		w.delimiter(b)
		w.html(o)
		w.close(b)
	}
}

func (w *mailWriter) html(o Outgoing) {
	if len(o.Inline) == 0 {
		w.text("html", o.HTML)
		return
	}
	b := w.multipart("related", `; type="text/html"`)
	w.delimiter(b)
	w.text("html", o.HTML)
	w.inline(b, o.Inline)
	w.close(b)
}

func (w *mailWriter) inline(boundary string, files []File) {
	for _, f := range files {
		w.delimiter(boundary)
		w.file(f, "inline")
	}
}

// multipart writes the header of a multipart and returns its boundary. "=_" never occurs in base64 or quoted-printable (RFC 2045 6.7),
// and text is sent as it is only where it has none.
func (w *mailWriter) multipart(kind, params string) string {
	w.boundaries++
	sum := sha256.Sum256([]byte(w.seed + "\x00" + strconv.Itoa(w.boundaries)))
	boundary := "=_" + hex.EncodeToString(sum[:16])
	w.out.WriteString("Content-Type: multipart/" + kind + params + ";\r\n boundary=\"" + boundary + "\"\r\n\r\n")
	return boundary
}

func (w *mailWriter) delimiter(boundary string) { w.out.WriteString("\r\n--" + boundary + "\r\n") }

func (w *mailWriter) close(boundary string) { w.out.WriteString("\r\n--" + boundary + "--\r\n") }

// text writes a text part, as it is where it is short-lined ASCII, encoded otherwise.
func (w *mailWriter) text(subtype, s string) {
	s = normaliseNewlines(strings.ToValidUTF8(s, "\uFFFD"))
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	charset := "utf-8"
	if isASCII([]byte(s)) {
		charset = "us-ascii"
	}
	w.out.WriteString("Content-Type: text/" + subtype + "; charset=" + charset + "\r\n")
	switch high := countHigh(s); {
	case high == 0 && sendsAsIs(s):
		w.out.WriteString("Content-Transfer-Encoding: 7bit\r\n\r\n")
		w.out.WriteString(strings.ReplaceAll(s, "\n", "\r\n"))
	case high*5 > len(s):
		w.out.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
		w.base64([]byte(strings.ReplaceAll(s, "\n", "\r\n")))
	default:
		w.out.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
		w.quotedPrintable(s)
	}
}

func countHigh(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			n++
		}
	}
	return n
}

// sendsAsIs tells whether ASCII text survives transport unencoded: lines of at most 78 characters without blanks at their ends, none that
// begins with "From " (which mbox files quote), no controls, nothing that could be a boundary.
func sendsAsIs(s string) bool {
	if strings.Contains(s, "=_") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if len(line) > 78 || strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") || strings.HasPrefix(line, "From ") || line == "." {
			return false
		}
		for i := 0; i < len(line); i++ {
			if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
				return false
			}
		}
	}
	return true
}

func (w *mailWriter) base64(b []byte) {
	const perLine = 57 // 76 characters
	var line [76]byte
	for len(b) > 0 {
		n := min(perLine, len(b))
		base64.StdEncoding.Encode(line[:], b[:n])
		w.out.Write(line[:base64.StdEncoding.EncodedLen(n)])
		w.out.WriteString("\r\n")
		b = b[n:]
	}
}

// quotedPrintable writes text in lines of at most 76 characters (RFC 2045 6.7), never breaking within a character of UTF-8.
func (w *mailWriter) quotedPrintable(s string) {
	const hexDigits = "0123456789ABCDEF"
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i == len(lines)-1 && line == "" {
			break
		}
		column := 0
		for j := 0; j < len(line); {
			_, size := utf8.DecodeRuneInString(line[j:])
			var enc []byte
			for _, c := range []byte(line[j : j+size]) {
				last := j+size == len(line)
				switch {
				case c == '=' || c > '~' || c < ' ' && c != '\t', (c == ' ' || c == '\t') && last,
					c == 'F' && j == 0 && strings.HasPrefix(line, "From "), c == '.' && column == 0 && line == ".":
					enc = append(enc, '=', hexDigits[c>>4], hexDigits[c&15])
				default:
					enc = append(enc, c)
				}
			}
			if column+len(enc) > 75 {
				w.out.WriteString("=\r\n")
				column = 0
			}
			w.out.Write(enc)
			column += len(enc)
			j += size
		}
		w.out.WriteString("\r\n")
	}
}

// file writes an attachment or inline file.
func (w *mailWriter) file(f File, disposition string) {
	mediaType := cleanMediaType(f.MediaType)
	name := safeFileName(oneLine(f.Name))
	content, asIs := f.Content, false
	if mediaType == "message/rfc822" {
		// RFC 2046 5.2.1 forbids to encode a mail; one that cannot go as it is goes as a file.
		level := []byte(normaliseNewlines(string(content)))
		if asIs = isASCII(level) && sendsAsMail(level); asIs {
			content = bytes.ReplaceAll(level, []byte("\n"), []byte("\r\n"))
		} else {
			mediaType = "application/octet-stream"
		}
	}
	w.out.WriteString("Content-Type: " + mediaType)
	if name != "" {
		w.out.WriteString(";\r\n name=\"" + foldWords(quotedOrEncoded(name)) + "\"")
	}
	w.out.WriteString("\r\nContent-Disposition: " + disposition)
	w.fileName(name)
	w.out.WriteString("\r\n")
	if f.ContentID != "" {
		w.field("Content-ID", w.id(f.ContentID))
	}
	if asIs {
		w.out.WriteString("Content-Transfer-Encoding: 7bit\r\n\r\n")
		w.out.Write(content)
		return
	}
	w.out.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
	w.base64(content)
}

func sendsAsMail(b []byte) bool {
	if bytes.Contains(b, []byte("=_")) {
		return false
	}
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		if len(line) > maxLine || bytes.IndexByte(line, 0) >= 0 {
			return false
		}
	}
	return true
}

// quotedOrEncoded returns a name for readers that do not know RFC 2231: itself, or encoded words.
func quotedOrEncoded(name string) string {
	if needsEncoding(name) || len(name) > 60 {
		return encodeForced(name)
	}
	return escapeQuoted(name)
}

func encodeForced(s string) string {
	if needsEncoding(s) {
		return encodeWords(s)
	}
	var out []string
	for len(s) > 0 {
		n := min(45, len(s))
		out = append(out, "=?us-ascii?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(out, " ")
}

func foldWords(s string) string {
	if !strings.HasPrefix(s, "=?") {
		return s
	}
	return strings.ReplaceAll(s, "?= =?", "?=\r\n =?")
}

// fileName writes the filename parameter as RFC 2231 has it: quoted where it is short ASCII, otherwise encoded, in pieces where it is long.
func (w *mailWriter) fileName(name string) {
	if name == "" {
		return
	}
	if isASCII([]byte(name)) && len(name) <= 60 {
		w.out.WriteString(";\r\n filename=\"" + escapeQuoted(name) + "\"")
		return
	}
	pieces := percentPieces(name)
	if len(pieces) == 1 {
		w.out.WriteString(";\r\n filename*=utf-8''" + pieces[0])
		return
	}
	for i, p := range pieces {
		w.out.WriteString(";\r\n filename*" + strconv.Itoa(i) + "*=")
		if i == 0 {
			w.out.WriteString("utf-8''")
		}
		w.out.WriteString(p)
	}
}

// percentPieces encodes for RFC 2231 in pieces of at most 50 characters.
func percentPieces(s string) []string {
	const hexDigits = "0123456789ABCDEF"
	var out []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if b.Len() > 47 {
			out = append(out, b.String())
			b.Reset()
		}
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '.' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + string(hexDigits[c>>4]) + string(hexDigits[c&15]))
		}
	}
	return append(out, b.String())
}

// cleanMediaType returns a media type that can stand in a header. Multiparts are no files.
func cleanMediaType(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	major, minor, ok := strings.Cut(s, "/")
	if !ok || !isToken(major) || !isToken(minor) || major == "multipart" || len(s) > 100 {
		return "application/octet-stream"
	}
	return s
}

func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("-+._!#$&^", rune(c)) {
			return false
		}
	}
	return s != ""
}
