// Package sheet reads tables that spreadsheets and shops write as CSV: it guesses how one is written, and reads it row by row within bounds. It is pure.
package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Bounds of a table.
const (
	MostColumns = 200
	mostCell    = 10_000  // bytes; what is longer is cut
	mostLine    = 200_000 // bytes; what is longer is no table
	Sample      = 64 << 10
)

// Shape is how a table is written.
type Shape struct {
	Encoding  string `json:"encoding" enum:"utf-8,utf-16,windows-1257,windows-1250,windows-1252"`
	Delimiter string `json:"delimiter" maxLength:"1" doc:"What parts columns: a comma, semicolon, tab or vertical bar"`
	Comma     bool   `json:"comma" doc:"The decimal sign is a comma"`
	Dates     string `json:"dates" enum:"ymd,dmy,mdy" doc:"The order of year, month and day"`
}

// Encodings are those that are read.
var Encodings = []string{"utf-8", "utf-16", "windows-1257", "windows-1250", "windows-1252"}

// Delimiters are what may part columns.
var Delimiters = []string{",", ";", "\t", "|"}

func decoder(name string) encoding.Encoding {
	switch name {
	case "utf-16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "windows-1257":
		return charmap.Windows1257
	case "windows-1250":
		return charmap.Windows1250
	case "windows-1252":
		return charmap.Windows1252
	}
	return unicode.UTF8BOM
}

