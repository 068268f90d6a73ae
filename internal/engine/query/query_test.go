package query

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	word := func(w string) Part { return Part{Kind: Plain, Words: []string{w}} }
	phrase := func(w ...string) Part { return Part{Kind: Phrase, Words: w} }
	is := func(f Field, v string) Part { return Part{Kind: Filter, Field: f, Value: v} }
	not := func(p Part) Part { p.Not = true; return p }
	at := func(f Field, v string, y int, m time.Month, d int) Part {
		p := is(f, v)
		p.At = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		return p
	}
	for text, want := range map[string][]Part{
		"":                          nil,
		" \t\n ":                    nil,
		"?! - … \"\"":               nil,
		"lamp":                      {word("lamp")},
		"pasūtījums  Rīga":          {word("pasūtījums"), word("Rīga")},
		"lamp,":                     {word("lamp")},
		"-lamp":                     {not(word("lamp"))},
		"lamp - chair":              {word("lamp"), word("chair")},
		"--lamp":                    {not(word("lamp"))},
		"e-mail":                    {phrase("e", "mail")},
		"ann@shop.example":          {phrase("ann", "shop", "example")},
		"refun*":                    {{Kind: Prefix, Words: []string{"refun"}}},
		"*":                         nil,
		`"money back"`:              {phrase("money", "back")},
		`-"money back" now`:         {not(phrase("money", "back")), word("now")},
		`"lamps"`:                   {phrase("lamps")},
		`"money back`:               {phrase("money", "back")},
		`lamp"money back"`:          {word("lamp"), phrase("money", "back")},
		"„nauda atpakaļ” tūlīt":     {phrase("nauda", "atpakaļ"), word("tūlīt")},
		"„nauda atpakaļ“":           {phrase("nauda", "atpakaļ")},
		"«nauda atpakaļ» tūlīt":     {phrase("nauda", "atpakaļ"), word("tūlīt")},
		"from:ann":                  {is(From, "ann")},
		"FROM:Ann":                  {is(From, "Ann")},
		`from:"Ann Berg" lamp`:      {is(From, "Ann Berg"), word("lamp")},
		"-to:bob@other.example":     {not(is(To, "bob@other.example"))},
		"from:":                     nil,
		"from: ann":                 {word("ann")},
		"colour:red":                {phrase("colour", "red")},
		"https://shop.example/a":    {phrase("https", "shop", "example", "a")},
		"is:OPEN":                   {is(Is, "open")},
		"has:attachments":           {is(Has, "attachment")},
		"has:files":                 {is(Has, "attachment")},
		"before:2026-03-31":         {at(Before, "2026-03-31", 2026, 3, 31)},
		"after:31.3.2026":           {at(After, "31.3.2026", 2026, 3, 31)},
		"after:2026-03":             {at(After, "2026-03", 2026, 3, 1)},
		"-after:2026":               {not(at(After, "2026", 2026, 1, 1))},
		"#10025":                    {is(Number, "10025")},
		"number:#10025":             {is(Number, "10025")},
		"#summer":                   {word("summer")},
		"#0":                        {word("0")},
		`tag:"late delivery" -lamp`: {is(Tag, "late delivery"), not(word("lamp"))},
	} {
		q, err := Parse(text, false)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, q.Parts, cmpopts.IgnoreFields(Part{}, "Start", "End"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseWhileTyping(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Kind{
		"la":         Prefix,
		"big la":     Prefix,
		"la ":        Plain, // a space ends the word
		"la,":        Plain,
		"-la":        Plain, // what begins so would take away far too much
		`"big la`:    Phrase,
		"from:la":    Filter,
		"some-where": Phrase,
	} {
		q, err := Parse(text, true)
		if err != nil || len(q.Parts) == 0 {
			t.Errorf("Parse(%q) = %+v, %v", text, q, err)
			continue
		}
		if got := q.Parts[len(q.Parts)-1].Kind; got != want {
			t.Errorf("the last part of %q is a %s, want a %s", text, got, want)
		}
	}
}

func TestParseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ code, value, says string }{
		"is:sleeping":            {"is", "sleeping", "use one of new, open"},
		"lamp -is:Unknown":       {"is", "unknown", "use one of"},
		"has:lamp":               {"has", "lamp", "use has:attachment"},
		"before:soon":            {"date", "soon", "write 2026-03-31"},
		"after:2026-02-30":       {"date", "2026-02-30", "write 2026-03-31"},
		"before:1850":            {"date", "1850", "write 2026-03-31"},
		"number:lamp":            {"number", "lamp", "write number:10025"},
		"number:-1":              {"number", "-1", "write number:10025"},
		strings.Repeat("a ", 25): {"too_many", "", "leave some out"},
	} {
		_, err := Parse(text, false)
		var p *Problem
		if !errors.As(err, &p) || p.Code != want.code || p.Value != want.value || !strings.Contains(p.Error(), want.says) {
			t.Errorf("Parse(%q) = %v, want a problem %s of %q that says %q", text, err, want.code, want.value, want.says)
		}
	}
}

