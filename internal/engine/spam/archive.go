package spam

import (
	"bytes"
	"encoding/binary"
	"strings"
)

const (
	maxContent = 4 << 20
	maxNames   = 2000
	maxName    = 1 << 10 // bytes of a name that are looked at, its last ones
)

// namesWithin returns the names of the files in an archive, as far as content and limits go.
func namesWithin(content []byte) []string {
	switch {
	case bytes.HasPrefix(content, []byte("PK\x03\x04")) || bytes.HasPrefix(content, []byte("PK\x05\x06")):
		// Programs differ in which of the two they believe, and an attacker in which of them he tells the truth.
		return append(zipDirectory(content), zipEntries(content)...)
	case bytes.HasPrefix(content, []byte("\x1F\x8B\x08")):
		return gzipName(content)
	case len(content) > 262 && string(content[257:262]) == "ustar":
		return tarNames(content)
	}
	return nil
}

// isMacro tells the macros of an Office or OpenDocument file by their place in its archive.
func isMacro(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/") ||
		strings.HasPrefix(name, "basic/") && strings.HasSuffix(name, ".xml") || strings.HasPrefix(name, "scripts/python/")
}

func lastOf(name []byte) string { return string(name[max(0, len(name)-maxName):]) }

// zipDirectory reads the central directory (APPNOTE 4.3.12), as far as it is within content.
func zipDirectory(content []byte) []string {
	const endSize = 22
	tail := max(0, len(content)-endSize-1<<16)
	end := bytes.LastIndex(content[tail:], []byte("PK\x05\x06"))
	if end < 0 || tail+end+endSize > len(content) {
		return nil
	}
	end += tail
	at := int64(binary.LittleEndian.Uint32(content[end+16:]))
	size := int64(binary.LittleEndian.Uint32(content[end+12:]))
	if size > int64(end) {
		return nil
	}
	// Bytes before the archive (a self-extracting one) shift the directory: it always ends where its end record begins.
	if at+size != int64(end) || at+4 > int64(len(content)) {
		at = int64(end) - size
	}
	var names []string
	for p := int(at); p+46 <= end && len(names) < maxNames && string(content[p:p+4]) == "PK\x01\x02"; {
		name := int(binary.LittleEndian.Uint16(content[p+28:]))
		extra := int(binary.LittleEndian.Uint16(content[p+30:]))
		comment := int(binary.LittleEndian.Uint16(content[p+32:]))
		if p+46+name > end {
			break
		}
		names = append(names, lastOf(content[p+46:p+46+name]))
		p += 46 + name + extra + comment
	}
	return names
}

// zipEntries reads the headers before each file (APPNOTE 4.3.7), found by their mark, as sizes may stand behind the data.
func zipEntries(content []byte) []string {
	var names []string
	for len(names) < maxNames {
		i := bytes.Index(content, []byte("PK\x03\x04"))
		if i < 0 || i+30 > len(content) {
			break
		}
		name := int(binary.LittleEndian.Uint16(content[i+26:]))
		if i+30+name > len(content) {
			break
		}
		names = append(names, lastOf(content[i+30:i+30+name]))
		content = content[i+30+name:]
	}
	return names
}

// gzipName reads the original name (RFC 1952, 2.3.1).
func gzipName(content []byte) []string {
	const hasExtra, hasName = 1 << 2, 1 << 3
	if len(content) < 10 || content[3]&hasName == 0 {
		return nil
	}
	p := 10
	if content[3]&hasExtra != 0 {
		if len(content) < p+2 {
			return nil
		}
		p += 2 + int(binary.LittleEndian.Uint16(content[p:]))
	}
	if p >= len(content) {
		return nil
	}
	end := bytes.IndexByte(content[p:], 0)
	if end < 0 || end > 4096 {
		return nil
	}
	return []string{string(content[p : p+end])}
}

// tarNames reads the headers of a POSIX tar archive.
func tarNames(content []byte) []string {
	const block = 512
	var names []string
	for len(content) >= block && len(names) < maxNames && string(content[257:262]) == "ustar" {
		name, _, _ := strings.Cut(string(content[:100]), "\x00")
		names = append(names, name)
		size := 0
		for _, c := range content[124:136] {
			if c < '0' || c > '7' {
				if c == ' ' && size == 0 {
					continue
				}
				break
			}
			size = size*8 + int(c-'0')
		}
		skip := block + (size+block-1)/block*block
		if skip > len(content) {
			break
		}
		content = content[skip:]
	}
	return names
}
