package desk

// CustomersMerged and CustomersParted are facts about the customer who stays; data: {merge, from}.
const (
	CustomersMerged EventKind = "customer.merged"
	CustomersParted EventKind = "customer.parted"
)

// CustomerMerge is a record that was merged into another one and can be parted from it again.
type CustomerMerge struct {
	ID       int64      `json:"id"`
	Customer CustomerID `json:"customer" doc:"The record that went into the other one"`
	Name     string     `json:"name" doc:"Its name"`
	Agent    AgentID    `json:"agent" doc:"Who merged them"`
	At       Time       `json:"at"`
}
