// Package score measures the readers and engines of the desk against a folder of foreign test material with an index.tsv. A scorer per
// category registers itself; what each measures stands in its own file. The package only judges: it holds no expectation of its own,
// and nothing of the product depends on it.
package score

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Row is one line of index.tsv.
type Row struct {
	Path     string // of the material, relative to the corpus, with slashes
	Source   string
	Category string
	// Expectation is a path relative to the corpus, "label:…" for the expected result itself, "(in the row)" where every row of the file
	// carries it, or "-" where the material must be handled without error and no exact result is given.
	Expectation string
	Items       int
}

// Corpus is a folder of test material.
type Corpus struct {
	Dir  string
	Rows []Row
}

// Open reads the index.tsv of a folder.
func Open(dir string) (*Corpus, error) {
	f, err := os.Open(filepath.Join(dir, "index.tsv"))
	if err != nil {
		return nil, fmt.Errorf("open the index of the corpus: %w", err)
	}
	defer f.Close() // read side only; nothing buffered
	c := &Corpus{Dir: dir}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		cols := strings.Split(lines.Text(), "\t")
		if n == 1 && cols[0] == "path" || len(cols) < 4 {
			continue
		}
		row := Row{Path: cols[0], Source: cols[1], Category: cols[2], Expectation: cols[3], Items: 1}
		if len(cols) > 4 {
			if items, err := strconv.Atoi(strings.TrimSpace(cols[4])); err == nil {
				row.Items = items
			}
		}
		c.Rows = append(c.Rows, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the index of the corpus: %w", err)
	}
	return c, nil
}

// In returns the rows of a category; a category that ends with "*" stands for all that begin so.
func (c *Corpus) In(category string) []Row {
	var out []Row
	prefix, many := strings.CutSuffix(category, "*")
	for _, r := range c.Rows {
		if r.Category == category || many && strings.HasPrefix(r.Category, prefix) {
			out = append(out, r)
		}
	}
	return out
}

// Read returns a file of the corpus. Paths that leave the corpus are refused.
func (c *Corpus) Read(path string) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return nil, fmt.Errorf("read %s: outside the corpus", path)
	}
	return os.ReadFile(filepath.Join(c.Dir, filepath.FromSlash(path)))
}

// Func scores one category: it reads rows of the corpus and marks each expectation on the sheet as met or not. An error is for what makes
// scoring impossible (an unreadable file), never for a wrong result.
type Func func(c *Corpus, s *Sheet) error

var scorers = map[string]Func{}

// Register adds the scorer of a category. It is called from init functions and panics where two claim one category.
func Register(category string, f Func) {
	if _, ok := scorers[category]; ok {
		panic("score: two scorers for " + category)
	}
	scorers[category] = f
}

// Categories returns the categories that have a scorer, sorted.
func Categories() []string {
	var out []string
	for name := range scorers {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Run scores one category.
func Run(c *Corpus, category string) (*Sheet, error) {
	f, ok := scorers[category]
	if !ok {
		return nil, fmt.Errorf("score %s: no scorer; there are %s", category, strings.Join(Categories(), ", "))
	}
	s := &Sheet{Category: category, cases: map[string]*caseMarks{}}
	if err := f(c, s); err != nil {
		return nil, fmt.Errorf("score %s: %w", category, err)
	}
	return s, nil
}

// Tally counts expectations and how many were met.
type Tally struct{ Right, All int }

// Share returns Right of All between 0 and 1; 1 where nothing was expected.
func (t Tally) Share() float64 {
	if t.All == 0 {
		return 1
	}
	return float64(t.Right) / float64(t.All)
}

func (t *Tally) add(right bool) {
	t.All++
	if right {
		t.Right++
	}
}

type caseMarks struct {
	name  string
	tally Tally
	notes []string
}

// Sheet collects the marks of one category.
type Sheet struct {
	Category string
	Total    Tally

	groups   []string // in the order of their first mark
	measures []string
	marks    []mark
	cases    map[string]*caseMarks
	remarks  []string

	contradicted Tally // expectations that contradict a standard; they count like all others
}

type mark struct {
	group, measure string
	right          bool
}

// Mark records one expectation. group is mostly the source, name the case (a file, or file:row), measure what was looked at ("subject").
// note says what came instead; it is kept for wrong marks only.
func (s *Sheet) Mark(group, name, measure string, right bool, note string) {
	if !slices.Contains(s.groups, group) {
		s.groups = append(s.groups, group)
	}
	if !slices.Contains(s.measures, measure) {
		s.measures = append(s.measures, measure)
	}
	s.marks = append(s.marks, mark{group, measure, right})
	s.Total.add(right)
	c := s.cases[name]
	if c == nil {
		c = &caseMarks{name: name}
		s.cases[name] = c
	}
	c.tally.add(right)
	if !right {
		c.notes = append(c.notes, measure+": "+note)
	}
}

// Remark adds a line of its own to the printed result.
func (s *Sheet) Remark(format string, args ...any) {
	s.remarks = append(s.remarks, fmt.Sprintf(format, args...))
}

// Of returns the tally of a group and a measure; an empty name stands for all.
func (s *Sheet) Of(group, measure string) Tally {
	var t Tally
	for _, m := range s.marks {
		if (group == "" || m.group == group) && (measure == "" || m.measure == measure) {
			t.add(m.right)
		}
	}
	return t
}

// Cases returns how many cases were marked, and how many of them met all their expectations.
func (s *Sheet) Cases() Tally {
	var t Tally
	for _, c := range s.cases {
		t.add(c.tally.Right == c.tally.All)
	}
	return t
}

// Print writes the line of the category, then a line per measure and per group, then the worst cases by name (at most worst of them;
// with verbose set, each with what was wrong).
func (s *Sheet) Print(w io.Writer, worst int, verbose bool) {
	cases := s.Cases()
	fmt.Fprintf(w, "%-14s %6d cases, %d fully right; %d of %d expectations right: %s\n", s.Category, cases.All, cases.Right, s.Total.Right, s.Total.All, percent(s.Total))
	for _, m := range s.measures {
		if len(s.measures) > 1 {
			t := s.Of("", m)
			fmt.Fprintf(w, "  by measure  %-28s %6d of %6d  %s\n", m, t.Right, t.All, percent(t))
		}
	}
	for _, g := range s.groups {
		if len(s.groups) > 1 {
			t := s.Of(g, "")
			fmt.Fprintf(w, "  by source   %-28s %6d of %6d  %s\n", g, t.Right, t.All, percent(t))
		}
	}
	for _, r := range s.remarks {
		fmt.Fprintf(w, "  %s\n", r)
	}
	var bad []*caseMarks
	for _, c := range s.cases {
		if c.tally.Right < c.tally.All {
			bad = append(bad, c)
		}
	}
	slices.SortFunc(bad, func(a, b *caseMarks) int {
		return cmp.Or(cmp.Compare(b.tally.All-b.tally.Right, a.tally.All-a.tally.Right), cmp.Compare(a.name, b.name))
	})
	for i, c := range bad {
		if i >= worst {
			fmt.Fprintf(w, "  … and %d more\n", len(bad)-i)
			break
		}
		fmt.Fprintf(w, "  wrong %d of %d  %s\n", c.tally.All-c.tally.Right, c.tally.All, c.name)
		if verbose {
			for _, n := range c.notes {
				fmt.Fprintf(w, "      %s\n", n)
			}
		}
	}
}

func percent(t Tally) string { return fmt.Sprintf("%.1f %%", 100*t.Share()) }
