package outward

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"image"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	t.Parallel()
	refused := strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1
		172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
		240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
		64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378::1 2001:10::1 2001:db8::1 2002:7f00:1::1 2002:a00:1:: 3fff::1 5f00::1
		fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2a00:1450::5efe:10.0.0.1 2a00:1450::200:5efe:7f00:1 2606:4700::1%eth0`)
	for _, text := range refused {
		if Public(netip.MustParseAddr(text)) {
			t.Errorf("Public(%s) = true, want false", text)
		}
	}
	for _, text := range strings.Fields("1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 ::ffff:8.8.8.8 2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::5") {
		if !Public(netip.MustParseAddr(text)) {
			t.Errorf("Public(%s) = false, want true", text)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("Public of no address = true")
	}
	for text, want := range map[string]bool{"8.8.8.8:80": true, "8.8.8.8:443": true, "8.8.8.8:8080": true, "8.8.8.8:25": false, "8.8.8.8:22": false, "[::ffff:10.0.0.1]:80": false} {
		if got := mayReach(netip.MustParseAddrPort(text)); got != want {
			t.Errorf("mayReach(%s) = %v, want %v", text, got, want)
		}
	}
}

func picture(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// serve runs a server on loopback and a client that may reach it and nothing else there.
func serve(t *testing.T, o Options, handler http.HandlerFunc) (*httptest.Server, *Client) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	o.Allow = func(to netip.AddrPort) bool { return to == at }
	return server, New(o)
}

func TestLoopbackIsRefusedWhateverItIsCalled(t *testing.T) {
	t.Parallel()
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	client := New(Options{Timeout: 5 * time.Second})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1.2.3", "0.0.0.0", "[::]", "user:secret@127.0.0.1"} {
		_, err := client.Get(context.Background(), "http://"+host+":"+port+"/", "")
		if !errors.Is(err, ErrForbidden) && !(host == "[::]" && err != nil) {
			t.Errorf("Get from %s = %v, want ErrForbidden", host, err)
		}
	}
	if reached {
		t.Error("the server was reached")
	}
}

func TestRedirectsAreCheckedToo(t *testing.T) {
	t.Parallel()
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inner server was reached") }))
	defer inner.Close()
	var outer *httptest.Server
	outer, client := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/inner":
			http.Redirect(w, r, inner.URL, http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/user":
			http.Redirect(w, r, "http://a:b@"+strings.TrimPrefix(outer.URL, "http://")+"/end", http.StatusFound)
		case "/end":
			if r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" {
				t.Errorf("the request carries %v", r.Header)
			}
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	})
	for path, want := range map[string]error{"/inner": ErrForbidden, "/file": ErrURL, "/round": ErrRedirects, "/user": nil} {
		if _, err := client.Get(context.Background(), outer.URL+path, ""); !errors.Is(err, want) {
			t.Errorf("Get(%s) = %v, want %v", path, err, want)
		}
	}
}

func TestOnlyWebAddressesAreFetched(t *testing.T) {
	t.Parallel()
	client := New(Options{})
	for _, address := range []string{"", "x", "/x", "file:///etc/passwd", "gopher://a.example", "ftp://a.example", "http://", "http:///x", "https://a b", "http://" + strings.Repeat("a", maxURL)} {
		if _, err := client.Get(context.Background(), address, ""); !errors.Is(err, ErrURL) {
			t.Errorf("Get(%.50q) = %v, want ErrURL", address, err)
		}
	}
}

func TestImagesAreTakenByTheirBytes(t *testing.T) {
	t.Parallel()
	pic := picture(t)
	bodies := map[string][]byte{
		"/png":  pic,
		"/svg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"/html": []byte(`<html><script>alert(1)</script>`),
		"/avif": append([]byte("\x00\x00\x00\x20ftypavif"), pic...),
		"/none": nil,
	}
	server, client := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(bodies[r.URL.Path])
	})
	for path, want := range map[string]string{"/png": "image/png", "/avif": "image/avif", "/svg": "", "/html": "", "/none": "", "/gone": ""} {
		got, err := client.Image(context.Background(), server.URL+path)
		if got.Type != want || (want == "") != errors.Is(err, ErrNoImage) {
			t.Errorf("Image(%s) = %q, %v, want %q", path, got.Type, err, want)
		}
		if want != "" && !bytes.Equal(got.Data, bodies[path]) {
			t.Errorf("Image(%s) changed the picture", path)
		}
	}
}

func TestSizeAndTimeAreBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server, client := serve(t, Options{MaxBytes: 1000}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			w.Write(make([]byte, 1001))
		case "/endless":
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
				w.(http.Flusher).Flush()
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 1<<20))
			z.Close()
		case "/fits":
			w.Write(make([]byte, 1000))
		case "/slow":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	})
	defer close(release)
	for path, want := range map[string]error{"/long": ErrTooLarge, "/endless": ErrTooLarge, "/bomb": ErrTooLarge, "/fits": nil} {
		if _, err := client.Get(context.Background(), server.URL+path, ""); !errors.Is(err, want) {
			t.Errorf("Get(%s) = %v, want %v", path, err, want)
		}
	}
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	impatient := New(Options{Timeout: 50 * time.Millisecond, Allow: func(to netip.AddrPort) bool { return to == at }})
	var timeout net.Error
	if _, err := impatient.Get(context.Background(), server.URL+"/slow", ""); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("Get(/slow) = %v, want a timeout", err)
	}
}
