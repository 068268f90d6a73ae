package pdf_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/platform/pdf"
)

func encoded(t testing.TB, kind string, w, h int) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Transparent, color.Black})
	img.SetColorIndex(w/2, h/2, 1)
	var b bytes.Buffer
	err := map[string]func() error{
		"png":  func() error { return png.Encode(&b, img) },
		"jpeg": func() error { return jpeg.Encode(&b, img, nil) },
		"gif":  func() error { return gif.Encode(&b, img, nil) },
	}[kind]()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webp is one pixel.
var webp, _ = base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")

func TestPicturesAreDrawn(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"png": encoded(t, "png", 3000, 40), "jpeg": encoded(t, "jpeg", 20, 3000), "gif": encoded(t, "gif", 30, 30), "webp": webp} {
		d := pdf.New(pdf.Meta{Title: name, At: at})
		if err := d.Picture(bytes.NewReader(data), pdf.Style{}); err != nil {
			t.Errorf("Picture of a %s: %v", name, err)
		}
		var b bytes.Buffer
		if err := d.Write(&b); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(b.Bytes(), []byte("/Subtype /Image")); n != 1 {
			t.Errorf("%d pictures in the document of a %s, want 1", n, name)
		}
	}
}

func TestWhatIsNoPictureOrTooLargeIsLeftOut(t *testing.T) {
	t.Parallel()
	huge := encoded(t, "gif", 10, 10)
	huge[6], huge[7], huge[8], huge[9] = 0xff, 0xff, 0xff, 0xff // the size that it claims
	d := pdf.New(pdf.Meta{Title: "x", At: at})
	for name, data := range map[string][]byte{"nothing": nil, "no picture": []byte("<svg/>"), "cut": encoded(t, "png", 90, 90)[:60], "huge": huge} {
		if err := d.Picture(bytes.NewReader(data), pdf.Style{}); !errors.Is(err, pdf.ErrPicture) {
			t.Errorf("Picture of %s: %v, want ErrPicture", name, err)
		}
	}
	small, drawn := encoded(t, "gif", 3, 3), 0
	for range 200 {
		if d.Picture(bytes.NewReader(small), pdf.Style{}) == nil {
			drawn++
		}
	}
	if drawn != 100 {
		t.Errorf("%d pictures were drawn, want at most 100", drawn)
	}
	if err := d.Write(&bytes.Buffer{}); err != nil {
		t.Errorf("Write after pictures that were left out: %v", err)
	}
}

func TestWhatTheTypeLacksIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]pdf.Script{
		"Šķūnī, Съешь, ελληνικά 5 € – …": nil, "日本 한국": {pdf.EastAsian}, "שלום 👍🏽": {pdf.Hebrew, pdf.Pictures}, "مرحبا ไทย": {pdf.Arabic, pdf.Others}, "a box □": nil,
	} {
		if diff := cmp.Diff(want, pdf.Lacks(text)); diff != "" {
			t.Errorf("Lacks(%q): (-want +got)\n%s", text, diff)
		}
	}
}

func FuzzPicture(f *testing.F) {
	for _, kind := range []string{"png", "jpeg", "gif"} {
		f.Add(encoded(f, kind, 9, 7))
	}
	f.Add(webp)
	f.Fuzz(func(t *testing.T, data []byte) {
		d := pdf.New(pdf.Meta{Title: "x", At: at})
		if err := d.Picture(bytes.NewReader(data), pdf.Style{}); err != nil && !errors.Is(err, pdf.ErrPicture) {
			t.Errorf("Picture: %v, want ErrPicture or none", err)
		}
		if err := d.Write(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	})
}
