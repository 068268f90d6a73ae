package api

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
	"tellus/internal/engine/staffing"
	figures "tellus/internal/feature/figure"
	"tellus/internal/platform/db"
)

// staffingRoutes say how many people answering at once takes.
var staffingRoutes = []route{
	{"read-week", get, "/figures/week", needs(desk.ReadFigures), "What came in each hour of the week, by the caller's clock, and how many people answering it at once would take (Erlang C)", option{}},
	{"reckon-staffing", get, "/figures/staffing", needs(desk.ReadFigures), "How many people a load takes that is answered at once (Erlang C), and what it comes to with a few more and fewer", option{}},
}

func (s *Server) registerStaffing() {
	handle(s, "read-week", s.readWeek)
	handle(s, "reckon-staffing", s.reckonStaffing)
}

// GoalInput is what is promised of a load, and what people can bear.
type GoalInput struct {
	Handling  int `query:"handling" minimum:"1" maximum:"86400" default:"240" doc:"Seconds that each takes on average, what is done after it among them"`
	Share     int `query:"share" minimum:"0" maximum:"99" default:"80" doc:"Percent that are to be answered in time"`
	Within    int `query:"within" minimum:"0" maximum:"3600" default:"20" doc:"Seconds"`
	Occupancy int `query:"occupancy" minimum:"10" maximum:"100" default:"85" doc:"Percent of their time that people are busy at most"`
	Shrinkage int `query:"shrinkage" minimum:"0" maximum:"90" default:"30" doc:"Percent of paid hours that go to breaks, training and absence"`
}

func (in *GoalInput) goal() staffing.Goal {
	percent := func(n int) float64 { return float64(n) / 100 }
	return staffing.Goal{Share: percent(in.Share), Within: time.Duration(in.Within) * time.Second, Occupancy: percent(in.Occupancy), Shrinkage: percent(in.Shrinkage)}
}

func (in *GoalInput) load(perHour float64) staffing.Load {
	return staffing.Load{PerHour: perHour, Handling: time.Duration(in.Handling) * time.Second}
}

// weekInput is what is asked of the hours of the week.
type weekInput struct {
	SpanInput
	GoalInput
	Channel desk.ChannelKind `query:"channel" maxLength:"20" doc:"All where absent"`
	Team    desk.TeamID      `query:"team" doc:"All where absent"`
}

// weekHourBody is an hour of the week.
type weekHourBody struct {
	Weekday  int     `json:"weekday" doc:"1 for Monday to 7"`
	Hour     int     `json:"hour"`
	Received int64   `json:"received" doc:"Conversations that began in such hours of the span, and in which the customer wrote"`
	Hours    float64 `json:"hours" doc:"How many such hours the span has, those to come left out"`
	PerHour  float64 `json:"perHour"`
	People   int     `json:"people" doc:"Who have to be there"`
	Rostered int     `json:"rostered" doc:"Who have to be on the roster for that"`
}

type weekBody struct {
	Zone     string         `json:"zone"`
	Received int64          `json:"received"`
	Hours    []weekHourBody `json:"hours" doc:"168, from Monday's first"`
}

func (s *Server) readWeek(ctx context.Context, c *Caller, in *weekInput) (*reply[weekBody], error) {
	span, err := in.span(c)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(span.Zone)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out weekBody, err error) {
		quarters, err := s.figures().Quarters(ctx, tx, c.Scope, span, figures.Came{Channel: in.Channel, Team: in.Team})
		if err != nil {
			return out, err
		}
		out.Zone = span.Zone
		for _, h := range figure.Week(span.Bounds[0], min(span.Bounds[len(span.Bounds)-1], tx.Now), zone, quarters) {
			need, err := staffing.Needed(in.load(h.PerHour()), in.goal())
			if err != nil {
				return out, refuseLoad(err)
			}
			out.Received += h.Received
			out.Hours = append(out.Hours, weekHourBody{Weekday: h.Weekday, Hour: h.Hour, Received: h.Received, Hours: float64(h.Quarters) / 4, PerHour: h.PerHour(), People: need.People, Rostered: need.Rostered})
		}
		return out, nil
	})
}

type staffingInput struct {
	GoalInput
	PerHour string `query:"perHour" required:"true" pattern:"^[0-9]{1,7}([.][0-9]{1,6})?$" doc:"How many come in an hour, such as 12.5; a million at most"`
}

// staffedBody is what a load comes to with so many people.
type staffedBody struct {
	People    int      `json:"people"`
	Within    float64  `json:"within" doc:"Share that is answered in time, 0 to 1"`
	Waits     float64  `json:"waits" doc:"Share that has to wait at all"`
	Wait      *float64 `json:"wait,omitempty" doc:"Seconds on average; absent where the line only grows"`
	Occupancy float64  `json:"occupancy" doc:"Share of their time that people are busy"`
}

type staffingBody struct {
	Erlangs  float64       `json:"erlangs" doc:"How many people the load alone keeps busy"`
	People   int           `json:"people" doc:"Who have to be there for the goal"`
	Rostered int           `json:"rostered"`
	With     []staffedBody `json:"with" doc:"From three fewer to three more"`
}

// around is how many more and fewer people are shown beside those who are needed.
const around = 3

func (s *Server) reckonStaffing(_ context.Context, _ *Caller, in *staffingInput) (*reply[staffingBody], error) {
	perHour, err := strconv.ParseFloat(in.PerHour, 64)
	if err != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.perHour", "a number is such as 12.5")
	}
	load := in.load(perHour)
	need, err := staffing.Needed(load, in.goal())
	if err != nil {
		return nil, refuseLoad(err)
	}
	out := staffingBody{Erlangs: load.Erlangs(), People: need.People, Rostered: need.Rostered}
	for n := max(1, need.People-around); n <= need.People+around; n++ {
		o := staffing.With(load, n, in.goal().Within)
		one := staffedBody{People: n, Within: o.Within, Waits: o.Waits, Occupancy: o.Occupancy}
		if o.Wait != staffing.Endless {
			seconds := math.Round(o.Wait.Seconds()*10) / 10
			one.Wait = &seconds
		}
		out.With = append(out.With, one)
	}
	return answer(out), nil
}

func refuseLoad(err error) error {
	if errors.Is(err, staffing.ErrMany) {
		return desk.RefuseField(desk.Invalid, "query.handling", "that would take more people than can be reckoned with")
	}
	return desk.RefuseField(desk.Invalid, "query.handling", "%v", err)
}
