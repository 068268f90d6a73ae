package verdict_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// names is DNS for a test: TXT records only.
type names map[string]string

var errAway = &net.DNSError{Err: "server misbehaving", IsTemporary: true}

func (n names) LookupTXT(ctx context.Context, name string) ([]string, error) {
	txt, ok := n[strings.TrimSuffix(strings.ToLower(name), ".")]
	switch {
	case !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case txt == "AWAY":
		return nil, errAway
	case txt == "SLOW":
		<-ctx.Done()
		return nil, &net.DNSError{Err: "timeout", IsTimeout: true}
	}
	return []string{txt}, nil
}

func (n names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errAway
}
func (n names) LookupMX(context.Context, string) ([]*net.MX, error)  { return nil, errAway }
func (n names) LookupAddr(context.Context, string) ([]string, error) { return nil, errAway }

const mail = "From: Ann <ann@customer.test>\r\nTo: desk@house.test\r\nSubject: Hello\r\n\r\nWhere is my order?\r\n"

func TestAMailIsJudgedByWhoVouchesForItsAuthor(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	signed := func(raw, domain string) string {
		var out bytes.Buffer
		err := dkim.Sign(&out, strings.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: private})
		if err != nil {
			t.Fatalf("sign: %v", err)
		}
		return out.String()
	}
	key := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	dns := names{
		"customer.test":                  "v=spf1 ip4:192.0.2.0/24 -all",
		"_dmarc.customer.test":           "v=DMARC1; p=reject",
		"s1._domainkey.customer.test":    key,
		"s1._domainkey.eu.customer.test": key,
		"s1._domainkey.list.test":        key,
		"list.test":                      "v=spf1 ip4:192.0.2.0/24 -all",
		"strict.test":                    "v=spf1 ip4:192.0.2.0/24 -all",
		"mail.strict.test":               "v=spf1 ip4:192.0.2.0/24 -all",
		"_dmarc.strict.test":             "v=DMARC1; p=none; aspf=s; adkim=s",
		"_dmarc.odd.test":                "v=DMARC1; p=perhaps",
		"_dmarc.away.test":               "AWAY",
		"away.test":                      "AWAY",
		"s1._domainkey.away.test":        "AWAY",
		"slow.test":                      "SLOW",
		"_dmarc.slow.test":               "SLOW",
		"unsure.test":                    "AWAY",
		"_dmarc.unsure.test":             "v=DMARC1; p=reject",
		"helo.customer.test":             "v=spf1 ip4:192.0.2.1 -all",
	}
	from := func(header string) string { return strings.Replace(mail, "From: Ann <ann@customer.test>", header, 1) }
	for name, test := range map[string]struct {
		raw, sender, peer string
		want              desk.Verdicts
	}{
		"all is well":                {signed(mail, "customer.test"), "bounce@customer.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "customer.test"}},
		"by SPF alone":               {mail, "bounce@customer.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "pass", From: "customer.test"}},
		"forwarded":                  {signed(mail, "customer.test"), "bounce@customer.test", "198.51.100.1", desk.Verdicts{SPF: "fail", DKIM: "pass", DMARC: "pass", From: "customer.test"}},
		"signed by a sub-domain":     {signed(mail, "eu.customer.test"), "x@nothing.test", "198.51.100.1", desk.Verdicts{SPF: "none", DKIM: "pass", DMARC: "pass", From: "customer.test"}},
		"null sender":                {mail, "", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "pass", From: "customer.test"}},
		"through a list":             {signed(mail, "list.test"), "bounce@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "fail", From: "customer.test"}},
		"changed on the way":         {strings.Replace(signed(mail, "customer.test"), "my order", "your money", 1), "x@nothing.test", "192.0.2.1", desk.Verdicts{SPF: "none", DKIM: "fail", DMARC: "fail", From: "customer.test"}},
		"forged":                     {mail, "x@evil.test", "198.51.100.1", desk.Verdicts{SPF: "none", DKIM: "none", DMARC: "fail", From: "customer.test"}},
		"sub-domain as author":       {from("From: <a@shop.customer.test>"), "b@customer.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "pass", From: "shop.customer.test"}},
		"strict alignment":           {from("From: <a@strict.test>"), "b@mail.strict.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "fail", From: "strict.test"}},
		"strictly aligned":           {from("From: <a@strict.test>"), "b@strict.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "pass", From: "strict.test"}},
		"no policy":                  {from("From: <a@list.test>"), "b@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "none", From: "list.test"}},
		"a broken policy":            {from("From: <a@odd.test>"), "b@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "permerror", From: "odd.test"}},
		"name server away":           {signed(from("From: <a@away.test>"), "away.test"), "b@away.test", "192.0.2.1", desk.Verdicts{SPF: "temperror", DKIM: "temperror", DMARC: "temperror", From: "away.test"}},
		"only SPF is not known":      {from("From: <a@unsure.test>"), "b@unsure.test", "192.0.2.1", desk.Verdicts{SPF: "temperror", DKIM: "none", DMARC: "temperror", From: "unsure.test"}},
		"no author":                  {from("X-From: <a@customer.test>"), "b@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "permerror"}},
		"two authors":                {from("From: a@customer.test, b@list.test"), "b@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "permerror"}},
		"two From fields":            {from("From: a@customer.test\r\nFrom: b@list.test"), "b@list.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "permerror"}},
		"an author beyond the rules": {from("From: ann@bank.test <a.@Customer.TEST.>"), "b@customer.test", "192.0.2.1", desk.Verdicts{SPF: "pass", DKIM: "none", DMARC: "pass", From: "customer.test"}},
		"a key that is no key":       {strings.Replace(signed(mail, "customer.test"), "s=s1", "s=s2", 1), "x@nothing.test", "192.0.2.1", desk.Verdicts{SPF: "none", DKIM: "permerror", DMARC: "fail", From: "customer.test"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &verdict.Checker{Resolver: dns}
			got := c.Check(t.Context(), verdict.Delivery{Peer: netip.MustParseAddr(test.peer), Helo: "helo.customer.test", From: test.sender},
				verdict.Header([]byte(test.raw)), func() io.Reader { return strings.NewReader(test.raw) })
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}

	t.Run("slow name servers", func(t *testing.T) {
		t.Parallel()
		c := &verdict.Checker{Resolver: dns, Limit: 50 * time.Millisecond}
		raw := from("From: <a@slow.test>")
		got := c.Check(t.Context(), verdict.Delivery{Peer: netip.MustParseAddr("192.0.2.1"), From: "b@slow.test"},
			verdict.Header([]byte(raw)), func() io.Reader { return strings.NewReader(raw) })
		if got.SPF != "temperror" || got.DMARC != "temperror" {
			t.Errorf("Check: %+v", got)
		}
	})
}

// counted counts what reaches the name server, and holds it until it is let go.
type counted struct {
	names
	mu    sync.Mutex
	asked int
	hold  chan struct{}
}

func (c *counted) LookupTXT(ctx context.Context, name string) ([]string, error) {
	c.mu.Lock()
	c.asked++
	c.mu.Unlock()
	if c.hold != nil {
		<-c.hold
	}
	return c.names.LookupTXT(ctx, name)
}

func TestTheCacheAsksOnceForMany(t *testing.T) {
	t.Parallel()
	server := &counted{names: names{"a.test": "hello"}, hold: make(chan struct{})}
	cache := verdict.NewCache(server)
	defer cache.Wait()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if txt, err := cache.LookupTXT(context.Background(), "A.test."); err != nil || len(txt) != 1 || txt[0] != "hello" {
				t.Errorf("LookupTXT: %v, %v", txt, err)
			}
		})
	}
	// Whoever is in a hurry leaves; the others get their answer all the same.
	hurried, cancel := context.WithCancel(context.Background())
	cancel()
	var timeout net.Error
	if _, err := cache.LookupTXT(hurried, "a.test."); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("LookupTXT in a hurry: %v, want a timeout", err)
	}
	close(server.hold)
	all.Wait()
	for range 3 {
		if _, err := cache.LookupTXT(context.Background(), "none.test."); err == nil {
			t.Errorf("LookupTXT of nothing: no error")
		}
	}
	if server.asked != 2 {
		t.Errorf("the name server was asked %d times, want once for each name", server.asked)
	}
}
