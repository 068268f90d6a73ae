package condition

import (
	"math"
	"slices"

	"tellus/internal/desk"
)

// has tells whether a customer has an address of a kind.
func has(kind string) SQL {
	return Both("EXISTS (SELECT 1 FROM address x WHERE x.customer = p.id AND x.kind = '" + kind + "')")
}

// agrees tells whether the last line about a purpose says that a customer agreed.
func agrees(purpose desk.Purpose) SQL {
	return Both("(SELECT x.given FROM customer_consent x WHERE x.customer = p.id AND x.purpose = '" + string(purpose) + "' ORDER BY x.id DESC LIMIT 1)")
}

// customers are the attributes that every customer has; the alias of his row in SQL is p, that of his figures f.
var customers = List{
	{Key: "name", Kind: Text, Always: true, Column: Both("p.name")},
	{Key: "email", Kind: Flag, Column: has("email")},
	{Key: "phone", Kind: Flag, Column: has("phone")},
	{Key: "post", Kind: Flag, Column: has("post")},
	{Key: "other", Kind: Flag, Column: has("other")},
	{Key: "verified", Kind: Flag, Column: Both("EXISTS (SELECT 1 FROM address x WHERE x.customer = p.id AND x.verified_at > 0)")},
	{Key: "bounced", Kind: Flag, Column: Both("EXISTS (SELECT 1 FROM address x WHERE x.customer = p.id AND x.bounced_at > 0)")},
	{Key: "organisation", Kind: Text, Column: Both("p.organisation")},
	{Key: "language", Kind: Choice, Column: Both("p.language")},
	{Key: "time_zone", Kind: Text, Column: Both("p.time_zone")},
	{Key: "prefers", Kind: Choice, Choices: []string{"email", "phone", "letter"}, Column: Both("p.prefers")},
	{Key: "consent_news", Kind: Flag, Column: agrees("news")},
	{Key: "consent_survey", Kind: Flag, Column: agrees("survey")},
	{Key: "consent_recording", Kind: Flag, Column: agrees("recording")},
	{Key: "consent_sharing", Kind: Flag, Column: agrees("sharing")},
	{Key: "birthday", Kind: Yearly, Column: birthdayColumn("p.birthday")},
	{Key: "created", Kind: Moment, Always: true, Absent: never, Column: Both("p.created_at")},
	{Key: "warned", Kind: Flag, Column: Both("(p.warnings <> '[]')")},
	{Key: "value", Kind: Number, Always: true, Column: Both("(f.value / 100.0)")},
	{Key: "purchases", Kind: Number, Always: true, Column: Both("f.purchases")},
	{Key: "purchased", Kind: Moment, Absent: never, Column: Both("f.purchased_at")},
	{Key: "contact", Kind: Moment, Absent: never, Column: Both("f.contact_at")},
	{Key: "open", Kind: Number, Always: true, Column: Both("f.unfinished")},
}

// Customers is the registry of customers with their custom fields and those of their organisations.
func Customers(fields []desk.Field) List {
	all := slices.Clone(customers)
	for _, f := range fields {
		var column string
		switch f.Target {
		case desk.OnCustomer:
			column = "p.fields"
		case desk.OnOrganisation:
			column = "(SELECT o.fields FROM organisation o WHERE o.id = p.member_of)"
		default:
			continue
		}
		a := FieldOf(f, column)
		if a == nil {
			continue
		}
		if a.Sorts = false; f.Target == desk.OnCustomer {
			a.Owner = "" // his own
		}
		all = append(all, a)
	}
	return all
}

// Figures are what is kept of a customer beside his record, since it follows from what happens.
type Figures struct {
	Value       int64     // in hundredths: what his purchases of twelve months are worth, of several currencies the largest sum
	Purchases   int64     // all of them
	PurchasedAt desk.Time // the last one; 0 for none
	ContactAt   desk.Time // when something was last said in a conversation of his; 0 for never
	Unfinished  int64     // conversations that are neither finished nor spam or trash
}

// Hundredths are an amount in minor units of a currency with so many decimals, in hundredths of its unit, rounded to the nearest.
func Hundredths(amount int64, decimals int) int64 {
	return int64(math.Round(float64(amount) * math.Pow10(2-decimals)))
}

// CustomerCase is a customer with what conditions ask of him.
type CustomerCase struct {
	desk.Customer
	Figures
	Agreed             map[desk.Purpose]bool
	OrganisationFields desk.FieldValues
}

// Value implements Row.
func (c *CustomerCase) Value(a *Attribute) Value {
	if a.Field != 0 {
		if a.Owner == string(desk.OnOrganisation) {
			return FieldValue(a, c.OrganisationFields)
		}
		return FieldValue(a, c.Fields)
	}
	switch a.Key {
	case "name":
		return Words(c.Name)
	case "email", "phone", "post", "other":
		return YesNo(slices.ContainsFunc(c.Addresses, func(x desk.Address) bool { return x.Kind == desk.AddressKind(a.Key) }))
	case "verified":
		return YesNo(slices.ContainsFunc(c.Addresses, func(x desk.Address) bool { return x.VerifiedAt > 0 }))
	case "bounced":
		return YesNo(slices.ContainsFunc(c.Addresses, func(x desk.Address) bool { return x.Bounced }))
	case "organisation":
		return Words(c.Organisation)
	case "language":
		return Code(c.Language)
	case "time_zone":
		return Words(c.TimeZone)
	case "prefers":
		return Code(c.Prefers)
	case "consent_news":
		return YesNo(c.Agreed["news"])
	case "consent_survey":
		return YesNo(c.Agreed["survey"])
	case "consent_recording":
		return YesNo(c.Agreed["recording"])
	case "consent_sharing":
		return YesNo(c.Agreed["sharing"])
	case "birthday":
		return DayOf(BirthdayInYear(c.Birthday))
	case "created":
		return Instant(c.CreatedAt)
	case "warned":
		return YesNo(len(c.Warnings) > 0)
	case "value":
		return Num(float64(c.Figures.Value) / 100)
	case "purchases":
		return Num(float64(c.Purchases))
	case "purchased":
		return Instant(c.PurchasedAt)
	case "contact":
		return Instant(c.ContactAt)
	case "open":
		return Num(float64(c.Unfinished))
	}
	return Value{}
}
