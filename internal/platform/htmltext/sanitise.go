// Package htmltext makes foreign HTML safe to show, and turns HTML into readable plain text and back.
//
// Foreign markup is never repaired and passed on: it is read as tokens, judged against allow-lists and written anew by
// a writer that knows how browsers nest elements, so that what a browser builds from the result is what was judged.
// The written result then passes bluemonday with the same lists, as a second opinion by other hands. The package holds
// no state, does no I/O, and every function costs time and memory linear in its input.
package htmltext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	// MaxInput is how many bytes of HTML are looked at; what is beyond is left out, so that a mail made of markup cannot
	// occupy a core. The raw mail still holds all of it.
	MaxInput = 4 << 20
	// maxDepth is how deep elements may nest in the output. Browsers flatten at 512; long reply chains in layout tables
	// stay below 150. Deeper elements lose their tags and keep their text.
	maxDepth = 256
	// maxAttributes is how many attributes of one tag are looked at.
	maxAttributes = 64
)

// Sanitise returns the part of a foreign mail's HTML that is safe to show in a sandboxed frame with a Content Security
// Policy of its own. The result is a balanced fragment (no html, head or body element) of at most 256 levels:
//
//   - no script, form, frame, object, SVG or MathML, no event handler, no comment;
//   - style attributes hold only properties of an allow-list, without url() and without positioning; the rules of the
//     mail's style elements are written into them, and the elements left out;
//   - links lead to http, https, mailto, tel or sms only, and open outside the frame (rel="noopener noreferrer");
//   - nothing is loaded: a remote image has its address in data-remote-src instead of src (see [RemoteImages] and
//     [ShowRemote]), "cid:" stays as src for [ShowInline], "data:" stays for raster images;
//   - ids and names carry the prefix "mail-".
//
// At most [MaxInput] bytes are read. It never fails: what cannot be understood is left out or becomes text. Applying it to its own
// result changes nothing.
func Sanitise(foreign string) string {
	return foreignGate().Sanitize(rewrite(foreign, foreignRules)) //nolint:misspell // their spelling
}

// SanitiseComposed returns what our own agents' editor may have produced: paragraphs, headings of level 1 to 3, bold,
// italic, underlined and struck text, links, lists, quotes, code, images by "cid:" or "data:", and mentions
// (<span data-type="mention" data-id="7">). Everything else loses its tags and keeps its text, with a line break where a block ended. The bounds are those of [Sanitise].
func SanitiseComposed(composed string) string {
	return composedGate().Sanitize(rewrite(composed, composedRules)) //nolint:misspell // their spelling
}

// Quoted returns what of sanitised HTML may be quoted in a mail that we send: it looks as it was, its remote images lead to where they
// led, and it has no ids and no parts of the mail it came from ("cid:").
func Quoted(sanitised string) string { return QuotedWith(sanitised, nil) }

// QuotedWith is Quoted with those parts of the mail that go along: part returns under which Content-ID one does, "" where it stays behind. Parts are asked for as they are
// written, as by [ShowInline].
func QuotedWith(sanitised string, part func(contentID string) string) string {
	r := quotedRules
	r.attributes = func(name string, given []html.Attribute) ([]html.Attribute, bool) {
		return quotedAttributes(name, given, part)
	}
	return quotedGate().Sanitize(rewrite(sanitised, r)) //nolint:misspell // their spelling
}

// rules say what a rewriting lets through.
type rules struct {
	elements map[string]bool
	// styled writes the mail's style sheets into style attributes.
	styled bool
	// attributes returns the attributes to write, or false where the element's tags are to be left out.
	attributes func(name string, given []html.Attribute) ([]html.Attribute, bool)
}

// hidden elements lose their content too: it is not meant for reading, or not as text.
var hidden = set("script style head title template svg math object applet audio video canvas iframe frameset noembed noframes noscript select datalist map xml")

func rewrite(foreign string, r rules) string {
	z := html.NewTokenizer(strings.NewReader(bounded(foreign)))
	w := newWriter(len(foreign))
	styles := sheet{room: 2*min(len(foreign), MaxInput) + 64<<10}
	skip := skipper{}
	inStyle := false
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return w.finish() // the only error of a string reader is its end
		case html.TextToken:
			switch {
			case inStyle && (skip.name == "style" || skip.name == "head"):
				styles.add(string(z.Text()))
			case !skip.active():
				w.text(string(z.Text()))
			}
			inStyle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, given := tag(z)
			inStyle = r.styled && name == "style" && forScreen(given)
			if skip.start(name, kind == html.SelfClosingTagToken) {
				continue
			}
			if !r.elements[name] {
				w.gap(name)
				continue
			}
			e := describe(name, given)
			if r.styled {
				given = styles.style(e, w.described, given)
			}
			attributes, ok := r.attributes(name, given)
			if !ok {
				continue
			}
			w.start(name, attributes)
			w.describeTop(e)
		case html.EndTagToken:
			b, _ := z.TagName()
			name := string(b)
			if skip.end(name) {
				continue
			}
			if name == "br" { // browsers read </br> as <br>
				w.start("br", nil)
				continue
			}
			if !r.elements[name] {
				w.gap(name)
				continue
			}
			w.end(name)
		}
	}
}

// bounded cuts to MaxInput at a rune boundary and makes valid UTF-8 of the rest.
func bounded(s string) string {
	if len(s) > MaxInput {
		cut := MaxInput
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// tag reads name and attributes of the current tag. The first of equal attributes counts, as in browsers.
func tag(z *html.Tokenizer) (name string, attributes []html.Attribute) {
	b, more := z.TagName()
	name = string(b)
	for more && len(attributes) < maxAttributes {
		var key, value []byte
		key, value, more = z.TagAttr()
		if lookup(attributes, string(key)) == nil {
			attributes = append(attributes, html.Attribute{Key: string(key), Val: string(value)})
		}
	}
	return name, attributes
}

func lookup(attributes []html.Attribute, key string) *html.Attribute {
	for i := range attributes {
		if attributes[i].Key == key {
			return &attributes[i]
		}
	}
	return nil
}

// skipper follows which hidden element we are in. Only the outermost counts, with its own nested namesakes: a stray end
// tag of another hidden element must not open or close anything.
type skipper struct {
	name  string
	depth int
}

func (s *skipper) active() bool { return s.depth > 0 }

// start reports whether the tag belongs to hidden content.
func (s *skipper) start(name string, selfClosing bool) bool {
	if s.active() {
		if name == s.name && !selfClosing {
			s.depth++
		}
		// A head that nobody closed ends where the body starts (HTML standard, 13.2.6.4.4).
		if s.name == "head" && (name == "body" || bodyContent[name]) {
			s.depth = 0
			return false
		}
		return true
	}
	if !hidden[name] {
		return false
	}
	// Only foreign content may close itself; <script/> and <iframe/> open for browsers.
	if selfClosing && (name == "svg" || name == "math" || name == "xml") {
		return true
	}
	s.name, s.depth = name, 1
	return true
}

var bodyContent = set(foreignElements)

func (s *skipper) end(name string) bool {
	if !s.active() {
		return hidden[name]
	}
	if name == s.name {
		s.depth--
	}
	return true
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
