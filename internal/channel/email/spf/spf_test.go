package spf_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"tellus/internal/channel/email/spf"
)

// zone is DNS for a test: records by type and name, such as "txt example.test".
type zone map[string][]string

func (z zone) find(kind, name string) ([]string, error) {
	key := kind + " " + strings.ToLower(strings.TrimSuffix(name, "."))
	if !strings.HasSuffix(name, ".") && kind != "ptr" {
		return nil, fmt.Errorf("asked for %q, which may be completed with a search domain", name)
	}
	if all, ok := z[key]; ok {
		if len(all) == 1 && all[0] == "SERVFAIL" {
			return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
		}
		return all, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) { return z.find("txt", name) }

func (z zone) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	kind := map[string]string{"ip4": "a", "ip6": "aaaa"}[network]
	all, err := z.find(kind, host)
	var addrs []netip.Addr
	for _, s := range all {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	return addrs, err
}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	all, err := z.find("mx", name)
	var hosts []*net.MX
	for _, s := range all {
		hosts = append(hosts, &net.MX{Host: s + "."})
	}
	return hosts, err
}

func (z zone) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return z.find("ptr", addr)
}

// with returns the zone with a policy for example.test.
func (z zone) with(policy string) zone {
	next := zone{"txt example.test": {policy}}
	for k, v := range z {
		next[k] = v
	}
	return next
}

var world = zone{
	"a example.test":                          {"192.0.2.10", "192.0.2.11"},
	"aaaa example.test":                       {"2001:db8::10"},
	"mx example.test":                         {"mail-a.example.test", "mail-b.example.test"},
	"a mail-a.example.test":                   {"192.0.2.129"},
	"a mail-b.example.test":                   {"192.0.2.130"},
	"a amy.example.test":                      {"192.0.2.65"},
	"ptr 192.0.2.65":                          {"amy.example.test"},
	"ptr 192.0.2.66":                          {"amy.example.test"}, // a lie
	"txt pass.test":                           {"v=spf1 ip4:192.0.2.0/24 -all"},
	"txt soft.test":                           {"v=spf1 ~all"},
	"txt broken.test":                         {"v=spf1 ip4:300.1.2.3"},
	"txt twice.test":                          {"v=spf1 -all", "v=spf1 +all"},
	"txt others.test":                         {"google-site-verification=x", "v=spf10 +all", "v=spf1 -all"},
	"txt away.test":                           {"SERVFAIL"},
	"txt endless.test":                        {"v=spf1 include:endless.test -all"},
	"a ann._spf.example.test":                 {"127.0.0.2"},
	"a 10.2.0.192.in-addr.example.test":       {"127.0.0.2"},
	"a 192.0.2.10.example.test":               {"127.0.0.2"},
	"txt ann.users.test":                      {"v=spf1 +all"},
	"a test.example.v.test":                   {"127.0.0.2"},
	"a 0.1.0.0.example.test":                  {"127.0.0.2"},
	"mx many.test":                            {"a.test", "b.test", "c.test", "d.test", "e.test", "f.test", "g.test", "h.test", "i.test", "j.test", "k.test"},
	"txt 0.0.b.d.1.0.0.2.ip6.example.test":    {"v=spf1 +all"},
	"a 8.b.d.0.1.0.0.2.ip6.example.test":      {"127.0.0.2"},
	"a strong-bad.example.test":               {"127.0.0.2"},
	"a bad.strong.lp._spf.example.test":       {"127.0.0.2"},
	"a amy.example.test.p.example.test":       {"127.0.0.2"},
	"a postmaster._spf.example.test":          {"127.0.0.2"},
	"txt helo.example.test":                   {"v=spf1 ip4:192.0.2.10 -all"},
	"txt ip6only.test":                        {"v=spf1 ip6:2001:db8::/32 -all"},
	"a dots.example.test":                     {"192.0.2.10"},
	"a bad.strong.example.test":               {"127.0.0.2"},
	"a bad.example.test":                      {"127.0.0.2"},
	"a 50%25.example.test":                    {"127.0.0.2"},
	"txt long.test":                           {"v=spf1 " + strings.Repeat("ip4:10.0.0.0/8 ", 400) + "-all"},
	"txt nine.test":                           {"v=spf1 a:h1.test a:h2.test -all"},
	"a h1.test":                               {"10.0.0.1"},
	"a h2.test":                               {"10.0.0.1"},
	"txt redirect.test":                       {"v=spf1 redirect=pass.test"},
	"txt lookups.test":                        {"v=spf1 " + strings.Repeat("a:h1.test ", 10) + "-all"},
	"txt toomany.test":                        {"v=spf1 " + strings.Repeat("a:h1.test ", 11) + "-all"},
	"txt voids.test":                          {"v=spf1 a:v1.test a:v2.test -all"},
	"txt toomanyvoids.test":                   {"v=spf1 a:v1.test a:v2.test a:v3.test -all"},
	"txt xn--piemrs-s3a.test":                 {"v=spf1 -all"},
	"txt chain0.test":                         {"v=spf1 include:chain1.test -all"},
	"txt chain1.test":                         {"v=spf1 include:chain2.test -all"},
	"txt chain2.test":                         {"v=spf1 ip4:192.0.2.10 -all"},
	"a 2001-db8--10.example.test":             {"127.0.0.2"},
	"a " + strings.Repeat("a.", 100) + "test": {"192.0.2.10"},
}

