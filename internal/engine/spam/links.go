package spam

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

const (
	maxScanned = 256 << 10
	maxLinks   = 500
)

var (
	shorteners = set(`bit.ly tinyurl.com t.ly goo.gl ow.ly is.gd cutt.ly rb.gy rebrand.ly shorturl.at tiny.cc s.id qr.ae v.gd bl.ink lnkd.in t.co buff.ly adf.ly`)
	// cheapEndings are top-level domains that are given away, and hold far more spam than customers.
	cheapEndings = set(`top xyz icu click loan cam gq ml cf tk ga buzz monster quest rest sbs cyou cfd bond work surf bid win date stream racing download
		review country kim gdn men party trade accountant science zip mov`)
)

// link is an address in a mail, with the words that stand on it.
type link struct{ address, words string }

// shape is what the HTML of a mail looks like.
type shape struct {
	links                       []link
	images, form, active, smoke int
	text                        int // visible letters
}

// links weighs where a mail wants its reader to go, and how honestly.
func (j *judge) links(f Facts) {
	s := readShape(head(f.HTML, maxScanned))
	for _, address := range plainAddresses(head(f.Text, maxScanned)) {
		if len(s.links) < maxLinks {
			s.links = append(s.links, link{address: address})
		}
	}
	seen := map[string]bool{}
	once := func(code string, weight float64, detail string) {
		if !seen[code] {
			seen[code] = true
			j.add("links", code, weight, detail)
		}
	}
	for _, l := range s.links {
		judgeLink(l, once)
	}
	if s.form > 0 {
		once("form_in_mail", 1, "")
	}
	if s.active > 0 {
		once("active_content", 1, "")
	}
	if s.smoke > 40 && s.smoke*3 > s.text {
		once("hidden_text", 0.9, "")
	}
	if f.HTML != "" && s.images > 0 && s.text < 60 && len(s.links) > 0 {
		once("only_image", 1, "")
	}
}

func judgeLink(l link, once func(code string, weight float64, detail string)) {
	scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(l.address)), ":")
	if scheme == "javascript" || scheme == "vbscript" || scheme == "data" {
		once("script_link", 1.6, scheme)
		return
	}
	u, err := url.Parse(strings.TrimSpace(l.address))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return
	}
	host := strings.ToLower(u.Hostname())
	if host == "" {
		return
	}
	if _, err := netip.ParseAddr(host); err == nil || allDigits(host) {
		once("link_to_number", 1.2, host)
	}
	if u.User != nil {
		once("link_with_user", 1.2, host)
	}
	if shorteners[strings.TrimPrefix(host, "www.")] {
		once("short_link", 0.5, host)
	}
	if cheapEndings[host[strings.LastIndexByte(host, '.')+1:]] {
		once("cheap_domain", 0.7, host)
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" && port != "8080" && port != "8443" {
		once("odd_port", 0.5, host)
	}
	if strings.Count(host, ".") >= 5 {
		once("long_host", 0.5, host)
	}
	if shown := hostIn(l.words); shown != "" && !sameSite(shown, host) {
		once("link_lies", 1.1, host)
	}
}

// allDigits tells hosts written as one number, such as 2130706433 or 0x7f000001.
func allDigits(host string) bool {
	_, err := strconv.ParseUint(host, 0, 64)
	return err == nil
}

// hostIn returns the host that the words on a link claim to lead to, or "".
func hostIn(words string) string {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" || len(words) > 300 || strings.ContainsAny(words, " \t\n@") {
		return ""
	}
	rest, hasScheme := words, false
	for _, scheme := range []string{"https://", "http://"} {
		if r, ok := strings.CutPrefix(words, scheme); ok {
			rest, hasScheme = r, true
		}
	}
	if !hasScheme && !strings.HasPrefix(words, "www.") {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#:"); i >= 0 {
		rest = rest[:i]
	}
	if !strings.Contains(rest, ".") || strings.ContainsAny(rest, "…%") {
		return ""
	}
	return rest
}

func readShape(markup string) shape {
	var s shape
	z := html.NewTokenizer(strings.NewReader(markup))
	var words strings.Builder
	inLink, hidden := false, ""
	finish := func() {
		if inLink && len(s.links) > 0 {
			s.links[len(s.links)-1].words = words.String()
		}
		inLink = false
		words.Reset()
	}
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		switch kind {
		case html.TextToken:
			text := strings.TrimSpace(string(z.Text()))
			if hidden != "" {
				s.smoke += len(text)
				continue
			}
			s.text += len(text)
			if inLink && words.Len() < 400 {
				words.WriteString(text)
			}
		case html.EndTagToken:
			b, _ := z.TagName()
			name := string(b)
			if name == "a" {
				finish()
			}
			if name == hidden {
				hidden = ""
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, href, style := readTag(z)
			switch name {
			case "a", "area":
				finish()
				if href != "" && len(s.links) < maxLinks {
					s.links = append(s.links, link{address: href})
					inLink = true
				}
			case "img":
				s.images++
			case "form", "input":
				s.form++
			case "script", "iframe", "object", "embed", "applet":
				s.active++
			}
			if kind == html.StartTagToken && (name == "style" || name == "script" || name == "title") {
				z.Next() // their raw text is no text of the mail
			}
			if hidden == "" && (name == "span" || name == "div" || name == "p" || name == "font" || name == "td") && invisible(style) {
				hidden = name
			}
		}
	}
	finish()
	return s
}

func readTag(z *html.Tokenizer) (name, href, style string) {
	b, more := z.TagName()
	name = string(b)
	for n := 0; more && n < 64; n++ {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			href = head(string(value), 8<<10)
		case "style":
			style = head(strings.ToLower(string(value)), 2<<10)
		}
	}
	return name, href, style
}

func invisible(style string) bool {
	style = strings.Join(strings.Fields(style), "")
	for _, s := range []string{"font-size:0;", "font-size:0px", "font-size:1px", "display:none", "visibility:hidden", "opacity:0;"} {
		if strings.Contains(style+";", s) {
			return true
		}
	}
	return false
}

// plainAddresses returns the web addresses in plain text.
func plainAddresses(text string) []string {
	var found []string
	for len(found) < maxLinks {
		i := strings.Index(text, "http")
		if i < 0 {
			break
		}
		text = text[i:]
		end := strings.IndexFunc(text, unicode.IsSpace) // a word holds one address at most
		if end < 0 {
			end = len(text)
		}
		if word := text[:end]; strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			found = append(found, strings.TrimRight(head(word, 8<<10), `.,;:!?)>]}"'`))
		}
		text = text[end:]
	}
	return found
}
