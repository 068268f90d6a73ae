package rule

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

// TestEachFileOfAMessageIsAskedByItself holds that a comparison means any of the files whichever stands first, and that a negated one means none of them.
func TestEachFileOfAMessageIsAskedByItself(t *testing.T) {
	t.Parallel()
	files := map[string]string{"invoice.pdf": "application/pdf", "broken.JPG": "image/jpeg", "pdf.txt": "text/plain"}
	row := func(names []string) *Case {
		m := &Message{Kind: desk.Incoming}
		for _, name := range names {
			m.FileNames, m.FileTypes = append(m.FileNames, name), append(m.FileTypes, files[name])
		}
		return &Case{Case: &condition.Case{}, Message: m}
	}
	holds := func(t *rapid.T, n condition.Node, names []string) bool {
		cond, err := Check(registry, "", n, nil)
		if err != nil {
			t.Fatalf("%+v: %v", n, err)
		}
		got, _ := cond.Match(row(names), 1)
		return got
	}
	oneOf := []condition.Node{leaf("message.file_types", condition.Is, "image/jpeg"), leaf("message.file_types", condition.Begins, "image/", "text/"), leaf("message.file_types", condition.Contains, "pdf"),
		leaf("message.file_names", condition.Matches, `\.jpe?g$`), leaf("message.file_names", condition.Matches, `^pdf`), leaf("message.file_names", condition.Is, "invoice.pdf")}
	noneOf := []condition.Node{leaf("message.file_types", condition.IsNot, "application/pdf"), leaf("message.file_names", condition.Lacks, "pdf")}
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"invoice.pdf", "broken.JPG", "pdf.txt"}), 0, 4).Draw(t, "files")
		each := func(n condition.Node) func(string) bool {
			return func(name string) bool { return holds(t, n, []string{name}) }
		}
		for _, n := range oneOf {
			if got, want := holds(t, n, names), slices.ContainsFunc(names, each(n)); got != want {
				t.Errorf("%+v of %s holds = %v, want %v", n, strings.Join(names, ", "), got, want)
			}
		}
		for _, n := range noneOf {
			not := func(name string) bool { return !each(n)(name) }
			if got, want := holds(t, n, names), !slices.ContainsFunc(names, not); got != want {
				t.Errorf("%+v of %s holds = %v, want %v", n, strings.Join(names, ", "), got, want)
			}
		}
	})
}