func TestPoliciesAreEvaluatedByTheBook(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]spf.Result{
		// RFC 7208 Appendix A, and each mechanism with its lengths.
		"v=spf1 +all":                       spf.Pass,
		"v=spf1 -all":                       spf.Fail,
		"v=spf1 ~all":                       spf.SoftFail,
		"v=spf1 ?all":                       spf.Neutral,
		"v=spf1":                            spf.Neutral,
		"V=SPF1 A -ALL":                     spf.Pass,
		"v=spf1  a   -all ":                 spf.Pass,
		"v=spf1 a:mail-a.example.test -all": spf.Fail,
		"v=spf1 a:mail-a.example.test/24":   spf.Pass,
		"v=spf1 a:mail-a.example.test/24//64 -all": spf.Pass,
		"v=spf1 a/0 -all":                          spf.Pass,
		"v=spf1 mx -all":                           spf.Fail,
		"v=spf1 mx/25 -all":                        spf.Fail,
		"v=spf1 mx/24 -all":                        spf.Pass,
		"v=spf1 mx//64 -all":                       spf.Fail,
		"v=spf1 mx:many.test -all":                 spf.PermError,
		"v=spf1 ip4:192.0.2.10 -all":               spf.Pass,
		"v=spf1 ip4:192.0.2.8/29 -all":             spf.Pass,
		"v=spf1 ip6:::ffff:192.0.2.10 -all":        spf.Pass,
		"v=spf1 -ip4:192.0.2.10 +all":              spf.Fail,
		"v=spf1 ptr -all":                          spf.Fail,
		"v=spf1 include:pass.test -all":            spf.Pass,
		"v=spf1 include:soft.test -all":            spf.Fail,
		"v=spf1 ?include:pass.test -all":           spf.Neutral,
		"v=spf1 include:nothing.test +all":         spf.PermError,
		"v=spf1 include:broken.test +all":          spf.PermError,
		"v=spf1 include:away.test +all":            spf.TempError,
		"v=spf1 include:twice.test +all":           spf.PermError,
		"v=spf1 include:others.test ?all":          spf.Neutral,
		"v=spf1 include:endless.test +all":         spf.PermError,
		"v=spf1 redirect=pass.test":                spf.Pass,
		"v=spf1 redirect=soft.test":                spf.SoftFail,
		"v=spf1 redirect=nothing.test":             spf.PermError,
		"v=spf1 redirect=redirect.test":            spf.Pass,
		"v=spf1 -all redirect=pass.test":           spf.Fail,
		"v=spf1 redirect=pass.test -all":           spf.Fail,
		"v=spf1 include:chain0.test -all":          spf.Pass,
		"v=spf1 include:ip6only.test ~all":         spf.SoftFail,
		"v=spf1 exists:nothing.test -all":          spf.Fail,
		"v=spf1 exists:%{l}._spf.%{d} -all":        spf.Pass,
		"v=spf1 exists:%{ir}.%{v}.%{d} -all":       spf.Pass,
		"v=spf1 exists:%{i}.%{d} -all":             spf.Pass,
		"v=spf1 exists:%{dr}.v.test -all":          spf.Pass,
		"v=spf1 include:%{l}.users.test -all":      spf.Pass,
		"v=spf1 redirect=lookups.test":             spf.PermError, // the redirect is the eleventh
		"v=spf1 include:nine.test a -all":          spf.Pass,
		// Syntax: one error anywhere is an error of the whole.
		"v=spf1 +all foo":                             spf.PermError,
		"v=spf1 +all ip4:1.2.3":                       spf.PermError,
		"v=spf1 +all ip4:1.2.3.4/33":                  spf.PermError,
		"v=spf1 +all ip4:1.2.3.4/032":                 spf.PermError,
		"v=spf1 +all ip4:2001:db8::1":                 spf.PermError,
		"v=spf1 +all ip6:1.2.3.4":                     spf.PermError,
		"v=spf1 +all ip6:2001:db8::1%eth0":            spf.PermError,
		"v=spf1 +all a:":                              spf.PermError,
		"v=spf1 +all a/":                              spf.PermError,
		"v=spf1 +all a/24/24":                         spf.PermError,
		"v=spf1 +all a:localhost":                     spf.PermError,
		"v=spf1 +all a:example.123":                   spf.PermError,
		"v=spf1 +all all:x":                           spf.PermError,
		"v=spf1 +all include":                         spf.PermError,
		"v=spf1 +all include:":                        spf.PermError,
		"v=spf1 +all exists:%{x}.test":                spf.PermError,
		"v=spf1 +all exists:%{t}.test":                spf.PermError,
		"v=spf1 +all exists:%{d0}.test":               spf.PermError,
		"v=spf1 +all exists:%{d":                      spf.PermError,
		"v=spf1 +all exists:%d.test":                  spf.PermError,
		"v=spf1 +all -":                               spf.PermError,
		"v=spf1 +all redirect=a.test redirect=b.test": spf.PermError,
		"v=spf1 +all exp=a.test exp=b.test":           spf.PermError,
		"v=spf1 +all redirect=":                       spf.PermError,
		"v=spf1 +all\tmx":                             spf.PermError,
		"v=spf1 +all exp=explain.test":                spf.Pass,
		"v=spf1 future=%{t}-thing +all":               spf.Pass,
		"v=spf1 future=%{ +all":                       spf.PermError,
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			got, domain := spf.Check(t.Context(), world.with(policy), netip.MustParseAddr("192.0.2.10"), "helo.example.test", "ann@example.test")
			if got != want || domain != "example.test" {
				t.Errorf("Check with %q: %s for %s, want %s", policy, got, domain, want)
			}
		})
	}
}

func TestCircumstancesOfACheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zone       zone
		ip         string
		helo, from string
		want       spf.Result
		domain     string
	}{
		"no policy":                  {world, "192.0.2.10", "x.test", "ann@nothing.test", spf.None, "nothing.test"},
		"several policies":           {world, "192.0.2.10", "x.test", "ann@twice.test", spf.PermError, "twice.test"},
		"name server away":           {world, "192.0.2.10", "x.test", "ann@away.test", spf.TempError, "away.test"},
		"ten lookups":                {world, "10.0.0.9", "x.test", "ann@lookups.test", spf.Fail, "lookups.test"},
		"eleven lookups":             {world, "10.0.0.9", "x.test", "ann@toomany.test", spf.PermError, "toomany.test"},
		"two void lookups":           {world, "10.0.0.9", "x.test", "ann@voids.test", spf.Fail, "voids.test"},
		"three void lookups":         {world, "10.0.0.9", "x.test", "ann@toomanyvoids.test", spf.PermError, "toomanyvoids.test"},
		"an overlong policy":         {world, "10.0.0.9", "x.test", "ann@long.test", spf.PermError, "long.test"},
		"null sender":                {world, "192.0.2.10", "helo.example.test", "", spf.Pass, "helo.example.test"},
		"null sender, literal helo":  {world, "192.0.2.10", "[192.0.2.10]", "", spf.None, ""},
		"no local part":              {world.with("v=spf1 exists:%{l}._spf.%{d} -all"), "192.0.2.10", "x.test", "@example.test", spf.Pass, "example.test"},
		"one label":                  {world, "192.0.2.10", "x.test", "root@localhost", spf.None, ""},
		"upper case and a dot":       {world, "192.0.2.10", "x.test", "Ann@PASS.test.", spf.Pass, "pass.test"},
		"IPv6":                       {world, "2001:db8::1", "x.test", "ann@ip6only.test", spf.Pass, "ip6only.test"},
		"IPv4 within IPv6":           {world, "::ffff:192.0.2.10", "x.test", "ann@pass.test", spf.Pass, "pass.test"},
		"IPv6 nibbles":               {world.with("v=spf1 exists:%{i8r}.%{v}.%{d} -all"), "2001:db8::cb01", "x.test", "ann@example.test", spf.Pass, "example.test"},
		"IPv6 and an address record": {world.with("v=spf1 a -all"), "2001:db8::10", "x.test", "ann@example.test", spf.Pass, "example.test"},
		"a name that leads back":     {world.with("v=spf1 ptr -all"), "192.0.2.65", "x.test", "ann@example.test", spf.Pass, "example.test"},
		"a name that does not":       {world.with("v=spf1 ptr -all"), "192.0.2.66", "x.test", "ann@example.test", spf.Fail, "example.test"},
		"macro p":                    {world.with("v=spf1 exists:%{p}.p.%{d} -all"), "192.0.2.65", "x.test", "ann@example.test", spf.Pass, "example.test"},
		"RFC 7208 7.4: %{l}":         {world.with("v=spf1 exists:%{l}.%{d} -all"), "192.0.2.3", "x.test", "strong-bad@example.test", spf.Pass, "example.test"},
		"RFC 7208 7.4: %{l-}":        {world.with("v=spf1 exists:%{lr-}.lp._spf.%{d} -all"), "192.0.2.3", "x.test", "strong-bad@example.test", spf.Pass, "example.test"},
		"RFC 7208 7.4: %{l1r-}":      {world.with("v=spf1 exists:%{l1-}.%{d} -all"), "192.0.2.3", "x.test", "strong-bad@example.test", spf.Pass, "example.test"},
		"upper case escapes":         {world.with("v=spf1 exists:%{L}.%{d} -all"), "192.0.2.3", "x.test", "50%@example.test", spf.Pass, "example.test"},
		"no address at all":          {world, "192.0.2.10", "x.test", "@", spf.None, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, domain := spf.Check(t.Context(), test.zone, netip.MustParseAddr(test.ip), test.helo, test.from)
			if got != test.want || domain != test.domain {
				t.Errorf("Check(%s, %q, %q): %s for %q, want %s for %q", test.ip, test.helo, test.from, got, domain, test.want, test.domain)
			}
		})
	}
}

