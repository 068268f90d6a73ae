package htmltext

import (
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

const foreignElements = `a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup
	dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark menu nav
	ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`

const composedElements = `a b blockquote br code em h1 h2 h3 i img li ol p pre s span strong u ul`

var (
	foreignRules  = rules{elements: set(foreignElements), attributes: foreignAttributes, styled: true}
	quotedRules   = rules{elements: set(foreignElements)} // with attributes of each quotation
	composedRules = rules{elements: set(composedElements), attributes: composedAttributes}
)

// plain attributes are kept where their value matches; a mail cannot do harm with them.
var plain = map[string]*regexp.Regexp{
	"align":       word,
	"valign":      word,
	"dir":         regexp.MustCompile(`^(?i:ltr|rtl|auto)$`),
	"lang":        regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`),
	"width":       length,
	"height":      length,
	"border":      number,
	"cellpadding": number,
	"cellspacing": number,
	"colspan":     number,
	"rowspan":     number,
	"span":        number,
	"hspace":      number,
	"vspace":      number,
	"start":       number,
	"value":       number,
	"size":        regexp.MustCompile(`^[+-]?[0-9]{1,4}$`),
	"nowrap":      regexp.MustCompile(`^(?i:|nowrap|true)$`),
	"reversed":    regexp.MustCompile(`^(?i:|reversed)$`),
	"open":        regexp.MustCompile(`^(?i:|open)$`),
	"type":        regexp.MustCompile(`^(?i:1|a|i|disc|circle|square)$`),
	"bgcolor":     colour,
	"color":       colour,
	"face":        regexp.MustCompile(`^[A-Za-z0-9 ,'"-]{1,200}$`),
	"class":       regexp.MustCompile(`^[A-Za-z0-9 _-]{1,200}$`),
	"role":        regexp.MustCompile(`^(?i:presentation|none|img|list|listitem)$`),
	"title":       anything,
	"alt":         anything,
	"aria-label":  anything,
	"aria-hidden": regexp.MustCompile(`^(?i:true|false)$`),
	"datetime":    regexp.MustCompile(`^[0-9A-Za-z:.+ -]{1,40}$`),
}

var (
	word     = regexp.MustCompile(`^[A-Za-z-]{1,12}$`)
	number   = regexp.MustCompile(`^[0-9]{1,5}$`)
	length   = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,4})?(px|%|pt|em)?$`)
	colour   = regexp.MustCompile(`^(#?[0-9A-Za-z]{1,24}|rgb\([0-9 ,%]{5,30}\))$`)
	anything = regexp.MustCompile(`(?s)^.{0,1000}$`)
)

const anchorPrefix = "mail-"

var anchorName = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,100}$`)

func foreignAttributes(name string, given []html.Attribute) ([]html.Attribute, bool) {
	kept := make([]html.Attribute, 0, len(given)+2)
	for _, a := range given {
		if rule, ok := plain[a.Key]; ok {
			if rule.MatchString(a.Val) {
				kept = append(kept, html.Attribute{Key: a.Key, Val: clean(a.Val)})
			}
			continue
		}
		if a.Key == "style" {
			if s := safeStyle(a.Val); s != "" {
				kept = append(kept, html.Attribute{Key: "style", Val: s})
			}
		}
	}
	if id := anchor(name, given); id != "" {
		kept = append(kept, html.Attribute{Key: "id", Val: id})
	}
	switch name {
	case "a":
		kept = append(kept, link(given)...)
	case "img":
		source := imageSource(given)
		if source == nil && lookup(kept, "alt") == nil {
			return nil, false
		}
		kept = append(kept, source...)
	}
	return kept, true
}

// anchor returns the id of an element that links within the mail may lead to, prefixed so that it shadows no name in any
// script of ours (DOM clobbering).
func anchor(name string, given []html.Attribute) string {
	for _, key := range []string{"id", "name"} {
		a := lookup(given, key)
		if a == nil || (key == "name" && name != "a") || !anchorName.MatchString(a.Val) {
			continue
		}
		return prefixed(a.Val)
	}
	return ""
}

func prefixed(id string) string {
	if len(id) > len(anchorPrefix) && id[:len(anchorPrefix)] == anchorPrefix {
		return id
	}
	return anchorPrefix + id
}

func link(given []html.Attribute) []html.Attribute {
	a := lookup(given, "href")
	if a == nil {
		return nil
	}
	if len(a.Val) > 1 && a.Val[0] == '#' && anchorName.MatchString(a.Val[1:]) {
		return []html.Attribute{{Key: "href", Val: "#" + prefixed(a.Val[1:])}}
	}
	address := safeLink(a.Val)
	if address == "" {
		return nil
	}
	return []html.Attribute{
		{Key: "href", Val: address},
		{Key: "target", Val: "_blank"},
		{Key: "rel", Val: "noopener noreferrer"},
	}
}

const remoteSource = "data-remote-src"

func imageSource(given []html.Attribute) []html.Attribute {
	if a := lookup(given, "src"); a != nil {
		if local := localImage(a.Val); local != "" {
			return []html.Attribute{{Key: "src", Val: local}}
		}
		if remote := remoteAddress(a.Val); remote != "" {
			return []html.Attribute{{Key: remoteSource, Val: remote}}
		}
	}
	if a := lookup(given, remoteSource); a != nil {
		if remote := remoteAddress(a.Val); remote != "" {
			return []html.Attribute{{Key: remoteSource, Val: remote}}
		}
	}
	return nil
}

// quotedAttributes takes what foreignAttributes keeps, puts remote images back and leaves out ids and those of the mail's own parts that do not go along.
func quotedAttributes(name string, given []html.Attribute, part func(contentID string) string) ([]html.Attribute, bool) {
	attributes, ok := foreignAttributes(name, given)
	if !ok {
		return nil, false
	}
	kept := attributes[:0]
	for _, a := range attributes {
		switch {
		case a.Key == "id" || a.Key == "href" && a.Val[0] == '#':
			continue
		case a.Key == remoteSource:
			a.Key = "src"
		case a.Key == "src" && a.Val[:4] == "cid:":
			id := ""
			if part != nil {
				id = part(a.Val[4:])
			}
			if id == "" {
				continue
			}
			a.Val = "cid:" + id
		}
		kept = append(kept, a)
	}
	if name == "img" && lookup(kept, "src") == nil && lookup(kept, "alt") == nil {
		return nil, false
	}
	return kept, true
}

func composedAttributes(name string, given []html.Attribute) ([]html.Attribute, bool) {
	switch name {
	case "a":
		attributes := link(given)
		return attributes, len(attributes) == 3 // a link within the page has no place in a message
	case "img":
		a := lookup(given, "src")
		if a == nil {
			return nil, false
		}
		source := localImage(a.Val)
		if source == "" {
			return nil, false
		}
		return append([]html.Attribute{{Key: "src", Val: source}}, pick(given, "alt", "width", "height")...), true
	case "ol":
		return pick(given, "start"), true
	case "span":
		kind, id := lookup(given, "data-type"), lookup(given, "data-id")
		if kind == nil || kind.Val != "mention" || id == nil || !mentionID.MatchString(id.Val) {
			return nil, false
		}
		return []html.Attribute{{Key: "class", Val: "mention"}, {Key: "data-type", Val: "mention"}, {Key: "data-id", Val: id.Val}}, true
	}
	return nil, true
}

var mentionID = regexp.MustCompile(`^[0-9]{1,16}$`)

func pick(given []html.Attribute, keys ...string) []html.Attribute {
	var kept []html.Attribute
	for _, key := range keys {
		if a := lookup(given, key); a != nil && plain[key].MatchString(a.Val) {
			kept = append(kept, html.Attribute{Key: key, Val: clean(a.Val)})
		}
	}
	return kept
}

// The gates repeat the lists for bluemonday.
var (
	foreignGate  = sync.OnceValue(newForeignGate)
	quotedGate   = sync.OnceValue(newQuotedGate)
	composedGate = sync.OnceValue(newComposedGate)
)

var (
	gateLink   = regexp.MustCompile(`^(?:https?://|mailto:|tel:|sms:|#mail-)`)
	gateImage  = regexp.MustCompile(`^(?:cid:|data:image/(?:png|jpeg|gif|webp|bmp|x-icon);base64,[A-Za-z0-9+/=]*$)`)
	gateRemote = regexp.MustCompile(`^https?://`)
	gateStyle  = regexp.MustCompile(`^[^\\<>@{}&]*$`)
)

