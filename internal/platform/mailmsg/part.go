package mailmsg

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"strings"
)

// Part is one entity of a mail: a multipart with children, or a leaf with content.
type Part struct {
	Header      Header
	MediaType   string            // lower case, "text/plain" where none is declared
	Params      map[string]string // of Content-Type, names in lower case, values decoded (RFC 2231, RFC 2047)
	Charset     string            // declared character set, lower case; "" where none is declared
	Disposition string            // "inline", "attachment", or "" where none is declared
	FileName    string            // as the sender named it, decoded, without any path; may be empty
	ContentID   string            // without angle brackets
	Encoding    string            // transfer encoding, lower case: "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode"
	Raw         []byte            // body, still encoded; aliases the mail
	Parts       []*Part           // children of a multipart

	// Inline tells that the body of the mail shows the part in place: it has a Content-ID or Content-Location that the HTML refers to,
	// or is an image inside a multipart/related.
	Inline bool

	name   string // unique among the attachments of the mail
	depth  int
	parent *Part
	limits Limits
}

// IsMultipart tells whether the part has children rather than content.
func (p *Part) IsMultipart() bool { return len(p.Parts) > 0 }

// Walk calls visit for the part and all parts below it, parents first, until visit returns false.
func (p *Part) Walk(visit func(*Part) bool) bool {
	if p == nil {
		return true
	}
	if !visit(p) {
		return false
	}
	for _, child := range p.Parts {
		if !child.Walk(visit) {
			return false
		}
	}
	return true
}

// firstCharset returns the character set that the first leaf to declare one declares: raw 8-bit header fields are mostly in it too.
func (p *Part) firstCharset() string {
	found := ""
	p.Walk(func(q *Part) bool {
		found = q.Charset
		return found == ""
	})
	return found
}

// Find returns the first part of this media type in the tree, or nil.
func (p *Part) Find(mediaType string) *Part {
	var found *Part
	p.Walk(func(q *Part) bool {
		if q.MediaType == mediaType {
			found = q
		}
		return found == nil
	})
	return found
}

// Content returns the decoded content. It aliases the mail where nothing had to be decoded, and is decoded anew on every call
// otherwise, so that a mail holds its attachments once.
func (p *Part) Content() []byte {
	out, _ := decodeTransfer(p.Encoding, p.Raw)
	return out
}

// Reader returns the decoded content as a stream, decoding as it is read.
func (p *Part) Reader() io.Reader { return transferReader(p.Encoding, p.Raw) }

// Size returns the size of the decoded content in bytes. It costs a pass over the encoded content where that must be decoded.
func (p *Part) Size() int64 {
	switch p.Encoding {
	case "base64", "quoted-printable", "x-uuencode":
		n, err := io.Copy(io.Discard, p.Reader())
		if err != nil {
			return 0 // cannot happen: the readers only end
		}
		return n
	}
	return int64(len(p.Raw))
}

