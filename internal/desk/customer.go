package desk

// AddressKind is the kind of a customer's address.
type AddressKind string

const (
	AddressEmail AddressKind = "email"
	AddressPhone AddressKind = "phone"
	AddressPost  AddressKind = "post"  // where letters go; a household may share one
	AddressOther AddressKind = "other" // a handle, a page, an extension: its label says what
)

// Address is where a customer can be reached; a mail address, a telephone number and any other handle belong to one customer.
type Address struct {
	ID         AddressID   `json:"id"`
	Kind       AddressKind `json:"kind" enum:"email,phone,post,other"`
	Value      string      `json:"value" doc:"A telephone number in E.164 where it could be told"`
	Label      string      `json:"label,omitempty" doc:"What it is, in the words of the desk: office, Telegram, invoices"`
	VerifiedAt Time        `json:"verifiedAt,omitempty"`
	Bounced    bool        `json:"bounced,omitempty"`
}

// Customer is a person whom we serve.
type Customer struct {
	ID             CustomerID     `json:"id"`
	Name           string         `json:"name"`
	Language       string         `json:"language,omitempty"`
	TimeZone       string         `json:"timeZone,omitempty"`
	Organisation   string         `json:"organisation,omitempty" doc:"The name of the organisation he belongs to"`
	OrganisationID OrganisationID `json:"organisationId,omitempty"`
	Note           string         `json:"note,omitempty"`
	Warnings       []string       `json:"warnings" doc:"Shown in each of his conversations"`
	Birthday       string         `json:"birthday,omitempty" doc:"YYYY-MM-DD, or --MM-DD where the year is not known (RFC 6350, 4.3.1)"`
	Prefers        string         `json:"prefers,omitempty" enum:"email,phone,letter" doc:"How he likes to be reached"`
	Hours          *ContactHours  `json:"hours,omitempty" doc:"When he likes to be reached, by the clock of his time zone"`
	Addresses      []Address      `json:"addresses"`
	Fields         FieldValues    `json:"fields" doc:"Values of custom fields by the fields' ids"`
	CreatedAt      Time           `json:"createdAt"`
	Version        int64          `json:"version"`
}

// Correspondent is somebody to whom a mail can be addressed: a customer or a colleague, with one address of his.
type Correspondent struct {
	Name     string     `json:"name"`
	Address  string     `json:"address"`
	Customer CustomerID `json:"customer,omitempty"`
	Agent    AgentID    `json:"agent,omitempty"`
	Bounced  bool       `json:"bounced,omitempty" doc:"Mail to this address came back"`
}
