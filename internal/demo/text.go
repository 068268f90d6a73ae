package demo

// topic is a matter that customers of the shop write about. In texts {nr} is the order, {model} the product's name, {sum} a price, {date} a
// day to come, and {he|she} words that follow the writer's gender.
type topic struct {
	tag      string // name of the tag that agents put on it
	warranty bool   // it goes to the warranty inbox
	photo    bool   // the customer sends a picture along
	invoice  bool   // the answer carries an invoice
	models   []string
	subject  []string
	ask      []string
	answer   []string
	again    []string // what the customer asks on
	note     string   // what an agent tells colleagues
}

// tongue is a language with the people who speak it.
type tongue struct {
	code   string
	mail   string // domain of the people's addresses, reserved by RFC 2606
	women  []string
	men    []string
	topics []topic
	thanks []string
	bye    []string // below which customers write their name
	quote  string   // introduces what is quoted, with {date} and {name}
	price  string   // with one %d
}
