// Package archtest holds tests only: the shape of the house in docs/ARCHITECTURE.md, enforced over the real sources. It reads files and
// runs nothing of the product.
package archtest
