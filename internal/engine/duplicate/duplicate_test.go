package duplicate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/duplicate"
)

func mail(values ...string) (all []desk.Address) {
	for _, v := range values {
		all = append(all, desk.Address{Kind: desk.AddressEmail, Value: v})
	}
	return all
}

func of(kind desk.AddressKind, value string) []desk.Address {
	return []desk.Address{{Kind: kind, Value: value}}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	type record = duplicate.Record
	for name, c := range map[string]struct {
		a, b    record
		reasons []duplicate.Reason
		shown   bool
	}{
		"one mailbox in two spellings": {record{Name: "A", Addresses: mail("Ann.Smith+shop@GoogleMail.com")}, record{Name: "B", Addresses: mail("annsmith@gmail.com")},
			[]duplicate.Reason{duplicate.SameMail}, true},
		"dots matter elsewhere": {record{Addresses: mail("ann.smith@inbox.lv")}, record{Addresses: mail("annsmith@inbox.lv")}, nil, false},
		"a number with and without its country": {record{Addresses: of(desk.AddressPhone, "29 111 222")}, record{Addresses: of(desk.AddressPhone, "+371 29111222")},
			[]duplicate.Reason{duplicate.SamePhone}, true},
		"a handle that is a number": {record{Addresses: of(desk.AddressOther, "+37129111222")}, record{Addresses: of(desk.AddressPhone, "+37129111222")},
			[]duplicate.Reason{duplicate.SamePhone}, true},
		"a handle of digits alone": {record{Addresses: of(desk.AddressOther, "29111222")}, record{Addresses: of(desk.AddressPhone, "29111222")}, nil, false},
		"name and street, written otherwise": {record{Name: "Jānis Bērziņš", Addresses: of(desk.AddressPost, "Brīvības iela 12-3, Rīga")},
			record{Name: "Berzins, Janis", Addresses: of(desk.AddressPost, "BRIVIBAS IELA 12 - 3\nRiga")}, []duplicate.Reason{duplicate.SamePost}, true},
		"a household":                   {record{Name: "Jānis Bērziņš", Addresses: of(desk.AddressPost, "Iela 1")}, record{Name: "Anna Bērziņa", Addresses: of(desk.AddressPost, "Iela 1")}, nil, false},
		"a household's phone":           {record{Name: "Jānis Bērziņš", Addresses: of(desk.AddressPhone, "+37129111222")}, record{Name: "Anna Bērziņa", Addresses: of(desk.AddressPhone, "+37129111222")}, []duplicate.Reason{duplicate.SamePhone}, false},
		"name and birthday":             {record{Name: "Ann Lee", Birthday: "1980-02-03"}, record{Name: "ANN LEE", Birthday: "1980-02-03"}, []duplicate.Reason{duplicate.SameBirthday}, true},
		"a birthday without its year":   {record{Name: "Ann Lee", Birthday: "--02-03"}, record{Name: "Ann Lee", Birthday: "--02-03"}, nil, false},
		"name and mailbox elsewhere":    {record{Name: "Ann Lee", Addresses: mail("ann.lee@inbox.lv")}, record{Name: "Ann Lee", Addresses: mail("ann.lee@firm.example")}, []duplicate.Reason{duplicate.SameMailbox}, true},
		"a role's mailbox":              {record{Name: "Big Shop", Addresses: mail("info@a.example")}, record{Name: "Big Shop", Addresses: mail("info@b.example")}, nil, false},
		"name in one organisation":      {record{Name: "Ann Lee", Organisation: 4}, record{Name: "Lee Ann", Organisation: 4}, []duplicate.Reason{duplicate.SameOrganisation}, true},
		"one name alone":                {record{Name: "Ann Lee"}, record{Name: "Ann Lee"}, nil, false},
		"a first name in one house":     {record{Name: "Ann", Organisation: 4}, record{Name: "Ann", Organisation: 4}, nil, false},
		"born on different days":        {record{Name: "Ann Lee", Organisation: 4, Birthday: "1980-02-03"}, record{Name: "Ann Lee", Organisation: 4, Birthday: "1990-02-03"}, []duplicate.Reason{duplicate.SameOrganisation}, false},
		"an address in place of a name": {record{Name: "ann lee@x.example", Organisation: 4}, record{Name: "ann lee@x.example", Organisation: 4}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := duplicate.Judge(c.a, c.b, "LV")
			if !slices.Equal(got.Reasons, c.reasons) {
				t.Errorf("Judge(%+v, %+v) gives reasons %v, want %v", c.a, c.b, got.Reasons, c.reasons)
			}
			if shown := got.Certainty >= duplicate.Least; shown != c.shown {
				t.Errorf("Judge(%+v, %+v) is %d%% certain, want it shown: %t", c.a, c.b, got.Certainty, c.shown)
			}
		})
	}
}

