package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
)

func TestWhatTheMailboxesOwnServerFoundOutIsRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header  string
		trusted string
		want    *desk.Verdicts
	}{
		"nothing was said": {"Received: from a by mx.house.test; today\nSubject: x", "", nil},
		"by a server of the given name": {
			"Authentication-Results: mx.house.test; spf=pass smtp.mailfrom=customer.test; dkim=pass header.d=customer.test; dmarc=pass header.from=Customer.test",
			"MX.house.test",
			&desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "customer.test"},
		},
		"by a server of another name": {
			"Authentication-Results: mx.evil.test; dmarc=pass header.from=bank.test", "mx.house.test", nil,
		},
		"the topmost counts": {
			"Authentication-Results: mx.house.test; dmarc=fail header.from=bank.test\nReceived: from evil by mx.house.test; today\nAuthentication-Results: mx.house.test; dmarc=pass header.from=bank.test",
			"mx.house.test",
			&desk.Verdicts{DMARC: "fail", From: "bank.test"},
		},
		"several fields of one server": {
			"Received: by store.house.test; today\nAuthentication-Results: mx.house.test; dmarc=none header.from=a.test\nAuthentication-Results: mx.house.test; dkim=fail reason=\"bad; signature\" header.d=a.test\nAuthentication-Results: mx.house.test; spf=softfail",
			"mx.house.test",
			&desk.Verdicts{SPF: "softfail", DKIM: "fail", DMARC: "none", From: "a.test"},
		},
		"a server of the organisation that received it": {
			"Delivered-To: x\nReceived: by store.house.test with LMTP; today\nReceived: from c by mx1.house.test (Postfix); today\nAuthentication-Results: auth.house.test;\n\tdmarc=pass (p=reject dis=none)\n header.from=customer.test",
			"",
			&desk.Verdicts{DMARC: "pass", From: "customer.test"},
		},
		"a forged one of an organisation that did not": {
			"Received: from evil by mx1.house.test; today\nAuthentication-Results: mx.other.test; dmarc=pass header.from=bank.test", "", nil,
		},
		"above every Received there is no one to trust": {
			"Authentication-Results: mx.house.test; dmarc=pass header.from=bank.test\nReceived: from evil by mx1.house.test; today", "", nil,
		},
		"Microsoft 365 leaves its name out": {
			"Received: from a by b.eurprd01.prod.outlook.com; today\nReceived: from mail.customer.test (192.0.2.1) by c.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server; today\nAuthentication-Results: spf=pass (sender IP is 192.0.2.1)\n smtp.mailfrom=customer.test; dkim=pass (signature was verified)\n header.d=customer.test;dmarc=pass action=none\n header.from=customer.test;compauth=pass reason=100",
			"",
			&desk.Verdicts{SPF: "pass", DKIM: "pass", DMARC: "pass", From: "customer.test"},
		},
		"a nameless one elsewhere": {
			"Received: from a by mx.house.test; today\nAuthentication-Results: dmarc=pass header.from=bank.test", "", nil,
		},
		"comments, versions, quotes, cases and nonsense": {
			"Authentication-Results: (c (nested ; dmarc=fail) \\) c) mx.house.test (x) 1 ; SPF/1 = HardFail (a=b;c) smtp.mailfrom=\"a;b\"@x ; =; dkim ; dkim= ; ;dkim=policy; dmarc=PERMERROR header.from=\"a.test\" trailing",
			"mx.house.test",
			&desk.Verdicts{SPF: "fail", DKIM: "fail", DMARC: "permerror", From: "a.test"},
		},
		"one good signature among bad ones": {
			"Authentication-Results: mx.house.test; dkim=fail header.d=list.test; dkim=pass header.d=customer.test; dkim=neutral", "mx.house.test",
			&desk.Verdicts{DKIM: "pass"},
		},
		"no checks were made": {"Authentication-Results: mx.house.test; none", "mx.house.test", nil},
		"an unknown word":     {"Authentication-Results: mx.house.test; spf=great; dkim=pass", "mx.house.test", &desk.Verdicts{DKIM: "pass"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := FromHeaders(Header([]byte(test.header+"\n\nbody")), test.trusted)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("FromHeaders (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaderEndsWithItsHeader(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]string{
		"":                                      nil,
		"A: 1":                                  {"A: 1"},
		"A: 1\r\nB: 2\r\n 3\r\n\t4\r\n\r\nC: 5": {"A: 1", "B: 2\r\n 3\r\n\t4"},
		"A: 1\nB: 2\n\nC: 3":                    {"A: 1", "B: 2"},
		"\r\nA: 1":                              nil,
		" folded at once\r\nA: 1":               {" folded at once", "A: 1"},
		"A: 1\r\n ":                             {"A: 1\r\n "},
	} {
		if diff := cmp.Diff(want, Header([]byte(raw))); diff != "" {
			t.Errorf("Header(%q) (-want +got):\n%s", raw, diff)
		}
	}
	if n := len(Header([]byte(strings.Repeat("A: 1\r\n", 5000)))); n != mostFields {
		t.Errorf("%d fields of 5000, want %d", n, mostFields)
	}
}

func FuzzFromHeaders(f *testing.F) {
	f.Add([]byte("Received: from a by mx.house.test\r\nAuthentication-Results: mx.house.test 1; spf=pass (a (b) \\() smtp.mailfrom=\"x\"; dkim=fail\r\n\r\n"), "")
	f.Add([]byte("Authentication-Results: ;;;=;\"\\"), "mx")
	f.Add([]byte("Authentication-Results: a ((((((((((; spf=pass"), "a")
	f.Fuzz(func(t *testing.T, raw []byte, trusted string) {
		header := Header(raw)
		total := 0
		for _, field := range header {
			total += len(field)
		}
		if total > len(raw) {
			t.Errorf("the fields of %q are longer than it: %q", raw, header)
		}
		v := FromHeaders(header, trusted)
		if v == nil {
			return
		}
		for _, word := range []string{v.SPF, v.DKIM, v.DMARC} {
			if word != "" && resultValue(word) != word {
				t.Errorf("FromHeaders(%q) says %q", raw, word)
			}
		}
		Author(header)
	})
}
