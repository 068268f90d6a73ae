package export

import (
	"path"
	"strings"
	"unicode"
)

// SafeName is a foreign file name that every system takes and that leads nowhere else: the last part of a path, without the characters that Windows
// refuses, control and direction characters, and dots and blanks at its ends; at most 100 bytes, its extension kept. It never returns "".
func SafeName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"/|?*`, r):
			return '_'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if ext := path.Ext(name); len(name) > 100 {
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.TrimRight(strings.ToValidUTF8(name[:100-len(ext)], ""), " .") + ext
	}
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch {
	case name == "":
		return "file"
	case reserved[stem], len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9':
		return "_" + name
	}
	return name
}

// reserved are names that Windows keeps for devices, whatever their extension.
var reserved = map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true}
