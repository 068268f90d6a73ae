package widget

import (
	"time"

	"tellus/internal/platform/rate"
)

var (
	perNetwork = rate.Rate{Burst: 10, Refill: 20 * time.Second} // one visitor, or one office behind one address
	perAddress = rate.Rate{Burst: 5, Refill: 5 * time.Minute}   // messages in the name of one mail address, whoever writes them: it may get an acknowledgement for each
	perForm    = rate.Rate{Burst: 300, Refill: time.Second}     // a flood from very many addresses
)

// mostBuckets is how many networks, addresses and forms are remembered at a time.
const mostBuckets = 20_000
