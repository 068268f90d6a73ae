package desk

// AddressKind is the kind of a customer's address.
type AddressKind string

const (
	AddressEmail AddressKind = "email"
	AddressPhone AddressKind = "phone"
)

// Address is where a customer can be reached; one address belongs to one customer.
type Address struct {
	ID         AddressID   `json:"id"`
	Kind       AddressKind `json:"kind" enum:"email,phone"`
	Value      string      `json:"value"`
	VerifiedAt Time        `json:"verifiedAt,omitempty"`
	Bounced    bool        `json:"bounced,omitempty"`
}

// Customer is a person whom we serve.
type Customer struct {
	ID           CustomerID `json:"id"`
	Name         string     `json:"name"`
	Language     string     `json:"language,omitempty"`
	TimeZone     string     `json:"timeZone,omitempty"`
	Organisation string     `json:"organisation,omitempty"`
	Note         string     `json:"note,omitempty"`
	Addresses    []Address  `json:"addresses"`
	CreatedAt    Time       `json:"createdAt"`
	Version      int64      `json:"version"`
}

// Correspondent is somebody to whom a mail can be addressed: a customer or a colleague, with one address of his.
type Correspondent struct {
	Name     string     `json:"name"`
	Address  string     `json:"address"`
	Customer CustomerID `json:"customer,omitempty"`
	Agent    AgentID    `json:"agent,omitempty"`
	Bounced  bool       `json:"bounced,omitempty" doc:"Mail to this address came back"`
}
