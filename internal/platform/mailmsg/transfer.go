package mailmsg

import (
	"bytes"
	"io"
	"strings"
)

// normaliseEncoding returns the transfer encoding that a Content-Transfer-Encoding value means, and whether it is one we know.
func normaliseEncoding(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if i := strings.IndexAny(s, " \t;("); i >= 0 {
		s = s[:i]
	}
	s = strings.Trim(s, `"'.`)
	switch s {
	case "", "7bit", "7-bit", "us-ascii", "none":
		return "7bit", true
	case "8bit", "8-bit", "8bits", "utf-8", "utf8", "iso-8859-1":
		return "8bit", true
	case "binary", "unencoded":
		return "binary", true
	case "base64", "base-64", "b", "b64", "x-base64":
		return "base64", true
	case "quoted-printable", "quotedprintable", "quoted_printable", "q", "qp", "quote-printable", "quoted-printible":
		return "quoted-printable", true
	case "x-uuencode", "uuencode", "x-uue", "uue", "x-uu":
		return "x-uuencode", true
	}
	return "7bit", false
}

// decodeTransfer returns the decoded content and whether it was well formed. Content without encoding is returned as it is, not copied.
func decodeTransfer(encoding string, raw []byte) (out []byte, ok bool) {
	switch encoding {
	case "base64":
		return decodeBase64(raw)
	case "quoted-printable":
		return decodeQP(raw)
	case "x-uuencode":
		return decodeUU(raw)
	}
	return raw, true
}

// base64Values maps a character to its six bits; 0xFF is none. The alphabet for URLs (RFC 4648 5) is read as well.
var base64Values = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xFF
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()

// base64State decodes tolerantly: characters outside the alphabet are skipped (RFC 2045 6.8), padding in the middle begins anew (as where
// two encoded texts were joined), missing padding is supplied.
type base64State struct {
	acc   uint32
	bits  uint
	count int // characters of the open group of four
	bad   bool
}

func (st *base64State) decode(dst, src []byte) []byte {
	for _, c := range src {
		v := base64Values[c]
		if v == 0xFF {
			switch c {
			case '=':
				st.acc, st.bits, st.count = 0, 0, 0
			case '\r', '\n', ' ', '\t':
			default:
				st.bad = true
			}
			continue
		}
		st.acc = st.acc<<6 | uint32(v)
		st.bits += 6
		st.count = (st.count + 1) & 3
		if st.bits >= 8 {
			st.bits -= 8
			dst = append(dst, byte(st.acc>>st.bits))
		}
		if st.count == 0 {
			st.acc, st.bits = 0, 0
		}
	}
	return dst
}

// base64Extent returns the part of raw that is base64. What follows the padding counts only where it is base64 in whole groups of four
// itself, as where two encoded texts were joined; otherwise it is somebody's footer.
func base64Extent(raw []byte) []byte {
	pad := bytes.IndexByte(raw, '=')
	if pad < 0 {
		return raw
	}
	end := pad
	for end < len(raw) && (raw[end] == '=' || raw[end] == '\r' || raw[end] == '\n') {
		end++
	}
	count := 0
	for _, c := range raw[end:] {
		switch {
		case base64Values[c] != 0xFF || c == '=':
			count++
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		default:
			return raw[:end]
		}
	}
	if count%4 != 0 {
		return raw[:end]
	}
	return raw
}

func decodeBase64(raw []byte) ([]byte, bool) {
	raw = base64Extent(raw)
	var st base64State
	out := st.decode(make([]byte, 0, len(raw)/4*3+3), raw)
	return out, !st.bad
}

// decodeQP decodes quoted-printable (RFC 2045 6.7) tolerantly: a "=" that begins no escape stays, blanks at the end of a line go,
// lower-case digits are read.
func decodeQP(raw []byte) ([]byte, bool) {
	out := make([]byte, 0, len(raw))
	ok := true
	for pos := 0; pos < len(raw); {
		line := raw[pos:]
		end := bytes.IndexByte(line, '\n')
		lineEnd := []byte(nil)
		if end >= 0 {
			pos += end + 1
			cut := end
			if cut > 0 && line[cut-1] == '\r' {
				cut--
			}
			lineEnd = line[cut : end+1]
			line = line[:cut]
		} else {
			pos = len(raw)
		}
		var soft, good bool
		out, soft, good = appendQPLine(out, bytes.TrimRight(line, " \t\r"))
		ok = ok && good
		if !soft {
			out = append(out, lineEnd...)
		}
	}
	return out, ok
}

