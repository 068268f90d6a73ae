package form

import (
	"math"
	"strconv"
)

// luminance is the relative luminance of a colour #rrggbb, 0 to 1 (WCAG 2.2). What is no colour counts as black.
func luminance(hex string) float64 {
	if len(hex) != 7 {
		return 0
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return 0
	}
	channel := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
