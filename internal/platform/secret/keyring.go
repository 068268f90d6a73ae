package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// Keyring seals secrets and signs links with the keys of a file. The last key of the file is used for what is new; the others open what is
// older. It is safe for concurrent use, and sees when another process has rotated the file.
type Keyring struct {
	path string

	mu     sync.RWMutex
	keys   []key
	read   fs.FileInfo // of the file when it was read, to notice a rotation
	looked time.Time
}

type key struct {
	ID      uint32    `json:"id"`
	Created time.Time `json:"created"`
	Secret  []byte    `json:"secret"` // 32 bytes
}

type keyFile struct {
	Keys []key `json:"keys"`
}

// ErrNoKey is returned for what was sealed with a key that the file does not hold: usually the data was restored without its key file.
var ErrNoKey = errors.New("sealed with a key that the key file does not hold")

// ErrTampered is returned for what is not what Seal returned for this context.
var ErrTampered = errors.New("sealed data is damaged or belongs elsewhere")

// OpenKeyring reads the key file at path, or makes one with a fresh key where there is none. The file has mode 0600 and must be kept:
// without it nothing that was sealed can be read. Its folder must exist.
func OpenKeyring(path string) (*Keyring, error) {
	k := &Keyring{path: path}
	err := k.load()
	if errors.Is(err, fs.ErrNotExist) {
		if err = writeKeys(path, []key{newKey()}, true); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make key file: %w", err)
		}
		err = k.load() // two processes that start at once end up with the same key
	}
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	return k, nil
}

func newKey() key {
	return key{ID: binary.BigEndian.Uint32(random(4)), Created: time.Now().UTC().Truncate(time.Second), Secret: random(32)}
}

