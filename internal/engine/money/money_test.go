package money

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAmountsAreReadExactly(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct {
		decimals int
		comma    bool
		want     int64
		ok       bool
	}{
		"12.50":          {2, false, 1250, true},
		"12,50":          {2, true, 1250, true},
		"-0.05":          {2, false, -5, true},
		"−3":             {2, false, -300, true},
		"1.234,5":        {2, true, 123450, true},
		"1,234.5":        {2, false, 123450, true},
		"1 234,50 €":     {2, true, 123450, true},
		"EUR 99.00":      {2, false, 9900, true},
		"1’000.00":       {2, false, 100000, true},
		"19.995":         {2, false, 2000, true},
		"-19.995":        {2, false, -2000, true},
		"500":            {0, false, 500, true},
		"500.4":          {0, false, 500, true},
		"1.005":          {3, false, 1005, true},
		".5":             {2, false, 50, true},
		"0.1":            {2, false, 10, true},
		"":               {2, false, 0, false},
		"free":           {2, false, 0, false},
		"1.2.3":          {2, false, 0, false},
		"12,5":           {2, false, 0, false}, // no group of thousands, so it must be the other form
		"1e5":            {2, false, 0, false},
		"99999999999999": {2, false, 0, false},
		"12-3":           {2, false, 0, false},
	} {
		if got, ok := Parse(text, c.decimals, c.comma); ok != c.ok || ok && got != c.want {
			t.Errorf("Parse(%q, %d, %v) = %d, %v, want %d, %v", text, c.decimals, c.comma, got, ok, c.want, c.ok)
		}
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor, decimals := rapid.Int64Range(-Most, Most).Draw(t, "minor"), rapid.IntRange(0, 4).Draw(t, "decimals")
		if got, ok := Parse(Format(minor, decimals), decimals, false); !ok || got != minor {
			t.Fatalf("Parse(Format(%d, %d)) = %d, %v", minor, decimals, got, ok)
		}
	})
}

func TestALineIsItsPriceTimesItsQuantity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price, n := rapid.Int64Range(-100_000_000, 100_000_000).Draw(t, "price"), rapid.Int64Range(1, 10_000).Draw(t, "n")
		q, ok := Quantity(Format(n, 0), false)
		if !ok {
			t.Fatalf("Quantity(%d) refused", n)
		}
		total, ok := Times(price, q)
		if !ok || total != price*n {
			t.Fatalf("Times(%d, %s) = %d, %v, want %d", price, q, total, ok, price*n)
		}
		if each := Each(total, q); each != price {
			t.Fatalf("Each(%d, %s) = %d, want %d", total, q, each, price)
		}
	})
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2": "2", "2.000": "2", "0.75": "0.75", "10": "10", "0": "0", "-1": "", "x": "", "1.0000005": "1.000001", "9999999999": ""} {
		got, ok := Quantity(text, false)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Quantity(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
	if n, ok := Times(3, "0.5"); !ok || n != 2 {
		t.Errorf("half of 3 = %d, %v, want 2: half is rounded away from zero", n, ok)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.50", "1 234,50 €", "-", "..", ",", "−1", "0.000000000000001"} {
		f.Add(s, 2, true)
	}
	f.Fuzz(func(t *testing.T, text string, decimals int, comma bool) {
		if decimals < 0 || decimals > 6 {
			return
		}
		n, ok := Parse(text, decimals, comma)
		if ok && (n > Most || n < -Most) {
			t.Errorf("Parse(%q) = %d beyond the bound", text, n)
		}
		if q, ok := Quantity(text, comma); ok {
			if again, ok := Quantity(q, false); !ok || again != q {
				t.Errorf("Quantity(%q) = %q, which is read as %q", text, q, again)
			}
			Times(n, q)
			Each(n, q)
		}
	})
}
