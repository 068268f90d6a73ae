package desk

// ActorKind tells what acted.
type ActorKind string

const (
	ActorAgent    ActorKind = "agent"
	ActorCustomer ActorKind = "customer"
	ActorRule     ActorKind = "rule"
	ActorSystem   ActorKind = "system" // Tellus itself: intake, delivery, upkeep
)

// Actor is who does something. It is an argument of every use case, never taken from a context.
type Actor struct {
	Kind ActorKind `json:"kind" enum:"agent,customer,rule,system"`
	ID   int64     `json:"id,omitempty"` // of the agent, customer or rule; 0 for the system
}

// System is Tellus itself.
var System = Actor{Kind: ActorSystem}

// ByAgent is an agent as actor.
func ByAgent(id AgentID) Actor { return Actor{ActorAgent, int64(id)} }

// ByCustomer is a customer as actor.
func ByCustomer(id CustomerID) Actor { return Actor{ActorCustomer, int64(id)} }

// Agent returns the acting agent, 0 where something else acts.
func (a Actor) Agent() AgentID {
	if a.Kind != ActorAgent {
		return 0
	}
	return AgentID(a.ID)
}