func (k *Keyring) load() error {
	data, err := os.ReadFile(k.path)
	if err != nil {
		return err
	}
	info, err := os.Stat(k.path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others: chmod 600 it", k.path)
	}
	var f keyFile
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("%s is not a key file", k.path) // the decoder's error could quote a key
	}
	if len(f.Keys) == 0 {
		return fmt.Errorf("%s holds no key", k.path)
	}
	for _, key := range f.Keys {
		if len(key.Secret) != 32 {
			return fmt.Errorf("key %08x in %s is not 32 bytes long", key.ID, k.path)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.read = f.Keys, info
	return nil
}

// writeKeys replaces the file at once and durably, or, where fresh is set, makes it unless it exists.
func writeKeys(path string, keys []key, fresh bool) error {
	data, err := json.MarshalIndent(keyFile{keys}, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where all went well
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if fresh {
		err = os.Link(f.Name(), path) // fails where the file exists, unlike a rename
	} else {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (k *Keyring) current() key {
	k.refresh()
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.keys[len(k.keys)-1]
}

func (k *Keyring) all() []key {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.keys
}

func (k *Keyring) find(id uint32) (key, bool) {
	for _, key := range k.all() {
		if key.ID == id {
			return key, true
		}
	}
	return key{}, false
}

// refresh reads the file anew where it has changed; it looks at most once a second. What cannot be read leaves the keys as they were.
func (k *Keyring) refresh() {
	k.mu.Lock()
	if time.Since(k.looked) < time.Second {
		k.mu.Unlock()
		return
	}
	k.looked = time.Now()
	read := k.read
	k.mu.Unlock()
	info, err := os.Stat(k.path)
	if err != nil || (os.SameFile(info, read) && info.ModTime().Equal(read.ModTime()) && info.Size() == read.Size()) {
		return
	}
	_ = k.load() // the keys known so far stay in use; a damaged file is reported at the next start
}

// derive makes the key of one use, so that what is signed never helps to open what is sealed.
func (key key) derive(use string) []byte {
	b, err := hkdf.Key(sha256.New, key.Secret, nil, "tellus/"+use, 32)
	if err != nil {
		panic(err) // only for lengths above 255 hashes
	}
	return b
}

func (key key) aead() cipher.AEAD {
	a, err := chacha20poly1305.NewX(key.derive("seal"))
	if err != nil {
		panic(err) // only for keys that are not 32 bytes long
	}
	return a
}

const sealVersion = 1

// Seal encrypts plain (XChaCha20-Poly1305) and binds it to context, a path such as "inbox/12/receive": what is sealed for one place cannot be
// moved to another. The result begins with a version and the key's id and is 45 bytes longer than plain.
func (k *Keyring) Seal(plain []byte, context string) []byte {
	key := k.current()
	out := make([]byte, 0, len(plain)+45)
	out = append(out, sealVersion)
	out = binary.BigEndian.AppendUint32(out, key.ID)
	nonce := random(chacha20poly1305.NonceSizeX)
	out = append(out, nonce...)
	return key.aead().Seal(out, nonce, plain, []byte(context))
}

// Open decrypts what Seal returned for the same context. It returns ErrNoKey or ErrTampered.
func (k *Keyring) Open(sealed []byte, context string) ([]byte, error) {
	const head = 5 + chacha20poly1305.NonceSizeX
	if len(sealed) < head+chacha20poly1305.Overhead || sealed[0] != sealVersion {
		return nil, ErrTampered
	}
	id := binary.BigEndian.Uint32(sealed[1:5])
	key, ok := k.find(id)
	if !ok {
		k.refresh()
		if key, ok = k.find(id); !ok {
			return nil, fmt.Errorf("%w (%08x)", ErrNoKey, id)
		}
	}
	plain, err := key.aead().Open(nil, sealed[5:head], sealed[head:], []byte(context))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// KeyID returns the id of the key that sealed something, 0 where it is not sealed.
func KeyID(sealed []byte) uint32 {
	if len(sealed) < 5 || sealed[0] != sealVersion {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:5])
}

// Rotate adds a fresh key to the file and has reseal bring everything over to it: reseal calls again for each sealed value and stores
// what it returns. The older keys stay in the file, since links in sent mails are signed with them; see Forget. Where reseal fails, the
// new key stays too and nothing is lost: Rotate can be run again.
func (k *Keyring) Rotate(reseal func(again func(sealed []byte, context string) ([]byte, error)) error) error {
	if err := k.load(); err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	if err := writeKeys(k.path, append(append([]key{}, k.all()...), newKey()), false); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := k.load(); err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	return reseal(func(sealed []byte, context string) ([]byte, error) {
		plain, err := k.Open(sealed, context)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", context, err)
		}
		return k.Seal(plain, context), nil
	})
}

// Forget removes every key but the newest from the file: for a key that became known to somebody. What is still sealed with them is lost, and
// links signed with them (in mails that were sent) no longer count.
func (k *Keyring) Forget() error {
	if err := k.load(); err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	if err := writeKeys(k.path, []key{k.current()}, false); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return k.load()
}

// Keys returns how many keys the file holds.
func (k *Keyring) Keys() int { return len(k.all()) }

func (key key) mac(purpose string, payload []byte) []byte {
	m := hmac.New(sha256.New, key.derive("sign/"+purpose))
	m.Write(payload)
	return m.Sum(nil)
}

// Sign returns payload with a signature of 128 bits as base64url, for links and cookies. Anybody can read the payload; nobody can make
// another. A signature counts for its purpose only.
func (k *Keyring) Sign(purpose string, payload []byte) string {
	b64 := base64.RawURLEncoding
	return b64.EncodeToString(payload) + "." + b64.EncodeToString(k.current().mac(purpose, payload)[:16])
}

// Verify returns the payload of what Sign returned for the same purpose.
func (k *Keyring) Verify(purpose, signed string) (payload []byte, ok bool) {
	if len(signed) > 8192 {
		return nil, false
	}
	body, sig, found := strings.Cut(signed, ".")
	payload, err1 := base64.RawURLEncoding.DecodeString(body)
	mac, err2 := base64.RawURLEncoding.DecodeString(sig)
	if !found || err1 != nil || err2 != nil || len(mac) != 16 {
		return nil, false
	}
	if !k.matches(purpose, payload, mac) {
		return nil, false
	}
	return payload, true
}

var tagEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Tag returns a signature of 80 bits over payload as 16 lower-case letters and digits, short enough for the plus-part of a mail address
// and unharmed by servers that change the case of addresses.
func (k *Keyring) Tag(purpose string, payload []byte) string {
	return strings.ToLower(tagEncoding.EncodeToString(k.current().mac(purpose, payload)[:10]))
}

// CheckTag reports whether tag is what Tag returned for purpose and payload with any key of the file, in whatever case.
func (k *Keyring) CheckTag(purpose string, payload []byte, tag string) bool {
	mac, err := tagEncoding.DecodeString(strings.ToUpper(tag))
	if err != nil || len(mac) != 10 {
		return false
	}
	return k.matches(purpose, payload, mac)
}

func (k *Keyring) matches(purpose string, payload, mac []byte) bool {
	k.refresh()
	for _, key := range k.all() {
		if hmac.Equal(key.mac(purpose, payload)[:len(mac)], mac) {
			return true
		}
	}
	return false
}
