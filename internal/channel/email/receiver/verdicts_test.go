package receiver

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel/email/spf"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
)

// silence is DNS that is away.
type silence struct{ spf.Resolver }

func (silence) LookupTXT(context.Context, string) ([]string, error) {
	return nil, &net.DNSError{Err: "server misbehaving", IsTemporary: true}
}

func TestOnlyPeersOfOurOwnSideAreBelieved(t *testing.T) {
	t.Parallel()
	header := []string{"Authentication-Results: relay.house.test; dmarc=pass header.from=customer.test", "From: ann@customer.test"}
	found := &desk.Verdicts{DMARC: "pass", From: "customer.test"}
	checked := &desk.Verdicts{SPF: "temperror", DKIM: "none", DMARC: "temperror", From: "customer.test"}
	for peer, want := range map[string]*desk.Verdicts{
		"127.0.0.1": found, "::1": found, "10.1.2.3": found, "192.168.1.1": found, "fd00::1": found, "fe80::1": found,
		"203.0.113.7":  found, // named as a relay
		"198.51.100.1": checked, "2001:db8::1": checked,
	} {
		s := &Server{config: Config{
			Checker: &verdict.Checker{Resolver: silence{}}, TrustedAuthserv: "relay.house.test",
			Trusted: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")},
		}}
		session := &session{server: s, ctx: t.Context(), conn: &smtp.Conn{}, peer: &peerConn{peer: netip.MustParseAddr(peer)}, from: "ann@customer.test"}
		mail := &spool{start: bytes.NewBufferString("From: ann@customer.test\r\n\r\n")}
		if diff := cmp.Diff(want, session.verdicts(header, mail)); diff != "" {
			t.Errorf("peer %s (-want +got):\n%s", peer, diff)
		}
	}
}
