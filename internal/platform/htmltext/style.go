package htmltext

import "strings"

const (
	maxStyle        = 8 << 10 // bytes of one style attribute
	maxDeclarations = 100
	maxValue        = 300 // bytes of one value
)

var properties = set(`color background-color font font-family font-size font-style font-weight font-variant line-height
	letter-spacing word-spacing text-align text-decoration text-decoration-line text-decoration-color text-decoration-style text-indent
	text-transform vertical-align white-space word-break word-wrap overflow-wrap direction
	margin margin-top margin-right margin-bottom margin-left margin-block-start margin-block-end
	padding padding-top padding-right padding-bottom padding-left
	border border-top border-right border-bottom border-left border-width border-style border-color
	border-top-width border-top-style border-top-color border-right-width border-right-style border-right-color
	border-bottom-width border-bottom-style border-bottom-color border-left-width border-left-style border-left-color
	border-radius border-top-left-radius border-top-right-radius border-bottom-left-radius border-bottom-right-radius
	border-collapse border-spacing width height min-width max-width min-height max-height
	float clear display visibility list-style list-style-type list-style-position table-layout caption-side empty-cells`)

var displays = set(`none block inline inline-block list-item table inline-table table-row table-cell table-row-group table-header-group
	table-footer-group table-column table-column-group table-caption contents`)

var functions = set("rgb rgba hsl hsla")

// declaration is one property with its value.
type declaration struct{ property, value string }

// safeStyle keeps the declarations of a style attribute whose property is allowed and whose value is made of plain words,
// numbers, colours and (for fonts) quoted names. Nothing that loads, places, covers, animates or computes gets through.
func safeStyle(style string) string { return join(safeDeclarations(style)) }

func safeDeclarations(style string) []declaration {
	if len(style) > maxStyle {
		return nil
	}
	var kept []declaration
	for text := range strings.SplitSeq(withoutComments(style), ";") {
		property, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		property, value = safeDeclaration(strings.ToLower(strings.TrimSpace(property)), strings.TrimSpace(value))
		if property == "" {
			continue
		}
		if kept = append(kept, declaration{property, value}); len(kept) == maxDeclarations {
			break
		}
	}
	return kept
}

func join(declarations []declaration) string {
	var b strings.Builder
	for i, d := range declarations {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(d.property)
		b.WriteByte(':')
		b.WriteString(d.value)
	}
	return b.String()
}

// withoutComments takes out /* … */; an unclosed one takes all that follows, as in browsers.
func withoutComments(s string) string {
	if !strings.Contains(s, "/*") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "/*")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, found = strings.Cut(after, "*/")
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
	}
}

func safeDeclaration(property, value string) (string, string) {
	value = strings.TrimSpace(trimImportant(value))
	if value == "" || len(value) > maxValue {
		return "", ""
	}
	if property == "background" {
		// The shorthand may name a picture; its colour is all that is kept.
		property, value = "background-color", firstColour(value)
		if value == "" {
			return "", ""
		}
	}
	if !properties[property] || !plainValue(value, property == "font" || property == "font-family") {
		return "", ""
	}
	if property == "display" && !displays[strings.ToLower(value)] {
		return "", ""
	}
	if strings.HasPrefix(property, "margin") && strings.Contains(value, "-") {
		return "", "" // a negative margin lays one text over another
	}
	return property, value
}

func trimImportant(value string) string {
	const important = "important"
	v := strings.TrimRight(value, " \t\r\n\f")
	if len(v) <= len(important) || !strings.EqualFold(v[len(v)-len(important):], important) {
		return value
	}
	v = strings.TrimRight(v[:len(v)-len(important)], " \t\r\n\f")
	if !strings.HasSuffix(v, "!") {
		return value
	}
	return v[:len(v)-1]
}

// plainValue reports whether a value is made of words, numbers, colours and, where quotes are allowed, quoted names.
func plainValue(value string, quotes bool) bool {
	var quote byte
	wordStart, depth := 0, 0
	for i := range len(value) {
		c := value[i]
		if quote != 0 {
			if c == quote {
				quote = 0
			} else if !isAlphanumeric(c) && c != ' ' && c != '-' && c != '_' && c != '.' {
				return false
			}
			wordStart = i + 1
			continue
		}
		switch {
		case isAlphanumeric(c) || c == '-':
			continue
		case c == '\'' || c == '"':
			if !quotes || depth > 0 {
				return false
			}
			quote = c
		case c == '(':
			if depth > 0 || !functions[strings.ToLower(value[wordStart:i])] {
				return false
			}
			depth++
		case c == ')':
			if depth == 0 {
				return false
			}
			depth--
		case c == ' ' || c == '.' || c == ',' || c == '%' || c == '#' || c == '+' || c == '/' || c == '\n' || c == '\r' || c == '\t':
		default:
			return false
		}
		wordStart = i + 1
	}
	return quote == 0 && depth == 0
}

// firstColour returns the first word of a value that can only be a colour.
func firstColour(value string) string {
	for _, opener := range []string{"rgb(", "rgba(", "hsl(", "hsla("} {
		if i := strings.Index(strings.ToLower(value), opener); i >= 0 && i < len(value) {
			if end := strings.IndexByte(value[i:], ')'); end > 0 && plainValue(value[i:i+end+1], false) {
				return value[i : i+end+1]
			}
		}
	}
	for w := range strings.FieldsSeq(value) {
		if w[0] == '#' && len(w) <= 9 && plainValue(w, false) {
			return w
		}
		if colourNames[strings.ToLower(w)] {
			return w
		}
	}
	return ""
}

var colourNames = set(`transparent white black red green blue yellow gray grey silver maroon purple fuchsia lime olive navy teal aqua
	orange pink brown gold beige ivory snow azure lavender whitesmoke lightgray lightgrey darkgray darkgrey gainsboro lightblue
	lightyellow lightgreen aliceblue ghostwhite linen`)
