package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

func (s *Server) registerCustomers() {
	handle(s, "list-customers", s.listCustomers)
	handle(s, "get-customer", s.getCustomer)
	handle(s, "change-customer", s.changeCustomer)
	handle(s, "add-customer-address", s.addCustomerAddress)
	handle(s, "remove-customer-address", s.removeCustomerAddress)
	handle(s, "list-customer-conversations", s.listCustomerConversations)
	handle(s, "list-recipients", s.listRecipients)
}

type CustomerInput struct {
	ID desk.CustomerID `path:"id"`
}

type customersInput struct {
	Q string `query:"q" maxLength:"200" doc:"What the name or an address begins with"`
	Paging
}

// customerCursor is the last customer of a page.
type customerCursor struct {
	Name string
	ID   desk.CustomerID
}

func (s *Server) listCustomers(ctx context.Context, _ *Caller, in *customersInput) (*reply[page[desk.Customer]], error) {
	var after *desk.Customer
	if in.Cursor != "" {
		var at customerCursor
		data, err := base64.RawURLEncoding.DecodeString(in.Cursor)
		if err == nil {
			err = json.Unmarshal(data, &at)
		}
		if err != nil {
			return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
		}
		after = &desk.Customer{Name: db.Text(at.Name), ID: at.ID}
	}
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Customer, error) { return s.Customers.Find(ctx, tx, in.Q, after, in.Limit) })
	if err != nil {
		return nil, err
	}
	out := page[desk.Customer]{Items: all}
	if len(all) == in.Limit {
		last := all[len(all)-1]
		data, err := json.Marshal(customerCursor{last.Name, last.ID})
		if err != nil {
			return nil, err
		}
		out.Next = base64.RawURLEncoding.EncodeToString(data)
	}
	return answer(out), nil
}

func (s *Server) getCustomer(ctx context.Context, _ *Caller, in *CustomerInput) (*reply[desk.Customer], error) {
	return asking(ctx, s, func(tx *db.Tx) (desk.Customer, error) { return s.Customers.Get(ctx, tx, in.ID) })
}

type changeCustomerInput struct {
	CustomerInput
	Body customer.Change
}

func (s *Server) changeCustomer(ctx context.Context, c *Caller, in *changeCustomerInput) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) { return s.Customers.Update(ctx, tx, c.By(), in.ID, in.Body) })
}

type addressInput struct {
	CustomerInput
	Body struct {
		Kind  desk.AddressKind `json:"kind" enum:"email,phone"`
		Value string           `json:"value" minLength:"3" maxLength:"320"`
	}
}

func (s *Server) addCustomerAddress(ctx context.Context, c *Caller, in *addressInput) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) {
		return s.Customers.AddAddress(ctx, tx, c.By(), in.ID, in.Body.Kind, in.Body.Value)
	})
}

type customerAddressInput struct {
	CustomerInput
	Address desk.AddressID `path:"address"`
}

func (s *Server) removeCustomerAddress(ctx context.Context, c *Caller, in *customerAddressInput) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) {
		return s.Customers.RemoveAddress(ctx, tx, c.By(), in.ID, in.Address)
	})
}

func (s *Server) listCustomerConversations(ctx context.Context, c *Caller, in *CustomerInput) (*reply[list[desk.Conversation]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Conversation, error) {
		if _, err := s.Customers.Get(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		return s.Conversations.OfCustomer(ctx, tx, c.Scope, in.ID, 0, 100)
	})
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Conversation]{all}), nil
}

type recipientsInput struct {
	Q     string `query:"q" maxLength:"200" doc:"What a name or an address begins with"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"8"`
}

// listRecipients suggests whom a mail may go to. Customers are seen by all who read conversations, colleagues by all; a fourth of the places
// is kept for colleagues, so that many customers of one name do not hide them.
func (s *Server) listRecipients(ctx context.Context, _ *Caller, in *recipientsInput) (*reply[list[desk.Correspondent]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[desk.Correspondent], err error) {
		colleagues, err := s.Staff.Correspondents(ctx, tx, in.Q, in.Limit)
		if err != nil {
			return out, err
		}
		customers, err := s.Customers.Correspondents(ctx, tx, in.Q, in.Limit)
		if err != nil {
			return out, err
		}
		room := in.Limit - min(len(colleagues), in.Limit/4)
		out.Items = slices.Concat(customers[:min(len(customers), room)], colleagues)
		out.Items = out.Items[:min(len(out.Items), in.Limit)]
		return out, nil
	})
}
