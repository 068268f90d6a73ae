package desk

import "strconv"

// PurchaseID names a purchase.
type PurchaseID int64

func (id PurchaseID) String() string { return strconv.FormatInt(int64(id), 10) }

// ShopID names a shop whose webhooks tell of purchases.
type ShopID int64

func (id ShopID) String() string { return strconv.FormatInt(int64(id), 10) }

// ImportID names a file whose purchases are taken in.
type ImportID int64

func (id ImportID) String() string { return strconv.FormatInt(int64(id), 10) }

// PurchaseStatus is how far a purchase is.
type PurchaseStatus string

const (
	PurchasePlaced    PurchaseStatus = "placed"    // ordered, not paid
	PurchasePaid      PurchaseStatus = "paid"      // paid, not yet on its way
	PurchaseSent      PurchaseStatus = "sent"      // on its way
	PurchaseDone      PurchaseStatus = "done"      // with the customer
	PurchaseCancelled PurchaseStatus = "cancelled" // nothing came of it
	PurchaseRefunded  PurchaseStatus = "refunded"  // all of it was given back
)

// PurchaseStatuses lists all of them in the order of a purchase's life.
var PurchaseStatuses = []PurchaseStatus{PurchasePlaced, PurchasePaid, PurchaseSent, PurchaseDone, PurchaseCancelled, PurchaseRefunded}

// Counts reports whether a purchase of this status adds to its customer's value.
func (s PurchaseStatus) Counts() bool {
	return s == PurchasePaid || s == PurchaseSent || s == PurchaseDone
}

// PurchaseItem is a line of a purchase. Amounts are in minor units of the purchase's currency.
type PurchaseItem struct {
	SKU      string `json:"sku,omitempty" maxLength:"100" doc:"The shop's number of the article"`
	Name     string `json:"name" maxLength:"300"`
	Quantity string `json:"quantity" maxLength:"20" pattern:"^[0-9]{1,9}([.][0-9]{1,6})?$" doc:"A decimal number, such as 2 or 0.75"`
	Price    int64  `json:"price" minimum:"-1000000000000" maximum:"1000000000000" doc:"Of one, in minor units, rounded where the shop has finer ones"`
	Total    int64  `json:"total" minimum:"-1000000000000" maximum:"1000000000000" doc:"Of the line, in minor units"`
}

// Purchase is what a customer bought. Amounts are whole numbers of minor units of its ISO 4217 currency, of which a major one has 10^Decimals.
type Purchase struct {
	ID            PurchaseID       `json:"id"`
	Source        string           `json:"source" doc:"Where it came from: shop:N for a shop's webhook, csv for a file, or what a program said"`
	ExternalID    string           `json:"externalId" doc:"What it is called there: with the source it is unique"`
	Number        string           `json:"number" doc:"What people quote"`
	Customer      CustomerID       `json:"customer,omitempty" doc:"Absent where the person was erased"`
	Status        PurchaseStatus   `json:"status" enum:"placed,paid,sent,done,cancelled,refunded"`
	Currency      string           `json:"currency"`
	Decimals      int              `json:"decimals" doc:"Of the currency (ISO 4217): 2 for euros, 0 for yen"`
	Total         int64            `json:"total" doc:"In minor units"`
	Refunded      int64            `json:"refunded" doc:"Of the total, in minor units"`
	PlacedAt      Time             `json:"placedAt"`
	Items         []PurchaseItem   `json:"items"`
	Conversations []ConversationID `json:"conversations" doc:"Those that are about it and that the caller sees"`
	CreatedAt     Time             `json:"createdAt"`
	ChangedAt     Time             `json:"changedAt,omitempty"`
	Version       int64            `json:"version"`
}

// Worth is what a purchase adds to its customer's value, in minor units: what was paid without what was given back.
func (p Purchase) Worth() int64 {
	if !p.Status.Counts() {
		return 0
	}
	return p.Total - p.Refunded
}

// Value is what a customer's purchases of the last twelve months are worth in one currency.
type Value struct {
	Currency  string `json:"currency"`
	Decimals  int    `json:"decimals"`
	Amount    int64  `json:"amount" doc:"In minor units: paid, without what was given back"`
	Purchases int64  `json:"purchases" doc:"How many of them count"`
}

// Facts about purchases, shops and imports.
const (
	PurchaseUpdated  EventKind = "purchase.updated"  // data: {customer}, with {from, to} where its status changed, or {conversation} where it was linked or unlinked
	PurchaseLinked   EventKind = "purchase.linked"   // about a conversation; data: {purchase}
	PurchaseUnlinked EventKind = "purchase.unlinked" // about a conversation; data: {purchase}
	ShopUpdated      EventKind = "shop.updated"
	ImportUpdated    EventKind = "import.updated" // data: {agent, state, done}

	AboutPurchase SubjectKind = "purchase"
	AboutShop     SubjectKind = "shop"
	AboutImport   SubjectKind = "import"
)
