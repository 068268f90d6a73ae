package score

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// corpus opens the test material, or skips the test where there is none.
func corpus(t *testing.T) *Corpus {
	t.Helper()
	dir := os.Getenv("TELLUS_CORPUS")
	if dir == "" {
		t.Skip("TELLUS_CORPUS names no folder of test material")
	}
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// otherwise is how many of the named fields the reader gives otherwise than the two sets expect, each looked at and each read worse if it were read as
// expected. They expect UTF-7 left undecoded (2), a whole mail in another charset for one wrong byte (1) and one charset read as another (1); a name or a
// bracket within an address (2); words of the body as a file (3); a number before the first dot of a name that comes twice, two names that differ in case
// alone (2); the delimiter of an enclosing multipart as content, against RFC 2046 5.1.2 (4); parts of an unopened multipart as its text, and what follows
// the end of base64 as data (2).
const otherwise = 17

// TestMailParse holds the reader of mail to 97 of 100 expected fields of the two sets that say most, and to reading all others.
func TestMailParse(t *testing.T) {
	t.Parallel()
	s, err := Run(corpus(t), "mail-parse")
	if err != nil {
		t.Fatal(err)
	}
	var both Tally
	for _, source := range sayMost {
		one := s.Of(source, "")
		both.All += one.All
		both.Right += one.Right
	}
	if both.All < 600 || both.Share() < 0.97 {
		t.Errorf("zammad and stalwart: %d of %d expectations right (%s), want 97 %% of at least 600", both.Right, both.All, percent(both))
	}
	named := Named(s)
	if wrong := named.All - named.Right; named.All < 490 || wrong > otherwise {
		t.Errorf("sender, recipients, reply-to, subject, text, attachments: %d of %d right (%s), want at most %d otherwise of at least 490",
			named.Right, named.All, percent(named), otherwise)
	}
	if rest := (Tally{named.Right - s.contradicted.Right, named.All - s.contradicted.All}); s.contradicted.All > 10 || rest.Share() < 0.97 {
		t.Errorf("without %d that contradict a standard: %d of %d right (%s), want 97 %% without at most 10", s.contradicted.All, rest.Right, rest.All, percent(rest))
	}
	if read := s.Of("", "is read"); read.Right < read.All {
		t.Errorf("%d of %d mails give nothing at all", read.All-read.Right, read.All)
	}
}

func TestMailCost(t *testing.T) {
	c := corpus(t) // not parallel: it measures time and memory
	s, err := Run(c, "mail-cost")
	if err != nil {
		t.Fatal(err)
	}
	if cases := s.Cases(); cases.All < 800 || s.Total.Right < s.Total.All {
		var out bytes.Buffer
		s.Print(&out, 10, true)
		t.Errorf("mails above 1 s or 100 MB, or too few mails:\n%s", out.String())
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index := "path\tsource\tcategory\texpectation\titems\na/b.eml\tset\tmail-x\t-\t1\nc.tsv\tset\tlemma\t(in the row)\t12\nbroken line\n"
	if err := os.WriteFile(filepath.Join(dir, "index.tsv"), []byte(index), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{{"a/b.eml", "set", "mail-x", "-", 1}, {"c.tsv", "set", "lemma", "(in the row)", 12}}
	if diff := cmp.Diff(want, c.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := c.In("mail-*"); len(got) != 1 || got[0].Path != "a/b.eml" {
		t.Errorf("In(mail-*) = %v", got)
	}
	if _, err := c.Read("../outside"); err == nil {
		t.Error("a path out of the corpus was read")
	}
	if _, err := Open(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder without index was opened")
	}
}

func TestSheet(t *testing.T) {
	t.Parallel()
	s := &Sheet{Category: "demo", cases: map[string]*caseMarks{}}
	s.Mark("one", "a", "subject", true, "not kept")
	s.Mark("one", "a", "text", false, "got x")
	s.Mark("two", "b", "subject", false, "got y")
	s.Mark("two", "c", "subject", true, "")
	if got := s.Of("two", ""); got != (Tally{1, 2}) {
		t.Errorf("Of(two) = %v", got)
	}
	if got := s.Of("", "subject"); got != (Tally{2, 3}) {
		t.Errorf("Of(subject) = %v", got)
	}
	if got := s.Cases(); got != (Tally{1, 3}) {
		t.Errorf("Cases = %v", got)
	}
	if got := (Tally{}).Share(); got != 1 {
		t.Errorf("share of nothing = %v, want 1", got)
	}
	var out bytes.Buffer
	s.Print(&out, 1, true)
	for _, want := range []string{"3 cases, 1 fully right; 2 of 4 expectations right: 50.0 %", "wrong 1 of 2  a\n      text: got x", "… and 1 more"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed result lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "not kept") {
		t.Errorf("the note of a right mark was printed:\n%s", out.String())
	}
}

func TestMatchesUnread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got, want string
		ok        bool
	}{
		{"Frösche", "Frösche", true}, {"Frösche", "Fr\uFFFDsche", true}, {"Fräulein", "Fr\uFFFDsche", false}, {"xFrösche", "Fr\uFFFDsche", false},
		{"Frösche!", "Fr\uFFFDsche", false}, {"Frö", "Fr\uFFFD", true}, {"", "x", false},
	} {
		if got := matchesUnread(c.got, c.want); got != c.ok {
			t.Errorf("matchesUnread(%q, %q) = %v, want %v", c.got, c.want, got, c.ok)
		}
	}
}

func TestContradictions(t *testing.T) {
	t.Parallel()
	utf7, utf8 := "Content-Type: text/plain; charset=unicode-1-1-utf-7\n\n+ANw-ber", "Content-Type: text/html; charset=\"UTF-8\"\n\nx"
	for name, c := range map[string]struct {
		section string
		against bool
	}{
		"an address":                       {noAddrSpec("ann@shop.example"), false},
		"a quoted local part":              {noAddrSpec(`"ann of the shop"@shop.example`), false},
		"a word that is none":              {noAddrSpec("undisclosed"), false},
		"a name before the address":        {noAddrSpec("ann ann@shop.example"), true},
		"a bracket behind it":              {noAddrSpec("ann@shop.example>"), true},
		"UTF-7 that was read":              {leftUTF7(utf7, "Über"), false},
		"UTF-7 as it stands":               {leftUTF7(utf7, "+ANw-ber"), true},
		"what looks like UTF-7 elsewhere":  {leftUTF7(utf8, "+ANw-ber"), false},
		"UTF-8 that was read":              {misreadUTF8(utf8, "Сообщение"), false},
		"UTF-8 read as ISO 8859-2":         {misreadUTF8(utf8, "Đ\u00a1ĐžĐž\u0082"), true},
		"control characters in other mail": {misreadUTF8(utf7, "\u0082"), false},
	} {
		if (c.section != "") != c.against {
			t.Errorf("%s: contradicts %q, want a contradiction: %v", name, c.section, c.against)
		}
	}
}
