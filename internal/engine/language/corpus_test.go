package language

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpusSentences holds the share of sentences whose language is told, on sentences that nobody here wrote.
func TestCorpusSentences(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("TELLUS_CORPUS")
	if corpus == "" {
		t.Skip("TELLUS_CORPUS names no folder of test texts")
	}
	for file, least := range map[string]float64{"sentences": 0.95, "word-pairs": 0, "single-words": 0} {
		content, err := os.ReadFile(filepath.Join(corpus, "langid", "lingua-testdata", file+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		right, all := map[string]int{}, map[string]int{}
		wrong := map[string]int{}
		for _, line := range strings.Split(string(content), "\n")[1:] {
			code, text, ok := strings.Cut(line, "\t")
			if !ok {
				continue
			}
			want := code
			if _, ours := words[code]; !ours {
				want = ""
			}
			got, _ := Detect(text)
			all[code]++
			if got == want {
				right[code]++
			} else {
				wrong[code+"→"+got]++
			}
		}
		for _, code := range append(strings.Fields("be cs es fi fr hu it nl pt ro sk sv"), Codes...) {
			share := float64(right[code]) / float64(all[code])
			t.Logf("%s %s: %.3f of %d", file, code, share, all[code])
			if share < least {
				t.Errorf("%s: %.3f of %d texts in %s are told, want at least %.2f", file, share, all[code], code, least)
			}
		}
		t.Log(fmt.Sprint(wrong))
	}
}
