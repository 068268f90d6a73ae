package desk

// ReviewState is how far the check of a draft is.
type ReviewState string

const (
	ReviewAsked    ReviewState = "asked"
	ReviewApproved ReviewState = "approved"
	ReviewReturned ReviewState = "returned" // with words, and a text of the reviewer's where he wrote one
)

// DraftReview is a draft that a colleague was asked to check before it is sent.
type DraftReview struct {
	Author     AgentID     `json:"author"`
	Reviewer   AgentID     `json:"reviewer"`
	State      ReviewState `json:"state" enum:"asked,approved,returned"`
	HTML       string      `json:"html,omitempty" doc:"The reviewer's own text in its place; safe"`
	AskedAt    Time        `json:"askedAt"`
	AnsweredAt Time        `json:"answeredAt,omitempty"`
	Changed    bool        `json:"changed,omitempty" doc:"The draft was changed after the answer"`
	Draft      Draft       `json:"draft" doc:"As it is now; its HTML is safe"`
}