func drawRecord(rt *rapid.T, name string) duplicate.Record {
	r := duplicate.Record{
		Name:         rapid.SampledFrom([]string{"", "Ann", "Ann Lee", "Lee Ānn", "Bob Roe", "ann@x.example"}).Draw(rt, name+" name"),
		Birthday:     rapid.SampledFrom([]string{"", "--02-03", "1980-02-03", "1990-02-03"}).Draw(rt, name+" birthday"),
		Organisation: desk.OrganisationID(rapid.IntRange(0, 2).Draw(rt, name+" organisation")),
	}
	for i := range rapid.IntRange(0, 4).Draw(rt, name+" addresses") {
		a := rapid.SampledFrom([]desk.Address{
			{Kind: desk.AddressEmail, Value: "ann.lee@gmail.com"}, {Kind: desk.AddressEmail, Value: "AnnLee+x@googlemail.com"}, {Kind: desk.AddressEmail, Value: "ann.lee@inbox.lv"},
			{Kind: desk.AddressEmail, Value: "info@x.example"}, {Kind: desk.AddressPhone, Value: "29111222"}, {Kind: desk.AddressPhone, Value: "+371 29 111 222"},
			{Kind: desk.AddressOther, Value: "+37129111222"}, {Kind: desk.AddressPost, Value: "Iela 1, Rīga"}, {Kind: desk.AddressPost, Value: "riga iela 1"},
		}).Draw(rt, fmt.Sprint(name, " address ", i))
		r.Addresses = append(r.Addresses, a)
	}
	return r
}

func TestWhatIsSuggestedSharesATrait(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawRecord(rt, "a"), drawRecord(rt, "b")
		ab, ba := duplicate.Judge(a, b, "LV"), duplicate.Judge(b, a, "LV")
		if diff := cmp.Diff(ab, ba); diff != "" {
			rt.Fatalf("Judge depends on the order:\n%s", diff)
		}
		of := duplicate.Traits(b, "LV")
		shares := slices.ContainsFunc(duplicate.Traits(a, "LV"), func(x duplicate.Trait) bool { return slices.Contains(of, x) })
		if shares != (len(ab.Reasons) > 0) {
			rt.Fatalf("%+v and %+v share a trait: %t, but have reasons %v", a, b, shares, ab.Reasons)
		}
		if ab.Certainty < 0 || ab.Certainty > 99 || (ab.Certainty > 0) != (len(ab.Reasons) > 0) {
			rt.Fatalf("certainty %d with reasons %v", ab.Certainty, ab.Reasons)
		}
		shuffled := a
		shuffled.Name = strings.ToUpper(a.Name)
		shuffled.Addresses = slices.Clone(a.Addresses)
		slices.Reverse(shuffled.Addresses)
		if diff := cmp.Diff(ab, duplicate.Judge(shuffled, b, "LV")); diff != "" {
			rt.Fatalf("case or the order of addresses matter:\n%s", diff)
		}
	})
}

