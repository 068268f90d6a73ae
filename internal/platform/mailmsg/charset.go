package mailmsg

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charsetAliases holds what mailers write and the WHATWG index, which htmlindex follows, does not know.
var charsetAliases = map[string]string{
	"utf8mb4": "utf-8", "utf_8": "utf-8", "utf-8-sig": "utf-8", "cp65001": "utf-8", "65001": "utf-8", "utf": "utf-8", "unicode": "utf-16", "ucs-2": "utf-16",
	"unicode-1-1-utf-7": "utf-7", "utf7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode-2-0-utf-7": "utf-7", "csunicode11utf7": "utf-7",
	"win-1257": "windows-1257", "windows1257": "windows-1257", "win1257": "windows-1257", "1257": "windows-1257", "cp-1257": "windows-1257",
	"ansi-1257": "windows-1257", "winbaltrim": "windows-1257", "win-1250": "windows-1250", "windows1250": "windows-1250", "win1250": "windows-1250",
	"1250": "windows-1250", "cp-1250": "windows-1250", "ansi-1250": "windows-1250", "win-1251": "windows-1251", "windows1251": "windows-1251",
	"win1251": "windows-1251", "1251": "windows-1251", "cp-1251": "windows-1251", "win-1252": "windows-1252", "windows1252": "windows-1252",
	"win1252": "windows-1252", "1252": "windows-1252", "cp-1252": "windows-1252", "ansi": "windows-1252", "iso": "windows-1252", "latin": "windows-1252",
	"iso-latin-1": "windows-1252", "iso8859_1": "windows-1252", "iso_8859_1": "windows-1252", "8859-1": "windows-1252", "x-ansi": "windows-1252",
	"iso8859-13": "iso-8859-13", "iso885913": "iso-8859-13", "8859-13": "iso-8859-13", "iso8859_13": "iso-8859-13", "latin-7": "iso-8859-13", "latin7": "iso-8859-13",
	"latin-4": "iso-8859-4", "8859-4": "iso-8859-4", "8859-2": "iso-8859-2", "latin-2": "iso-8859-2", "iso8859_2": "iso-8859-2", "iso8859_4": "iso-8859-4",
	"8859-5": "iso-8859-5", "8859-15": "iso-8859-15", "latin-9": "iso-8859-15", "latin9": "iso-8859-15", "iso8859_15": "iso-8859-15",
	"koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8-ru": "koi8-u", "koi": "koi8-r", "cp-866": "ibm866", "dos-866": "ibm866",
	"gb2312-80": "gbk", "cp936": "gbk", "ms936": "gbk", "936": "gbk", "x-gb18030": "gb18030", "cp932": "shift_jis", "932": "shift_jis",
	"sjis": "shift_jis", "x-euc": "euc-jp", "cp949": "euc-kr", "949": "euc-kr", "ks_c_5601": "euc-kr", "cp950": "big5", "950": "big5", "big-5": "big5",
	"ms-ansi": "windows-1252", "ms-ee": "windows-1250", "ms-cyrl": "windows-1251", "mac": "macintosh",
}

// extraCharsets are encodings that htmlindex leaves out or replaces.
var extraCharsets = map[string]encoding.Encoding{
	"iso-2022-jp-1": japanese.ISO2022JP, "iso-2022-jp-2": japanese.ISO2022JP, "iso-2022-jp-3": japanese.ISO2022JP, "iso-2022-jp-ms": japanese.ISO2022JP,
	"cp50220": japanese.ISO2022JP, "cp50221": japanese.ISO2022JP, "hz-gb-2312": simplifiedchinese.HZGB2312, "hz": simplifiedchinese.HZGB2312,
	"cp850": charmap.CodePage850, "ibm850": charmap.CodePage850, "cp852": charmap.CodePage852, "ibm852": charmap.CodePage852, "cp437": charmap.CodePage437,
	"ibm437": charmap.CodePage437, "cp855": charmap.CodePage855, "cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp862": charmap.CodePage862,
	"cp863": charmap.CodePage863, "cp865": charmap.CodePage865, "cp037": charmap.CodePage037, "iso-8859-6-i": charmap.ISO8859_6,
	"utf-16": unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-32": utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	"utf-32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
}

