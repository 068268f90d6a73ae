package secret

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var cheap = Cost{Memory: 64, Passes: 1, Threads: 1}

func TestVerifyKnowsThePasswordAndNoOther(t *testing.T) {
	t.Parallel()
	p := NewPasswords(cheap)
	hash, err := p.Hash(t.Context(), "pūce ūdenī 42")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, password, hash string
		ok, outdated         bool
	}{
		{"the password", "pūce ūdenī 42", hash, true, false},
		{"the same letters composed in another way", "pu\u0304ce u\u0304deni\u0304 42", hash, true, false},
		{"another", "puce udeni 42", hash, false, false},
		{"nothing", "", hash, false, false},
		{"no account", "pūce ūdenī 42", "", false, false},
		{"far too long", strings.Repeat("x", 1<<16), hash, false, false},
	} {
		ok, outdated, err := p.Verify(t.Context(), c.password, c.hash)
		if err != nil || ok != c.ok || outdated != c.outdated {
			t.Errorf("Verify(%s) = %v, %v, %v; want %v, %v", c.name, ok, outdated, err, c.ok, c.outdated)
		}
	}
	dearer := NewPasswords(Cost{Memory: 128, Passes: 1, Threads: 1})
	if ok, outdated, err := dearer.Verify(t.Context(), "pūce ūdenī 42", hash); !ok || !outdated || err != nil {
		t.Errorf("Verify with a dearer cost = %v, %v, %v; want the password known and the hash outdated", ok, outdated, err)
	}
}

func TestHashRefusesEndlessPasswords(t *testing.T) {
	t.Parallel()
	if _, err := NewPasswords(cheap).Hash(t.Context(), strings.Repeat("x", MaxPassword+1)); err == nil {
		t.Error("Hash took a password above MaxPassword")
	}
}

func TestForeignHashesAreBounded(t *testing.T) {
	t.Parallel()
	b64 := base64.RawStdEncoding
	salt, sum := b64.EncodeToString(make([]byte, 16)), b64.EncodeToString(make([]byte, 32))
	for _, hash := range []string{
		"$argon2id$v=19$m=4194304,t=3,p=2$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1000000,p=2$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + sum,
		"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=1$$" + sum,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"plain", "$", strings.Repeat("$", 600),
	} {
		if ok, _, err := NewPasswords(cheap).Verify(t.Context(), "x", hash); ok || err == nil {
			t.Errorf("Verify with the hash %.60q = %v, %v; want an error", hash, ok, err)
		}
	}
}

func TestOnlyTwoPasswordsAreHashedAtOnce(t *testing.T) {
	t.Parallel()
	p := NewPasswords(cheap)
	p.slots <- struct{}{}
	p.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Hash(ctx, "a third password"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash beside two others, given up: %v", err)
	}
	<-p.slots
	if _, err := p.Hash(t.Context(), "a third password"); err != nil {
		t.Errorf("Hash with a free slot: %v", err)
	}
}

func TestTokensDiffer(t *testing.T) {
	t.Parallel()
	a, hash := NewToken()
	b, _ := NewToken()
	if a == b || len(a) != 43 {
		t.Errorf("NewToken() = %d characters, then the same: %v", len(a), a == b)
	}
	if !bytes.Equal(hash, HashToken(a)) || bytes.Equal(hash, HashToken(b)) {
		t.Error("HashToken does not agree with NewToken")
	}
}

func keyring(t testing.TB) (*Keyring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	k, err := OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	return k, path
}

func TestSealedOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	k, _ := keyring(t)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		place := rapid.String().Draw(r, "context")
		sealed := k.Seal(plain, place)
		got, err := k.Open(sealed, place)
		if err != nil || !bytes.Equal(got, plain) {
			r.Fatalf("Open(Seal(%x, %q)) = %x, %v", plain, place, got, err)
		}
		if _, err := k.Open(sealed, place+"x"); !errors.Is(err, ErrTampered) {
			r.Fatalf("Open in another place: %v", err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(r, "at")
		sealed[i] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		if _, err := k.Open(sealed, place); err == nil {
			r.Fatalf("Open of what was changed at %d succeeded", i)
		}
	})
}

func TestKeyFileIsPrivateAndStays(t *testing.T) {
	t.Parallel()
	k, path := keyring(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v; want mode 0600", info.Mode(), err)
	}
	sealed := k.Seal([]byte("secret"), "there")
	again, err := OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealed, "there"); err != nil || string(got) != "secret" {
		t.Errorf("Open after a restart = %q, %v", got, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyring(path); err == nil {
		t.Error("a key file that others can read was taken")
	}
}

func TestManyStartsAtOnceMakeOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	var wg sync.WaitGroup
	sealed := make([][]byte, 8)
	for i := range sealed {
		wg.Go(func() {
			k, err := OpenKeyring(path)
			if err != nil {
				t.Errorf("OpenKeyring: %v", err)
				return
			}
			sealed[i] = k.Seal([]byte("x"), "y")
		})
	}
	wg.Wait()
	k, err := OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sealed {
		if _, err := k.Open(s, "y"); err != nil {
			t.Errorf("Open: %v", err)
		}
	}
}