func drawCustomer(rt *rapid.T, name string) desk.Customer {
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name+" "+what) }
	c := desk.Customer{ID: 1, Name: pick("name", "Ann", "Ann Lee", "A. Lee"), Language: pick("language", "", "lv", "en"), TimeZone: pick("zone", "", "Europe/Riga"),
		Birthday: pick("birthday", "", "1980-01-02"), Prefers: pick("prefers", "", "phone", "email"), Note: pick("note", "", "x", "y", "x\n\ny"), Warnings: []string{}, Fields: desk.FieldValues{}}
	if c.OrganisationID = desk.OrganisationID(rapid.IntRange(0, 2).Draw(rt, name+" organisation")); c.OrganisationID != 0 {
		c.Organisation = "Org " + c.OrganisationID.String()
	}
	if rapid.Bool().Draw(rt, name+" hours") {
		c.Hours = &desk.ContactHours{From: "09:00", To: pick("until", "12:00", "17:00"), Days: []int{1, 2}}
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, name+" warnings") {
		if w := pick(fmt.Sprint("warning ", i), "a", "b", "c", "d"); !slices.Contains(c.Warnings, w) {
			c.Warnings = append(c.Warnings, w)
		}
	}
	for id := range desk.FieldID(3) {
		if rapid.Bool().Draw(rt, fmt.Sprint(name, " field ", id)) {
			c.Fields[id+1] = desk.FieldValue{Form: desk.NumberValue, Number: float64(rapid.IntRange(1, 3).Draw(rt, fmt.Sprint(name, " value ", id)))}
		}
	}
	return c
}

func drawPicks(rt *rapid.T, name string) map[string]duplicate.Pick {
	picks := map[string]duplicate.Pick{}
	for _, key := range append([]string{duplicate.FieldKey(1), duplicate.FieldKey(2)}, duplicate.Attributes...) {
		if p := rapid.SampledFrom([]duplicate.Pick{"", duplicate.PickHis, duplicate.PickOther}).Draw(rt, name+" pick "+key); p != "" {
			picks[key] = p
		}
	}
	return picks
}

func TestUndoingAllMergesInAnyOrderGivesTheFirstRecordBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		first := drawCustomer(rt, "into")
		now := first
		var standing []duplicate.Given
		for i := range rapid.IntRange(1, 3).Draw(rt, "merges") {
			var given duplicate.Given
			now, given = duplicate.Join(now, drawCustomer(rt, fmt.Sprint("from ", i)), drawPicks(rt, fmt.Sprint("merge ", i)))
			standing = append(standing, given)
		}
		for len(standing) > 0 {
			at := rapid.IntRange(0, len(standing)-1).Draw(rt, "undo")
			after, later, err := duplicate.Part(now, standing[at], standing[at+1:])
			if err != nil {
				rt.Fatalf("Part: %v", err)
			}
			now, standing = after, append(slices.Clone(standing[:at]), later...)
		}
		if diff := cmp.Diff(first, now); diff != "" {
			rt.Fatalf("what the merges changed was not given back:\n%s", diff)
		}
	})
}

func TestUndoingKeepsWhatCameLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		first, other := drawCustomer(rt, "into"), drawCustomer(rt, "from")
		now, given := duplicate.Join(first, other, drawPicks(rt, "merge"))
		now.Name, now.Note, now.Warnings = "Typed since", "Typed since", append(slices.Clone(now.Warnings), "typed since")
		fields := maps.Clone(now.Fields)
		fields[9] = desk.FieldValue{Form: desk.NumberValue, Number: 9}
		now.Fields = fields
		after, _, err := duplicate.Part(now, given, nil)
		if err != nil {
			rt.Fatalf("Part: %v", err)
		}
		want := first
		want.Name, want.Note, want.Warnings = "Typed since", "Typed since", append(slices.Clone(first.Warnings), "typed since")
		want.Fields = maps.Clone(first.Fields)
		want.Fields[9] = fields[9]
		if diff := cmp.Diff(want, after); diff != "" {
			rt.Fatalf("undoing lost what came later, or kept what it had given:\n%s", diff)
		}
	})
}

func TestJoinTakesWhatWasPicked(t *testing.T) {
	t.Parallel()
	into := desk.Customer{ID: 1, Name: "A. Lee", Language: "lv", Note: "calls twice", Warnings: []string{"rude"}, Fields: desk.FieldValues{}}
	from := desk.Customer{ID: 2, Name: "Ann Lee", Language: "en", TimeZone: "Europe/Riga", Note: "pays late", Warnings: []string{"rude", "sues"}}
	got, _ := duplicate.Join(into, from, map[string]duplicate.Pick{"name": duplicate.PickOther})
	want := desk.Customer{ID: 1, Name: "Ann Lee", Language: "lv", TimeZone: "Europe/Riga", Note: "calls twice\n\npays late", Warnings: []string{"rude", "sues"}, Fields: desk.FieldValues{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Join, with the other's name picked (-want +got):\n%s", diff)
	}
}
