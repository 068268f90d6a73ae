package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/shop"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// till is the shop's own system: what it sold, and to whom. It throws dice of its own, so that what is sold changes nothing of what is written.
type till struct {
	rnd    *rand.Rand
	source string
	sold   map[string]bool // numbers
	known  map[string]bool // addresses whose older orders were told
}

func newTill(seed uint64) *till {
	return &till{rnd: rand.New(rand.NewPCG(seed, 0x74696c6c)), sold: map[string]bool{}, known: map[string]bool{}}
}

// reserved are the numbers of orders in stories that are told by hand: nobody else has them.
var reserved = []int{48_733, 48_977, 49_102, 49_377}

// goods are what the topics of the week are about, by language; %s is the product's name.
var goods = map[string]map[string]string{
	"delivery": {"lv": "Ēdamgalds „%s”", "lt": "Valgomojo stalas „%s“", "pl": "Stół „%s”", "en": "Dining table “%s”", "ru": "Обеденный стол «%s»"},
	"damaged":  {"lv": "Plaukts „%s”", "lt": "Lentyna „%s“", "pl": "Regał „%s”", "en": "Shelf “%s”", "ru": "Полка «%s»"},
	"return":   {"lv": "Biroja krēsls „%s”", "lt": "Biuro kėdė „%s“", "pl": "Krzesło biurowe „%s”", "en": "Office chair “%s”", "ru": "Офисный стул «%s»"},
	"invoice":  {"lv": "Kumode „%s”", "lt": "Komoda „%s“", "pl": "Komoda „%s”", "en": "Chest of drawers “%s”", "ru": "Комод «%s»"},
	"warranty": {"lv": "„%s”", "lt": "„%s“", "pl": "„%s”", "en": "“%s”", "ru": "«%s»"},
	"praise":   {"lv": "Skapis „%s”", "lt": "Spinta „%s“", "pl": "Szafa „%s”", "en": "Wardrobe “%s”", "ru": "Шкаф «%s»"},
}

// small is what people put into the basket beside it, in euros and zlotys of one.
var small = []struct {
	sku   string
	names map[string]string
	eur   int64
	pln   int64
}{
	{"FELT-16", map[string]string{"lv": "Filca paliktņi, 16 gab.", "lt": "Veltinio padukai, 16 vnt.", "pl": "Podkładki filcowe, 16 szt.", "en": "Felt pads, 16", "ru": "Войлочные подкладки, 16 шт."}, 490, 1_990},
	{"LED-E27", map[string]string{"lv": "LED spuldze E27", "lt": "LED lemputė E27", "pl": "Żarówka LED E27", "en": "LED bulb E27", "ru": "Лампа LED E27"}, 650, 2_790},
	{"OIL-05", map[string]string{"lv": "Koka eļļa, 0,5 l", "lt": "Medienos aliejus, 0,5 l", "pl": "Olej do drewna, 0,5 l", "en": "Wood oil, 0.5 l", "ru": "Масло для дерева, 0,5 л"}, 1_490, 6_290},
	{"SETUP", map[string]string{"lv": "Salikšana mājās", "lt": "Surinkimas namuose", "pl": "Montaż w domu", "en": "Assembly at home", "ru": "Сборка на дому"}, 3_900, 16_900},
}

// order is a sale.
type order struct {
	number   string
	status   desk.PurchaseStatus
	placed   time.Time
	currency string
	items    []desk.PurchaseItem
	refunded int64 // minor units
}

// shop connects the house's web shop, which tells of what it sells.
func (p *play) shop(ctx context.Context) error {
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		made, _, err := p.a.Purchases.AddShop(ctx, tx, p.people["ilze"].by(), purchase.ShopEdit{Name: "koksvolts.example", Kind: shop.WooCommerce})
		p.till.source = "shop:" + made.ID.String()
		return err
	})
}

// item is a line with one kind of goods.
func item(name, sku string, quantity, price int64) desk.PurchaseItem {
	return desk.PurchaseItem{SKU: sku, Name: name, Quantity: fmt.Sprint(quantity), Price: price, Total: quantity * price}
}

// thing is a product in the words of the shop that sold it.
func thing(kind, language, model string, price int64) desk.PurchaseItem {
	sku := strings.ToUpper(strings.ReplaceAll(mailbox(model), ".", "-"))
	return item(fmt.Sprintf(goods[kind][language], model), sku, 1, price)
}