func TestAnUnknownNameIsReported(t *testing.T) {
	t.Parallel()
	unknown := errors.New("no such tag")
	q, err := Parse("lamp tag:late", false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = q.Clauses(AnyForm, func(f Field, value string) ([]string, error) {
		if f != Tag || value != "late" {
			t.Errorf("asked for %s:%s", f, value)
		}
		return nil, unknown
	})
	if !errors.Is(err, unknown) {
		t.Errorf("Clauses = %v, want %v", err, unknown)
	}
}

func anyName(Field, string) ([]string, error) { return []string{"x1"}, nil }

// holds says whether a document answers clauses, as simply as can be.
func holds(d Document, all []Clause) bool {
	have := map[string]bool{}
	for _, w := range d.Words {
		have[w] = true
	}
	for _, w := range d.Terms {
		have[w] = true
	}
	atom := func(a Atom) bool {
		switch {
		case a.Phrase:
			return strings.Contains(" "+strings.Join(d.Words, " ")+" ", " "+strings.Join(a.Terms, " ")+" ")
		case a.Prefix:
			for _, w := range d.Words {
				if strings.HasPrefix(w, a.Terms[0]) {
					return true
				}
			}
			return false
		}
		for _, t := range a.Terms {
			if !have[t] {
				return false
			}
		}
		return true
	}
	for _, c := range all {
		some := false
		for _, a := range c.Any {
			some = some || atom(a)
		}
		if some == c.Not {
			return false
		}
	}
	return true
}

// TestDates holds the marks of spans to a comparison of the days themselves.
func TestDates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Date(rapid.IntRange(firstYear, lastYear-1).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")),
				rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		})
		limit := day.Draw(t, "limit")
		at := day.Draw(t, "at")
		if rapid.Bool().Draw(t, "near") {
			at = within(limit.AddDate(0, 0, rapid.IntRange(-40, 40).Draw(t, "apart")))
		}
		at = at.Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
		var w Writer
		for _, m := range DayMarks(at) {
			w.Mark(m)
		}
		d := w.Document()
		for field, want := range map[Field]bool{Before: at.Before(limit), After: !at.Before(limit)} {
			for _, not := range []string{"", "-"} {
				q, err := Parse(not+string(field)+":"+limit.Format(time.DateOnly), false)
				if err != nil {
					t.Fatal(err)
				}
				c, err := q.Clauses(AnyForm, anyName)
				if err != nil {
					t.Fatal(err)
				}
				if got := holds(d, c); got != (want != (not == "-")) {
					t.Errorf("%s%s:%s holds of %s: %v", not, field, limit.Format(time.DateOnly), at, got)
				}
			}
		}
	})
}

// TestAWordIsFoundWhereItStands: whatever a text holds is found by each of its words, as a word, in quotation marks, by its beginning, and not with a
// minus; and is marked where it stands.
func TestAWordIsFoundWhereItStands(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[a-zāčēģīķļšžąęłóA-ZŠ0-9]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 8).Draw(t, "words")
		code := rapid.SampledFrom([]string{"", "en", "lv", "lt", "pl", "xx"}).Draw(t, "language")
		text := strings.Join(words, rapid.SampledFrom([]string{" ", ", ", "\n"}).Draw(t, "between"))
		var w Writer
		w.Text(text, code)
		d := w.Document()
		i := rapid.IntRange(0, len(words)-1).Draw(t, "i")
		one := words[i]
		for ask, want := range map[string]bool{
			one: true, `"` + one + `"`: true, one + "*": true, "-" + one: false, `"` + strings.Join(words[i:], " ") + `"`: true,
			strings.ToUpper(one): true, `-"` + one + `"`: false,
		} {
			q, err := Parse(ask, false)
			if err != nil {
				t.Fatal(err)
			}
			c, err := q.Clauses(AnyForm, anyName)
			if err != nil {
				t.Fatal(err)
			}
			if holds(d, c) != want {
				t.Errorf("%q finds %q: %v, by %+v", ask, text, !want, c)
			}
			if marked := len(q.Matcher().Spans(text, code, 5)) > 0; marked != want {
				t.Errorf("%q marks something in %q: %v", ask, text, marked)
			}
		}
	})
}

