package field

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
)

func limit(n float64) *float64 { return &n }

func everybody(desk.AgentID) bool { return true }

var tree = desk.Field{Kind: desk.TreeField, Name: "Product", Options: []desk.FieldOption{{ID: 1, Name: "Vehicles"}, {ID: 2, Name: "Cars", Parent: 1}, {ID: 3, Name: "Vans", Parent: 1},
	{ID: 4, Name: "Lorries", Into: 3}, {ID: 5, Name: "Other"}}}

func TestCheckKeepsWhatAFieldTakes(t *testing.T) {
	t.Parallel()
	choice := desk.Field{Kind: desk.ChoiceField, Options: tree.Options}
	several := desk.Field{Kind: desk.ChoiceField, Form: desk.FieldForm{Several: true}, Options: tree.Options}
	number := desk.Field{Kind: desk.NumberField, Form: desk.FieldForm{Decimals: 2, Min: limit(-1), Max: limit(100)}}
	none := desk.FieldValue{}
	for name, c := range map[string]struct {
		f    desk.Field
		in   desk.FieldValue
		want desk.FieldValue
		why  desk.Why
	}{
		"no value":                  {number, none, none, ""},
		"text in one line":          {desk.Field{Kind: desk.TextField}, desk.TextOf(" a\n b "), desk.TextOf("a b"), ""},
		"text in lines":             {desk.Field{Kind: desk.TextField, Form: desk.FieldForm{Lines: true}}, desk.TextOf(" a\r\nb "), desk.TextOf("a\nb"), ""},
		"blank text":                {desk.Field{Kind: desk.TextField}, desk.TextOf(" \n "), none, ""},
		"long text":                 {desk.Field{Kind: desk.TextField, Form: desk.FieldForm{Most: 3}}, desk.TextOf("āēīū"), none, desk.WhyTooLong},
		"text as long as it may":    {desk.Field{Kind: desk.TextField, Form: desk.FieldForm{Most: 4}}, desk.TextOf("āēīū"), desk.TextOf("āēīū"), ""},
		"number for text":           {desk.Field{Kind: desk.TextField}, desk.NumberOf(1), none, desk.WhyValueForm},
		"number":                    {number, desk.NumberOf(12.25), desk.NumberOf(12.25), ""},
		"number with three places":  {number, desk.NumberOf(12.255), none, desk.WhyDecimals},
		"number that is not binary": {number, desk.NumberOf(0.29), desk.NumberOf(0.29), ""},
		"number too small":          {number, desk.NumberOf(-1.01), none, desk.WhyOutOfRange},
		"number at the end":         {number, desk.NumberOf(100), desk.NumberOf(100), ""},
		"no number":                 {number, desk.NumberOf(math.NaN()), none, desk.WhyOutOfRange},
		"money":                     {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(-1250, "EUR"), desk.MoneyOf(-1250, "EUR"), ""},
		"money of no country":       {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(1, "EUX"), none, desk.WhyNoCurrency},
		"too much money":            {desk.Field{Kind: desk.MoneyField, Form: desk.FieldForm{Max: limit(10)}}, desk.MoneyOf(1001, "EUR"), none, desk.WhyOutOfRange},
		"as many yen":               {desk.Field{Kind: desk.MoneyField, Form: desk.FieldForm{Max: limit(1001)}}, desk.MoneyOf(1001, "JPY"), desk.MoneyOf(1001, "JPY"), ""},
		"date":                      {desk.Field{Kind: desk.DateField}, desk.TextOf(" 2028-02-29 "), desk.TextOf("2028-02-29"), ""},
		"date that there is not":    {desk.Field{Kind: desk.DateField}, desk.TextOf("2026-02-29"), none, desk.WhyNoDate},
		"no":                        {desk.Field{Kind: desk.YesNoField}, desk.YesNoOf(false), desk.YesNoOf(false), ""},
		"option":                    {choice, desk.IDsOf[int64](5), desk.IDsOf[int64](5), ""},
		"no option":                 {choice, desk.IDsOf[int64](6), none, desk.WhyNoOption},
		"two options of one":        {choice, desk.IDsOf[int64](5, 1), none, desk.WhyOnlyOne},
		"options twice":             {several, desk.IDsOf[int64](5, 1, 5), desk.IDsOf[int64](1, 5), ""},
		"no options":                {several, desk.IDsOf[int64](), none, ""},
		"leaf of a tree":            {tree, desk.IDsOf[int64](2), desk.IDsOf[int64](2), ""},
		"branch of a tree":          {tree, desk.IDsOf[int64](1), none, desk.WhyNoOption},
		"people":                    {desk.Field{Kind: desk.PeopleField}, desk.IDsOf[int64](7), desk.IDsOf[int64](7), ""},
	} {
		got, err := Check("body.fields.1", c.f, c.in, everybody)
		var r *desk.Refusal
		switch {
		case c.why == "" && (err != nil || !got.Equal(c.want)):
			t.Errorf("%s: Check(%+v) = %+v, %v, want %+v", name, c.in, got, err, c.want)
		case c.why != "" && (!errors.As(err, &r) || r.Why != c.why || r.Field != "body.fields.1"):
			t.Errorf("%s: Check(%+v) = %v, want %s", name, c.in, err, c.why)
		}
	}
	if _, err := Check("x", desk.Field{Kind: desk.PeopleField}, desk.IDsOf[int64](7), func(desk.AgentID) bool { return false }); err == nil {
		t.Error("Check takes an agent whom there is not")
	}
}

