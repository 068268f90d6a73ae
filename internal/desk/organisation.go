package desk

import "strconv"

func (id OrganisationID) String() string { return strconv.FormatInt(int64(id), 10) }

// Organisation is the company that customers belong to.
type Organisation struct {
	ID        OrganisationID `json:"id"`
	Name      string         `json:"name"`
	Note      string         `json:"note,omitempty"`
	Domains   []string       `json:"domains" doc:"Mail domains whose new customers belong to it"`
	Shared    bool           `json:"shared" doc:"Whether its people may be told of each other's conversations"`
	People    int64          `json:"people" doc:"How many customers belong to it"`
	Fields    FieldValues    `json:"fields" doc:"Values of custom fields by the fields' ids"`
	CreatedAt Time           `json:"createdAt"`
	Version   int64          `json:"version"`
}

// ContactHours are when somebody likes to be reached, by his own clock.
type ContactHours struct {
	From string `json:"from" doc:"HH:MM"`
	To   string `json:"to" doc:"HH:MM, later than from; 24:00 for midnight"`
	Days []int  `json:"days" maxItems:"7" doc:"1 Monday to 7 Sunday; none for every day"`
}

// Purpose is what consent is asked for.
type Purpose string

const (
	ConsentNews      Purpose = "news"      // offers and news
	ConsentSurvey    Purpose = "survey"    // questions about how we did
	ConsentRecording Purpose = "recording" // recording of calls
	ConsentSharing   Purpose = "sharing"   // handing data to partners
)

// Purposes are all there are.
var Purposes = []Purpose{ConsentNews, ConsentSurvey, ConsentRecording, ConsentSharing}

// Consent is one line of what a customer agreed to or took back; the last line of a purpose holds.
type Consent struct {
	Purpose Purpose `json:"purpose" enum:"news,survey,recording,sharing"`
	Given   bool    `json:"given"`
	Source  string  `json:"source" doc:"How it is known, such as: by phone, order form of the shop"`
	At      Time    `json:"at"`
	By      Actor   `json:"by"`
}
