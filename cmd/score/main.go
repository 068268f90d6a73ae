// Command score measures the desk's readers and engines against a folder of test material: a line per category, with what was wrong.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"

	"tellus/internal/score"
)

func main() {
	dir := flag.String("corpus", os.Getenv("TELLUS_CORPUS"), "folder with index.tsv (default $TELLUS_CORPUS)")
	category := flag.String("category", "", "score only this category; default all")
	worst := flag.Int("worst", 10, "how many of the worst cases to name per category")
	verbose := flag.Bool("v", false, "say what was wrong with them")
	flag.Parse()
	if err := run(*dir, *category, *worst, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}

func run(dir, category string, worst int, verbose bool) error {
	if dir == "" {
		return fmt.Errorf("name the folder: -corpus DIR")
	}
	c, err := score.Open(dir)
	if err != nil {
		return err
	}
	categories := score.Categories()
	if category != "" {
		if !slices.Contains(categories, category) {
			return fmt.Errorf("no scorer for %q; there are %v", category, categories)
		}
		categories = []string{category}
	}
	for _, name := range categories {
		s, err := score.Run(c, name)
		if err != nil {
			return err
		}
		s.Print(os.Stdout, worst, verbose)
	}
	return nil
}
