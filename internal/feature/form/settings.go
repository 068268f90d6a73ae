package form

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/locale"
)

// mostGreeting is the length of a greeting in characters.
const mostGreeting = 600

// check brings the settings into the form in which they are kept.
func (f *Form) check() error {
	for field, asked := range map[string]string{"body.name": f.Name, "body.subject": f.Subject} {
		if !slices.Contains([]string{"off", "optional", "required"}, asked) {
			return desk.RefuseField(desk.Invalid, field, "must be off, optional or required")
		}
	}
	f.Accent = strings.ToLower(strings.TrimSpace(f.Accent))
	if !colour.MatchString(f.Accent) {
		return desk.WhyNoColour.At("body.accent")
	}
	origins := []string{}
	for i, o := range f.Origins {
		if strings.TrimSpace(o) == "" {
			continue
		}
		site, ok := origin(o)
		if !ok {
			return desk.WhyNoWebsite.At(fmt.Sprintf("body.origins[%d]", i), fmt.Sprintf("%.80s", strings.TrimSpace(o)))
		}
		if !slices.Contains(origins, site) {
			origins = append(origins, site)
		}
	}
	f.Origins = origins
	greeting := map[string]string{}
	for lang, text := range f.Greeting {
		if !slices.Contains(locale.Languages, lang) {
			return desk.RefuseField(desk.Invalid, "body.greeting", "customers are not written to in %q", lang)
		}
		if text = strings.TrimSpace(db.Text(text)); text != "" {
			greeting[lang] = text
		}
		if utf8.RuneCountInString(text) > mostGreeting {
			return desk.WhyTooLong.At("body.greeting", mostGreeting)
		}
	}
	f.Greeting = greeting
	if f.Privacy = strings.TrimSpace(f.Privacy); f.Privacy != "" {
		u, err := url.Parse(f.Privacy)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return desk.WhyNoURL.At("body.privacy")
		}
		f.Privacy = u.String()
	}
	return nil
}

var (
	colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	host   = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$`)
)

// origin is a website as Content-Security-Policy names it (CSP 3, 2.3.1: scheme, host, port). People paste whole addresses: what follows the host is left out.
func origin(typed string) (string, bool) {
	scheme, rest, found := strings.Cut(strings.ToLower(strings.TrimSpace(typed)), "://")
	if !found {
		scheme, rest = "https", scheme
	}
	rest, _, _ = strings.Cut(rest, "/")
	wild := ""
	if name, ok := strings.CutPrefix(rest, "*."); ok {
		wild, rest = "*.", name
	}
	name, port, hasPort := strings.Cut(rest, ":")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	if hasPort {
		name += ":" + port
	}
	if scheme != "https" && scheme != "http" || len(name) > 253 || !host.MatchString(wild+name) {
		return "", false
	}
	return scheme + "://" + wild + name, true
}

// Shows reports whether a website, as browsers send it in Origin, may show the form.
func (f Form) Shows(site string) bool {
	if len(f.Origins) == 0 {
		return true
	}
	scheme, name, ok := strings.Cut(strings.ToLower(site), "://")
	for _, o := range f.Origins {
		s, pattern, _ := strings.Cut(o, "://")
		if !ok || s != scheme {
			continue
		}
		if below, wild := strings.CutPrefix(pattern, "*"); pattern == name || wild && strings.HasSuffix(name, below) && len(name) > len(below) {
			return true
		}
	}
	return false
}

// Ink is the colour of text on the accent: black or white, whichever has the higher contrast (WCAG 2.2, 1.4.3). It is never below 4.5:1.
func (f Form) Ink() string {
	l := luminance(f.Accent)
	if (l+0.05)/0.05 >= 1.05/(l+0.05) {
		return "#000000"
	}
	return "#ffffff"
}
