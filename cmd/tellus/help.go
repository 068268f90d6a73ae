package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// The help is as wide as a terminal always is. What is longer than the column of names has a line of its own.
const (
	helpWidth  = 80
	nameColumn = 26
)

// row is a name and what it is for.
type row struct{ name, help string }

func usage(out io.Writer, line, help string) {
	fmt.Fprintf(out, "Usage: tellus %s\n\n%s\n", line, strings.Join(wrapped(help, helpWidth), "\n"))
}

func section(out io.Writer, title string, rows []row) {
	if len(rows) == 0 {
		return
	}
	column := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.name); n <= nameColumn {
			column = max(column, n)
		}
	}
	fmt.Fprintf(out, "\n%s:\n", title)
	for _, r := range rows {
		name := r.name
		if utf8.RuneCountInString(name) > column {
			fmt.Fprintf(out, "  %s\n", name)
			name = ""
		}
		for _, line := range wrapped(r.help, helpWidth-column-6) {
			fmt.Fprintf(out, "  %-*s    %s\n", column, name, line)
			name = ""
		}
	}
}

// wrapped breaks a text at blanks into lines of at most so many characters; a longer word has a line of its own.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// helpOfAll is what tellus --help says, and tellus key --help of the commands that begin with key.
func helpOfAll(out io.Writer, first string) {
	var rows []row
	for _, c := range commands {
		if first == "" || strings.HasPrefix(c.name, first+" ") {
			rows = append(rows, row{c.name, c.help})
		}
	}
	flags := []row{{"-h, --help", "Show this help."}}
	if first == "" {
		usage(out, "<command>", "Customer service that a company hosts itself. Flags can be set as environment variables too.")
	} else {
		usage(out, first+" <command>", families[first])
	}
	section(out, "Flags", flags)
	section(out, "Commands", rows)
	if first == "" {
		fmt.Fprintf(out, "\nRun \"tellus <command> --help\" for more information on a command.\n")
	}
}

// helpOf is what tellus COMMAND --help says.
func helpOf(out io.Writer, c command, f *flags) {
	line := c.name
	if f.file != nil {
		line += " <" + f.file.name + ">"
	}
	for _, o := range f.all {
		if o.required {
			line += " --" + o.Name + "=" + o.value
		}
	}
	usage(out, line+" [flags]", c.help)
	if f.file != nil {
		section(out, "Arguments", []row{{"<" + f.file.name + ">", f.file.help}})
	}
	var rows []row
	for _, o := range f.all {
		if !o.Hidden {
			rows = append(rows, o.row())
		}
	}
	section(out, "Flags", rows)
}

func (o *option) row() row {
	name := "    --" + o.Name
	if o.Shorthand != "" {
		name = "-" + o.Shorthand + ", --" + o.Name
	}
	help := o.Usage
	if o.env != "" {
		help = strings.TrimSuffix(help, ".") + " ($" + o.env + ")."
	}
	kind := o.Value.Type()
	if kind == "bool" {
		return row{name, help}
	}
	value := o.value
	switch {
	case o.DefValue != "" && o.DefValue != "[]" && (kind == "string" || kind == "path"):
		value = fmt.Sprintf("%q", o.DefValue)
	case o.DefValue != "" && o.DefValue != "[]":
		value = o.DefValue
	case value == "":
		value = "TEXT"
	}
	if strings.HasSuffix(kind, "Slice") {
		value += ",..."
	}
	return row{name + "=" + value, help}
}

// suggest says that something is not known, and what was meant perhaps.
func suggest(what, got string, known []string) error {
	var near []string
	for _, k := range known {
		if got != "" && (strings.HasPrefix(k, got) || distance(k, got) <= 2) {
			near = append(near, fmt.Sprintf("%q", k))
		}
	}
	switch len(near) {
	case 0:
		return fmt.Errorf("%s%s", what, got)
	case 1:
		return fmt.Errorf("%s%s, did you mean %s?", what, got, near[0])
	}
	return fmt.Errorf("%s%s, did you mean one of %s?", what, got, strings.Join(near, ", "))
}

// distance is how many letters must be added, removed or replaced to make b of a (Levenshtein 1966). What is very long is far from everything.
func distance(a, b string) int {
	if len(b) > 100 {
		return len(b)
	}
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		line := []int{i + 1}
		for j := range len(b) {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			line = append(line, slices.Min([]int{replaced, last[j+1] + 1, line[j] + 1}))
		}
		last = line
	}
	return last[len(b)]
}
