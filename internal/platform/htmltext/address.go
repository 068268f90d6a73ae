package htmltext

import (
	"strings"
)

// maxAddress bounds a link or a remote image's address, in bytes; tracking links reach some 4,000.
const maxAddress = 16 << 10

// safeLink returns a link's address in the form that a browser would understand it, or "" where it may not be followed:
// only http, https, mailto, tel and sms are let through.
func safeLink(raw string) string {
	address := strip(raw)
	if address == "" || len(address) > maxAddress {
		return ""
	}
	scheme, rest, ok := splitScheme(address)
	if !ok {
		return withoutScheme(address)
	}
	switch scheme {
	case "http", "https":
		return webAddress(scheme, rest)
	case "mailto", "tel", "sms":
		if rest == "" {
			return ""
		}
		return scheme + ":" + escapeAddress(rest)
	}
	return ""
}

// remoteAddress returns the address of an image elsewhere, or "".
func remoteAddress(raw string) string {
	address := strip(raw)
	if address == "" || len(address) > maxAddress {
		return ""
	}
	scheme, rest, ok := splitScheme(address)
	if !ok {
		if strings.HasPrefix(address, "//") || strings.HasPrefix(address, `\\`) {
			return withoutScheme(address)
		}
		return ""
	}
	if scheme != "http" && scheme != "https" {
		return ""
	}
	return webAddress(scheme, rest)
}

// localImage returns the source of an image that comes with the message itself: a part by its Content-ID, or inlined
// data of a raster type. SVG is no raster type: it can hold scripts and load from elsewhere.
func localImage(raw string) string {
	scheme, rest, ok := splitScheme(strings.TrimSpace(raw))
	if !ok {
		return ""
	}
	switch scheme {
	case "cid":
		rest = strings.Trim(strip(rest), "<>")
		if rest == "" || len(rest) > 1000 {
			return ""
		}
		return "cid:" + escapeAddress(rest)
	case "data":
		return inlineImage(rest)
	}
	return ""
}

var rasterTypes = map[string]string{
	"image/png": "image/png", "image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/gif": "image/gif",
	"image/webp": "image/webp", "image/bmp": "image/bmp", "image/x-icon": "image/x-icon",
}

func inlineImage(rest string) string {
	head, data, ok := strings.Cut(rest, ",")
	if !ok || len(head) > 100 {
		return ""
	}
	parts := strings.Split(strings.ToLower(head), ";")
	kind := rasterTypes[strings.TrimSpace(parts[0])]
	if kind == "" || strings.TrimSpace(parts[len(parts)-1]) != "base64" {
		return ""
	}
	data = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '\f':
			return -1
		}
		return r
	}, data)
	for i := range len(data) {
		c := data[i]
		if !isAlphanumeric(c) && c != '+' && c != '/' && c != '=' {
			return ""
		}
	}
	if data == "" {
		return ""
	}
	return "data:" + kind + ";base64," + data
}

// withoutScheme reads addresses that lean on a page's own: "//host/…" and the "www.host/…" that people write. Others are
// relative to a page that a mail does not have.
func withoutScheme(address string) string {
	slashed := strings.ReplaceAll(address, `\`, "/")
	if strings.HasPrefix(slashed, "//") {
		return webAddress("https", slashed)
	}
	if len(address) > 4 && strings.EqualFold(address[:4], "www.") {
		return webAddress("https", "//"+address)
	}
	return ""
}

// webAddress writes scheme://rest, reading any number and kind of slashes as browsers do (URL standard, 4.4).
func webAddress(scheme, rest string) string {
	host := strings.TrimLeft(rest, `/\`)
	if host == "" || len(host) == len(rest) {
		return ""
	}
	if strings.ContainsAny(host[:1], "?#@:") {
		return ""
	}
	return scheme + "://" + escapeAddress(strings.ReplaceAll(host, `\`, "/"))
}

// splitScheme cuts an address at its scheme, which is returned in lower case.
func splitScheme(address string) (scheme, rest string, ok bool) {
	for i := range len(address) {
		c := address[i]
		switch {
		case c == ':':
			return strings.ToLower(address[:i]), address[i+1:], i > 0
		case isAlphanumeric(c) || (i > 0 && (c == '+' || c == '-' || c == '.')):
		default:
			return "", "", false
		}
	}
	return "", "", false
}

// strip takes off what browsers ignore in an address: white space and control characters around it, line breaks and tabs
// anywhere (URL standard, 4.1). Other control characters and invisible ones within make it no address of ours.
func strip(raw string) string {
	trimmed := strings.TrimFunc(raw, func(r rune) bool { return r <= ' ' || r == 0xA0 || r == 0xFEFF || (r >= 0x2000 && r <= 0x200F) })
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, trimmed)
}

const hexDigits = "0123456789ABCDEF"

// escapeAddress percent-encodes the characters that may not stand in an address or could end an attribute.
func escapeAddress(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		c := s[i]
		switch c {
		case ' ', '"', '<', '>', '`', '{', '}', '|', '^', '\'', '\\':
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// clean leaves control characters out of a text attribute.
func clean(s string) string { return strings.Map(printable, s) }
