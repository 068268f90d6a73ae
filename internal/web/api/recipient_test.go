package api

import (
	"context"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func TestRecipientsAreSuggested(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		h.d.Agent("Bērziņa", desk.AgentRole)
		light := h.d.Agent("Lena", desk.LightAgent)
		h.d.Write(func(ctx context.Context, tx *db.Tx) error {
			for _, who := range [][2]string{{"Bērziņš Jānis", "janis@customer.example"}, {"Zane", "berzi@customer.example"}, {"Berzins Two", "two@customer.example"},
				{"Berzis", "berzi.four@customer.example"}} {
				if _, err := h.d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: who[1], Name: who[0]}); err != nil {
					return err
				}
			}
			_, err := h.d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressPhone, Value: "+37120000000", Name: "Berzi by phone"})
			return err
		})
		found := func(query string) (names []string) {
			var out list[desk.Correspondent]
			h.as(h.d.Eva).do(get, "/recipients?q="+query, nil, &out)
			names = []string{}
			for _, c := range out.Items {
				names = append(names, c.Name)
			}
			return names
		}
		for query, want := range map[string][]string{
			"berzi":                   {"Bērziņš Jānis", "Berzins Two", "Berzis", "Zane", "Bērziņa"},
			"berzi&limit=4":           {"Bērziņš Jānis", "Berzins Two", "Berzis", "Bērziņa"},
			url.QueryEscape("BĒRZIŅ"): {"Bērziņš Jānis", "Berzins Two", "Bērziņa"},
			"berzi&limit=3":           {"Bērziņš Jānis", "Berzins Two", "Berzis"},
			"berzi&limit=1":           {"Bērziņš Jānis"},
			"JANIS%40":                {"Bērziņš Jānis"},
			"":                        {},
			"+":                       {},
			"%25":                     {},
			"%CC%81":                  {},
			"a%00b":                   {},
			"nobody+begins+with+this": {},
		} {
			if diff := cmp.Diff(want, found(query)); diff != "" {
				h.t.Errorf("recipients of q=%s (-want +got):\n%s", query, diff)
			}
		}
		h.as(light).refused(desk.Forbidden, get, "/recipients?q=berzi", nil)
	})
}
