package api

import (
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
)

// TestCustomersOfOthersAreNotThere: of a customer whose conversations one does not see, nothing is told and nothing is changed.
func TestCustomersOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, eva := h.as(s.otto), h.as(h.d.Eva)
		var hidden desk.Customer
		eva.do(post, "/customers", object{"name": "Hidden", "addresses": []object{{"kind": "phone", "value": "+37129123456"}}}, &hidden)
		path := "/customers/" + hidden.ID.String()
		var own desk.Customer
		otto.do(post, "/customers", object{"name": "Own", "addresses": []object{}}, &own)
		mine := "/customers/" + own.ID.String()
		calls := map[string]call{
			"list-customer-duplicates":    {get, path + "/duplicates", nil},
			"dismiss-duplicate":           {post, path + "/duplicates/dismiss", object{"other": own.ID}},
			"dismiss-duplicate of":        {post, mine + "/duplicates/dismiss", object{"other": hidden.ID}},
			"merge-customers":             {post, path + "/merge", object{"from": own.ID, "version": hidden.Version, "fromVersion": own.Version}},
			"merge-customers of":          {post, mine + "/merge", object{"from": hidden.ID, "version": own.Version, "fromVersion": hidden.Version}},
			"undo-customer-merge":         {post, path + "/merges/1/undo", nil},
			"get-customer":                {get, path, nil},
			"open-customer":               {get, path + "/page", nil},
			"get-customer-timeline":       {get, path + "/timeline", nil},
			"list-customer-conversations": {get, path + "/conversations", nil},
			"change-customer":             {patch, path, object{"version": hidden.Version, "name": "Taken"}},
			"add-customer-address":        {post, path + "/addresses", object{"kind": "email", "value": "taken@customer.example"}},
			"remove-customer-address":     {del, fmt.Sprintf("%s/addresses/%d", path, hidden.Addresses[0].ID), nil},
			"record-consent":              {post, path + "/consents", object{"purpose": "news", "given": true, "source": "nobody"}},
		}
		for id, c := range calls {
			if status, body, _ := otto.send(c.method, c.path, c.body); status != 404 {
				h.t.Errorf("%s of somebody else's customer: %d %s", id, status, body)
			}
		}
		var found page[desk.Customer]
		otto.do(get, "/customers?q=Hidden", nil, &found)
		var searched searchBody
		otto.do(get, "/search?q=Hidden", nil, &searched)
		if len(found.Items)+len(searched.Customers) != 0 {
			h.t.Errorf("Otto finds %v and %v", found.Items, searched.Customers)
		}
		var now desk.Customer
		eva.do(get, path, nil, &now)
		if now.Name != "Hidden" || now.Version != hidden.Version || len(now.Addresses) != 1 {
			h.t.Errorf("afterwards the customer is %+v", now)
		}
	})
}

// TestTheCustomerPageHoldsEverything: what was said on all channels, newest first, page by page, with what is known of him and of his organisation.
func TestTheCustomerPageHoldsEverything(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		var org desk.Organisation
		eva.do(post, "/organisations", object{"name": "Old Mill", "note": "", "domains": []string{"customer.example", "other.example"}, "shared": true, "version": 0}, &org)
		for i := range 3 {
			h.d.Receive(desktest.Ann, fmt.Sprint("Matter ", i))
		}
		h.d.Receive(desktest.Bob, "A colleague's matter")
		var who desk.CustomerID
		h.ask(&who, `SELECT min(customer) FROM conversation`)
		path := "/customers/" + who.String()
		eva.do(post, "/conversations/record", object{"inbox": h.d.Support, "customer": who, "subject": "He called", "channel": "phone", "html": "<p>About the mill</p>",
			"at": h.d.Now(), "record": object{"direction": "in", "seconds": 60}, "attachments": nobody}, nil)
		var shown customerPage
		eva.do(get, path+"/page", nil, &shown)
		if shown.Organisation == nil || shown.Organisation.ID != org.ID || shown.Conversations.All != 4 || len(shown.Timeline.Items) != 4 || len(shown.Colleagues) != 1 {
			h.t.Fatalf("page = %+v", shown)
		}
		if first := shown.Timeline.Items[0]; first.Channel != "phone" || first.Record == nil || first.Subject != "He called" {
			h.t.Errorf("the newest = %+v", first)
		}
		var all []desk.MessageID
		for next := ""; ; {
			var p saidPage
			eva.do(get, path+"/timeline?limit=1&cursor="+next, nil, &p)
			for _, e := range p.Items {
				all = append(all, e.Message)
			}
			if next = p.Next; next == "" {
				break
			}
		}
		for i, e := range shown.Timeline.Items {
			if i >= len(all) || all[i] != e.Message {
				h.t.Errorf("page by page the timeline is %v, at once %v", all, shown.Timeline.Items)
				break
			}
		}
		for query, want := range map[string]int{"channel=phone": 1, "channel=email": 3, "kind=outgoing": 1, "kind=incoming&channel=visit": 0} {
			var p saidPage
			eva.do(get, path+"/timeline?"+query, nil, &p)
			if len(p.Items) != want {
				h.t.Errorf("timeline?%s has %d, want %d", query, len(p.Items), want)
			}
		}
		eva.do(put, "/organisations/"+org.ID.String(), object{"name": "Old Mill", "note": "", "domains": nobody, "shared": false, "version": shown.Organisation.Version}, nil)
		eva.do(get, path+"/page", nil, &shown)
		if len(shown.Colleagues) != 0 {
			h.t.Errorf("an organisation that shares nothing shows %v", shown.Colleagues)
		}
	})
}
