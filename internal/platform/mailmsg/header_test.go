package mailmsg

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSubject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ raw, want string }{
		"plain":                            {"Where is my order?", "Where is my order?"},
		"folded":                           {"Where is\r\n my order?", "Where is my order?"},
		"folded with a tab":                {"Where is\r\n\tmy order?", "Where is my order?"},
		"encoded, Q":                       {"=?utf-8?Q?P=C4=93teris_zvan=C4=ABja?=", "Pēteris zvanīja"},
		"encoded, B":                       {"=?UTF-8?B?xaBvZGllbg==?=", "Šodien"},
		"encoded, with a language":         {"=?utf-8*lv?Q?=C5=A0odien?=", "Šodien"},
		"two words, folded between":        {"=?utf-8?Q?P=C4=93?=\r\n =?utf-8?Q?teris?=", "Pēteris"},
		"two words without a blank":        {"=?utf-8?Q?P=C4=93?==?utf-8?Q?teris?=", "Pēteris"},
		"a character cut between words":    {"=?utf-8?Q?P=C4?= =?utf-8?Q?=93teris?=", "Pēteris"},
		"cut between words of Q and B":     {"=?utf-8?Q?P=C4?= =?utf-8?B?k3Rlcmlz?=", "Pēteris"},
		"base64 cut outside its groups":    {"=?utf-8?B?xaBv?= =?utf-8?B?ZGl?= =?utf-8?B?lbg==?=", "Šodien"},
		"word and text":                    {"Re: =?utf-8?Q?r=C4=93=C4=B7ins?= 17", "Re: rēķins 17"},
		"word within a word":               {"Nr.=?utf-8?Q?=C5=A0?=17", "Nr.Š17"},
		"blanks in a Q word":               {"=?utf-8?Q?r=C4=93=C4=B7ins par maiju?=", "rēķins par maiju"},
		"question mark before the end":     {"=?utf-8?Q?k=C4=81d=C4=93=C4=BC??=", "kādēļ?"},
		"Baltic":                           {"=?windows-1257?Q?Sal=EEdzin=E2jums?=", "Salīdzinājums"},
		"Baltic, ISO":                      {"=?iso-8859-13?Q?=D0odien?=", "Šodien"},
		"Central European":                 {"=?windows-1250?Q?Zam=F3wienie_=9Cwi=B9teczne?=", "Zamówienie świąteczne"},
		"Latin 2":                          {"=?ISO-8859-2?Q?Za=BF=F3=B3=E6?=", "Zażółć"},
		"Cyrillic, KOI8":                   {"=?koi8-r?B?8NLJ18XU?=", "Привет"},
		"wrong character set":              {"=?us-ascii?Q?P=C4=93teris?=", "Pēteris"},
		"unknown character set":            {"=?x-no-such?Q?P=C4=93teris?=", "Pēteris"},
		"unknown encoding stays":           {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
		"unclosed stays":                   {"=?utf-8?Q?abc", "=?utf-8?Q?abc"},
		"raw UTF-8":                        {"Sūdzība par rēķinu", "Sūdzība par rēķinu"},
		"raw windows-1257":                 {"S\xfbdz\xeeba par r\xe7\xedinu", "Sūdzība par rēķinu"},
		"NUL and controls are dropped":     {"a\x00b\x07c", "abc"},
		"a second line that lost its fold": {"first line\r\nsecond line\r\nX-A: b", "first line second line"},
	} {
		raw := "From: ann@example.com\r\nSubject: " + c.raw + "\r\nTo: bob@example.com\r\n\r\nbody\r\n"
		m := Parse([]byte(raw), Limits{})
		if m.Subject != c.want {
			t.Errorf("%s: Subject of %q = %q, want %q", name, c.raw, m.Subject, c.want)
		}
		if len(m.To) != 1 || m.Text != "body\n" {
			t.Errorf("%s: what follows was lost: To %v, Text %q", name, m.To, m.Text)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]Address{
		`ann@example.com`:                                         {{Email: "ann@example.com"}},
		`Ann Berg <ann@Example.COM>`:                              {{Name: "Ann Berg", Email: "ann@example.com"}},
		`"Berg, Ann" <ann@example.com>, bob@example.com`:          {{Name: "Berg, Ann", Email: "ann@example.com"}, {Email: "bob@example.com"}},
		`Berg, Ann <ann@example.com>`:                             {{Name: "Berg"}, {Name: "Ann", Email: "ann@example.com"}},
		`ann@example.com (Ann Berg)`:                              {{Name: "Ann Berg", Email: "ann@example.com"}},
		`"Ann \"the boss\" Berg" <ann@example.com>`:               {{Name: `Ann "the boss" Berg`, Email: "ann@example.com"}},
		`=?utf-8?Q?J=C4=81nis_B=C4=93rzi=C5=86=C5=A1?= <j@x.lv>`:  {{Name: "Jānis Bērziņš", Email: "j@x.lv"}},
		`"=?utf-8?Q?J=C4=81nis?=" <j@x.lv>`:                       {{Name: "Jānis", Email: "j@x.lv"}},
		`=?utf-8?Q?B=C4=93rzi=C5=86=C5=A1, J=C4=81nis?= <j@x.lv>`: {{Name: "Bērziņš, Jānis", Email: "j@x.lv"}},
		`=?utf-8?Q?J=C4=81nis_<j@x.lv>?=`:                         {{Name: "Jānis", Email: "j@x.lv"}},
		`undisclosed-recipients:;`:                                nil,
		`Team: ann@example.com, Bob <bob@example.com>;, carl@example.com`: {{Email: "ann@example.com", Group: "Team"},
			{Name: "Bob", Email: "bob@example.com", Group: "Team"}, {Email: "carl@example.com"}},
		`ann@example.com; bob@example.com`: {{Email: "ann@example.com"}, {Email: "bob@example.com"}},
		`<ann@example.com>`:                {{Email: "ann@example.com"}},
		`<>`:                               nil,
		``:                                 nil,
		`, ,`:                              nil,
		`<@relay.example,@other.example:ann@x.com>`:   {{Email: "ann@x.com"}},
		`mailto:ann@example.com`:                      {{Email: "ann@example.com"}},
		`ann@example.com <ann@example.com>`:           {{Name: "ann@example.com", Email: "ann@example.com"}},
		`'ann@example.com' <ann@example.com>`:         {{Name: "ann@example.com", Email: "ann@example.com"}},
		`bob@shop.example> <ann@example.com>`:         {{Name: "bob@shop.example>", Email: "ann@example.com"}},
		`Ann <ann@example.com`:                        {{Name: "Ann", Email: "ann@example.com"}},
		`Ann <ann@example.com, Bob <bob@x.com>`:       {{Name: "Ann", Email: "ann@example.com"}, {Name: "Bob", Email: "bob@x.com"}},
		`"Ann <ann@example.com>`:                      {{Name: "Ann", Email: "ann@example.com"}},
		`"ann@example.com"`:                           {{Email: "ann@example.com"}},
		`"ann berg"@example.com`:                      {{Email: `"ann berg"@example.com`}},
		`"ann"@example.com`:                           {{Email: "ann@example.com"}},
		`ann . berg @ example . com`:                  {{Email: "ann.berg@example.com"}},
		`Ann (sales (north)) <ann@example.com>`:       {{Name: "Ann", Email: "ann@example.com"}},
		`pēteris@piemērs.lv`:                          {{Email: "pēteris@piemērs.lv"}},
		`MAILER-DAEMON`:                               {{Name: "MAILER-DAEMON"}},
		`Mail Delivery <MAILER-DAEMON>`:               {{Name: "Mail Delivery"}},
		`Max Kohl | [example.com] <kohl@example.com>`: {{Name: "Max Kohl | [example.com]", Email: "kohl@example.com"}},
		`user@[192.0.2.1]`:                            {{Email: "user@[192.0.2.1]"}},
	} {
		if diff := cmp.Diff(want, ParseAddresses(in)); diff != "" {
			t.Errorf("ParseAddresses(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Fri, 06 Mar 2026 09:30:15 +0200":                      "2026-03-06T09:30:15+02:00",
		"6 Mar 2026 09:30 +0200":                               "2026-03-06T09:30:00+02:00",
		"Fri, 6 Mar 26 09:30:15 GMT":                           "2026-03-06T09:30:15Z",
		"Fri, 6 Mar 1998 09:30:15 EST":                         "1998-03-06T09:30:15-05:00",
		"Fri, 6 Mar 98 09:30:15 -0800 (PST)":                   "1998-03-06T09:30:15-08:00",
		"Fri,  6 Mar 2026 09:30:15 +0200 (Eastern (European))": "2026-03-06T09:30:15+02:00",
		"Fri Mar  6 09:30:15 2026":                             "2026-03-06T09:30:15Z",
		"Fri Mar  6 09:30:15 EET 2026":                         "2026-03-06T09:30:15+02:00",
		"2026-03-06T09:30:15+02:00":                            "2026-03-06T09:30:15+02:00",
		"2026-03-06 09:30:15":                                  "2026-03-06T09:30:15Z",
		"Fri, 06 Mar 2026 09:30:15 GMT+0200":                   "2026-03-06T09:30:15+02:00",
		"Fri, 06 Mar 2026 09:30:15+0200":                       "2026-03-06T09:30:15+02:00",
		"06-Mar-2026 09:30:15 +0200":                           "2026-03-06T09:30:15+02:00",
		"Fri, 06 Mar 2026 9:30:15 PM +0000":                    "2026-03-06T21:30:15Z",
		"Friday, March 6, 2026 12:05 AM":                       "2026-03-06T00:05:00Z",
		"Fri, 31 Feb 2026 09:30:15 +0200":                      "",
		"yesterday":                                            "",
		"":                                                     "",
		"06 Mar 2026 10:00:t":                                  "",
		"Fri, 06 Mar 2026 99:30:15 +0200":                      "",
	} {
		got, ok := ParseDate(in)
		text := ""
		if ok {
			text = got.Format(time.RFC3339)
		}
		if text != want {
			t.Errorf("ParseDate(%q) = %q, want %q", in, text, want)
		}
	}
}

func TestParseIDs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"<a@b>":                      {"a@b"},
		"<a@b> <c@d>\r\n\t<e@f>":     {"a@b", "c@d", "e@f"},
		"<a@b><a@b>":                 {"a@b"},
		"Your mail of Friday <a@b>":  {"a@b"},
		"a@b c@d":                    {"a@b", "c@d"},
		"<long\r\n -id@example.com>": {"long-id@example.com"},
		"<a@b":                       {"a@b"},
		"<a@b <c@d>":                 {"a@b", "c@d"},
		"=?utf-8?q?=3Ca=40b=3E?=":    {"a@b"},
		"no id here":                 nil,
		"":                           nil,
		"lone-token":                 {"lone-token"},
		"<[email protected]>":        {"[emailprotected]"},
	} {
		if diff := cmp.Diff(want, ParseIDs(in)); diff != "" {
			t.Errorf("ParseIDs(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]map[string]string{
		`text/plain; charset=utf-8`:                                         {"charset": "utf-8"},
		`text/plain; charset="utf-8"; format=flowed`:                        {"charset": "utf-8", "format": "flowed"},
		`text/plain charset=utf-8`:                                          {"charset": "utf-8"},
		`text/plain; charset=utf-8 format=flowed`:                           {"charset": "utf-8", "format": "flowed"},
		`text/plain; CHARSET = utf-8 (comment)`:                             {"charset": "utf-8"},
		`a/b; name=price list 2026.pdf`:                                     {"name": "price list 2026.pdf"},
		`a/b; name="price; list.pdf"`:                                       {"name": "price; list.pdf"},
		`a/b; name="say \"hi\".txt"`:                                        {"name": `say "hi".txt`},
		`a/b; name="the "new" list.pdf"; size=3`:                            {"name": `the "new" list.pdf`, "size": "3"},
		`a/b; name="C:\temp\list.pdf"`:                                      {"name": `C:\temp\list.pdf`},
		`a/b; name=`:                                                        {"name": ""},
		`a/b; name`:                                                         {},
		`a/b; name*=utf-8'lv'r%C4%93%C4%B7ins.pdf`:                          {"name": "rēķins.pdf"},
		`a/b; name*=utf-8''r%C4%93%C4%B7ins.pdf; name=rekins.pdf`:           {"name": "rēķins.pdf"},
		`a/b; name*0*=utf-8''r%C4%93; name*1*=%C4%B7ins; name*2=.pdf`:       {"name": "rēķins.pdf"},
		`a/b; name*1=ins.pdf; name*0=rek`:                                   {"name": "rekins.pdf"},
		`a/b; name*0*=utf-8''r%C4; name*1*=%93%C4%B7ins.pdf`:                {"name": "rēķins.pdf"},
		`a/b; name*=windows-1257''r%E7%EDins.pdf`:                           {"name": "rēķins.pdf"},
		`a/b; name="=?utf-8?Q?r=C4=93=C4=B7ins.pdf?="`:                      {"name": "rēķins.pdf"},
		`a/b; name==?utf-8?B?csSTxLdpbnMucGRm?=`:                            {"name": "rēķins.pdf"},
		`a/b; name="r` + "\xe7\xed" + `ins par elektr` + "\xee" + `bu.pdf"`: {"name": "rēķins par elektrību.pdf"},
		`a/b; boundary="--=_x"; boundary=second`:                            {"boundary": "--=_x"},
	} {
		m := Parse([]byte("Content-Type: "+in+"\r\n\r\n"), Limits{})
		if diff := cmp.Diff(want, m.Root.Params); diff != "" {
			t.Errorf("parameters of %q (-want +got):\n%s", in, diff)
		}
	}
}

func TestHeaderBlock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ raw, subject, text string }{
		"LF":                             {"Subject: a\n\nbody\n", "a", "body\n"},
		"CRLF":                           {"Subject: a\r\n\r\nbody\r\n", "a", "body\n"},
		"CR only":                        {"Subject: a\r\rbody\r", "a", "body\n"},
		"CR CR LF":                       {"Subject: a\r\r\n\r\r\nbody\r\r\n", "a", "body\n\n"},
		"mixed":                          {"Subject: a\nX: b\r\n\nbody\r\n", "a", "body\n"},
		"mbox line first":                {"From ann Fri Mar  6 09:30:15 2026\nSubject: a\n\nbody\n", "a", "body\n"},
		"quoted mbox line first":         {">From ann Fri Mar  6 09:30:15 2026\nSubject: a\n\nbody\n", "a", "body\n"},
		"blank lines first":              {"\r\n\r\nSubject: a\r\n\r\nbody\r\n", "a", "body\n"},
		"byte order mark":                {"\xef\xbb\xbfSubject: a\r\n\r\nbody\r\n", "a", "body\n"},
		"separator of blanks":            {"Subject: a\r\n  \r\nbody\r\n", "a", "body\n"},
		"no blank line before the text":  {"Subject: a\r\nhello there\r\nand more\r\n", "a", "hello there\nand more\n"},
		"blank before the colon":         {"Subject : a\r\n\r\nbody\r\n", "a", "body\n"},
		"no blank after the colon":       {"Subject:a\r\n\r\nbody\r\n", "a", "body\n"},
		"first subject counts":           {"Subject: a\r\nSubject: b\r\n\r\nbody\r\n", "a", "body\n"},
		"header only":                    {"Subject: a\r\n", "a", ""},
		"no line end":                    {"Subject: a", "a", ""},
		"no header":                      {"hello there\r\nand more\r\n", "", "hello there\nand more\n"},
		"text that looks like no header": {"\r\nhello\r\n", "", "hello\n"},
	} {
		m := Parse([]byte(c.raw), Limits{})
		if m.Subject != c.subject || m.Text != c.text {
			t.Errorf("%s: Parse(%q): subject %q, text %q; want %q and %q", name, c.raw, m.Subject, m.Text, c.subject, c.text)
		}
	}
}

func TestHeaderAccess(t *testing.T) {
	t.Parallel()
	m := Parse([]byte("Received: one\r\nreceived: two\r\n three\r\nX-E: =?utf-8?q?=C5=A1?=\r\n\r\n"), Limits{})
	if diff := cmp.Diff([]string{"one", "two three"}, m.Header.Values("RECEIVED")); diff != "" {
		t.Errorf("Values (-want +got):\n%s", diff)
	}
	if got := m.Header.Get("x-e"); got != "š" {
		t.Errorf("Get = %q, want š", got)
	}
	if got := m.Header.Raw("x-e"); got != "=?utf-8?q?=C5=A1?=" {
		t.Errorf("Raw = %q, want it undecoded", got)
	}
	if m.Header.Has("Subject") || !m.Header.Has("Received") {
		t.Errorf("Has: Subject %v, Received %v", m.Header.Has("Subject"), m.Header.Has("Received"))
	}
	h, rest := ParseHeader([]byte("Action: failed\r\nStatus: 5.1.1\r\n\r\nAction: delayed\r\n"))
	if h.Get("action") != "failed" || !strings.HasPrefix(string(rest), "Action: delayed") {
		t.Errorf("ParseHeader: %v, rest %q", h.Fields(), rest)
	}
}
