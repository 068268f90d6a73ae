package pdf_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tellus/internal/platform/pdf"
)

var at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func document(t *testing.T, texts ...string) []byte {
	t.Helper()
	d := pdf.New(pdf.Meta{Title: "Žurnāls", Language: "lv", At: at, Foot: "Izdrukāts", Page: "{page} / {pages}"})
	for _, text := range texts {
		d.Text(text, pdf.Style{After: 2})
	}
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// extract reads a document as another program does.
func extract(t *testing.T, doc []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (Debian: poppler-utils)")
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(doc)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return string(out)
}

func TestLettersOfOurLanguagesAreThere(t *testing.T) {
	t.Parallel()
	lines := []string{"āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ", "ąčęėįšųūž ĄČĘĖĮŠŲŪŽ", "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "ґєії õäöü ß", "„latviski” „lietuviškai“ „po polsku” “English” «русский» 5 € – …"}
	for _, l := range lines {
		if got := pdf.Readable(l); got != l {
			t.Errorf("Readable(%q) = %q, want the same", l, got)
		}
	}
	got := extract(t, document(t, lines...))
	for _, l := range lines {
		if !strings.Contains(got, l) {
			t.Errorf("text of the document lacks %q:\n%s", l, got)
		}
	}
	if !strings.Contains(strings.ReplaceAll(got, " ", ""), "1/1") || !strings.Contains(got, "Izdrukāts") {
		t.Errorf("the foot is missing:\n%s", got)
	}
}

func TestForeignTextCannotBreakIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\x00b\x1b[31mc\u202ed": "ab[31mcd", "ok 👍🏽👍 日本": "ok □ □", "a\tb\u00a0c": "a b c", "two\nlines": "two\nlines", "\xff\xfe": "\ufffd\ufffd",
	} {
		if got := pdf.Readable(text); got != want {
			t.Errorf("Readable(%q) = %q, want %q", text, got, want)
		}
	}
	long := strings.Repeat("word ", 60_000) + strings.Repeat("x", 50_000)
	if got := len([]rune(pdf.Readable(long))); got > 100_002 {
		t.Errorf("Readable kept %d runes of a long text", got)
	}
	document(t, long, strings.Repeat("W", 5000), "{nb} {page}", "(\\) endstream endobj %%EOF")
}

func TestEqualInputGivesEqualBytes(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(document(t, "the same"), document(t, "the same")) {
		t.Error("two documents of the same text differ")
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range []string{"", "ā", "\x00", "👍", strings.Repeat("x", 300), "a\n\n\nb", "\u202e(", "ﬁ ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := pdf.New(pdf.Meta{Title: s, Language: "en", At: at, Foot: s, Page: s})
		d.Pair(s, pdf.Style{Bold: true}, s, pdf.Style{})
		d.Fact(s, s)
		d.Text(s, pdf.Style{Italic: true, Bar: &pdf.Teal, Indent: 3})
		if err := d.Write(&bytes.Buffer{}); err != nil {
			t.Fatalf("a document of %q: %v", s, err)
		}
	})
}
