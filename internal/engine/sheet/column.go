package sheet

import "strings"

// Column is what a column of purchases holds.
type Column string

const (
	None       Column = ""
	ExternalID Column = "externalId"
	Number     Column = "number"
	Email      Column = "email"
	Phone      Column = "phone"
	Name       Column = "name"
	First      Column = "first"
	Last       Column = "last"
	Status     Column = "status"
	Currency   Column = "currency"
	Total      Column = "total"
	Refunded   Column = "refunded"
	PlacedAt   Column = "placedAt"
	SKU        Column = "sku"
	Item       Column = "item"
	Quantity   Column = "quantity"
	Price      Column = "price"
)

// Columns are all of them.
var Columns = []Column{ExternalID, Number, Email, Phone, Name, First, Last, Status, Currency, Total, Refunded, PlacedAt, SKU, Item, Quantity, Price}

// heads are what columns are called by shops and people, without spaces and signs; the first column that matches takes it.
var heads = map[Column]string{
	ExternalID: " id orderid ordernumber externalid pasutijumaid uzsakymoid idzamowienia ",
	Number:     " number orderno reference ordernumber name# pasutijumanr numurs uzsakymonr numeris numerzamowienia numer ",
	Email:      " email mail emailaddress customeremail billingemail epasts elpastas adresemail ",
	Phone:      " phone telephone billingphone customerphone talrunis telefonas telefon ",
	Name:       " customer customername billingname buyer klients pircejs klientas pirkejas klient nabywca ",
	First:      " firstname billingfirstname vards vardas imie ",
	Last:       " lastname billinglastname uzvards pavarde nazwisko surname ",
	Status:     " status orderstatus financialstatus statuss busena ",
	Currency:   " currency ordercurrency valuta valiuta waluta ",
	Total:      " total ordertotal amount grandtotal totalpaid kopa summa kopsumma suma isviso razem ",
	Refunded:   " refunded refundedamount refund atmaksats grazinta zwrocono ",
	PlacedAt:   " date orderdate createdat created paidat datums data ",
	SKU:        " sku lineitemsku itemsku artikuls kodas kod productreference ",
	Item:       " item product productname lineitemname itemname prece preke produkts produkt ",
	Quantity:   " quantity qty lineitemquantity itemquantity daudzums kiekis ilosc ",
	Price:      " price unitprice lineitemprice itemprice cena kaina ",
}

// Match guesses what each column of a head holds. fold brings a word to lower case without diacritics.
func Match(head []string, fold func(string) string) []Column {
	all := make([]Column, len(head))
	taken := map[Column]bool{}
	for i, h := range head {
		word := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '#' {
				return r
			}
			return -1
		}, fold(h))
		if word == "" {
			continue
		}
		for _, c := range Columns {
			if !taken[c] && strings.Contains(heads[c], " "+word+" ") {
				all[i], taken[c] = c, true
				break
			}
		}
	}
	return all
}
