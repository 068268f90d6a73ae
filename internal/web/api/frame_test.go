package api

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"tellus/internal/desk"
)

func TestFramesAreSetInTheDesksFont(t *testing.T) {
	t.Parallel()
	d := newDeskFiles(fstest.MapFS{
		"assets/inter-latin-AbC_-123.woff2":     {Data: []byte("latin")},
		"assets/inter-latin-ext-Zz9_0000.woff2": {Data: []byte("ext")},
		"assets/inter-latin-AbC_-123.woff":      {Data: []byte("another ending")},
	})
	css := frameFont(d)
	for _, want := range []string{`url(/app/assets/inter-latin-AbC_-123.woff2)`, `url(/app/assets/inter-latin-ext-Zz9_0000.woff2)`} {
		if !strings.Contains(css, want) {
			t.Errorf("frameFont = %s, want %s in it", css, want)
		}
	}
	if got := frameFont(nil); got != "" {
		t.Errorf("frameFont without a desk = %q, want nothing", got)
	}
	if !strings.Contains(frameCSP, "font-src 'self';") {
		t.Errorf("the policy of frames forbids their font: %s", frameCSP)
	}
}

func TestAFramesLettersSayItsDirection(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	if err := (&Server{}).writeFrame(rec, httptest.NewRequest("GET", "/", nil), "1", "<p>שלום</p>"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(rec.Body.String(), `<body dir="auto"><p>`) {
		t.Errorf("the frame's page is\n%s\nwant its body's direction to follow its letters", rec.Body)
	}
}

func TestFramesKnowTheLettersOfTheDesksFont(t *testing.T) {
	t.Parallel()
	tokens, err := os.ReadFile("../../../ui/src/theme/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, f := range frameFonts {
		if !strings.Contains(plain(string(tokens)), plain("unicode-range:"+f.letters+";")) {
			t.Errorf("tokens.css has no face with the letters of %s: %s", f.file, f.letters)
		}
	}
}

func TestOnlyPDFsAreShownByTheBrowsersViewer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file desk.Attachment
		want bool
	}{
		{desk.Attachment{Name: "offer", Type: "application/pdf"}, true},
		{desk.Attachment{Name: "Offer.PDF", Type: "application/octet-stream"}, true},
		{desk.Attachment{Name: "page.pdf", Type: "text/html"}, false},
		{desk.Attachment{Name: "offer.pdf.exe", Type: "application/octet-stream"}, false},
		{desk.Attachment{Name: "drawing.svg", Type: "image/svg+xml"}, false},
	} {
		if got := isPDF(c.file); got != c.want {
			t.Errorf("isPDF(%s, %s) = %v, want %v", c.file.Name, c.file.Type, got, c.want)
		}
	}
}
