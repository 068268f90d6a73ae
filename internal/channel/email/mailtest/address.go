package mailtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// FreeAddress is where a server that is yet to start can listen. It stands on a loopback host of its own: a port of 127.0.0.1 that is free now may be
// taken by anybody on the machine a moment later.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort(ownHost(t), "10025")
}

// ownHost is an address out of 127/8, all of which Linux has, that nothing else has been given.
func ownHost(t testing.TB) string {
	t.Helper()
	var err error
	for range 10 {
		host := fmt.Sprintf("127.%d.%d.%d", 1+rand.N(254), rand.N(256), 1+rand.N(254))
		var l net.Listener
		if l, err = listenOn(host); err == nil {
			l.Close() // only asked whether the machine has it
			return host
		}
	}
	t.Fatalf("find a loopback address: %v", err)
	return ""
}

func listenOn(host string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(host, "0"))
}

func listens(host string, port int) bool {
	c, err := dial(net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	c.Close() // only asked
	return true
}
