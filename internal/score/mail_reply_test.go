package score

import (
	"os"
	"testing"
)

// foreignMaterial opens the folder of foreign test material, or skips the test.
func foreignMaterial(t *testing.T) *Corpus {
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

// wantShare fails unless a measure of a category reaches its share.
func wantShare(t *testing.T, s *Sheet, measure string, want float64) {
	t.Helper()
	got := s.Of("", measure)
	if got.All == 0 {
		t.Skipf("%s: no case for %q in this folder", s.Category, measure)
	}
	if got.Share() < want {
		t.Errorf("%s, %s: %d of %d, want a share of %.3f", s.Category, measure, got.Right, got.All, want)
	}
}

func TestRepliesOfOtherProgramsAreCutRight(t *testing.T) {
	t.Parallel()
	s, err := Run(foreignMaterial(t), "mail-reply")
	if err != nil {
		t.Fatal(err)
	}
	wantShare(t, s, "visible reply exact", 0.90)
	wantShare(t, s, "own text visible", 0.995)
}

func TestBouncesOfOtherSystemsAreUnderstood(t *testing.T) {
	t.Parallel()
	s, err := Run(foreignMaterial(t), "mail-bounce")
	if err != nil {
		t.Fatal(err)
	}
	wantShare(t, s, "bounce or not", 0.99)
	wantShare(t, s, "recipient", 0.95)
	wantShare(t, s, "hard or soft", 0.95)
}