// normaliseCharset cleans a charset label: case, quotes, what follows a blank or an escape ("iso-2022-jp$ESC"), leading "_" and "x-" forms.
func normaliseCharset(label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	label = strings.Trim(label, `"'_.=`)
	if i := strings.IndexAny(label, " \t;,$\"'("); i >= 0 {
		label = label[:i]
	}
	label = strings.TrimSpace(label)
	if label == "" || len(label) > 60 {
		return ""
	}
	if alias, ok := charsetAliases[label]; ok {
		return alias
	}
	for _, prefix := range []string{"cs", "x-", "charset=", "_"} {
		if rest, ok := strings.CutPrefix(label, prefix); ok {
			if alias, ok := charsetAliases[rest]; ok {
				return alias
			}
			if _, err := htmlindex.Get(label); err != nil {
				if _, err := htmlindex.Get(rest); err == nil {
					return rest
				}
			}
		}
	}
	return label
}

// lookupCharset returns the encoding for a normalised label, or nil.
func lookupCharset(label string) encoding.Encoding {
	if e, ok := extraCharsets[label]; ok {
		return e
	}
	if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
		return e
	}
	if e, err := ianaindex.IANA.Encoding(label); err == nil && e != nil {
		return e
	}
	return nil
}

// isPlainLabel tells whether a label promises nothing about bytes above 127, or is the default that mailers write whatever they send.
func isPlainLabel(label string) bool {
	switch label {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6", "us", "default", "unknown", "unknown-8bit", "x-unknown", "8bit", "7bit", "binary",
		"x-user-defined", "none", "null", "iso-8859-8-i-unknown", "utf-8", "utf8":
		return true
	}
	return false
}

// Decode converts a text in an unknown character set to UTF-8: the label that came with it, "" where none did, is believed as far as it is likely.
func Decode(b []byte, label string) string {
	s, _, _ := decodeCharset(b, label)
	return s
}

// decodeCharset converts b to UTF-8. It believes UTF-8 before any label (text in another character set is hardly ever valid UTF-8 by chance),
// then the label, then statistics of the languages that this desk meets. used is the character set that was read; ok is false where the
// label was unknown or plainly wrong.
func decodeCharset(b []byte, label string) (s, used string, ok bool) {
	label = normaliseCharset(label)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case len(b) >= 4 && (label == "" || strings.HasPrefix(label, "utf")) && (bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff})):
		label = "utf-16"
	}
	if label == "utf-7" {
		if isASCII(b) {
			return cleanText(decodeUTF7(b)), "utf-7", true
		}
		label = ""
	}
	if isASCII(b) && !shiftsASCII(label) {
		return cleanText(string(b)), "us-ascii", true
	}
	if strings.HasPrefix(label, "iso-2022") || strings.HasPrefix(label, "cp5022") {
		// These are seven-bit: with high bytes the label is of another encoding of the same language.
		if isASCII(b) {
			return decodeAs(b, label)
		}
		label = ""
	}
	if multibyteUnlike8(label) {
		return decodeAs(b, label)
	}
	if utf8.Valid(b) && looksLikeUTF8(b, label) {
		return cleanText(string(b)), "utf-8", label == "" || label == "utf-8"
	}
	if label == "utf-8" && mostlyUTF8(b) {
		return cleanText(repairUTF8(b)), "utf-8", false
	}
	if isPlainLabel(label) {
		guess := guessCharset(b, "")
		s, used, _ := decodeAs(b, guess)
		return s, used, label == ""
	}
	if enc := lookupCharset(label); enc == nil {
		s, used, _ := decodeAs(b, guessCharset(b, ""))
		return s, used, false
	}
	if better := guessCharset(b, label); better != label {
		s, used, _ := decodeAs(b, better)
		return s, used, false
	}
	return decodeAs(b, label)
}

