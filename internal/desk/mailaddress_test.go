package desk_test

import (
	"testing"

	"tellus/internal/desk"
)

func TestATagGoesIntoAnAddressAndComesOutOfIt(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"desk@shop.example":           "desk+t.1@shop.example",
		"jānis@shop.example":          "jānis+t.1@shop.example",
		`"front desk"@shop.example`:   `"front desk+t.1"@shop.example`,
		`"desk@riga"@shop.example`:    `"desk@riga+t.1"@shop.example`,
		`"say \"desk\""@shop.example`: `"say \"desk\"+t.1"@shop.example`,
	} {
		tagged := desk.JoinTag(address, "t.1")
		if tagged != want {
			t.Errorf("JoinTag(%s): %s, want %s", address, tagged, want)
		}
		local, domain, _ := desk.SplitMail(tagged)
		box, tag, ok := desk.SplitTag(local)
		if !ok || tag != "t.1" || box+"@"+domain != address {
			t.Errorf("SplitTag(%s): %s %s %v", local, box, tag, ok)
		}
		local, _, _ = desk.SplitMail(address)
		if box, tag, ok := desk.SplitTag(local); ok || box != local {
			t.Errorf("SplitTag(%s) found %s %s", local, box, tag)
		}
	}
}
