package htmltext

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxSheet     = 256 << 10 // bytes of style sheets that are read
	maxSelectors = 1000
	maxClasses   = 20      // of one element
	maxMatching  = 4 << 20 // comparisons for one mail
)

// sheet holds the rules of a mail's style elements. They are written into the style attributes of the elements that they
// fit, so that the result needs no style element: it can be quoted in an answer, and no rule reaches beyond it. Only selectors
// of elements, classes, ids and their nesting are understood; rules for media, states and attributes are left out.
type sheet struct {
	rules    map[string][]selector // by what the last part asks for: "#id", ".class", "element" or "*"
	read     int                   // bytes
	count    int
	matching int
	room     int // bytes that may still be written into attributes
}

// selector is one of the selectors of a rule, with its declarations.
type selector struct {
	parts        []part // the element itself first, then outwards
	declarations []declaration
	weight       int // specificity, then order
}

// part is what one element must be.
type part struct {
	name, id string
	classes  []string
	child    bool // the part before it is its child, not just somewhere within
}

// element is an open element as selectors see it.
type element struct {
	name, id string
	classes  []string
}

func describe(name string, given []html.Attribute) element {
	e := element{name: name}
	if a := lookup(given, "id"); a != nil {
		e.id = a.Val
	}
	if a := lookup(given, "class"); a != nil && len(a.Val) < 2000 {
		e.classes = strings.Fields(a.Val)
		e.classes = e.classes[:min(len(e.classes), maxClasses)]
	}
	return e
}

// add reads a style element.
func (s *sheet) add(text string) {
	if s.read += len(text); s.read > maxSheet {
		return
	}
	if s.rules == nil {
		s.rules = map[string][]selector{}
	}
	text = strings.NewReplacer("<!--", " ", "-->", " ").Replace(withoutComments(text))
	for text != "" {
		text = strings.TrimLeft(text, " \t\r\n\f};")
		if strings.HasPrefix(text, "@") {
			text = afterAtRule(text)
			continue
		}
		selectors, rest, ok := strings.Cut(text, "{")
		if !ok {
			return
		}
		block, after, _ := strings.Cut(rest, "}")
		text = after
		if declarations := safeDeclarations(block); len(declarations) > 0 {
			for one := range strings.SplitSeq(selectors, ",") {
				s.addSelector(one, declarations)
			}
		}
	}
}

// afterAtRule returns what follows an @-rule and its block.
func afterAtRule(text string) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth <= 0 {
				return text[i+1:]
			}
		case ';':
			if depth == 0 {
				return text[i+1:]
			}
		}
	}
	return ""
}

func (s *sheet) addSelector(text string, declarations []declaration) {
	if s.count >= maxSelectors || len(text) > 300 {
		return
	}
	fields := strings.Fields(strings.ReplaceAll(text, ">", " > "))
	if len(fields) == 0 || len(fields) > 20 {
		return
	}
	one := selector{declarations: declarations}
	child := false
	for _, f := range slices.Backward(fields) {
		if f == ">" {
			child = true
			continue
		}
		p, ok := parsePart(f)
		if !ok {
			return
		}
		p.child, child = child, false
		one.parts = append(one.parts, p)
		one.weight += p.weight()
	}
	if child || len(one.parts) == 0 {
		return
	}
	s.count++
	one.weight = one.weight*(2*maxSelectors) + s.count
	key := one.parts[0].key()
	s.rules[key] = append(s.rules[key], one)
}

// parsePart reads "td.price#sum" and the like; false where it holds more than names, classes and an id.
func parsePart(text string) (part, bool) {
	var p part
	for text != "" {
		end := strings.IndexAny(text[1:], ".#") + 1
		if end == 0 {
			end = len(text)
		}
		word := text[:end]
		text = text[end:]
		name := strings.TrimLeft(word, ".#")
		if word == "*" {
			continue
		}
		for i := range len(name) {
			if c := name[i]; !isAlphanumeric(c) && c != '-' && c != '_' {
				return p, false
			}
		}
		switch {
		case name == "" || len(word)-len(name) > 1:
			return p, false
		case word[0] == '.':
			p.classes = append(p.classes, name)
		case word[0] == '#':
			p.id = name
		default:
			p.name = strings.ToLower(name)
		}
	}
	return p, true
}

func (p part) weight() int {
	w := 10 * len(p.classes)
	if p.id != "" {
		w += 100
	}
	if p.name != "" {
		w++
	}
	return w
}

func (p part) key() string {
	switch {
	case p.id != "":
		return "#" + p.id
	case len(p.classes) > 0:
		return "." + p.classes[0]
	case p.name != "":
		return p.name
	}
	return "*"
}

func (p part) fits(e element) bool {
	if (p.name != "" && p.name != e.name) || (p.id != "" && p.id != e.id) {
		return false
	}
	for _, c := range p.classes {
		if !slices.Contains(e.classes, c) {
			return false
		}
	}
	return true
}

// style returns an element's attributes with the fitting rules in its style attribute, before its own declarations.
func (s *sheet) style(e element, within []element, given []html.Attribute) []html.Attribute {
	if len(s.rules) == 0 || s.room <= 0 || s.matching > maxMatching {
		return given
	}
	keys := []string{"*", e.name}
	for _, c := range e.classes {
		keys = append(keys, "."+c)
	}
	if e.id != "" {
		keys = append(keys, "#"+e.id)
	}
	var fitting []*selector
	for _, key := range keys {
		list := s.rules[key]
		for i := range list {
			if s.fits(&list[i], e, within) {
				fitting = append(fitting, &list[i])
			}
		}
	}
	if len(fitting) == 0 {
		return given
	}
	slices.SortFunc(fitting, func(a, b *selector) int { return cmp.Compare(a.weight, b.weight) })
	var all []declaration
	for _, f := range fitting {
		if len(all) > maxDeclarations {
			break
		}
		all = append(all, f.declarations...)
	}
	own := lookup(given, "style")
	if own != nil {
		all = append(all, safeDeclarations(own.Val)...)
	}
	text := join(lastOfEach(all))
	s.room -= len(text)
	if own != nil {
		given = slices.Clone(given)
		lookup(given, "style").Val = text
		return given
	}
	return append(slices.Clone(given), html.Attribute{Key: "style", Val: text})
}

// fits follows the parts outwards, taking the nearest element that fits each.
func (s *sheet) fits(one *selector, e element, within []element) bool {
	s.matching++
	if !one.parts[0].fits(e) {
		return false
	}
	at := len(within) - 1
	for _, p := range one.parts[1:] {
		for {
			s.matching++
			if at < 0 {
				return false
			}
			at--
			if p.fits(within[at+1]) {
				break
			}
			if p.child {
				return false
			}
		}
	}
	return true
}

// lastOfEach keeps the last declaration of each property.
func lastOfEach(all []declaration) []declaration {
	kept := all[:0:0]
	seen := map[string]bool{}
	for _, d := range slices.Backward(all) {
		if !seen[d.property] {
			seen[d.property] = true
			kept = append(kept, d)
		}
	}
	slices.Reverse(kept)
	return kept
}

// forScreen reports whether a style element is meant for more than paper.
func forScreen(given []html.Attribute) bool {
	a := lookup(given, "media")
	if a == nil {
		return true
	}
	media := strings.ToLower(strings.TrimSpace(a.Val))
	return media == "" || media == "all" || media == "screen"
}
