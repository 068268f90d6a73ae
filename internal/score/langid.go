package score

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"tellus/internal/engine/language"
)

func init() { Register("langid", scoreLanguage) }

// scoreLanguage asks for the language of each row "code TAB text". A text in a language that the desk does not know must be told as
// such, so its right answer is "".
func scoreLanguage(c *Corpus, s *Sheet) error {
	for _, row := range c.In("langid") {
		content, err := c.Read(row.Path)
		if err != nil {
			return err
		}
		file := strings.TrimSuffix(path.Base(row.Path), ".tsv")
		for n, line := range strings.Split(string(content), "\n") {
			code, text, ok := strings.Cut(line, "\t")
			if !ok || n == 0 {
				continue
			}
			want, measure := code, code
			if !slices.Contains(language.Codes, code) {
				want, measure = "", "another"
			}
			got, confidence := language.Detect(text)
			s.Mark(file, fmt.Sprintf("%s:%d", row.Path, n+1), file+" "+measure, got == want, fmt.Sprintf("%q (%.2f), want %q: %.80s", got, confidence, want, text))
		}
	}
	return nil
}