// asked counts lookups.
type asked struct {
	zone
	n *int
}

func (a asked) LookupTXT(ctx context.Context, name string) ([]string, error) {
	*a.n++
	return a.zone.LookupTXT(ctx, name)
}

func (a asked) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	*a.n++
	return a.zone.LookupNetIP(ctx, network, host)
}

func FuzzCheck(f *testing.F) {
	f.Add("v=spf1 a mx include:%{d2} exists:%{ir}.%{v}._spf.%{d} redirect=_spf.example.test -all", "ann@example.test")
	f.Add("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?ptr:x.test a:%{lr-.+=}/24//64", "a.b-c+d@example.test")
	f.Add("v=spf1 redirect=%{d}", "@")
	f.Fuzz(func(t *testing.T, policy, from string) {
		z := zone{}
		for k, v := range world {
			z[k] = v
		}
		_, domain, _ := strings.Cut(from, "@")
		z["txt "+strings.ToLower(strings.TrimSuffix(domain, "."))] = []string{policy}
		z["txt example.test"] = []string{policy}
		n := 0
		result, _ := spf.Check(context.Background(), asked{z, &n}, netip.MustParseAddr("192.0.2.10"), "helo.test", from)
		switch result {
		case spf.None, spf.Neutral, spf.Pass, spf.Fail, spf.SoftFail, spf.TempError, spf.PermError:
		default:
			t.Errorf("Check(%q, %q) = %q", policy, from, result)
		}
		// Ten lookups, each of which may ask for ten hosts besides its own name, and for macros' names.
		if n > 250 {
			t.Errorf("Check(%q, %q) asked %d times", policy, from, n)
		}
	})
}