// SHA256 returns the digest of the decoded content.
func (p *Part) SHA256() [sha256.Size]byte {
	h := sha256.New()
	if _, err := io.Copy(h, p.Reader()); err != nil {
		return [sha256.Size]byte{} // cannot happen: the readers only end, and a hash takes everything
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// SHA256Hex returns SHA256 in lower-case hexadecimal.
func (p *Part) SHA256Hex() string {
	sum := p.SHA256()
	return hex.EncodeToString(sum[:])
}

// Text returns the content as text: decoded, in UTF-8, with \n as line end. It is meant for text parts, but works for any.
func (p *Part) Text() string {
	s, _ := p.decodedText(p.limits.withDefaults().TextBytes)
	return s
}

// IsMessage tells whether the part is a mail, which Message reads.
func (p *Part) IsMessage() bool {
	return p.MediaType == "message/rfc822" || p.MediaType == "message/global" || p.MediaType == "message/news"
}

// Message reads a part that is a mail. It returns nil where the part is none, or where messages are nested deeper than Limits.Depth.
// Each level is read only when asked for, so that a thousand nested mails cost nothing until somebody opens them.
func (p *Part) Message() *Mail {
	limits := p.limits.withDefaults()
	if !p.IsMessage() || limits.Depth <= p.depth+1 {
		return nil
	}
	limits.Depth -= p.depth + 1
	return Parse(p.Content(), limits)
}

// IsEncrypted tells whether the part is S/MIME or OpenPGP encrypted content, which the desk cannot read.
func (p *Part) IsEncrypted() bool {
	switch p.MediaType {
	case "multipart/encrypted":
		return true
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		kind := strings.ToLower(p.Params["smime-type"])
		return kind == "" || strings.Contains(kind, "enveloped")
	}
	return false
}

// IsTNEF tells whether the part is Microsoft's wrapping of a mail (winmail.dat).
func (p *Part) IsTNEF() bool {
	return p.MediaType == "application/ms-tnef" || p.MediaType == "application/vnd.ms-tnef" ||
		strings.EqualFold(p.FileName, "winmail.dat")
}

// Name returns a name that is fit for a list of attachments and for a file: FileName, else the subject of an attached mail, else the sender's description,
// else one made from the Content-ID or the media type. It has no path separators or control characters, at most 200 bytes, is never
// empty, and differs from those of the mail's other attachments.
func (p *Part) Name() string {
	if p.name != "" {
		return p.name
	}
	return p.ownName()
}

// ownName is Name without regard to the other attachments.
func (p *Part) ownName() string {
	if n := safeFileName(p.FileName); n != "" {
		return n
	}
	ext := extensionOf(p.MediaType)
	if p.IsMessage() {
		h, _ := ParseHeader(head(p.Content(), 64<<10))
		if n := safeFileName(collapseSpace(h.Get("Subject"))); n != "" {
			return clip(n, 190) + ext
		}
	}
	if n := safeFileName(collapseSpace(p.Header.Get("Content-Description"))); n != "" {
		return withExtension(n, ext)
	}
	// Outlook calls its pictures <image001.jpg@01D9A0B1.2C3D4E50>.
	if n, _, ok := strings.Cut(p.ContentID, "@"); ok && safeFileName(n) == n && len(path.Ext(n)) >= 3 && len(path.Ext(n)) <= 5 {
		return n
	}
	if n, ok := plainNames[p.MediaType]; ok {
		return n + ext
	}
	major, _, _ := strings.Cut(p.MediaType, "/")
	switch major {
	case "image", "video", "audio", "message":
		return major + ext
	}
	return "file" + ext
}

// plainNames are names for parts without one that say more than "file".
var plainNames = map[string]string{
	"text/html": "document", "text/calendar": "invitation", "text/rfc822-headers": "headers", "message/delivery-status": "delivery-status",
	"message/disposition-notification": "disposition-notification", "message/feedback-report": "feedback-report", "application/pgp-signature": "signature",
	"application/pkcs7-signature": "smime", "application/x-pkcs7-signature": "smime", "application/pkcs7-mime": "smime", "application/x-pkcs7-mime": "smime",
	"application/ms-tnef": "winmail",
}

func withExtension(name, ext string) string {
	if path.Ext(name) != "" && len(path.Ext(name)) <= 5 && !strings.Contains(path.Ext(name), " ") {
		return name
	}
	return clip(name, 190) + ext
}

func head(b []byte, n int) []byte {
	if len(b) > n {
		return b[:n]
	}
	return b
}

// extensions holds what extensionOf answers: fixed, because mime.ExtensionsByType differs from machine to machine.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"text/rfc822-headers": ".txt", "message/delivery-status": ".txt", "message/disposition-notification": ".txt", "message/feedback-report": ".txt",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/svg+xml": ".svg",
	"image/heic": ".heic", "image/tiff": ".tiff", "image/bmp": ".bmp", "application/pdf": ".pdf", "application/zip": ".zip",
	"application/json": ".json", "application/xml": ".xml", "text/xml": ".xml", "application/msword": ".doc", "application/ms-tnef": ".dat",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/pgp-signature": ".asc", "audio/mpeg": ".mp3", "video/quicktime": ".mov", "message/rfc822": ".eml", "message/global": ".eml", "message/news": ".eml", "audio/ogg": ".ogg", "audio/wav": ".wav", "video/mp4": ".mp4",
}

func extensionOf(mediaType string) string {
	if e, ok := extensions[mediaType]; ok {
		return e
	}
	if strings.HasPrefix(mediaType, "text/") {
		return ".txt"
	}
	return ".bin"
}

// safeFileName strips paths and what file systems and headers dislike. Letters of any script stay.
func safeFileName(s string) string {
	s = baseName(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ' || r == 0x7f || r == '\uFFFD' || isBidiControl(r):
		case strings.ContainsRune(`/\:*?"<>|`, r):
			b.WriteByte('_')
		default:
			b.WriteRune(r)
		}
	}
	s = strings.TrimSpace(b.String())
	if strings.Trim(s, ". ") == "" {
		return ""
	}
	if len(s) <= 200 {
		return s
	}
	ext := ""
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 12 {
		ext = s[dot:]
	}
	return clip(s, 200-len(ext)) + ext
}

// isBidiControl tells whether r turns the direction of text, with which "exe.gpj" can be made to read "jpg.exe".
func isBidiControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F
}

// baseName drops folders, of Windows too, which some senders put into file names.
func baseName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		return s[i+1:]
	}
	return s
}

// stripLineEnd removes the one line end that belongs to the boundary after it (RFC 2046 5.1.1).
func stripLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}
