package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

func TestCreatingTwiceWithOneKeyCreatesOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		in := object{"name": "Noliktava", "members": []int{}}
		once := inga.with("Idempotency-Key", "k-1")
		status, first, _ := once.send(post, "/teams", in)
		again, second, header := once.send(post, "/teams", in)
		if status != 201 || again != 201 || !sameJSON(t, first, second) {
			h.t.Errorf("first %d %s\nagain %d %s", status, first, again, second)
		}
		if got := header.Get("Content-Type"); got != "application/json" {
			h.t.Errorf("repeated answer is %s", got)
		}
		once.refused(desk.IdempotencyUsed, post, "/teams", object{"name": "Veikals", "members": []int{}})
		if n := h.count("team"); n != 1 {
			h.t.Errorf("%d teams", n)
		}
		// Another agent's key of the same name is another key; so is the same for another operation.
		admin, _ := h.hired(inga, "admin@example.test", desk.Administrator)
		admin.with("Idempotency-Key", "k-1").do(post, "/teams", object{"name": "Veikals", "members": []int{}}, nil)
		var made, same madeTokenBody
		token := object{"name": "t", "scopes": []string{"conversation.read"}}
		once.do(post, "/tokens", token, &made)
		once.do(post, "/tokens", token, &same)
		if h.secret(made.Secret) != same.Secret {
			h.t.Error("the repeated call got another token")
		}
		// An operation that returns what it wrote needs to do nothing for this.
		tag := object{"name": "Steidzami", "colour": "red"}
		once.do(post, "/tags", tag, nil)
		once.do(post, "/tags", tag, nil)
		if n := h.count("tag"); n != 1 {
			h.t.Errorf("%d tags", n)
		}
		if logged := h.logged(); strings.Contains(logged, "does not keep its answer") {
			h.t.Errorf("log = %s", logged)
		}
		// What was refused may be tried again with the same key.
		refused := inga.with("Idempotency-Key", "k-2")
		refused.refused(desk.Conflict, post, "/teams", in)
		refused.refused(desk.Conflict, post, "/teams", in)
		inga.with("Idempotency-Key", strings.Repeat("x", 201)).refused(desk.Invalid, post, "/teams", in)

		h.wait(49 * time.Hour)
		if err := h.db.Write(h.t.Context(), func(tx *db.Tx) error {
			_, err := h.server.DropAnswers(h.t.Context(), tx, tx.Now.Add(-24*time.Hour), 1000)
			return err
		}); err != nil {
			h.t.Fatal(err)
		}
		if n := h.count("idempotency"); n != 0 {
			h.t.Errorf("%d keys are kept for ever", n)
		}
	})
}

func TestCreatingAtOnceWithOneKeyCreatesOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled().with("Idempotency-Key", "k")
		var mu sync.Mutex
		answers := map[string]int{}
		h.atOnce(8, func(int) int {
			status, body, _ := inga.send(post, "/agents", object{"name": "Ona", "email": "ona@example.test", "role": "agent", "language": "lt", "teams": []int{}})
			var a invitedAgent
			if err := json.Unmarshal(body, &a); err != nil {
				h.t.Errorf("%s: %v", body, err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[fmt.Sprint(status, a.ID, h.token(a.Link))]++
			return status
		})
		if len(answers) != 1 || h.count("agent") != 2 {
			h.t.Errorf("eight equal calls at once: %v, %d agents", answers, h.count("agent"))
		}
	})
}

// Two servers on one database are two nodes: here only the database keeps the calls apart.
func TestCreatingOnTwoNodesWithOneKeyCreatesOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled().with("Idempotency-Key", "k")
		h.server.flights = nil // within this node nobody waits for anybody
		statuses := h.atOnce(6, func(int) int {
			status, _, _ := inga.send(post, "/teams", object{"name": "Noliktava", "members": []int{}})
			return status
		})
		if statuses[201] != 6 || h.count("team") != 1 {
			h.t.Errorf("six equal calls: %v, %d teams", statuses, h.count("team"))
		}
	})
}

func (h *house) logged() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.String()
}

func (h *house) count(table string) (n int) {
	h.t.Helper()
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.Row(h.t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		t.Fatalf("not JSON: %s, %s", a, b)
	}
	one, _ := json.Marshal(x)
	two, _ := json.Marshal(y)
	return string(one) == string(two)
}
