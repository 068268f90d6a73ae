package htmltext

import (
	"strings"

	"golang.org/x/net/html"
)

// RemoteImages returns the addresses of images elsewhere that sanitised HTML refers to, each once, in order of
// appearance. They are http or https.
func RemoteImages(sanitised string) []string {
	var addresses []string
	seen := map[string]bool{}
	eachImage(sanitised, func(image html.Token) string {
		if a := lookup(image.Attr, remoteSource); a != nil && !seen[a.Val] {
			seen[a.Val] = true
			addresses = append(addresses, a.Val)
		}
		return ""
	})
	return addresses
}

// ShowRemote gives the remote images of sanitised HTML a src: what via returns for their address, which is meant to lead
// to our own proxy. Where via returns "" the image stays hidden.
func ShowRemote(sanitised string, via func(address string) string) string {
	return rewriteImages(sanitised, func(image html.Token) string {
		if a := lookup(image.Attr, remoteSource); a != nil {
			return via(a.Val)
		}
		return ""
	})
}

// ShowInline replaces the "cid:" sources of sanitised HTML by what via returns for the Content-ID (percent-decoded by
// the sender or not, as it was written). Where via returns "" the image stays without a picture.
func ShowInline(sanitised string, via func(contentID string) string) string {
	return rewriteImages(sanitised, func(image html.Token) string {
		if a := lookup(image.Attr, "src"); a != nil && strings.HasPrefix(a.Val, "cid:") {
			return via(a.Val[len("cid:"):])
		}
		return ""
	})
}

// eachImage calls visit for each image.
func eachImage(sanitised string, visit func(html.Token) string) {
	z := html.NewTokenizer(strings.NewReader(sanitised))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if image, ok := imageTag(z, kind); ok {
			visit(image)
		}
	}
}

// rewriteImages copies HTML and gives the images for which source returns an address that address as their src.
func rewriteImages(sanitised string, source func(html.Token) string) string {
	var b strings.Builder
	b.Grow(len(sanitised) + 256)
	z := html.NewTokenizer(strings.NewReader(sanitised))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		raw := string(z.Raw()) // reading attributes overwrites the raw bytes
		image, ok := imageTag(z, kind)
		if !ok {
			b.WriteString(raw)
			continue
		}
		address := source(image)
		if address == "" {
			b.WriteString(raw)
			continue
		}
		b.WriteString(`<img src="`)
		b.WriteString(html.EscapeString(address))
		b.WriteByte('"')
		for _, a := range image.Attr {
			if a.Key != "src" && a.Key != remoteSource {
				b.WriteString(` ` + a.Key + `="` + html.EscapeString(a.Val) + `"`)
			}
		}
		b.WriteByte('>')
	}
}

func imageTag(z *html.Tokenizer, kind html.TokenType) (html.Token, bool) {
	if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
		return html.Token{}, false
	}
	name, attributes := tag(z)
	return html.Token{Type: kind, Data: name, Attr: attributes}, name == "img"
}
