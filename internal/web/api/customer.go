package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/privacy"
	"tellus/internal/platform/db"
)

// customerRoutes are customers and the organisations they belong to. Whom one may see is said in customer.Seen.
var customerRoutes = []route{
	{"list-customers", get, "/customers", needs(desk.ReadConversations), "Customers by name", option{}},
	{"create-customer", post, "/customers", needs(desk.WriteConversations), "Make a customer by hand", option{creates: true}},
	{"list-recipients", get, "/recipients", needs(desk.WriteConversations), "Whom a mail may go to: customers and colleagues by the beginning of a name or address", option{}},
	{"get-customer", get, "/customers/{id}", needs(desk.ReadConversations), "A customer", option{}},
	{"open-customer", get, "/customers/{id}/page", needs(desk.ReadConversations), "A customer with all that his page shows at first", option{}},
	{"get-customer-timeline", get, "/customers/{id}/timeline", needs(desk.ReadConversations), "What was said with a customer on all channels, newest first", option{}},
	{"change-customer", patch, "/customers/{id}", needs(desk.WriteConversations), "Change a customer", option{}},
	{"add-customer-address", post, "/customers/{id}/addresses", needs(desk.WriteConversations), "Add an address", option{creates: true}},
	{"remove-customer-address", del, "/customers/{id}/addresses/{address}", needs(desk.WriteConversations), "Remove an address", option{}},
	{"record-consent", post, "/customers/{id}/consents", needs(desk.WriteConversations), "Write down what a customer agreed to or took back", option{creates: true}},
	{"list-customer-conversations", get, "/customers/{id}/conversations", needs(desk.ReadConversations), "A customer's conversations, newest first", option{}},
	{"list-organisations", get, "/organisations", needs(desk.ReadConversations), "Organisations by name", option{}},
	{"create-organisation", post, "/organisations", needs(desk.WriteConversations), "Make an organisation", option{creates: true}},
	{"get-organisation", get, "/organisations/{id}", needs(desk.ReadConversations), "An organisation", option{}},
	{"change-organisation", put, "/organisations/{id}", needs(desk.WriteConversations), "Replace what is known of an organisation", option{}},
	{"delete-organisation", del, "/organisations/{id}", needs(desk.WriteConversations), "Delete an organisation that nobody belongs to", option{}},
	{"list-organisation-conversations", get, "/organisations/{id}/conversations", needs(desk.ReadConversations), "Conversations of an organisation's people, newest first", option{}},
}

func (s *Server) registerCustomers() {
	handle(s, "list-customers", s.listCustomers)
	handle(s, "create-customer", s.createCustomer)
	handle(s, "get-customer", s.getCustomer)
	handle(s, "open-customer", s.openCustomer)
	handle(s, "get-customer-timeline", s.customerTimeline)
	handle(s, "change-customer", s.changeCustomer)
	handle(s, "add-customer-address", s.addCustomerAddress)
	handle(s, "remove-customer-address", s.removeCustomerAddress)
	handle(s, "record-consent", s.recordConsent)
	handle(s, "list-customer-conversations", s.listCustomerConversations)
	handle(s, "list-recipients", s.listRecipients)
	s.registerOrganisations()
	s.registerDuplicates()
}

type CustomerInput struct {
	ID desk.CustomerID `path:"id"`
}

// ofCustomer is the input of an operation on a customer.
type ofCustomer interface{ whose() *desk.CustomerID }

func (in *CustomerInput) whose() *desk.CustomerID { return &in.ID }

// lead has an operation that names a record which was merged into another be about that one, so that old links lead on.
func (s *Server) lead(ctx context.Context, in any) error {
	of, ok := in.(ofCustomer)
	if !ok {
		return nil
	}
	return s.DB.Look(func(tx *db.Tx) (err error) {
		*of.whose(), err = s.Customers.Leads(ctx, tx, *of.whose())
		return err
	})
}

type customersInput struct {
	Q            string              `query:"q" maxLength:"200" doc:"What the name or an address begins with"`
	Language     string              `query:"language" maxLength:"20"`
	Organisation desk.OrganisationID `query:"organisation"`
	Warned       bool                `query:"warned" doc:"Those with a warning only"`
	Segment      desk.SegmentID      `query:"segment" doc:"Those who belong to it only"`
	Sort         string              `query:"sort" enum:",name,value,contact" doc:"By the value of twelve months or by when something was last said rather than by name; what is searched for is always by name"`
	Desc         bool                `query:"desc" doc:"The greatest first"`
	Paging
}

// placeCursor writes where a page ended; the result of placeIn is what it was made from.
func placeCursor[T any](at *T) (string, error) {
	if at == nil {
		return "", nil
	}
	data, err := json.Marshal(at)
	return base64.RawURLEncoding.EncodeToString(data), err
}

// placeIn reads a cursor, nil where there is none.
func placeIn[T any](cursor string) (*T, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // the first page has no cursor
	}
	at := new(T)
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(data, at)
	}
	if err != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	return at, nil
}

func (s *Server) listCustomers(ctx context.Context, c *Caller, in *customersInput) (*reply[page[listedCustomer]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out page[listedCustomer], err error) {
		f := customer.Filter{Language: in.Language, Organisation: in.Organisation, Warned: in.Warned}
		if in.Segment != 0 {
			if _, err := s.Segments.Get(ctx, tx, c.asksForViews(), in.Segment); err != nil {
				return out, err
			}
		}
		var items []desk.Customer
		if in.sorted() {
			items, out.Next, err = s.customersSorted(ctx, tx, c, in, f)
		} else {
			f.Q, f.Segment = in.Q, in.Segment
			items, out.Next, err = s.customersByName(ctx, tx, c, in, f)
		}
		if err != nil {
			return out, err
		}
		ids := make([]desk.CustomerID, len(items))
		for i, one := range items {
			ids[i] = one.ID
		}
		contacts, err := s.Segments.Contacts(ctx, tx, ids)
		out.Items = make([]listedCustomer, len(items))
		for i, one := range items {
			out.Items[i] = listedCustomer{one, contacts[one.ID]}
		}
		return out, err
	})
}