// extra is something small.
func (l *till) extra(t tongue) desk.PurchaseItem {
	e := small[l.rnd.IntN(len(small))]
	price, most := e.eur, 3
	if t.currency() == "PLN" {
		price = e.pln
	}
	if e.sku == "SETUP" {
		most = 1
	}
	return item(e.names[t.code], e.sku, int64(1+l.rnd.IntN(most)), price)
}

func (t tongue) currency() string {
	if t.code == "pl" {
		return "PLN"
	}
	return "EUR"
}

// buys plans that the shop tells, just before the story's first mail at a time, of the order that it speaks of, and of what the customer ordered earlier.
func (p *play) buys(s *story, at time.Time) {
	kind := s.topic.tag
	if goods[kind] == nil || s.model == "" {
		return
	}
	l, age := p.till, p.now.Sub(at)
	o := order{number: s.number, status: desk.PurchaseDone, currency: s.who.tongue.currency(), items: []desk.PurchaseItem{thing(kind, s.who.tongue.code, s.model, s.amount)}}
	days := 9 + l.rnd.IntN(5)
	switch kind {
	case "delivery":
		days = 6 + l.rnd.IntN(3)
		switch {
		case age < 20*time.Hour:
			o.status = desk.PurchasePaid
		case age < 60*time.Hour:
			o.status = desk.PurchaseSent
		}
	case "return":
		if age > 4*24*time.Hour {
			o.status, o.refunded = desk.PurchaseRefunded, s.amount
		}
	case "damaged":
		if age > 3*24*time.Hour && l.rnd.IntN(3) == 0 {
			o.refunded = s.amount / 5
		}
	case "invoice":
		days, o.status = 1+l.rnd.IntN(3), desk.PurchaseSent
	case "warranty":
		days = 118 + l.rnd.IntN(14)
	}
	// Where texts name the sum, it is that of one thing.
	if (kind == "delivery" || kind == "warranty") && l.rnd.IntN(2) == 0 {
		o.items = append(o.items, l.extra(s.who.tongue))
	}
	o.placed = p.daytime(at.AddDate(0, 0, -days))
	p.then(at.Add(-time.Minute), func(ctx context.Context) (err error) {
		if s.order, err = p.sells(ctx, s.who, o); err != nil {
			return err
		}
		return p.older(ctx, s.who, o.placed)
	})
}

// daytime is some time of the day that t lies in when people are at their computers.
func (p *play) daytime(t time.Time) time.Time {
	t = t.In(office.zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 8+p.till.rnd.IntN(14), p.till.rnd.IntN(60), p.till.rnd.IntN(60), 0, office.zone)
}

// older tells, once for each customer, of what every third of them ordered in the fourteen months before.
func (p *play) older(ctx context.Context, who writer, before time.Time) error {
	l := p.till
	if l.known[who.address] {
		return nil
	}
	l.known[who.address] = true
	if l.rnd.IntN(3) > 0 {
		return nil
	}
	kinds := []string{"delivery", "damaged", "return", "warranty", "praise"}
	for range 1 + l.rnd.IntN(4) {
		days := 140 + l.rnd.IntN(280)
		o := order{status: desk.PurchaseDone, placed: p.daytime(before.AddDate(0, 0, -days)), currency: who.tongue.currency()}
		for n := 34_000 - 30*days; o.number == "" || l.sold[o.number]; n++ {
			o.number = fmt.Sprintf("KV-%d", n)
		}
		kind, price := kinds[l.rnd.IntN(len(kinds))], int64(10*l.rnd.IntN(30)+39)*100
		if o.currency == "PLN" {
			price *= 4
		}
		models := []string{"Gauja", "Amata", "Usma", "Teiči"}
		if kind == "warranty" {
			models = []string{"Volta 40", "Volta 55"}
		}
		o.items = append(o.items, thing(kind, who.tongue.code, models[l.rnd.IntN(len(models))], price))
		if l.rnd.IntN(3) == 0 {
			o.items = append(o.items, l.extra(who.tongue))
		}
		if l.rnd.IntN(8) == 0 {
			o.status = desk.PurchaseCancelled
		}
		if _, err := p.sells(ctx, who, o); err != nil {
			return err
		}
	}
	return nil
}

