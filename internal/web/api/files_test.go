package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/purchase"
)

func TestAFileThatIsTooLargeIsToldItsOwnLimit(t *testing.T) {
	t.Parallel()
	for most, want := range map[int64]string{maxUpload: "40 MB", purchase.MostFile: "100 MB"} {
		err := tooLarge(fmt.Errorf("read: %w", &http.MaxBytesError{Limit: most}), most)
		if !desk.IsRefusal(err, desk.TooLarge) || !strings.Contains(err.Error(), want) {
			t.Errorf("tooLarge(%d) = %v, want a refusal that says %s", most, err, want)
		}
	}
}
