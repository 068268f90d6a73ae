package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what mails show in their text
	"image/jpeg"
	"image/png"
	"io"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// Bounds of pictures: of one in pixels, of all in a document, and how many there are at most. A picture is drawn with as many dots as paper shows.
const (
	mostPixels    = 30_000_000
	mostOfAll     = 150_000_000
	mostPictures  = 100
	mostDotsWide  = 1400
	mostDotsHigh  = 2000
	perDot        = 25.4 / 96 // millimetres of a CSS pixel
	highest       = 190.0     // millimetres
	pictureIndent = 3.0
)

// ErrPicture says that a picture is not drawn: of a kind that is not known, broken, or beyond the bounds.
var ErrPicture = errors.New("the picture cannot be drawn")

// Picture draws a PNG, JPEG, GIF (its first frame) or WebP at its natural size, at most as wide as the text and 190 mm high. It returns [ErrPicture] where it draws
// nothing; the document goes on then.
func (d *Doc) Picture(r io.ReadSeeker, s Style) error {
	about, kind, err := image.DecodeConfig(r)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	pixels := int64(about.Width) * int64(about.Height)
	if about.Width <= 0 || about.Height <= 0 || pixels > mostPixels || d.pixels+pixels > mostOfAll || d.pictures >= mostPictures {
		return fmt.Errorf("%w: %d × %d pixels", ErrPicture, about.Width, about.Height)
	}
	d.pixels += pixels // what is broken has cost its time too
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read picture again: %w", err)
	}
	full, _, err := image.Decode(r)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	data, format, err := dots(full, kind)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	d.pictures++
	name := fmt.Sprintf("picture %d", d.pictures)
	d.f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: format}, bytes.NewReader(data))
	left := s.Indent + pictureIndent
	w, h := float64(about.Width)*perDot, float64(about.Height)*perDot
	shrink := min(1, (width-left)/w, highest/h)
	w, h = w*shrink, h*shrink
	d.Room(h)
	y := d.f.GetY()
	d.f.ImageOptions(name, margin+left, y, w, h, false, fpdf.ImageOptions{ImageType: format}, 0, "")
	d.f.SetXY(margin, y+h)
	d.f.Ln(s.After)
	return nil
}

// dots is a picture on white paper, written anew, so that nothing of a foreign file gets into the document: as PNG where it was drawn, as JPEG where it was photographed.
func dots(full image.Image, kind string) (data []byte, format string, err error) {
	b := full.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > mostDotsWide {
		w, h = mostDotsWide, max(1, h*mostDotsWide/w)
	}
	if h > mostDotsHigh {
		w, h = max(1, w*mostDotsHigh/h), mostDotsHigh
	}
	paper := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(paper, paper.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(paper, paper.Bounds(), full, b, draw.Over, nil)
	var out bytes.Buffer
	if kind == "png" || kind == "gif" {
		err = png.Encode(&out, paper)
		return out.Bytes(), "PNG", err
	}
	err = jpeg.Encode(&out, paper, &jpeg.Options{Quality: 85})
	return out.Bytes(), "JPG", err
}