func TestDamagedKeyFileSaysNothingOfItsKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for _, content := range []string{"", "{", `{"keys":[]}`, `{"keys":[{"id":1,"secret":"c2hvcnQtYnV0LXNlY3JldA=="}]}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeyring(path)
		if err == nil || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("OpenKeyring of %q: %v", content, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	k, path := keyring(t)
	server, err := OpenKeyring(path) // another process, which runs on
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.Seal([]byte("imap password"), "inbox/12/receive")
	link, tag := k.Sign("image", []byte("x")), k.Tag("reply", []byte("10001"))
	old := KeyID(sealed)

	var fresh []byte
	err = k.Rotate(func(again func([]byte, string) ([]byte, error)) (err error) {
		fresh, err = again(sealed, "inbox/12/receive")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if KeyID(fresh) == old || k.Keys() != 2 {
		t.Errorf("after Rotate: key %08x (was %08x), %d keys", KeyID(fresh), old, k.Keys())
	}
	if got, err := server.Open(fresh, "inbox/12/receive"); err != nil || string(got) != "imap password" {
		t.Errorf("the running server opens what was resealed: %q, %v", got, err)
	}
	if got, err := k.Open(sealed, "inbox/12/receive"); err != nil || string(got) != "imap password" {
		t.Errorf("what was sealed before still opens: %q, %v", got, err)
	}
	if _, ok := k.Verify("image", link); !ok || !k.CheckTag("reply", []byte("10001"), tag) {
		t.Error("links from before the rotation no longer count")
	}

	if err := k.Forget(); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Open(sealed, "inbox/12/receive"); !errors.Is(err, ErrNoKey) {
		t.Errorf("Open with a forgotten key: %v; want ErrNoKey", err)
	}
	if _, ok := k.Verify("image", link); ok || k.CheckTag("reply", []byte("10001"), tag) {
		t.Error("links of a forgotten key still count")
	}
	if _, err := k.Open(fresh, "inbox/12/receive"); err != nil {
		t.Errorf("Open with the key that is left: %v", err)
	}
}

func TestFailedRotationLosesNothing(t *testing.T) {
	t.Parallel()
	k, path := keyring(t)
	sealed := k.Seal([]byte("x"), "y")
	boom := errors.New("boom")
	if err := k.Rotate(func(func([]byte, string) ([]byte, error)) error { return boom }); !errors.Is(err, boom) {
		t.Fatalf("Rotate = %v", err)
	}
	again, err := OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Open(sealed, "y"); err != nil {
		t.Errorf("Open after a failed rotation: %v", err)
	}
}

func TestSignaturesCountForTheirPurpose(t *testing.T) {
	t.Parallel()
	k, _ := keyring(t)
	signed := k.Sign("image", []byte("https://example.com/a.png"))
	if got, ok := k.Verify("image", signed); !ok || string(got) != "https://example.com/a.png" {
		t.Errorf("Verify = %q, %v", got, ok)
	}
	for name, s := range map[string]string{"empty": "", "dot": ".", "cut": signed[:len(signed)-1], "no signature": strings.Split(signed, ".")[0] + ".",
		"another payload": k.Sign("image", []byte("y"))[:4] + signed[4:], "long": strings.Repeat("a", 10000)} {
		if _, ok := k.Verify("image", s); ok {
			t.Errorf("Verify took %s", name)
		}
	}
	if _, ok := k.Verify("reply", signed); ok {
		t.Error("a signature counts for another purpose")
	}
}

func TestTagsSurviveChangedCase(t *testing.T) {
	t.Parallel()
	k, _ := keyring(t)
	tag := k.Tag("reply", []byte("10001"))
	if len(tag) != 16 || strings.ToLower(tag) != tag || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		t.Errorf("Tag = %q; want 16 lower-case characters that an address may have", tag)
	}
	if !k.CheckTag("reply", []byte("10001"), strings.ToUpper(tag)) {
		t.Error("CheckTag refuses upper case")
	}
	for name, ok := range map[string]bool{
		"another number":  k.CheckTag("reply", []byte("10002"), tag),
		"another purpose": k.CheckTag("image", []byte("10001"), tag),
		"cut":             k.CheckTag("reply", []byte("10001"), tag[:14]),
		"empty":           k.CheckTag("reply", []byte("10001"), ""),
	} {
		if ok {
			t.Errorf("CheckTag took %s", name)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, sum, err := parsePHC(s)
		if err == nil && (c.Memory > 1<<20 || c.Passes > 32 || c.Threads == 0 || len(salt) < 8 || len(sum) < 16) {
			t.Errorf("parsePHC(%q) = %+v, %x, %x", s, c, salt, sum)
		}
	})
}

func FuzzOpen(f *testing.F) {
	k, _ := keyring(f)
	f.Add(k.Seal([]byte("x"), "y"))
	f.Add([]byte{1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Open(sealed, "elsewhere"); err == nil {
			t.Errorf("Open(%x) = %x", sealed, plain)
		}
	})
}

func FuzzVerify(f *testing.F) {
	k, _ := keyring(f)
	f.Add(k.Sign("other", []byte("x")), k.Tag("other", []byte("x")))
	f.Fuzz(func(t *testing.T, signed, tag string) {
		if _, ok := k.Verify("purpose", signed); ok {
			t.Errorf("Verify(%q) succeeded", signed)
		}
		if k.CheckTag("purpose", []byte("x"), tag) {
			t.Errorf("CheckTag(%q) succeeded", tag)
		}
	})
}

func BenchmarkRecommended(b *testing.B) {
	p := NewPasswords(Recommended)
	start := time.Now()
	for b.Loop() {
		if _, err := p.Hash(b.Context(), "a password to measure by"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(b.N), "ms/hash")
}
