package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

func TestHowATableIsWrittenIsGuessed(t *testing.T) {
	t.Parallel()
	lv, err := charmap.Windows1257.NewEncoder().String("Numurs;Klients;Summa\n1;Jānis Bērziņš;12,50\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		want Shape
	}{
		"English":           {"id,date,total\n1,2026-03-01,12.50\n", Shape{"utf-8", ",", false, "ymd"}},
		"Latvian":           {"Numurs;Datums;Summa\n1;31.01.2026;1 012,50\n", Shape{"utf-8", ";", true, "dmy"}},
		"American":          {"id\tdate\ttotal\n1\t01/31/2026\t12.50\n", Shape{"utf-8", "\t", false, "mdy"}},
		"of an old program": {lv, Shape{"windows-1257", ";", true, "ymd"}},
		"quoted":            {"\"a,b,c,d\";x;y\n1;2;3\n", Shape{"utf-8", ";", false, "ymd"}},
		"nothing":           {"", Shape{"utf-8", ",", false, "ymd"}},
	} {
		if diff := cmp.Diff(c.want, Guess([]byte(c.text), "lv")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRowsAreReadWithTheirLines(t *testing.T) {
	t.Parallel()
	r := Open(strings.NewReader("\ufeffid,name\n\n1,\"two\nlines\"\n ,\n3,x\n"), Shape{Encoding: "utf-8", Delimiter: ","})
	type row struct {
		Line  int
		Cells []string
	}
	var got []row
	for {
		cells, line, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row{line, cells})
	}
	if diff := cmp.Diff([]row{{1, []string{"id", "name"}}, {3, []string{"1", "two\nlines"}}, {6, []string{"3", "x"}}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestALineWithoutEndIsNoTable(t *testing.T) {
	t.Parallel()
	r := Open(strings.NewReader("\""+strings.Repeat("x", 2*mostLine)), Shape{Encoding: "utf-8", Delimiter: ","})
	if _, _, err := r.Next(); !errors.Is(err, ErrNoTable) {
		t.Errorf("Next = %v", err)
	}
}

func TestDatesAreReadInTheirOrder(t *testing.T) {
	t.Parallel()
	riga, err := time.LoadLocation("Europe/Riga")
	if err != nil {
		t.Fatal(err)
	}
	for cell, c := range map[string]struct{ order, want string }{
		"2026-03-01":                {"dmy", "2026-02-28T22:00:00Z"},
		"31.01.2026 14:05":          {"dmy", "2026-01-31T12:05:00Z"},
		"01/31/2026 2:05 PM":        {"mdy", "2026-01-31T12:05:00Z"},
		"1.2.26":                    {"dmy", "2026-01-31T22:00:00Z"},
		"2026-03-01T10:00:00+01:00": {"mdy", "2026-03-01T09:00:00Z"},
		"31.04.2026":                {"dmy", ""},
		"yesterday":                 {"dmy", ""},
		"":                          {"ymd", ""},
		"12.13.1":                   {"dmy", ""},
	} {
		at, ok := Shape{Dates: c.order}.Instant(cell, riga)
		if ok != (c.want != "") || ok && at.Format(time.RFC3339) != c.want {
			t.Errorf("Instant(%q, %s) = %s, %v, want %q", cell, c.order, at.Format(time.RFC3339), ok, c.want)
		}
	}
}

func TestColumnsAreTakenByTheirHeads(t *testing.T) {
	t.Parallel()
	got := Match([]string{"Order ID", "E-mail", "Billing First Name", "Total", "Order date", "Colour", "Line item: SKU"}, strings.ToLower)
	if diff := cmp.Diff([]Column{ExternalID, Email, First, Total, PlacedAt, None, SKU}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("id;date;total\n1;31.01.2026;12,50\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Guess(data, "lv")
		r := Open(strings.NewReader(string(data)), s)
		for range 1000 {
			cells, _, err := r.Next()
			if err != nil {
				return
			}
			if len(cells) > MostColumns {
				t.Fatalf("%d columns", len(cells))
			}
			for _, c := range cells {
				s.Instant(c, time.UTC)
			}
			Match(cells, strings.ToLower)
		}
	})
}