// Guess says how a table is likely written, from its first bytes; languages are those of the desk, for the letters of older files.
func Guess(sample []byte, language string) Shape {
	sample = sample[:min(len(sample), Sample)]
	s := Shape{Encoding: guessEncoding(sample, language), Delimiter: ",", Dates: "ymd"}
	decoded, err := decoder(s.Encoding).NewDecoder().Bytes(sample)
	if err != nil {
		return s
	}
	text := string(decoded)
	s.Delimiter = guessDelimiter(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = rune(s.Delimiter[0]), true, -1, true
	var cells []string
	for range 200 {
		row, err := r.Read()
		if err != nil {
			break
		}
		cells = append(cells, row...)
	}
	s.Comma, s.Dates = guessDecimal(cells), guessDates(cells)
	return s
}

func guessEncoding(sample []byte, language string) string {
	if len(sample) >= 2 && (sample[0] == 0xFF && sample[1] == 0xFE || sample[0] == 0xFE && sample[1] == 0xFF) {
		return "utf-16"
	}
	cut := sample
	for range 3 { // the sample may end within a letter
		if utf8.Valid(cut) {
			return "utf-8"
		}
		if len(cut) > 0 {
			cut = cut[:len(cut)-1]
		}
	}
	switch language {
	case "lv", "lt", "et":
		return "windows-1257"
	case "pl", "cs", "sk", "hu":
		return "windows-1250"
	}
	return "windows-1252"
}

// guessDelimiter takes what stands most often in the first line outside quotes.
func guessDelimiter(text string) string {
	best, most := ",", 0
	for _, d := range Delimiters {
		n, quoted := 0, false
		for i := 0; i < len(text) && (quoted || text[i] != '\n'); i++ {
			switch {
			case text[i] == '"':
				quoted = !quoted
			case !quoted && text[i] == d[0]:
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

// guessDecimal counts numbers whose last sign is a comma, or a dot, with one or two digits behind it.
func guessDecimal(cells []string) bool {
	commas, dots := 0, 0
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if len(c) > 20 || strings.Trim(c, "0123456789., \u00a0-€$") != "" {
			continue
		}
		c = strings.TrimRight(c, " \u00a0€$")
		switch i := strings.LastIndexAny(c, ".,"); {
		case i < 0 || len(c)-i-1 < 1 || len(c)-i-1 > 2 || strings.Count(c, ".") > 1:
		case c[i] == ',':
			commas++
		default:
			dots++
		}
	}
	return commas > dots
}

// guessDates looks for a part above twelve, which can only be a day.
func guessDates(cells []string) string {
	dmy, mdy, ymd := 0, 0, 0
	for _, c := range cells {
		parts := numbers(c)
		switch {
		case len(parts) < 3:
		case parts[0] > 1000:
			ymd++
		case parts[2] < 1000:
		case parts[1] > 12:
			mdy += 10
		case parts[0] > 12:
			dmy += 10
		case strings.ContainsRune(c, '.'):
			dmy++
		}
	}
	switch {
	case ymd >= dmy && ymd >= mdy:
		return "ymd"
	case dmy >= mdy:
		return "dmy"
	}
	return "mdy"
}

// numbers are the first numbers of a cell that begins with a digit, at most six.
func numbers(cell string) []int {
	cell = strings.TrimSpace(cell)
	if cell == "" || len(cell) > 40 || cell[0] < '0' || cell[0] > '9' {
		return nil
	}
	var all []int
	n, digits := 0, 0
	for i := 0; i <= len(cell); i++ {
		if i < len(cell) && cell[i] >= '0' && cell[i] <= '9' {
			if digits++; digits > 9 {
				return nil
			}
			n = n*10 + int(cell[i]-'0')
			continue
		}
		if digits > 0 && len(all) < 6 {
			all = append(all, n)
		}
		n, digits = 0, 0
	}
	return all
}

// Instant reads a date, or a date with a time, in the order of the shape; without a zone it is of place. RFC 3339 is read whatever the order.
func (s Shape) Instant(cell string, place *time.Location) (time.Time, bool) {
	cell = strings.TrimSpace(cell)
	if at, err := time.Parse(time.RFC3339, cell); err == nil {
		return at.UTC(), sane(at)
	}
	p := numbers(cell)
	if len(p) < 3 {
		return time.Time{}, false
	}
	year, month, day := p[0], p[1], p[2]
	if year < 1000 {
		switch s.Dates {
		case "mdy":
			month, day, year = p[0], p[1], p[2]
		default:
			day, month, year = p[0], p[1], p[2]
		}
	}
	if year < 100 {
		year += 2000
	}
	clock := [3]int{}
	copy(clock[:], p[3:])
	lower := strings.ToLower(cell)
	if clock[0] <= 12 && len(p) > 3 {
		if strings.HasSuffix(lower, "pm") && clock[0] < 12 {
			clock[0] += 12
		} else if strings.HasSuffix(lower, "am") && clock[0] == 12 {
			clock[0] = 0
		}
	}
	if clock[0] > 23 || clock[1] > 59 || clock[2] > 60 {
		return time.Time{}, false
	}
	at := time.Date(year, time.Month(month), day, clock[0], clock[1], clock[2], 0, place)
	if at.In(place).Day() != day || int(at.In(place).Month()) != month {
		return time.Time{}, false // 31 April
	}
	return at.UTC(), sane(at)
}

func sane(at time.Time) bool { return at.Year() >= 1990 && at.Year() < 2200 }

// Rows reads a table row by row.
type Rows struct {
	csv  *csv.Reader
	bits *counter
}

// ErrNoTable is returned where a line is so long, or has so many columns, that it is no table.
var ErrNoTable = errors.New("not a table")

// Open begins to read a table of a shape.
func Open(r io.Reader, s Shape) *Rows {
	c := &counter{r: r}
	text := decoder(s.Encoding).NewDecoder().Reader(c)
	in := csv.NewReader(&lines{r: bufio.NewReaderSize(text, 64<<10)})
	in.Comma, in.LazyQuotes, in.FieldsPerRecord = ',', true, -1
	if s.Delimiter != "" {
		in.Comma = rune(s.Delimiter[0])
	}
	return &Rows{csv: in, bits: c}
}

// Next returns the next row that holds something and the number of its line, from 1; io.EOF at the end.
func (r *Rows) Next() (cells []string, line int, err error) {
	for {
		cells, err = r.csv.Read()
		if errors.Is(err, io.EOF) || errors.Is(err, ErrNoTable) {
			return nil, 0, err
		}
		if err != nil {
			return nil, 0, fmt.Errorf("read table: %w", err)
		}
		if len(cells) > MostColumns {
			return nil, 0, ErrNoTable
		}
		line, _ = r.csv.FieldPos(0)
		empty := true
		for i, c := range cells {
			if len(c) > mostCell {
				c = c[:mostCell]
			}
			cells[i] = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(c, "\x00", ""), "\uFFFD"))
			empty = empty && cells[i] == ""
		}
		if !empty {
			return cells, line, nil
		}
	}
}

// Read is how many bytes of the file were read so far.
func (r *Rows) Read() int64 { return r.bits.n }

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// lines passes text on and ends where no line ends for too long, which would be held in memory whole.
type lines struct {
	r    *bufio.Reader
	long int
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for _, b := range p[:n] {
		if l.long++; b == '\n' {
			l.long = 0
		}
		if l.long > mostLine {
			return 0, ErrNoTable
		}
	}
	return n, err
}
