package verdict_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
)

func TestWhatAnotherServerTookIsJudgedByItsWordAndElseBySignatures(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(mail), &dkim.SignOptions{Domain: "customer.test", Selector: "s1", Signer: private}); err != nil {
		t.Fatalf("sign: %v", err)
	}
	signed := out.String()
	key := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	with := names{"s1._domainkey.customer.test": key, "_dmarc.customer.test": "v=DMARC1; p=reject"}
	without := names{"s1._domainkey.customer.test": key}
	away := names{"s1._domainkey.customer.test": "AWAY", "_dmarc.customer.test": "AWAY"}
	top := "Received: from customer.test by mx.house.test; Sun, 1 Mar 2026 12:00:00 +0000\r\nAuthentication-Results: mx.house.test; dkim=fail; spf=pass\r\n"
	foreign := "Received: from customer.test by mx.house.test; Sun, 1 Mar 2026 12:00:00 +0000\r\nAuthentication-Results: mx.evil.test; dkim=fail; spf=pass\r\n"
	for name, test := range map[string]struct {
		dns  names
		raw  string
		late bool
		want *desk.Verdicts
	}{
		"the server speaks":             {with, top + signed, false, &desk.Verdicts{DKIM: "fail", SPF: "pass"}},
		"a stranger speaks":             {with, foreign + signed, false, &desk.Verdicts{DKIM: "pass", DMARC: "pass", From: "customer.test"}},
		"nobody speaks":                 {with, signed, false, &desk.Verdicts{DKIM: "pass", DMARC: "pass", From: "customer.test"}},
		"without a policy":              {without, signed, false, &desk.Verdicts{DKIM: "pass", DMARC: "none", From: "customer.test"}},
		"changed; SPF may have passed":  {with, strings.Replace(signed, "my order", "your money", 1), false, &desk.Verdicts{DKIM: "fail"}},
		"the key's name server is away": {away, signed, false, &desk.Verdicts{DKIM: "temperror"}},
		"too old to ask":                {with, signed, true, nil},
		"not signed":                    {with, mail, false, nil},
		"no mail at all":                {with, "", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := (&verdict.Checker{Resolver: test.dns}).Arrived(t.Context(), []byte(test.raw), !test.late)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Arrived (-want +got):\n%s", diff)
			}
		})
	}
}
