package outward

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
)

// MaxImage is the largest image that is passed on, in bytes, unless the client's limit is lower.
const MaxImage = 10 << 20

// ErrNoImage is returned where the answer is no raster image.
var ErrNoImage = errors.New("not an image")

// Picture is a fetched raster image.
type Picture struct {
	Data []byte
	Type string // image/png, image/jpeg, image/gif, image/webp, image/avif, image/bmp or image/x-icon; found by looking, not by asking
}

// Image fetches an image for readers who must not be seen by its server. What is not a raster image by its first bytes is refused with
// ErrNoImage, whatever the server calls it; SVG is refused, as it can hold scripts. Other errors are those of [Client.Get].
func (c *Client) Image(ctx context.Context, address string) (Picture, error) {
	answer, err := c.Get(ctx, address, "image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8")
	if err != nil {
		return Picture{}, err
	}
	if answer.Status != http.StatusOK {
		return Picture{}, fmt.Errorf("status %d: %w", answer.Status, ErrNoImage)
	}
	if len(answer.Body) > MaxImage {
		return Picture{}, ErrTooLarge
	}
	kind := rasterType(answer.Body)
	if kind == "" {
		return Picture{}, ErrNoImage
	}
	return Picture{Data: answer.Body, Type: kind}, nil
}

func rasterType(b []byte) string {
	switch kind := http.DetectContentType(b); kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/x-icon":
		return kind
	}
	// ISO 14496-12 file type box with the brand of AVIF.
	if len(b) >= 12 && bytes.Equal(b[4:8], []byte("ftyp")) && (bytes.Equal(b[8:12], []byte("avif")) || bytes.Equal(b[8:12], []byte("avis"))) {
		return "image/avif"
	}
	return ""
}