func decodeAs(b []byte, label string) (s, used string, ok bool) {
	enc := lookupCharset(label)
	if enc == nil {
		return cleanText(strings.ToValidUTF8(string(b), "\uFFFD")), "utf-8", false
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return cleanText(strings.ToValidUTF8(string(b), "\uFFFD")), "utf-8", false
	}
	return cleanText(string(out)), label, true
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// shiftsASCII tells whether a character set gives other meanings to ASCII bytes.
func shiftsASCII(label string) bool {
	return strings.HasPrefix(label, "iso-2022") || strings.HasPrefix(label, "hz") || strings.HasPrefix(label, "cp5022") ||
		strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "utf-32") || label == "cp037"
}

// multibyteUnlike8 tells whether a character set is never valid UTF-8 in the way that eight-bit text might be, so that its label decides.
func multibyteUnlike8(label string) bool {
	return strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "utf-32")
}

// looksLikeUTF8 decides for valid UTF-8 whether it is meant so although the label says something else. One two-byte sequence may be chance
// in a multi-byte East Asian character set; in an eight-bit one it would be two odd characters in a row.
func looksLikeUTF8(b []byte, label string) bool {
	switch label {
	case "gbk", "gb18030", "gb2312", "big5", "big5-hkscs", "shift_jis", "euc-kr", "euc-jp", "ks_c_5601-1987":
		three, two := 0, 0
		for i := 0; i < len(b); {
			_, n := utf8.DecodeRune(b[i:])
			switch n {
			case 2:
				two++
			case 3, 4:
				three++
			}
			i += n
		}
		return three > 3 && two == 0 || three > 6 && three > 3*two
	}
	return true
}

// mostlyUTF8 tells whether text labelled UTF-8 is that but for a few bytes.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			bad++
			i++
			continue
		}
		good++
		i += n
	}
	return good > 0 && bad <= good/4+1 && good > bad
}

// repairUTF8 reads UTF-8 with a few foreign bytes in it. What looks like a character that was cut off becomes U+FFFD; other bytes are read in
// the character set that the text's neighbours would use.
func repairUTF8(b []byte) string {
	page := singleByte[guessSingle(b)]
	var out strings.Builder
	out.Grow(len(b) + 16)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r != utf8.RuneError || n > 1 {
			out.WriteRune(r)
			i += n
			continue
		}
		// A continuation byte without a beginning, or a beginning with a part of its continuation, is debris.
		end := i + 1
		for end < len(b) && end < i+3 && b[end]&0xC0 == 0x80 {
			end++
		}
		if b[i]&0xC0 == 0x80 || end > i+1 || end == len(b) {
			out.WriteRune(utf8.RuneError)
			i = end
			continue
		}
		out.WriteRune(page.DecodeByte(b[i]))
		i++
	}
	return out.String()
}

// decodeUTF7 reads RFC 2152, tolerantly: a broken run stays as it is.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	for i := 0; i < len(b); {
		if b[i] != '+' {
			out.WriteByte(b[i])
			i++
			continue
		}
		end := i + 1
		for end < len(b) && base64Values[b[end]] != 0xFF && b[end] != '-' && b[end] != '_' {
			end++
		}
		run := b[i+1 : end]
		closed := end < len(b) && b[end] == '-'
		switch {
		case len(run) == 0 && closed:
			out.WriteByte('+')
			end++
		case len(run) == 0:
			out.WriteByte('+')
		default:
			raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
			n, err := base64.RawStdEncoding.Decode(raw, run)
			if err != nil && n < 2 {
				out.Write(b[i:end])
				break
			}
			units := make([]uint16, 0, n/2)
			for j := 0; j+1 < n; j += 2 {
				units = append(units, uint16(raw[j])<<8|uint16(raw[j+1]))
			}
			out.WriteString(string(utf16.Decode(units)))
			if closed {
				end++
			}
		}
		i = end
	}
	return out.String()
}