func newGate(elements string) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name := range set(elements) {
		p.AllowElements(name)
		p.AllowNoAttrs().OnElements(name)
	}
	p.AllowAttrs("href").Matching(gateLink).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer$`)).OnElements("a")
	p.AllowAttrs("src").Matching(gateImage).OnElements("img")
	return p
}

func newQuotedGate() *bluemonday.Policy {
	p := newGate(foreignElements)
	for key, rule := range plain {
		p.AllowAttrs(key).Matching(rule).Globally()
	}
	p.AllowAttrs("style").Matching(gateStyle).Globally()
	p.AllowAttrs("src").Matching(gateRemote).OnElements("img")
	return p
}

func newForeignGate() *bluemonday.Policy {
	p := newGate(foreignElements)
	for key, rule := range plain {
		p.AllowAttrs(key).Matching(rule).Globally()
	}
	p.AllowAttrs("style").Matching(gateStyle).Globally()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^mail-[A-Za-z0-9_.:-]+$`)).Globally()
	p.AllowAttrs(remoteSource).Matching(gateRemote).OnElements("img")
	return p
}

func newComposedGate() *bluemonday.Policy {
	p := newGate(composedElements)
	for _, key := range []string{"alt", "width", "height"} {
		p.AllowAttrs(key).Matching(plain[key]).OnElements("img")
	}
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("class", "data-type").Matching(regexp.MustCompile(`^mention$`)).OnElements("span")
	p.AllowAttrs("data-id").Matching(mentionID).OnElements("span")
	return p
}