// checkQuery holds any text to what Parse and all that follows promise.
func checkQuery(t interface{ Fatalf(string, ...any) }, text string, typing bool) {
	q, err := Parse(text, typing)
	if err != nil {
		var p *Problem
		if !errors.As(err, &p) || p.Code == "" || len(p.Error()) <= len(p.Value) {
			t.Fatalf("Parse(%q) = %v, which does not say what to do", text, err)
		}
		return
	}
	if again, err := Parse(text, typing); err != nil || !cmp.Equal(q, again) {
		t.Fatalf("Parse(%q) = %+v, then %+v, %v", text, q, again, err)
	}
	if len(q.Parts) > MaxParts {
		t.Fatalf("Parse(%q) has %d parts", text, len(q.Parts))
	}
	end := 0
	for _, p := range q.Parts {
		if p.Start < end || p.End <= p.Start || p.End > len(text) {
			t.Fatalf("Parse(%q): %+v is not in its place", text, p)
		}
		end = p.End
		if (p.Kind == Filter) == (len(p.Words) > 0) || len(p.Words) > MaxParts {
			t.Fatalf("Parse(%q): %+v is neither words nor a filter", text, p)
		}
	}
	for _, how := range []Strictness{AnyForm, InHead, AsIs} {
		all, err := q.Clauses(how, anyName)
		if err != nil {
			t.Fatalf("clauses of %q: %v", text, err)
		}
		for _, c := range all {
			if len(c.Any) > 400 {
				t.Fatalf("%q makes %d atoms", text, len(c.Any))
			}
			for _, a := range c.Any {
				if len(a.Terms) == 0 || a.Prefix && len(a.Terms) != 1 {
					t.Fatalf("%q makes the atom %+v", text, a)
				}
				for _, term := range a.Terms {
					if term == "" || len(term) > 260 || strings.ContainsFunc(term, unseen) {
						t.Fatalf("%q makes the term %q", text, term)
					}
				}
			}
		}
	}
	m := q.Matcher()
	for _, s := range m.Spans(text, "lv", 10) {
		if s.Start < 0 || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("%q marks %+v in itself", text, s)
		}
	}
	snippet, marks := Snippet(text, m.Spans(text, "lv", 10), 60)
	end = 0
	for _, s := range marks {
		if s.Start < end || s.End <= s.Start || s.End > len(snippet) {
			t.Fatalf("the snippet %q of %q marks %+v", snippet, text, marks)
		}
		end = s.End
	}
}

func TestAnyTextIsAQueryOrSaysWhatToDo(t *testing.T) {
	t.Parallel()
	token := rapid.OneOf(rapid.SampledFrom([]string{"-", `"`, "„", "“", "«", "»", ":", "*", "#", " ", "from:", "is:", "is:open", "has:", "before:", "2026-03",
		"number:", "tag:", "assignee:me", "x@y.lv", "@", "\x80", "\xff", "\u0301", "ﬀ", "lampas", "10025"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		checkQuery(t, strings.Join(rapid.SliceOfN(token, 0, 40).Draw(t, "tokens"), ""), rapid.Bool().Draw(t, "typing"))
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "lamp -broken", `"money back" from:"Ann Berg" is:open`, "„nauda” before:2026-03 after:1.3.2026", "#10025 has:files",
		"is:asleep", "-from:@shop.example to:x", strings.Repeat("\x80", MaxLength+1), strings.Repeat("ā", MaxLength), "refun* *", "-\"", "from:\"", "İı ﷺ ½"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, typing bool) { checkQuery(t, text, typing) })
}
