// Package verdict says whether a mail comes from whom it claims: by asking DNS when we are the first server of our side (SPF, DKIM, DMARC), or by
// reading what a server before us found out. It never refuses a mail.
package verdict

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"tellus/internal/channel/email/spf"
	"tellus/internal/desk"
)

const mostSignatures = 5

// Checker checks mails as they come in.
type Checker struct {
	Resolver spf.Resolver  // put a Cache before a real one
	Limit    time.Duration // of one check as a whole; 5 s where zero. What DNS has not answered then is a temperror
}

// Delivery is what the transport knew of a mail.
type Delivery struct {
	Peer netip.Addr
	Helo string
	From string // MAIL FROM; "" for the null sender
}

// Check judges a mail. header are its fields (see Header), open gives the whole of it from its beginning.
func (c *Checker) Check(ctx context.Context, d Delivery, header []string, open func() io.Reader) *desk.Verdicts {
	ctx, cancel := context.WithTimeout(ctx, c.limit())
	defer cancel()

	var (
		both      sync.WaitGroup
		spfResult spf.Result
		spfDomain string
		signed    signatures
	)
	both.Go(func() { spfResult, spfDomain = spf.Check(ctx, c.Resolver, d.Peer, d.Helo, d.From) })
	both.Go(func() { signed = c.signatures(ctx, open) })
	both.Wait()

	v := &desk.Verdicts{SPF: string(spfResult), DKIM: signed.result}
	v.DMARC, v.From = c.policy(ctx, Author(header), spfResult, spfDomain, signed)
	return v
}

// Arrived judges a mail that another server took for us: by what that server wrote into the header, and otherwise, where signed is set, by the
// mail's own signatures, which are all that can still be checked. They can show that the author's domain vouches for the mail, never that it does
// not: SPF might have. nil where nothing is known.
func (c *Checker) Arrived(ctx context.Context, raw []byte, signed bool) *desk.Verdicts {
	header := Header(raw)
	if v := FromHeaders(header, ""); v != nil || !signed || !hasSignature(header) {
		return v
	}
	ctx, cancel := context.WithTimeout(ctx, c.limit())
	defer cancel()
	found := c.signatures(ctx, func() io.Reader { return bytes.NewReader(raw) })
	v := &desk.Verdicts{DKIM: found.result}
	if result, from := c.policy(ctx, Author(header), spf.TempError, "", found); result == "pass" || result == "none" {
		v.DMARC, v.From = result, from
	}
	return v
}

func hasSignature(header []string) bool {
	return slices.ContainsFunc(header, func(field string) bool {
		name, _, _ := strings.Cut(field, ":")
		return strings.EqualFold(strings.TrimSpace(name), "DKIM-Signature")
	})
}

func (c *Checker) limit() time.Duration {
	if c.Limit <= 0 {
		return 5 * time.Second
	}
	return c.Limit
}

// signatures are what the DKIM signatures of a mail amount to.
type signatures struct {
	result  string   // pass where any is good (RFC 6376 6.1)
	domains []string // of the good ones
	unsure  bool     // a key could not be asked for
}

func (c *Checker) signatures(ctx context.Context, open func() io.Reader) signatures {
	found, err := dkim.VerifyWithOptions(open(), &dkim.VerifyOptions{
		LookupTXT:        func(name string) ([]string, error) { return c.txt(ctx, name) },
		MaxVerifications: mostSignatures,
	})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return signatures{result: "permerror"} // the header is no header
	}
	s := signatures{result: "none"}
	for _, f := range found {
		switch {
		case f.Err == nil:
			s.domains = append(s.domains, strings.ToLower(f.Domain))
			s.result = "pass"
		case dkim.IsTempFail(f.Err):
			s.unsure = true
			s.otherwise("temperror")
		case dkim.IsPermFail(f.Err):
			s.otherwise("permerror")
		default:
			s.otherwise("fail")
		}
	}
	return s
}

// otherwise sets the result of the first signature that is not good.
func (s *signatures) otherwise(result string) {
	if s.result == "none" {
		s.result = result
	}
}

// txt asks with a name that is never completed with the machine's search domains.
func (c *Checker) txt(ctx context.Context, name string) ([]string, error) {
	return c.Resolver.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".")
}

// policy applies DMARC (RFC 7489): the author's domain must be vouched for by a passing SPF or DKIM of the same domain or organisation.
func (c *Checker) policy(ctx context.Context, author string, spfResult spf.Result, spfDomain string, signed signatures) (result, from string) {
	if author == "" {
		return "permerror", "" // RFC 7489 6.6.1: no author, or several of different domains
	}
	record, err := c.record(ctx, author)
	switch {
	case errors.Is(err, dmarc.ErrNoPolicy):
		return "none", author
	case dmarc.IsTempFail(err) || ctx.Err() != nil:
		return "temperror", author
	case err != nil:
		return "permerror", author
	}
	if spfResult == spf.Pass && aligned(spfDomain, author, record.SPFAlignment) {
		return "pass", author
	}
	for _, domain := range signed.domains {
		if aligned(domain, author, record.DKIMAlignment) {
			return "pass", author
		}
	}
	if spfResult == spf.TempError || signed.unsure {
		return "temperror", author
	}
	return "fail", author
}

// record finds the policy of a domain, or otherwise of its organisation (RFC 7489 6.6.3).
func (c *Checker) record(ctx context.Context, author string) (*dmarc.Record, error) {
	options := &dmarc.LookupOptions{LookupTXT: func(name string) ([]string, error) { return c.txt(ctx, name) }}
	record, err := dmarc.LookupWithOptions(author, options)
	if !errors.Is(err, dmarc.ErrNoPolicy) {
		return record, err
	}
	organisation, orgErr := publicsuffix.EffectiveTLDPlusOne(author)
	if orgErr != nil || organisation == author {
		return nil, err
	}
	return dmarc.LookupWithOptions(organisation, options)
}

func aligned(domain, author string, mode dmarc.AlignmentMode) bool {
	domain = plainDomain(domain)
	if domain == "" {
		return false
	}
	if mode == dmarc.AlignmentStrict {
		return domain == author
	}
	return sameOrganisation(domain, author)
}

// Author is the domain of the From field in lower-case ASCII; "" where there is none, or where several authors are of different domains.
func Author(header []string) string {
	author := ""
	for _, field := range header {
		name, value, ok := strings.Cut(field, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "from") {
			continue
		}
		for _, domain := range domainsOf(value) {
			if author != "" && author != domain {
				return ""
			}
			author = domain
		}
	}
	return author
}

// domainsOf reads the addresses of a From value. Where it breaks the rules, what stands in angle brackets, or else the last word with an "@",
// is taken: mail programs show that too.
func domainsOf(value string) []string {
	value = strings.NewReplacer("\r\n", "", "\n", "").Replace(value)
	if list, err := mail.ParseAddressList(value); err == nil {
		var domains []string
		for _, a := range list {
			domains = append(domains, plainDomain(a.Address[strings.LastIndexByte(a.Address, '@')+1:]))
		}
		return domains
	}
	if open := strings.LastIndexByte(value, '<'); open >= 0 {
		value, _, _ = strings.Cut(value[open+1:], ">")
	}
	at := strings.LastIndexByte(value, '@')
	if at < 0 {
		return nil
	}
	domain, _, _ := strings.Cut(strings.TrimSpace(value[at+1:]), " ")
	return []string{plainDomain(strings.Trim(domain, ">,;\"'"))}
}

func plainDomain(s string) string {
	s = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
	if ascii, err := idna.Lookup.ToASCII(s); err == nil {
		return ascii
	}
	return s
}