func (s *Server) customersByName(ctx context.Context, tx *db.Tx, c *Caller, in *customersInput, f customer.Filter) ([]desk.Customer, string, error) {
	after, err := placeIn[customer.Place](in.Cursor)
	if err != nil {
		return nil, "", err
	}
	items, next, err := s.Customers.Find(ctx, tx, c.Scope, f, after, in.Limit)
	if err != nil {
		return nil, "", err
	}
	cursor, err := placeCursor(next)
	return items, cursor, err
}

type newCustomer struct {
	Name      string                `json:"name" minLength:"1" maxLength:"200"`
	Addresses []customer.NewAddress `json:"addresses" maxItems:"20"`
}

func (s *Server) createCustomer(ctx context.Context, c *Caller, in *body[newCustomer]) (*reply[desk.Customer], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Customer, error) {
		return s.Customers.Create(ctx, tx, c.By(), in.Body.Name, in.Body.Addresses)
	})
}

func (s *Server) getCustomer(ctx context.Context, c *Caller, in *CustomerInput) (*reply[desk.Customer], error) {
	out, err := asking(ctx, s, func(tx *db.Tx) (desk.Customer, error) { return s.Customers.See(ctx, tx, c.Scope, in.ID) })
	if err == nil {
		s.Watch.Note(c.Agent, in.ID, privacy.ByPage, 0)
	}
	return out, err
}

// seeing is changing for what only who sees the customer may do.
func seeing[T any](ctx context.Context, s *Server, c *Caller, id desk.CustomerID, fn func(tx *db.Tx) (T, error)) (*reply[T], error) {
	return changing(ctx, s, func(tx *db.Tx) (v T, err error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, id); err != nil {
			return v, err
		}
		return fn(tx)
	})
}

type changeCustomerInput struct {
	CustomerInput
	Body customer.Change
}

func (s *Server) changeCustomer(ctx context.Context, c *Caller, in *changeCustomerInput) (*reply[desk.Customer], error) {
	return seeing(ctx, s, c, in.ID, func(tx *db.Tx) (desk.Customer, error) { return s.Customers.Update(ctx, tx, c.By(), in.ID, in.Body) })
}

type addressInput struct {
	CustomerInput
	Body customer.NewAddress
}

func (s *Server) addCustomerAddress(ctx context.Context, c *Caller, in *addressInput) (*reply[desk.Customer], error) {
	return seeing(ctx, s, c, in.ID, func(tx *db.Tx) (desk.Customer, error) { return s.Customers.AddAddress(ctx, tx, c.By(), in.ID, in.Body) })
}

type customerAddressInput struct {
	CustomerInput
	Address desk.AddressID `path:"address"`
}

func (s *Server) removeCustomerAddress(ctx context.Context, c *Caller, in *customerAddressInput) (*reply[desk.Customer], error) {
	return seeing(ctx, s, c, in.ID, func(tx *db.Tx) (desk.Customer, error) {
		return s.Customers.RemoveAddress(ctx, tx, c.By(), in.ID, in.Address)
	})
}

type consentInput struct {
	CustomerInput
	Body customer.NewConsent
}

func (s *Server) recordConsent(ctx context.Context, c *Caller, in *consentInput) (*reply[list[desk.Consent]], error) {
	return seeing(ctx, s, c, in.ID, func(tx *db.Tx) (list[desk.Consent], error) {
		all, err := s.Customers.Consent(ctx, tx, c.By(), in.ID, in.Body)
		return list[desk.Consent]{all}, err
	})
}

func (s *Server) listCustomerConversations(ctx context.Context, c *Caller, in *CustomerInput) (*reply[list[desk.Conversation]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Conversation], error) {
		if err := s.Customers.MaySee(ctx, tx, c.Scope, in.ID); err != nil {
			return list[desk.Conversation]{}, err
		}
		all, err := s.Conversations.OfCustomer(ctx, tx, c.Scope, in.ID, 0, 100)
		return list[desk.Conversation]{all}, err
	})
}

type recipientsInput struct {
	Q     string `query:"q" maxLength:"200" doc:"What a name or an address begins with"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"8"`
}

// listRecipients suggests whom a mail may go to: customers whom the caller sees, and all colleagues; a fourth of the places
// is kept for colleagues, so that many customers of one name do not hide them.
func (s *Server) listRecipients(ctx context.Context, c *Caller, in *recipientsInput) (*reply[list[desk.Correspondent]], error) {
	return asking(ctx, s, func(tx *db.Tx) (out list[desk.Correspondent], err error) {
		colleagues, err := s.Staff.Correspondents(ctx, tx, in.Q, in.Limit)
		if err != nil {
			return out, err
		}
		customers, err := s.Customers.Correspondents(ctx, tx, c.Scope, in.Q, in.Limit)
		if err != nil {
			return out, err
		}
		room := in.Limit - min(len(colleagues), in.Limit/4)
		out.Items = slices.Concat(customers[:min(len(customers), room)], colleagues)
		out.Items = out.Items[:min(len(out.Items), in.Limit)]
		return out, nil
	})
}