// sells tells the desk of a sale, as the shop does.
func (p *play) sells(ctx context.Context, who writer, o order) (id desk.PurchaseID, err error) {
	p.till.sold[o.number] = true
	f := purchase.Facts{Source: p.till.source, ExternalID: strings.TrimPrefix(o.number, "KV-"), Number: o.number, Email: who.address, Name: who.name, Language: who.tongue.code,
		Status: o.status, Currency: o.currency, Refunded: o.refunded, PlacedAt: desk.At(o.placed), Items: o.items}
	for _, i := range o.items {
		f.Total += i.Total
	}
	err = p.a.DB.Write(ctx, func(tx *db.Tx) error {
		made, _, err := p.a.Purchases.Put(ctx, tx, desk.System, f)
		id = made.ID
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sell %s: %w", o.number, err)
	}
	return id, nil
}

// links has a colleague say that the conversation is about the order that the customer named; what he did not name, nobody knows.
func (s *story) links(ctx context.Context, by *person) error {
	if s.order == 0 || !s.named {
		return nil
	}
	return s.p.a.DB.Write(ctx, func(tx *db.Tx) error { return s.p.a.Purchases.Link(ctx, tx, by.scope, s.id, s.order, true) })
}

// twice has one customer write from two mailboxes, each of which became a record of its own: colleagues are asked whether it is one person.
func (p *play) twice() {
	const where = "Ozolu iela 12-4, Sigulda, LV-2150"
	first := p.told(latvian, "Ineta Grava", care, "Pasūtījums KV-49102: vai var pieskaņot krēslus?", "martins")
	first.number = "KV-49102"
	first.wrote(p.ago(44*time.Hour), mailFrom{rich: true, text: "Labdien!\n\nPasūtījumā KV-49102 ir galds „Kolka”. Vai tam ir pieskaņoti krēsli tajā pašā ozola tonī?\n\nIneta Grava"})
	first.answered(p.ago(42*time.Hour), first.agent, "<p>Labdien!</p><p>Jā, tie ir krēsli „Usma”, ozols 02. Ja pasūtāt četrus, piegāde ir bez maksas.</p>", conversation.Wait)
	second := p.told(latvian, "Ineta Grava", care, "Pasūtījums KV-49377", "martins")
	second.who.address, second.number = "ineta.grava@darbs.example", "KV-49377"
	second.wrote(p.ago(8*time.Hour), mailFrom{text: "Labdien!\n\nTagad rakstu no darba. Pasūtīju arī četrus krēslus, KV-49377. Vai tos var atvest kopā ar galdu?\n\nIneta"})
	for _, s := range []*story{first, second} {
		at, o := p.ago(50*time.Hour), order{status: desk.PurchasePaid, currency: "EUR", items: []desk.PurchaseItem{thing("delivery", "lv", "Kolka", 38_900)}}
		if s == second {
			at, o.items = p.ago(9*time.Hour), []desk.PurchaseItem{item("Krēsls „Usma”, ozols 02", "USMA-02", 4, 8_900)}
		}
		o.number, o.placed = s.number, at
		p.then(at, func(ctx context.Context) (err error) {
			s.order, err = p.sells(ctx, s.who, o)
			return err
		})
		p.after = append(p.after, func(ctx context.Context) error { return p.livesAt(ctx, s.who.address, where) })
	}
	p.then(p.ago(43*time.Hour), func(ctx context.Context) error { return first.links(ctx, first.agent) })
}

// livesAt notes where the customer of a mail address lives, as the shop's delivery says.
func (p *play) livesAt(ctx context.Context, address, where string) error {
	return p.a.DB.Write(ctx, func(tx *db.Tx) error {
		who, err := p.a.Customers.ByAddress(ctx, tx, desk.AddressEmail, address)
		if err != nil {
			return err
		}
		_, err = p.a.Customers.AddAddress(ctx, tx, p.people["martins"].by(), who.ID, customer.NewAddress{Kind: desk.AddressPost, Value: where})
		return err
	})
}

// bought plans the order that a story told by hand speaks of: the shop tells of it before the first mail at a time, and a colleague links it.
func (p *play) bought(s *story, at time.Time, o order) {
	o.number = s.number
	p.then(at.Add(-time.Minute), func(ctx context.Context) (err error) {
		s.order, err = p.sells(ctx, s.who, o)
		return err
	})
	p.then(at.Add(50*time.Minute), func(ctx context.Context) error { return s.links(ctx, s.agent) })
}
