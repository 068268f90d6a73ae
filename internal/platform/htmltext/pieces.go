package htmltext

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Piece is a run of text, or a picture of the mail itself ("cid:") that stands at this place.
type Piece struct {
	Text      string
	ContentID string
}

// mark encloses the number of a picture while the text around it is made: of the private use area, taken out of the input before.
const mark = "\uf8f0"

var marked = regexp.MustCompile(mark + `(\d+)` + mark)

// Pieces is sanitised HTML as [ToText] reads it, cut where its own pictures stand. known says of which pictures; others are left to their words.
func Pieces(sanitised string, known func(contentID string) bool) []Piece {
	var b strings.Builder
	var pictures []string
	z := html.NewTokenizer(strings.NewReader(strings.ReplaceAll(bounded(sanitised), mark, "")))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := string(z.Raw()) // reading attributes overwrites the raw bytes
		if image, ok := imageTag(z, kind); ok {
			if a := lookup(image.Attr, "src"); a != nil && strings.HasPrefix(a.Val, "cid:") && known(a.Val[len("cid:"):]) {
				raw = mark + strconv.Itoa(len(pictures)) + mark
				pictures = append(pictures, a.Val[len("cid:"):])
			}
		}
		b.WriteString(raw)
	}
	text := ToText(b.String())
	var out []Piece
	add := func(part string) {
		if part = strings.Trim(part, "\n "); part != "" {
			out = append(out, Piece{Text: part})
		}
	}
	from := 0
	for _, at := range marked.FindAllStringSubmatchIndex(text, -1) {
		n, err := strconv.Atoi(text[at[2]:at[3]])
		if err != nil || n >= len(pictures) {
			continue // an entity in the sender's text can look like a mark
		}
		add(text[from:at[0]])
		out = append(out, Piece{ContentID: pictures[n]})
		from = at[1]
	}
	add(text[from:])
	return out
}
