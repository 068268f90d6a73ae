package app

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"tellus/internal/desk"
)

const lookupLimit = 5 * time.Second

// selectors under which providers publish DKIM keys. A selector is told by the signed mail only (RFC 6376 section 3.1), so we try those in
// wide use.
var selectors = []string{
	"default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "k3", "key1", "key2", "smtp", "email", "mx",
	"fm1", "fm2", "fm3", "zoho", "zmail", "protonmail", "protonmail2", "protonmail3", "mxvault", "sig1", "mandrill", "mg", "pm", "scph", "turbo-smtp", "mailjet",
}

// domainsOf returns the domains of an inbox's addresses.
func domainsOf(in desk.Inbox) []string {
	found := map[string]bool{}
	for _, address := range append([]string{in.Address}, in.Aliases...) {
		if _, domain, ok := desk.SplitMail(address); ok && domain != "" {
			found[strings.ToLower(domain)] = true
		}
	}
	return sorted(found)
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// domain looks at the records that decide whether other servers believe mail from a domain.
func (x *examination) domain(ctx context.Context, domain string, received bool) {
	subject := "DNS of " + domain
	if !strings.Contains(domain, ".") || isReserved(domain) {
		x.note(subject, "It is a name for trying out; the world will not answer to it.", "")
		return
	}
	if received {
		x.mx(ctx, subject, domain)
	}
	x.spf(ctx, subject, domain)
	x.dkim(ctx, subject, domain)
	x.dmarc(ctx, subject, domain)
}

// isReserved reports whether a name can never be public (RFC 2606, RFC 6761).
func isReserved(domain string) bool {
	for _, end := range []string{"test", "example", "invalid", "localhost", "local", "internal"} {
		if domain == end || strings.HasSuffix(domain, "."+end) {
			return true
		}
	}
	return strings.HasSuffix("."+domain, ".example.com") || strings.HasSuffix("."+domain, ".example.org") || strings.HasSuffix("."+domain, ".example.net")
}

// txt returns the TXT records of a name that begin with version; ok is false where nobody answered, which was reported.
func (x *examination) txt(ctx context.Context, subject, name, version string) (found []string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	records, err := x.resolve.LookupTXT(ctx, name)
	if err != nil && !notThere(err) {
		x.unanswered(subject, err)
		return nil, false
	}
	for _, r := range records {
		// RFC 7208 4.5, RFC 7489 6.6.3: the version tag is the whole first word.
		if first, _, _ := strings.Cut(strings.TrimSpace(r), " "); strings.EqualFold(strings.TrimRight(first, ";"), version) ||
			len(first) > len(version) && strings.EqualFold(first[:len(version)], version) && first[len(version)] == ';' {
			found = append(found, r)
		}
	}
	return found, true
}

func notThere(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

func (x *examination) unanswered(subject string, err error) {
	x.note(subject, sentence("The resolver gave no answer: "+err.Error()), "Check this machine's resolver (/etc/resolv.conf), and try again.")
}

func (x *examination) mx(ctx context.Context, subject, domain string) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	records, err := x.resolve.LookupMX(ctx, domain)
	if err != nil && !notThere(err) {
		x.unanswered(subject, err)
		return
	}
	if len(records) == 0 {
		x.bad(subject, "It has no MX record: nobody's mail finds the built-in receiver.", "Publish: "+domain+". MX 10 and the name of this machine.")
		return
	}
	var names []string
	for _, r := range records {
		host := strings.TrimSuffix(r.Host, ".")
		names = append(names, host)
		if host == "" { // RFC 7505
			x.bad(subject, "Its MX record says that it takes no mail.", "Replace it by MX 10 and the name of this machine.")
			return
		}
		if _, err := x.resolve.LookupHost(ctx, host); err != nil && notThere(err) {
			x.bad(subject, "Its MX record names "+host+", which has no address.", "Publish an A or AAAA record for it.")
			return
		}
	}
	x.good(subject, "Mail goes to %s: see that this is where the built-in receiver listens.", strings.Join(names, ", "))
}

func (x *examination) spf(ctx context.Context, subject, domain string) {
	found, ok := x.txt(ctx, subject, domain, "v=spf1")
	switch {
	case !ok:
	case len(found) == 0:
		x.bad(subject, "It has no SPF record: answers are likely to end up as spam.",
			"Publish a TXT record such as \"v=spf1 include:… -all\", with what your mail provider names.")
	case len(found) > 1: // RFC 7208 section 3.2
		x.bad(subject, "It has several SPF records, which counts as none.", "Join them into one.")
	case strings.Contains(strings.ToLower(found[0]), "+all"):
		x.bad(subject, "Its SPF record lets everybody send as you (+all).", "End it with -all or ~all.")
	default:
		x.good(subject, "SPF says %s", found[0])
	}
}

func (x *examination) dkim(ctx context.Context, subject, domain string) {
	for _, s := range selectors {
		one, cancel := context.WithTimeout(ctx, lookupLimit)
		records, err := x.resolve.LookupTXT(one, s+"._domainkey."+domain)
		cancel()
		if err != nil && !notThere(err) {
			x.unanswered(subject, err)
			return
		}
		for _, r := range records {
			if strings.Contains(r, "p=") {
				x.good(subject, "A DKIM key is published as %s._domainkey.", s)
				return
			}
		}
	}
	x.note(subject, "No DKIM key was found under the names that providers use.",
		"Have your mail provider sign your mail. Where it does under another name, all is well: a mail from you that shows dkim=pass proves it.")
}

func (x *examination) dmarc(ctx context.Context, subject, domain string) {
	found, ok := x.txt(ctx, subject, "_dmarc."+domain, "v=DMARC1")
	if ok && len(found) == 0 {
		if parent := organisational(domain); parent != domain { // RFC 7489 section 6.6.3
			found, ok = x.txt(ctx, subject, "_dmarc."+parent, "v=DMARC1")
		}
	}
	switch {
	case !ok:
	case len(found) == 0:
		x.bad(subject, "It has no DMARC record: large providers refuse or hide mail from such domains.",
			"Publish a TXT record at _dmarc."+domain+": \"v=DMARC1; p=none; rua=mailto:postmaster@"+domain+"\", and tighten it later.")
	case len(found) > 1:
		x.bad(subject, "It has several DMARC records, which counts as none.", "Keep one.")
	default:
		x.good(subject, "DMARC says %s", found[0])
	}
}

// organisational is the domain that somebody registered, of which a name is a part: where the parent's record is looked for (RFC 7489 section 3.2).
func organisational(domain string) string {
	parent, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil { // a public suffix itself
		return domain
	}
	return parent
}