func TestMissingIsWhatAppliesAndIsRequired(t *testing.T) {
	t.Parallel()
	of := func(id desk.FieldID, change func(*desk.Field)) desk.Field {
		f := desk.Field{ID: id, Target: desk.OnConversation, Required: true}
		change(&f)
		return f
	}
	fields := []desk.Field{
		of(1, func(*desk.Field) {}), of(2, func(f *desk.Field) { f.Types = []desk.TypeID{3} }), of(3, func(f *desk.Field) { f.Types = []desk.TypeID{4} }),
		of(4, func(f *desk.Field) { f.Inboxes = []desk.InboxID{9} }), of(5, func(f *desk.Field) { f.ArchivedAt = 1 }), of(6, func(f *desk.Field) { f.Required = false }),
		of(7, func(f *desk.Field) { f.Target = desk.OnCustomer }), of(8, func(*desk.Field) {}),
	}
	if got, want := Missing(fields, desk.FieldValues{8: desk.YesNoOf(false)}, 3, 1), []desk.FieldID{1, 2}; !slices.Equal(got, want) {
		t.Errorf("Missing = %v, want %v", got, want)
	}
	if got := Missing(fields, desk.FieldValues{}, 0, 9); !slices.Equal(got, []desk.FieldID{1, 4, 8}) {
		t.Errorf("Missing without a type = %v", got)
	}
}

func TestShowWritesValues(t *testing.T) {
	t.Parallel()
	words := Words{Yes: "jā", No: "nē", Agent: func(id desk.AgentID) string { return map[desk.AgentID]string{1: "Eva", 2: "Otto"}[id] }}
	for want, c := range map[string]struct {
		f desk.Field
		v desk.FieldValue
	}{
		"":                {tree, desk.FieldValue{}},
		"Vehicles › Cars": {tree, desk.IDsOf[int64](2)},
		"Vans":            {desk.Field{Kind: desk.ChoiceField, Options: []desk.FieldOption{{ID: 3, Name: "Vans"}, {ID: 4, Name: "Lorries", Into: 3}}}, desk.IDsOf[int64](3, 4)},
		"12.5 kg":         {desk.Field{Kind: desk.NumberField, Form: desk.FieldForm{Unit: "kg"}}, desk.NumberOf(12.5)},
		"-0.05 EUR":       {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(-5, "EUR")},
		"1250.00 EUR":     {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(125000, "EUR")},
		"500 JPY":         {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(500, "JPY")},
		"1.005 KWD":       {desk.Field{Kind: desk.MoneyField}, desk.MoneyOf(1005, "KWD")},
		"nē":              {desk.Field{Kind: desk.YesNoField}, desk.YesNoOf(false)},
		"Eva, Otto":       {desk.Field{Kind: desk.PeopleField}, desk.IDsOf[int64](1, 2, 3)},
	} {
		if got := Show(c.f, c.v, words); got != want {
			t.Errorf("Show(%+v) = %q, want %q", c.v, got, want)
		}
	}
	if got := Show(tree, desk.IDsOf[int64](4), words); got != "Vehicles › Vans" {
		t.Errorf("what was merged shows as %q", got)
	}
	if got := tree.Under(1); !slices.Equal(got, []desk.OptionID{1, 2, 3, 4}) {
		t.Errorf("Under(Vehicles) = %v", got)
	}
}

