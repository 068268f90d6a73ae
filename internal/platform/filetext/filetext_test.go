package filetext_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tellus/internal/platform/filetext"
)

func office(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s)) // into memory
	_ = z.Close()
	return b.String()
}

// page is a file of one page with a font, and objects of its own.
func page(content, font string, more ...string) []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 5 0 R>>/XObject<</X 7 0 R>>>>>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj\n" +
		fmt.Sprintf("4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n", len(content), content) +
		"5 0 obj" + font + "endobj\n" + strings.Join(more, "\n") + "\ntrailer<</Root 1 0 R>>\n%%EOF")
}

const plainFont = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

func TestFilesAreRead(t *testing.T) {
	t.Parallel()
	cp, err := charmap.Windows1257.NewEncoder().String("Pasūtījums un piegāde uz Rīgu, vēlams šodien; paldies par ātru atbildi")
	if err != nil {
		t.Fatal(err)
	}
	objects := "5 0 6 " + fmt.Sprint(len(plainFont)+1) + " "
	packed := deflated(objects + plainFont + " <</Length 3>>")
	inner := fmt.Sprintf("9 0 obj<</Type/ObjStm/N 2/First %d/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj", len(objects), len(packed), packed)
	map2 := "1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <0100> <0002> <00660069> endbfchar 1 beginbfrange <0010> <0012> <0061> endbfrange 1 beginbfrange <0020> <0021> [<017E> <0142>] endbfrange"
	wide := "<</Type/Font/Subtype/Type0/ToUnicode 8 0 R/DescendantFonts[<</DW 500>>]>>"
	wideMap := fmt.Sprintf("8 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj", len(deflated(map2)), deflated(map2))
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"text":         {"a.txt", []byte("Two  lines\r\nof\x00 text"), "Two lines\nof text"},
		"old text":     {"a.csv", []byte(cp), "Pasūtījums un piegāde uz Rīgu, vēlams šodien; paldies par ātru atbildi"},
		"wide text":    {"a.txt", []byte("\xff\xfea\x00b\x00"), "ab"},
		"page":         {"a.html", []byte("<html><head><title>T</title><script>x()</script></head><body><p>One</p><p>Two</p></body>"), "One\nTwo"},
		"document":     {"a.docx", office(t, map[string]string{"word/document.xml": `<w:document><w:body><w:p><w:r><w:t>First </w:t></w:r><w:r><w:t>line &amp; more</w:t></w:r></w:p><w:p><w:r><w:instrText>HIDDEN</w:instrText><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p></w:body></w:document>`, "word/footer1.xml": `<w:ftr><w:p><w:t>Foot</w:t></w:p></w:ftr>`, "word/styles.xml": "<w:t>no</w:t>"}), "First line & more\na\tb\nFoot"},
		"sheet":        {"a.xlsx", office(t, map[string]string{"xl/sharedStrings.xml": `<sst><si><t>Lamp</t></si><si><r><t>Ch</t></r><r><t>air</t></r></si></sst>`, "xl/worksheets/sheet1.xml": `<worksheet><row><c t="s"><v>0</v></c><c><v>77123</v></c><c t="inlineStr"><is><t>blue</t></is></c></row></worksheet>`}), "Lamp\nChair\n77123\tblue"},
		"open":         {"a.odt", office(t, map[string]string{"content.xml": "<office:text><text:h>Head</text:h>\n <text:p>One<text:s/>two<text:line-break/>three</text:p></office:text>"}), "Head\nOne two\nthree"},
		"pdf":          {"a.pdf", page("BT /F1 12 Tf 50 700 Td (Invoice \\(no. 7\\)) Tj 0 -20 Td [(Tot)-20(al)-400(due)] TJ ET BT /F1 12 Tf 1 0 0 1 50 600 Tm <476F6F64> Tj 60 0 Td (day) Tj ET", plainFont), "Invoice (no. 7)\nTotal due\nGood day"},
		"pdf by piece": {"a.pdf", page("BT /F1 10 Tf 0 0 Td (Wo) Tj 10 0 Td (rd) Tj ET", plainFont), "Word"},
		"pdf letters":  {"a.pdf", page("BT /F1 10 Tf (\\001\\002\\003A) Tj ET", "<</Type/Font/Subtype/Type1/Encoding<</Differences[1/amacron/lslash/gcommaaccent]>>>>"), "āłģA"},
		"pdf wide":     {"a.pdf", page("BT /F1 10 Tf <0001000200100011001200200021> Tj ET", wide, wideMap), "Āfiabcžł"},
		"pdf form":     {"a.pdf", page("/X Do", plainFont, "7 0 obj<</Subtype/Form/Length 34>>stream\nBT /F1 9 Tf (Inside a form) Tj ET    \nendstream endobj"), "Inside a form"},
		"pdf packed":   {"a.pdf", bytes.Replace(page("BT /F1 10 Tf (Packed) Tj ET", "null", inner), []byte("5 0 objnullendobj"), nil, 1), "Packed"},
	} {
		got, err := filetext.Read(filetext.Of(c.file, ""), c.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Text != c.want {
			t.Errorf("%s: got %q, want %q", name, got.Text, c.want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for in, want := range map[[2]string]filetext.Kind{
		{"Invoice.PDF", "application/octet-stream"}: filetext.PDF, {"noname", "text/plain; charset=utf-8"}: filetext.Plain, {"a.png", "image/png"}: filetext.None,
		{"letter.docx", ""}: filetext.DOCX, {"", "application/pdf"}: filetext.PDF,
	} {
		if got := filetext.Of(in[0], in[1]); got != want {
			t.Errorf("Of(%q, %q) = %q, want %q", in[0], in[1], got, want)
		}
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind filetext.Kind
		data []byte
		want error
	}{
		"no pdf":        {filetext.PDF, []byte("hello"), filetext.ErrUnreadable},
		"locked pdf":    {filetext.PDF, []byte("%PDF-1.4\n1 0 obj<</Type/Page>>endobj trailer<</Encrypt 4 0 R>>"), filetext.ErrLocked},
		"no zip":        {filetext.DOCX, []byte("PK?"), filetext.ErrUnreadable},
		"locked office": {filetext.DOCX, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), filetext.ErrLocked},
		"another zip":   {filetext.XLSX, office(t, map[string]string{"a.txt": "a"}), filetext.ErrUnreadable},
		"no kind":       {filetext.None, nil, filetext.ErrUnreadable},
		"large":         {filetext.Plain, make([]byte, filetext.MaxFile+1), filetext.ErrTooLarge},
	} {
		if _, err := filetext.Read(c.kind, c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestBombsAreReadWithinBounds(t *testing.T) {
	t.Parallel()
	zeros := deflated(strings.Repeat("\x00", 40<<20))
	circle := "7 0 obj<</Subtype/Form/Length 18>>stream\n/X Do /X Do /X Do \nendstream endobj"
	files := map[string]struct {
		kind filetext.Kind
		data []byte
	}{
		"much XML":       {filetext.DOCX, office(t, map[string]string{"word/document.xml": strings.Repeat("<w:t>a </w:t>", 1<<20)})},
		"one tag":        {filetext.ODT, office(t, map[string]string{"content.xml": "<a " + strings.Repeat("b", 8<<20)})},
		"deep XML":       {filetext.ODT, office(t, map[string]string{"content.xml": strings.Repeat("<a>", 1<<20)})},
		"zeros":          {filetext.PDF, page("", plainFont, "4 0 obj<</Filter/FlateDecode/Length "+fmt.Sprint(len(zeros))+">>stream\n"+zeros+"\nendstream endobj")},
		"forms":          {filetext.PDF, page("/X Do", plainFont, circle)},
		"deep lists":     {filetext.PDF, page(strings.Repeat("[", 1<<20), plainFont)},
		"open lists":     {filetext.PDF, bytes.Repeat([]byte("%PDF-1 0 obj<<"), 1<<18)},
		"own parent":     {filetext.PDF, page("", plainFont, "3 0 obj<</Type/Page/Parent 3 0 R/Contents 3 0 R>>endobj")},
		"wide range":     {filetext.PDF, page("BT /F1 1 Tf <0001> Tj ET", "<</Subtype/Type0/ToUnicode 8 0 R>>", "8 0 obj<</Length 60>>stream\n<00000000> <7FFFFFFF> <0041> endbfrange                      \nendstream endobj")},
		"object streams": {filetext.PDF, append(page("", plainFont), bytes.Repeat([]byte("9 0 obj<</Type/ObjStm/N 1/First 4>>stream\n8 0 x endstream "), 1<<17)...)},
	}
	for name, f := range files {
		got, err := filetext.Read(f.kind, f.data)
		if len(got.Text) > filetext.MaxText {
			t.Errorf("%s: %d bytes", name, len(got.Text))
		}
		if err != nil && !errors.Is(err, filetext.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := filetext.Read(filetext.Plain, bytes.Repeat([]byte("word "), 1<<18))
	if err != nil || !got.Cut || len(got.Text) < filetext.MaxText-8 {
		t.Errorf("a long text: %d bytes, cut %v, %v", len(got.Text), got.Cut, err)
	}
}

// FuzzRead holds any bytes, as any kind, to what Read promises.
func FuzzRead(f *testing.F) {
	kinds := []filetext.Kind{filetext.Plain, filetext.HTML, filetext.PDF, filetext.DOCX, filetext.XLSX, filetext.ODT}
	f.Add(0, []byte("plain"))
	f.Add(1, []byte("<p>a<b>c"))
	f.Add(2, page("BT /F1 12 Tf 50 700 Td (Invoice) Tj [(a)-200(b)] TJ /X Do ET BI /W 1 ID x EI", plainFont))
	f.Add(2, page("BT /F1 10 Tf <0001> Tj ET", "<</Subtype/Type0/ToUnicode 8 0 R/DescendantFonts[<</W[1[2 3]4 5 6]>>]>>", "8 0 obj<</Length 30>>stream\n<01><02><0041>endbfrange     \nendstream endobj"))
	f.Add(3, office(f, map[string]string{"word/document.xml": "<w:p><w:t>a</w:t></w:p>"}))
	f.Add(4, office(f, map[string]string{"xl/worksheets/sheet1.xml": "<c><v>1</v></c>"}))
	f.Add(5, office(f, map[string]string{"content.xml": "<text:p>a</text:p>"}))
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		got, err := filetext.Read(kinds[uint(kind)%uint(len(kinds))], data)
		if err != nil && got.Text != "" || len(got.Text) > filetext.MaxText || !utf8.ValidString(got.Text) || strings.ContainsAny(got.Text, "\x00\r") {
			t.Errorf("Read gave %q, %v", got.Text, err)
		}
	})
}

// TestCorpusIsRead reads the files that stand in a folder of real ones, where there is such a folder: not one may make the reader stumble.
func TestCorpusIsRead(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("TELLUS_CORPUS")
	if folder == "" {
		t.Skip("TELLUS_CORPUS is not set")
	}
	files, read := 0, 0
	err := filepath.WalkDir(folder, func(at string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		kind := filetext.Of(e.Name(), "")
		if kind == filetext.None || kind == filetext.Plain {
			return nil
		}
		data, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		files++
		got, err := filetext.Read(kind, data)
		if err == nil && got.Text != "" {
			read++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d files have text", read, files)
}