// appendQPLine decodes one line without its end. soft tells that the line goes on on the next one.
func appendQPLine(dst, line []byte) (out []byte, soft, ok bool) {
	ok = true
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c != '=' {
			dst = append(dst, c)
			continue
		}
		if i == len(line)-1 {
			return dst, true, ok
		}
		if i+2 < len(line) {
			if hi, lo := unhex(line[i+1]), unhex(line[i+2]); hi >= 0 && lo >= 0 {
				dst = append(dst, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		ok = false
		dst = append(dst, c)
	}
	return dst, false, ok
}

// decodeUU decodes the lines of uuencoded content, with or without "begin" and "end".
func decodeUU(raw []byte) ([]byte, bool) {
	out := make([]byte, 0, len(raw)/4*3)
	ok := true
	for pos := 0; pos < len(raw); {
		line, next := lineAt(raw, pos)
		pos = next
		if len(line) == 0 || isUUBegin(line) {
			continue
		}
		if bytes.Equal(bytes.TrimSpace(line), []byte("end")) {
			break
		}
		var good bool
		out, good = appendUULine(out, line)
		ok = ok && good
	}
	return out, ok
}

// appendUULine decodes one line: its first character is the number of bytes. Blanks cut from its end count as zero bits.
func appendUULine(dst, line []byte) ([]byte, bool) {
	n := int(line[0]-' ') & 0x3F
	if n == 0 {
		return dst, true
	}
	if line[0] < ' ' || line[0] > '`' {
		return dst, false
	}
	at := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 0x3F
		}
		return 0
	}
	ok := true
	for i := 1; n > 0; i += 4 {
		if i >= len(line) {
			ok = false
			break
		}
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		three := [3]byte{a<<2 | b>>4, b<<4 | c>>2, c<<6 | d}
		dst = append(dst, three[:min(n, 3)]...)
		n -= 3
	}
	return dst, ok
}

// isUUBegin tells whether line is "begin 644 name".
func isUUBegin(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok || len(rest) < 5 {
		return false
	}
	i := 0
	for i < len(rest) && rest[i] >= '0' && rest[i] <= '7' {
		i++
	}
	return (i == 3 || i == 4) && i < len(rest) && rest[i] == ' '
}

// transferReader decodes while it is read, in pieces, so that a large attachment need not be in memory twice.
func transferReader(encoding string, raw []byte) io.Reader {
	switch encoding {
	case "base64":
		return &pieceReader{src: base64Extent(raw), step: (&base64Pieces{}).next}
	case "quoted-printable":
		return &pieceReader{src: raw, step: qpPiece}
	case "x-uuencode":
		return &pieceReader{src: raw, step: (&uuPieces{}).next}
	}
	return bytes.NewReader(raw)
}

// pieceSize is how much encoded content is decoded at a time.
const pieceSize = 32 << 10

// pieceReader decodes src piece by piece. step returns the decoded beginning of src and how much of src it used, at least one byte.
type pieceReader struct {
	src  []byte
	step func(dst, src []byte) (out []byte, used int)
	buf  []byte
	at   int
}

func (r *pieceReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.at == len(r.buf) {
		if len(r.src) == 0 {
			return 0, io.EOF
		}
		var used int
		r.buf, used = r.step(r.buf[:0], r.src)
		r.at = 0
		r.src = r.src[used:]
	}
	n := copy(p, r.buf[r.at:])
	r.at += n
	return n, nil
}

type base64Pieces struct{ st base64State }

func (b *base64Pieces) next(dst, src []byte) ([]byte, int) {
	n := min(len(src), pieceSize)
	return b.st.decode(dst, src[:n]), n
}

// wholeLines returns the length of the beginning of src that ends with a line end, about pieceSize long; all of src where it has none.
func wholeLines(src []byte) int {
	if len(src) <= pieceSize {
		return len(src)
	}
	if end := bytes.IndexByte(src[pieceSize:], '\n'); end >= 0 {
		return pieceSize + end + 1
	}
	return len(src)
}

func qpPiece(dst, src []byte) ([]byte, int) {
	n := wholeLines(src)
	out, _ := decodeQP(src[:n])
	return append(dst, out...), n
}

type uuPieces struct{ ended bool }

func (u *uuPieces) next(dst, src []byte) ([]byte, int) {
	n := wholeLines(src)
	if u.ended {
		return dst, n
	}
	for pos := 0; pos < n; {
		line, next := lineAt(src[:n], pos)
		pos = next
		if len(line) == 0 || isUUBegin(line) {
			continue
		}
		if bytes.Equal(bytes.TrimSpace(line), []byte("end")) {
			u.ended = true
			break
		}
		dst, _ = appendUULine(dst, line)
	}
	return dst, n
}