func TestOptionsKeepTheirIdsWhateverIsDoneToThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := desk.Field{Name: "x", Kind: rapid.SampledFrom([]desk.FieldKind{desk.ChoiceField, desk.TreeField}).Draw(rt, "kind")}
		var was []desk.FieldOption
		next := desk.OptionID(1)
		ever := map[desk.OptionID]bool{}
		for range rapid.IntRange(1, 8).Draw(rt, "edits") {
			edit := f
			edit.Options = nil
			for _, o := range was {
				if rapid.Bool().Draw(rt, "keep") {
					edit.Options = append(edit.Options, o)
				}
			}
			for range rapid.IntRange(0, 3).Draw(rt, "new") {
				id := desk.OptionID(rapid.IntRange(-3, 0).Draw(rt, "id"))
				if id < 0 && slices.ContainsFunc(edit.Options, func(o desk.FieldOption) bool { return o.ID == id }) {
					continue
				}
				edit.Options = append(edit.Options, desk.FieldOption{ID: id, Name: rapid.StringMatching("[a-f]{1,3}").Draw(rt, "name"),
					Parent: desk.OptionID(rapid.IntRange(-3, 4).Draw(rt, "parent")), Into: desk.OptionID(rapid.IntRange(0, 4).Draw(rt, "into"))})
			}
			made, after, err := Define(edit, was, next)
			if err != nil {
				continue
			}
			seen := map[desk.OptionID]bool{}
			for _, o := range made.Options {
				if o.ID < 1 || o.ID >= after || seen[o.ID] {
					rt.Fatalf("Define(%+v) gives option %+v, next %d", edit.Options, o, after)
				}
				seen[o.ID] = true
				if made.Meant(o.ID) == 0 || Show(made, desk.IDsOf(o.ID), Words{}) == "" {
					rt.Fatalf("option %+v of %+v shows as nothing", o, made.Options)
				}
			}
			for id := range ever {
				if !seen[id] {
					rt.Fatalf("option %d is lost by Define(%+v) after %+v", id, edit.Options, was)
				}
			}
			ever, was, next = seen, made.Options, after
		}
	})
}

func TestWhatWasCheckedIsCheckedAgainAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := desk.Field{Kind: rapid.SampledFrom(desk.FieldKinds).Draw(rt, "kind"), Options: tree.Options,
			Form: desk.FieldForm{Lines: rapid.Bool().Draw(rt, "lines"), Decimals: rapid.IntRange(0, 6).Draw(rt, "decimals"), Several: rapid.Bool().Draw(rt, "several")}}
		v := rapid.OneOf(
			rapid.Map(rapid.String(), desk.TextOf), rapid.Map(rapid.Float64(), desk.NumberOf), rapid.Map(rapid.Bool(), desk.YesNoOf),
			rapid.Map(rapid.Int64(), func(n int64) desk.FieldValue { return desk.MoneyOf(n, "PLN") }),
			rapid.Map(rapid.SliceOf(rapid.Int64Range(0, 6)), func(ids []int64) desk.FieldValue { return desk.IDsOf(ids...) }),
		).Draw(rt, "value")
		once, err := Check("x", f, v, everybody)
		if err != nil {
			return
		}
		data, err := json.Marshal(desk.FieldValues{7: once})
		if err != nil {
			rt.Fatal(err)
		}
		read, err := desk.ReadFieldValues(string(data))
		if err != nil {
			rt.Fatal(err)
		}
		twice, err := Check("x", f, read[7], everybody)
		if err != nil || !twice.Equal(once) {
			rt.Fatalf("Check(%+v) = %+v, after it was kept as %s %+v, %v", v, once, data, twice, err)
		}
	})
}

func TestPersonalValuesGo(t *testing.T) {
	t.Parallel()
	values := desk.FieldValues{1: desk.TextOf("a"), 2: desk.TextOf("b"), 3: desk.TextOf("c")}
	got := Kept([]desk.Field{{ID: 1}, {ID: 2, Personal: true}, {ID: 4}}, values)
	if diff := cmp.Diff(desk.FieldValues{1: desk.TextOf("a")}, got); diff != "" {
		t.Errorf("Kept (-want +got):\n%s", diff)
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`"a"`, `12.5`, `-0`, `1e400`, `true`, `null`, `[1,2]`, `{"amount":1,"currency":"EUR"}`, `{"amount":9223372036854775807,"currency":"JPY"}`, `"2026-02-29"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v desk.FieldValue
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		for _, kind := range desk.FieldKinds {
			got, err := Check("x", desk.Field{Kind: kind, Options: tree.Options}, v, everybody)
			if err != nil {
				continue
			}
			kept, err := desk.FieldValues{1: got}.Column()
			if err != nil {
				t.Fatalf("%s: %q cannot be kept: %v", kind, text, err)
			}
			if read, err := desk.ReadFieldValues(kept); err != nil || !read[1].Equal(got) {
				t.Fatalf("%s: %q is kept as %s and read as %+v, %v", kind, text, kept, read[1], err)
			}
			if strings.Contains(Show(desk.Field{Kind: kind, Options: tree.Options}, got, Words{Yes: "yes", No: "no", Agent: func(desk.AgentID) string { return "" }}), "\x00") {
				t.Fatalf("%s: %q shows a NUL", kind, text)
			}
		}
	})
}
