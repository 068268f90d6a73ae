package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// mostWords is how many words of a name are kept, and of a question looked at.
const mostWords = 12

// wordsOf are the words of a name as they are compared: folded, each once, the first one first.
func wordsOf(name string) []string {
	all := strings.FieldsFunc(language.Fold(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var words []string
	for _, w := range all {
		if w = cut(w, 60); !slices.Contains(words, w) && len(words) < mostWords {
			words = append(words, w)
		}
	}
	return words
}

// keepWords makes the words by which a customer is found those of his name.
func keepWords(ctx context.Context, tx *db.Tx, id desk.CustomerID, name string) error {
	type word struct {
		text  string
		leads bool
	}
	var wanted []word
	for i, w := range wordsOf(name) {
		wanted = append(wanted, word{w, i == 0})
	}
	rows, err := tx.Query(ctx, `SELECT word, leads FROM customer_word WHERE customer = $1`, id)
	kept, err := db.Rows(rows, err, func(r *sql.Rows, w *word) error { return r.Scan(&w.text, &w.leads) })
	if err != nil {
		return fmt.Errorf("words of customer %s: %w", id, err)
	}
	for _, w := range kept {
		if slices.Contains(wanted, w) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM customer_word WHERE customer = $1 AND word = $2`, id, w.text); err != nil {
			return fmt.Errorf("words of customer %s: %w", id, err)
		}
	}
	for _, w := range wanted {
		if slices.Contains(kept, w) {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO customer_word (customer, word, leads) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, w.text, w.leads); err != nil {
			return fmt.Errorf("words of customer %s: %w", id, err)
		}
	}
	return nil
}

// byWord is a page of those whom no name that begins with what was typed finds, but whose names have a word for each one typed, in the order of the word that is the longest
// of those typed. Such a page may be short and still have a next one.
func byWord(ctx context.Context, tx *db.Tx, scope desk.Scope, f Filter, typed []string, key string, after *Place, limit int) (list, next []Place, err error) {
	longest := slices.MaxFunc(typed, func(a, b string) int { return len(a) - len(b) })
	var q query
	from := `SELECT w.word AS word, w.customer AS id FROM customer_word w WHERE w.word >= ` + q.arg(longest) + ` AND w.word < ` + q.arg(longest+"\U0010FFFF")
	if len(typed) == 1 {
		from += ` AND NOT w.leads`
	}
	if after != nil && after.Word {
		from += ` AND (w.word, w.customer) > (` + q.arg(after.Key) + `, ` + q.arg(int64(after.ID)) + `)`
	}
	from += ` ORDER BY w.word, w.customer LIMIT ` + strconv.Itoa(widest)
	text := `SELECT s.word, s.id FROM (` + from + `) s JOIN customer p ON p.id = s.id WHERE ` + q.wanted(f) + ` AND ` + Seen(scope, "p", q.arg) +
		` AND NOT (p.name_key >= ` + q.arg(key) + ` AND p.name_key < ` + q.arg(key+"\U0010FFFF") + `)`
	for _, w := range typed {
		if w != longest {
			text += ` AND EXISTS (SELECT 1 FROM customer_word o WHERE o.customer = p.id AND o.word >= ` + q.arg(w) + ` AND o.word < ` + q.arg(w+"\U0010FFFF") + `)`
		}
	}
	text += ` ORDER BY s.word, s.id LIMIT ` + q.arg(limit)
	if list, err = q.places(ctx, tx, text); err != nil {
		return nil, nil, fmt.Errorf("find customers by a word: %w", err)
	}
	for i := range list {
		list[i].Word = true
	}
	if len(list) == limit {
		return list, list[limit-1:], nil
	}
	ends, err := q.ends(ctx, tx, from)
	return list, ends, err
}

// ends is the last place that a look of the widest kind reached, none where it saw the end.
func (q *query) ends(ctx context.Context, tx *db.Tx, from string) ([]Place, error) {
	used := q.args[:strings.Count(from, "$")]
	rows, err := tx.Query(ctx, `SELECT e.word, e.id FROM (`+from+`) e ORDER BY e.word, e.id LIMIT 1 OFFSET `+strconv.Itoa(widest-1), used...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *Place) error {
		p.Word = true
		return r.Scan(&p.Key, &p.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("find customers by a word: %w", err)
	}
	return list, nil
}
